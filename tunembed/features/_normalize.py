"""Types and constants of LLVM IR without names and without exact numbers."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import re
from functools import lru_cache

from tunembed.features._magnitude import ir_magnitude

_NAME = re.compile(r'[%@](?:"[^"]*"|[-\w.$]+)')
_EXTENT = re.compile(r"\[(\d+) x ")
_SIMPLE = re.compile(r'(?:%"[^"]*"|[^ "(]+)(?:\(.*?\))?(?: addrspace\(\d+\))?')
_WORD = re.compile(r"[a-z_]+")
_PAIRS = {"[": "]", "{": "}", "<": ">"}


def without_names(text: str) -> str:
    """Return a type or constant with ``%`` or ``@`` for every name in it."""
    return _NAME.sub(lambda found: found[0][0], text)


@lru_cache(maxsize=4096)
def plain_type(dtype: str) -> str:
    """Return a type without names; an array's extent by its magnitude.

    Parameters
    ----------
    dtype : str
        As LLVM writes it today.

    Examples
    --------
    >>> from tunembed.features._normalize import plain_type
    >>> plain_type("[100 x %struct.point]"), plain_type("<4 x float>")
    ('[<2^6> x %]', '<4 x float>')
    """
    text = without_names(dtype)
    return _EXTENT.sub(lambda found: f"[{ir_magnitude(found[1])} x ", text)


@lru_cache(maxsize=4096)
def plain_constant(text: str) -> str:
    """Return the class of a constant.

    Parameters
    ----------
    text : str
        Without its type.

    Returns
    -------
    str
        Of a number its magnitude, as of `magnitude_of`, and so of a vector, array or
        struct whose elements are all of one class; ``"<mixed>"`` of others;
        ``"<string>"``; of an expression the operation; of ``null``, ``undef`` and the
        like the text itself.

    Examples
    --------
    >>> from tunembed.features._normalize import plain_constant
    >>> [plain_constant(text) for text in ("7", "splat(i32 1)", "<i8 1, i8 2>")]
    ['<2^2>', '<1>', '<mixed>']
    """
    number = ir_magnitude(text)
    if number is not None:
        return number
    if text == "zeroinitializer":
        return "<0>"
    if text.startswith('c"'):
        return "<string>"
    if text[0] in _PAIRS or text.startswith("splat"):
        return _elements(text.removeprefix("splat"))
    word = _WORD.match(text)
    return word[0] if word else without_names(text)


def split_constant(text: str) -> tuple[str, str]:
    """Return the type and the value of ``"i32 7"``.

    Parameters
    ----------
    text : str
        A constant as a program graph has it.
    """
    if text[0] in _PAIRS:
        end = _closing(text)
    else:
        found = _SIMPLE.match(text)
        end = found.end() if found else 0
    return text[:end], text[end:].strip()


def _elements(text: str) -> str:
    parts = (part.strip(" []{}()<>") for part in text.split(","))
    classes = {plain_constant(part.split()[-1]) for part in parts if part}
    return classes.pop() if len(classes) == 1 else "<mixed>"


def _closing(text: str) -> int:
    """Return the position behind the bracket that closes the first one."""
    depth = 0
    for position, letter in enumerate(text):
        depth += (letter in _PAIRS) - (letter in _PAIRS.values())
        if not depth:
            return position + 1
    return len(text)
