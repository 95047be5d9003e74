"""From features, counters and LLVM IR to embeddings."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from tunembed.embeddings._encoder._weights import WeightsError
from tunembed.embeddings._mirencoder import MIREncoder
from tunembed.embeddings._performance_embedding import PerformanceEmbedding

__all__ = ["MIREncoder", "PerformanceEmbedding", "WeightsError"]
