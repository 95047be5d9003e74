"""Ridge regression of many targets that are not all known for every sample."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_PENALTIES = np.logspace(-2, 5, 15)


class Linear(NamedTuple):
    """A linear map ``X @ coef + intercept``: (n_features, n_targets), (n_targets,)."""

    coef: Floats
    intercept: Floats

    def __call__(self, X: Floats) -> Floats:
        """Return the map's values, (n_samples, n_targets)."""
        values: Floats = X @ self.coef + self.intercept
        return values


class _Block(NamedTuple):
    """Targets known for the same samples, and the decomposition of those samples."""

    columns: NDArray[np.intp]
    feature_mean: Floats
    target_mean: Floats
    target: Floats
    left: Floats
    singular: Floats
    right: Floats

    def leave_one_out(self, penalty: float) -> float:
        """Return the sum of squared leave-one-out errors."""
        kept = self.singular**2 / (self.singular**2 + penalty)
        fitted = self.left @ (kept[:, None] * (self.left.T @ self.target))
        leverage = (self.left**2) @ kept + 1.0 / len(self.target)
        errors = (self.target - fitted) / np.maximum(1.0 - leverage, 1e-9)[:, None]
        return float((errors**2).sum())

    def coefficients(self, penalty: float) -> Floats:
        """Return the ridge coefficients, (n_features, n_columns)."""
        shrink = self.singular / (self.singular**2 + penalty)
        coef: Floats = self.right.T @ (shrink[:, None] * (self.left.T @ self.target))
        return coef


def fit_ridge(X: Floats, Y: Floats, penalty: float | None) -> Linear:
    """Fit each column of `Y` (n_samples, n_targets) where it is not NaN.

    With `penalty` None the one with the least leave-one-out error over all targets is
    chosen. A target known for fewer than two samples gets its mean (or 0).
    """
    blocks = list(_blocks(X, Y))
    if penalty is None:
        losses = [sum(b.leave_one_out(p) for b in blocks) for p in _PENALTIES]
        penalty = float(_PENALTIES[int(np.argmin(losses))])
    coef = np.zeros((X.shape[1], Y.shape[1]))
    known = ~np.isnan(Y)
    intercept = np.nan_to_num(Y).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    for block in blocks:
        here = block.coefficients(penalty)
        coef[:, block.columns] = here
        intercept[block.columns] = block.target_mean - block.feature_mean @ here
    return Linear(coef, intercept)


def _blocks(X: Floats, Y: Floats):
    known = ~np.isnan(Y)
    patterns, pattern_of = np.unique(known, axis=1, return_inverse=True)
    for number, rows in enumerate(patterns.T):
        if rows.sum() < 2:
            continue
        columns = np.flatnonzero(pattern_of.ravel() == number)
        features, targets = X[rows], Y[np.ix_(rows, columns)]
        feature_mean, target_mean = features.mean(axis=0), targets.mean(axis=0)
        left, singular, right = np.linalg.svd(
            features - feature_mean, full_matrices=False
        )
        yield _Block(
            columns,
            feature_mean,
            target_mean,
            targets - target_mean,
            left,
            singular,
            right,
        )
