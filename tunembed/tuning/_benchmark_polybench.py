"""PolyBench/C as it is: its own main, its own clock, against gcc and Polly."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from pycparser import c_ast

from tunembed._toolchain import Compiler
from tunembed.kernels import (
    BASELINE_FLAGS,
    Effort,
    KernelError,
    Program,
    measure_programs,
)
from tunembed.parsers import Function, SourceError, TranslationUnit, parse_c
from tunembed.tuning._attempt import present_compilers
from tunembed.tuning._database import TuningDatabase
from tunembed.tuning._report import (
    BenchmarkError,
    BenchmarkResult,
    Checkpoint,
    Row,
    database_key,
    geometric_mean,
)
from tunembed.tuning._subject import ProgramSubject
from tunembed.tuning._tune import tune_subject

_SKIPPED = ("utilities", "dummy_tests")
_POLLY = ("-mllvm", "-polly")
_POLLY_PARALLEL = (*_POLLY, "-mllvm", "-polly-parallel", "-lgomp")
# With C99 prototypes one rewritten source serves every data set.
_VARIABLE_SIZES = "POLYBENCH_USE_C99_PROTO"
_VERIFIED_AT = (("SMALL_DATASET",), ("MEDIUM_DATASET",))
# The matrix of its data sets does not have full rank: what gcc -O2 and -O3 make of it
# differs by more than 100 %. At these sizes it has.
_VERIFIED_INSTEAD = {"gramschmidt": (("M=133", "N=77"), ("M=301", "N=250"))}
_RATIOS = ("speedup", "over_polly", "polly_over_gcc")
# Rounds of the final comparison, by the seconds of the original.
_ROUNDS = ((0.3, 9), (3.0, 3), (math.inf, 1))


def benchmark_polybench(
    path: str | Path,
    *,
    dataset: str = "LARGE",
    database: TuningDatabase | None = None,
    trials: int = 10,
    threads: int | None = None,
    random_state: int = 0,
    progress: Callable[[dict[str, Any]], None] | None = None,
) -> BenchmarkResult:
    """Tune the 30 kernels and time them in turns with gcc, Polly and parallel Polly.

    Parameters
    ----------
    path : str or Path
        A copy of PolyBench/C 4.2.1.
    dataset : str, default="LARGE"
        The size at which all versions are timed; outputs are compared at SMALL and
        MEDIUM; those of gramschmidt, whose matrix is singular there, at sizes where it
        is not.
    database : TuningDatabase, optional
        What is known; the user's and the shipped one if not given. It holds nothing of
        PolyBench.
    trials : int, default=10
        Candidates per kernel at most.
    threads : int, optional
        OpenMP threads; all cores if not given.
    random_state : int, default=0
        Not used: PolyBench makes its own data.
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
    if not files:
        raise BenchmarkError(
            f"{root} is not a copy of PolyBench/C: no C file is named like its folder"
        )
    settings = {
        "dataset": dataset,
        "trials": trials,
        "threads": threads,
        "random_state": random_state,
        "database": f"{database_key(store.path)} {len(store)}",
    }
    checkpoint = Checkpoint("polybench", settings)
    compilers = present_compilers()
    rows = []
    for number, file in enumerate(files, 1):
        make = partial(_row, file, root, dataset, store, trials, threads, compilers)
        row = checkpoint.row(file.stem, make)
        rows.append(row)
        if progress:
            progress({"kind": "kernel", "number": number, "total": len(files), **row})
    table = pd.DataFrame(rows)
    return BenchmarkResult(table, _summary(table))


def kernel_files(root: Path) -> list[Path]:
    """Return the kernels of a PolyBench tree: one file named like its folder each."""
    return sorted(
        file
        for file in root.rglob("*.c")
        if file.stem == file.parent.name
        and not set(_SKIPPED) & set(file.relative_to(root).parts)
    )


