"""The text modality: a transformer over windows of statements."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import numpy as np
from numpy.typing import NDArray

from tunembed.embeddings._encoder._layers import (
    Floats,
    feed_forward,
    layer_norm,
    linear,
    piece_sums,
)

# Rows of one step: more of them need more memory, fewer more time.
_ROWS = 4096


def read_text(
    pieces: NDArray[np.int64],
    statements: NDArray[np.int64],
    depths: NDArray[np.uint8],
    lengths: NDArray[np.int64],
    weights: dict[str, Floats],
    *,
    heads: int,
) -> Floats:
    """Return one vector per statement of functions.

    Parameters
    ----------
    pieces : ndarray of shape (n_different, n_places)
        Numbers of the pieces of different statements; padding is 0.
    statements : ndarray of shape (n_statements,)
        Of each statement its row in `pieces`, one function after the other.
    depths : ndarray of shape (n_statements,)
        How many loops are around each.
    lengths : ndarray of shape (n_functions,)
        Numbers of statements.
    weights : dict of str to ndarray
    heads : int
        Of attention.

    Returns
    -------
    ndarray of shape (n_statements, n_components), dtype float32

    Notes
    -----
    A function is read in windows that do not overlap; a statement attends to those of
    its window.
    """
    vectors = feed_forward(piece_sums(pieces, weights), weights, "text.statement")
    positions = weights["text.positions.weight"]
    starts, sizes = windows(lengths, len(positions))
    result = np.empty((len(statements), vectors.shape[1]), dtype=np.float32)
    order = np.argsort(sizes, kind="stable")
    begin = 0
    while begin < len(order):
        size = int(sizes[order[begin]])
        stop = int(np.searchsorted(sizes[order], size, side="right"))
        stop = min(stop, begin + max(1, _ROWS // size))
        rows = starts[order[begin:stop], np.newaxis] + np.arange(size)
        x = vectors[statements[rows]] + positions[:size]
        x += weights["text.depths.weight"][depths[rows]]
        # As a matrix: one large product takes less time than many small ones.
        x = x.reshape(rows.size, -1)
        result[rows.ravel()] = _transformer(x, size, weights, heads)
        begin = stop
    return result


def windows(
    lengths: NDArray[np.int64], longest: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return where windows start, and their sizes, which differ by at most one.

    Parameters
    ----------
    lengths : ndarray of shape (n_functions,)
    longest : int
    """
    counts = np.maximum(1, -(-lengths // longest))
    of = np.repeat(np.arange(len(lengths)), counts)
    within = np.arange(len(of)) - np.repeat(np.cumsum(counts) - counts, counts)
    base = np.cumsum(lengths) - lengths
    begin = within * lengths[of] // counts[of]
    stop = (within + 1) * lengths[of] // counts[of]
    return base[of] + begin, stop - begin


def _transformer(
    x: Floats, size: int, weights: dict[str, Floats], heads: int
) -> Floats:
    """Return the vectors of windows of equal size, one after the other."""
    layer = 0
    while f"text.layers.{layer}.attend.weight" in weights:
        name = f"text.layers.{layer}"
        x = x + _attention(x, size, weights, name, heads)
        x = feed_forward(x, weights, name)
        layer += 1
    return layer_norm(x, weights, "text.norm")


def _attention(
    x: Floats, size: int, weights: dict[str, Floats], name: str, heads: int
) -> Floats:
    width = x.shape[1]
    three = linear(
        layer_norm(x, weights, f"{name}.attend_norm"), weights, f"{name}.attend"
    )
    three = three.reshape(-1, size, 3, heads, width // heads)
    query, key, value = three.transpose(2, 0, 3, 1, 4)
    scores = query @ key.transpose(0, 1, 3, 2)
    scores *= np.float32((width // heads) ** -0.5)
    scores -= scores.max(axis=-1, keepdims=True)
    np.exp(scores, out=scores)
    scores /= scores.sum(axis=-1, keepdims=True)
    mixed = (scores @ value).transpose(0, 2, 1, 3).reshape(len(x), width)
    return linear(mixed, weights, f"{name}.output")
