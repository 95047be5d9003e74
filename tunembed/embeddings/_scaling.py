"""Robust scaling that leaves missing values missing."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Interquartile range of the standard normal distribution.
_NORMAL_IQR = 1.3489795003921634


def signed_log2(X: Floats) -> Floats:
    """Return sign(x) log2(1 + abs(x)): orders of magnitude, for counts and sizes."""
    logarithms: Floats = np.sign(X) * np.log2(1.0 + np.abs(X))
    return logarithms


def robust_center_and_scale(X: Floats) -> tuple[Floats, Floats]:
    """Return median and scale per column, NaN ignored.

    The scale is the interquartile range over that of a normal distribution, but at
    least half the standard deviation: the middle half of a column that is mostly zero
    says little about the rest. It is 1 where nothing varies.
    """
    empty = np.isnan(X).all(axis=0)
    X = np.where(empty, 0.0, X)
    low, center, high = np.nanquantile(X, [0.25, 0.5, 0.75], axis=0)
    scale = np.maximum((high - low) / _NORMAL_IQR, np.nanstd(X, axis=0) / 2.0)
    # What is left of rounding in a constant column is not variation.
    scale[scale <= 1e-12 * np.abs(center)] = 1.0
    return center, scale
