"""Stencils: every element from its neighbours, into another array."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from collections.abc import Sequence

from tunembed.datasets._generator._code import Node, assign, nest
from tunembed.datasets._generator._draw import Draw
from tunembed.datasets._generator._neighbors import around, inner_loops, neighbors
from tunembed.datasets._generator._scope import Array, Axis, Scope
from tunembed.datasets._generator._term import Term, total


def stencil(scope: Scope) -> list[Node]:
    """Return one sweep, two in a row, or many to and fro between two arrays."""
    draw = scope.draw
    steps = draw.chance(25)
    axes = scope.axes(draw.one_of((1, 2, 2, 2, 3, 3)), taken=int(steps))
    if steps:
        return _to_and_fro(scope, axes)
    sources = [scope.over(axes)[0] for _ in range(draw.one_of((1, 1, 1, 2)))]
    nodes: list[Node] = []
    for _ in range(draw.one_of((1, 1, 1, 2))):
        target, element = scope.over(axes, role="output")
        nodes += _sweep(scope, axes, sources, element)
        sources = [target]
    return nodes


def _to_and_fro(scope: Scope, axes: Sequence[Axis]) -> list[Node]:
    """Return a loop over time around a sweep and a sweep, or a copy, back."""
    draw = scope.draw
    old, element = scope.over(axes, role="output")
    new, updated = scope.over(axes, role="output")
    reach, offsets = neighbors(draw, len(axes))
    there = assign(updated, _average(scope, around(old, axes, offsets)))
    back = assign(element, updated)
    if draw.chance(50):
        back = assign(element, _average(scope, around(new, axes, offsets)))
    body = [
        *nest(inner_loops(draw, axes, reach), [there]),
        *nest(inner_loops(draw, axes, reach), [back]),
    ]
    time = scope.axis(scope.size("steps"), 0)
    return nest([time.loop()], body)


def _sweep(
    scope: Scope, axes: Sequence[Axis], sources: Sequence[Array], target: Term
) -> list[Node]:
    draw = scope.draw
    reach, offsets = neighbors(draw, len(axes))
    points = [p for source in sources for p in around(source, axes, offsets)]
    style = draw.one_of((_weighted, _grouped, _tabulated, _variable, _mixed))
    lines, value = style(scope, axes, points)
    if draw.chance(25):
        more, value = scope.compute([value, scope.over(axes)[1]])
        lines += more
    loops = inner_loops(draw, axes, reach)
    return nest(loops, [*lines, assign(target, value)])


def _average(scope: Scope, points: Sequence[Term]) -> Term:
    """Return a mean, which does not grow from step to step."""
    if not scope.arithmetic.is_real:
        return total(list(points)) / Term(str(len(points)))
    weight = scope.arithmetic.number(1000 // len(points) / 1000)
    if scope.draw.chance(50):
        return weight * total(list(points))
    return total([weight * point for point in points])


_Made = tuple[list[Node], Term]


def _weighted(scope: Scope, _: Sequence[Axis], points: Sequence[Term]) -> _Made:
    number = scope.arithmetic.any_number
    return [], total([number(scope.draw) * point for point in points])


def _grouped(scope: Scope, _: Sequence[Axis], points: Sequence[Term]) -> _Made:
    """Return one weight for the first point and one for the sum of the others."""
    first, *others = points
    if not others:
        return [], scope.scalar() * first
    return [], scope.scalar() * first + scope.scalar() * total(others)


def _tabulated(scope: Scope, _: Sequence[Axis], points: Sequence[Term]) -> _Made:
    """Return weights from a small array."""
    table = scope.array(str(len(points)))
    return [], total([table.at(str(k)) * point for k, point in enumerate(points)])


def _variable(scope: Scope, axes: Sequence[Axis], points: Sequence[Term]) -> _Made:
    """Return weights that differ from place to place, for up to five points."""
    near, far = list(points[:5]), list(points[5:])
    return [], total([scope.over(axes)[1] * point for point in near] + far)


def _mixed(scope: Scope, _: Sequence[Axis], points: Sequence[Term]) -> _Made:
    """Return anything made of differences, or of up to five points themselves."""
    chosen = list(points[:5])
    if len(chosen) > 1 and scope.draw.chance(50):
        chosen = _differences(scope.draw, chosen)
    lines, value = scope.compute(chosen)
    return [*lines], value


def _differences(draw: Draw, points: list[Term]) -> list[Term]:
    first, *others = draw.shuffled(points)
    return [first - other for other in others]
