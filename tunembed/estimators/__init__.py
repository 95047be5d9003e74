"""From an embedding to a configuration: recommenders."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from tunembed.estimators._column_kernel import ColumnKernel
from tunembed.estimators._gradient_boosting import GradientBoostingRecommender
from tunembed.estimators._nearest_neighbor import NearestNeighborRecommender
from tunembed.estimators._regression import RegressionRecommender

__all__ = [
    "ColumnKernel",
    "GradientBoostingRecommender",
    "NearestNeighborRecommender",
    "RegressionRecommender",
]
