"""Sweeps: a grid updated in place, where the order of the updates counts."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from tunembed.datasets._generator._code import Branch, Loop, Node, assign, nest
from tunembed.datasets._generator._domain import total_of
from tunembed.datasets._generator._neighbors import around, inner_loops, neighbors
from tunembed.datasets._generator._scope import Axis, Scope
from tunembed.datasets._generator._term import Term, shift, total


def sweep(scope: Scope) -> list[Node]:
    """Return sweeps over a grid, mostly in a loop over time."""
    draw = scope.draw
    timed = draw.chance(70)
    axes = scope.axes(draw.one_of((1, 2, 2, 2, 3)), taken=int(timed))
    make = draw.one_of((_relax, _relax, _colored, _alternate))
    body = make(scope, axes)
    if not timed:
        return body
    return nest([scope.axis(scope.size("steps"), 0).loop()], body)


def _relax(scope: Scope, axes: Sequence[Axis]) -> list[Node]:
    """Return an update from neighbours that are partly updated already."""
    draw = scope.draw
    grid, element = scope.over(axes, role="output")
    reach, offsets = neighbors(draw, len(axes))
    value = _blend(scope, around(grid, axes, offsets), axes)
    loops = inner_loops(draw, axes, reach)
    for loop in loops:
        loop.parallel, loop.down = False, draw.chance(20)
    return nest(loops, [assign(element, value)])


def _colored(scope: Scope, axes: Sequence[Axis]) -> list[Node]:
    """Return two updates, each of the places that the other one only reads."""
    draw = scope.draw
    grid, element = scope.over(axes, role="output")
    box = product((-1, 0, 1), repeat=len(axes))
    star = [offset for offset in box if sum(map(abs, offset)) == 1]
    kept = star if draw.chance(50) else draw.some_of(star, draw.integer(1, len(star)))
    nodes: list[Node] = []
    for color in draw.shuffled(range(2)):
        value = _blend(scope, around(grid, axes, sorted(kept)), axes)
        parity = total_of(axes).modulo(2).compare("==", Term(str(color)))
        update: list[Node] = [Branch(parity, [assign(element, value)])]
        nodes += nest(inner_loops(draw, axes, 1), update)
    return nodes


def _alternate(scope: Scope, axes: Sequence[Axis]) -> list[Node]:
    """Return a pass along each axis, forward and perhaps backward."""
    draw = scope.draw
    grid, element = scope.over(axes, role="output")
    nodes: list[Node] = []
    for moving in draw.shuffled(axes):
        for down in (False, True) if draw.chance(50) else (draw.chance(30),):
            step = 1 if down else -1
            before = around(grid, axes, [tuple(step * (a == moving) for a in axes)])
            value = _blend(scope, [element, *before], axes)
            loops = [_along(axis, moving, down) for axis in axes]
            order = draw.shuffled(loops) if draw.chance(40) else loops
            nodes += nest(order, [assign(element, value)])
    return nodes


def _along(axis: Axis, moving: Axis, down: bool) -> Loop:
    if axis != moving:
        return axis.loop(parallel=True)
    return axis.loop("1", shift(axis.extent, -1), down=down)


def _blend(scope: Scope, points: Sequence[Term], axes: Sequence[Axis]) -> Term:
    """Return a mean of some points, which does not grow from sweep to sweep."""
    draw, arithmetic = scope.draw, scope.arithmetic
    points = draw.shuffled(points)
    if draw.chance(35):
        points.append(scope.over(axes)[1])
    if not arithmetic.is_real:
        value = total(points) / Term(str(len(points)))
    elif draw.chance(50):
        value = arithmetic.number(1000 // len(points) / 1000) * total(points)
    else:
        share = arithmetic.number(1000 // len(points) / 1000)
        value = total([share * point for point in points])
    if draw.chance(20):
        value = arithmetic.extreme(draw, draw.one_of(("<", ">")), value, points[0])
    return value
