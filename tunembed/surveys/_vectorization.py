"""Measure by which factors loops should be vectorised and interleaved."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from tunembed._toolchain import Compiler, find_compiler, run_limited
from tunembed.datasets import fetch_vectorization_loops
from tunembed.kernels import BASELINE_FLAGS, median_interval
from tunembed.surveys._machine_code import applied_factors, code_hashes
from tunembed.surveys._records import Records
from tunembed.surveys._versions import (
    LoopProgram,
    same_but_for_names,
    take_apart,
    write_versions,
)

BASELINE = "baseline"
COLUMNS = (
    "loop",
    "kernel",
    "source",
    "versions",
    "applied",
    "seconds",
    "ratio",
    "low",
    "high",
    "repetitions",
    "waited",
    "outcome",
)
# Functions at multiples of a cache line, so that none is lucky in where it lies.
_FLAGS = (*BASELINE_FLAGS, "-falign-functions=64")
_LARGEST = 16 << 20
_COMPILE_SECONDS = 120.0
_RUN_SECONDS = 60.0
_MEMORY = 4 << 30
_BUDGET = 4.0
_SAMPLE = 3e-4
_CALM = 0.02
_FEWEST = 6


class SurveyError(RuntimeError):
    """The compiler or a program cannot do what the survey asks for."""


def survey_vectorization(
    output: str | os.PathLike[str],
    *,
    loops: int = 640,
    repetitions: int = 50,
    seed: int = 0,
    compiler: str | None = "clang-19",
    pragmas: Sequence[str] | None = None,
    progress: Callable[[int, int], object] | None = None,
    **download: Any,
) -> int:
    """Time loops under all pairs of vectorisation width and interleave count [1]_.

    For each loop, its function as it is and once for each pair are compiled together,
    by ``clang -O3 -march=native``. Versions that are the same machine code are timed
    once. The others run in turns on the same arrays, on one core: a sample is some
    0.3 ms of calls, by processor time; its ratio is to samples of the baseline, the
    function without a pragma, just before and after it. The record is the median ratio
    over the rounds in which nothing else wanted the core. Each version's arrays after
    one call are compared with the baseline's; all programs compute with integers.

    All arrays are filled, unlike in the programs, which leave most rows of their
    matrices to a page of zeros.

    Parameters
    ----------
    output : path-like
        A CSV file. Loops that it has rows of, from the same machine and compiler, are
        not measured again.
    loops : int, default=640
        How many, of those that differ in more than names and have at most 16 MiB of
        arrays: as many as possible of each source.
    repetitions : int, default=50
        Rounds, unless they take longer than four seconds.
    seed : int, default=0
        Which loops, and the order of the versions in a round. More loops are those of
        fewer and others.
    compiler : str, default="clang-19"
        A clang; None: the first that is found.
    pragmas : sequence of str, default=None
        Other pairs than those of the data set.
    progress : callable, default=None
        Called with the number of finished loops, and of all.
    **download
        ``data_home``, ``n_retries`` and ``delay`` of `fetch_vectorization_loops`.

    Returns
    -------
    int
        How many loops were measured now.

    Raises
    ------
    SurveyError
        If the compiler is not a clang, or cannot compile a program.
    RecordsError
        If the file has rows of another survey.
    OSError
        If the loops can neither be found nor fetched, or the file not be written.

    References
    ----------
    .. [1] A. Haj-Ali et al. "NeuroVectorizer: End-to-End Vectorization with Deep
       Reinforcement Learning". CGO 2020.
    """
    clang = _clang(compiler)
    dataset = fetch_vectorization_loops(**download)
    chosen = choose_loops(dataset, loops, seed)
    records = Records(Path(output), COLUMNS, "loop", clang)
    finished = records.finished()
    wanted = dataset.configurations if pragmas is None else pragmas
    measured = 0
    for done, (row, program) in enumerate(chosen):
        if progress is not None:
            progress(done, len(chosen))
        name = dataset.names[row]
        if name in finished:
            continue
        found = measure_loop(program, wanted, clang, repetitions, seed)
        about = {"loop": name, **dataset.groups.iloc[row].to_dict()}
        records.append({**about, **one} for one in found)
        measured += 1
    if progress is not None:
        progress(len(chosen), len(chosen))
    return measured


def choose_loops(dataset: Any, count: int, seed: int) -> list[tuple[int, LoopProgram]]:
    """Choose loops, as many as possible of each source.

    Parameters
    ----------
    dataset : Bunch
        As of `fetch_vectorization_loops`.
    count : int
    seed : int

    Returns
    -------
    list of (int, LoopProgram)
        Rows of the data set; one of each source, then another one of each.
    """
    waiting: dict[str, list[tuple[int, LoopProgram]]] = {}
    known = set()
    order = np.random.default_rng(seed).permutation(len(dataset.data))
    for row in map(int, order):
        function, source = dataset.groups.iloc[row]
        program = take_apart(dataset.data[row], function)
        text = same_but_for_names(program)
        if program.bytes <= _LARGEST and text not in known:
            known.add(text)
            waiting.setdefault(source, []).append((row, program))
    turns = [waiting[source] for source in sorted(waiting)]
    longest = max(map(len, turns))
    dealt = [turn[k] for k in range(longest) for turn in turns if k < len(turn)]
    return dealt[:count]


def measure_loop(
    program: LoopProgram,
    pragmas: Sequence[str],
    compiler: Compiler,
    repetitions: int,
    seed: int,
) -> list[dict[str, object]]:
    """Compile, compare and time the versions of a loop.

    Parameters
    ----------
    program : LoopProgram
    pragmas : sequence of str
    compiler : Compiler
    repetitions : int
        Rounds.
    seed : int
        Of the order in a round.

    Returns
    -------
    list of dict
        A row for each distinct machine code, the baseline's first: ``versions`` (the
        pairs that give this code, such as ``"baseline 16x4"``), ``applied``,
        ``seconds`` of a call, ``ratio`` (the baseline's time over this one's) with its
        95 % interval ``low`` and ``high``, ``repetitions``, ``waited``, ``outcome``.
    """
    with tempfile.TemporaryDirectory(prefix="tunembed-") as folder:
        hashes, applied = _compile(program, pragmas, compiler, Path(folder))
        names = [BASELINE, *map(_short, pragmas)]
        same: dict[str, list[int]] = {}
        for number in range(len(names)):
            same.setdefault(hashes[number], []).append(number)
        distinct = [numbers[0] for numbers in same.values()]
        output = _run(Path(folder) / "driver", distinct, repetitions, seed)
    digests, samples = _read(output)
    return [
        {
            "versions": " ".join(names[number] for number in numbers),
            "applied": applied.get(numbers[0], "1x1"),
            **_judged(numbers[0], digests, samples),
        }
        for numbers in same.values()
    ]


def _clang(name: str | None) -> Compiler:
    found = find_compiler(name or "clang")
    if found.kind != "clang":
        raise SurveyError(f"{found} does not know `#pragma clang loop`; name a clang.")
    return found


def _short(pragma: str) -> str:
    """Return ``"16x4"`` for ``"vectorize_width(16) interleave_count(4)"``."""
    width, count = (part.partition("(")[2].rstrip(")") for part in pragma.split())
    return f"{width}x{count}"


def _compile(
    program: LoopProgram, pragmas: Sequence[str], compiler: Compiler, folder: Path
) -> tuple[dict[int, str], dict[int, str]]:
    """Compile all versions; return hashes of their code and what was applied."""
    (folder / "versions.c").write_text(write_versions(program, pragmas), "utf-8")
    driver = files("tunembed.surveys").joinpath("_loop_driver.c").read_text("utf-8")
    (folder / "driver.c").write_text(driver, "utf-8")
    remarks = _call(
        [*compiler.path, *_FLAGS, "-w", "-Rpass=loop-vectorize"]
        + ["-fno-caret-diagnostics", "-S", "-o", "versions.s", "versions.c"],
        folder,
    )
    _call(
        [*compiler.path, "-O2", "-w", "-o", "driver", "driver.c", "versions.s"], folder
    )
    hashes = code_hashes((folder / "versions.s").read_text("utf-8"))
    return hashes, applied_factors(remarks)


def _call(command: Sequence[str], folder: Path) -> str:
    done = run_limited(
        command, timeout=_COMPILE_SECONDS, memory_bytes=_MEMORY, cwd=folder
    )
    text = done.stderr.decode(errors="replace")
    if done.timed_out or done.returncode:
        told = "took too long" if done.timed_out else text.strip()[:500]
        raise SurveyError(f"{' '.join(command)}: {told}")
    return text


def _run(driver: Path, versions: Sequence[int], repetitions: int, seed: int) -> str:
    core = max(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else -1
    options = [core, seed, repetitions, _BUDGET, _SAMPLE, *versions]
    done = run_limited(
        [str(driver), *map(str, options)], timeout=_RUN_SECONDS, memory_bytes=_MEMORY
    )
    return done.stdout.decode(errors="replace")


def _read(output: str) -> tuple[dict[int, str], dict[int, np.ndarray]]:
    """Return digests, and samples (own, baseline, waited), by version."""
    lines = [line.split() for line in output.splitlines()]
    digests = {int(line[1]): line[2] for line in lines if line[0] == "check"}
    taken: dict[int, list[list[float]]] = {}
    for _, number, *values in (line for line in lines if line[0] == "sample"):
        taken.setdefault(int(number), []).append([float(value) for value in values])
    return digests, {number: np.array(rows) for number, rows in taken.items()}


def _judged(
    number: int, digests: dict[int, str], samples: dict[int, np.ndarray]
) -> dict[str, object]:
    """Return what the samples of a version say."""
    nan = float("nan")
    failed = {"seconds": nan, "ratio": nan, "low": nan, "high": nan}
    failed |= {"repetitions": 0, "waited": nan}
    if number not in digests:
        return {**failed, "outcome": "crash"}
    if digests[number] != digests[0]:
        return {**failed, "outcome": "wrong"}
    if not samples or (number and number not in samples):
        return {**failed, "outcome": "timeout"}
    base = np.concatenate([_calm(rows) for rows in samples.values()])
    seconds = float(np.median(base[:, 1]))
    if number == 0:
        sure = {"ratio": 1.0, "low": 1.0, "high": 1.0}
        rounds, waited = max(map(len, samples.values())), float(np.median(base[:, 2]))
        return {
            "seconds": seconds, **sure, "repetitions": rounds, "waited": waited,
            "outcome": "ok",
        }  # fmt: skip
    used = _calm(samples[number])
    ratio, low, high = median_interval(list(used[:, 1] / used[:, 0]))
    return {
        "seconds": seconds / ratio,
        "ratio": ratio,
        "low": low,
        "high": high,
        "repetitions": len(samples[number]),
        "waited": float(np.median(used[:, 2])),
        "outcome": "ok",
    }


def _calm(rows: np.ndarray) -> np.ndarray:
    """Return the samples in which nothing else wanted the core, or the six calmest."""
    ordered = rows[np.argsort(rows[:, 2], kind="stable")]
    count = int((rows[:, 2] <= _CALM).sum())
    return ordered[: max(count, _FEWEST)]
