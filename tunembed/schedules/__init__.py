"""Loop transformations on C: prove them legal, then rewrite the source."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from tunembed.schedules._legality import Verdict
from tunembed.schedules._rewrite import check, prepare, rewrite, transform
from tunembed.schedules._schedule import Schedule
from tunembed.schedules._scop import Scop, build_scop
from tunembed.schedules._step import Plan, Step
from tunembed.schedules._tree import ScheduleError

__all__ = [
    "Plan",
    "Schedule",
    "ScheduleError",
    "Scop",
    "Step",
    "Verdict",
    "build_scop",
    "check",
    "prepare",
    "rewrite",
    "transform",
]
