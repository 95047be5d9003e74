"""Matrix-vector products and updates, alone or after one another."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from collections.abc import Sequence

from tunembed.datasets._generator._code import Node, assign, nest
from tunembed.datasets._generator._domain import RELATIONS, Tie, loops_over
from tunembed.datasets._generator._scope import Array, Axis, Scope
from tunembed.datasets._generator._term import Term
from tunembed.datasets._generator._updates import reduced


def matrix_vector(scope: Scope) -> list[Node]:
    """Return one to three nests over the same matrix."""
    draw = scope.draw
    square = draw.chance(45)
    axes = scope.axes(2, square=square)
    tie = None
    if square and draw.chance(50):
        first, second = draw.shuffled(range(2))
        tie = Tie(first, second, draw.one_of(RELATIONS), str(draw.integer(1, 6)))
    makes = draw.some_of((_product, _product, _product, _both, _update, _form), 3)
    makes = makes[: draw.one_of((1, 1, 1, 2, 3))]
    matrix = scope.array(
        *(axis.extent for axis in draw.shuffled(axes)),
        role="output" if _update in makes else "input",
    )
    nodes: list[Node] = []
    for make in makes:
        nodes += make(scope, matrix, axes, tie)
    return nodes


def _element(scope: Scope, matrix: Array, axes: Sequence[Axis]) -> Term:
    """Return the matrix's element, of a square one perhaps the mirrored one."""
    names = {axis.extent: axis.iterator for axis in axes}
    if len(names) == 1:
        order = axes if scope.draw.chance(50) else axes[::-1]
        return matrix.at(*(axis.iterator for axis in order))
    return matrix.at(*(names[extent] for extent in matrix.extents))


def _vector(scope: Scope, axis: Axis) -> Term:
    """Return an element of a vector, mostly a new one."""
    vectors = [array for array in scope.elements() if array.extents == (axis.extent,)]
    if vectors and scope.draw.chance(50):
        return scope.draw.one_of(vectors).at(axis.iterator)
    return scope.over([axis])[1]


def _product(
    scope: Scope, matrix: Array, axes: Sequence[Axis], tie: Tie | None
) -> list[Node]:
    """Return a product by rows or by columns of the matrix."""
    draw = scope.draw
    kept, inner = draw.shuffled(range(2))
    element = _element(scope, matrix, axes)
    value = element * _vector(scope, axes[inner])
    if draw.chance(15):
        value = value * _vector(scope, axes[inner])
    extra = [scope.scalar()] if draw.chance(40) else []
    extra += [_vector(scope, axes[kept])] if draw.chance(25) else []
    target = scope.result([axes[kept]])
    if draw.chance(50):
        return _summed(scope, axes, tie, kept, value, target, extra)
    order = draw.shuffled(range(2))
    loops = loops_over(axes, order, tie)
    for position, loop in zip(order, loops, strict=True):
        loop.parallel = position == kept
    first = extra[-1] if extra else scope.arithmetic.number(0)
    start = nest([axes[kept].loop(parallel=True)], [assign(target, first)])
    return [*start, *nest(loops, [assign(target, value, "+=")])]


def _summed(
    scope: Scope,
    axes: Sequence[Axis],
    tie: Tie | None,
    kept: int,
    value: Term,
    target: Term,
    extra: Sequence[Term],
) -> list[Node]:
    """Return a loop around an inner product in a scalar."""
    outer, inner = loops_over(axes, (kept, 1 - kept), tie)
    outer.parallel = True
    body, result = reduced(scope, [inner], value)
    lines, stored = scope.compute([result, *extra]) if extra else ([], result)
    operator = scope.draw.one_of(("=", "=", "+="))
    return nest([outer], [*body, *lines, assign(target, stored, operator)])


def _both(
    scope: Scope, matrix: Array, axes: Sequence[Axis], tie: Tie | None
) -> list[Node]:
    """Return the products with a matrix and its transpose in one pass."""
    draw = scope.draw
    row, column = axes
    element = _element(scope, matrix, axes)
    first = scope.result([row])
    second = scope.result([column])
    updates: list[Node] = [
        assign(first, element * scope.over([column])[1], "+="),
        assign(second, element * scope.over([row])[1], "+="),
    ]
    loops = loops_over(axes, draw.shuffled(range(2)), tie)
    return nest(loops, draw.shuffled(updates))


def _update(
    scope: Scope, matrix: Array, axes: Sequence[Axis], tie: Tie | None
) -> list[Node]:
    """Return an update of the matrix by outer products."""
    draw = scope.draw
    element = matrix.at(*(a.iterator for a in _fitting(matrix, axes)))
    value = scope.over([axes[0]])[1] * scope.over([axes[1]])[1]
    if draw.chance(40):
        value = value + scope.over([axes[0]])[1] * scope.over([axes[1]])[1]
    if draw.chance(40):
        value = value * scope.arithmetic.any_number(draw)
    loops = loops_over(axes, draw.shuffled(range(2)), tie)
    for loop in loops:
        loop.parallel = True
    return nest(loops, [assign(element, value, draw.one_of(("+=", "-=")))])


def _form(
    scope: Scope, matrix: Array, axes: Sequence[Axis], tie: Tie | None
) -> list[Node]:
    """Return a bilinear form."""
    draw = scope.draw
    element = _element(scope, matrix, axes)
    value = _vector(scope, axes[0]) * element * _vector(scope, axes[1])
    if not scope.arithmetic.is_real:
        value = value.modulo(1009)
    loops = loops_over(axes, draw.shuffled(range(2)), tie)
    body, result = reduced(scope, loops, value)
    return [*body, assign(scope.result([]), result)]


def _fitting(matrix: Array, axes: Sequence[Axis]) -> list[Axis]:
    """Return the axes in the order of the matrix's extents."""
    if matrix.extents == tuple(axis.extent for axis in axes):
        return list(axes)
    return list(axes[::-1])
