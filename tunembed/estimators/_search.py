"""Exact nearest neighbours by brute force, fast for one query over 10^5 records."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import pairwise_distances

METRICS = frozenset({"cityblock", "cosine", "euclidean", "l1", "l2", "manhattan"})

# Distances held at once: 64 MB in float32.
_BLOCK = 1 << 24
# Queries farther out than this, in units of the samples' spread, overflow float32.
_FAR = 1e15
_LARGEST = np.finfo(np.float32).max

Sieve = dict[str, Any]


def make_sieve(samples: NDArray[Any], metric: str) -> Sieve:
    """Return what finds the candidates of a Euclidean query; empty for other metrics.

    The samples, centred and scaled, in float32: one matrix product ranks them all, then
    :func:`nearest` decides among the candidates in full precision.
    """
    if metric not in ("euclidean", "l2"):
        return {}
    centre = samples.mean(axis=0)
    scale = float(np.abs(samples - centre).max()) or 1.0
    rows = np.ascontiguousarray((samples - centre) / scale, dtype=np.float32)
    norms = np.einsum("ij,ij->i", rows, rows)
    return {"centre": centre, "scale": scale, "rows": rows, "norms": norms}


def nearest(
    samples: NDArray[Any],
    sieve: Sieve,
    queries: NDArray[Any],
    k: int,
    *,
    metric: str,
    forbidden: NDArray[np.intp],
) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Return distances and indices of the `k` nearest samples, nearest first.

    Samples at equal distance are ordered by their index. `forbidden` names samples that
    are nobody's neighbour; at least `k` must remain.
    """
    distances = np.empty((len(queries), k))
    indices = np.empty((len(queries), k), dtype=np.intp)
    for block in _blocks(len(queries), len(samples)):
        rough, slack = _rough_distances(samples, sieve, queries[block], metric)
        rough[:, forbidden] = np.inf
        for offset, row in enumerate(rough):
            here = block.start + offset
            candidates = _candidates(row, k, slack[offset])
            found = _exact(samples, sieve, queries[here], row, candidates)
            order = np.argsort(found, kind="stable")[:k]
            distances[here], indices[here] = found[order], candidates[order]
    return distances, indices


def nearest_outside_group(
    samples: NDArray[Any],
    sieve: Sieve,
    which: NDArray[np.intp],
    groups: NDArray[Any],
    *,
    metric: str,
    forbidden: NDArray[np.intp],
) -> NDArray[np.float64]:
    """Return how far the samples `which` are from the nearest one of another group.

    The result has the shape (len(which),); it is infinite where all are of one group.
    """
    distances = np.full(len(which), np.inf)
    for block in _blocks(len(which), len(samples)):
        chosen = which[block]
        rough, slack = _rough_distances(samples, sieve, samples[chosen], metric)
        rough[:, forbidden] = np.inf
        rough[groups[chosen, None] == groups[None, :]] = np.inf
        for offset, row in enumerate(rough):
            candidates = _candidates(row, 1, slack[offset])
            if len(candidates):
                query = samples[chosen[offset]]
                found = _exact(samples, sieve, query, row, candidates)
                distances[block.start + offset] = found.min()
    return distances


def _blocks(n_queries: int, n_samples: int) -> Iterator[slice]:
    size = max(1, _BLOCK // n_samples)
    for start in range(0, n_queries, size):
        yield slice(start, min(start + size, n_queries))


def _rough_distances(
    samples: NDArray[Any], sieve: Sieve, queries: NDArray[Any], metric: str
) -> tuple[NDArray[Any], NDArray[np.float64]]:
    """Return comparable distances, (n_queries, n_samples), and how far off they may be.

    With a sieve they are squared distances less the query's own squared norm.
    """
    if not sieve:
        exact = pairwise_distances(queries, samples, metric=metric)
        return exact, np.zeros(len(queries))
    rows, norms = sieve["rows"], sieve["norms"]
    scaled = (queries - sieve["centre"]) / sieve["scale"]
    lengths = np.linalg.norm(scaled, axis=1)
    far = lengths > _FAR
    scaled[far] = 0.0
    rough = scaled.astype(np.float32) @ rows.T
    rough *= -2.0
    rough += norms
    # Rounding of the inputs and of a dot product of n_features terms, both ways.
    reach = np.sqrt(norms.max()) + lengths
    slack = 2.0 * (rows.shape[1] + 8) * np.finfo(np.float32).eps * reach**2
    slack[far] = np.inf
    return rough, slack


def _candidates(rough: NDArray[Any], k: int, slack: float) -> NDArray[np.intp]:
    limit = min(float(np.partition(rough, k - 1)[k - 1]) + slack, float(_LARGEST))
    return np.flatnonzero(rough <= rough.dtype.type(limit))


def _exact(
    samples: NDArray[Any],
    sieve: Sieve,
    query: NDArray[Any],
    rough: NDArray[Any],
    candidates: NDArray[np.intp],
) -> NDArray[np.float64]:
    if not sieve:
        return rough[candidates].astype(np.float64)
    difference = samples[candidates].astype(np.float64) - query
    distances: NDArray[np.float64] = np.sqrt(
        np.einsum("ij,ij->i", difference, difference)
    )
    return distances
