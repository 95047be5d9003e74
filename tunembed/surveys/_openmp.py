"""Measure with how many threads and which schedule OpenMP loops should run."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from pathlib import Path

from tunembed._toolchain import Compiler, find_compiler
from tunembed.kernels import CalmTime, Kernel, available_cores
from tunembed.surveys._openmp_kernels import (
    ENTRY,
    SIZES,
    OpenMPKernel,
    openmp_kernels,
)
from tunembed.surveys._records import Records

SCHEDULES = ("static", "dynamic", "guided")
CHUNKS = (0, 1, 8, 64, 512)
COLUMNS = (
    "run",
    "kernel",
    "family",
    "size",
    "sizes",
    "configuration",
    "seconds",
    "low",
    "high",
    "repetitions",
    "calm",
    "outcome",
)
_BUDGET = 8.0
_REST = 1.0
# Configurations this many times slower than the best are given up early.
_SLOWER = 4.0

Configuration = tuple[int, str, int]


def survey_openmp(
    output: str | os.PathLike[str],
    *,
    kernels: int | None = None,
    sizes: Sequence[str] = SIZES,
    threads: int | None = None,
    repetitions: int = 7,
    seed: int = 0,
    compiler: str | None = "clang-19",
    progress: Callable[[int, int], object] | None = None,
) -> int:
    """Time OpenMP kernels with every number of threads, schedule and chunk.

    Kernels are those that ship with `tunembed.datasets.load_openmp_runtimes`, at three
    sizes. The baseline has all threads, the schedule static and its own chunk. All
    configurations run in turns, on the same arrays; the record is the median over the
    samples in which no other program was in the way.

    Parameters
    ----------
    output : path-like
        A CSV file. Runs (a kernel at a size) that it has rows of, from the same machine
        and compiler, are not measured again.
    kernels : int, default=None
        How many; None: all.
    sizes : sequence of str, default=("small", "medium", "large")
    threads : int, default=None
        The most threads; None: the cores that this process may use.
    repetitions : int, default=7
        Undisturbed samples of each configuration, unless they take more than eight
        seconds together.
    seed : int, default=0
        Of the arrays.
    compiler : str, default="clang-19"
        None: the first that is found.
    progress : callable, default=None
        Called with the number of finished runs, and of all.

    Returns
    -------
    int
        How many runs were measured now.

    Raises
    ------
    KernelError
        If a kernel cannot be compiled or run.
    RecordsError
        If the file has rows of another survey.
    OSError
        If it cannot be written.

    Notes
    -----
    The compiler's own OpenMP runtime is used, each thread on a core of its own.
    Between samples threads go to sleep after a millisecond at most, so that a sample
    begins with waking them: this is part of what a short parallel loop costs in a
    program that does other things in between. The survey rests between samples, so
    that it gets the cores at once when others use them too.
    """
    chosen = find_compiler(compiler)
    records = Records(Path(output), COLUMNS, "run", chosen)
    finished = records.finished()
    most = threads or available_cores()
    runs = [(k, size) for k in openmp_kernels()[:kernels] for size in sizes]
    measured = 0
    for done, (kernel, size) in enumerate(runs):
        if progress is not None:
            progress(done, len(runs))
        about = {
            "run": f"{kernel.name}/{size}",
            "kernel": kernel.name,
            "family": kernel.family,
            "size": size,
            "sizes": " ".join(f"{k}={v}" for k, v in kernel.sizes[size].items()),
        }
        if about["run"] in finished:
            continue
        found = measure_run(kernel, size, most, chosen, repetitions, seed)
        records.append({**about, **one} for one in found)
        measured += 1
    if progress is not None:
        progress(len(runs), len(runs))
    return measured


def configurations(most: int) -> list[Configuration]:
    """Return triples of threads, schedule and chunk, the baseline first.

    Parameters
    ----------
    most : int
        Threads of the baseline; the others have powers of two below.
    """
    threads = [most, *(2**k for k in range(most.bit_length()) if 2**k < most)]
    return [(t, s, c) for t in threads for s in SCHEDULES for c in CHUNKS]


def label(configuration: Configuration) -> str:
    """Return a configuration as ``OMP_NUM_THREADS`` and ``OMP_SCHEDULE`` have it."""
    threads, schedule, chunk = configuration
    return f"{threads} {schedule},{chunk}" if chunk else f"{threads} {schedule}"


def measure_run(
    kernel: OpenMPKernel,
    size: str,
    threads: int,
    compiler: Compiler,
    repetitions: int,
    seed: int,
) -> list[dict[str, object]]:
    """Verify and time a kernel at a size under all configurations.

    Parameters
    ----------
    kernel : OpenMPKernel
    size : str
    threads : int
    compiler : Compiler
    repetitions : int
        Undisturbed samples.
    seed : int
        Of the arrays.

    Returns
    -------
    list of dict
        A row for each configuration, the baseline's first: ``configuration``,
        ``seconds`` of a call with their 95 % interval ``low`` and ``high``,
        ``repetitions``, how many of them were ``calm``, ``outcome``.
    """
    tried = configurations(threads)
    texts = [kernel.configured(*one) for one in tried]
    with Kernel(
        texts[0],
        ENTRY,
        kernel.arguments,
        kernel.sizes[size],
        compiler=compiler,
        random_state=seed,
        threads=threads,
        bind=True,
        verify_sizes=[],
    ) as subject:
        # One text, other settings of the runtime: what is right where the order of
        # chunks is left to chance is right elsewhere.
        outcome = subject.verify(kernel.configured(threads, "dynamic", 64))
        found = (
            subject.measure_calm(
                texts[1:],
                wanted=repetitions,
                budget=_BUDGET,
                slower=_SLOWER,
                rest=_REST,
            )
            if outcome.ok
            else [CalmTime(math.nan, (math.nan, math.nan), 0, 0, outcome)] * len(tried)
        )
    return [
        {"configuration": label(one), **_row(time)}
        for one, time in zip(tried, found, strict=True)
    ]


def _row(time: CalmTime) -> dict[str, object]:
    return {
        "seconds": time.seconds,
        "low": time.interval[0],
        "high": time.interval[1],
        "repetitions": time.samples,
        "calm": time.calm,
        "outcome": time.outcome.status,
    }
