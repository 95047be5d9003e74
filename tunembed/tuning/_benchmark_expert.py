"""Schedules written by hand for PolyBench/C: what the language can express."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import math
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from tunembed._toolchain import Compiler
from tunembed.kernels import BASELINE_FLAGS, KernelError
from tunembed.parsers import SourceError
from tunembed.schedules import Schedule, prepare, transform
from tunembed.tuning._attempt import RELAXED, present_compilers
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
    geometric_mean,
)
from tunembed.tuning._subject import Candidate

_SCHEDULES = Path(__file__).parent / "data" / "expert_schedules.toml"


@dataclass(frozen=True)
class ExpertSchedule:
    """One entry of ``data/expert_schedules.toml``.

    Attributes
    ----------
    kernel : str
    steps : str
        The schedule, for the function as it is written.
    compiler : str
        Kind of the compiler it is meant for.
    hand : float
        Speedup over gcc of the same idea written by hand in C, two threads.
    flags : tuple of str
        Added to the baseline's and those that permit reassociation.
    """

    kernel: str
    steps: str
    hand: float
    compiler: str = "gcc"
    flags: tuple[str, ...] = ()


def expert_schedules() -> list[ExpertSchedule]:
    """Return the schedules that ship, in the order of the suite."""
    entries = tomllib.loads(_SCHEDULES.read_text(encoding="utf-8"))["schedule"]
    found = []
    for entry in entries:
        steps = str(Schedule.parse(entry.pop("steps")))
        flags = tuple(entry.pop("flags", ()))
        found.append(ExpertSchedule(steps=steps, flags=flags, **entry))
    return found


def benchmark_expert(
    path: str | Path,
    *,
    dataset: str = "LARGE",
    threads: int | None = None,
    progress: Callable[[dict[str, Any]], None] | None = None,
) -> BenchmarkResult:
    """Prove, verify and time the schedules written by hand for PolyBench/C.

    Parameters
    ----------
    path : str or Path
        A copy of PolyBench/C 4.2.1.
    dataset : str, default="LARGE"
        The size at which all versions are timed; outputs are compared at three others.
    threads : int, optional
        OpenMP threads; all cores if not given.
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
    files = {file.stem: file for file in kernel_files(root)}
    checkpoint = Checkpoint("expert", {"dataset": dataset, "threads": threads})
    compilers = present_compilers()
    entries = [entry for entry in expert_schedules() if entry.kernel in files]
    rows = []
    for number, entry in enumerate(entries, 1):
        file = files[entry.kernel]
        make = partial(_row, entry, file, root, dataset, threads, compilers)
        row = checkpoint.row(f"{entry.kernel} {entry.compiler} {entry.steps}", make)
        rows.append(row)
        if progress:
            progress({"kind": "kernel", "number": number, "total": len(entries), **row})
    table = pd.DataFrame(rows)
    return BenchmarkResult(table, _summary(table))


def _row(
    entry: ExpertSchedule,
    file: Path,
    root: Path,
    dataset: str,
    threads: int | None,
    compilers: dict[str, Compiler],
) -> Row:
    row: Row = {
        "kernel": entry.kernel,
        "schedule": entry.steps,
        "compiler": entry.compiler,
        "hand": entry.hand,
        **dict.fromkeys(RATIOS, math.nan),
    }
    if entry.compiler not in compilers:
        return {**row, "status": f"there is no {entry.compiler}"}
    try:
        kernel = open_kernel(file, root, dataset, threads)
        done = transform(prepare(kernel.function), Schedule.parse(entry.steps))
        if not done.verdict:
            return {**row, "status": f"not legal: {done.verdict.reason}"}
        row["permissions"] = ", ".join(done.verdict.permissions)
        flags = (*BASELINE_FLAGS, *RELAXED, *entry.flags)
        compiler = compilers[entry.compiler]
        outcome = kernel.subject.confirm(Candidate(done.source, flags, compiler))
        if not outcome.ok:
            return {**row, "status": f"{outcome.status}: {outcome.detail}"}
        ours = kernel.subject.program_of(done.source, flags, compiler)
        seconds = kernel.subject.baseline_seconds
        row |= compare_with_polly(kernel.original, ours, compilers, seconds)
    except (KernelError, SourceError) as error:
        return {**row, "status": str(error)}
    return {**row, "status": "ok", "of hand": row["speedup"] / entry.hand}


def _summary(table: Any) -> dict[str, Any]:
    good = table[table["status"] == "ok"]
    reached = good["speedup"] >= 0.7 * good["hand"]
    return {
        "schedules": len(table),
        "legal and verified": len(good),
        "at least 70 % of the hand's": int(reached.sum()),
        "geomean over gcc": geometric_mean(good["speedup"]),
        "geomean over the best of Polly": geometric_mean(good["over_polly"]),
        "geomean of the hand's over gcc": geometric_mean(good["hand"]),
        "slowest": float(good["speedup"].min()) if len(good) else math.nan,
    }
