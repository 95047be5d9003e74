"""What functions are compared by: their words, their graph, and a sketch of the words.

References
----------
.. [1] A. Z. Broder. "On the Resemblance and Containment of Documents". SEQUENCES 1997.
"""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import hashlib
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from tunembed.features import graph_hash
from tunembed.parsers import IRFunction, program_graph

GRAM = 8
SKETCH = 32
# Rows of a sketch that must be equal: an estimated resemblance of nine in ten.
ALIKE = 29
_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_MULTIPLIERS = (
    np.random.default_rng(8).integers(1, 2**63, size=SKETCH, dtype=np.uint64) * 2 + 1
).astype(np.uint64)

Grams = NDArray[np.uint64]


def tokens_key(tokens: list[str]) -> int:
    """Return a number of 64 bits that functions of equal words share.

    Parameters
    ----------
    tokens : list of str
        As of `tunembed.features.normalized_tokens`.
    """
    return _number("\n".join(tokens))


def graph_key(function: IRFunction) -> int:
    """Return a number of 64 bits that functions of equal program graphs share.

    Parameters
    ----------
    function : IRFunction
    """
    return int.from_bytes(
        bytes.fromhex(graph_hash(program_graph(function)))[:8], "little", signed=True
    )


def grams_of(tokens: list[str]) -> Grams:
    """Return the sequences of eight words that occur in a function, as hashes.

    Parameters
    ----------
    tokens : list of str

    Returns
    -------
    ndarray of shape (n_grams,), dtype uint64
        In ascending order, each once; one at least.
    """
    codes = np.array([_word(token) for token in tokens], dtype=np.uint64)
    if len(codes) < GRAM:
        codes = np.concatenate([codes, np.zeros(GRAM - len(codes), dtype=np.uint64)])
    size = len(codes) - GRAM + 1
    grams = np.zeros(size, dtype=np.uint64)
    for place in range(GRAM):
        grams = grams * _FACTOR + codes[place : place + size]
    return np.unique(grams ^ (grams >> np.uint64(29)))


def sketch_of(grams: Grams) -> NDArray[np.uint32]:
    """Return the least of 32 hashes of the grams: equal ones estimate resemblance [1]_.

    Parameters
    ----------
    grams : ndarray of shape (n_grams,), dtype uint64

    Returns
    -------
    ndarray of shape (32,), dtype uint32
    """
    hashed = (grams[:, None] * _MULTIPLIERS) >> np.uint64(32)
    return hashed.min(axis=0).astype(np.uint32)


@lru_cache(maxsize=1 << 16)
def _word(token: str) -> int:
    return _number(token) & 0xFFFFFFFFFFFFFFFF


def _number(text: str) -> int:
    data = hashlib.blake2b(text.encode(errors="surrogatepass"), digest_size=8).digest()
    return int.from_bytes(data, "little", signed=True)
