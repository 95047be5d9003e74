"""One vector out of many: what of statements or nodes is kept of a program."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import numpy as np
from numpy.typing import NDArray

from tunembed.embeddings._encoder._layers import Floats

POOLINGS = ("mean", "max", "loops")
# How many times a loop is taken to run, where statements are weighted by it.
TRIPS = 8.0


def pool(
    vectors: Floats,
    depths: NDArray[np.uint8],
    starts: NDArray[np.int64],
    poolings: tuple[str, ...],
) -> Floats:
    """Return one row per program.

    Parameters
    ----------
    vectors : ndarray of shape (n_vectors, n_components)
        One program after the other.
    depths : ndarray of shape (n_vectors,)
        How many loops are around each.
    starts : ndarray of shape (n_programs,)
        Where programs start; none is empty.
    poolings : tuple of {"mean", "max", "loops"}

    Returns
    -------
    ndarray of shape (n_programs, n_components * len(poolings)), dtype float32
    """
    return np.hstack([_POOLS[name](vectors, depths, starts) for name in poolings])


def _mean(
    vectors: Floats, depths: NDArray[np.uint8], starts: NDArray[np.int64]
) -> Floats:
    return _weighted(vectors, np.ones(len(vectors), dtype=np.float32), starts)


def _loops(
    vectors: Floats, depths: NDArray[np.uint8], starts: NDArray[np.int64]
) -> Floats:
    return _weighted(vectors, (TRIPS**depths).astype(np.float32), starts)


def _max(
    vectors: Floats, depths: NDArray[np.uint8], starts: NDArray[np.int64]
) -> Floats:
    found: Floats = np.maximum.reduceat(vectors, starts, axis=0)
    return found


def _weighted(
    vectors: Floats, weights: NDArray[np.float32], starts: NDArray[np.int64]
) -> Floats:
    total = np.add.reduceat(vectors * weights[:, np.newaxis], starts, axis=0)
    total /= np.add.reduceat(weights, starts)[:, np.newaxis]
    return total


_POOLS = {"mean": _mean, "max": _max, "loops": _loops}
