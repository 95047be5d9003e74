"""Places in source files, and the errors that name them."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from dataclasses import dataclass

from tunembed._toolchain import CompilerNotFoundError

__all__ = [
    "CSyntaxError",
    "CompileError",
    "CompilerNotFoundError",
    "EmptySourceError",
    "FunctionNotFoundError",
    "IRSyntaxError",
    "LanguageError",
    "Location",
    "MissingIncludeError",
    "ParseError",
    "PreprocessorError",
    "SourceError",
]


@dataclass(frozen=True, order=True)
class Location:
    """A place in a source file; ``str()`` gives ``kernel.c:3:9``.

    Attributes
    ----------
    file : str
        As it was given or as an ``#include`` found it.
    line, column : int
        Counted from one; zero when unknown.
    """

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        text = self.file
        if self.line:
            text += f":{self.line}"
            if self.column:
                text += f":{self.column}"
        return text


class SourceError(ValueError):
    """A source text cannot be used.

    Attributes
    ----------
    location : Location
        Where the trouble is.
    """

    def __init__(self, message: str, location: Location) -> None:
        super().__init__(f"{location}: {message}")
        self.location = location


class ParseError(SourceError):
    """A text cannot be parsed; every failure of a parser is one of these."""


class CSyntaxError(ParseError):
    """The text is not C as far as the parser knows it."""


class IRSyntaxError(ParseError):
    """The text is not LLVM IR as far as LLVM knows it."""


class CompileError(SourceError):
    """The compiler refuses the text."""


class EmptySourceError(ParseError):
    """The text holds no declaration at all."""


class LanguageError(ParseError):
    """The text is in another language, such as C++."""


class MissingIncludeError(ParseError):
    """An included file was not found."""


class PreprocessorError(ParseError):
    """The preprocessor refused the text."""


class FunctionNotFoundError(SourceError, LookupError):
    """The translation unit does not define the function asked for."""
