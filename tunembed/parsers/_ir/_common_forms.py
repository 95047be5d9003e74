"""The usual forms of the usual instructions, each read by one regular expression.

What does not match is read token by token, slowly; the result is the same.
"""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import re
from collections.abc import Callable

_NAME = r"[%@][-\w.$]+"
_NUMBER = r"-?\d\.\d+e[+-]\d+|0x[0-9A-F]+|-?\d+"
_VALUE = rf"({_NAME}|{_NUMBER}|true|false|undef|poison|null)"
_SCALAR = r"(?:i\d+|float|double|half)"
_SPACE = r"(?: addrspace\(\d+\))?"
# Scalars, vectors and pointers; today's, or typed ones to what is short to write.
_TYPE = (
    rf"(ptr{_SPACE}|{_SCALAR}|<\d+ x {_SCALAR}>"
    rf"|(?:{_SCALAR}|%[-\w.$]+|<\d+ x {_SCALAR}>|\[[^*(){{}}]*\]){_SPACE}\*{{1,2}})"
)
_POINTER = rf"(ptr{_SPACE}|[^*,({{]+{_SPACE}\*{{1,2}})"
_FLAGS = r"((?:[a-z]{2,} )*?)"
_REST = r"(?:, align \d+)?(?:, ![\w.]+ !\d+)*$"

_ALIKE = re.compile(rf"{_FLAGS}{_TYPE} {_VALUE}, {_VALUE}{_REST}")
_NEGATION = re.compile(rf"{_FLAGS}{_TYPE} {_VALUE}{_REST}")
_CAST = re.compile(rf"{_FLAGS}{_TYPE} {_VALUE} to {_TYPE}$")
_LOAD = re.compile(rf"(?!volatile|atomic)([^*,{{(]+), {_POINTER} ({_NAME}){_REST}")
_STORE = re.compile(rf"{_TYPE} {_VALUE}, {_POINTER} ({_NAME}){_REST}")
_ADDRESS = re.compile(
    rf"((?:inbounds |nuw |nusw )*)([^*{{,]+), (?:(ptr{_SPACE})|\2({_SPACE})\*) "
    rf"({_NAME}), (i\d+) {_VALUE}((?:, i\d+ {_VALUE})*)$"
)
_PLACE = re.compile(rf", (i\d+) {_VALUE}")
_STACK = re.compile(r"([^*,{(]+)(?:, align \d+)?$")
_PHI = re.compile(rf"{_TYPE} (?:\[ {_VALUE}, %[-\w.$]+ \](?:, )?)+{_REST}")
_INCOMING = re.compile(r"\[ ([^ ,]+), %([-\w.$]+) \]")
_SELECTION = re.compile(rf"{_TYPE} {_VALUE}, {_TYPE} {_VALUE}, {_TYPE} {_VALUE}$")
_IF = re.compile(rf"i1 ({_NAME}), label %([-\w.$]+), label %([-\w.$]+){_REST}")
_JUMP = re.compile(rf"label %([-\w.$]+){_REST}")
_CALL = re.compile(
    rf"{_FLAGS}(void|{_TYPE}) (@[-\w.$]+)"
    rf"\(((?:{_TYPE} (?:noundef )?{_VALUE}(?:, (?!\))|(?=\))))*)\)(?: #\d+)?{_REST}"
)
_ARGUMENT = re.compile(rf"{_TYPE} (?:noundef )?{_VALUE}")

Values = tuple[tuple[str, str], ...]
# Type of the result, operands, labels, callee, element, words.
Parts = tuple[str, Values, tuple[str, ...], str, str, tuple[str, ...]]


def _alike(text: str) -> Parts | None:
    found = _ALIKE.match(text)
    if found is None:
        return None
    words, dtype, left, right = found.groups()
    dtype = _plain(dtype)
    return dtype, ((left, dtype), (right, dtype)), (), "", "", tuple(words.split())


