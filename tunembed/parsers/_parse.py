"""Parse C source files."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pycparser import CParser, c_ast
from pycparser.c_lexer import CLexer
from pycparser.c_parser import ParseError

from tunembed.parsers._errors import (
    CSyntaxError,
    EmptySourceError,
    LanguageError,
    Location,
    SourceError,
)
from tunembed.parsers._functions import TranslationUnit
from tunembed.parsers._preprocess import preprocess
from tunembed.parsers._recursion import deep_recursion
from tunembed.parsers._rewrites import add_implicit_int, replace_asm

_PLACE = re.compile(r"^(?P<file>.*?):(?P<line>\d+)(?::(?P<column>\d+))?: (?P<text>.*)$")
_CPP = re.compile(
    r"^\s*(?:template\s*<|namespace\s+\w+|using\s+namespace\b|class\s+\w+\s*[:{]"
    r"|(?:public|private|protected)\s*:|#\s*include\s*<(?:iostream|vector|string"
    r"|algorithm|cmath|cstdlib|cstdio|cstring|map|memory|fstream)>)"
    r"|\bstd::\w|\b(?:static|const|reinterpret|dynamic)_cast\s*<",
    re.MULTILINE,
)
_CPP_SUFFIXES = (".cpp", ".cc", ".cxx", ".C", ".hpp", ".cu")
_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"", re.DOTALL)


def parse_c(
    source: str | bytes | Path,
    *,
    filename: str | None = None,
    include_dirs: Sequence[str | os.PathLike[str]] = (),
    defines: Sequence[str] = (),
) -> TranslationUnit:
    """Parse a C source file.

    Parameters
    ----------
    source : str, bytes or Path
        The text, or where it is.
    filename : str, optional
        The name that locations show. By default the path, or ``"<string>"``.
    include_dirs : sequence of path-like
        Where included files are searched.
    defines : sequence of str
        Macros, ``"NAME"`` or ``"NAME=VALUE"``.

    Returns
    -------
    TranslationUnit

    Raises
    ------
    SourceError
        One of its subclasses: the text is empty, is C++, includes a missing file or
        has a syntax error.
    CompilerNotFoundError
        If there is no preprocessor on this machine.
    OSError
        If the file cannot be read.

    Examples
    --------
    >>> unit = parse_c("void f(int n, double x[n]) { x[0] = 1.0; }")
    >>> unit.functions["f"].body[0].accesses[0].array
    'x'
    """
    text, name, directory = _read(source, filename)
    if not _COMMENT.sub(_blank, text).strip():
        raise EmptySourceError("the file holds no C code", Location(name))
    if name.endswith(_CPP_SUFFIXES):
        raise LanguageError("this is C++; only C is understood", Location(name))
    try:
        prepared = preprocess(
            text,
            filename=name,
            directory=directory,
            include_dirs=include_dirs,
            defines=defines,
        )
        ast = _parse_either(replace_asm(prepared), name)
    except SourceError as error:
        _blame_cpp(text, name, error)
        raise
    return TranslationUnit(name, text, ast)


def _read(
    source: str | bytes | Path, filename: str | None
) -> tuple[str, str, Path | None]:
    if isinstance(source, (str, bytes)):
        text = source if isinstance(source, str) else _decode(source)
        return text, filename or "<string>", None
    if not isinstance(source, os.PathLike):
        raise TypeError(
            f"source must be str, bytes or Path, got {type(source).__name__}"
        )
    path = Path(source)
    return _decode(path.read_bytes()), filename or str(source), path.parent


def _decode(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _blank(match: re.Match[str]) -> str:
    text = match.group()
    return text if text.startswith('"') else "\n" * text.count("\n")


def _blame_cpp(text: str, name: str, error: SourceError) -> None:
    """Say that a text that cannot be parsed is C++, if it looks so."""
    bare = _COMMENT.sub(_blank, text)
    found = _CPP.search(bare)
    if found is not None:
        line = bare.count("\n", 0, found.end()) + 1
        raise LanguageError(
            f"this is C++ ({found.group().strip()}); only C is understood",
            Location(name, line),
        ) from error


def _parse_either(text: str, name: str) -> c_ast.FileAST:
    """Parse; if that fails, once more with the ``int`` that old C leaves out."""
    try:
        return _parse(text, name)
    except CSyntaxError:
        explicit = add_implicit_int(text)
        if explicit == text:
            raise
        return _parse(explicit, name)


class _Lexer(CLexer):
    """Remembers where the last token was, for errors that come without a place."""

    place: Location | None = None

    def token(self) -> Any:
        """Return the next token, or None at the end."""
        found = super().token()
        if found is not None:
            column = getattr(found, "column", 0)
            self.place = Location(self.filename, found.lineno, column)
        return found


def _parse(text: str, name: str) -> c_ast.FileAST:
    parser = CParser(lexer=_Lexer)
    try:
        with deep_recursion(Location(name)):
            return parser.parse(text, name)
    except ParseError as error:
        found = _PLACE.match(str(error))
        if found is None:
            what = str(error).rpartition(": ")[2].lower()
            place = parser.clex.place or Location(name)
            raise CSyntaxError(f"syntax error: {what}", place) from None
        place = Location(found["file"], int(found["line"]), int(found["column"] or 0))
        raise CSyntaxError(f"syntax error {found['text']}", place) from None
