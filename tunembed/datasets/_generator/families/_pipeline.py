"""Pipelines: nests after one another, each reading what the one before wrote."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tunembed.datasets._generator._code import Loop, Node, assign, nest
from tunembed.datasets._generator._neighbors import around
from tunembed.datasets._generator._scope import Array, Axis, Scope
from tunembed.datasets._generator._term import Term, shift, total
from tunembed.datasets._generator._updates import reduced


@dataclass
class _Field:
    """What the stages so far have made: an array of rows."""

    array: Array
    row: Axis
    column: Axis

    @property
    def element(self) -> Term:
        """The element of an iteration."""
        return self.array.at(self.row.iterator, self.column.iterator)

    def rows(self) -> Loop:
        """Return the loop over the rows."""
        return self.row.loop(parallel=True)

    def columns(self) -> Loop:
        """Return the loop over the columns."""
        return self.column.loop(parallel=True)


_Stage = Callable[[Scope, _Field], tuple[list[Node], _Field]]


def pipeline(scope: Scope) -> list[Node]:
    """Return two to five stages; those that stay in a row may share a loop."""
    draw = scope.draw
    row, column = scope.axes(2, square=False)
    field = _Field(scope.array(row.extent, column.extent), row, column)
    nodes: list[Node] = []
    rows: list[Node] = []
    for _ in range(draw.integer(2, 5)):
        is_local = draw.chance(65)
        stage = draw.one_of(_LOCAL if is_local else _GLOBAL)
        if rows and (not is_local or draw.chance(40)):
            nodes += nest([field.rows()], rows)
            rows = []
        made, field = stage(scope, field)
        if is_local:
            rows += made
        else:
            nodes += made
    return [*nodes, *nest([field.rows()], rows)] if rows else nodes


def _next(scope: Scope, field: _Field, column: Axis | None = None) -> _Field:
    """Return a new field, or the same one again if it may be written to."""
    column = column or field.column
    is_same = column == field.column and field.array.is_written
    if is_same and scope.draw.chance(40):
        return field
    array = scope.array(field.row.extent, column.extent, role="output")
    return _Field(array, field.row, column)


def _mapped(scope: Scope, field: _Field) -> tuple[list[Node], _Field]:
    """Return a map, with a number for each column or with an earlier field."""
    draw = scope.draw
    operands = [field.element]
    if draw.chance(40):
        operands.append(scope.over([field.column])[1])
    if draw.chance(40):
        operands.append(_earlier(scope, field))
    lines, value = scope.compute(operands)
    after = _next(scope, field)
    store = assign(after.element, value)
    return nest([field.columns()], [*lines, store]), after


def _earlier(scope: Scope, field: _Field) -> Term:
    """Return the element of any field of the same extents."""
    extents = (field.row.extent, field.column.extent)
    same = [array for array in scope.elements() if array.extents == extents]
    array = scope.draw.one_of(same)
    return array.at(field.row.iterator, field.column.iterator)


def _normalized(scope: Scope, field: _Field) -> tuple[list[Node], _Field]:
    """Return the elements relative to what their row amounts to."""
    draw, arithmetic = scope.draw, scope.arithmetic
    element = field.element
    kind = draw.one_of(("sum", "squares", "exponentials", "largest"))
    value = element
    if kind == "squares":
        value = element * element
    if kind == "exponentials":
        value = arithmetic.call("exp", Term(f"-{arithmetic.magnitude(element)}"))
    operator = "max" if kind == "largest" else "+"
    body, result = reduced(scope, [field.columns()], value, operator)
    after = _next(scope, field)
    scale = arithmetic.magnitude(result) + arithmetic.number(0.5)
    if kind == "squares" and draw.chance(50):
        scale = arithmetic.call("sqrt", result + arithmetic.number(0.5))
    mean = Term(field.column.extent)
    changed = draw.one_of((element / scale, element - result / mean))
    again = nest([field.columns()], [assign(after.element, changed)])
    return [*body, *again], after


def _smoothed(scope: Scope, field: _Field) -> tuple[list[Node], _Field]:
    """Return a stencil along the row, into another field."""
    draw = scope.draw
    reach = draw.integer(1, 3)
    steps = sorted(draw.some_of(range(-reach, reach + 1), draw.integer(2, 3)))
    offsets = [(0, step) for step in steps]
    points = around(field.array, [field.row, field.column], offsets)
    array = scope.array(field.row.extent, field.column.extent, role="output")
    after = _Field(array, field.row, field.column)
    value = total([scope.arithmetic.any_number(draw) * point for point in points])
    if draw.chance(30):
        value = scope.mix.combine(points)
    loop = field.columns()
    loop.lower, loop.upper = str(reach), shift(field.column.extent, -reach)
    return nest([loop], [assign(after.element, value)]), after


def _summed(scope: Scope, field: _Field) -> tuple[list[Node], _Field]:
    """Return running sums along the row."""
    declare, result = scope.accumulator()
    after = _next(scope, field)
    fading = scope.arithmetic.number(scope.draw.integer(2, 7) / 8) * result
    value = field.element + (fading if scope.draw.chance(50) else result)
    body: list[Node] = [assign(result, value), assign(after.element, result)]
    return [declare, *nest([field.column.loop()], body)], after


def _multiplied(scope: Scope, field: _Field) -> tuple[list[Node], _Field]:
    """Return the product with a matrix."""
    draw = scope.draw
    inner = scope.axis(field.column.extent, 2)
    column = scope.axis(scope.size(), 1)
    after = _next(scope, field, column)
    weights = [inner, column] if draw.chance(60) else [column, inner]
    value = field.array.at(field.row.iterator, inner.iterator) * scope.over(weights)[1]
    if draw.chance(50):
        zero = assign(after.element, scope.arithmetic.number(0))
        loops = [after.rows(), after.columns(), inner.loop()]
        start = nest([after.rows(), after.columns()], [zero])
        update = nest(draw.shuffled(loops), [assign(after.element, value, "+=")])
        return [*start, *update], after
    body, result = reduced(scope, [inner.loop()], value)
    lines, stored = scope.compute([result, scope.over([column])[1]])
    loops = [after.rows(), after.columns()]
    return nest(loops, [*body, *lines, assign(after.element, stored)]), after


def _turned(scope: Scope, field: _Field) -> tuple[list[Node], _Field]:
    """Return the transposed field."""
    row = Axis(field.row.iterator, field.column.extent)
    column = Axis(field.column.iterator, field.row.extent)
    array = scope.array(row.extent, column.extent, role="output")
    after = _Field(array, row, column)
    source = field.array.at(column.iterator, row.iterator)
    loops = [after.rows(), after.columns()]
    return nest(scope.draw.shuffled(loops), [assign(after.element, source)]), after


def _centered(scope: Scope, field: _Field) -> tuple[list[Node], _Field]:
    """Return the elements relative to what their column amounts to."""
    draw = scope.draw
    sums, cell = scope.over([field.column], role="output")
    start = nest([field.columns()], [assign(cell, scope.arithmetic.number(0))])
    loops = [field.row.loop(), field.columns()]
    if draw.chance(50):
        loops.reverse()
    value = field.element
    if draw.chance(40):
        value = value * value
    update = nest(loops, [assign(cell, value, "+=")])
    after = _next(scope, field)
    mean = sums.at(field.column.iterator) / Term(field.row.extent)
    changed = field.element - mean
    if draw.chance(50):
        changed = field.element / (mean * mean + scope.arithmetic.number(1))
    both = [field.rows(), field.columns()]
    order = both if draw.chance(60) else both[::-1]
    return [*start, *update, *nest(order, [assign(after.element, changed)])], after


_LOCAL: tuple[_Stage, ...] = (_mapped, _mapped, _normalized, _smoothed, _summed)
_GLOBAL: tuple[_Stage, ...] = (_multiplied, _turned, _centered)
