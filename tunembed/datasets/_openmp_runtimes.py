"""How fast OpenMP kernels run by threads, schedule and chunk."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from typing import Any

import pandas as pd
from sklearn.utils import Bunch

from tunembed.datasets._bunch import finished
from tunembed.datasets._survey_records import (
    FOLDER,
    describe_machine,
    read_records,
    to_table,
)

LICENSE = "BSD-3-Clause"
# Samples that nothing disturbed.
_FEWEST = 3
DESCR = """\
Runtimes of OpenMP configurations
---------------------------------

{kernels} kernels of {families} families, written for tunembed, at three sizes of about
50 us, 1 ms and 5 ms on one core: {rows} runs, each timed in {columns} configurations
of threads, schedule and chunk. The baseline, ``"{baseline}"``, has all threads and the
schedule static with its own chunk. ``runtimes`` are seconds of one call; all parallel
loops of a kernel have the same configuration. Measured on {machine}, by
`tunembed survey openmp`.

The kernels are diverse on purpose: iterations that are all equal, that grow, shrink,
alternate or have a heavy tail; few iterations or many short regions; bound by memory
or by computing; regular, sparse or random accesses. How often a kind occurs here says
nothing about programs that people write. ``sizes`` has the arguments of each run.
A time is the median of samples during which no other program wanted the cores;
``calm`` says of how many, ``spread`` half the width of its 95 % interval over it. Where
fewer than three were calm it is the shortest sample, and where those of the baseline
were so few, the run is left out. A configuration that takes four
times as long as the best was sampled a few times only, one that takes more than two
seconds is NaN.

Keep the three runs of a kernel together, or its whole family: split by ``kernel`` or
``family``. A sample begins with threads that sleep, as those of a program do that
computes by itself between its parallel loops.
"""
REFERENCES = [
    "M. K. Emani, Z. Wang, M. F. P. O'Boyle. Smart, Adaptive Mapping of Parallelism in "
    "the Presence of External Workload. CGO 2013.",
    "L. Scravaglieri, M. Popov, L. Lima Pilla, A. Guermouche, O. Aumage, E. Saillard. "
    "Optimizing Performance and Energy Across Problem Sizes Through a Search Space "
    "Exploration and Machine Learning. JPDC, 2023.",
]


def load_openmp_runtimes(
    machine: str | None = None, *, return_X_y: bool = False, as_frame: bool = False
) -> Any:
    """Load how fast OpenMP kernels ran by threads, schedule and chunk.

    Parameters
    ----------
    machine : str, default=None
        The identifier of a machine, or its beginning; None: the one with most rows.
    return_X_y : bool, default=False
        Return ``(data, target)`` only.
    as_frame : bool, default=False
        Whether ``data`` and ``target`` are Series.

    Returns
    -------
    data : Bunch
        ``data`` (a list of C texts, for `tunembed.features.ProgramParser`), ``target``
        (the fastest column of each row), ``runtimes`` (a DataFrame in seconds, a row
        per kernel and size, a column per configuration), ``configurations`` (such as
        ``"2 dynamic,8"``), ``settings`` (a DataFrame, a row per configuration: threads,
        schedule, chunk, 0 for the schedule's own), ``spread`` and ``calm`` (like
        ``runtimes``), ``sizes`` (a list of dict of str to int), ``groups`` (a
        DataFrame: kernel, family, size), ``baseline``, ``auxiliary`` (none),
        ``machine`` (a dict), ``feature_names`` (None), ``DESCR``, ``license``,
        ``references``.
    (data, target) : tuple
        If `return_X_y`.

    Raises
    ------
    ValueError
        If there are no runtimes of the machine.

    Examples
    --------
    >>> from tunembed.datasets import load_openmp_runtimes
    >>> runs = load_openmp_runtimes()
    >>> runs.settings.loc[runs.baseline].to_dict()
    {'threads': 2, 'schedule': 'static', 'chunk': 0}
    """
    rows, about = read_records("openmp", machine)
    # The baseline's rows are the first; all else is compared with them.
    first = rows.drop_duplicates("run").set_index("run")
    is_known = first["seconds"].notna() & (first["calm"] >= _FEWEST)
    rows = rows[rows["run"].map(is_known)].reset_index(drop=True)
    rows["spread"] = (rows["high"] - rows["low"]) / (2 * rows["seconds"])
    runtimes = to_table(rows, "run", "seconds")
    spread, calm = (
        to_table(rows, "run", name).reset_index(drop=True)
        for name in ("spread", "calm")
    )
    first = first.loc[runtimes.index]
    groups = first[["kernel", "family", "size"]].reset_index(drop=True)
    runtimes = runtimes.reset_index(drop=True)
    settings = _settings(list(runtimes.columns))
    bunch = Bunch(
        data=groups["kernel"].map(_text).rename("program"),
        target=runtimes.idxmin(axis=1).astype(object),
        runtimes=runtimes,
        configurations=list(runtimes.columns),
        settings=settings,
        spread=spread,
        calm=calm,
        sizes=[_sizes(text) for text in first["sizes"]],
        groups=groups,
        baseline=runtimes.columns[0],
        auxiliary=[],
        machine=about,
        DESCR=DESCR.format(
            rows=len(groups),
            kernels=groups["kernel"].nunique(),
            families=groups["family"].nunique(),
            columns=runtimes.shape[1],
            baseline=runtimes.columns[0],
            machine=describe_machine(about),
        ),
        license=LICENSE,
        references=REFERENCES,
    )
    return finished(bunch, return_X_y=return_X_y, as_frame=as_frame)


def _text(kernel: str) -> str:
    return (FOLDER / "openmp" / f"{kernel}.c").read_text("utf-8")


def _sizes(text: str) -> dict[str, int]:
    pairs = (word.partition("=") for word in text.split())
    return {name: int(value) for name, _, value in pairs}


def _settings(labels: list[str]) -> pd.DataFrame:
    """Return what ``"2 dynamic,8"`` and the like mean."""
    parts = [label.split(" ") for label in labels]
    schedules = [schedule.partition(",") for _, schedule in parts]
    return pd.DataFrame(
        {
            "threads": [int(threads) for threads, _ in parts],
            "schedule": [kind for kind, _, _ in schedules],
            "chunk": [int(chunk or 0) for _, _, chunk in schedules],
        },
        index=pd.Index(labels),
    )
