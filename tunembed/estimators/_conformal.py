"""When to abstain: a threshold on expected gains that keeps a risk below a level."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.model_selection import GroupKFold
from sklearn.utils import _safe_indexing, check_consistent_length, column_or_1d

Floats = NDArray[np.float64]


_FOLDS = 5


class RiskMixin:
    """Adds abstention at a level of risk to an estimator with the parameter `alpha`."""

    alpha: float | None
    labels_: NDArray[np.intp] | None
    log_ratios_: Any
    baseline_: Any
    classes_: NDArray[Any]

    def _calibrate_gain(self, X: Any, y: Any, groups: Any) -> float:
        """Return the least expected gain to act on, by cross-validation over groups."""
        if self.alpha is None:
            return -np.inf
        X = X if hasattr(X, "iloc") else np.asarray(X)
        y = y if self.labels_ is None else np.asarray(y)
        n_samples = len(y)
        groups = np.arange(n_samples) if groups is None else column_or_1d(groups)
        check_consistent_length(X, y, groups)
        numbers = np.unique(groups, return_inverse=True)[1]
        n_groups = int(numbers.max()) + 1
        if n_groups < 2:
            return np.inf
        gains = np.full(n_samples, -np.inf)
        harmful = np.zeros(n_samples, dtype=bool)
        model = clone(self).set_params(alpha=None, baseline=self.baseline_)
        folds = GroupKFold(min(_FOLDS, n_groups))
        for train, test in folds.split(numbers, groups=numbers):
            part = clone(model).fit(
                _safe_indexing(X, train), _safe_indexing(y, train), groups[train]
            )
            gains[test], chosen = part._expected_gains(_safe_indexing(X, test))
            harmful[test] = self._does_harm(test, chosen)
        return risk_threshold(gains, harmful, numbers, self.alpha)

    def _does_harm(self, rows: NDArray[np.intp], chosen: list[Any]) -> NDArray[Any]:
        """Return whether configurations are slower than the baseline, or wrong.

        What was not measured may not even run, and counts as slower.
        """
        known = {label: n for n, label in enumerate(self.classes_.tolist())}
        columns = np.array([known[label] for label in chosen])
        if self.labels_ is not None:
            return self.labels_[rows] != columns
        ratios = self.log_ratios_[rows, columns]
        return np.isnan(ratios) | (ratios > 0)


def risk_threshold(
    gains: Floats, harmful: NDArray[np.bool_], groups: NDArray[np.intp], alpha: float
) -> float:
    """Return the least expected gain to act on, such that few of the actions do harm.

    Conformal selection: with the threshold t, a sample is acted on if its gain is at
    least t. Among the groups to come, the share of those acted on that are harmed is
    estimated by ``(harmed + 1) / (n + 1)`` over ``acted / n``, where both count a group
    of the n known ones by the share of its samples. The lowest t is taken for which
    that is at most alpha, so that as much as possible is acted on. This is an estimate,
    of models that were fitted to a part of the groups; with few groups it may be off.

    Parameters
    ----------
    gains : ndarray of shape (n_samples,)
        Expected gains, from models that had not seen the sample's group; minus infinity
        where there is nothing to act on.
    harmful : ndarray of shape (n_samples,), dtype bool
        Whether acting on it does harm.
    groups : ndarray of shape (n_samples,), dtype intp
        Labels 0 to n - 1 of what is exchangeable.
    alpha : float
        The level, between 0 and 1.

    Returns
    -------
    float
        Infinite if there is none, as with too few groups.

    References
    ----------
    .. [1] Y. Jin, E. J. Candès. "Selection by Prediction with Conformal p-values".
       Journal of Machine Learning Research 24, 2023.
    """
    sizes = np.bincount(groups).astype(np.float64)
    n_groups = len(sizes)
    order = np.argsort(-gains, kind="stable")
    order = order[gains[order] > -np.inf]
    if not len(order):
        return np.inf
    ranked = gains[order]
    weights = 1.0 / sizes[groups[order]]
    acted = weights.cumsum() / n_groups
    harmed = (np.where(harmful[order], weights, 0.0).cumsum() + 1) / (n_groups + 1)
    # Samples of equal gains are acted on together.
    last = np.append(ranked[1:] < ranked[:-1], True)
    kept = np.flatnonzero(last & (harmed <= alpha * acted + 1e-12))
    return float(ranked[kept[-1]]) if len(kept) else np.inf
