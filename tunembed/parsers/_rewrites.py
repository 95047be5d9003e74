"""Small changes to preprocessed text that pycparser could not read."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import re

from tunembed.parsers._positions import read_tokens

_STORAGE = frozenset({"extern", "static", "register", "auto"})
_NAME = re.compile(r"[A-Za-z_]\w*$")
_ASM = re.compile(r"\b(?:asm|__asm__|__asm)\b(?:\s*\b(?:volatile|inline|goto)\b)*\s*\(")
_ASM_CALL = "_tunembed_asm()"


def replace_asm(text: str) -> str:
    """Turn assembler statements into calls of an unknown function.

    An assembler name after a declaration is left out.

    Parameters
    ----------
    text : str
        Preprocessed C.

    Returns
    -------
    str
        With as many lines as before.

    Examples
    --------
    >>> replace_asm('{ __asm__ volatile ("nop" : : : "memory"); }')
    '{ _tunembed_asm(); }'
    """
    parts = []
    end = depth = 0
    while (match := _ASM.search(text, end)) is not None:
        close = _closing(text, match.end() - 1)
        between = text[end : match.start()]
        depth += between.count("{") - between.count("}")
        starts = between.rstrip()[-1:] in ("", ";", "{", "}", ")", ":")
        call = _ASM_CALL if depth > 0 and starts else ""
        lines = "\n" * text.count("\n", match.start(), close)
        parts += [between, call, lines]
        end = close
    return "".join([*parts, text[end:]])


def _closing(text: str, start: int) -> int:
    """Return the offset after the parenthesis that closes the one at the start."""
    depth = 0
    for match in re.compile(r'"(?:\\.|[^"\\\n])*"|[()]').finditer(text, start):
        depth += (match.group() == "(") - (match.group() == ")")
        if depth == 0:
            return match.end()
    return len(text)


def add_implicit_int(text: str) -> str:
    """Insert ``int`` in front of declarations at file scope that have no type.

    Parameters
    ----------
    text : str
        Preprocessed C.

    Returns
    -------
    str
        The same text if there is none.

    Examples
    --------
    >>> add_implicit_int("main(argc) int argc; { return 0; } extern count;")
    'int main(argc) int argc; { return 0; } extern int count;'
    """
    tokens = read_tokens(text)
    places = []
    depth, start = 0, True
    for index, (word, _) in enumerate(tokens):
        if start and depth == 0:
            first = index + (word in _STORAGE)
            if _lacks_type(tokens, first, word in _STORAGE):
                places.append(tokens[first][1])
        depth += (word in "{(") - (word in "})")
        start = depth == 0 and (word == ";" or word == "}")
    for place in reversed(places):
        text = f"{text[:place]}int {text[place:]}"
    return text


def _lacks_type(tokens: list[tuple[str, int]], first: int, storage: bool) -> bool:
    if first + 1 >= len(tokens) or _NAME.match(tokens[first][0]) is None:
        return False
    following = tokens[first + 1][0]
    if storage:
        return following in (";", ",", "=", "[", "(")
    return following == "(" and not tokens[first][0].startswith("_")
