"""Features of the shape of a nest: loops, trip counts, statements, conditions."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from tunembed.features._view import NestView
from tunembed.parsers import Loop

N_OUTER, N_INNER = 4, 3


def measure_shape(view: NestView) -> dict[str, float]:
    """Return the features ``shape_*`` and ``control_*``."""
    loops, extents = view.tree.loops, view.extents
    trips = [extents[index].trips for index in view.main]
    inside = [loops[index].loop for index in view.main]
    values: dict[str, float] = {
        "shape_depth": view.nest.depth,
        "shape_perfect_depth": _perfect_depth(view.nest.root),
        "shape_loops": len(loops),
    }
    for number in range(N_OUTER):
        values[f"shape_trip_outer{number}"] = _at(trips, number)
    for number in range(N_INNER):
        values[f"shape_trip_inner{number}"] = _at(trips[::-1], number)
    values |= {
        "shape_iterations": view.iterations,
        "shape_dependent_bounds": sum(
            bool(extents[item.index].depends) for item in loops
        ),
        "shape_data_bounds": sum(extents[item.index].from_data for item in loops),
        "shape_strided_loops": sum(abs(loop.step) != 1 for loop in inside),
        "shape_backward_loops": sum(loop.step < 0 for loop in inside),
        "shape_statements": len(view.tree.statements),
        "shape_outside_statements": sum(
            item.path != view.main for item in view.tree.statements
        ),
    }
    return values | _control(view)


def _control(view: NestView) -> dict[str, float]:
    statements = [item.statement for item in view.tree.statements]
    return {
        "control_guards": view.tree.guards,
        "control_conditions": sum(item.conditional for item in statements),
        "control_opaque": sum(item.opaque for item in statements)
        + sum(bool(item.loop.reasons) for item in view.tree.loops),
        "control_unknown_calls": sum(
            reason.startswith("calls ")
            for item in statements
            for reason in item.reasons
        ),
    }


def _at(values: list[float], number: int) -> float:
    return values[number] if number < len(values) else 0.0


def _perfect_depth(loop: Loop) -> int:
    depth = 1
    while len(loop.body) == 1 and isinstance(loop.body[0], Loop):
        loop = loop.body[0]
        depth += 1
    return depth
