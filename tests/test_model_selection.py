"""Near copies share a group, chains of them too."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import numpy as np
import pytest
from sklearn.model_selection import GroupKFold

from tunembed.model_selection import near_copies


def test_chains_are_one_group_and_labels_follow_first_occurrence():
    X = np.array([[9.0], [0.0], [0.9], [1.8], [9.0], [5.0]])
    assert near_copies(X, threshold=1.0).tolist() == [0, 1, 1, 1, 0, 2]
    assert near_copies(X, threshold=0.5).tolist() == [0, 1, 2, 3, 0, 4]


def test_zero_threshold_groups_exact_copies_only():
    X = np.array([[1.0, 2.0], [1.0, 2.0 + 1e-12], [1.0, 2.0]])
    assert near_copies(X, threshold=0).tolist() == [0, 1, 0]


def test_many_exact_copies_stay_cheap():
    X = np.tile(np.eye(3), (20_000, 1))
    assert near_copies(X).tolist() == [0, 1, 2] * 20_000


def test_groups_keep_copies_on_one_side():
    rng = np.random.default_rng(0)
    programs = rng.normal(size=(12, 5))
    X = np.repeat(programs, 3, axis=0) + rng.normal(scale=1e-4, size=(36, 5))
    groups = near_copies(X, threshold=0.01)
    assert len(set(groups)) == 12
    for train, test in GroupKFold(4).split(X, groups=groups):
        nearest = np.linalg.norm(X[test][:, None] - X[train][None], axis=2).min()
        assert nearest > 0.01


@pytest.mark.parametrize("threshold", [-1.0, float("nan")])
def test_bad_threshold(threshold):
    with pytest.raises(ValueError, match="threshold must be at least 0; got"):
        near_copies([[0.0], [1.0]], threshold=threshold)


def test_nan_is_refused():
    with pytest.raises(ValueError, match="NaN"):
        near_copies([[np.nan], [1.0]])
