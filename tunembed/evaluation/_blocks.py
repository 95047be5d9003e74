"""A program's vector and the auxiliary columns, as two blocks that weigh the same."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.sparse import issparse
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA, TruncatedSVD
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.feature_selection import VarianceThreshold
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.utils.validation import check_is_fitted

# The column of a sample's features that says which program it is.
PROGRAM = "program"
# Standardised features beyond this many deviations say no more than these.
_FARTHEST = 4.0


class UnitBlock(TransformerMixin, BaseEstimator):
    """Centre columns, and scale them together to a total variance of one.

    So that the distance between two samples does not depend on how many columns there
    are, and large components stay larger than small ones.
    """

    def fit(self, X, y=None):
        """Learn means and the total variance."""
        self.mean_ = X.mean(axis=0)
        self.scale_ = float(np.sqrt(X.var(axis=0).sum())) or 1.0
        return self

    def transform(self, X):
        """Return the scaled columns."""
        check_is_fitted(self)
        return (X - self.mean_) / self.scale_


class Reduced(TransformerMixin, BaseEstimator):
    """Keep the first principal components, fewer where there are not so many.

    Parameters
    ----------
    n_components : int
    random_state : int, default=0
    """

    def __init__(self, n_components, *, random_state=0):
        self.n_components = n_components
        self.random_state = random_state

    def fit(self, X, y=None):
        """Find the components."""
        count = min(self.n_components, *(size - 1 for size in X.shape))
        kind = TruncatedSVD if issparse(X) else PCA
        self.reducer_ = kind(max(count, 1), random_state=self.random_state).fit(X)
        return self

    def transform(self, X):
        """Return the coordinates."""
        return self.reducer_.transform(X)


def blocks(table: Any, n_components: int) -> ColumnTransformer:
    """Return what makes a program's components and its auxiliary columns of a sample.

    All that is learnt is learnt from the training samples: which columns vary, inverse
    document frequencies, what stands for missing values, components, scales.

    Parameters
    ----------
    table : ndarray or csr_matrix of shape (n_programs, n_features), or None
        The vector of each program, NaN where there is none; sparse ones are counts.
    n_components : int
        Of the program's block.

    Returns
    -------
    ColumnTransformer
        Of a DataFrame with the column ``"program"``, a row of `table`, and any others.
    """
    parts: list[Any] = []
    if table is not None:
        learnt = (
            [VarianceThreshold(), TfidfTransformer(sublinear_tf=True)]
            if issparse(table)
            else [SimpleImputer(keep_empty_features=True), *scaled()]
        )
        steps = [_look_up(table), *learnt, Reduced(n_components), UnitBlock()]
        parts.append((PROGRAM, make_pipeline(*steps), [PROGRAM]))
    others = make_pipeline(*scaled(), UnitBlock())
    parts.append(("auxiliary", others, _others))
    return ColumnTransformer(parts)


def scaled() -> list[Any]:
    """Return what standardises columns, and cuts off what is far from all samples."""
    limits = {"a_min": -_FARTHEST, "a_max": _FARTHEST}
    return [StandardScaler(), FunctionTransformer(np.clip, kw_args=limits)]


def _look_up(table: Any) -> FunctionTransformer:
    """Return what takes rows of a table by the numbers in the one column.

    The table is held by a function and not a parameter, so that clones share it.
    """
    return FunctionTransformer(_taker(table))


def _taker(table: Any) -> Callable[[Any], Any]:
    def take(numbers: Any) -> Any:
        return table[np.asarray(numbers)[:, 0].astype(int)]

    return take


def _others(X: Any) -> list[str]:
    return [name for name in X.columns if name != PROGRAM]
