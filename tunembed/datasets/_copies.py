"""Which programs are copies of one another but for their looks."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import hashlib
import re

_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
_TOKEN = re.compile(r"[A-Za-z_]\w*|\d[\w.]*|\S")
_KEYWORDS = frozenset(
    "auto break case char const continue default do double else enum extern float for "
    "goto if inline int long register restrict return short signed sizeof static "
    "struct switch typedef union unsigned void volatile while".split()
)


def layout_hash(text: str) -> str:
    """Return a hash that comments and white space do not change.

    Parameters
    ----------
    text : str
        A program in C or C++.

    Returns
    -------
    str
    """
    return _hash("".join(_COMMENT.sub(" ", text).split()))


def shape_hash(text: str) -> str:
    """Return a hash that neither comments, white space, names nor numbers change.

    Names are numbered in the order in which they first occur.

    Parameters
    ----------
    text : str
        A program in C.

    Returns
    -------
    str
    """
    names: dict[str, str] = {}
    tokens = []
    for token in _TOKEN.findall(_COMMENT.sub(" ", text)):
        if token[0].isdigit():
            token = "0"
        elif token.isidentifier() and token not in _KEYWORDS:
            token = names.setdefault(token, f"n{len(names)}")
        tokens.append(token)
    return _hash(" ".join(tokens))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
