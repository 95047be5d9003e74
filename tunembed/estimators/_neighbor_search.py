"""Remembering samples and finding those nearest to others."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from collections.abc import Callable
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import check_consistent_length, column_or_1d
from sklearn.utils.validation import check_is_fitted

from tunembed.estimators._search import make_sieve, nearest, nearest_outside_group

# Leave-one-out distances are taken at so many samples, evenly spread over the rows.
_N_CALIBRATION = 2000


class NeighborSearchMixin:
    """Adds exact neighbour search to an estimator.

    The estimator has the parameters `n_neighbors`, `metric` and `abstain_quantile`,
    reads samples by ``_read``, and calls ``_remember`` in ``fit``.
    """

    n_neighbors: int
    metric: str
    abstain_quantile: float | None
    samples_: NDArray[Any]
    sample_weight_: NDArray[np.float64]
    _read: Callable[..., tuple[NDArray[Any], NDArray[np.float64]]]

    def kneighbors(self, X, n_neighbors=None, return_distance=True):
        """Find the nearest known samples, exactly.

        Parameters
        ----------
        X : array-like of shape (n_queries, n_features)
            Embeddings.
        n_neighbors : int, default=None
            How many; None: the parameter of the constructor. Never more than there are.
        return_distance : bool, default=True
            Whether to return the distances too.

        Returns
        -------
        distances : ndarray of shape (n_queries, n_neighbors)
            Ascending; infinite for queries with NaN. Only with `return_distance`.
        indices : ndarray of shape (n_queries, n_neighbors)
            Rows of `samples_`; -1 for queries with NaN.
        """
        check_is_fitted(self)
        k = self.n_neighbors if n_neighbors is None else n_neighbors
        if not isinstance(k, Integral) or k < 1:
            raise ValueError(f"n_neighbors must be an int of at least 1; got {k!r}.")
        found = self._search(self._read(X, reset=False)[0], int(k))
        return found if return_distance else found[1]

    def decision_distance(self, X):
        """Return how far samples are from what is known.

        Parameters
        ----------
        X : array-like of shape (n_queries, n_features)
            Embeddings.

        Returns
        -------
        ndarray of shape (n_queries,)
            Distance to the nearest known sample, in the unit of the metric. Beyond
            `abstain_distance_` the baseline is recommended.
        """
        return self.kneighbors(X, n_neighbors=1)[0][:, 0]

    def _remember(self, X, weight):
        finite = np.isfinite(X).all(axis=1)
        self.samples_ = np.where(finite[:, None], X, X.dtype.type(0))
        self.sample_weight_ = np.where(finite, weight, 0.0)
        self._forbidden = np.flatnonzero(self.sample_weight_ == 0)
        self._sieve = make_sieve(self.samples_, self.metric)

    def _calibrate(self, groups):
        if self.abstain_quantile is None:
            return np.inf
        groups = (
            np.arange(len(self.samples_)) if groups is None else column_or_1d(groups)
        )
        check_consistent_length(self.samples_, groups)
        usable = np.flatnonzero(self.sample_weight_)
        step = max(1, -(-len(usable) // _N_CALIBRATION))
        distances = nearest_outside_group(
            self.samples_,
            self._sieve,
            usable[::step],
            groups,
            metric=self.metric,
            forbidden=self._forbidden,
        )
        distances = distances[np.isfinite(distances)]
        if not len(distances):
            return np.inf
        return float(np.quantile(distances, self.abstain_quantile))

    def _search(self, X, k):
        k = min(k, len(self.samples_) - len(self._forbidden))
        finite = np.isfinite(X).all(axis=1)
        distances = np.full((len(X), k), np.inf)
        indices = np.full((len(X), k), -1, dtype=np.intp)
        distances[finite], indices[finite] = nearest(
            self.samples_,
            self._sieve,
            X[finite],
            k,
            metric=self.metric,
            forbidden=self._forbidden,
        )
        return distances, indices
