"""Leave-one-family-out over our own kernels: transfer beside random and search."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tunembed.kernels import KernelError
from tunembed.parsers import SourceError
from tunembed.tuning._choice import kernels_in
from tunembed.tuning._database import TuningDatabase
from tunembed.tuning._records_of import family_of, kernel_hash
from tunembed.tuning._report import (
    BenchmarkError,
    BenchmarkResult,
    Checkpoint,
    Row,
    database_key,
    geometric_mean,
)
from tunembed.tuning._search import SearchResult, search
from tunembed.tuning._tune import tune

if TYPE_CHECKING:
    import pandas as pd

# One or two of each kind; their best of a long search is known as well.
SEARCHED = (
    "gemm",
    "triangle_product",
    "column_variance",
    "spmm_csr",
    "laplace7",
    "conv2d_nchw",
    "softmax_rows",
    "gravity_forces",
    "rotate_axes",
    "sobel_magnitude",
    "min_plus_product",
    "vertical_diffusion",
)
SEARCH_TRIALS = 200
SEARCH_SECONDS = 300.0
_AFTER = (1, 3, 10)


def benchmark_own(
    folder: str | Path,
    *,
    database: TuningDatabase | None = None,
    trials: int = 10,
    threads: int | None = None,
    random_state: int = 0,
    compare_with_search: bool = True,
    progress: Callable[[dict[str, Any]], None] | None = None,
) -> BenchmarkResult:
    """Tune every kernel without its family and near-copies in the database.

    Beside it, the same number of random schedules; for the kernels in `SEARCHED` also
    the best of a search with up to 200 trials or 300 s, and the share of it reached
    after 1, 3 and 10 trials. Finished kernels are not measured again when the command
    is repeated.

    Parameters
    ----------
    folder : str or Path
        C files.
    database : TuningDatabase, optional
        What is known; the user's and the shipped one if not given.
    trials : int, default=10
        Candidates per kernel at most.
    threads : int, optional
        OpenMP threads; all cores if not given.
    random_state : int, default=0
        Seed of the values of matrices and arguments.
    compare_with_search : bool, default=True
        Search the kernels in `SEARCHED`.
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

    store = TuningDatabase() if database is None else database
    paths = kernels_in(folder)
    if not paths:
        raise BenchmarkError(f"there is no C file in {folder}")
    settings = {
        "trials": trials,
        "threads": threads,
        "random_state": random_state,
        "database": f"{database_key(store.path)} {len(store)}",
    }
    checkpoint = Checkpoint("own", settings)
    rows = []
    for number, path in enumerate(paths, 1):
        key = f"{path.stem} {kernel_hash(path.read_text(encoding='utf-8'))}"
        make = partial(_row, path, store, trials, threads, random_state)
        row = dict(checkpoint.row(key, make))
        if compare_with_search and path.stem in SEARCHED and row["status"] == "ok":
            look = partial(_searched, path, threads, random_state)
            row |= checkpoint.row(f"search {SEARCH_SECONDS:.0f} s {key}", look)
        rows.append(row)
        if progress:
            progress({"kind": "kernel", "number": number, "total": len(paths), **row})
    table = pd.DataFrame(rows)
    return BenchmarkResult(table, _summary(table, trials))


def _row(
    path: Path,
    store: TuningDatabase,
    trials: int,
    threads: int | None,
    random_state: int,
) -> Row:
    family = family_of(path.read_text(encoding="utf-8"))
    row: Row = {"kernel": path.stem, "family": family, "status": "ok"}
    try:
        tuned = tune(
            path,
            trials=trials,
            database=store,
            threads=threads,
            random_state=random_state,
            record=False,
            exclude_families=(family,),
            exclude_near_copies=True,
        )
        drawn = search(
            path,
            trials=trials,
            threads=threads,
            random_order=True,
            confirm=True,
            random_state=random_state,
        )
    except (KernelError, SourceError) as error:
        failed = dict.fromkeys(("speedup", "random"), math.nan)
        return {**row, "status": str(error), **failed}
    low, high = tuned.speedup_interval_
    row |= {
        "baseline": tuned.baseline_seconds_,
        "speedup": tuned.speedup_,
        "low": low,
        "high": high,
        "random": _best_of(drawn),
        "trials": len(tuned.trials_),
        "schedule": tuned.schedule_,
    }
    for count in _AFTER:
        early = count < len(tuned.trials_)
        best = _best_after(tuned.trials_, count) if early else tuned.speedup_
        row[f"after_{count}"] = best
    return row


def _best_of(found: SearchResult) -> float:
    """Return the speedup of the best, measured with care; 1 where nothing is faster."""
    best = found.confirmed
    return max(1.0, best.speedup) if best is not None and best.verified else 1.0


def _best_after(trials: pd.DataFrame, count: int) -> float:
    """Return the best verified speedup of the first trials, 1 without any."""
    if not len(trials):
        return 1.0
    first = trials[trials["verified"] & (trials["trial"] <= count)]
    return max([1.0, *first["speedup"]])


def _searched(path: Path, threads: int | None, random_state: int) -> Row:
    """Return the best of a long search."""
    found = search(
        path,
        trials=SEARCH_TRIALS,
        budget=SEARCH_SECONDS,
        threads=threads,
        confirm=True,
        random_state=random_state,
    )
    return {"searched": _best_of(found), "search_trials": len(found.attempts)}


def _summary(table: Any, trials: int) -> dict[str, Any]:
    summary: dict[str, Any] = {
        "kernels": len(table),
        "families": int(table["family"].nunique()),
        f"geomean of {trials} transferred trials": geometric_mean(table["speedup"]),
        f"geomean of {trials} random trials": geometric_mean(table["random"]),
        "slowest": float(table["speedup"].min()),
        "below 0.97": int((table["speedup"] < 0.97).sum()),
    }
    if "searched" in table:
        known = table[table["searched"].notna()]
        summary["searched kernels"] = len(known)
        for count in _AFTER:
            share = known[f"after_{count}"] / known["searched"]
            summary[f"share of the best of a search after {count}"] = geometric_mean(
                share
            )
    return summary
