"""Gaussian processes whose kernels look at named columns."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import (
    ConstantKernel,
    DotProduct,
    Kernel,
    Matern,
)
from sklearn.pipeline import Pipeline, make_pipeline

from tunembed.estimators import ColumnKernel
from tunembed.evaluation._blocks import scaled


def exponential(
    weight: float, scale: float, names: Sequence[str], columns: Sequence[str]
) -> Kernel:
    """Return a kernel of some of the columns, whose length grows with their number.

    Parameters
    ----------
    weight, scale : float
    names : sequence of str
        Of all columns, in order.
    columns : sequence of str
        Those it looks at.
    """
    length = scale * np.sqrt(len(columns))
    return constant(weight) * _of(Matern(length, "fixed", nu=0.5), names, columns)


def linear(weight: float, names: Sequence[str], columns: Sequence[str]) -> Kernel:
    """Return the kernel of a linear trend over some of the columns."""
    share = constant(weight / len(columns))
    return share * _of(DotProduct(0.0, "fixed"), names, columns)


def constant(weight: float) -> Kernel:
    """Return a kernel to multiply others by."""
    return ConstantKernel(weight, "fixed")


def jointly(first: Kernel, second: Kernel) -> Kernel:
    """Return a kernel of two things: a quarter of each, and half of both at once.

    So that what one of them means depends on the other one.
    """
    return constant(0.25) * (first + second) + constant(0.5) * (first * second)


def process(kernel: Kernel, *, noise: float) -> Pipeline:
    """Return a Gaussian process of standardised columns."""
    regressor = GaussianProcessRegressor(kernel, alpha=noise, optimizer=None)
    return make_pipeline(*scaled(), regressor)


def _of(kernel: Kernel, names: Sequence[str], columns: Sequence[str]) -> Kernel:
    return ColumnKernel(kernel, [list(names).index(column) for column in columns])
