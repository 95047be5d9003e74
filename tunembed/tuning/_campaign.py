"""Fill a tuning database by searching many kernels; resumes where it stopped."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tunembed.kernels import KernelError
from tunembed.parsers import SourceError
from tunembed.tuning._database import TuningDatabase
from tunembed.tuning._records_of import kernel_hash
from tunembed.tuning._search import search

if TYPE_CHECKING:
    import pandas as pd

# A search with fewer records than this share of its trials was interrupted.
_ENOUGH = 0.3


def campaign(
    kernels: Sequence[str | Path],
    *,
    database: TuningDatabase | None = None,
    trials: int = 100,
    threads: int | None = None,
    budget: float | None = None,
    random_state: int = 0,
    progress: Callable[[dict[str, Any]], None] | None = None,
) -> pd.DataFrame:
    """Search every kernel and keep all trials.

    Every finished trial is in the database at once; kernels whose search ended before
    are skipped, so the same command resumes.

    Parameters
    ----------
    kernels : sequence of str or Path
        C files.
    database : TuningDatabase, optional
        The user's if not given.
    trials : int, default=100
        Measured candidates per kernel.
    threads : int, optional
        OpenMP threads; all cores if not given.
    budget : float, optional
        Seconds per kernel.
    random_state : int, default=0
        Seed of what is drawn.
    progress : callable, optional
        Called with a dict per kernel; its ``"kind"`` is ``"kernel"``.

    Returns
    -------
    summary : DataFrame
        One row per kernel: kernel, status (``"searched"``, ``"known"`` or
        ``"failed: "`` and why), trials, best speedup, schedule.
    """
    import pandas as pd

    store = TuningDatabase() if database is None else database
    known = _done(store)
    tell = progress or (lambda event: None)
    rows: list[dict[str, Any]] = []
    for number, path in enumerate(map(Path, kernels), 1):
        row = _one(path, store, known, trials, threads, budget, random_state)
        rows.append(row)
        tell({"kind": "kernel", "number": number, "total": len(kernels), **row})
    return pd.DataFrame(rows)


def _done(store: TuningDatabase) -> dict[str, int]:
    """Return the number of campaign records by kernel hash."""
    table = store.records()
    table = table[table["source"] == "campaign"]
    return {str(k): int(v) for k, v in table["kernel_hash"].value_counts().items()}


def _one(
    path: Path,
    store: TuningDatabase,
    known: dict[str, int],
    trials: int,
    threads: int | None,
    budget: float | None,
    random_state: int,
) -> dict[str, Any]:
    row: dict[str, Any] = {"kernel": path.stem, "trials": 0, "speedup": float("nan")}
    text = path.read_text(encoding="utf-8", errors="replace")
    if known.get(kernel_hash(text), 0) >= _ENOUGH * trials:
        return {**row, "status": "known", "schedule": ""}
    try:
        found = search(
            path,
            trials=trials,
            threads=threads,
            budget=budget,
            random_state=random_state,
            on_record=lambda record: store.append([record]),
        )
    except (SourceError, KernelError) as error:
        return {**row, "status": f"failed: {error}", "schedule": ""}
    best = found.best
    return {
        "kernel": path.stem,
        "trials": len(found.attempts),
        "speedup": best.speedup if best else 1.0,
        "status": "searched",
        "schedule": best.schedule if best else "",
    }
