"""PolyBench/C kernels as they are: read, run, compared with gcc and Polly."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from pathlib import Path

from pycparser import c_ast

from tunembed._toolchain import Compiler
from tunembed.kernels import BASELINE_FLAGS, Effort, Program, measure_programs
from tunembed.parsers import Function, TranslationUnit, parse_c
from tunembed.tuning._report import BenchmarkError, Row
from tunembed.tuning._subject import ProgramSubject

_SKIPPED = ("utilities", "dummy_tests")
_POLLY = ("-mllvm", "-polly")
_POLLY_PARALLEL = (*_POLLY, "-mllvm", "-polly-parallel", "-lgomp")
# With C99 prototypes one rewritten source serves every data set.
_VARIABLE_SIZES = "POLYBENCH_USE_C99_PROTO"
_VERIFIED_AT = (("SMALL_DATASET",), ("MEDIUM_DATASET",), ("MINI_DATASET",))
# The matrix of its data sets, (i * j) % M, does not have full rank (column M - j is
# column j turned around): what gcc -O2 and -O3 make of it differs by more than 100 %.
# Where M is prime and N less than half of it, it has.
_VERIFIED_INSTEAD = {
    "gramschmidt": (("M=211", "N=97"), ("M=401", "N=199"), ("M=131", "N=61"))
}
RATIOS = ("speedup", "over_polly", "polly_over_gcc")
# Rounds of the final comparison, by the seconds of the original.
_ROUNDS = ((0.3, 9), (3.0, 3), (math.inf, 1))


@dataclass(frozen=True)
class PolybenchKernel:
    """One program of the suite.

    Attributes
    ----------
    original : Program
    function : Function
        Its ``kernel_*`` function.
    subject : ProgramSubject
        Verifies and times what takes the function's place.
    """

    original: Program
    function: Function
    subject: ProgramSubject


def kernel_files(root: Path) -> list[Path]:
    """Return the kernels of a PolyBench tree: one file named like its folder each.

    Raises
    ------
    BenchmarkError
        If there is none.
    """
    found = sorted(
        file
        for file in root.rglob("*.c")
        if file.stem == file.parent.name
        and not set(_SKIPPED) & set(file.relative_to(root).parts)
    )
    if not found:
        raise BenchmarkError(
            f"{root} is not a copy of PolyBench/C: no C file is named like its folder"
        )
    return found


def open_kernel(
    file: Path, root: Path, dataset: str, threads: int | None
) -> PolybenchKernel:
    """Read a program of the suite.

    Raises
    ------
    SourceError
        If it cannot be parsed.
    """
    defines = (f"{dataset}_DATASET",)
    original = Program(
        (file, root / "utilities" / "polybench.c"),
        (root / "utilities",),
        defines,
        threads=threads,
        timeout=300,
    )
    unit = parse_c(
        file,
        include_dirs=[root / "utilities"],
        defines=[*defines, _VARIABLE_SIZES],
    )
    subject = ProgramSubject(
        original,
        _sizes(unit),
        _VERIFIED_INSTEAD.get(file.stem, _VERIFIED_AT),
        (_VARIABLE_SIZES,),
    )
    return PolybenchKernel(original, _kernel_function(unit), subject)


def _effort(seconds: float) -> Effort:
    rounds = next(count for limit, count in _ROUNDS if seconds < limit)
    return Effort(budget=15.0, max_repetitions=rounds, precision=0.02, slower=1e9)


def compare_with_polly(
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
