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
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from tunembed.estimators import ColumnKernel

# Standardised features beyond this many deviations say no more than these.
_FARTHEST = 4.0


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


def process(kernel: Kernel, *, noise: float) -> Pipeline:
    """Return a Gaussian process of standardised columns."""
    limits = {"a_min": -_FARTHEST, "a_max": _FARTHEST}
    return make_pipeline(
        StandardScaler(),
        FunctionTransformer(np.clip, kw_args=limits),
        GaussianProcessRegressor(kernel, alpha=noise, optimizer=None),
    )


def _of(kernel: Kernel, names: Sequence[str], columns: Sequence[str]) -> Kernel:
    return ColumnKernel(kernel, [list(names).index(column) for column in columns])