def _row(
    file: Path,
    root: Path,
    dataset: str,
    store: TuningDatabase,
    trials: int,
    threads: int | None,
    compilers: dict[str, Compiler],
) -> Row:
    row: Row = {"kernel": file.stem, "status": "ok"}
    defines = (f"{dataset}_DATASET",)
    original = Program(
        (file, root / "utilities" / "polybench.c"),
        (root / "utilities",),
        defines,
        threads=threads,
        timeout=300,
    )
    try:
        unit = parse_c(
            file,
            include_dirs=[root / "utilities"],
            defines=[*defines, _VARIABLE_SIZES],
        )
        function = _kernel_function(unit)
        subject = ProgramSubject(
            original,
            _sizes(unit),
            _VERIFIED_INSTEAD.get(file.stem, _VERIFIED_AT),
            (_VARIABLE_SIZES,),
        )
        tuned = tune_subject(
            function,
            subject,
            trials=trials,
            database=store,
            threads=threads,
            record=False,
        )
        row |= {
            "tuned": tuned.speedup_,
            "trials": len(tuned.trials_),
            "legal": int(tuned.trials_["legal"].sum()) if len(tuned.trials_) else 0,
            "schedule": tuned.schedule_,
        }
        ours = original
        if tuned.schedule_:
            ours = subject.program_of(
                tuned.source_, tuned.flags_, compilers[tuned.compiler_]
            )
        row |= _compare(original, ours, compilers, subject.baseline_seconds)
    except (KernelError, SourceError) as error:
        row |= {"status": str(error)} | dict.fromkeys(_RATIOS, math.nan)
    return row


def _effort(seconds: float) -> Effort:
    rounds = next(count for limit, count in _ROUNDS if seconds < limit)
    return Effort(budget=15.0, max_repetitions=rounds, precision=0.02, slower=1e9)


def _compare(
    original: Program, ours: Program, compilers: dict[str, Compiler], seconds: float
) -> Row:
    """Time gcc, Polly, parallel Polly and ours in turns."""
    others = {"tuned": ours}
    clang = compilers.get("clang")
    if clang is not None:
        flags = BASELINE_FLAGS
        others["polly"] = replace(original, compiler=clang, flags=(*flags, *_POLLY))
        others["polly_parallel"] = replace(
            original, compiler=clang, flags=(*flags, *_POLLY_PARALLEL)
        )
    programs = [original, *others.values()]
    found = measure_programs(programs, _effort(seconds))
    measured = dict(zip(others, found, strict=True))
    mine = measured["tuned"]
    medians = {n: m.seconds for n, m in measured.items()}
    best_polly = min(
        (s for n, s in medians.items() if n != "tuned" and math.isfinite(s)),
        default=math.nan,
    )
    if ours is original:
        speedup, low, high = 1.0, 1.0, 1.0
    else:
        speedup, (low, high) = mine.ratio, mine.ratio_interval
    return {
        "gcc": mine.baseline_seconds,
        "polly": medians.get("polly", math.nan),
        "polly_parallel": medians.get("polly_parallel", math.nan),
        "seconds": mine.seconds,
        "speedup": speedup,
        "low": low,
        "high": high,
        "over_polly": best_polly * speedup / mine.baseline_seconds,
        "polly_over_gcc": mine.baseline_seconds / best_polly,
        "rounds": mine.repetitions,
    }


def _kernel_function(unit: TranslationUnit) -> Function:
    for name, function in unit.functions.items():
        if name.startswith("kernel_"):
            return function
    return unit.function("kernel_*")


def _sizes(unit: TranslationUnit) -> dict[str, int]:
    """Return the integers that main initialises: the sizes it passes."""
    sizes = {}
    for item in unit.function("main").node.body.block_items or ():
        if isinstance(item, c_ast.Decl) and isinstance(item.init, c_ast.Constant):
            if re.fullmatch(r"\d+", item.init.value):
                sizes[item.name] = int(item.init.value)
    return sizes


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
