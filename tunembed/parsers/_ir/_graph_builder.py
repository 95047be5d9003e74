"""Build the program graph of a module or of one function."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from collections.abc import Sequence

from tunembed.parsers._ir._calls import plain_name
from tunembed.parsers._ir._graph import FLOWS, NO_FUNCTION, ProgramGraph, assembled
from tunembed.parsers._ir._instructions import CALLS, Instruction, Operand
from tunembed.parsers._ir._module import IRFunction, IRModule

_INSTRUCTION, _VARIABLE, _CONSTANT, _TYPE = range(4)
_CONTROL, _DATA, _CALL, _TYPED = range(len(FLOWS))
OUTSIDE = "[external]"


def program_graph(program: IRModule | IRFunction) -> ProgramGraph:
    """Return the program graph of a module or of one of its functions.

    Parameters
    ----------
    program : IRModule or IRFunction
        Of a function, what it calls is taken as declared only.

    Returns
    -------
    ProgramGraph
        Node 0 stands for the caller outside.

    See Also
    --------
    parse_llvm_ir : Text to the module expected here.

    Notes
    -----
    A call of a function that is only declared leads to the functions that it is handed
    as well: the OpenMP runtime calls the outlined bodies of parallel regions
    (``__kmpc_fork_call``) and tasks, ``cudaLaunchKernel`` a kernel's.

    Examples
    --------
    >>> from tunembed.parsers import parse_llvm_ir, program_graph
    >>> module = parse_llvm_ir("define i32 @f(i32 %x) { ret i32 %x }")
    >>> program_graph(module).node_texts()
    ['[external]', 'ret', 'i32', 'i32']
    """
    if isinstance(program, IRModule):
        return _Builder(tuple(program.functions.values())).build()
    if isinstance(program, IRFunction):
        return _Builder((program,)).build()
    raise TypeError(
        f"program must be IRModule or IRFunction, got {type(program).__name__}"
    )


class _Builder:
    def __init__(self, functions: Sequence[IRFunction]) -> None:
        self.functions = functions
        self.kinds: list[int] = []
        self.codes: list[int] = []
        self.owners: list[int] = []
        self.edges: list[tuple[int, int, int, int]] = []
        self.code_of: dict[str, int] = {}
        self.shared: dict[tuple[int, str], int] = {}
        self.entries: dict[str, int] = {}
        self.exits: dict[str, list[int]] = {}
        self.calls: list[tuple[int, Instruction]] = []
        self.called: set[str] = set()

    def build(self) -> ProgramGraph:
        outside = self._node(_INSTRUCTION, OUTSIDE, NO_FUNCTION)
        for owner, function in enumerate(self.functions):
            self._add(function, owner)
        for node, instruction in self.calls:
            self._call(node, instruction)
        for name, entry in self.entries.items():
            if name not in self.called:
                self._link(outside, entry, self.exits[name])
        names = [function.name for function in self.functions]
        return assembled(
            self.kinds, self.codes, list(self.code_of), self.owners, names, self.edges
        )

    def _node(self, kind: int, text: str, owner: int) -> int:
        self.kinds.append(kind)
        self.codes.append(self.code_of.setdefault(text, len(self.code_of)))
        self.owners.append(owner)
        return len(self.kinds) - 1

    def _value(self, kind: int, text: str, dtype: str, owner: int) -> int:
        """Add a variable or constant, and say of which type it is."""
        node = self._node(kind, text, owner)
        if dtype:
            typed = self._shared(_TYPE, dtype, dtype)
            self.edges.append((typed, node, _TYPED, 0))
        return node

    def _shared(self, kind: int, key: str, text: str) -> int:
        """Return the one node of the program that stands for a type or a name."""
        node = self.shared.get((kind, key))
        if node is None:
            if kind == _VARIABLE:
                node = self._value(kind, text, text, NO_FUNCTION)
            else:
                node = self._node(kind, text, NO_FUNCTION)
            self.shared[kind, key] = node
        return node

    def _add(self, function: IRFunction, owner: int) -> None:
        first = len(self.kinds)
        for opcode in function.opcodes:
            self._node(_INSTRUCTION, opcode, owner)
        self._control(function, first)
        values: dict[str, int] = {}
        for name, dtype in function.parameters:
            values[name] = self._value(_VARIABLE, dtype, dtype, owner)
        instructions = function.instructions
        for node, instruction in enumerate(instructions, first):
            if instruction.result:
                name, dtype = instruction.result, instruction.dtype
                values[name] = self._value(_VARIABLE, dtype, dtype, owner)
                self.edges.append((node, values[name], _DATA, 0))
        constants: dict[Operand, int] = {}
        for node, instruction in enumerate(instructions, first):
            self._operands(node, instruction, values, constants, owner)
            if instruction.opcode in CALLS:
                self.calls.append((node, instruction))
        self.entries[function.name] = first
        self.exits[function.name] = [
            node
            for node, opcode in enumerate(function.opcodes, first)
            if opcode in ("ret", "resume")
        ]

    def _control(self, function: IRFunction, first: int) -> None:
        blocks, edges = function.blocks, self.edges
        for block, after in zip(blocks, function.flow.successors, strict=True):
            last = first + block.stop - 1
            for node in range(first + block.start, last):
                edges.append((node, node + 1, _CONTROL, 0))
            for position, target in enumerate(after):
                edges.append((last, first + blocks[target].start, _CONTROL, position))

    def _operands(
        self,
        node: int,
        instruction: Instruction,
        values: dict[str, int],
        constants: dict[Operand, int],
        owner: int,
    ) -> None:
        for position, operand in enumerate(instruction.operands):
            text, dtype = operand
            if text[0] == "%":
                source = values.get(text, -1)
                if source < 0:  # a text that LLVM accepts, but would print otherwise
                    source = values[text] = self._value(_VARIABLE, dtype, dtype, owner)
            elif text[0] == "@":
                source = self._shared(_VARIABLE, text, dtype)
            else:
                known = constants.get(operand)
                if known is None:
                    whole = f"{dtype} {text}"
                    known = self._value(_CONSTANT, whole, dtype, owner)
                    constants[operand] = known
                source = known
            self.edges.append((source, node, _DATA, position))

    def _call(self, node: int, instruction: Instruction) -> None:
        callee = instruction.callee
        if callee[:1] != "@":
            return
        name = callee[1:].strip('"')
        if name in self.entries:
            self._link(node, self.entries[name], self.exits[name])
            self.called.add(name)
            return
        declared = self._shared(_INSTRUCTION, name, f"@{plain_name(name)}")
        self._link(node, declared, [declared])
        for operand in instruction.operands:
            handed = operand.text[1:].strip('"')
            if operand.text[0] == "@" and handed in self.entries:
                self._link(declared, self.entries[handed], self.exits[handed])
                self.called.add(handed)

    def _link(self, caller: int, entry: int, exits: Sequence[int]) -> None:
        self.edges.append((caller, entry, _CALL, 0))
        self.edges.extend((node, caller, _CALL, 0) for node in exits)
