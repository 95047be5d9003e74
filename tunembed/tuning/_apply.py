"""A schedule of one's own, applied to a C file."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tunembed.schedules import (
    Schedule,
    ScheduleError,
    prepare,
    transform,
    walk_through,
)
from tunembed.tuning._ablation import measure_steps
from tunembed.tuning._choice import as_source, choose_function

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Applied:
    """A file with one function rewritten.

    Attributes
    ----------
    function_ : str
        Its name.
    schedule_ : str
        What was applied.
    source_ : str
        The whole new file.
    permissions_ : tuple of str
        What was changed besides the order, such as ``"reassociates"``.
    """

    function_: str
    schedule_: str
    source_: str = field(repr=False)
    permissions_: tuple[str, ...] = ()


def apply(
    kernel: str | Path,
    schedule: str,
    *,
    function: str | None = None,
    strict_fp: bool = False,
    assume_noalias: bool = False,
) -> Applied:
    """Prove a schedule legal and rewrite a kernel by it, without running anything.

    Parameters
    ----------
    kernel : str or Path
        A C file, or C text.
    schedule : str
        Steps such as ``"interchange(i, k, j); parallel(i)"``.
    function : str, optional
        Which function; the only one with loops if not given.
    strict_fp : bool, default=False
        Forbid the reassociation of floating-point sums and products.
    assume_noalias : bool, default=False
        Trust that no two pointer parameters overlap, instead of testing it.

    Returns
    -------
    Applied

    Raises
    ------
    SourceError
        If the file cannot be parsed or has no such function.
    ScheduleError
        If the schedule cannot be read, does not fit the function, or is not legal;
        with the dependence that it would break.
    """
    chosen = choose_function(as_source(kernel), function)
    steps = Schedule.parse(schedule)
    done = transform(chosen, steps, strict_fp=strict_fp, assume_noalias=assume_noalias)
    if not done.verdict:
        raise ScheduleError(f"not legal: {done.verdict.reason}")
    return Applied(chosen.name, str(steps), done.source, done.verdict.permissions)


def explain_schedule(
    kernel: str | Path,
    schedule: str,
    *,
    function: str | None = None,
    strict_fp: bool = False,
    measure: bool = False,
    sizes: dict[str, int] | None = None,
    threads: int | None = None,
) -> pd.DataFrame:
    """Say what each step of a schedule does to a kernel, and whether it may.

    Parameters
    ----------
    kernel : str or Path
        A C file, or C text.
    schedule : str
        Steps such as ``"interchange(i, k, j); parallel(i)"``.
    function : str, optional
        Which function; the only one with loops if not given.
    strict_fp : bool, default=False
        Forbid the reassociation of floating-point sums and products.
    measure : bool, default=False
        Also run the schedule up to each step that is legal: its outputs are compared
        with those of the original, and both are timed in turns.
    sizes : dict of str to int, optional
        For measuring; those of about 10 to 500 ms a run if not given.
    threads : int, optional
        OpenMP threads; all cores if not given.

    Returns
    -------
    steps : DataFrame
        One row per step: step, does, legal, reason, permissions. If measured, also
        status (``"ok"``, or what went wrong) and speedup, low, high: the time of the
        original over that of the schedule up to this step, with a 95 % interval.

    Raises
    ------
    SourceError
        If the file cannot be parsed or has no such function.
    ScheduleError
        If the schedule cannot be read.
    KernelError
        If it is measured, and the original does not compile, crashes or does not end.
    """
    import pandas as pd

    source = as_source(kernel)
    chosen = choose_function(source, function)
    parsed = Schedule.parse(schedule)
    plan = prepare(chosen, strict_fp=strict_fp)
    steps = walk_through(plan, parsed)
    frame = pd.DataFrame([asdict(step) for step in steps])
    if not len(frame):
        return frame
    frame["permissions"] = frame["permissions"].map(", ".join)
    if measure:
        attempts = measure_steps(
            source, plan, parsed, sizes=sizes, threads=threads, strict_fp=strict_fp
        )
        rows = pd.DataFrame([attempt.to_row() for attempt in attempts])
        frame = frame.join(rows[["status", "speedup", "low", "high"]])
    return frame
