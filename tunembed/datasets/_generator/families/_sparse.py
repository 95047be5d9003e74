"""Sparse matrices: by compressed rows, by coordinates, with rows of one length."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tunembed.datasets._generator._code import Loop, Node, assign, nest
from tunembed.datasets._generator._scope import Axis, Scope
from tunembed.datasets._generator._term import Term, shift
from tunembed.datasets._generator._updates import reduced


@dataclass
class _Sparse:
    """A sparse matrix, its loops, and where its entries are."""

    loops: list[Loop]
    row: str
    column: str
    value: Term
    entry: list[Axis]  # what an array of one number per entry is over
    rows: str
    columns: str
    by_rows: bool


def sparse(scope: Scope) -> list[Node]:
    """Return a product with a vector or with several, or products at its entries."""
    draw = scope.draw
    matrix = draw.one_of((_compressed, _compressed, _compressed, _listed, _padded))(
        scope
    )
    make = draw.one_of((_product, _product, _product, _scattered, _sampled, _smoothed))
    if not matrix.by_rows and make in (_product, _smoothed):
        make = _scattered
    return make(scope, matrix)


def _compressed(scope: Scope) -> _Sparse:
    """Return a matrix whose rows lie one behind the other."""
    rows, columns, count = scope.size(), scope.size(), scope.size("count")
    offsets = scope.array(f"{rows} + 1", role="index", shaped=True)
    row, entry = scope.axis(rows, 0), scope.axis(count, 1)
    inner = entry.loop(
        offsets.at(row.iterator).text, offsets.at(shift(row.iterator, 1)).text
    )
    index = scope.over([entry], role="index", shaped=True)[1]
    value = scope.over([entry], shaped=True)[1]
    loops = [row.loop(), inner]
    return _Sparse(loops, row.iterator, index.text, value, [entry], rows, columns, True)


def _listed(scope: Scope) -> _Sparse:
    """Return a matrix with row and column of every entry."""
    rows, columns, count = scope.size(), scope.size(), scope.size("count")
    entry = scope.axis(count, 1)
    row, column = (scope.over([entry], role="index", shaped=True)[1] for _ in range(2))
    value = scope.over([entry], shaped=True)[1]
    return _Sparse(
        [entry.loop()], row.text, column.text, value, [entry], rows, columns, False
    )


def _padded(scope: Scope) -> _Sparse:
    """Return a matrix with the same number of entries in every row."""
    rows, columns, width = scope.size(), scope.size(), scope.size("window")
    row, entry = scope.axis(rows, 0), scope.axis(width, 1)
    order = scope.draw.shuffled([row, entry])
    index = scope.over(order, role="index", shaped=True)[1]
    value = scope.over(order, shaped=True)[1]
    loops = [row.loop(), entry.loop()]
    return _Sparse(loops, row.iterator, index.text, value, order, rows, columns, True)


def _widths(scope: Scope) -> list[Axis]:
    """Return the axis of several right-hand sides, or none."""
    return [scope.axis(scope.size(), 2)] if scope.draw.chance(50) else []


def _dense(
    scope: Scope, extent: str, widths: list[Axis], **options: object
) -> Callable[[str], Term]:
    """Declare a dense operand; return a function from a row to its element there."""
    extents = [extent, *(axis.extent for axis in widths)]
    swapped = scope.draw.chance(30)
    if swapped:
        extents.reverse()
    array = scope.array(*extents, shaped=True, **options)  # type: ignore[arg-type]

    def at(row: str) -> Term:
        places = [row, *(axis.iterator for axis in widths)]
        return array.at(*(places[::-1] if swapped else places))

    return at


def _term(scope: Scope, matrix: _Sparse, widths: list[Axis]) -> Term:
    draw = scope.draw
    value = matrix.value * _dense(scope, matrix.columns, widths)(matrix.column)
    kind = draw.integer(0, 9)
    if kind == 0:
        return value * scope.array(matrix.columns, shaped=True).at(matrix.column)
    if kind == 1 and scope.arithmetic.is_real:
        return scope.arithmetic.magnitude(value)
    return value


def _product(scope: Scope, matrix: _Sparse) -> list[Node]:
    """Return sums over rows, in a scalar or in the result."""
    draw = scope.draw
    widths = _widths(scope)
    value = _term(scope, matrix, widths)
    outer, inner = matrix.loops
    outer.parallel = True
    wide = [axis.loop(parallel=True) for axis in widths]
    options = {"role": "output", "dtype": scope.wide}
    target = _dense(scope, matrix.rows, widths, **options)(matrix.row)
    if widths and draw.chance(50):
        zero = assign(target, scope.arithmetic.number(0))
        again = nest([axis.loop(parallel=True) for axis in widths], [zero])
        loops = [inner, *wide] if draw.chance(70) else [*wide, inner]
        return nest([outer], [*again, *nest(loops, [assign(target, value, "+=")])])
    operator = draw.one_of(("+", "+", "+", "max", "min"))
    body, result = reduced(scope, [inner], value, operator)
    lines, stored = _finished(scope, matrix, result)
    store = assign(target, stored, draw.one_of(("=", "=", "+=")))
    loops = [outer, *wide] if draw.chance(60) else [*wide, outer]
    return nest(loops, [*body, *lines, store])


def _finished(scope: Scope, matrix: _Sparse, result: Term) -> tuple[list[str], Term]:
    """Return what is made of a row's result before it is stored."""
    draw = scope.draw
    if draw.chance(50):
        return [], result
    extra = [scope.scalar()] if draw.chance(50) else []
    extra.append(scope.array(matrix.rows, shaped=True).at(matrix.row))
    return scope.compute([result, *extra])


