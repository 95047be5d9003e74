"""Choose among recommenders by cross-validation over groups of training samples."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, clone
from sklearn.model_selection import GroupKFold


class ChosenRecommender(BaseEstimator):
    """The one of several recommenders that does best on held-out training groups.

    Parameters
    ----------
    candidates : list of recommender
        The simplest first; of equals the first is taken.
    n_splits : int, default=5
        Number of inner folds.
    """

    def __init__(self, candidates, *, n_splits=5):
        self.candidates = candidates
        self.n_splits = n_splits

    def fit(self, X, y, groups=None):
        """Score all candidates by the runtimes they save, and fit the best to all."""
        groups = np.arange(len(y)) if groups is None else np.asarray(groups)
        folds = GroupKFold(min(self.n_splits, len(np.unique(groups))))
        splits = list(folds.split(groups, groups=groups))
        self.scores_ = [
            sum(
                len(test) * np.log(_score(candidate, X, y, groups, train, test))
                for train, test in splits
            )
            / len(y)
            for candidate in self.candidates
        ]
        best = int(np.argmax(self.scores_))
        self.recommender_ = clone(self.candidates[best]).fit(X, y, groups)
        return self

    def rank(self, X: Any, k: int = 10) -> Any:
        """Rank by the chosen one."""
        return self.recommender_.rank(X, k)


def _score(candidate, X, y, groups, train, test):
    model = clone(candidate).set_params(alpha=None)
    model.fit(X.iloc[train], y.iloc[train], groups[train])
    return model.score(X.iloc[test], y.iloc[test])
