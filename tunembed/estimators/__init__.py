"""From an embedding to a configuration: recommenders."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from tunembed.estimators._nearest_neighbor import NearestNeighborRecommender

__all__ = ["NearestNeighborRecommender"]
