"""The model on top of any representation."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import Kernel, Matern

from tunembed.estimators import ColumnKernel, RegressionRecommender
from tunembed.evaluation._column_processes import jointly

# These, the lengths below and the number of components were chosen with scores on the
# tasks in view. Log-ratios beyond the first say no more: it is faster, or it is not.
_CLIP = 0.5
_NOISE = 0.03
_COMPONENTS = 5
# How many configurations are chosen from: those that together lose least, as the
# authors of the NUMA data set do. Others differ too little to be told apart.
_CONFIGURATIONS = 10


class Head(BaseEstimator):
    """Recommend by a Gaussian process of programs and of what else is known of a run.

    The same for all representations and tasks. Where nothing is near, it expects what
    configurations gain on average in training.

    Parameters
    ----------
    make_blocks : callable
        Returns the transformer of samples, for a number of components.
    baseline : label
    n_components : int, default=64
        At most so many of a program's vector.

    Attributes
    ----------
    blocks_ : ColumnTransformer
    recommender_ : RegressionRecommender
    """

    def __init__(self, make_blocks, baseline, *, n_components=64):
        self.make_blocks = make_blocks
        self.baseline = baseline
        self.n_components = n_components

    def fit(self, X, y):
        """Fit to a runtime table."""
        self.blocks_ = self.make_blocks(self.n_components).fit(X)
        known = self.blocks_.transform(X)
        auxiliary = X.shape[1] - 1
        process = GaussianProcessRegressor(
            kernel(known.shape[1] - auxiliary, auxiliary), alpha=_NOISE, optimizer=None
        )
        recommender = RegressionRecommender(
            process, clip=_CLIP, n_components=_COMPONENTS, baseline=self.baseline
        )
        seconds = y[cover(y, self.baseline, _CONFIGURATIONS)]
        self.recommender_ = recommender.fit(known, seconds)
        return self

    def rank(self, X, k=10):
        """Return the `k` configurations with the highest expected speedups."""
        return self.recommender_.rank(self.blocks_.transform(X), k)


def kernel(program: int, auxiliary: int) -> Kernel:
    """Return a kernel of programs, of auxiliary columns, and of both at once.

    Parameters
    ----------
    program, auxiliary : int
        Numbers of columns, in this order; each block has a total variance of one.

    Returns
    -------
    Kernel
        Exponential ones: neighbours count, and no function is too rough.
    """
    first = _exponential(1.0, range(program))
    second = _exponential(2.0, range(program, program + auxiliary))
    if not auxiliary:
        return first
    if not program:
        return second
    return jointly(first, second)


def _exponential(length: float, columns: range) -> Kernel:
    return ColumnKernel(Matern(length, "fixed", nu=0.5), columns)


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
    >>> from tunembed.evaluation._head import cover
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
