"""Loop transformations on C: prove them legal, then rewrite the source."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from tunembed.schedules._cost import estimated_cycles
from tunembed.schedules._dependences import dtype_of
from tunembed.schedules._extents import array_extents
from tunembed.schedules._legality import Verdict
from tunembed.schedules._nests import nests_of, perfect_chain
from tunembed.schedules._normalize import normalize
from tunembed.schedules._rewrite import (
    apply_schedule,
    check,
    prepare,
    rewrite,
    transform,
)
from tunembed.schedules._roles import Roles, canonical, extent, match, roles_of
from tunembed.schedules._schedule import Schedule
from tunembed.schedules._scop import Scop
from tunembed.schedules._scop_builder import build_scop
from tunembed.schedules._step import Plan, Step
from tunembed.schedules._tree import (
    Leaf,
    Loop,
    Node,
    ScheduleError,
    leaves_of,
    loops_of,
)
from tunembed.schedules._walk import StepVerdict, walk_through

__all__ = [
    "Leaf",
    "Loop",
    "Node",
    "Plan",
    "Roles",
    "Schedule",
    "ScheduleError",
    "Scop",
    "Step",
    "StepVerdict",
    "Verdict",
    "apply_schedule",
    "array_extents",
    "build_scop",
    "canonical",
    "check",
    "dtype_of",
    "estimated_cycles",
    "extent",
    "leaves_of",
    "loops_of",
    "match",
    "nests_of",
    "normalize",
    "perfect_chain",
    "prepare",
    "rewrite",
    "roles_of",
    "transform",
    "walk_through",
]
