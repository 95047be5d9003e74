"""What neighbours say about configurations: weights, votes, pooled log-ratios."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Distances below this count as equal; keeps 1 / distance finite.
_TOUCHING = 1e-150
# Log-ratios gathered at once: 32 MB.
_BLOCK = 1 << 22


class Pooled(NamedTuple):
    """Evidence of the shape (n_queries, n_configurations).

    Attributes
    ----------
    mean : ndarray
        Weighted mean of the log-ratios, NaN where no neighbour was measured.
    shrunk : ndarray
        The same, shrunk towards 0; exactly 0 where no neighbour was measured.
    faster : ndarray
        Weighted share of the neighbours that ran faster than the baseline, shrunk.
    """

    mean: Floats
    shrunk: Floats
    faster: Floats


def neighbor_weights(distances: Floats, weights: str | Callable) -> Floats:
    """Return weights of shape (n_queries, n_neighbors) with the mean 1 per query.

    A neighbour at the distance 0 leaves, by 1 / distance, nothing to the others.
    """
    if callable(weights):
        raw = np.asarray(weights(distances), dtype=np.float64)
        if raw.shape != distances.shape or not (raw >= 0).all():
            raise ValueError(
                "weights must return non-negative numbers of the distances' shape "
                f"{distances.shape}; got the shape {raw.shape}, minimum {raw.min()}."
            )
    elif weights == "distance":
        raw = 1.0 / np.maximum(distances, _TOUCHING)
    else:
        raw = np.ones_like(distances)
    return rescale(raw)


def rescale(weights: Floats) -> Floats:
    """Return non-negative weights scaled to the mean 1 per row; all 1 for zeros."""
    total = weights.sum(axis=1, keepdims=True)
    weights = np.where(total > 0, weights, 1.0)
    scaled: Floats = weights / weights.mean(axis=1, keepdims=True)
    return scaled


def pool_votes(labels: NDArray[np.intp], weights: Floats, n_classes: int) -> Floats:
    """Return the weighted share of each label among the neighbours."""
    votes = np.zeros((len(labels), n_classes))
    queries = np.broadcast_to(np.arange(len(labels))[:, None], labels.shape)
    np.add.at(votes, (queries, labels), weights)
    shares: Floats = votes / votes.sum(axis=1, keepdims=True)
    return shares


def pool_ratios(ratios: Floats, weights: Floats, shrinkage: float) -> Pooled:
    """Pool log-ratios of the shape (n_queries, n_neighbors, n_configurations).

    With weights of the mean 1, `shrinkage` counts neighbours: the pooled value is that
    of adding so many neighbours for which the configuration makes no difference.
    """
    weight = np.where(np.isnan(ratios), 0.0, weights[:, :, None])
    total = weight.sum(axis=1)
    weighted = (weight * np.nan_to_num(ratios)).sum(axis=1)
    faster = (weight * (ratios < 0)).sum(axis=1)
    mean = np.full(total.shape, np.nan)
    np.divide(weighted, total, out=mean, where=total > 0)
    shrunk, share = np.zeros(total.shape), np.zeros(total.shape)
    np.divide(weighted, total + shrinkage, out=shrunk, where=total > 0)
    np.divide(faster, total + shrinkage, out=share, where=total > 0)
    return Pooled(mean, shrunk, share)


def machine_offset(observed: Floats, expected: Floats, shrinkage: float) -> Floats:
    """Return how much slower, in log, each configuration is than was expected.

    Both have the shape (n_samples, n_configurations) with NaN where not known; the mean
    of the differences over the samples is shrunk by their number.
    """
    difference = observed - expected
    count = (~np.isnan(difference)).sum(axis=0)
    offset: Floats = np.nan_to_num(difference).sum(axis=0) / np.maximum(
        count + shrinkage, _TOUCHING
    )
    return offset


def pool_neighbors(
    known: Floats, indices: NDArray[np.intp], weights: Floats, shrinkage: float
) -> Pooled:
    """Pool the rows `indices` (n_queries, n_neighbors) of the log-ratios `known`."""
    per_query = max(1, indices.shape[1] * known.shape[1])
    size = max(1, _BLOCK // per_query)
    blocks = [slice(i, i + size) for i in range(0, len(indices), size)]
    parts = [pool_ratios(known[indices[b]], weights[b], shrinkage) for b in blocks]
    return Pooled(*map(np.concatenate, zip(*parts, strict=True)))
