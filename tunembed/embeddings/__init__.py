"""From features and counters to a performance embedding."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from tunembed.embeddings._performance_embedding import PerformanceEmbedding

__all__ = ["PerformanceEmbedding"]
