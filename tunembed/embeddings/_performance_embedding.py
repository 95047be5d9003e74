"""Static features, counters and device in one small vector per program."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from numbers import Integral, Real

import numpy as np
from sklearn.base import (
    BaseEstimator,
    ClassNamePrefixFeaturesOutMixin,
    TransformerMixin,
    _fit_context,
)
from sklearn.decomposition import PCA
from sklearn.utils import check_consistent_length
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import check_is_fitted, validate_data

from tunembed.embeddings._columns import select_columns
from tunembed.embeddings._response import read_response
from tunembed.embeddings._ridge import Linear, fit_ridge
from tunembed.embeddings._scaling import robust_center_and_scale, signed_log2


class PerformanceEmbedding(
    ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator
):
    """Embed programs such that those lie close that respond alike to optimization.

    After the performance embeddings of [1]_: a static part, an optional dynamic part
    (performance counters) and a device part become one vector. There it is a graph
    neural network trained to predict runtime metrics; here it is a linear map that is
    fitted in milliseconds, from a few dozen programs, and can be read.

    1. Counter and device columns become signed logarithms; all columns are centred by
       the median and scaled by the interquartile range (at least half the standard
       deviation).
    2. Missing static and device values become the median. Counters are replaced by what
       they say *beyond* the static and the device part: their difference to a ridge
       regression on these, masked to 0 where the counter is missing. So a program
       without a profile lies where programs like it are expected, instead of at zero.
    3. Without `y` these columns are projected onto their principal components. With
       `y` the responses are regressed on them, and the principal components are those
       of both, columns and predicted responses, each scaled to the same total variance
       and weighted by `supervision`. Squared distances of the embedding are the
       weighted sum of squared distances of the two.

    Parameters
    ----------
    n_components : int, default=64
        Length of the embedding. Components for which there are too few features or
        samples are 0.
    counters : selector, default=None
        Which columns are performance counters: a prefix of feature names, a list of
        names, of column numbers, a boolean mask, or a callable that returns one of
        these for `X`. NaN means not measured.
    device : selector, default=None
        Which columns describe the machine.
    response : {"auto", "runtimes", "metrics", "labels"}, default="auto"
        What `y` is: a runtime table in seconds (used as log-runtimes relative to the
        sample's mean), a matrix of metrics (standardized), or labels (one-hot).
        Automatically: a DataFrame is a runtime table, a one-dimensional array holds
        labels unless it holds fractions, other arrays metrics. NaN is not known.
    supervision : float, default=0.5
        Share of the predicted responses in squared distances, between 0 and 1. Has no
        effect without `y`.
    alpha : float, default=None
        Penalty of the ridge regressions. None: the one with the least leave-one-out
        error.
    random_state : int, RandomState instance or None, default=None
        Seed of the randomized decomposition, which is used only for more than 500
        columns and responses.

    Attributes
    ----------
    center_, scale_ : ndarray of shape (`n_features_in_`,)
        Median and scale of the (log-scaled) columns.
    counters_, device_, static_ : ndarray of int
        The numbers of the columns of each part.
    expected_counters_ : tuple of ndarray
        Coefficients (n_static + n_device, n_counters) and intercepts (n_counters,) of
        the expected counters.
    mean_ : ndarray of shape (`n_features_in_`,)
        Subtracted before projection; static, device, then counters.
    projection_ : ndarray of shape (`n_features_in_`, n_components)
        The linear map, in the same order. In each column the largest entry by
        magnitude is positive.
    explained_variance_ratio_ : ndarray of shape (n_components,)
        Share of the variance that each component keeps.
    n_features_in_ : int
        Number of features seen during fit.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the features, if `X` had any.

    See Also
    --------
    tunembed.estimators.NearestNeighborRecommender : Embedding to configuration.

    Notes
    -----
    A row in which all static features are NaN, such as a source that could not be
    parsed, is embedded as NaN, and ignored in ``fit``.

    References
    ----------
    .. [1] L. Trümper, T. Ben-Nun, P. Schaad, A. Calotoiu, T. Hoefler. "Performance
       Embeddings: A Similarity-Based Transfer Tuning Approach to Performance
       Optimization". ICS 2023. https://doi.org/10.1145/3577193.3593714

    Examples
    --------
    >>> import pandas as pd
    >>> from tunembed.embeddings import PerformanceEmbedding
    >>> X = pd.DataFrame(
    ...     {
    ...         "depth": [1.0, 2.0, 3.0, 3.0],
    ...         "stride": [1.0, 1.0, 8.0, 4.0],
    ...         "counter_l2": [1e3, None, 4e6, 2e6],
    ...     }
    ... )
    >>> embedding = PerformanceEmbedding(n_components=4, counters="counter_")
    >>> embedding.fit_transform(X).shape
    (4, 4)
    >>> embedding.get_feature_names_out()[:2]
    array(['performanceembedding0', 'performanceembedding1'], dtype=object)
    """

    _parameter_constraints: dict = {
        "n_components": [Interval(Integral, 1, None, closed="left")],
        "counters": [None, str, "array-like", callable],
        "device": [None, str, "array-like", callable],
        "response": [StrOptions({"auto", "runtimes", "metrics", "labels"})],
        "supervision": [Interval(Real, 0, 1, closed="both")],
        "alpha": [Interval(Real, 0, None, closed="neither"), None],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        n_components=64,
        *,
        counters=None,
        device=None,
        response="auto",
        supervision=0.5,
        alpha=None,
        random_state=None,
    ):
        self.n_components = n_components
        self.counters = counters
        self.device = device
        self.response = response
        self.supervision = supervision
        self.alpha = alpha
        self.random_state = random_state

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y=None):
        """Learn the scales and the projection.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Features, counters and device columns, NaN where missing.
        y : array-like or DataFrame, default=None
            Runtime table, matrix of metrics, or labels; see `response`.

        Returns
        -------
        PerformanceEmbedding
            The fitted transformer.
        """
        given, X = X, self._check(X, reset=True)
        if y is not None:
            check_consistent_length(X, y)
        self._select(given)
        parsed = ~np.isnan(X[:, self.static_]).all(axis=1)
        if parsed.sum() < 2:
            raise ValueError(
                "at least two rows of X must have a static feature; got "
                f"{parsed.sum()} of n_samples={len(X)}."
            )
        X = self._logarithms(X[parsed])
        self.center_, self.scale_ = robust_center_and_scale(X)
        lower, counters = self._parts(X)
        self.expected_counters_ = tuple(fit_ridge(lower, counters, self.alpha))
        columns = self._columns(lower, counters)
        response = None if y is None else read_response(y, self.response)[parsed]
        self._project(columns, response)
        return self

    def transform(self, X):
        """Embed programs.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The columns of :meth:`fit`, NaN where missing.

        Returns
        -------
        ndarray of shape (n_samples, n_components)
            The embedding; NaN for rows without any static feature.
        """
        check_is_fitted(self)
        X = self._check(X, reset=False)
        lower, counters = self._parts(self._logarithms(X))
        embedding = (self._columns(lower, counters) - self.mean_) @ self.projection_
        embedding[np.isnan(X[:, self.static_]).all(axis=1)] = np.nan
        return embedding

    def _check(self, X, reset):
        return validate_data(
            self,
            X,
            reset=reset,
            dtype=np.float64,
            ensure_all_finite="allow-nan",
            ensure_min_samples=2 if reset else 1,
        )

    def _select(self, X):
        names = getattr(self, "feature_names_in_", None)
        n_columns = self.n_features_in_
        self.counters_ = select_columns(self.counters, X, names, n_columns, "counters")
        self.device_ = select_columns(self.device, X, names, n_columns, "device")
        both = np.intersect1d(self.counters_, self.device_)
        if len(both):
            raise ValueError(f"column {both[0]} is both a counter and of the device.")
        special = np.concatenate([self.counters_, self.device_])
        self.static_ = np.setdiff1d(np.arange(n_columns), special)
        if not len(self.static_):
            raise ValueError(
                "all columns are counters or of the device; none is static."
            )

    def _logarithms(self, X):
        X = X.copy()
        special = np.concatenate([self.counters_, self.device_])
        X[:, special] = signed_log2(X[:, special])
        return X

    def _parts(self, X):
        """Return the scaled static and device part, NaN filled, and the counters."""
        scaled = (X - self.center_) / self.scale_
        lower = scaled[:, np.concatenate([self.static_, self.device_])]
        return np.nan_to_num(lower, nan=0.0), scaled[:, self.counters_]

    def _columns(self, lower, counters):
        surprise = counters - Linear(*self.expected_counters_)(lower)
        return np.hstack([lower, np.nan_to_num(surprise, nan=0.0)])

    def _project(self, columns, response):
        self.mean_ = columns.mean(axis=0)
        columns = columns - self.mean_
        n_columns = columns.shape[1]
        maps = [np.eye(n_columns)]
        shares = [1.0]
        if response is not None:
            maps.append(fit_ridge(columns, response, self.alpha).coef)
            shares = [1.0 - self.supervision, self.supervision]
        weighted = [
            to * np.sqrt(share / variance)
            for to, share in zip(maps, shares, strict=True)
            if (variance := (columns @ to).var(axis=0).sum()) > 0
        ]
        self._n_features_out = self.n_components
        self.projection_ = np.zeros((n_columns, self.n_components))
        self.explained_variance_ratio_ = np.zeros(self.n_components)
        if weighted:
            self._fit_components(columns, np.hstack(weighted))

    def _fit_components(self, columns, to):
        """Project onto the principal components of ``columns @ to``."""
        images = columns @ to
        pca = PCA(
            min(self.n_components, *images.shape), random_state=self.random_state
        ).fit(images)
        kept = pca.singular_values_ > 1e-6 * pca.singular_values_[0]
        projection = to @ pca.components_[kept].T
        largest = np.abs(projection).argmax(axis=0)
        projection *= np.sign(projection[largest, np.arange(projection.shape[1])])
        self.projection_[:, : kept.sum()] = projection
        ratio = pca.explained_variance_ratio_[kept]
        self.explained_variance_ratio_[: kept.sum()] = ratio

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags
