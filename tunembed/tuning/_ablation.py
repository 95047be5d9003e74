"""What every step of a schedule buys: the schedule up to there, run and timed."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from pathlib import Path

from tunembed.kernels import BASELINE_FLAGS, Kernel
from tunembed.schedules import Plan, Schedule
from tunembed.tuning._arguments import argument_specs
from tunembed.tuning._attempt import CAREFUL, Attempt, Workbench
from tunembed.tuning._subject import TOLERANCE, KernelSubject


def measure_steps(
    kernel: str | Path,
    plan: Plan,
    schedule: Schedule,
    *,
    sizes: dict[str, int] | None = None,
    threads: int | None = None,
    strict_fp: bool = False,
) -> list[Attempt]:
    """Verify and time a schedule after each of its steps, in turns with the original.

    Parameters
    ----------
    kernel : str or Path
        A C file, or C text.
    plan : Plan
        Of the function that is scheduled, analysed in the same way.
    schedule : Schedule
    sizes : dict of str to int, optional
        Those of about 10 to 500 ms a run if not given.
    threads : int, optional
        OpenMP threads; all cores if not given.
    strict_fp : bool, default=False
        Keep every rounding.

    Returns
    -------
    attempts : list of Attempt
        One per step; what is not legal, or computes something else, has no time.

    Raises
    ------
    KernelError
        If the original does not compile, crashes or does not end.
    """
    function = plan.scop.function
    subject = KernelSubject(
        Kernel(
            kernel if isinstance(kernel, Path) else function.unit.text,
            function.name,
            argument_specs(function),
            sizes,
            threads=threads,
            tolerance=TOLERANCE,
        )
    )
    try:
        bench = Workbench(subject, BASELINE_FLAGS, strict_fp=strict_fp)
        compiler = next(iter(bench.compilers))
        prepared = [
            bench.prepare(plan, Schedule(), Schedule(schedule.steps[:count]), compiler)
            for count in range(1, len(schedule) + 1)
        ]
        return bench.run(prepared, CAREFUL)
    finally:
        subject.close()
