"""Transfer to PolyBench/C: its own main, its own clock, against gcc and Polly."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from tunembed._toolchain import Compiler
from tunembed.kernels import KernelError
from tunembed.parsers import SourceError
from tunembed.tuning._attempt import present_compilers
from tunembed.tuning._database import TuningDatabase
from tunembed.tuning._polybench import (
    RATIOS,
    compare_with_polly,
    kernel_files,
    open_kernel,
)
from tunembed.tuning._report import (
    BenchmarkResult,
    Checkpoint,
    Row,
    database_key,
    geometric_mean,
)
from tunembed.tuning._tune import tune_subject
from tunembed.tuning._view import views_of


def benchmark_polybench(
    path: str | Path,
    *,
    dataset: str = "LARGE",
    database: TuningDatabase | None = None,
    trials: int = 10,
    threads: int | None = None,
    random_state: int = 0,
    near_copies: bool = True,
    progress: Callable[[dict[str, Any]], None] | None = None,
) -> BenchmarkResult:
    """Tune the 30 kernels and time them in turns with gcc, Polly and parallel Polly.

    Parameters
    ----------
    path : str or Path
        A copy of PolyBench/C 4.2.1.
    dataset : str, default="LARGE"
        The size at which all versions are timed; outputs are compared at SMALL,
        MEDIUM and MINI; those of gramschmidt, whose matrix is singular there, at sizes
        where it is not.
    database : TuningDatabase, optional
        What is known; the user's and the shipped one if not given. It holds nothing of
        PolyBench.
    trials : int, default=10
        Candidates per kernel at most.
    threads : int, optional
        OpenMP threads; all cores if not given.
    random_state : int, default=0
        Not used: PolyBench makes its own data.
    near_copies : bool, default=True
        Whether nests of the database may be used that are equal to one of the kernel
        up to names, sizes and data types. A kernel without any has the row that it has
        with the whole database.
    progress : callable, optional
        Called with a dict per finished row; its ``"kind"`` is ``"kernel"``.

    Returns
    -------
    BenchmarkResult

    Raises
    ------
    BenchmarkError
        If there is no kernel.
    """
    import pandas as pd

    root = Path(path)
    store = TuningDatabase() if database is None else database
    files = kernel_files(root)
    settings = {
        "dataset": dataset,
        "trials": trials,
        "threads": threads,
        "random_state": random_state,
        "database": f"{database_key(store.path)} {len(store)}",
    }
    whole = Checkpoint("polybench", settings)
    fewer = Checkpoint("polybench", {**settings, "near_copies": False})
    compilers = present_compilers()
    make = partial(_row, root, dataset, store, trials, threads, compilers)
    rows = []
    for number, file in enumerate(files, 1):
        if near_copies or not _has_near_copies(file, root, dataset, store):
            row = whole.row(file.stem, partial(make, file, True))
        else:
            row = fewer.row(file.stem, partial(make, file, False))
        rows.append(row)
        if progress:
            progress({"kind": "kernel", "number": number, "total": len(files), **row})
    table = pd.DataFrame(rows)
    return BenchmarkResult(table, _summary(table))


def _has_near_copies(
    file: Path, root: Path, dataset: str, store: TuningDatabase
) -> bool:
    """Return whether the database has a nest that is equal to one of the kernel."""
    try:
        kernel = open_kernel(file, root, dataset, None)
        views = views_of(kernel.function, kernel.subject.sizes)
    except (KernelError, SourceError):
        return False
    structures = {nest.structure for view in views for nest in view.nests}
    return not structures.isdisjoint(store.records()["nest_hash"])


def _row(
    root: Path,
    dataset: str,
    store: TuningDatabase,
    trials: int,
    threads: int | None,
    compilers: dict[str, Compiler],
    file: Path,
    near_copies: bool,
) -> Row:
    row: Row = {"kernel": file.stem, "status": "ok"}
    try:
        kernel = open_kernel(file, root, dataset, threads)
        tuned = tune_subject(
            kernel.function,
            kernel.subject,
            trials=trials,
            database=store,
            threads=threads,
            record=False,
            exclude_near_copies=not near_copies,
        )
        row |= {
            "tuned": tuned.speedup_,
            "trials": len(tuned.trials_),
            "legal": int(tuned.trials_["legal"].sum()) if len(tuned.trials_) else 0,
            "schedule": tuned.schedule_,
        }
        ours = kernel.original
        if tuned.schedule_:
            ours = kernel.subject.program_of(
                tuned.source_, tuned.flags_, compilers[tuned.compiler_]
            )
        seconds = kernel.subject.baseline_seconds
        row |= compare_with_polly(kernel.original, ours, compilers, seconds)
    except (KernelError, SourceError) as error:
        row |= {"status": str(error)} | dict.fromkeys(RATIOS, math.nan)
    return row


def _summary(table: Any) -> dict[str, Any]:
    good = table[table["status"] == "ok"]
    return {
        "kernels": len(table),
        "run through": len(good),
        "geomean over gcc": geometric_mean(good["speedup"]),
        "geomean over the best of Polly": geometric_mean(good["over_polly"]),
        "geomean of the best of Polly over gcc": geometric_mean(good["polly_over_gcc"]),
        "slowest": float(good["speedup"].min()),
        "below 0.97": int((good["speedup"] < 0.97).sum()),
    }
