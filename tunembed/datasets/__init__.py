"""Data sets: fetched once and kept, shipped or made, with what must stay together."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from tunembed.datasets._clgen_device_mapping import fetch_clgen_device_mapping
from tunembed.datasets._cuda_block_size import fetch_cuda_block_size
from tunembed.datasets._device_mapping import fetch_device_mapping
from tunembed.datasets._loop_nests import make_loop_nests
from tunembed.datasets._numa_prefetch import fetch_numa_prefetch
from tunembed.datasets._numa_sources import fetch_numa_sources
from tunembed.datasets._openmp_runtimes import load_openmp_runtimes
from tunembed.datasets._poj104 import fetch_poj104
from tunembed.datasets._runtime_table import make_runtime_table
from tunembed.datasets._thread_coarsening import fetch_thread_coarsening
from tunembed.datasets._tuning_records import load_tuning_records
from tunembed.datasets._vectorization_loops import fetch_vectorization_loops
from tunembed.datasets._vectorization_runtimes import load_vectorization_runtimes

__all__ = [
    "fetch_clgen_device_mapping",
    "fetch_cuda_block_size",
    "fetch_device_mapping",
    "fetch_numa_prefetch",
    "fetch_numa_sources",
    "fetch_poj104",
    "fetch_thread_coarsening",
    "fetch_vectorization_loops",
    "load_openmp_runtimes",
    "load_tuning_records",
    "load_vectorization_runtimes",
    "make_loop_nests",
    "make_runtime_table",
]
