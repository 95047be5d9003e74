"""A sketch's first step, applied to see whether it fits."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from tunembed.schedules import Plan, Schedule, ScheduleError, apply_schedule


def applied(plan: Plan, text: str) -> Plan | None:
    """Return a plan with a schedule applied, None where it does not fit."""
    try:
        return apply_schedule(plan, Schedule.parse(text))
    except ScheduleError:
        return None
