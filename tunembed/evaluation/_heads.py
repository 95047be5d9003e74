"""The small models on top of any representation, chosen within the training samples."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel, Kernel, Matern
from sklearn.linear_model import Ridge
from sklearn.model_selection import GroupKFold, KFold

from tunembed.estimators import (
    ColumnKernel,
    GradientBoostingRecommender,
    NearestNeighborRecommender,
    RegressionRecommender,
)

# Log-ratios beyond this say no more: three times as fast.
_CLIP = float(np.log(3.0))
_COMPONENTS = 5
# How many configurations are chosen from: those that together lose least, as the
# authors of the NUMA data set do. Others differ too little to be told apart.
_CONFIGURATIONS = 10


class Shape(NamedTuple):
    """How many columns the program's block has, and the auxiliary one."""

    program: int
    auxiliary: int


def heads(shape: Shape, baseline: Any) -> dict[str, Any]:
    """Return the models, the simplest first; they are the same for all representations.

    Parameters
    ----------
    shape : Shape
    baseline : label

    Returns
    -------
    dict of str to recommender
    """
    options = {"baseline": baseline, "n_components": _COMPONENTS}
    found: dict[str, Any] = {
        "ridge": RegressionRecommender(Ridge(5.0), clip=_CLIP, **options),
        "neighbours": NearestNeighborRecommender(5, abstain_quantile=None, **options),
    }
    for name, length, noise in (("smooth", 1.0, 1.0), ("rough", 0.5, 0.1)):
        process = GaussianProcessRegressor(
            _kernel(shape, length), alpha=noise, optimizer=None
        )
        found[f"process, {name}"] = RegressionRecommender(
            process, clip=_CLIP, **options
        )
    found["boosting"] = GradientBoostingRecommender(
        n_estimators=60,
        learning_rate=0.1,
        num_leaves=7,
        colsample_bytree=0.5,
        clip=_CLIP,
        **options,
    )
    return found


def _kernel(shape: Shape, length: float) -> Kernel:
    """Return a kernel of programs, of auxiliary columns, and of both at once."""
    program = ColumnKernel(RBF(length, "fixed"), range(shape.program))
    places = range(shape.program, shape.program + shape.auxiliary)
    other = ColumnKernel(Matern(length, "fixed", nu=1.5), places)
    if not shape.auxiliary:
        return program
    if not shape.program:
        return other
    third = ConstantKernel(1 / 3, "fixed")
    return third * program + third * other + third * (program * other)


def cover(runtimes: pd.DataFrame, baseline: Any, count: int) -> list[Any]:
    """Return the configurations that together lose least, the baseline among them.

    Parameters
    ----------
    runtimes : DataFrame of shape (n_samples, n_configurations)
        NaN where not measured.
    baseline : label
    count : int

    Returns
    -------
    list of label
        In the order of the columns; all if there are no more than `count`.

    Examples
    --------
    >>> import pandas as pd
    >>> from tunembed.evaluation._heads import cover
    >>> table = pd.DataFrame({"a": [2.0, 2.0], "b": [1.5, 1.9], "c": [1.0, 9.0]})
    >>> cover(table, "a", 2)
    ['a', 'c']
    """
    if runtimes.shape[1] <= count:
        return list(runtimes.columns)
    logs = np.log(runtimes.to_numpy())
    chosen = [list(runtimes.columns).index(baseline)]
    best = logs[:, chosen[0]]
    while len(chosen) < count:
        # NaN is no reason to choose a configuration, nor to leave one out.
        reached = np.fmin(best[:, None], logs)
        number = int(reached.mean(axis=0).argmin())
        if number in chosen:
            break
        chosen.append(number)
        best = reached[:, number]
    return [runtimes.columns[number] for number in sorted(chosen)]


class HeadedRepresentation(BaseEstimator):
    """The components and the head that do best on held-out training samples.

    Parameters
    ----------
    make_blocks : callable
        Returns the transformer of samples, for a number of components.
    baseline : label
    sizes : tuple of int, default=(8, 32)
        Numbers of components that are tried.
    n_splits : int, default=3
        Number of inner folds; they keep groups together if there are any.
    random_state : int, default=0

    Attributes
    ----------
    scores_ : dict of (int, str) to float
        Mean log-speedup over the inner folds, by number of components and head.
    chosen_ : (int, str)
    """

    def __init__(
        self, make_blocks, baseline, *, sizes=(8, 32), n_splits=3, random_state=0
    ):
        self.make_blocks = make_blocks
        self.baseline = baseline
        self.sizes = sizes
        self.n_splits = n_splits
        self.random_state = random_state

    def fit(self, X, y, groups=None):
        """Score all by the runtimes they save, and fit the best to all samples."""
        totals: dict[tuple[int, str], float] = {}
        for train, test in self._folds(len(X), groups):
            seconds = y.iloc[train]
            columns = cover(seconds, self.baseline, _CONFIGURATIONS)
            for size in self.sizes:
                blocks, models = self._parts(size, X.iloc[train])
                known = blocks.transform(X.iloc[train])
                asked = blocks.transform(X.iloc[test])
                for name, model in models.items():
                    model.fit(known, seconds[columns])
                    gained = np.log(model.score(asked, y.iloc[test][columns]))
                    gained *= len(test) / len(X)
                    totals[size, name] = totals.get((size, name), 0.0) + gained
        self.scores_ = totals
        self.chosen_ = max(totals, key=lambda key: totals[key])
        self.blocks_, models = self._parts(self.chosen_[0], X)
        columns = cover(y, self.baseline, _CONFIGURATIONS)
        known = self.blocks_.transform(X)
        self.head_ = models[self.chosen_[1]].fit(known, y[columns])
        return self

    def rank(self, X, k=10):
        """Rank configurations by the chosen head."""
        return self.head_.rank(self.blocks_.transform(X), k)

    def _folds(self, count, groups):
        if groups is None:
            cut = KFold(self.n_splits, shuffle=True, random_state=self.random_state)
            return list(cut.split(np.zeros(count)))
        number = min(self.n_splits, len(np.unique(groups)))
        cut = GroupKFold(number, shuffle=True, random_state=self.random_state)
        return list(cut.split(np.zeros(count), groups=groups))

    def _parts(self, size: int, X: Any) -> tuple[Any, dict[str, Any]]:
        """Return blocks fitted to samples, and heads that fit these."""
        blocks = self.make_blocks(size).fit(X)
        total = blocks.transform(X.iloc[:1]).shape[1]
        auxiliary = X.shape[1] - 1
        found = heads(Shape(total - auxiliary, auxiliary), self.baseline)
        for model in found.values():
            if "random_state" in model.get_params():
                model.set_params(random_state=self.random_state)
        return blocks, found
