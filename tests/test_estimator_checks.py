"""scikit-learn's own checks, over every public estimator; none can escape them."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import importlib
import inspect
import pkgutil

import pytest
from sklearn.base import BaseEstimator
from sklearn.ensemble import ExtraTreesRegressor
from sklearn.linear_model import Ridge
from sklearn.utils import estimator_checks
from sklearn.utils.estimator_checks import parametrize_with_checks

import tunembed
from tunembed.embeddings import PerformanceEmbedding
from tunembed.estimators import (
    GradientBoostingRecommender,
    NearestNeighborRecommender,
    RegressionRecommender,
)

# Estimators of matrices: every check that scikit-learn has.
MATRIX = [
    NearestNeighborRecommender(),
    NearestNeighborRecommender(3, metric="manhattan", weights="uniform"),
    NearestNeighborRecommender(abstain_quantile=None),
    NearestNeighborRecommender(alpha=0.5),
    RegressionRecommender(ExtraTreesRegressor(20, random_state=0)),
    RegressionRecommender(Ridge(), n_components=None, alpha=0.5),
    GradientBoostingRecommender(n_estimators=20, learning_rate=0.2),
    GradientBoostingRecommender("ranking", n_estimators=5, subsample=0.5, alpha=0.5),
    PerformanceEmbedding(),
    PerformanceEmbedding(n_components=2, supervision=1.0),
]

# Estimators of program text and parsed programs. scikit-learn runs a single check on
# those, and skips the others with a warning.
RAW = {
    "GraphVectorizer",
    "IRVectorizer",
    "LoopNestVectorizer",
    "MIREncoder",
    "OpenMPVectorizer",
    "ProgramParser",
    "TokenVectorizer",
}
RAW_CHECKS = [
    "check_do_not_raise_errors_in_init_or_set_params",
    "check_estimator_cloneable",
    "check_estimator_repr",
    "check_estimator_tags_renamed",
    "check_get_params_invariance",
    "check_mixin_order",
    "check_no_attributes_set_in_init",
    "check_parameters_default_constructible",
    "check_set_params",
    "check_valid_tag_types",
]


def public_estimators():
    """Return all estimator classes that a public module of tunembed exports."""
    modules = [importlib.import_module("tunembed")]
    for found in pkgutil.iter_modules(tunembed.__path__, "tunembed."):
        if not found.name.split(".")[1].startswith("_"):
            modules.append(importlib.import_module(found.name))
    return sorted(
        {
            member
            for module in modules
            for name, member in inspect.getmembers(module, inspect.isclass)
            if issubclass(member, BaseEstimator)
            and member.__module__.startswith("tunembed.")
            and not name.startswith("_")
        },
        key=lambda estimator: estimator.__name__,
    )


ESTIMATORS = public_estimators()


@parametrize_with_checks(MATRIX)
def test_matrix_estimator(estimator, check):
    check(estimator)


@pytest.mark.parametrize("name", RAW_CHECKS)
@pytest.mark.parametrize(
    "estimator", [e for e in ESTIMATORS if e.__name__ in RAW], ids=lambda e: e.__name__
)
def test_raw_input_estimator(estimator, name):
    getattr(estimator_checks, name)(estimator.__name__, estimator())


def test_raw_input_is_declared():
    for estimator in ESTIMATORS:
        if estimator.__name__ in RAW:
            tags = estimator().__sklearn_tags__().input_tags
            assert not tags.two_d_array, f"{estimator.__name__} is not of raw input"


def test_no_estimator_escapes():
    checked = RAW | {type(estimator).__name__ for estimator in MATRIX}
    assert {estimator.__name__ for estimator in ESTIMATORS} <= checked
    assert {"NearestNeighborRecommender", "PerformanceEmbedding"} <= {
        estimator.__name__ for estimator in ESTIMATORS
    }
