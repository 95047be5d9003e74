"""Recommend by regression: from features to how every configuration will do."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.ensemble import ExtraTreesRegressor
from sklearn.utils import get_tags
from sklearn.utils._param_validation import HasMethods
from sklearn.utils.validation import has_fit_parameter

from tunembed.estimators._model_recommender import ModelRecommender

_TREES = 300


class RegressionRecommender(ModelRecommender):
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
        How often a recommendation may be slower than the baseline (fitted to labels:
        wrong), of those given to samples of new groups, as far as cross-validation over
        groups can tell [2]_. What promises less than `abstain_gain_` is not
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
    .. [2] Y. Jin, E. J. Candès. "Selection by Prediction with Conformal p-values".
       Journal of Machine Learning Research 24, 2023.

    Examples
    --------
    >>> from sklearn.linear_model import Ridge
    >>> from tunembed.datasets import make_runtime_table
    >>> from tunembed.estimators import RegressionRecommender
    >>> made = make_runtime_table(200, random_state=0)
    >>> recommender = RegressionRecommender(Ridge())
    >>> recommender = recommender.fit(made.data[:150], made.runtimes[:150])
    >>> bool(recommender.score(made.data[150:], made.runtimes[150:]) > 1.2)
    True
    """

    _parameter_constraints: dict = {
        **ModelRecommender._parameter_constraints,
        "regressor": [HasMethods(["fit", "predict"]), None],
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

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        if self.regressor is not None:
            first = getattr(self.regressor, "steps", [("", self.regressor)])[0][1]
            given = get_tags(first).input_tags
            tags.input_tags.allow_nan = given.allow_nan
        return tags

    def _learn_ratios(self, features, ratios, weights):
        self._fit_regressor(features, self.table_.encode(ratios), weights)

    def _learn_labels(self, features, weights):
        self._fit_regressor(features, np.eye(len(self.classes_))[self.labels_], weights)

    def _expect_ratios(self, features, logs):
        return self.table_.decode(self._votes(features))

    def _votes(self, features):
        """Return the regressor's outputs, shape (n_queries, n_outputs)."""
        if self.regressor_ is None:
            return np.zeros((len(features), 0))
        found = np.asarray(self.regressor_.predict(features))
        return found.reshape(len(features), -1)

    def _fit_regressor(self, features, targets, weights):
        if not targets.shape[1]:
            self.regressor_ = None
            return
        regressor = self.regressor
        if regressor is None:
            regressor = ExtraTreesRegressor(_TREES, random_state=self.random_state)
        one = targets.shape[1] == 1
        options = {}
        last = getattr(regressor, "steps", [("", regressor)])[-1]
        if _takes_weights(last[1]):
            prefix = f"{last[0]}__" if last[0] else ""
            options[f"{prefix}sample_weight"] = weights
        self.regressor_ = clone(regressor).fit(
            features, targets[:, 0] if one else targets, **options
        )


def _takes_weights(regressor: Any) -> bool:
    """Whether a regressor, and the one it fits to each output, takes weights."""
    inner = getattr(regressor, "estimator", None)
    weighted = bool(has_fit_parameter(regressor, "sample_weight"))
    return weighted and (
        inner is None or bool(has_fit_parameter(inner, "sample_weight"))
    )
