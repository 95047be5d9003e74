"""A module of LLVM IR and its functions."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property, lru_cache
from typing import NamedTuple

from tunembed.parsers._ir._flow import Flow
from tunembed.parsers._ir._instructions import (
    CALLS,
    TERMINATORS,
    WITHOUT_RESULT,
    Instruction,
    Operand,
    read_instruction,
)
from tunembed.parsers._ir._layout import Layout
from tunembed.parsers._ir._tokens import (
    TOKEN,
    after_group,
    after_type,
    type_text,
)

_NAME = r'(?:"[^"]*"|[-\w.$]+)'
_LINE = re.compile(
    rf"^(?:(?:; <label>:)?({_NAME}):.*\n)?"
    rf"  (?:(%{_NAME}) = )?(?:(?:tail|musttail|notail) )?([a-z]\w*) ?"
    r"(.*(?:\n {4,}.*)*)",
    re.MULTILINE,
)
_SPACES = re.compile(r"!kernel_arg_addr_space (!\d+)")
_NUMBERS = re.compile(r"i32 (\d+)")
_LABEL = re.compile(rf"label %({_NAME})")
_SIGNATURE = re.compile(rf"@({_NAME})\(")
_DEBUG = re.compile(r"^ +(?:#dbg_|(?:tail )?call void @llvm\.dbg\.).*\n", re.MULTILINE)


class Block(NamedTuple):
    """A basic block.

    Attributes
    ----------
    label : str
        Its name without the ``%``.
    start, stop : int
        Its instructions' positions in the function, `stop` excluded.
    """

    label: str
    start: int
    stop: int


class IRFunction:
    """A function that a module defines; what is asked for is found then.

    Attributes
    ----------
    name : str
        Without the ``@``.
    module : IRModule
    header, body : str
        The line that opens it, and the lines of its blocks, debug records left out.
    """

    def __init__(self, name: str, module: IRModule, header: str, body: str) -> None:
        self.name = name
        self.module = module
        self.header = header
        self.body = body

    def __repr__(self) -> str:
        return f"<IRFunction {self.name} of {self.module.path}>"

    @cached_property
    def parameters(self) -> tuple[Operand, ...]:
        """Names, with the ``%``, and types; ``...`` is left out."""
        tokens = TOKEN.findall(self.header, _signature_end(self.header))
        found: list[Operand] = []
        at = unnamed = 0
        while tokens[at] != ")":
            if tokens[at] in (",", "..."):
                at += 1
                continue
            end = after_type(tokens, at)
            dtype = type_text(tokens, at, end)
            at = _after_attributes(tokens, end)
            if tokens[at][0] == "%":
                found.append(Operand(tokens[at], dtype))
                at += 1
            else:
                found.append(Operand(f"%{unnamed}", dtype))
                unnamed += 1
        return tuple(found)

    @cached_property
    def _columns(self) -> tuple[tuple[str, ...], ...]:
        labels, results, opcodes, texts = zip(*_LINE.findall(self.body), strict=True)
        return labels, results, opcodes, texts

    @property
    def results(self) -> tuple[str, ...]:
        """Of each instruction the name of its result, or an empty text."""
        return self._columns[1]

    @property
    def opcodes(self) -> tuple[str, ...]:
        """The opcodes of the instructions, in textual order."""
        return self._columns[2]

    @property
    def texts(self) -> tuple[str, ...]:
        """Of each instruction what stands behind the opcode."""
        return self._columns[3]

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """The basic blocks in textual order, the entry first."""
        labels = self._columns[0]
        starts = [n for n, label in enumerate(labels) if label or not n]
        stops = [*starts[1:], len(labels)]
        return tuple(
            Block(labels[start], start, stop)
            for start, stop in zip(starts, stops, strict=True)
        )

    @property
    def is_regular(self) -> bool:
        """Whether it has one instruction a line, as LLVM prints it."""
        ends = sum(map(TERMINATORS.__contains__, self.opcodes))
        return (
            ends == len(self.blocks)
            and all(self.opcodes[b.stop - 1] in TERMINATORS for b in self.blocks)
            and not any(" = " in text for text in self.texts)
            and all(map(_is_named, self.results, self.opcodes, self.texts))
            and self._has_its_blocks()
        )

    def _has_its_blocks(self) -> bool:
        try:
            return bool(self.flow)
        except KeyError:
            return False

    @property
    def instructions(self) -> tuple[Instruction, ...]:
        """The instructions with types and operands, in textual order."""
        return _instructions(self)

    def instruction(self, number: int) -> Instruction:
        """Return one instruction with its type and operands.

        Parameters
        ----------
        number : int
            Its position in the function.

        Returns
        -------
        Instruction
        """
        return read_instruction(
            self.opcodes[number], self.results[number], self.texts[number]
        )

    @cached_property
    def spaces(self) -> dict[str, int]:
        """Address spaces of what an OpenCL kernel's parameters point to, by metadata.

        Compiled for a CPU, pointers are of one space, and only this tells local memory
        from global memory: 1 is global, 2 constant, 3 local.
        """
        named = _SPACES.search(self.header)
        if not named:
            return {}
        listed = self.module.text.partition(f"\n{named[1]} = !{{")[2].partition("}")[0]
        spaces = [int(space) for space in _NUMBERS.findall(listed)]
        if len(spaces) != len(self.parameters):
            return {}
        names = (parameter.text for parameter in self.parameters)
        return dict(zip(names, spaces, strict=True))

    @cached_property
    def flow(self) -> Flow:
        """Which block follows which, and the loops of that."""
        number = {block.label: n for n, block in enumerate(self.blocks)}
        successors = []
        for block in self.blocks:
            targets = dict.fromkeys(_LABEL.findall(self.texts[block.stop - 1]))
            successors.append(tuple(number[label] for label in targets))
        return Flow(tuple(successors))


class IRModule:
    """A parsed module of LLVM IR.

    Attributes
    ----------
    path : str
        Where it came from, for messages.
    text : str
        In the syntax of a recent LLVM or as it was given.
    functions : dict of str to IRFunction
        The functions that it defines, in textual order.
    """

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self.functions = {f.name: f for f in self._defined()}

    def __repr__(self) -> str:
        return f"<IRModule {self.path}: {len(self.functions)} functions>"

    def __reduce__(self) -> tuple[type[IRModule], tuple[str, str]]:
        return IRModule, (self.path, self.text)

    @cached_property
    def layout(self) -> Layout:
        """How large the types are that it names."""
        return Layout(self.text)

    def _defined(self) -> Iterator[IRFunction]:
        text = f"\n{self.text}"
        start = text.find("\ndefine ")
        while start >= 0:
            opened = text.index("\n", start + 1)
            stop = text.index("\n}", opened)
            header = text[start + 1 : opened]
            found = _SIGNATURE.search(header)
            if found:
                name = found[1].strip('"')
                body = text[opened + 1 : stop + 1]
                yield IRFunction(name, self, header, _without_debug(body))
            start = text.find("\ndefine ", stop)


# Those of all functions would need too much memory; who asks for one's statements often
# asks for its graph next.
@lru_cache(maxsize=1)
def _instructions(function: IRFunction) -> tuple[Instruction, ...]:
    return tuple(
        map(read_instruction, function.opcodes, function.results, function.texts)
    )


def _without_debug(body: str) -> str:
    """Return the lines of a body but those that only tell a debugger of variables."""
    found = "#dbg_" in body or "@llvm.dbg." in body
    return _DEBUG.sub("", body) if found else body


def _signature_end(header: str) -> int:
    found = _SIGNATURE.search(header)
    return found.end() if found else len(header)


def _is_named(result: str, opcode: str, text: str) -> bool:
    """Return whether what an instruction computes, if anything, has its name."""
    if result or opcode in WITHOUT_RESULT:
        return True
    return opcode in CALLS and "void" in text.partition("(")[0]


def _after_attributes(tokens: list[str], at: int) -> int:
    """Return the position behind a parameter's attributes."""
    while tokens[at] not in (",", ")") and tokens[at][0] != "%":
        at += 1
        if tokens[at] == "(":
            at = after_group(tokens, at)
    return at
