"""Recommend by regression: from features to how every configuration will do."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from numbers import Integral, Real
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import _fit_context, clone
from sklearn.ensemble import ExtraTreesRegressor
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import StandardScaler
from sklearn.utils import check_consistent_length, column_or_1d, get_tags
from sklearn.utils._param_validation import HasMethods, Interval
from sklearn.utils.validation import check_is_fitted, has_fit_parameter

from tunembed.estimators._base import Assessment, BaseRecommender
from tunembed.estimators._conformal import RiskMixin
from tunembed.estimators._evidence import machine_offset, pool_neighbors, pool_votes
from tunembed.estimators._latent import LatentTable
from tunembed.estimators._probes import ProbeMixin

_TREES = 300


class RegressionRecommender(ProbeMixin, RiskMixin, BaseRecommender):
    """Recommend the configuration that a regression expects to be the fastest.

    Fitted to a runtime table, the regressor learns the log-ratios of runtime to that of
    the baseline, of all configurations at once: errors cost what they cost in time, and
    near ties cost nothing. Tables have a low rank [1]_, so it is the coordinates of
    their few principal components that are learnt, and what is left is taken for noise.
    Fitted to labels, it learns which of them is right.

    With `probes`, runtimes of a few configurations are features, and what is learnt is
    by how much the others are faster than the best one of those that were run. A probe
    is recommended itself where nothing else is expected to be faster.

    Parameters
    ----------
    regressor : estimator, default=None
        Any regressor of several outputs; in a pipeline with whatever scaling it needs.
        None: extremely randomised trees.
    baseline : label, default=None
        The configuration to fall back to, which speedups are relative to. None: the
        first column of the runtime table, or the most frequent label.
    n_components : int, default=5
        Runtime tables only: number of components that are learnt; None: all columns.
    clip : float or tuple of (float, float), default=None
        Runtime tables only: log-ratios below and above are taken for these, so that a
        few extreme ones do not decide alone. One number: the same both ways.
    balance : float, default=0.0
        With ``groups`` in :meth:`fit`, a sample counts the number of samples in its
        group to the power of minus this: 1 makes all groups equal.
    probes : list of label, default=None
        Configurations that were run once, and whose runtimes are features: the columns
        of `X` with their names, or the last columns of an `X` without names, hold
        seconds, NaN where not run.
    alpha : float, default=None
        How often, of new groups' samples, a recommendation may be given that is slower
        than the baseline (fitted to labels: wrong). What promises less than
        `abstain_gain_`, calibrated by cross-validation over groups [2]_, is not
        recommended. None: whatever promises anything is.
    n_neighbors : int, default=5
        How many known samples are shown beside a recommendation, and say how sure it
        is. They are the nearest by standardised features.
    transfer_weight : float, default=10.0
        For how many samples of :meth:`fit` one sample of :meth:`transfer` counts.
    random_state : int, RandomState instance or None, default=None
        Of the default regressor.

    Attributes
    ----------
    classes_ : ndarray of shape (n_configurations,)
        The configurations: sorted labels, or the columns of the runtime table.
    baseline_ : label
        The configuration that is recommended on abstention.
    abstain_gain_ : float
        The least expected log-speedup (fitted to labels: lead in votes) to recommend
        anything for; minus infinity if `alpha` is None, infinity if there are too few
        groups to promise it.
    regressor_ : estimator
        The fitted regressor.
    table_ : LatentTable or None
        Mean, components and noise of the log-ratios.
    samples_ : ndarray of shape (n_known, n_features)
        What was given to :meth:`fit`, then what was given to :meth:`transfer`.
    medians_ : ndarray of shape (n_features,)
        Of the samples; what :meth:`explain` compares with.
    labels_ : ndarray of shape (n_known,) or None
        Positions in `classes_`, if fitted to labels.
    log_ratios_ : ndarray of shape (n_known, n_configurations) or None
        log(runtime / runtime of the baseline), NaN where not measured.
    scale_ : float
        Standard deviation of `log_ratios_`; the temperature of :meth:`predict_proba`.
    n_features_in_ : int
        Number of features seen during fit.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the features, if `X` had any.

    See Also
    --------
    GradientBoostingRecommender : The same with boosted trees.
    NearestNeighborRecommender : Without a model.

    References
    ----------
    .. [1] M. E. Tipping, C. M. Bishop. "Probabilistic Principal Component Analysis".
       Journal of the Royal Statistical Society B 61(3), 1999.
    .. [2] A. N. Angelopoulos, S. Bates, A. Fisch, L. Lei, T. Schuster. "Conformal Risk
       Control". ICLR 2024.

    Examples
    --------
    >>> from sklearn.linear_model import Ridge
    >>> from tunembed.datasets import make_runtime_table
    >>> from tunembed.estimators import RegressionRecommender
    >>> X, runtimes = make_runtime_table(200, random_state=0, return_X_y=True)
    >>> recommender = RegressionRecommender(Ridge()).fit(X[:150], runtimes[:150])
    >>> bool(recommender.score(X[150:], runtimes[150:]) > 1.2)
    True
    """

    log_ratios_: Any
    table_: LatentTable | None

    _parameter_constraints: dict = {
        "regressor": [HasMethods(["fit", "predict"]), None],
        "baseline": "no_validation",
        "n_components": [Interval(Integral, 1, None, closed="left"), None],
        "clip": [Interval(Real, 0, None, closed="neither"), tuple, None],
        "balance": [Interval(Real, 0, 1, closed="both")],
        "probes": ["array-like", None],
        "alpha": [Interval(Real, 0, 1, closed="neither"), None],
        "n_neighbors": [Interval(Integral, 1, None, closed="left")],
        "transfer_weight": [Interval(Real, 0, None, closed="neither")],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        regressor=None,
        *,
        baseline=None,
        n_components=5,
        clip=None,
        balance=0.0,
        probes=None,
        alpha=None,
        n_neighbors=5,
        transfer_weight=10.0,
        random_state=None,
    ):
        self.regressor = regressor
        self.baseline = baseline
        self.n_components = n_components
        self.clip = clip
        self.balance = balance
        self.probes = probes
        self.alpha = alpha
        self.n_neighbors = n_neighbors
        self.transfer_weight = transfer_weight
        self.random_state = random_state

    @_fit_context(prefer_skip_nested_validation=False)
    def fit(self, X, y, groups=None):
        """Learn how configurations do from features.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Features or embeddings, the runtimes of `probes` among them. Rows with NaN
            need a regressor that takes them.
        y : array-like of shape (n_samples,) or DataFrame (n_samples, n_configurations)
            A label per sample, or a runtime table: seconds, NaN where not measured, one
            column per configuration. The baseline must be measured for every sample.
        groups : array-like of shape (n_samples,), default=None
            Which samples belong together (the program, or its family), for `alpha` and
            `balance`.

        Returns
        -------
        RegressionRecommender
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
        RegressionRecommender
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

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        if self.regressor is not None:
            given = get_tags(self.regressor).input_tags
            tags.input_tags.allow_nan = given.allow_nan
        return tags

    def _judge(self, X):
        features, logs = self._read(X, reset=False)
        distances, indices = self._near(features, None)
        evidence = np.ones(indices.shape)
        if self.labels_ is not None:
            merit = _normalized(self._predicted(features))
            share = pool_votes(self.labels_[indices], evidence, len(self.classes_))
            sure = np.zeros(len(features), dtype=bool)
            return Assessment(merit, share, sure, distances, indices)
        table: Any = self.table_
        ratios = table.decode(self._predicted(features))
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
            took = logs[:, which]
            blind = np.isnan(took).all(axis=1)
            took = np.where(blind[:, None], 0.0, took)
            above = took - np.nanmin(took, axis=1, keepdims=True)
            ratios = ratios.copy()
            ratios[:, columns] = np.where(np.isnan(took), ratios[:, columns], above)
        merit = ratios[:, self._baseline_column(), None] - ratios
        return merit, blind

    def _learn(self, features, logs):
        """Fit the regressor to all samples known by now."""
        self._scaler = StandardScaler().fit(features)
        self._index = NearestNeighbors().fit(self._scaled(features))
        if self.labels_ is None:
            low, high = _limits(self.clip)
            ratios = np.clip(self._relative_to_probes(logs), low, high)
            rank = ratios.shape[1] if self.n_components is None else self.n_components
            self.table_ = LatentTable(rank).fit(ratios, self._weights)
            targets = self.table_.encode(ratios)
        else:
            self.table_ = None
            targets = np.eye(len(self.classes_))[self.labels_]
        self._fit_regressor(features, targets)

    def _relative_to_probes(self, logs):
        """Return log-ratios to the best probe that was run, or to the baseline."""
        which, columns = self._probed()
        if not len(columns):
            return self.log_ratios_
        run = np.where(np.isnan(logs[:, which]), np.nan, self.log_ratios_[:, columns])
        known = ~np.isnan(run).all(axis=1)
        best = np.zeros(len(run))
        best[known] = np.nanmin(run[known], axis=1)
        return self.log_ratios_ - best[:, None]

    def _fit_regressor(self, features, targets):
        if not targets.shape[1]:
            self.regressor_ = None
            return
        regressor = self.regressor
        if regressor is None:
            regressor = ExtraTreesRegressor(_TREES, random_state=self.random_state)
        one = targets.shape[1] == 1
        options = {}
        last = getattr(regressor, "steps", [("", regressor)])[-1]
        if has_fit_parameter(last[1], "sample_weight"):
            prefix = f"{last[0]}__" if last[0] else ""
            options[f"{prefix}sample_weight"] = self._weights
        self.regressor_ = clone(regressor).fit(
            features, targets[:, 0] if one else targets, **options
        )

    def _predicted(self, features):
        """Return the regressor's outputs, shape (n_queries, n_outputs)."""
        if self.regressor_ is None:
            return np.zeros((len(features), 0))
        found = np.asarray(self.regressor_.predict(features))
        return found.reshape(len(features), -1)

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
