"""What a split lets through: copies of test samples among the training samples."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.utils import check_array, check_consistent_length

from tunembed.model_selection._near_copies import near_copies
from tunembed.model_selection._splits import Split


class LeakageReport:
    """Find which test samples have a copy among the training samples.

    Copies are looked for in four ways: equal rows, rows closer than a threshold, equal
    programs (by a hash, such as `tunembed.features.graph_hash`) and equal groups.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        Features or embeddings, scaled so that distances mean something.
    y : array-like of shape (n_samples,), default=None
        Labels; then the report says how often a copy gives the label away.
    groups : DataFrame of shape (n_samples, n_columns) or array-like, default=None
        What samples belong to; each column is looked at on its own.
    hashes : sequence of str of length n_samples, default=None
        Equal for equal programs.
    threshold : float, default=1e-6
        Largest Euclidean distance between near copies, in the unit of `X`.

    Attributes
    ----------
    copies : DataFrame of shape (n_samples, n_kinds)
        For each kind of copy, a label that copies share.

    Examples
    --------
    >>> from tunembed.model_selection import LeakageReport
    >>> report = LeakageReport([[0.0], [0.0], [1.0], [1.1]], y=[0, 0, 1, 0])
    >>> report.across([([0, 2], [1, 3])])[["kind", "leaking", "given_away"]]
            kind  leaking  given_away
    0  equal row      0.5         1.0
    1  near copy      0.5         1.0
    """

    def __init__(
        self,
        X: ArrayLike,
        y: ArrayLike | None = None,
        groups: Any = None,
        *,
        hashes: Sequence[str] | None = None,
        threshold: float = 1e-6,
    ) -> None:
        rows = check_array(X, dtype=np.float64)
        check_consistent_length(rows, y, groups, hashes)
        found = {
            "equal row": near_copies(rows, 0),
            "near copy": near_copies(rows, threshold),
        }
        if hashes is not None:
            found["equal program"] = np.unique(list(hashes), return_inverse=True)[1]
        if groups is not None:
            frame = pd.DataFrame(groups)
            for column in frame.columns:
                found[f"same {column}"] = pd.factorize(frame[column].astype(str))[0]
        self.copies = pd.DataFrame(found)
        self._labels = None if y is None else np.asarray(y)

    def across(self, splits: Iterable[Split]) -> pd.DataFrame:
        """Return what a split lets through, over all its folds.

        Parameters
        ----------
        splits : iterable of (train, test)
            Arrays of row numbers, as scikit-learn's splitters and `make_splits` give.

        Returns
        -------
        DataFrame
            One row per kind of copy: ``kind``; ``leaking``, the share of test samples
            that have a copy in training; ``given_away``, the share of these for which
            most copies have the same label (NaN without labels or copies).
        """
        folds = [(np.asarray(train), np.asarray(test)) for train, test in splits]
        rows = []
        for kind in self.copies:
            labels = self.copies[kind].to_numpy()
            leaking = [np.isin(labels[test], labels[train]) for train, test in folds]
            told = [self._told(labels, *fold) for fold in folds]
            rows.append(
                {
                    "kind": kind,
                    "leaking": float(np.concatenate(leaking).mean()),
                    "given_away": _mean(np.concatenate(told)),
                }
            )
        return pd.DataFrame(rows)

    def _told(
        self, copies: NDArray[Any], train: NDArray[np.intp], test: NDArray[np.intp]
    ) -> NDArray[np.float64]:
        """Return of each test sample with copies whether their label is its own."""
        if self._labels is None:
            return np.empty(0)
        most = (
            pd.Series(self._labels[train])
            .groupby(copies[train])
            .agg(lambda of: of.mode().iloc[0])
        )
        known = test[np.isin(copies[test], most.index)]
        told = most.loc[copies[known]].to_numpy() == self._labels[known]
        return np.asarray(told, dtype=np.float64)


def _mean(values: NDArray[np.float64]) -> float:
    return float(values.mean()) if len(values) else float("nan")
