"""The CSR sparse-dense product against MKL, over structures and widths."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tunembed.kernels import (
    BASELINE_FLAGS,
    Effort,
    Kernel,
    available_cores,
    measure_callables,
)
from tunembed.parsers import parse_c
from tunembed.tuning._bound_call import bound_call
from tunembed.tuning._database import TuningDatabase
from tunembed.tuning._report import BenchmarkError, BenchmarkResult, geometric_mean
from tunembed.tuning._structures import STRUCTURES
from tunembed.tuning._subject import TOLERANCE, KernelSubject
from tunembed.tuning._tune import tune_subject

if TYPE_CHECKING:
    from scipy.sparse import csr_array

WIDTHS = (32, 128, 512)
_EFFORT = Effort(budget=12.0, max_repetitions=25, precision=0.02, slower=1e9)

SOURCE = """\
void spmm(int n, int m, int nnz, int width, const int rowptr[n + 1],
          const int col[nnz], const double val[nnz],
          const double B[m][width], double C[n][width])
{
    for (int i = 0; i < n; i++) {
        for (int j = 0; j < width; j++)
            C[i][j] = 0.0;
        for (int k = rowptr[i]; k < rowptr[i + 1]; k++)
            for (int j = 0; j < width; j++)
                C[i][j] += val[k] * B[col[k]][j];
    }
}
"""


def benchmark_spmm(
    *,
    database: TuningDatabase | None = None,
    trials: int = 10,
    threads: int | None = None,
    random_state: int = 0,
    progress: Callable[[dict[str, Any]], None] | None = None,
) -> BenchmarkResult:
    """Tune the plain C loop for each structure and width; time it in turns with MKL.

    Needs the extra ``mkl``. Both use the same number of threads, the same matrices and
    run in the same process.

    Parameters
    ----------
    database : TuningDatabase, optional
        What is known; the user's and the shipped one if not given.
    trials : int, default=10
        Candidates per kernel at most.
    threads : int, optional
        OpenMP threads; all cores if not given.
    random_state : int, default=0
        Seed of the values of matrices and arguments.
    progress : callable, optional
        Called with a dict per finished row; its ``"kind"`` is ``"kernel"``.

    Returns
    -------
    BenchmarkResult

    Raises
    ------
    BenchmarkError
        If MKL is not installed.
    """
    import pandas as pd

    if importlib.util.find_spec("sparse_dot_mkl") is None:
        raise BenchmarkError(
            "MKL is not installed: pip install 'tunembed[mkl]', then run this again"
        )
    cores = threads or available_cores()
    os.environ["MKL_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = str(cores)
    os.environ.setdefault("MKL_RT", _mkl_path())
    store = TuningDatabase() if database is None else database
    rows = []
    total = len(STRUCTURES) * len(WIDTHS)
    for name, make in STRUCTURES.items():
        matrix = make(np.random.default_rng(random_state))
        for width in WIDTHS:
            row = {"structure": name, "width": width, "nnz": matrix.nnz}
            row |= _row(matrix, width, store, trials, cores, random_state)
            rows.append(row)
            if progress:
                told = {"kernel": f"{name} {width}", "status": "ok", **row}
                progress(
                    {"kind": "kernel", "number": len(rows), "total": total, **told}
                )
    table = pd.DataFrame(rows)
    summary = {
        "threads": cores,
        "geomean over MKL": geometric_mean(table["over_mkl"]),
        "geomean over gcc": geometric_mean(table["over_gcc"]),
        "slowest against MKL": float(table["over_mkl"].min()),
    }
    return BenchmarkResult(table, summary)


def _mkl_path() -> str:
    """Return the library of the package mkl, which is not on the loader's path."""
    for file in importlib.metadata.files("mkl") or ():
        if file.name.startswith("libmkl_rt.so"):
            return str(Path(str(file.locate())).resolve())
    raise BenchmarkError("the package mkl has no libmkl_rt.so: reinstall it")


def _row(
    matrix: csr_array,
    width: int,
    store: TuningDatabase,
    trials: int,
    threads: int,
    random_state: int,
) -> dict[str, Any]:
    from sparse_dot_mkl import dot_product_mkl

    n, m = matrix.shape
    sizes = {"n": n, "m": m, "nnz": int(matrix.nnz), "width": width}
    dense = np.random.default_rng(random_state).random((m, width))
    out = np.zeros((n, width))
    tuned = _tune(matrix, dense, sizes, store, trials, threads)
    ours = bound_call(
        tuned.source_ if tuned.schedule_ else SOURCE,
        "spmm",
        tuned.flags_ or BASELINE_FLAGS,
        tuned.compiler_,
        _arguments(matrix, dense, out, sizes),
    )
    target = np.zeros((n, width))

    def mkl() -> None:
        dot_product_mkl(matrix, dense, out=target)

    ours()
    mkl()
    if not np.allclose(out, target, rtol=1e-9):
        raise RuntimeError("the tuned product and MKL's differ")
    measured = measure_callables([mkl, ours], _EFFORT)[0]
    low, high = measured.ratio_interval
    return {
        "mkl": measured.baseline_seconds,
        "seconds": measured.seconds,
        "over_mkl": measured.ratio,
        "low": low,
        "high": high,
        "over_gcc": tuned.speedup_,
        "compiler": tuned.compiler_,
        "schedule": tuned.schedule_,
    }


def _tune(
    matrix: csr_array,
    dense: np.ndarray,
    sizes: dict[str, int],
    store: TuningDatabase,
    trials: int,
    threads: int,
) -> Any:
    def make(_: dict[str, int], __: np.random.Generator) -> dict[str, Any]:
        return {
            **sizes,
            "rowptr": matrix.indptr.astype(np.int32),
            "col": matrix.indices.astype(np.int32),
            "val": matrix.data,
            "B": dense,
            "C": np.zeros((sizes["n"], sizes["width"])),
        }

    function = parse_c(SOURCE).function("spmm")
    kernel = Kernel(
        SOURCE,
        "spmm",
        make,
        sizes,
        threads=threads,
        tolerance=TOLERANCE,
        verify_sizes=[sizes],
    )
    subject = KernelSubject(kernel)
    try:
        return tune_subject(
            function,
            subject,
            trials=trials,
            database=store,
            threads=threads,
            record=False,
        )
    finally:
        subject.close()


def _arguments(
    matrix: csr_array, dense: np.ndarray, out: np.ndarray, sizes: dict[str, int]
) -> list[Any]:
    arrays = [
        matrix.indptr.astype(np.int32),
        matrix.indices.astype(np.int32),
        matrix.data,
        dense,
        out,
    ]
    return [*sizes.values(), *arrays]
