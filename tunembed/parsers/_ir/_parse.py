"""Parse LLVM IR, text or bitcode, of any LLVM since the sixth."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import os
import re
from pathlib import Path

from tunembed._llvm_process import LLVMError
from tunembed.parsers._errors import EmptySourceError, IRSyntaxError, Location
from tunembed.parsers._ir._module import IRModule
from tunembed.parsers._ir._reader import Reader

_BITCODE = (b"BC\xc0\xde", b"\xde\xc0\x17\x0b")
_PLACE = re.compile(r"<string>:(\d+):(\d+): error: (.*)")
_UNTYPED_BYVAL = re.compile(rb"\bbyval(?! ?\()")
# What every line of a printed module starts with; no comments behind instructions.
_START = (
    r"  [%a-z\]]| {4,}\S|\n|[;@!}$^]"
    r"|(?:[-\w.$]+|\"[^\"]*\"):(?: *;[^\n]*)?(?=\n)"
    r"|%(?:[-\w.$]+|\"[^\"]*\") = type "
    r"|(?:declare|define|attributes|source_filename|target|module|uselistorder)\b"
)
_STRANGE = re.compile(rf"\n(?!{_START}|\Z)|\n  [^;\n]*;")
_READER = Reader()


def parse_llvm_ir(
    source: str | bytes | os.PathLike[str], *, filename: str | None = None
) -> IRModule:
    """Parse a module of LLVM IR.

    LLVM itself (of llvmlite) reads it first, in a process of its own with limits of
    time and memory: bad input is an error here, and never the interpreter's end.

    Parameters
    ----------
    source : str, bytes or Path
        Text or bitcode, or where it is. Typed pointers are understood.
    filename : str, optional
        The name that messages show. By default the path, or ``"<string>"``.

    Returns
    -------
    IRModule

    Raises
    ------
    IRSyntaxError
        If LLVM refuses it, with the place where.
    EmptySourceError
        If it defines no function.
    OSError
        If the file cannot be read.

    Examples
    --------
    >>> from tunembed.parsers import parse_llvm_ir
    >>> module = parse_llvm_ir("define i32 @f(i32 %x) { ret i32 %x }")
    >>> module.functions["f"].opcodes
    ('ret',)
    """
    data, name = _read(source, filename)
    if not data.strip():
        raise EmptySourceError("the file holds no LLVM IR", Location(name))
    module = _parsed(data, name)
    if not module.functions:
        raise EmptySourceError("the module defines no function", Location(name))
    return module


def _read(
    source: str | bytes | os.PathLike[str], filename: str | None
) -> tuple[bytes, str]:
    if isinstance(source, str):
        return source.encode(errors="surrogatepass"), filename or "<string>"
    if isinstance(source, bytes):
        return source, filename or "<string>"
    if not isinstance(source, os.PathLike):
        raise TypeError(
            f"source must be str, bytes or Path, got {type(source).__name__}"
        )
    return Path(source).read_bytes(), filename or str(source)


def _parsed(data: bytes, name: str) -> IRModule:
    """Return a checked module, in its own text where LLVM would print it so."""
    try:
        if data.startswith(_BITCODE):
            return IRModule(name, _READER.printed(data))
        text = _decoded(data, name)
        if _is_printed(text):
            _READER.check(data)
            module = IRModule(name, text)
            if all(function.is_regular for function in module.functions.values()):
                return module
        return IRModule(name, _READER.printed(data))
    except LLVMError as error:
        typed = _UNTYPED_BYVAL.sub(b"", data)
        if typed != data and "expected '('" in str(error):
            return _parsed(typed, name)
        raise _refused(str(error), name) from None


def _is_printed(text: str) -> bool:
    """Return whether a text looks as if LLVM had printed it."""
    return (
        text.startswith("; ModuleID = ")
        and "\r" not in text
        and not _STRANGE.search(text)
    )


def _decoded(data: bytes, name: str) -> str:
    nul = data.find(b"\0")
    if nul >= 0:
        raise IRSyntaxError("there is a NUL byte in the text", _place(data, nul, name))
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        place = _place(data, error.start, name)
        raise IRSyntaxError("this is neither bitcode nor UTF-8 text", place) from None


def _place(data: bytes, offset: int, name: str) -> Location:
    line = data.count(b"\n", 0, offset) + 1
    return Location(name, line, offset - data.rfind(b"\n", 0, offset))


def _refused(message: str, name: str) -> IRSyntaxError:
    found = _PLACE.search(message)
    if found:
        place = Location(name, int(found[1]), int(found[2]))
        return IRSyntaxError(f"LLVM refuses it: {found[3]}", place)
    first = " ".join(message.split("\n")[:2]).strip()
    return IRSyntaxError(f"LLVM refuses it: {first}", Location(name))
