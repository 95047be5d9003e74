"""What any recommender has to beat: constants, one neighbour, auxiliary columns."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.compose import make_column_transformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.neighbors import NearestNeighbors
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


class Constant(ClassifierMixin, BaseEstimator):
    """Recommend one configuration to everyone.

    Parameters
    ----------
    configuration : label, default=None
        Which one. None: the one with the best geometric mean over the training
        samples' runtimes, relative to `baseline`.
    baseline : label, default=None
        The column that runtimes are compared with.
    """

    def __init__(self, configuration=None, baseline=None):
        self.configuration = configuration
        self.baseline = baseline

    def fit(self, X, y):
        """Find the configuration in a runtime table."""
        self.configuration_ = self.configuration
        if self.configuration is None:
            ratios = np.log(y.div(y[self.baseline], axis=0)).fillna(0.0)
            self.configuration_ = ratios.mean().idxmin()
        return self

    def predict(self, X):
        """Return it for each sample."""
        chosen = np.empty(len(X), dtype=object)
        chosen[:] = [self.configuration_] * len(X)
        return chosen


class Majority(Constant):
    """Recommend the configuration that is best for most of the training samples."""

    def fit(self, X, y):
        """Count the best configurations of a runtime table."""
        self.configuration_ = y.idxmin(axis=1).mode().iloc[0]
        return self


class Labelled(ClassifierMixin, BaseEstimator):
    """Fit a classifier to the best configurations of a runtime table.

    Parameters
    ----------
    classifier : estimator
    """

    def __init__(self, classifier):
        self.classifier = classifier

    def fit(self, X, y):
        """Fit to the fastest column of each row."""
        best = y.idxmin(axis=1)
        self.classes_ = np.array(sorted(best.unique()), dtype=object)
        codes = best.map({label: n for n, label in enumerate(self.classes_)})
        self.classifier.fit(X, codes.to_numpy(dtype=int))
        return self

    def predict(self, X):
        """Return configurations."""
        return self.classes_[self.classifier.predict(X)]


class Nearest(ClassifierMixin, BaseEstimator):
    """Recommend what is best for the nearest training sample, by standardised data."""

    def fit(self, X, y):
        """Remember samples and their best configurations."""
        self.classes_ = y.columns.to_numpy()
        self.best_ = y.idxmin(axis=1).to_numpy(dtype=object)
        self.scaler_ = make_pipeline(
            StandardScaler(), SimpleImputer(keep_empty_features=True)
        )
        self.index_ = NearestNeighbors(n_neighbors=1).fit(self.scaler_.fit_transform(X))
        return self

    def predict(self, X):
        """Return the best configurations of the neighbours."""
        near = self.index_.kneighbors(self.scaler_.transform(X), return_distance=False)
        return self.best_[near[:, 0]]


def trivial_models(
    baseline: Any, auxiliary: NDArray[np.intp], random_state: Any
) -> dict[str, Any]:
    """Return estimators of runtime tables that look at little or nothing.

    Parameters
    ----------
    baseline : label
        The configuration that speedups are relative to.
    auxiliary : ndarray of shape (n_auxiliary,), dtype intp
        Columns that are known of a run without looking at the program.
    random_state : int, RandomState instance or None
    """
    models: dict[str, Any] = {
        "baseline": Constant(baseline),
        "majority": Majority(),
        "best constant": Constant(baseline=baseline),
        "1-NN": Nearest(),
    }
    if len(auxiliary):
        forest = RandomForestClassifier(300, random_state=random_state, n_jobs=1)
        only = make_column_transformer((SimpleImputer(), auxiliary), remainder="drop")
        models["auxiliary forest"] = Labelled(make_pipeline(only, forest))
    return models
