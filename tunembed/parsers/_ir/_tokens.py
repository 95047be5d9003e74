"""Where types and values begin and end among the tokens of an instruction."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import re
from functools import lru_cache

TOKEN = re.compile(r'[%@](?:"[^"]*"|[-\w.$]+)|c?"[^"]*"|[-+\w.]+|[][(){}<>,=!#*|]')
LOCAL = re.compile(r'%(?:"[^"]*"|[-\w.$]+)')
_CLOSING = {"[": "]", "(": ")", "{": "}", "<": ">"}
_TYPES = frozenset(
    "ptr void half bfloat float double fp128 x86_fp80 ppc_fp128 label metadata token "
    "x86_amx x86_mmx opaque target".split()
)
_CONSTANTS = frozenset("true false null none undef poison zeroinitializer".split())
_EXPRESSIONS = frozenset(
    "getelementptr ptrtoint ptrtoaddr inttoptr bitcast addrspacecast trunc zext sext "
    "add sub mul xor shl icmp fcmp select splat blockaddress extractelement "
    "insertelement shufflevector dso_local_equivalent no_cfi ptrauth asm".split()
)
_POINTEE = re.compile(r'%?(?:"[^"]*"|[-\w.$]+)( addrspace\(\d+\))?\*+')
_SPACE = re.compile(r" ?([][(){}<>,*]) ?")
_TIMES = re.compile(r" x(?=[\[<{])")


def starts_type(tokens: list[str], at: int) -> bool:
    """Return whether a type starts at a token (a named one may be a value as well)."""
    token = tokens[at]
    first = token[0]
    return (first == "i" and token[1:].isdigit()) or first in "%<[{" or token in _TYPES


def starts_value(token: str) -> bool:
    """Return whether a value that is one token, or a group, starts with this one."""
    return (
        token[0] in '%@[{<"-+0123456789'
        or token in _CONSTANTS
        or token.startswith('c"')
    )


def after_group(tokens: list[str], at: int) -> int:
    """Return the position behind the bracket that closes the one at a token."""
    depth = 0
    for position in range(at, len(tokens)):
        token = tokens[position]
        if token in _CLOSING:
            depth += 1
        elif token in "])}>":
            depth -= 1
            if not depth:
                return position + 1
    return len(tokens)


def after_type(tokens: list[str], at: int) -> int:
    """Return the position behind the type at a token, a function's type left out."""
    size = len(tokens)
    token = tokens[at]
    at = after_group(tokens, at) if token in "[{<" else at + 1
    if token == "target":
        at = after_group(tokens, at)
    while at < size:
        if tokens[at] == "*":
            at += 1
        elif tokens[at] == "addrspace":
            at = after_group(tokens, at + 1)
        elif tokens[at] == "(" and "*" in tokens[after_group(tokens, at) :][:1]:
            at = after_group(tokens, at) + 1  # T (...)*: a pointer to a function
        else:
            break
    return at


def after_value(tokens: list[str], at: int) -> int:
    """Return the position behind the value at a token."""
    token = tokens[at]
    if token in "[{<":
        return after_group(tokens, at)
    if starts_value(token):
        return at + 1
    size = len(tokens)
    while at < size and tokens[at] not in "(,":  # splat (...), getelementptr (...)
        at += 1
        if token in ("dso_local_equivalent", "no_cfi"):
            return at + 1
    return after_group(tokens, at) if at < size and tokens[at] == "(" else at


def type_text(tokens: list[str], at: int, end: int) -> str:
    """Return a type as today's LLVM writes it: pointers do not say to what."""
    last = tokens[end - 1]
    if end == at + 1:
        return last
    if last == "*":
        return f"ptr{_space_of(tokens[at:end])}"
    return joined(tokens[at:end])


def after_attributes(tokens: list[str], at: int) -> int:
    """Return the position of the value behind the attributes at a token."""
    while not (starts_value(tokens[at]) or tokens[at] in _EXPRESSIONS):
        word = tokens[at]
        at += 1
        if tokens[at] == "(":
            at = after_group(tokens, at)
        elif word == "align":
            at += 1
    return at


def joined(tokens: list[str]) -> str:
    """Return tokens as LLVM puts them together."""
    return tokens[0] if len(tokens) == 1 else _joined(tuple(tokens))


@lru_cache(maxsize=4096)
def _joined(tokens: tuple[str, ...]) -> str:
    text = _SPACE.sub(r"\1", " ".join(tokens)).replace(",", ", ")
    text = _TIMES.sub(" x ", text)
    if "*" in text:
        text = _POINTEE.sub(r"ptr\1", text)
    return text.replace("{", "{ ").replace("}", " }") if "{" in text else text


def member_type(dtype: str, place: int) -> str:
    """Return the type of a part of a struct or array, empty if its name hides it."""
    tokens = TOKEN.findall(dtype)
    opening = tokens[0]
    if opening == "[":
        return type_text(tokens, 3, len(tokens) - 1)
    at = 2 if tokens[:2] == ["<", "{"] else 1
    if opening not in "{<":
        return ""
    for _ in range(place):
        at = after_type(tokens, at) + 1
    return type_text(tokens, at, after_type(tokens, at))


def _space_of(tokens: list[str]) -> str:
    """Return the address space of a pointer whose type says to what it points."""
    if tokens[-2] != ")" or len(tokens) < 6 or tokens[-5] != "addrspace":
        return ""
    return f" addrspace({tokens[-3]})"
