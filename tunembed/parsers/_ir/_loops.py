"""The loops of a function: how often they run, and how they walk through memory."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

from tunembed.parsers._ir._flow import NaturalLoop
from tunembed.parsers._ir._induction import Induction, Values
from tunembed.parsers._ir._instructions import Instruction, Operand
from tunembed.parsers._ir._linear import Linear, counter
from tunembed.parsers._ir._module import IRFunction
from tunembed.parsers._ir._threads import Threads

_NEGATED = {
    "slt": "sge",
    "sle": "sgt",
    "sgt": "sle",
    "sge": "slt",
    "ult": "uge",
    "ule": "ugt",
    "ugt": "ule",
    "uge": "ult",
    "eq": "ne",
    "ne": "eq",
}
_MEMORY = frozenset(("load", "store", "atomicrmw", "cmpxchg"))
_DEEPEST = 64


@dataclass(frozen=True)
class IRLoop:
    """A natural loop and its variables.

    Attributes
    ----------
    natural : NaturalLoop
        Its blocks.
    inductions : tuple of Induction
        The variables that every iteration changes by the same step.
    trip_count : int or None
        How often its body runs each time it is entered, where that is constant.
    is_divergent : bool
        Whether threads of a GPU may leave it after different iterations.
    """

    natural: NaturalLoop
    inductions: tuple[Induction, ...]
    trip_count: int | None
    is_divergent: bool


class MemoryAccess(NamedTuple):
    """A load, a store or an atomic update.

    Attributes
    ----------
    instruction : int
        Its position in the function.
    dtype : str
        Type of the value.
    address_space : int
    pattern : str
        How the innermost loop around moves its address: ``"invariant"``,
        ``"consecutive"`` (by the size of the value), ``"strided"``, ``"indirect"``
        (through what another load finds); ``"stack"`` for a local variable whose
        address is not used otherwise, ``"once"`` outside of loops, ``"unknown"``.
    stride : int or None
        By how many bytes, where that is constant.
    is_even : bool
        Whether neighbouring threads of a GPU access at equal distances.
    thread_stride : int or None
        How many bytes that are, where it is constant; 0 in a function that does not ask
        for its thread's number.
    """

    instruction: int
    dtype: str
    address_space: int
    pattern: str
    stride: int | None
    is_even: bool
    thread_stride: int | None


class LoopAnalysis:
    """What the loops of a function do; found when asked for, and kept.

    Optimised code, whose variables are phis, and code that was not, whose variables
    are on the stack, are understood alike.

    Parameters
    ----------
    function : IRFunction

    Examples
    --------
    >>> from tunembed.parsers import LoopAnalysis, parse_llvm_ir
    >>> module = parse_llvm_ir('''
    ... define void @f(ptr %x) {
    ...   br label %loop
    ... loop:
    ...   %i = phi i64 [ 0, %0 ], [ %next, %loop ]
    ...   %p = getelementptr float, ptr %x, i64 %i
    ...   store float 1.0, ptr %p
    ...   %next = add i64 %i, 2
    ...   %more = icmp ult i64 %next, 100
    ...   br i1 %more, label %loop, label %exit
    ... exit:
    ...   ret void
    ... }''')
    >>> analysis = LoopAnalysis(module.functions["f"])
    >>> analysis.loops[0].trip_count, analysis.accesses[0].stride
    (50, 8)
    """

    def __init__(self, function: IRFunction) -> None:
        self._values = Values(function)
        self._threads = Threads(self._values)

    @cached_property
    def loops(self) -> tuple[IRLoop, ...]:
        """The loops, outer ones before those inside."""
        values = self._values
        return tuple(
            IRLoop(
                loop,
                tuple(
                    by_header[loop.header]
                    for by_header in values.inductions.values()
                    if loop.header in by_header
                ),
                trip_count(values, loop),
                self._threads.is_divergent(loop),
            )
            for loop in values.function.flow.loops
        )

    @cached_property
    def accesses(self) -> tuple[MemoryAccess, ...]:
        """What the function loads and stores, in textual order."""
        values, threads = self._values, self._threads
        innermost = {
            block: loop for loop in values.function.flow.loops for block in loop.blocks
        }
        return tuple(
            _access(values, threads, number, innermost.get(values.block_of[number]))
            for number, opcode in enumerate(values.function.opcodes)
            if opcode in _MEMORY
        )


def trip_count(values: Values, loop: NaturalLoop) -> int | None:
    """Return how often the body of a loop runs, None if that is not constant."""
    function = values.function
    leaving = [
        block
        for block in loop.blocks
        if not loop.blocks.issuperset(function.flow.successors[block])
    ]
    if len(leaving) != 1:
        return None
    (block,) = leaving
    at_end = block in loop.latches
    if block != loop.header and not at_end:
        return None
    branch = values.instruction(function.blocks[block].stop - 1)
    found = _continues_while(values, branch, loop)
    if found is None:
        return None
    predicate, distance = found
    term = counter(loop.header)
    if set(distance.terms) != {term}:
        return None
    turns = _turns(predicate, distance.constant, distance.terms[term])
    return turns + at_end if turns is not None else None


def _continues_while(
    values: Values, branch: Instruction, loop: NaturalLoop
) -> tuple[str, Linear] | None:
    """Return a comparison with zero that holds as long as a loop goes on."""
    if branch.opcode != "br" or len(branch.labels) != 2:
        return None
    number = values.defined.get(branch.operands[0].text)
    if number is None or values.instruction(number).opcode != "icmp":
        return None
    comparison = values.instruction(number)
    predicate = next((w for w in comparison.words if w in _NEGATED), None)
    if predicate is None:
        return None
    labels = {values.function.blocks[block].label for block in loop.blocks}
    if branch.labels[0] not in labels:
        predicate = _NEGATED[predicate]
    left, right = (values.linear(operand) for operand in comparison.operands)
    return predicate, left - right


def _turns(predicate: str, start: int, step: int) -> int | None:
    """Return the first k for which ``start + k * step`` does not compare with zero."""
    kind = predicate[-2:]
    if predicate == "eq":
        return 0 if start else 1
    if predicate == "ne":
        return -start // step if start % step == 0 and -start // step >= 0 else None
    if kind in ("gt", "ge"):
        start, step = -start, -step
    if kind in ("le", "ge"):
        start -= 1
    if start >= 0:
        return 0
    return -(start // step) if step > 0 else None


def _access(
    values: Values, threads: Threads, number: int, loop: NaturalLoop | None
) -> MemoryAccess:
    instruction = values.instruction(number)
    address = instruction.operands[1 if instruction.opcode == "store" else 0]
    dtype = instruction.operands[0].dtype
    if instruction.opcode == "load":
        dtype = instruction.dtype
    elif instruction.opcode != "store":
        dtype = instruction.operands[1].dtype
    pattern, stride = "once", None
    if address.text in values.slots:
        pattern = "stack"
    elif loop is not None:
        pattern, stride = _moved(values, values.linear(address), loop, dtype)
    return MemoryAccess(
        number,
        dtype,
        _space_in(address.dtype) or _space_of(values, address),
        pattern,
        stride,
        *threads.stride(address),
    )


@lru_cache(maxsize=256)
def _space_in(dtype: str) -> int:
    return int(dtype.partition("addrspace(")[2].rstrip(")>") or 0)


def _space_of(values: Values, address: Operand) -> int:
    """Return the address space of the parameter that an address is based on."""
    spaces = values.function.spaces
    if not spaces:
        return 0
    for name in values.linear(address).terms:
        if name in spaces:
            return spaces[name]
    return 0


def _moved(
    values: Values, address: Linear, loop: NaturalLoop, dtype: str
) -> tuple[str, int | None]:
    """Return how a loop moves an address."""
    reasons = {
        _reason(values, name, loop, 0)
        for name in address.terms
        if not name.startswith("#")
    }
    for reason in ("indirect", "unknown", "strided"):
        if reason in reasons:
            return reason, None
    stride = address.terms.get(counter(loop.header), 0)
    if not stride:
        return "invariant", 0
    consecutive = abs(stride) == values.layout.size(dtype)
    return ("consecutive" if consecutive else "strided"), stride


def _reason(values: Values, name: str, loop: NaturalLoop, depth: int) -> str:
    """Return how a value that is no linear function depends on a loop."""
    if depth > _DEEPEST:
        return "unknown"
    if name in values.slots:
        stores = (values.block_of[n] for n in values.slots[name])
        changed = any(block in loop.blocks for block in stores)
        return "unknown" if changed else "invariant"
    if not values.inside(name, loop):
        return "invariant"
    instruction = values.instruction(values.defined[name])
    if instruction.opcode == "load":
        address = instruction.operands[0].text
        if address in values.slots:
            return _reason(values, address, loop, depth + 1)
        linear = values.linear(instruction.operands[0])
        moved = _moved(values, linear, loop, instruction.dtype)
        return "indirect" if moved[0] != "invariant" else "invariant"
    if instruction.opcode in ("phi", "call", "invoke", "alloca"):
        return "unknown"
    reasons = set()
    for operand in instruction.operands:
        linear = values.linear(operand)
        if name in linear.terms:
            return "unknown"
        if counter(loop.header) in linear.terms:
            reasons.add("strided")
        for term in linear.terms:
            if not term.startswith("#"):
                reasons.add(_reason(values, term, loop, depth + 1))
    return next(
        (r for r in ("indirect", "unknown", "strided") if r in reasons), "invariant"
    )
