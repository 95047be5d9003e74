"""Labels for folds that keep the shares of classes."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from typing import Any

import pandas as pd


def frequent_labels(target: pd.Series, other: Any, least: int = 10) -> Any:
    """Return labels with another one in place of those that are rare.

    Folds of the usual split have equal shares of all classes, which takes a sample of
    each in every fold. Models that learn from runtimes do not look at them.

    Parameters
    ----------
    target : Series
    other : label
        What stands for rare ones.
    least : int, default=10
        How often a label has to occur: once in each fold.

    Returns
    -------
    ndarray of shape (n_samples,)
    """
    counts = target.map(target.value_counts())
    return target.where(counts >= least, other).to_numpy()
