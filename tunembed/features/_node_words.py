"""The texts of program graphs without names and exact numbers."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from tunembed.features._ir_tokens import type_word
from tunembed.features._known_callees import known_callee
from tunembed.features._normalize import plain_constant, split_constant
from tunembed.parsers import NODE_KINDS, ProgramGraph

_INSTRUCTION, _, _CONSTANT, _ = range(len(NODE_KINDS))


def node_words(graph: ProgramGraph) -> tuple[list[str], NDArray[np.int64]]:
    """Return what the nodes of a program graph say, but for names and exact numbers.

    Parameters
    ----------
    graph : ProgramGraph

    Returns
    -------
    texts : list of str
        Different ones, in words of `normalized_statements`: ``"add"``, ``"@sqrt"``, or
        ``"@f"`` for a function that means something else in every program; ``"i32"``;
        ``"i32 <2^3>"`` for a constant.
    codes : ndarray of shape (n_nodes,), dtype int64
        Of each node the place of its text.
    """
    pairs = (graph.kinds.astype(np.int64) << 32) | graph.text_codes
    found, places = np.unique(pairs, return_inverse=True)
    words = [_words(int(pair) >> 32, graph.texts[pair & 0xFFFFFFFF]) for pair in found]
    place_of = {text: number for number, text in enumerate(dict.fromkeys(words))}
    codes = np.array([place_of[text] for text in words], dtype=np.int64)
    return list(place_of), codes[places]


@lru_cache(maxsize=1 << 14)
def _words(kind: int, text: str) -> str:
    if kind == _INSTRUCTION:
        if text[:1] != "@":
            return text
        known = known_callee(text[1:].strip('"'))
        return f"@{known}" if known else "@f"
    if kind != _CONSTANT:
        return type_word(text)
    dtype, value = split_constant(text)
    return f"{type_word(dtype)} {plain_constant(value)}"
