"""What recommenders that learn a model share: targets, probes, transfer, neighbours."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from abc import abstractmethod
from numbers import Integral, Real
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import _fit_context
from sklearn.neighbors import NearestNeighbors
from sklearn.utils import check_consistent_length, column_or_1d
from sklearn.utils._param_validation import Interval
from sklearn.utils.validation import check_is_fitted

from tunembed.estimators._base import Assessment, BaseRecommender
from tunembed.estimators._conformal import RiskMixin
from tunembed.estimators._evidence import machine_offset, pool_neighbors, pool_votes
from tunembed.estimators._latent import LatentTable
from tunembed.estimators._probes import ProbeMixin, fit_scaler

Floats = NDArray[np.float64]


class ModelRecommender(ProbeMixin, RiskMixin, BaseRecommender):
    """Base of the recommenders that learn a model of how configurations do.

    A subclass has the parameters `baseline`, `n_components`, `clip`, `balance`,
    `probes`, `alpha`, `n_neighbors` and `transfer_weight`, and learns by
    ``_learn_ratios`` and ``_learn_labels`` what ``_expect_ratios`` and ``_votes`` tell.
    """

    n_components: int | None
    clip: Any
    balance: float
    n_neighbors: int
    transfer_weight: float
    labels_: Any
    log_ratios_: Any
    table_: Any

    _parameter_constraints: dict = {
        "baseline": "no_validation",
        "n_components": [Interval(Integral, 1, None, closed="left"), None],
        "clip": [Interval(Real, 0, None, closed="neither"), tuple, None],
        "balance": [Interval(Real, 0, 1, closed="both")],
        "probes": ["array-like", None],
        "alpha": [Interval(Real, 0, 1, closed="neither"), None],
        "n_neighbors": [Interval(Integral, 1, None, closed="left")],
        "transfer_weight": [Interval(Real, 0, None, closed="neither")],
    }

    @_fit_context(prefer_skip_nested_validation=False)
    def fit(self, X, y, groups=None):
        """Learn how configurations do from features.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Features or embeddings, the runtimes of `probes` among them. Rows with NaN
            need a model that takes them.
        y : array-like of shape (n_samples,) or DataFrame (n_samples, n_configurations)
            A label per sample, or a runtime table: seconds, NaN where not measured, one
            column per configuration. The baseline must be measured for every sample.
        groups : array-like of shape (n_samples,), default=None
            Which samples belong together (the program, or its family), for `alpha` and
            `balance`.

        Returns
        -------
        object
            The fitted recommender.
        """
        self._require_targets(y)
        features, logs = self._read(X, reset=True)
        check_consistent_length(features, y)
        self._learn_targets(y)
        self.samples_ = self._as_given(X)
        self.n_samples_fit_ = len(features)
        self._weights = _balanced(groups, len(features), self.balance)
        self._learn(features, logs)
        self.abstain_gain_ = self._calibrate_gain(X, y, groups)
        return self

    def transfer(self, X, y):
        """Adapt to another machine or code base, from a few of its samples.

        The samples join the known ones, and count for `transfer_weight` of them. With a
        runtime table every configuration is first corrected for how much faster or
        slower it is on the target than was expected: the mean difference of the
        log-ratios, shrunk by the number of target samples. `abstain_gain_` stays. Call
        it again for more samples of the same target; for another target fit again. In a
        pipeline, write ``pipe[-1].transfer(pipe[:-1].transform(programs), y)``.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Features of the target's samples.
        y : array-like of shape (n_samples,) or DataFrame (n_samples, n_configurations)
            Labels or runtime table, as in :meth:`fit`. Configurations that are new
            are added; the baseline must be the same.

        Returns
        -------
        object
            This recommender, changed in place.
        """
        check_is_fitted(self)
        features, _ = self._read(X, reset=False)
        check_consistent_length(features, y)
        self._require_same_kind(y)
        if self.labels_ is None:
            classes, observed = self._read_more(y)
            n_known = len(self.classes_)
            expected = -self._judge(X).merit
            offset = machine_offset(observed[:, :n_known], expected, 1.0)
            self._add_ratios(classes, observed, offset, self.n_samples_fit_)
        else:
            self._add_labels(y)
        self.samples_ = np.concatenate([self.samples_, self._as_given(X)])
        more = np.full(len(features), float(self.transfer_weight))
        self._weights = np.concatenate([self._weights, more])
        self._learn(*self._read(self._named(self.samples_), reset=False))
        return self

    def kneighbors(self, X, n_neighbors=None, return_distance=True):
        """Find the nearest known samples by standardised features.

        Parameters
        ----------
        X : array-like of shape (n_queries, n_features)
            As of :meth:`predict`.
        n_neighbors : int, default=None
            How many; None: the parameter of the constructor. Never more than there are.
        return_distance : bool, default=True
            Whether to return the distances too.

        Returns
        -------
        distances : ndarray of shape (n_queries, n_neighbors)
            Ascending. Only with `return_distance`.
        indices : ndarray of shape (n_queries, n_neighbors)
            Rows of `samples_`.
        """
        check_is_fitted(self)
        found = self._near(self._read(X, reset=False)[0], n_neighbors)
        return found if return_distance else found[1]

    @abstractmethod
    def _learn_ratios(self, features: Floats, ratios: Floats, weights: Floats) -> None:
        """Learn log-ratios, to the best probe that was run or to the baseline."""

    @abstractmethod
    def _learn_labels(self, features: Floats, weights: Floats) -> None:
        """Learn `labels_`."""

    @abstractmethod
    def _expect_ratios(self, features: Floats, logs: Floats) -> Floats:
        """Return what ``_learn_ratios`` learnt, (n_queries, n_configurations)."""

    @abstractmethod
    def _votes(self, features: Floats) -> Floats:
        """Return how much speaks for each label, (n_queries, n_configurations)."""

    def _judge(self, X):
        features, logs = self._read(X, reset=False)
        distances, indices = self._near(features, None)
        evidence = np.ones(indices.shape)
        if self.labels_ is not None:
            merit = _normalized(self._votes(features))
            share = pool_votes(self.labels_[indices], evidence, len(self.classes_))
            sure = np.zeros(len(features), dtype=bool)
            return Assessment(merit, share, sure, distances, indices)
        ratios = self._expect_ratios(features, logs)
        merit, blind = self._relative_to_baseline(ratios, logs)
        confidence = pool_neighbors(self.log_ratios_, indices, evidence, 1.0).faster
        confidence[:, self._baseline_column()] = 1.0
        self._know_probes(merit, confidence, logs)
        return Assessment(merit, confidence, blind, distances, indices)

    def _relative_to_baseline(self, ratios, logs):
        """Return expected log-speedups, and for which samples no probe was run.

        Ratios are to the best of the probes that were run, which is known.
        """
        which, columns = self._probed()
        blind = np.zeros(len(ratios), dtype=bool)
        if len(columns):
            above = logs[:, which] - np.fmin.reduce(logs[:, which], axis=1)[:, None]
            known = ~np.isnan(above)
            blind = ~known.any(axis=1)
            ratios[:, columns] = np.where(known, above, ratios[:, columns])
        merit = ratios[:, self._baseline_column(), None] - ratios
        return merit, blind

    def _learn(self, features, logs):
        """Fit the model to all samples known by now."""
        self._scaler = fit_scaler(features)
        self._index = NearestNeighbors().fit(self._scaled(features))
        if self.labels_ is None:
            low, high = _limits(self.clip)
            ratios, seen = self._relative_to_probes(logs)
            ratios, weights = np.clip(ratios[seen], low, high), self._weights[seen]
            rank = ratios.shape[1] if self.n_components is None else self.n_components
            self.table_ = LatentTable(rank).fit(ratios, weights)
            self._learn_ratios(features[seen], ratios, weights)
        else:
            self.table_ = None
            self._learn_labels(features, self._weights)

    def _relative_to_probes(self, logs):
        """Return log-ratios to the best probe that was run, and for which rows any was.

        Without probes they are to the baseline.
        """
        which, columns = self._probed()
        if not len(columns):
            return self.log_ratios_, np.ones(len(logs), dtype=bool)
        took = np.where(np.isnan(logs[:, which]), np.inf, logs[:, which])
        best = columns[took.argmin(axis=1)]
        own = np.take_along_axis(self.log_ratios_, best[:, None], axis=1)
        seen = np.isfinite(took.min(axis=1)) & ~np.isnan(own[:, 0])
        if not seen.any():  # all will be abstained from
            return self.log_ratios_, ~seen
        return self.log_ratios_ - own, seen

    def _near(self, features, n_neighbors):
        wanted = self.n_neighbors if n_neighbors is None else n_neighbors
        count = min(wanted, self._index.n_samples_fit_)
        return self._index.kneighbors(self._scaled(features), count)

    def _scaled(self, features):
        return np.nan_to_num(self._scaler.transform(features))

    def _as_given(self, X):
        return np.asarray(X, dtype=np.float64)

    def _named(self, rows):
        """Return rows with the names of the features, if there are any."""
        names = getattr(self, "feature_names_in_", None)
        if names is None:
            return rows
        from pandas import DataFrame

        return DataFrame(rows, columns=names)


def _balanced(groups: Any, n_samples: int, power: float) -> NDArray[np.float64]:
    """Return weights of samples by the sizes of their groups, with the mean 1."""
    if groups is None or not power:
        return np.ones(n_samples)
    groups = column_or_1d(groups)
    _, numbers, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    weights = sizes[numbers] ** -float(power)
    balanced: NDArray[np.float64] = weights / weights.mean()
    return balanced


def _limits(clip: Any) -> tuple[float, float]:
    if clip is None:
        return -np.inf, np.inf
    low, high = clip if isinstance(clip, tuple) else (-clip, clip)
    if not low < 0 < high:
        raise ValueError(f"clip must reach below and above 0; got {clip!r}.")
    return float(low), float(high)


def _normalized(votes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return votes of at least zero that add up to one."""
    positive = np.maximum(votes, 1e-12)
    shares: NDArray[np.float64] = positive / positive.sum(axis=1, keepdims=True)
    return shares
