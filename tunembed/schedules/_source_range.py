"""Where a function stands in the text of its file."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import re
from dataclasses import dataclass

from tunembed.parsers import Function
from tunembed.schedules._tree import ScheduleError

_SKIP = re.compile(
    r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|^[ \t]*#(?:\\\n|[^\n])*',
    re.DOTALL | re.MULTILINE,
)


@dataclass(frozen=True)
class SourceRange:
    """Offsets into a text: ``[start, end)`` is the definition, the body has braces."""

    start: int
    name_start: int
    body_start: int
    end: int


def source_range(function: Function) -> SourceRange:
    """Return where the definition of `function` stands in the original text.

    Raises
    ------
    ScheduleError
        When the definition is not written in the file, as when a macro makes it.
    """
    text = function.unit.text
    plain = _SKIP.sub(lambda found: re.sub(r"[^\n]", " ", found.group()), text)
    line = _line_offset(text, function.location.line)
    pattern = re.compile(rf"\b{re.escape(function.name)}\s*\(")
    for found in pattern.finditer(plain, max(0, line - 1)):
        close = _matching(plain, found.end() - 1, "(", ")")
        brace = re.compile(r"\s*\{").match(plain, close + 1)
        if brace:
            body = brace.end() - 1
            end = _matching(plain, body, "{", "}") + 1
            return SourceRange(_start(plain, found.start()), found.start(), body, end)
    raise ScheduleError(
        f"{function.location}: the definition of '{function.name}' is not written out "
        "in this file"
    )


def _line_offset(text: str, line: int) -> int:
    position = 0
    for _ in range(line - 1):
        position = text.find("\n", position) + 1
    return position


def _matching(text: str, position: int, opening: str, closing: str) -> int:
    depth = 0
    for index in range(position, len(text)):
        depth += (text[index] == opening) - (text[index] == closing)
        if depth == 0:
            return index
    raise ScheduleError("the brackets of the source do not match")


def _start(plain: str, name: int) -> int:
    """Return where the declaration begins: after the last `;`, `}` or directive."""
    last = max(plain.rfind(";", 0, name), plain.rfind("}", 0, name)) + 1
    skipped = re.compile(r"\s*").match(plain, last)
    return skipped.end() if skipped else last