def _scattered(scope: Scope, matrix: _Sparse) -> list[Node]:
    """Return the product with the transposed matrix, or with one of listed entries."""
    draw = scope.draw
    widths = _widths(scope)
    ends = [(matrix.rows, matrix.row), (matrix.columns, matrix.column)]
    (extent, place), (other, there) = ends if draw.chance(60) else ends[::-1]
    value = matrix.value * _dense(scope, extent, widths)(place)
    if draw.chance(20):
        value = value * scope.array(extent, shaped=True).at(place)
    target = _dense(scope, other, widths, role="output", dtype=scope.wide)
    wide = [axis.loop(parallel=True) for axis in widths]
    loops = [*matrix.loops, *wide] if draw.chance(60) else [*wide, *matrix.loops]
    start: list[Node] = []
    if draw.chance(50):
        rows = scope.axis(other, 3)
        zero = assign(target(rows.iterator), scope.arithmetic.number(0))
        start = nest([axis.loop(parallel=True) for axis in (rows, *widths)], [zero])
    return [*start, *nest(loops, [assign(target(there), value, "+=")])]


def _sampled(scope: Scope, matrix: _Sparse) -> list[Node]:
    """Return products of rows of dense matrices where the sparse one has entries."""
    draw = scope.draw
    feature = scope.axis(scope.size(), 2)
    left = _dense(scope, matrix.rows, [feature])(matrix.row)
    right = _dense(scope, matrix.columns, [feature])(matrix.column)
    term = left * right
    if draw.chance(30) and scope.arithmetic.is_real:
        term = (left - right) * (left - right)
    body, result = reduced(scope, [feature.loop()], term)
    options = {"role": "output", "dtype": scope.wide, "shaped": True}
    target = scope.over(matrix.entry, **options)[1]
    for loop in matrix.loops:
        loop.parallel = True
    lines, stored = scope.compute([result, matrix.value])
    return nest(matrix.loops, [*body, *lines, assign(target, stored)])


def _smoothed(scope: Scope, matrix: _Sparse) -> list[Node]:
    """Return a step of an iteration that solves a system by rows."""
    draw = scope.draw
    known = scope.array(matrix.columns, shaped=True)
    outer, inner = matrix.loops
    outer.parallel = True
    summed, result = reduced(scope, [inner], matrix.value * known.at(matrix.column))
    right, diagonal = (
        scope.array(matrix.rows, shaped=True).at(matrix.row) for _ in range(2)
    )
    target = scope.array(matrix.rows, role="output", shaped=True).at(matrix.row)
    rest = right - result
    if scope.arithmetic.is_real:
        scale = scope.arithmetic.magnitude(diagonal) + scope.arithmetic.number(1.5)
        rest = rest / scale if draw.chance(60) else rest * scope.scalar()
    store = assign(target, rest, draw.one_of(("=", "+=")))
    more: list[Node] = []
    if draw.chance(40):
        total = scope.array(matrix.rows, role="output", dtype=scope.wide, shaped=True)
        more = [assign(total.at(matrix.row), result * result)]
    return nest([outer], [*summed, store, *more])
