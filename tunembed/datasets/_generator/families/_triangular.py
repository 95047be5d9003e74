"""Triangular systems and factors, whose iterations depend on earlier ones."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from dataclasses import dataclass

from tunembed.datasets._generator._code import Loop, Node, assign, nest
from tunembed.datasets._generator._factors import factor
from tunembed.datasets._generator._scope import Array, Axis, Scope
from tunembed.datasets._generator._systems import Matrix
from tunembed.datasets._generator._term import Term, shift
from tunembed.datasets._generator._updates import reduced


def triangular(scope: Scope) -> list[Node]:
    """Return factors, solves and products; of one system or of many."""
    draw = scope.draw
    matrix = Matrix(scope)
    nodes: list[Node] = factor(scope, matrix) if matrix.is_factored else []
    if not nodes or draw.chance(40):
        right = _RightSides(scope, matrix)
        for _ in range(draw.one_of((1, 1, 2))):
            nodes += draw.one_of((_by_rows, _by_rows, _by_columns, _times))(right)
    if matrix.batch:
        nodes = nest([matrix.batch[0].loop(parallel=True)], nodes)
    return nodes


@dataclass
class _RightSides:
    """What a triangle is solved for or multiplied with."""

    scope: Scope
    matrix: Matrix

    def __post_init__(self) -> None:
        draw = self.scope.draw
        self.sides: list[Axis] = []
        if draw.chance(55):
            self.sides.append(self.scope.axis(self.scope.size(), 3))
        self.swapped = bool(self.sides) and draw.chance(40)
        extents = [axis.extent for axis in self._order([self.matrix.axes[0]])]
        self.array = self.scope.array(*extents, role="output")

    def _order(self, rows: list[Axis]) -> list[Axis]:
        pair = [*rows, *self.sides]
        return [*self.matrix.batch, *(pair[::-1] if self.swapped else pair)]

    def loops(self) -> list[Loop]:
        """Return the loop over them, if there are several."""
        return [side.loop(parallel=True) for side in self.sides]

    def at(self, row: str, array: Array | None = None) -> Term:
        """Return the element of a row, in the current column if there are several."""
        names = [a.iterator for a in self._order([Axis(row, "")])]
        return (array or self.array).at(*names)


def _by_rows(right: _RightSides) -> list[Node]:
    """Return a solve whose every unknown takes an inner product."""
    scope, matrix = right.scope, right.matrix
    draw = scope.draw
    rows, inner, _ = matrix.axes
    lower, first, last = _triangle(right)
    element = right.at(rows.iterator)
    source = element
    if draw.chance(40):
        source = right.at(rows.iterator, scope.array(*right.array.extents))
    value = matrix.at(rows.iterator, inner.iterator) * right.at(inner.iterator)
    divided = matrix.divided(scope, draw)
    outer, known = rows.loop(down=not lower), inner.loop(first, last)
    if right.sides and draw.chance(35):
        nodes = nest([known, *right.loops()], [assign(element, value, "-=")])
        if source != element:
            nodes = [*nest(right.loops(), [assign(element, source)]), *nodes]
        if (result := divided(element, rows)) != element:
            nodes += nest(right.loops(), [assign(element, result)])
        return nest([outer], nodes)
    summed, result = reduced(scope, [known], value)
    stored = assign(element, divided(source - result, rows))
    loops = [*right.loops(), outer] if draw.chance(60) else [outer, *right.loops()]
    return nest(loops, [*summed, stored])


def _by_columns(right: _RightSides) -> list[Node]:
    """Return a solve whose every unknown is taken off the later ones at once."""
    scope, matrix = right.scope, right.matrix
    draw = scope.draw
    columns, rows, _ = matrix.axes
    upper, first, last = _triangle(right)
    pivot, element = right.at(columns.iterator), right.at(rows.iterator)
    change = matrix.at(rows.iterator, columns.iterator) * pivot
    update: list[Node] = [assign(element, change, "-=")]
    divided = matrix.divided(scope, draw)(pivot, columns)
    scale: list[Node] = [assign(pivot, divided)] if divided != pivot else []
    outer = columns.loop(down=upper)
    others = rows.loop(first, last, parallel=True)
    if right.sides and draw.chance(50):
        pair = [others, *right.loops()]
        changed = nest(pair if draw.chance(60) else pair[::-1], update)
        scaled = nest(right.loops(), scale) if scale else []
        return nest([outer], [*scaled, *changed])
    return nest([*right.loops(), outer], [*scale, *nest([others], update)])


def _times(right: _RightSides) -> list[Node]:
    """Return a product with a triangle, in place."""
    scope, matrix = right.scope, right.matrix
    draw = scope.draw
    rows, inner, _ = matrix.axes
    lower, first, last = _triangle(right)
    element = right.at(rows.iterator)
    value = matrix.at(rows.iterator, inner.iterator) * right.at(inner.iterator)
    scale: list[Node] = []
    if draw.chance(60):
        scale = [assign(element, matrix.diagonal(rows), "*=")]
    update = nest([inner.loop(first, last)], [assign(element, value, "+=")])
    outer = rows.loop(down=lower)
    loops = [*right.loops(), outer] if draw.chance(50) else [outer, *right.loops()]
    return nest(loops, [*scale, *update])


def _triangle(right: _RightSides) -> tuple[bool, str, str]:
    """Return whether the inner loop is over what is before the outer one's place.

    Then the bounds of the inner loop.
    """
    outer, extent = right.matrix.axes[0]
    if right.scope.draw.chance(55):
        return True, "0", outer
    return False, shift(outer, 1), extent
