"""The main job: database, matching, tune(), campaign, benchmarks."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from tunembed.tuning._apply import Applied, apply, explain_schedule
from tunembed.tuning._benchmark_expert import benchmark_expert
from tunembed.tuning._benchmark_gemm import benchmark_gemm
from tunembed.tuning._benchmark_own import benchmark_own
from tunembed.tuning._benchmark_polybench import benchmark_polybench
from tunembed.tuning._benchmark_spmm import benchmark_spmm
from tunembed.tuning._campaign import campaign
from tunembed.tuning._choice import kernels_in
from tunembed.tuning._database import TuningDatabase
from tunembed.tuning._explain import Explanation, explain
from tunembed.tuning._records import TuningRecord
from tunembed.tuning._report import BenchmarkError, BenchmarkResult
from tunembed.tuning._result import TuneResult
from tunembed.tuning._schema import DatabaseError
from tunembed.tuning._search import SearchResult, search
from tunembed.tuning._tune import tune, tune_subject

__all__ = [
    "Applied",
    "BenchmarkError",
    "BenchmarkResult",
    "DatabaseError",
    "Explanation",
    "SearchResult",
    "TuneResult",
    "TuningDatabase",
    "TuningRecord",
    "apply",
    "benchmark_expert",
    "benchmark_gemm",
    "benchmark_own",
    "benchmark_polybench",
    "benchmark_spmm",
    "campaign",
    "explain",
    "explain_schedule",
    "kernels_in",
    "search",
    "tune",
    "tune_subject",
]
