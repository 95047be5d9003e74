"""What each loop and array of a nest does, and how two nests correspond."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import islpy as isl
import numpy as np
from scipy.optimize import linear_sum_assignment

from tunembed.schedules._legality import is_parallel
from tunembed.schedules._schedule import Schedule
from tunembed.schedules._scop import ScopAccess
from tunembed.schedules._step import Plan
from tunembed.schedules._tree import (
    Loop,
    ScheduleError,
    loops_of,
    original,
    statements_below,
)

LOOP_ROLE = (
    "depth",
    "height",
    "log_extent",
    "parallel",
    "reduction",
    "unit_stride",
    "large_stride",
    "invariant",
    "in_written_last",
    "in_written_other",
)
"""The numbers that say what a loop does; all between 0 and about 2."""

ARRAY_ROLE = (
    "written",
    "rank",
    "last_by_innermost",
    "other_by_innermost",
    "invariant_in_innermost",
    "invariant_in_outermost",
)
"""The numbers that say what an array does."""

UNKNOWN_EXTENT = 32.0
"""Iterations taken for a loop whose bounds are read from memory."""

# Depth alone must not decide: an interchanged nest plays the same roles.
_LOOP_WEIGHTS = np.array([0.5, 0.5, 0.5, 2, 2, 1, 1, 1, 1.5, 1.5])


@dataclass(frozen=True)
class Roles:
    """The roles of one nest.

    Attributes
    ----------
    loops : mapping of str to tuple of float
        In pre-order; see `LOOP_ROLE`.
    arrays : mapping of str to tuple of float
        In order of appearance; see `ARRAY_ROLE`.
    """

    loops: Mapping[str, tuple[float, ...]]
    arrays: Mapping[str, tuple[float, ...]]

    def to_dict(self) -> dict[str, dict[str, list[float]]]:
        """Return a form for JSON."""
        return {
            "loops": {k: [round(x, 4) for x in v] for k, v in self.loops.items()},
            "arrays": {k: [round(x, 4) for x in v] for k, v in self.arrays.items()},
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Mapping[str, list[float]]]) -> Roles:
        """Read the form for JSON."""
        return cls(
            {k: tuple(v) for k, v in data["loops"].items()},
            {k: tuple(v) for k, v in data["arrays"].items()},
        )

    def is_parallel(self, loop: str) -> bool:
        """Return whether the iterations of a loop may run in any order."""
        return self.loops[loop][LOOP_ROLE.index("parallel")] > 0

    def is_reduction(self, loop: str) -> bool:
        """Return whether only reductions order the iterations of a loop."""
        return self.loops[loop][LOOP_ROLE.index("reduction")] > 0

    def canonical(self) -> tuple[dict[str, str], dict[str, str]]:
        """Return names that do not depend on the program: ``L0``, ``A0``, ..."""
        loops = {name: f"L{n}" for n, name in enumerate(self.loops)}
        arrays = {name: f"A{n}" for n, name in enumerate(self.arrays)}
        return loops, arrays

    def renamed(self) -> Roles:
        """Return the roles under canonical names."""
        loops, arrays = self.canonical()
        return Roles(
            {loops[k]: v for k, v in self.loops.items()},
            {arrays[k]: v for k, v in self.arrays.items()},
        )


def roles_of(plan: Plan, nest: Loop, sizes: Mapping[str, int]) -> Roles:
    """Describe the loops and arrays of a nest.

    Parameters
    ----------
    plan : Plan
    nest : Loop
        A loop of the plan's tree.
    sizes : mapping of str to int
        Values of the parameters, for the extents.

    Returns
    -------
    roles : Roles
    """
    found = loops_of((nest,))
    height = {loop.name: _height(loop) for loop in found}
    loops = {}
    for loop in found:
        depth = height[nest.name] - height[loop.name]
        loops[loop.name] = (
            depth / 3,
            (height[loop.name] - 1) / 3,
            math.log2(1 + extent(plan, loop, sizes)) / 8,
            *_freedom(plan, loop),
            *_strides(plan, loop),
        )
    return Roles(loops, _arrays(plan, nest, found))


def extent(plan: Plan, loop: Loop, sizes: Mapping[str, int]) -> float:
    """Return the largest number of iterations of a loop at some sizes.

    Parameters
    ----------
    plan : Plan
    loop : Loop
        A loop of the plan's tree.
    sizes : mapping of str to int
        Values of the parameters.

    Returns
    -------
    iterations : float
        `UNKNOWN_EXTENT` where a bound is read from memory or has no value.
    """
    return max(
        (_extent(plan, loop, name, sizes) for name in statements_below(loop.body)),
        default=1.0,
    )


def _extent(plan: Plan, loop: Loop, name: str, sizes: Mapping[str, int]) -> float:
    domain = plan.scop.domain(name)
    for parameter in plan.scop.parameters:
        position = domain.find_dim_by_name(isl.dim_type.param, parameter)
        if parameter in sizes and position >= 0:
            value = isl.Val(int(sizes[parameter]))
            domain = domain.fix_val(isl.dim_type.param, position, value)
    dim = _own_iterator(loop.index[name], plan.scop.statements[name].dims)
    if not dim or domain.is_empty():
        return 1.0
    position = plan.scop.statements[name].dims.index(dim)
    try:
        high = domain.dim_max(position).max_val()
        low = domain.dim_min(position).min_val()
    except isl.Error:
        return UNKNOWN_EXTENT
    if not (high.is_int() and low.is_int()):
        return UNKNOWN_EXTENT
    return float((high.to_python() - low.to_python()) // loop.step + 1)


def _own_iterator(index: str, dims: Sequence[str]) -> str:
    """Return the iterator that a loop runs over, also where it is shifted or skewed.

    A loop over tiles has none: its points count.
    """
    if "floor" in index:
        return ""
    return next((word for word in re.findall(r"\w+", index) if word in dims), "")


def match(schedule: Schedule, source: Roles, target: Roles) -> Schedule:
    """Rename the loops and arrays of a schedule to those that play the same roles.

    Loops and arrays are assigned so that the sum of role differences is smallest
    (Hungarian method, as in the ICS'23 paper's transfer of node patterns). Of a deeper
    nest's schedule, what it says of the loops that fit least is left out.

    Parameters
    ----------
    schedule : Schedule
        In the names of `source`.
    source : Roles
        Of the nest that the schedule was found for.
    target : Roles
        Of the nest that it shall be applied to.

    Returns
    -------
    schedule : Schedule
        In the names of `target`; whether it is legal there is not judged.

    Raises
    ------
    ScheduleError
        When the target has fewer arrays than the schedule needs.
    """
    used_loops, used_arrays = _used(schedule, source)
    loops = _assign(used_loops, source.loops, target.loops, _LOOP_WEIGHTS)
    surplus = {name: name for name in used_loops if name not in loops}
    schedule = schedule.without(_with_tiles(schedule, surplus))
    if len(used_arrays) > len(target.arrays):
        raise ScheduleError(
            f"the schedule needs {len(used_arrays)} arrays, the nest has "
            f"{len(target.arrays)}"
        )
    arrays = _assign(
        used_arrays, source.arrays, target.arrays, np.ones(len(ARRAY_ROLE))
    )
    return schedule.renamed(_with_tiles(schedule, loops), arrays)


def canonical(schedule: Schedule, roles: Roles) -> Schedule:
    """Return a schedule in the names of `Roles.canonical`.

    Parameters
    ----------
    schedule : Schedule
        In the names of the nest.
    roles : Roles
        Of the nest.

    Returns
    -------
    schedule : Schedule
        Over ``L0``, ``L1``, ... and ``A0``, ``A1``, ...
    """
    loops, arrays = roles.canonical()
    return schedule.renamed(_with_tiles(schedule, loops), arrays)


def _used(schedule: Schedule, source: Roles) -> tuple[list[str], list[str]]:
    loops = [n for step in schedule.steps for n in step.loop_names()]
    arrays = [n for step in schedule.steps for n in step.array_names()]
    return (
        [n for n in dict.fromkeys(loops) if n in source.loops],
        [n for n in dict.fromkeys(arrays) if n in source.arrays],
    )


def _with_tiles(schedule: Schedule, loops: Mapping[str, str]) -> dict[str, str]:
    """Add the loops ``i_t`` and ``i_r`` that the steps make of ``i``."""
    found = dict(loops)
    for step in schedule.steps:
        for name in step.loop_names():
            base = original(name)
            if name not in found and base in loops:
                found[name] = loops[base] + name[len(base) :]
    return found


def _assign(
    used: list[str],
    source: Mapping[str, tuple[float, ...]],
    target: Mapping[str, tuple[float, ...]],
    weights: np.ndarray,
) -> dict[str, str]:
    if not used:
        return {}
    names = list(target)
    cost = np.array(
        [
            [
                np.abs((np.array(source[u]) - np.array(target[t])) * weights).sum()
                for t in names
            ]
            for u in used
        ]
    )
    rows, columns = linear_sum_assignment(cost)
    return {used[r]: names[c] for r, c in zip(rows, columns, strict=True)}


def _height(loop: Loop) -> int:
    inner = [_height(found) for found in loops_of(loop.body)]
    return 1 + max(inner, default=0)


def _freedom(plan: Plan, loop: Loop) -> tuple[float, float]:
    free = is_parallel(plan.scop, plan.nodes, loop, plan.dependences)
    relaxed = free or is_parallel(
        plan.scop, plan.nodes, loop, plan.dependences, reductions=True
    )
    return float(free), float(relaxed and not free)


def _strides(plan: Plan, loop: Loop) -> tuple[float, ...]:
    counts = np.zeros(3)
    written = np.zeros(2)
    for name in sorted(statements_below(loop.body)):
        dim = loop.index[name].removeprefix("-")
        for access in plan.scop.statements[name].accesses:
            if not access.subscripts:
                continue
            last, other = _uses(access, dim)
            counts += (last, other, not (last or other))
            if access.kind == "write":
                written = np.maximum(written, (last, other))
    total = max(counts.sum(), 1)
    return (*(counts / total), *written)


def _uses(access: ScopAccess, dim: str) -> tuple[bool, bool]:
    uses = [s is not None and s.coefficient(dim) != 0 for s in access.subscripts]
    return uses[-1], any(uses[:-1])


def _arrays(plan: Plan, nest: Loop, loops: list[Loop]) -> dict[str, tuple[float, ...]]:
    arrays: dict[str, np.ndarray] = {}
    innermost = [loop for loop in loops if not loops_of(loop.body)]
    for name in sorted(statements_below((nest,))):
        inner = [loop for loop in innermost if name in loop.index]
        dim = inner[0].index[name].removeprefix("-") if inner else ""
        outer = nest.index[name].removeprefix("-")
        for access in plan.scop.statements[name].accesses:
            if not access.subscripts:
                continue
            last, other = _uses(access, dim)
            by_outer = any(_uses(access, outer))
            role = np.array(
                [
                    access.kind == "write",
                    len(access.subscripts) / 2,
                    last,
                    other,
                    not (last or other),
                    not by_outer,
                ],
                dtype=float,
            )
            known = arrays.get(access.array, role)
            arrays[access.array] = np.maximum(known, role)
    return {name: tuple(role.tolist()) for name, role in arrays.items()}
