"""Recommend what made the programs nearby fast."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from numbers import Integral, Real
from typing import Any

import numpy as np
from sklearn.base import _fit_context
from sklearn.utils import check_consistent_length
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import check_is_fitted

from tunembed.estimators._base import Assessment, BaseRecommender
from tunembed.estimators._conformal import RiskMixin
from tunembed.estimators._evidence import (
    machine_offset,
    neighbor_weights,
    pool_neighbors,
    pool_votes,
    rescale,
)
from tunembed.estimators._latent import LatentTable
from tunembed.estimators._neighbor_search import NeighborSearchMixin
from tunembed.estimators._probes import ProbeMixin
from tunembed.estimators._search import METRICS


class NearestNeighborRecommender(
    NeighborSearchMixin, ProbeMixin, RiskMixin, BaseRecommender
):
    """Recommend the configuration that made the nearest known programs fast.

    Fitted to one label per sample (its best configuration) it is a nearest-neighbour
    classifier. Fitted to a runtime table it minimises regret instead of errors: for
    each configuration it pools the neighbours' log-ratios of runtime to that of the
    baseline, weighted by nearness and shrunk towards 0, so that a configuration seen
    once to be fast does not outrank one seen often to be nearly as fast.

    A sample that is farther from everything known than the known samples are from each
    other gets the baseline: the recommender abstains, and says so in :meth:`rank`. So
    does a sample with NaN among its features.

    The idea of choosing schedules by the neighbours in an embedding space is that of
    transfer tuning [1]_; shrinkage, abstention and :meth:`transfer` are not in the
    paper, and the search is exact.

    Parameters
    ----------
    n_neighbors : int, default=10
        How many neighbours are asked; all samples if there are fewer.
    metric : str, default="euclidean"
        ``"euclidean"`` (or ``"l2"``), ``"manhattan"`` (``"cityblock"``, ``"l1"``) or
        ``"cosine"``. A Euclidean query over 10^5 records takes a few milliseconds.
    weights : {"distance", "uniform"} or callable, default="distance"
        How much a neighbour counts: 1 / distance, 1, or what the callable makes of the
        distances, an array of shape (n_queries, n_neighbors).
    baseline : label, default=None
        The configuration to fall back to, which speedups are relative to. None: the
        first column of the runtime table, or the most frequent label.
    abstain_quantile : float or None, default=0.95
        The quantile of the training samples' leave-one-out nearest-neighbour distances
        beyond which a sample is too far. None: abstain only from NaN.
    shrinkage : float, default=1.0
        Runtime tables only: how many imaginary neighbours, for which no configuration
        makes a difference, are added to the real ones.
    transfer_weight : float, default=10.0
        For how many samples of :meth:`fit` one sample of :meth:`transfer` counts.
    n_components : int, default=None
        Runtime tables only: leave of the log-ratios what so many components explain
        [2]_, before neighbours are pooled; the rest is taken for noise. None: nothing
        is left out.
    probes : list of label, default=None
        Configurations that were run once, and whose runtimes are features: the columns
        of `X` with their names, or the last columns of an `X` without names, hold
        seconds, NaN where not run. They count as standardised logarithms beside the
        embedding; what was run is known, and needs no neighbours.
    alpha : float, default=None
        How often a recommendation may be slower than the baseline (fitted to labels:
        wrong), of those given to samples of new groups, as far as cross-validation over
        groups can tell [3]_. What promises less than `abstain_gain_` is not
        recommended. None: whatever promises anything is.

    Attributes
    ----------
    classes_ : ndarray of shape (n_configurations,)
        The configurations: sorted labels, or the columns of the runtime table.
    baseline_ : label
        The configuration that is recommended on abstention.
    abstain_distance_ : float
        Samples farther than this from their nearest neighbour are abstained from, in
        the unit of the metric; infinite if `abstain_quantile` is None.
    abstain_gain_ : float
        The least expected log-speedup (fitted to labels: lead in votes) to recommend
        anything for; minus infinity if `alpha` is None, infinity if there are too few
        groups to promise it.
    samples_ : ndarray of shape (n_known, n_features)
        What was given to :meth:`fit`, then what was given to :meth:`transfer`.
    sample_weight_ : ndarray of shape (n_known,)
        1 for samples of :meth:`fit`, `transfer_weight` for the others, 0 for samples
        with NaN, which are nobody's neighbour.
    medians_ : ndarray of shape (n_features,)
        Of the samples given to :meth:`fit`; what :meth:`explain` compares with.
    labels_ : ndarray of shape (n_known,) or None
        Positions in `classes_`, if fitted to labels.
    log_ratios_ : ndarray of shape (n_known, n_configurations) or None
        log(runtime / runtime of the baseline), NaN where not measured, if fitted to a
        runtime table.
    scale_ : float
        Standard deviation of `log_ratios_` (1 if that is 0, or for labels); the
        temperature of :meth:`predict_proba`.
    n_samples_fit_ : int
        Number of samples given to :meth:`fit`.
    n_features_in_ : int
        Number of features seen during fit.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the features, if `X` had any.

    See Also
    --------
    tunembed.embeddings.PerformanceEmbedding : Features to embedding.
    tunembed.metrics.speedup_score : Scores for what was recommended.

    References
    ----------
    .. [1] L. Trümper, T. Ben-Nun, P. Schaad, A. Calotoiu, T. Hoefler. "Performance
       Embeddings: A Similarity-Based Transfer Tuning Approach to Performance
       Optimization". ICS 2023. https://doi.org/10.1145/3577193.3593714
    .. [2] M. E. Tipping, C. M. Bishop. "Probabilistic Principal Component Analysis".
       Journal of the Royal Statistical Society B 61(3), 1999.
    .. [3] Y. Jin, E. J. Candès. "Selection by Prediction with Conformal p-values".
       Journal of Machine Learning Research 24, 2023.

    Examples
    --------
    >>> import pandas as pd
    >>> from tunembed.estimators import NearestNeighborRecommender
    >>> X = [[0.0], [0.1], [1.0], [1.1]]
    >>> seconds = pd.DataFrame(
    ...     {
    ...         "O3": [1.0, 1.0, 1.0, 1.0],
    ...         "tile": [0.5, 0.4, 2.0, None],
    ...         "omp": [2.0, 2.0, 0.6, 0.5],
    ...     }
    ... )
    >>> recommender = NearestNeighborRecommender(n_neighbors=2).fit(X, seconds)
    >>> recommender.predict([[0.05], [1.05], [9.0]])
    array(['tile', 'omp', 'O3'], dtype='<U4')
    >>> columns = ["rank", "configuration", "expected_speedup", "abstained"]
    >>> recommender.rank([[0.05]], k=2)[columns].round(2)
       rank configuration  expected_speedup  abstained
    0     1          tile              1.71      False
    1     2            O3              1.00      False
    """

    log_ratios_: Any

    _parameter_constraints: dict = {
        "n_neighbors": [Interval(Integral, 1, None, closed="left")],
        "metric": [StrOptions(set(METRICS))],
        "weights": [StrOptions({"distance", "uniform"}), callable],
        "baseline": "no_validation",
        "abstain_quantile": [Interval(Real, 0, 1, closed="both"), None],
        "shrinkage": [Interval(Real, 0, None, closed="left")],
        "transfer_weight": [Interval(Real, 0, None, closed="neither")],
        "n_components": [Interval(Integral, 1, None, closed="left"), None],
        "probes": ["array-like", None],
        "alpha": [Interval(Real, 0, 1, closed="neither"), None],
    }

    def __init__(
        self,
        n_neighbors=10,
        *,
        metric="euclidean",
        weights="distance",
        baseline=None,
        abstain_quantile=0.95,
        shrinkage=1.0,
        transfer_weight=10.0,
        n_components=None,
        probes=None,
        alpha=None,
    ):
        self.n_neighbors = n_neighbors
        self.metric = metric
        self.weights = weights
        self.baseline = baseline
        self.abstain_quantile = abstain_quantile
        self.shrinkage = shrinkage
        self.transfer_weight = transfer_weight
        self.n_components = n_components
        self.probes = probes
        self.alpha = alpha

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y, groups=None):
        """Remember the samples and what is known about configurations for them.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Embeddings. Rows with NaN are kept but never are neighbours.
        y : array-like of shape (n_samples,) or DataFrame (n_samples, n_configurations)
            A label per sample, or a runtime table: seconds, NaN where not measured, one
            column per configuration. The baseline must be measured for every sample.
        groups : array-like of shape (n_samples,), default=None
            Which samples belong together (the program, or its family). Abstention is
            then calibrated on distances to samples of other groups; otherwise near
            copies in the training set make the recommender abstain too often.

        Returns
        -------
        NearestNeighborRecommender
            The fitted recommender.
        """
        self._require_targets(y)
        given = X
        X, _ = self._read(X, reset=True)
        check_consistent_length(X, y)
        self._learn_targets(y)
        self._denoise()
        self.n_samples_fit_ = len(X)
        self._remember(X, np.ones(len(X)))
        if not self.sample_weight_.any():
            raise ValueError("every row of X contains NaN: there is nothing to fit to.")
        self.abstain_distance_ = self._calibrate(groups)
        self.abstain_gain_ = self._calibrate_gain(given, y, groups)
        return self

    def transfer(self, X, y):
        """Adapt to another machine or code base, from a few of its samples.

        The samples join the known ones, and count for `transfer_weight` of them. With a
        runtime table every configuration is first corrected for how much faster or
        slower it is on the target than the neighbours say: the mean difference of the
        log-ratios, shrunk by the number of target samples. The distance of abstention
        stays. Call it again for more samples of the same target; for another target fit
        again. In a pipeline, write
        ``pipe[-1].transfer(pipe[:-1].transform(programs), y)``.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Embeddings of the target's samples.
        y : array-like of shape (n_samples,) or DataFrame (n_samples, n_configurations)
            Labels or runtime table, as in :meth:`fit`. Configurations that are new
            are added; the baseline must be the same.

        Returns
        -------
        NearestNeighborRecommender
            This recommender, changed in place.
        """
        check_is_fitted(self)
        X, _ = self._read(X, reset=False)
        check_consistent_length(X, y)
        self._require_same_kind(y)
        if self.labels_ is None:
            self._transfer_ratios(X, y)
        else:
            self._add_labels(y)
        weight = np.full(len(X), float(self.transfer_weight))
        self._remember(
            np.concatenate([self.samples_, X]),
            np.concatenate([self.sample_weight_, weight]),
        )
        return self

    def _weigh(self, distances, indices):
        weights = neighbor_weights(distances, self.weights)
        return rescale(weights * self.sample_weight_[indices])

    def _judge(self, X):
        X, logs = self._read(X, reset=False)
        distances, indices = self._search(X, self.n_neighbors)
        blind = indices[:, 0] < 0
        abstained = blind | (distances[:, 0] > self.abstain_distance_)
        weights = self._weigh(distances, indices)
        if self.labels_ is None:
            pooled = pool_neighbors(self.log_ratios_, indices, weights, self.shrinkage)
            merit, confidence = -pooled.shrunk, pooled.faster
            confidence[:, self._baseline_column()] = 1.0
        else:
            merit = pool_votes(self.labels_[indices], weights, len(self.classes_))
            confidence = merit.copy()
        merit[blind] = 0.0
        self._know_probes(merit, confidence, logs)
        return Assessment(merit, confidence, abstained, distances, indices)

    def _denoise(self):
        """Leave of the measured log-ratios only what the table's low rank explains."""
        if self.n_components is not None and self.labels_ is None:
            table = LatentTable(self.n_components).fit(self.log_ratios_)
            smooth = table.decode(table.encode(self.log_ratios_))
            smooth -= smooth[:, self._baseline_column(), None]
            self.log_ratios_ = np.where(np.isnan(self.log_ratios_), np.nan, smooth)

    def _transfer_ratios(self, X, y):
        classes, observed = self._read_more(y)
        n_known = len(self.classes_)
        distances, indices = self._search(X, self.n_neighbors)
        weights = self._weigh(distances, indices)
        expected = pool_neighbors(self.log_ratios_, indices, weights, 0.0).mean
        expected[indices[:, 0] < 0] = np.nan
        offset = machine_offset(observed[:, :n_known], expected, self.shrinkage)
        self._add_ratios(classes, observed, offset, self.n_samples_fit_)
