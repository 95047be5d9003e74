"""Apply a schedule to a function and print the new file."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from dataclasses import dataclass

import islpy as isl

from tunembed.parsers import Function
from tunembed.schedules._aliasing import guard
from tunembed.schedules._closure import Closure
from tunembed.schedules._closure_test import element_tests
from tunembed.schedules._dependences import Dependences
from tunembed.schedules._legality import Verdict, judge
from tunembed.schedules._limits import limited_operations
from tunembed.schedules._printer import Printer
from tunembed.schedules._privatization import privatize
from tunembed.schedules._schedule import Schedule
from tunembed.schedules._scop_builder import build_scop
from tunembed.schedules._step import Plan
from tunembed.schedules._tree import ScheduleError


@dataclass(frozen=True)
class Rewritten:
    """A scheduled function.

    Attributes
    ----------
    verdict : Verdict
    source : str
        The whole new file; empty when the schedule is not legal.
    """

    verdict: Verdict
    source: str = ""


def prepare(function: Function, *, strict_fp: bool = False) -> Plan:
    """Return the plan of a function in its original order.

    Parameters
    ----------
    function : Function
    strict_fp : bool, default=False
        Forbid the reassociation of floating-point sums and products.

    Returns
    -------
    plan : Plan
        What can be scheduled, with its dependences. Many schedules may be checked
        against one plan.
    """
    scop = privatize(build_scop(function))
    return Plan(scop, scop.tree, Dependences(scop, strict_fp=strict_fp))


def plan_of(function: Function | Plan, *, strict_fp: bool = False) -> Plan:
    """Return the plan of a function; a plan is returned as it is.

    Parameters
    ----------
    function : Function or Plan
    strict_fp : bool, default=False
        Forbid the reassociation of floating-point sums and products.

    Returns
    -------
    plan : Plan
    """
    if isinstance(function, Plan):
        return function
    return prepare(function, strict_fp=strict_fp)


def apply_schedule(plan: Plan, schedule: Schedule) -> Plan:
    """Return the plan after all steps, without judging it.

    Parameters
    ----------
    plan : Plan
    schedule : Schedule

    Returns
    -------
    plan : Plan

    Raises
    ------
    ScheduleError
        Naming the step that cannot be applied.
    """
    for step in schedule.steps:
        plan = step.apply(plan)
    return plan


def check(
    function: Function | Plan, schedule: Schedule, *, strict_fp: bool = False
) -> Verdict:
    """Prove a schedule legal for a function, or say what breaks.

    Parameters
    ----------
    function : Function or Plan
        A plan saves the dependence analysis when many schedules are checked.
    schedule : Schedule
    strict_fp : bool, default=False
        Forbid the reassociation of floating-point sums and products.

    Returns
    -------
    verdict : Verdict
    """
    return transform(function, schedule, strict_fp=strict_fp).verdict


def rewrite(
    function: Function | Plan,
    schedule: Schedule,
    *,
    strict_fp: bool = False,
    assume_noalias: bool = False,
    header: str = "",
) -> str:
    """Return the file of `function` with the schedule applied.

    Parameters
    ----------
    function : Function or Plan
        A plan saves the dependence analysis; its own `strict_fp` then counts.
    schedule : Schedule
    strict_fp : bool, default=False
        Forbid the reassociation of floating-point sums and products.
    assume_noalias : bool, default=False
        Trust that no two pointer parameters overlap, instead of testing it.
    header : str, default=""
        A comment for the top of the file.

    Returns
    -------
    source : str
        C text; everything outside the function is as it was.

    Raises
    ------
    ScheduleError
        With the reason, when the schedule is not legal.
    """
    done = transform(
        function,
        schedule,
        strict_fp=strict_fp,
        assume_noalias=assume_noalias,
        header=header,
    )
    if not done.verdict:
        raise ScheduleError(done.verdict.reason)
    return done.source


def transform(
    function: Function | Plan,
    schedule: Schedule,
    *,
    strict_fp: bool = False,
    assume_noalias: bool = False,
    header: str = "",
) -> Rewritten:
    """Apply, judge and print; a refusal is a verdict, not an exception.

    Parameters
    ----------
    function : Function or Plan
        A plan saves the dependence analysis; its own `strict_fp` then counts.
    schedule : Schedule
    strict_fp : bool, default=False
        Forbid the reassociation of floating-point sums and products.
    assume_noalias : bool, default=False
        Trust that no two pointer parameters overlap, instead of testing it.
    header : str, default=""
        A comment for the top of the file.

    Returns
    -------
    done : Rewritten
        The verdict and, where it is legal, the new file.
    """
    plan = plan_of(function, strict_fp=strict_fp)
    try:
        with limited_operations():
            return _transformed(plan, schedule, assume_noalias, header)
    except ScheduleError as error:
        return Rewritten(Verdict(False, str(error)))
    except isl.Error as error:
        # A set without bounds, or with too many pieces: nothing can be proven.
        return Rewritten(Verdict(False, f"cannot be analysed: {error}"))


def _transformed(
    plan: Plan, schedule: Schedule, assume_noalias: bool, header: str
) -> Rewritten:
    plan = apply_schedule(plan, schedule)
    verdict = judge(plan.scop, plan.nodes, plan.dependences)
    if not verdict:
        return Rewritten(verdict)
    printer = Printer(plan.scop, plan.nodes, plan.dependences)
    body = printer.body()
    source = guard(
        plan.scop,
        body,
        printer.helpers(),
        assume_noalias=assume_noalias,
        header=header,
        tests=element_tests(plan.scop, _closures_used(plan, verdict)),
    )
    return Rewritten(verdict, source)


def _closures_used(plan: Plan, verdict: Verdict) -> list[Closure]:
    known = plan.dependences.closures.values()
    return [c for c in known if c.permission in verdict.permissions]
