"""Where a function stands in the original text."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import re
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""
    /\*.*?(?:\*/|\Z) | //(?:\\\n|[^\n])* |            # comments
    "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*' |       # literals
    ^[ \t]*\#(?:\\\n|/\*.*?\*/|[^\n])* |              # directives
    [A-Za-z_]\w* | [{}();] | \n+ | [^\S\n]+ | .
    """,
    re.DOTALL | re.MULTILINE | re.VERBOSE,
)


@dataclass(frozen=True)
class SourceRange:
    """Offsets into the original text, in characters; ends are exclusive.

    Attributes
    ----------
    definition : tuple of int
        From the first word of the return type to after the closing brace.
    name : tuple of int
    body : tuple of int
        From the opening to after the closing brace.
    """

    definition: tuple[int, int]
    name: tuple[int, int]
    body: tuple[int, int]


def find_function(text: str, name: str, line: int = 0) -> SourceRange | None:
    """Find the definition of a function in C text.

    Parameters
    ----------
    text : str
    name : str
    line : int, default=0
        Where the name is said to be; decides between several definitions, as under
        ``#ifdef``.

    Returns
    -------
    SourceRange or None
        None if there is no definition under this name, as when a macro makes it.
    """
    found = list(_definitions(text, name))
    if not found:
        return None
    return min(
        found, key=lambda item: abs(text.count("\n", 0, item.name[0]) + 1 - line)
    )


def read_tokens(text: str) -> list[tuple[str, int]]:
    """Return words and signs with their offsets, comments and directives apart."""
    found = []
    for match in _TOKEN.finditer(text):
        word = match.group()
        if word.isspace() or word[:2] in ("/*", "//") or word.lstrip(" \t")[0] == "#":
            continue
        found.append((word, match.start()))
    return found


def _definitions(text: str, name: str) -> list[SourceRange]:
    tokens = read_tokens(text)
    found: list[SourceRange] = []
    depth, start, index, is_body = 0, 0, 0, False
    while index < len(tokens):
        word, _ = tokens[index]
        if depth == 0 and word == name:
            brace = _body_after(tokens, index)
            if brace is not None:
                end = _matching(tokens, brace, "{", "}")
                if end is None:
                    break
                places = [tokens[i][1] for i in (start, index, brace, end)]
                found.append(
                    SourceRange(
                        (places[0], places[3] + 1),
                        (places[1], places[1] + len(name)),
                        (places[2], places[3] + 1),
                    )
                )
                index = start = end + 1
                continue
        if depth == 0 and word == "{":
            is_body = index > 0 and tokens[index - 1][0] in (")", ";")
        depth += (word in "{(") - (word in "})")
        if depth == 0 and (word == ";" or (word == "}" and is_body)):
            start = index + 1
        index += 1
    return found


def _body_after(tokens: list[tuple[str, int]], index: int) -> int | None:
    """Return the index of the brace that opens the body, None if there is none."""
    after = index + 1
    if after >= len(tokens) or tokens[after][0] != "(":
        return None
    close = _matching(tokens, after, "(", ")")
    if close is None:
        return None
    for position in range(close + 1, len(tokens)):
        word = tokens[position][0]
        if word == "{":
            return position
        if word == "=" or (word == ";" and not _is_old_style(tokens, close, position)):
            return None
    return None


def _is_old_style(tokens: list[tuple[str, int]], close: int, position: int) -> bool:
    """Whether declarations of parameters stand between the parentheses and here."""
    return position > close + 1 and tokens[close + 1][0] not in (";", ",", "(", ")")


def _matching(
    tokens: list[tuple[str, int]], index: int, opening: str, closing: str
) -> int | None:
    depth = 0
    for position in range(index, len(tokens)):
        depth += (tokens[position][0] == opening) - (tokens[position][0] == closing)
        if depth == 0:
            return position
    return None
