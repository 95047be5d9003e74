"""Recommend by gradient-boosted trees: by regression, ranking or classification."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from numbers import Integral, Real
from typing import Any

import numpy as np
from sklearn.multioutput import MultiOutputRegressor
from sklearn.utils import check_random_state
from sklearn.utils._param_validation import Interval, StrOptions

from tunembed.estimators._configuration_ranker import ConfigurationRanker
from tunembed.estimators._model_recommender import ModelRecommender


class GradientBoostingRecommender(ModelRecommender):
    """Recommend the configuration that boosted trees expect to be the fastest.

    The trees are those of LightGBM [1]_, which take NaN among the features and need no
    scaling. What they learn from a runtime table is, by `objective`, the log-ratios of
    runtime to that of the baseline, as :class:`RegressionRecommender` does, or in which
    order the configurations of a sample come [2]_. Fitted to labels, they classify.

    Parameters
    ----------
    objective : {"log_ratio", "ranking"}, default="log_ratio"
        Runtime tables only. ``"log_ratio"``: for each coordinate of the log-ratios in
        their principal components, a regression. ``"ranking"``: one model ranks all
        configurations of a sample, told apart by their loadings in these components;
        an inversion costs what it costs in speedup.
    n_estimators : int, default=200
        Number of trees (fitted to labels: for each of them).
    learning_rate : float, default=0.05
        How much of what is left each tree explains.
    num_leaves : int, default=15
        The most leaves of a tree.
    min_child_samples : int, default=5
        The fewest samples of a leaf; with ``"ranking"`` the fewest pairs of a sample
        and a configuration.
    subsample : float, default=1.0
        Share of the samples that each tree sees.
    colsample_bytree : float, default=1.0
        Share of the features that each tree sees.
    baseline : label, default=None
        The configuration to fall back to, which speedups are relative to. None: the
        first column of the runtime table, or the most frequent label.
    n_components : int, default=5
        Runtime tables only: number of components [3]_; None: all columns.
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
        How often a recommendation may be slower than the baseline (fitted to labels:
        wrong), of those given to samples of new groups, as far as cross-validation over
        groups can tell [4]_. What promises less than `abstain_gain_` is not
        recommended. None: whatever promises anything is.
    n_neighbors : int, default=5
        How many known samples are shown beside a recommendation, and say how sure it
        is. They are the nearest by standardised features.
    transfer_weight : float, default=10.0
        For how many samples of :meth:`fit` one sample of :meth:`transfer` counts.
    n_jobs : int, default=1
        Number of threads; None or -1: as many as there are cores.
    random_state : int, RandomState instance or None, default=None
        For `subsample` and `colsample_bytree`; None: LightGBM's own seeds, the same
        every time.

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
    model_ : MultiOutputRegressor, ConfigurationRanker, LGBMClassifier or None
        What was fitted; None if all samples have the same target.
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
    RegressionRecommender : The same with any regressor.
    NearestNeighborRecommender : Without a model.

    References
    ----------
    .. [1] G. Ke, Q. Meng, T. Finley, T. Wang, W. Chen, W. Ma, Q. Ye, T.-Y. Liu.
       "LightGBM: A Highly Efficient Gradient Boosting Decision Tree". NIPS 2017.
    .. [2] C. J. C. Burges. "From RankNet to LambdaRank to LambdaMART: An Overview".
       Microsoft Research MSR-TR-2010-82, 2010.
    .. [3] M. E. Tipping, C. M. Bishop. "Probabilistic Principal Component Analysis".
       Journal of the Royal Statistical Society B 61(3), 1999.
    .. [4] Y. Jin, E. J. Candès. "Selection by Prediction with Conformal p-values".
       Journal of Machine Learning Research 24, 2023.

    Examples
    --------
    >>> from tunembed.datasets import make_runtime_table
    >>> from tunembed.estimators import GradientBoostingRecommender
    >>> made = make_runtime_table(200, random_state=0)
    >>> recommender = GradientBoostingRecommender(n_estimators=50)
    >>> recommender = recommender.fit(made.data[:150], made.runtimes[:150])
    >>> bool(recommender.score(made.data[150:], made.runtimes[150:]) > 1.2)
    True
    """

    _parameter_constraints: dict = {
        **ModelRecommender._parameter_constraints,
        "objective": [StrOptions({"log_ratio", "ranking"})],
        "n_estimators": [Interval(Integral, 1, None, closed="left")],
        "learning_rate": [Interval(Real, 0, None, closed="neither")],
        "num_leaves": [Interval(Integral, 2, None, closed="left")],
        "min_child_samples": [Interval(Integral, 1, None, closed="left")],
        "subsample": [Interval(Real, 0, 1, closed="right")],
        "colsample_bytree": [Interval(Real, 0, 1, closed="right")],
        "n_jobs": [Integral, None],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        objective="log_ratio",
        *,
        n_estimators=200,
        learning_rate=0.05,
        num_leaves=15,
        min_child_samples=5,
        subsample=1.0,
        colsample_bytree=1.0,
        baseline=None,
        n_components=5,
        clip=None,
        balance=0.0,
        probes=None,
        alpha=None,
        n_neighbors=5,
        transfer_weight=10.0,
        n_jobs=1,
        random_state=None,
    ):
        self.objective = objective
        self.n_estimators = n_estimators
        self.learning_rate = learning_rate
        self.num_leaves = num_leaves
        self.min_child_samples = min_child_samples
        self.subsample = subsample
        self.colsample_bytree = colsample_bytree
        self.baseline = baseline
        self.n_components = n_components
        self.clip = clip
        self.balance = balance
        self.probes = probes
        self.alpha = alpha
        self.n_neighbors = n_neighbors
        self.transfer_weight = transfer_weight
        self.n_jobs = n_jobs
        self.random_state = random_state

    def _learn_ratios(self, features, ratios, weights):
        from lightgbm import LGBMRanker, LGBMRegressor

        self.model_: Any = None
        if self.objective == "ranking":
            model = LGBMRanker(**self._options())
            ranker = ConfigurationRanker(model, self.table_, self._baseline_column())
            self.model_ = ranker.fit(features, ratios, weights)
        elif len(self.table_.components_):
            model = MultiOutputRegressor(LGBMRegressor(**self._options()))
            targets = self.table_.encode(ratios)
            self.model_ = model.fit(features, targets, sample_weight=weights)

    def _learn_labels(self, features, weights):
        from lightgbm import LGBMClassifier

        self.model_ = None
        if len(np.unique(self.labels_)) > 1:
            model = LGBMClassifier(**self._options())
            self.model_ = model.fit(features, self.labels_, sample_weight=weights)

    def _expect_ratios(self, features, logs):
        if isinstance(self.model_, ConfigurationRanker):
            ratios = self.model_.predict(features)
            return ratios - self._of_best_probe(ratios, logs)[:, None]
        if self.model_ is None:
            return self.table_.decode(np.zeros((len(features), 0)))
        return self.table_.decode(self.model_.predict(features))

    def _votes(self, features):
        votes = np.zeros((len(features), len(self.classes_)))
        if self.model_ is None:
            votes[:, self.labels_[0]] = 1.0
        else:
            votes[:, self.model_.classes_] = self.model_.predict_proba(features)
        return votes

    def _of_best_probe(self, ratios, logs):
        """Return the log-ratio of the fastest probe that was run, 0 if none was."""
        which, columns = self._probed()
        if not len(columns):
            return np.zeros(len(ratios))
        took = np.where(np.isnan(logs[:, which]), np.inf, logs[:, which])
        best = ratios[np.arange(len(ratios)), columns[took.argmin(axis=1)]]
        return np.where(np.isfinite(took).any(axis=1), best, 0.0)

    def _options(self):
        seed = self.random_state
        if seed is not None:
            seed = int(check_random_state(seed).randint(np.iinfo(np.int32).max))
        return {
            "n_estimators": self.n_estimators,
            "learning_rate": self.learning_rate,
            "num_leaves": self.num_leaves,
            "min_child_samples": self.min_child_samples,
            "subsample": self.subsample,
            "subsample_freq": 1,
            "colsample_bytree": self.colsample_bytree,
            "n_jobs": self.n_jobs,
            "random_state": seed,
            "deterministic": True,
            "force_row_wise": True,
            "verbosity": -1,
        }
