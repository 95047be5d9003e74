"""Write out the ``int`` that C before 1999 let people leave out."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import re

from tunembed.parsers._positions import read_tokens

_STORAGE = frozenset({"extern", "static", "register", "auto"})
_NAME = re.compile(r"[A-Za-z_]\w*$")


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
