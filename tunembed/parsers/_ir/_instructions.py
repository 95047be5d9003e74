"""The text of one instruction: its type and operands."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import NamedTuple, cast

from tunembed.parsers._ir._common_forms import COMMON_FORMS
from tunembed.parsers._ir._tokens import (
    TOKEN,
    after_attributes,
    after_group,
    after_type,
    after_value,
    joined,
    member_type,
    starts_type,
    type_text,
)

BINARY = frozenset(
    "add fadd sub fsub mul fmul udiv sdiv fdiv urem srem frem shl lshr ashr and or "
    "xor".split()
)
COMPARISONS = frozenset(("icmp", "fcmp"))
CASTS = frozenset(
    "trunc zext sext fptrunc fpext fptoui fptosi uitofp sitofp ptrtoint inttoptr "
    "bitcast addrspacecast ptrtoaddr".split()
)
CALLS = frozenset(("call", "invoke", "callbr"))
TERMINATORS = frozenset(
    "ret br switch indirectbr invoke callbr resume catchswitch catchret cleanupret "
    "unreachable".split()
)
WITHOUT_RESULT = frozenset(
    "store br ret switch unreachable fence resume indirectbr catchret "
    "cleanupret".split()
)
_ORDERS = frozenset(
    "unordered monotonic acquire release acq_rel seq_cst inrange".split()
)
_LABEL = re.compile(r'label %("[^"]*"|[-\w.$]+)')
_CASE = re.compile(r"\n\s+(\S+) (\S+), label")


class Operand(NamedTuple):
    """A value that an instruction uses.

    Attributes
    ----------
    text : str
        ``%x``, ``@x`` or a constant.
    dtype : str
        Its type.
    """

    text: str
    dtype: str

    @property
    def is_constant(self) -> bool:
        """Whether it is neither computed nor a function or global variable."""
        return self.text[0] not in "%@"


class Instruction(NamedTuple):
    """One instruction.

    Attributes
    ----------
    opcode : str
    result : str
        Name of what it computes, with the ``%``; empty if nothing.
    dtype : str
        Type of that, ``"void"`` if nothing.
    operands : tuple of Operand
        In their order; of a call the arguments.
    labels : tuple of str
        The blocks that may come next, or from which a phi's operands come.
    callee : str
        What a call calls: ``@f``, ``%f``, ``"asm"`` or empty.
    element : str
        The type that a ``getelementptr``, ``load`` or ``alloca`` names first.
    words : tuple of str
        Flags, predicates and orders such as ``nsw``, ``slt``, ``volatile``.
    text : str
        Behind the opcode, as LLVM writes it.
    """

    opcode: str
    result: str
    dtype: str
    operands: tuple[Operand, ...]
    labels: tuple[str, ...]
    callee: str
    element: str
    words: tuple[str, ...]
    text: str


# Half as long as by the class: most of all instructions are made here.
_operand = cast(Callable[..., Operand], partial(tuple.__new__, Operand))
_instruction = cast(Callable[..., Instruction], partial(tuple.__new__, Instruction))


def read_instruction(opcode: str, result: str, text: str) -> Instruction:
    """Take an instruction apart.

    Parameters
    ----------
    opcode, result : str
    text : str
        What follows the opcode, continuation lines included.
    """
    read = COMMON_FORMS.get(opcode)
    parts = read(text) if read is not None else None
    if parts is None:
        return read_tokens(opcode, result, text)
    dtype, values, labels, callee, element, words = parts
    operands = tuple(map(_operand, values))
    return _instruction(
        (opcode, result, dtype, operands, labels, callee, element, words, text)
    )


def read_tokens(opcode: str, result: str, text: str) -> Instruction:
    """Take any instruction apart, token by token."""
    labels: tuple[str, ...] = ()
    if opcode in TERMINATORS and "label" in text:
        labels = tuple(_LABEL.findall(text))
    if opcode in CALLS:
        dtype, operands, callee, words = _call(TOKEN.findall(text))
        return Instruction(
            opcode, result, dtype, operands, labels, callee, "", words, text
        )
    if opcode == "phi":
        dtype, operands, labels = _phi(TOKEN.findall(text))
        return Instruction(opcode, result, dtype, operands, labels, "", "", (), text)
    if opcode == "switch":
        head, _, cases = text.partition(" [")
        operands, words, _ = _listed(TOKEN.findall(head))
        operands += tuple(Operand(v, t) for t, v in _CASE.findall(cases))
        return Instruction(opcode, "", "void", operands, labels, "", "", words, text)
    tokens = TOKEN.findall(text)
    if opcode in BINARY or opcode in COMPARISONS:
        operands, words = _alike(tokens)
        dtype = operands[0].dtype
        if opcode in COMPARISONS:
            dtype = _truth(dtype)
        return Instruction(opcode, result, dtype, operands, (), "", "", words, text)
    operands, words, types = _listed(tokens)
    dtype = _result(opcode, operands, types) if result else "void"
    element = types[0] if types else ""
    return Instruction(
        opcode, result, dtype, operands, labels, "", element, words, text
    )


def _alike(tokens: list[str]) -> tuple[tuple[Operand, ...], tuple[str, ...]]:
    """Read two values of one type: ``nsw i32 %a, %b``."""
    start = 0
    while not starts_type(tokens, start):
        start += 1
    behind = after_type(tokens, start)
    dtype = type_text(tokens, start, behind)
    comma = after_value(tokens, behind)
    end = after_value(tokens, comma + 1)
    operands = (
        Operand(joined(tokens[behind:comma]), dtype),
        Operand(joined(tokens[comma + 1 : end]), dtype),
    )
    return operands, tuple(tokens[:start])


def _listed(
    tokens: list[str],
) -> tuple[tuple[Operand, ...], tuple[str, ...], list[str]]:
    """Read values that come with their types, and types that stand alone."""
    at, size = 0, len(tokens)
    while at < size and not starts_type(tokens, at):
        at += 1
    words = tuple(tokens[:at])
    operands: list[Operand] = []
    types: list[str] = []
    while at < size and (tokens[at].isdigit() or starts_type(tokens, at)):
        if tokens[at].isdigit():  # the place in a struct
            operands.append(Operand(tokens[at], ""))
            at += 1
        else:
            behind = after_type(tokens, at)
            dtype = type_text(tokens, at, behind)
            at = behind
            if at < size and tokens[at] != ",":
                end = after_value(tokens, at)
                if dtype != "label":
                    operands.append(Operand(joined(tokens[at:end]), dtype))
                at = end
            else:
                types.append(dtype)
        if at < size and tokens[at] == "to":
            types.append(type_text(tokens, at + 1, after_type(tokens, at + 1)))
            break
        if at >= size or tokens[at] != ",":
            break
        at += 1
    words += tuple(word for word in tokens[at:] if word in _ORDERS)
    return tuple(operands), words, types


def _phi(tokens: list[str]) -> tuple[str, tuple[Operand, ...], tuple[str, ...]]:
    at = 0
    while not starts_type(tokens, at):
        at += 1
    behind = after_type(tokens, at)
    dtype = type_text(tokens, at, behind)
    operands: list[Operand] = []
    labels: list[str] = []
    at = behind
    while at < len(tokens) and tokens[at] == "[":
        end = after_value(tokens, at + 1)
        operands.append(Operand(joined(tokens[at + 1 : end]), dtype))
        labels.append(tokens[end + 1][1:])
        at = end + 4  # , %block ] ,
    return dtype, tuple(operands), tuple(labels)


def _call(
    tokens: list[str],
) -> tuple[str, tuple[Operand, ...], str, tuple[str, ...]]:
    at = 0
    while not starts_type(tokens, at):
        at += 1
        if tokens[at] == "(":
            at = after_group(tokens, at)
    words = tuple(word for word in tokens[:at] if word.isidentifier())
    behind = after_type(tokens, at)
    dtype = type_text(tokens, at, behind)
    if tokens[behind] == "(":
        behind = after_group(tokens, behind)
    callee = tokens[behind]
    behind = after_value(tokens, behind) if callee[0] not in "%@" else behind + 1
    if callee[0] not in "%@":
        callee = "asm" if callee == "asm" else ""
    while behind < len(tokens) and tokens[behind] != "(":
        behind += 1
    return dtype, _arguments(tokens, behind + 1), callee, words


def _arguments(tokens: list[str], at: int) -> tuple[Operand, ...]:
    operands: list[Operand] = []
    while at < len(tokens) and tokens[at] != ")":
        if tokens[at] == ",":
            at += 1
            continue
        end = after_type(tokens, at)
        dtype = type_text(tokens, at, end)
        if dtype == "metadata":
            at = _next_comma(tokens, end)
            continue
        start = after_attributes(tokens, end)
        at = after_value(tokens, start)
        operands.append(Operand(joined(tokens[start:at]), dtype))
    return tuple(operands)


def _next_comma(tokens: list[str], at: int) -> int:
    while at < len(tokens) and tokens[at] not in ",)":
        at = after_group(tokens, at) if tokens[at] in "([{<" else at + 1
    return at


def _truth(dtype: str) -> str:
    """Return the type of a comparison of values of a type."""
    if not dtype.startswith("<"):
        return "i1"
    return f"{dtype[: dtype.rindex(' x ') + 3]}i1>"


def _result(opcode: str, operands: tuple[Operand, ...], types: list[str]) -> str:
    """Return the type of the result of an instruction that lists its operands."""
    if opcode in CASTS or opcode == "va_arg":
        return types[-1] if types else ""
    if opcode == "load":
        return types[0]
    if opcode == "alloca":
        return "ptr"
    if opcode in ("select", "atomicrmw"):
        return operands[1].dtype
    if opcode == "cmpxchg":
        return f"{{ {operands[1].dtype}, i1 }}"
    if opcode == "extractelement":
        return _element(operands[0].dtype)
    if opcode == "shufflevector":
        lanes = operands[2].dtype.rpartition(" x ")[0]
        return f"{lanes} x {_element(operands[0].dtype)}>"
    if opcode == "extractvalue":
        dtype = operands[0].dtype
        for place in operands[1:]:
            dtype = member_type(dtype, int(place.text))
        return dtype
    if opcode == "landingpad":
        return types[0] if types else ""
    return operands[0].dtype if operands else ""


def _element(vector: str) -> str:
    return vector.rpartition(" x ")[2][:-1]