def _comparison(text: str) -> Parts | None:
    found = _alike(text)
    if found is None:
        return None
    dtype, *others = found
    lanes = dtype.rpartition(" x ")[0] if dtype[0] == "<" else ""
    return (f"{lanes} x i1>" if lanes else "i1", *others)  # type: ignore[return-value]


def _negation(text: str) -> Parts | None:
    found = _NEGATION.match(text)
    if found is None:
        return None
    words, dtype, value = found.groups()
    return dtype, ((value, dtype),), (), "", "", tuple(words.split())


def _cast(text: str) -> Parts | None:
    found = _CAST.match(text)
    if found is None:
        return None
    words, source, value, target = found.groups()
    source, target = _plain(source), _plain(target)
    return target, ((value, source),), (), "", target, tuple(words.split())


def _load(text: str) -> Parts | None:
    found = _LOAD.match(text)
    if found is None:
        return None
    dtype, pointer, name = found.groups()
    return dtype, ((name, _plain(pointer)),), (), "", dtype, ()


def _store(text: str) -> Parts | None:
    found = _STORE.match(text)
    if found is None:
        return None
    dtype, value, pointer, name = found.groups()
    operands = ((value, _plain(dtype)), (name, _plain(pointer)))
    return "void", operands, (), "", "", ()


def _address(text: str) -> Parts | None:
    found = _ADDRESS.match(text)
    if found is None:
        return None
    words, element, pointer, space, base, dtype, place, others, _ = found.groups()
    pointer = pointer or f"ptr{space}"
    operands: Values = ((base, pointer), (place, dtype))
    if others:
        operands += tuple((value, of) for of, value in _PLACE.findall(others))
    return pointer, operands, (), "", element, tuple(words.split())


def _stack(text: str) -> Parts | None:
    found = _STACK.match(text)
    return None if found is None else ("ptr", (), (), "", found[1], ())


def _phi(text: str) -> Parts | None:
    found = _PHI.match(text)
    if found is None:
        return None
    dtype = _plain(found[1])
    values, labels = zip(*_INCOMING.findall(text), strict=True)
    return dtype, tuple((value, dtype) for value in values), labels, "", "", ()


def _selection(text: str) -> Parts | None:
    found = _SELECTION.match(text)
    if found is None:
        return None
    dtypes = [_plain(dtype) for dtype in found.group(1, 3, 5)]
    operands = tuple(zip(found.group(2, 4, 6), dtypes, strict=True))
    return dtypes[1], operands, (), "", "", ()


def _branch(text: str) -> Parts | None:
    found = _IF.match(text)
    if found is not None:
        condition, *labels = found.groups()
        return "void", ((condition, "i1"),), tuple(labels), "", "", ()
    found = _JUMP.match(text)
    return None if found is None else ("void", (), (found[1],), "", "", ())


def _call(text: str) -> Parts | None:
    found = _CALL.match(text)
    if found is None:
        return None
    words, dtype, _, callee, arguments = found.groups()[:5]
    operands = tuple((value, _plain(of)) for of, value in _ARGUMENT.findall(arguments))
    return _plain(dtype), operands, (), callee, "", tuple(words.split())


COMMON_FORMS: dict[str, Callable[[str], Parts | None]] = {
    **dict.fromkeys(
        "add fadd sub fsub mul fmul udiv sdiv fdiv urem srem frem shl lshr ashr and or "
        "xor".split(),
        _alike,
    ),
    **dict.fromkeys(("icmp", "fcmp"), _comparison),
    **dict.fromkeys(
        "trunc zext sext fptrunc fpext fptoui fptosi uitofp sitofp bitcast inttoptr "
        "ptrtoint".split(),
        _cast,
    ),
    "fneg": _negation,
    "load": _load,
    "store": _store,
    "getelementptr": _address,
    "alloca": _stack,
    "phi": _phi,
    "select": _selection,
    "br": _branch,
    "call": _call,
}


def _plain(dtype: str) -> str:
    """Return a type as today's LLVM writes it."""
    if dtype[-1] != "*":
        return dtype
    space = dtype.find(" addrspace")
    return "ptr" if space < 0 else f"ptr{dtype[space:].rstrip('*')}"
