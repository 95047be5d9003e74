"""What all recommenders share: configurations ranked by merit, and their score."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from abc import ABCMeta, abstractmethod
from numbers import Integral
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import check_consistent_length
from sklearn.utils.validation import check_is_fitted

from tunembed.estimators._runtime_table import (
    align_columns,
    column_of,
    is_runtime_table,
    log_ratios,
    read_runtime_table,
)
from tunembed.estimators._targets import TargetMixin


class Assessment(NamedTuple):
    """What a recommender holds of each configuration for each of its queries.

    Attributes
    ----------
    merit : ndarray of shape (n_queries, n_configurations)
        Log of the expected speedup; fitted to labels: share of the votes.
    confidence : ndarray of shape (n_queries, n_configurations)
        Between 0 and 1.
    abstained : ndarray of shape (n_queries,), dtype bool
        Whether the query is too far from what is known.
    distances, indices : ndarray of shape (n_queries, n_neighbors)
        The known samples that were asked.
    """

    merit: NDArray[np.float64]
    confidence: NDArray[np.float64]
    abstained: NDArray[np.bool_]
    distances: NDArray[np.float64]
    indices: NDArray[np.intp]


class BaseRecommender(TargetMixin, ClassifierMixin, BaseEstimator, metaclass=ABCMeta):
    """Base of the recommenders.

    A subclass has the parameter `baseline`, learns what ``_learn_targets`` does and
    `abstain_gain_` in ``fit``, and implements ``_judge(X)``.
    """

    abstain_gain_: float

    def predict(self, X):
        """Recommend one configuration per sample.

        Parameters
        ----------
        X : array-like of shape (n_queries, n_features)
            Embeddings.

        Returns
        -------
        ndarray of shape (n_queries,)
            The configuration with the highest expected speedup (fitted to labels: with
            the most votes); the baseline where nothing is expected to be faster, and
            where the recommender abstains.
        """
        check_is_fitted(self)
        return self.classes_[self._order(self._assess(X))[:, 0]]

    def predict_proba(self, X):
        """Return how likely each configuration is the best one.

        Parameters
        ----------
        X : array-like of shape (n_queries, n_features)
            Embeddings.

        Returns
        -------
        ndarray of shape (n_queries, n_configurations)
            Columns in the order of `classes_`. Fitted to labels: shares of the
            neighbours' votes. Fitted to a runtime table: the softmax of the expected
            log-speedups over `scale_`. Where the recommender abstains: 1 for the
            baseline.
        """
        check_is_fitted(self)
        assessment = self._assess(X)
        probability = assessment.merit
        if self.labels_ is None:
            scaled = probability / self.scale_
            raised = np.exp(scaled - scaled.max(axis=1, keepdims=True))
            probability = raised / raised.sum(axis=1, keepdims=True)
        certain = np.arange(len(self.classes_)) == self._baseline_column()
        return np.where(assessment.abstained[:, None], certain, probability)

    def rank(self, X, k=10):
        """Return the `k` most promising configurations of each sample.

        Parameters
        ----------
        X : array-like of shape (n_queries, n_features)
            Embeddings.
        k : int, default=10
            How many configurations per sample; all if there are fewer.

        Returns
        -------
        DataFrame
            One row per sample and configuration, best first. Columns: ``sample`` (row
            of `X`), ``rank`` (from 1), ``configuration``, ``expected_speedup`` over the
            baseline (NaN if fitted to labels), ``confidence`` (the share of the
            neighbours, imaginary ones included, for which it was faster than the
            baseline, or best if fitted to labels; 1 for the baseline of a runtime
            table), ``abstained``, ``distance`` to the nearest known sample,
            ``neighbors`` (tuple of rows of `samples_`) and ``neighbor_distances``.
            Where the recommender abstains the baseline comes first, with the confidence
            1, and everything else has the confidence 0.
        """
        from pandas import DataFrame

        check_is_fitted(self)
        if not isinstance(k, Integral) or k < 1:
            raise ValueError(f"k must be an int of at least 1; got {k!r}.")
        assessment = self._assess(X)
        order = self._order(assessment)[:, :k]
        n_queries, n_ranks = order.shape
        if self.labels_ is None:
            speedup = np.exp(np.take_along_axis(assessment.merit, order, axis=1))
        else:
            speedup = np.full(order.shape, np.nan)
        confidence = np.take_along_axis(assessment.confidence, order, axis=1)
        rows = np.repeat(np.arange(n_queries), n_ranks)
        neighbors = [tuple(found) for found in assessment.indices.tolist()]
        distances = [tuple(found) for found in assessment.distances.tolist()]
        return DataFrame(
            {
                "sample": rows,
                "rank": np.tile(np.arange(1, n_ranks + 1), n_queries),
                "configuration": self.classes_[order.ravel()],
                "expected_speedup": speedup.ravel(),
                "confidence": confidence.ravel(),
                "abstained": assessment.abstained[rows],
                "distance": assessment.distances[rows, 0],
                "neighbors": [neighbors[row] for row in rows],
                "neighbor_distances": [distances[row] for row in rows],
            }
        )

    def score(self, X, y, sample_weight=None):
        """Return the mean accuracy, or the mean speedup if `y` is a runtime table.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Embeddings.
        y : array-like of shape (n_samples,) or DataFrame (n_samples, n_configurations)
            Labels, or runtimes in seconds with NaN where not measured.
        sample_weight : array-like of shape (n_samples,), default=None
            How much each sample counts.

        Returns
        -------
        float
            Accuracy; or the weighted geometric mean of the speedups over the baseline
            of the best-ranked configurations that `y` has a measurement of.
        """
        if not is_runtime_table(y):
            return super().score(X, y, sample_weight)
        check_is_fitted(self)
        check_consistent_length(X, y, sample_weight)
        table = read_runtime_table(y)
        ratios = log_ratios(table, column_of(table.configurations, self.baseline_))
        ratios = align_columns(ratios, table.configurations, self.classes_.tolist())
        ranked = np.take_along_axis(ratios, self._order(self._assess(X)), axis=1)
        first = (~np.isnan(ranked)).argmax(axis=1)
        reached = ranked[np.arange(len(ranked)), first]
        return float(np.exp(-np.average(reached, weights=sample_weight)))

    def explain(self, X, n_features=5):
        """Say why: which features speak for a recommendation, which samples are near.

        A feature's contribution is by how much the expected gain of the recommended
        configuration falls if the feature is replaced by its median over the known
        samples.

        Parameters
        ----------
        X : array-like of shape (n_queries, n_features)
            As of :meth:`predict`.
        n_features : int, default=5
            How many features per sample, those with the largest contributions.

        Returns
        -------
        DataFrame
            Rows in the order of the samples. Columns: ``sample``; ``configuration``
            that is recommended; ``abstained``; ``kind``, ``"feature"`` or
            ``"neighbor"``; ``name`` of the feature, or row of the neighbour in
            `samples_`; ``value`` of the feature, or distance; ``contribution``, in log
            speedup (votes if fitted to labels), or what the neighbour itself gained
            from the configuration (NaN where not measured).
        """
        from tunembed.estimators._explain import explain

        check_is_fitted(self)
        return explain(self, X, n_features)

    def _assess(self, X: Any) -> Assessment:
        """Judge every configuration, and abstain where too little is to be gained."""
        judged = self._judge(X)
        column = self._baseline_column()
        gain = judged.merit.max(axis=1) - judged.merit[:, column]
        abstained = judged.abstained | ((gain > 0) & (gain < self.abstain_gain_))
        confidence = judged.confidence.copy()
        confidence[abstained] = 0.0
        confidence[abstained, column] = 1.0
        return judged._replace(confidence=confidence, abstained=abstained)

    def _expected_gains(self, X: Any) -> tuple[NDArray[np.float64], list[Any]]:
        """Return what is expected of the best configurations, and which they are."""
        judged = self._judge(X)
        best = self._order(judged)[:, 0]
        merit, column = judged.merit, self._baseline_column()
        gain = merit[np.arange(len(best)), best] - merit[:, column]
        gain[judged.abstained | (best == column)] = -np.inf
        return gain, self.classes_[best].tolist()

    @abstractmethod
    def _judge(self, X: Any) -> Assessment:
        """Judge every configuration for every sample, whatever there is to gain."""

    def _baseline_column(self) -> int:
        return self.classes_.tolist().index(self.baseline_)

    def _order(self, assessment: Assessment) -> NDArray[np.intp]:
        """Return columns by falling merit, of equals the baseline first."""
        merit = assessment.merit.copy()
        column = self._baseline_column()
        merit[assessment.abstained, column] = np.inf
        if self.labels_ is not None:
            return np.argsort(-merit, axis=1, kind="stable")
        doubt = -assessment.confidence
        doubt[:, column] = -np.inf
        return np.lexsort((doubt, -merit), axis=1)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags
