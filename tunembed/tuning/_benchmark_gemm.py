"""The dense product of square matrices against the OpenBLAS that numpy brings."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tunembed.kernels import (
    BASELINE_FLAGS,
    Effort,
    available_cores,
    measure_callables,
)
from tunembed.parsers import parse_c
from tunembed.schedules import Schedule, rewrite
from tunembed.tuning._attempt import RELAXED
from tunembed.tuning._bound_call import bound_call
from tunembed.tuning._report import BenchmarkError, BenchmarkResult, geometric_mean

SIZES = (1024, 1536, 2048)
_EFFORT = Effort(budget=20.0, max_repetitions=25, precision=0.02, slower=1e9)

SOURCE = """\
void gemm(int n, const double A[restrict n][n], const double B[restrict n][n],
          double C[restrict n][n])
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) {
            C[i][j] = 0.0;
            for (int k = 0; k < n; k++)
                C[i][j] += A[i][k] * B[k][j];
        }
}
"""
# Longer than idle threads of OpenBLAS and OpenMP wait for work.
_REST = 0.3
# The order of BLIS (Van Zee & van de Geijn, TOMS 2015), for registers of four doubles.
_STEPS = (
    "fission(j, S1); fission(i, S1); tile(i_2=258, k=256); "
    "register_tile(k, i_2=6, j_2=8); interchange(j_2_t, i_2_tt); "
    "pack(B, j_2_t); pack(A, k_t, i_2); "
    'parallel(i, threads={threads}); parallel(i_2_t, schedule="dynamic", chunk=1, '
    "threads={threads})"
)


def benchmark_gemm(
    *,
    threads: int | None = None,
    random_state: int = 0,
    progress: Callable[[dict[str, Any]], None] | None = None,
) -> BenchmarkResult:
    """Time the scheduled triple loop in turns with ``numpy.dot``.

    Both use one thread first, then all; they run in the same process on the same
    matrices.

    Parameters
    ----------
    threads : int, optional
        Threads of the second half; all cores if not given.
    random_state : int, default=0
        Seed of the matrices.
    progress : callable, optional
        Called with a dict per finished row; its ``"kind"`` is ``"kernel"``.

    Returns
    -------
    BenchmarkResult

    Raises
    ------
    BenchmarkError
        If numpy does not use OpenBLAS.
    """
    import pandas as pd

    kernels = _openblas()
    cores = threads or available_cores()
    counts = sorted({1, cores})
    rows = []
    for count in counts:
        for n in SIZES:
            row = {"n": n, "threads": count, **_row(n, count, random_state)}
            rows.append(row)
            if progress:
                told = {"kernel": f"{n}, {count} threads", "status": "ok", **row}
                total = len(counts) * len(SIZES)
                progress(
                    {"kind": "kernel", "number": len(rows), "total": total, **told}
                )
    table = pd.DataFrame(rows)
    summary = {
        "kernels of OpenBLAS": kernels,
        "schedule": _STEPS.format(threads=cores),
        "geomean of time over OpenBLAS": geometric_mean(table["time_over_openblas"]),
        "slowest against OpenBLAS": float(table["time_over_openblas"].max()),
    }
    return BenchmarkResult(table, summary)


def _openblas() -> str:
    """Return for which processor the OpenBLAS in use has its kernels."""
    from threadpoolctl import threadpool_info

    for library in threadpool_info():
        if library["internal_api"] == "openblas":
            return str(library.get("architecture", "unknown"))
    raise BenchmarkError(
        "numpy does not use OpenBLAS here: install numpy from the package index"
    )


def _row(n: int, threads: int, random_state: int) -> dict[str, Any]:
    from threadpoolctl import threadpool_limits

    rng = np.random.default_rng(random_state)
    a, b = rng.random((n, n)), rng.random((n, n))
    out, target = np.zeros((n, n)), np.zeros((n, n))
    function = parse_c(SOURCE).function("gemm")
    source = rewrite(function, Schedule.parse(_STEPS.format(threads=threads)))
    flags = (*BASELINE_FLAGS, *RELAXED)
    ours = bound_call(source, "gemm", flags, "gcc", [n, a, b, out])
    with threadpool_limits(threads, user_api="blas"):

        def openblas() -> None:
            np.dot(a, b, out=target)

        ours()
        openblas()
        if not np.allclose(out, target, rtol=1e-10):
            raise RuntimeError("the scheduled product and that of OpenBLAS differ")
        measured = measure_callables([openblas, ours], _EFFORT, rest=_REST)[0]
    low, high = measured.ratio_interval
    flops = 2e-9 * n**3
    return {
        "openblas": measured.baseline_seconds,
        "seconds": measured.seconds,
        "time_over_openblas": 1 / measured.ratio,
        "low": 1 / high,
        "high": 1 / low,
        "openblas_gflops": flops / measured.baseline_seconds,
        "gflops": flops / measured.seconds,
    }
