"""Labels as targets: reading, encoding, joining."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from collections.abc import Hashable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.utils import assert_all_finite, column_or_1d
from sklearn.utils.multiclass import check_classification_targets

_TEXT = "OUS"


def read_labels(y: Any) -> NDArray[Any]:
    """Return the checked labels, shape (n_samples,)."""
    y = np.asarray(y)
    if y.ndim == 2 and y.shape[1] > 1:
        raise ValueError(
            f"y should be a 1d array of labels, got an array of shape {y.shape}. "
            "A runtime table is passed as a DataFrame, its columns the configurations."
        )
    y = column_or_1d(y, warn=True)
    assert_all_finite(y, input_name="y")
    check_classification_targets(y)
    return y


def most_frequent(y: NDArray[Any]) -> Hashable:
    """Return the most frequent label, the first in order among equals."""
    labels, counts = np.unique(y, return_counts=True)
    label: Hashable = labels.tolist()[counts.argmax()]
    return label


def union(labels: NDArray[Any], more: ArrayLike) -> NDArray[Any]:
    """Return the sorted distinct labels of both, refusing to mix text and numbers."""
    more = np.asarray(more)
    if (labels.dtype.kind in _TEXT) != (more.dtype.kind in _TEXT):
        raise ValueError(
            f"labels must be all text or all numbers; got "
            f"{labels.tolist()[0]!r} and {more.tolist()[0]!r}."
        )
    return np.union1d(labels, more)


def encode(y: NDArray[Any], classes: NDArray[Any]) -> NDArray[np.intp]:
    """Return the positions of labels in the sorted `classes`."""
    return np.searchsorted(classes, y)
