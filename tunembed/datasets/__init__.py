"""Public data sets: fetched once, checked, kept, with what must stay together."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from tunembed.datasets._clgen_device_mapping import fetch_clgen_device_mapping
from tunembed.datasets._cuda_block_size import fetch_cuda_block_size
from tunembed.datasets._device_mapping import fetch_device_mapping
from tunembed.datasets._numa_prefetch import fetch_numa_prefetch
from tunembed.datasets._poj104 import fetch_poj104
from tunembed.datasets._thread_coarsening import fetch_thread_coarsening
from tunembed.datasets._vectorization_loops import fetch_vectorization_loops

__all__ = [
    "fetch_clgen_device_mapping",
    "fetch_cuda_block_size",
    "fetch_device_mapping",
    "fetch_numa_prefetch",
    "fetch_poj104",
    "fetch_thread_coarsening",
    "fetch_vectorization_loops",
]
