"""A schedule step by step: what each one does, and whether it may."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import inspect
from dataclasses import dataclass

from tunembed.parsers import Function
from tunembed.schedules._rewrite import check, plan_of
from tunembed.schedules._schedule import Schedule
from tunembed.schedules._step import Plan


@dataclass(frozen=True)
class StepVerdict:
    """One step of a schedule, judged together with those before it.

    Attributes
    ----------
    step : str
        Its text.
    does : str
        What a step of its kind does.
    legal : bool
        Whether the function may be changed so far. An order that is not legal yet may
        become so by a later step.
    reason : str
        Why not: the array, both statements with their lines, the loop or direction.
    permissions : tuple of str
        What is changed besides the order, such as ``"reassociates"``.
    """

    step: str
    does: str
    legal: bool
    reason: str = ""
    permissions: tuple[str, ...] = ()


def walk_through(
    function: Function | Plan, schedule: Schedule, *, strict_fp: bool = False
) -> list[StepVerdict]:
    """Judge a schedule after each of its steps.

    Parameters
    ----------
    function : Function or Plan
        A plan saves the dependence analysis; its own `strict_fp` then counts.
    schedule : Schedule
    strict_fp : bool, default=False
        Forbid the reassociation of floating-point sums and products.

    Returns
    -------
    verdicts : list of StepVerdict
        One per step.
    """
    plan = plan_of(function, strict_fp=strict_fp)
    found = []
    for count, step in enumerate(schedule.steps, 1):
        verdict = check(plan, Schedule(schedule.steps[:count]))
        found.append(
            StepVerdict(
                str(step),
                (inspect.getdoc(type(step)) or "").partition("\n")[0],
                verdict.legal,
                verdict.reason,
                verdict.permissions,
            )
        )
    return found
