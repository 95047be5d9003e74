"""The small models on top of any representation."""

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


class MeanOfHeads(BaseEstimator):
    """Recommend by the mean of what all heads expect, of few and of many components.

    Nothing is chosen, neither by hand nor by an inner cross-validation: with tens of
    programs, that which head comes out best on some of them is mostly luck.

    Parameters
    ----------
    make_blocks : callable
        Returns the transformer of samples, for a number of components.
    baseline : label
    sizes : tuple of int, default=(8, 32)
        Numbers of components.
    random_state : int, default=0

    Attributes
    ----------
    blocks_ : ColumnTransformer
        For the largest number of components.
    heads_ : list of (list of int, recommender)
        The columns that each sees.
    """

    def __init__(self, make_blocks, baseline, *, sizes=(8, 32), random_state=0):
        self.make_blocks = make_blocks
        self.baseline = baseline
        self.sizes = sizes
        self.random_state = random_state

    def fit(self, X, y):
        """Fit all heads to a runtime table."""
        self.blocks_ = self.make_blocks(max(self.sizes)).fit(X)
        known = self.blocks_.transform(X)
        auxiliary = X.shape[1] - 1
        program = known.shape[1] - auxiliary
        seconds = y[cover(y, self.baseline, _CONFIGURATIONS)]
        self.classes_ = list(seconds.columns)
        self.heads_ = []
        for size in sorted({min(size, program) for size in self.sizes}):
            # Components come in the order of their variance.
            columns = [*range(size), *range(program, program + auxiliary)]
            for head in heads(Shape(size, auxiliary), self.baseline).values():
                if "random_state" in head.get_params():
                    head.set_params(random_state=self.random_state)
                self.heads_.append((columns, head.fit(known[:, columns], seconds)))
        return self

    def rank(self, X, k=10):
        """Return the `k` configurations with the highest mean of log-speedups."""
        asked = self.blocks_.transform(X)
        expected = np.zeros((len(X), len(self.classes_)))
        for columns, head in self.heads_:
            expected += self._expected(head, asked[:, columns]) / len(self.heads_)
        order = np.argsort(-expected, axis=1, kind="stable")[:, :k]
        return pd.DataFrame(
            {
                "sample": np.repeat(np.arange(len(X)), order.shape[1]),
                "configuration": [self.classes_[n] for n in order.ravel()],
                "expected_speedup": np.exp(
                    np.take_along_axis(expected, order, axis=1).ravel()
                ),
                "abstained": False,
            }
        )

    def _expected(self, head, asked):
        ranked = head.rank(asked, len(self.classes_))
        found = np.empty((len(asked), len(self.classes_)))
        places = {label: n for n, label in enumerate(self.classes_)}
        columns = ranked["configuration"].map(places).to_numpy()
        found[ranked["sample"], columns] = np.log(ranked["expected_speedup"])
        # No head has seen more; those that go on in a straight line would decide alone.
        return found.clip(-_CLIP, _CLIP)
