"""How many bytes a type takes, and where its parts are."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import re
from collections.abc import Mapping

from tunembed.parsers._ir._tokens import TOKEN, after_type, type_text

_BYTES = {
    "half": 2,
    "bfloat": 2,
    "float": 4,
    "double": 8,
    "x86_fp80": 16,
    "fp128": 16,
    "ppc_fp128": 16,
    "ptr": 8,
}
_DEFINITION = re.compile(r"^(%(?:\"[^\"]*\"|[-\w.$]+)) = type (.*)$", re.MULTILINE)
_DEEPEST = 32


class Layout:
    """Sizes of types on a machine with pointers of eight bytes.

    Parameters
    ----------
    text : str
        Of the module, for the types that it names.
    """

    def __init__(self, text: str) -> None:
        named = _DEFINITION.findall(text) if " = type " in text else ()
        self._named: Mapping[str, str] = dict(named)
        self._known: dict[str, tuple[int, int]] = {}
        self._parts: dict[str, tuple[str, ...]] = {}

    def size(self, dtype: str) -> int:
        """Return the bytes from one element of an array to the next, 0 if unknown."""
        known = self._known.get(dtype)
        return (known or self._measured(dtype, 0))[0]

    def parts(self, dtype: str) -> tuple[str, ...]:
        """Return the types of the members of a struct; of an array its element's."""
        found = self._parts.get(dtype)
        if found is None:
            found = self._parts[dtype] = self._split(self._named.get(dtype, dtype))
        return found

    def _split(self, dtype: str) -> tuple[str, ...]:
        tokens = TOKEN.findall(dtype)
        if tokens[0] == "[":
            return (type_text(tokens, 3, len(tokens) - 1),)
        if tokens[0] == "<" and tokens[1] != "{":
            start = len(tokens) - tokens[::-1].index("x")
            return (type_text(tokens, start, len(tokens) - 1),)
        if tokens[0] not in "{<":
            return ()
        at = 2 if tokens[0] == "<" else 1
        found = []
        while at < len(tokens) and tokens[at] != "}":
            end = after_type(tokens, at)
            found.append(type_text(tokens, at, end))
            at = end + (tokens[end] == ",")
        return tuple(found)

    def is_struct(self, dtype: str) -> bool:
        """Return whether the parts of a type have offsets of their own."""
        return self._named.get(dtype, dtype).startswith(("{", "<{"))

    def offset(self, dtype: str, place: int) -> int:
        """Return where in a struct a member starts, in bytes."""
        members = self.parts(dtype)
        packed = self._named.get(dtype, dtype).startswith("<")
        offset = 0
        for number, member in enumerate(members):
            size, alignment = self._measured(member, 0)
            offset += 0 if packed else -offset % alignment
            if number == place:
                break
            offset += size
        return offset

    def _measured(self, dtype: str, depth: int) -> tuple[int, int]:
        """Return size and alignment."""
        known = self._known.get(dtype)
        if known is None:
            known = (0, 1) if depth > _DEEPEST else self._measure(dtype, depth + 1)
            self._known[dtype] = known
        return known

    def _measure(self, dtype: str, depth: int) -> tuple[int, int]:
        plain = dtype.partition(" addrspace")[0]
        if plain in _BYTES:
            return _BYTES[plain], _BYTES[plain]
        if plain.startswith("i") and plain[1:].isdigit():
            size = 1 << max(0, -(-int(plain[1:]) // 8) - 1).bit_length()
            return size, min(size, 16)
        if dtype in self._named:
            return self._measured(self._named[dtype], depth)
        if dtype.startswith("["):
            count = int(dtype[1:].split(" ", 1)[0])
            size, alignment = self._measured(self.parts(dtype)[0], depth)
            return count * size, alignment
        if dtype.startswith("<") and not dtype.startswith("<{"):
            count = int(dtype.removeprefix("<vscale x ").lstrip("<").split(" ", 1)[0])
            size = count * self._measured(self.parts(dtype)[0], depth)[0]
            return size, size or 1
        if self.is_struct(dtype):
            return self._struct(dtype, depth)
        return 0, 1

    def _struct(self, dtype: str, depth: int) -> tuple[int, int]:
        packed, end, widest = dtype.startswith("<"), 0, 1
        for member in self.parts(dtype):
            size, alignment = self._measured(member, depth)
            alignment = 1 if packed else alignment
            end += -end % alignment + size
            widest = max(widest, alignment)
        return end + -end % widest, widest
