"""Sparse matrices of different structure, for the sparse-dense product."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import sparse

_ROWS = 20_000
_PER_ROW = 16

Maker = Callable[[np.random.Generator], sparse.csr_array]


def uniform(rng: np.random.Generator) -> sparse.csr_array:
    """Return a matrix with the same number of entries in every row, anywhere."""
    counts = np.full(_ROWS, _PER_ROW)
    return _from_rows(counts, lambda i, k: rng.integers(_ROWS, size=k), rng)


def banded(rng: np.random.Generator) -> sparse.csr_array:
    """Return a matrix with entries near the diagonal."""
    counts = np.full(_ROWS, _PER_ROW)
    return _from_rows(
        counts, lambda i, k: (i + rng.integers(-40, 41, size=k)) % _ROWS, rng
    )


def power_law(rng: np.random.Generator) -> sparse.csr_array:
    """Return a matrix with a few very long rows, as graphs of people have."""
    counts = np.minimum(1 + rng.pareto(1.3, _ROWS) * 4, 4000).astype(int)
    return _from_rows(
        counts,
        lambda i, k: np.minimum(rng.pareto(1.2, k) * 50, _ROWS - 1).astype(int),
        rng,
    )


def block(rng: np.random.Generator) -> sparse.csr_array:
    """Return a matrix of dense 8 x 8 blocks."""
    blocks = _ROWS // 8
    starts = rng.integers(blocks, size=(blocks, 2)) * 8

    def columns(i: int, _: int) -> np.ndarray:
        return (starts[i // 8][:, None] + np.arange(8)).reshape(-1)

    return _from_rows(np.full(_ROWS, 16), columns, rng)


def clustered(rng: np.random.Generator) -> sparse.csr_array:
    """Return a matrix whose long rows are all in the first tenth."""
    counts = np.where(np.arange(_ROWS) < _ROWS // 10, 10 * _PER_ROW, 2)
    return _from_rows(counts, lambda i, k: rng.integers(_ROWS, size=k), rng)


def grid(_: np.random.Generator) -> sparse.csr_array:
    """Return the 5-point Laplacian of a square grid."""
    side = int(np.sqrt(_ROWS))
    line = sparse.diags_array([-1.0, 2.0, -1.0], offsets=[-1, 0, 1], shape=(side, side))
    return sparse.csr_array(sparse.kronsum(line, line, format="csr"))


STRUCTURES: dict[str, Maker] = {
    "uniform": uniform,
    "banded": banded,
    "power law": power_law,
    "block": block,
    "clustered": clustered,
    "grid": grid,
}


def _from_rows(
    counts: np.ndarray,
    columns: Callable[[int, int], np.ndarray],
    rng: np.random.Generator,
) -> sparse.csr_array:
    rows = np.repeat(np.arange(_ROWS), counts)
    found = np.concatenate([columns(i, int(k)) for i, k in enumerate(counts)])
    values = rng.random(len(found)) + 0.1
    matrix = sparse.coo_array((values, (rows, found)), shape=(_ROWS, _ROWS)).tocsr()
    matrix.sort_indices()
    return matrix
