"""Groups of near copies, so that a split does not put a copy on both sides."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from typing import Any

import numpy as np
from numpy.typing import NDArray


def near_copies(X: Any, threshold: float = 1e-6) -> NDArray[np.intp]:
    """Return a group label per sample, such that near copies share a label.

    Two samples are near copies if their Euclidean distance is at most `threshold`, or
    if a chain of such pairs connects them. Give the labels as ``groups`` to
    :class:`sklearn.model_selection.GroupKFold` or ``LeaveOneGroupOut``: then no program
    is tested on that was trained on under another name. To hold out whole families as
    well, join the family names that a group connects.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        Features, scaled so that distances mean something.
    threshold : float, default=1e-6
        The largest distance between near copies, in the unit of the features; with 0
        only exact copies count.

    Returns
    -------
    ndarray of shape (n_samples,), dtype intp
        Labels 0, 1, ... in the order in which the groups first occur.

    Raises
    ------
    ValueError
        If `X` is not a finite matrix or `threshold` is negative.

    Examples
    --------
    >>> near_copies([[0.0, 1.0], [5.0, 5.0], [0.0, 1.01]], threshold=0.1)
    array([0, 1, 0])
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import cKDTree
    from sklearn.utils import check_array

    if not threshold >= 0:
        raise ValueError(f"threshold must be at least 0; got {threshold}.")
    distinct, inverse = np.unique(
        check_array(X, dtype=np.float64), axis=0, return_inverse=True
    )
    pairs = cKDTree(distinct).query_pairs(threshold, output_type="ndarray")
    graph = coo_array(
        (np.ones(len(pairs), dtype=bool), (pairs[:, 0], pairs[:, 1])),
        shape=(len(distinct), len(distinct)),
    )
    _, component = connected_components(graph, directed=False)
    _, first, labels = np.unique(
        component[inverse.ravel()], return_index=True, return_inverse=True
    )
    return np.argsort(np.argsort(first))[labels]
