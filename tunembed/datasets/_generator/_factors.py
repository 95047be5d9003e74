"""Factorisations of a matrix, by rows, by columns or by trailing updates."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from tunembed.datasets._generator._code import Loop, Node, assign, nest
from tunembed.datasets._generator._scope import Axis, Scope
from tunembed.datasets._generator._systems import Matrix
from tunembed.datasets._generator._term import Term, shift
from tunembed.datasets._generator._updates import reduced


def factor(scope: Scope, matrix: Matrix) -> list[Node]:
    """Return the factorisation of a matrix that is made diagonally heavy first."""
    draw = scope.draw
    axis = matrix.axes[0]
    heavy = assign(matrix.diagonal(axis), Term(axis.extent), "+=")
    make = draw.one_of((_trailing, _by_column, _by_row, _trailing_all, _rows_all))
    nodes = [*nest([axis.loop(parallel=True)], [heavy]), *make(scope, matrix)]
    return nodes + _determinant(scope, matrix) if draw.chance(20) else nodes


def _root(scope: Scope, matrix: Matrix, axis: Axis) -> str:
    """Return the statement that takes the root of a pivot."""
    arithmetic, pivot = scope.arithmetic, matrix.diagonal(axis)
    inside = arithmetic.magnitude(pivot) + arithmetic.number(0.5)
    return assign(pivot, arithmetic.call("sqrt", inside))


def _trailing(scope: Scope, matrix: Matrix) -> list[Node]:
    """Return a symmetric factor; each column is taken off the rest at once."""
    k, i, j = matrix.axes
    draw = scope.draw
    column, other = matrix.at(i.iterator, k.iterator), matrix.at(j.iterator, k.iterator)
    after = shift(k.iterator, 1)
    scale = assign(column, column / matrix.diagonal(k))
    update = assign(matrix.at(i.iterator, j.iterator), column * other, "-=")
    if draw.chance(50):
        loops = [i.loop(after), j.loop(after, shift(i.iterator, 1))]
    else:
        loops = [j.loop(after), i.loop(j.iterator)]
    scaling = nest([i.loop(after, parallel=True)], [scale])
    return nest(
        [k.loop()],
        [_root(scope, matrix, k), *scaling, *nest(_parallel(loops), [update])],
    )


def _by_column(scope: Scope, matrix: Matrix) -> list[Node]:
    """Return a symmetric factor; each column takes what earlier ones owe it."""
    j, k, i = matrix.axes
    draw = scope.draw
    column = matrix.at(i.iterator, j.iterator)
    value = matrix.at(i.iterator, k.iterator) * matrix.at(j.iterator, k.iterator)
    earlier, rows = k.loop(upper=j.iterator), i.loop(j.iterator, parallel=True)
    loops = [earlier, rows] if draw.chance(60) else [rows, earlier]
    update = nest(loops, [assign(column, value, "-=")])
    scale = assign(column, column / matrix.diagonal(j))
    below = i.loop(shift(j.iterator, 1), parallel=True)
    return nest([j.loop()], [*update, _root(scope, matrix, j), *nest([below], [scale])])


def _by_row(scope: Scope, matrix: Matrix) -> list[Node]:
    """Return a symmetric factor, row by row, with inner products."""
    i, j, k = matrix.axes
    own, other = matrix.at(i.iterator, k.iterator), matrix.at(j.iterator, k.iterator)
    element, pivot = matrix.at(i.iterator, j.iterator), matrix.diagonal(i)
    products, result = reduced(scope, [k.loop(upper=j.iterator)], own * other)
    store = assign(element, (element - result) / matrix.diagonal(j))
    off = nest([j.loop(upper=i.iterator)], [*products, store])
    squares, result = reduced(scope, [k.loop(upper=i.iterator)], own * own)
    on = [*squares, assign(pivot, result, "-="), _root(scope, matrix, i)]
    return nest([i.loop()], [*off, *on])


def _trailing_all(scope: Scope, matrix: Matrix) -> list[Node]:
    """Return lower and upper factor by updates of what is below and to the right."""
    k, i, j = matrix.axes
    draw = scope.draw
    after = shift(k.iterator, 1)
    left, up = matrix.at(i.iterator, k.iterator), matrix.at(k.iterator, j.iterator)
    scaled = draw.chance(70)
    product = left * up if scaled else left * up / matrix.diagonal(k)
    update = assign(matrix.at(i.iterator, j.iterator), product, "-=")
    scale = assign(left, left / matrix.diagonal(k))
    pair = [i.loop(after), j.loop(after)]
    if scaled and draw.chance(40):
        inside = nest(_parallel(pair[1:]), [update])
        return nest([k.loop(), *_parallel(pair[:1])], [scale, *inside])
    trailing = nest(_parallel(pair if draw.chance(60) else pair[::-1]), [update])
    first = nest([i.loop(after, parallel=True)], [scale]) if scaled else []
    return nest([k.loop()], [*first, *trailing])


def _rows_all(scope: Scope, matrix: Matrix) -> list[Node]:
    """Return lower and upper factor row by row."""
    i, j, k = matrix.axes
    element = matrix.at(i.iterator, j.iterator)
    value = matrix.at(i.iterator, k.iterator) * matrix.at(k.iterator, j.iterator)
    update = assign(element, value, "-=")
    left = nest([k.loop(upper=j.iterator)], [update])
    scale = assign(element, element / matrix.diagonal(j))
    right = nest([k.loop(upper=i.iterator)], [update])
    rows = [
        *nest([j.loop(upper=i.iterator)], [*left, scale]),
        *nest([j.loop(i.iterator, parallel=True)], [*right]),
    ]
    return nest([i.loop()], rows)


def _determinant(scope: Scope, matrix: Matrix) -> list[Node]:
    """Return the sum of the logarithms of the pivots, or their sum."""
    axis, arithmetic = matrix.axes[0], scope.arithmetic
    value = matrix.diagonal(axis)
    if scope.draw.chance(60):
        positive = arithmetic.magnitude(value) + arithmetic.number(0.125)
        value = arithmetic.call("log", positive)
    body, result = reduced(scope, [axis.loop()], value)
    return [*body, assign(scope.result(matrix.batch), result)]


def _parallel(loops: list[Loop]) -> list[Loop]:
    for loop in loops:
        loop.parallel = True
    return loops
