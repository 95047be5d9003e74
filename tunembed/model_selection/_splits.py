"""Splits that keep together what belongs together."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import GroupKFold, LeaveOneGroupOut, StratifiedKFold

USUAL = "usual"
Split = tuple[NDArray[np.intp], NDArray[np.intp]]


def make_splits(
    dataset: Any,
    by: str = "application",
    *,
    n_splits: int | None = 10,
    random_state: Any = None,
) -> list[Split]:
    """Return the folds of a data set such that no group is on both sides.

    Parameters
    ----------
    dataset : Bunch
        With ``target`` and ``groups``, as the loaders of `tunembed.datasets` return.
    by : str, default="application"
        A column of ``groups``; the coarser the harder: ``"kernel"``, ``"source"``,
        ``"application"``, ``"suite"``. Or ``"usual"``: stratified by label, groups
        ignored, which is how most papers score and what lets near copies leak.
    n_splits : int or None, default=10
        Number of folds. None, or at least the number of groups: leave one group out.
    random_state : int, RandomState instance or None, default=None
        Which groups share a fold.

    Returns
    -------
    list of (train, test)
        Pairs of arrays of row numbers, dtype intp.

    Raises
    ------
    ValueError
        If the data set has no such groups, or only one of them.

    Examples
    --------
    >>> import pandas as pd
    >>> from sklearn.utils import Bunch
    >>> from tunembed.model_selection import make_splits
    >>> groups = pd.DataFrame({"kernel": ["a", "a", "b", "c"]})
    >>> dataset = Bunch(target=[0, 1, 0, 1], groups=groups)
    >>> [test.tolist() for _, test in make_splits(dataset, "kernel")]
    [[0, 1], [2], [3]]
    """
    rows = np.zeros((len(dataset.groups), 1))
    if by == USUAL:
        cut = StratifiedKFold(n_splits or 10, shuffle=True, random_state=random_state)
        return list(cut.split(rows, np.asarray(dataset.target).astype(str)))
    groups = group_labels(dataset, by)
    count = len(np.unique(groups))
    if count < 2:
        raise ValueError(f"all samples have the same {by!r}: there is nothing to split")
    if n_splits is None or n_splits >= count:
        return list(LeaveOneGroupOut().split(rows, groups=groups))
    folds = GroupKFold(n_splits, shuffle=True, random_state=random_state)
    return list(folds.split(rows, groups=groups))


def group_labels(dataset: Any, by: str) -> NDArray[Any]:
    """Return the column of a data set's groups, as text."""
    columns = list(dataset.groups.columns)
    if by not in columns:
        known = ", ".join(map(repr, [USUAL, *columns]))
        raise ValueError(f"the data set has no groups {by!r}; it has {known}")
    return dataset.groups[by].astype(str).to_numpy()
