"""Matrix products: transposed, batched, triangular, over any semiring."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tunembed.datasets._generator._code import Branch, Loop, Node, assign, nest
from tunembed.datasets._generator._domain import RELATIONS, Tie, loops_over
from tunembed.datasets._generator._scope import Axis, Scope
from tunembed.datasets._generator._term import Term
from tunembed.datasets._generator._updates import keep_better, reduced

# Where the rows, columns and inner dimension of a product are among the axes.
_ROW, _COLUMN, _INNER = range(3)


@dataclass
class _Product:
    """What one product is made of."""

    axes: list[Axis]  # row, column, inner, and perhaps batch
    tie: Tie | None
    batched: bool

    def matrix(self, scope: Scope, one: int, two: int, **options: object) -> Term:
        """Return an element of a new matrix, perhaps a transposed one."""
        pair = [self.axes[one], self.axes[two]]
        if scope.draw.chance(40):
            pair.reverse()
        batch = self.axes[3:] if self.batched and scope.draw.chance(80) else []
        if options.get("role") == "output":
            batch = self.axes[3:]
        return scope.over([*batch, *pair], **options)[1]

    def loops(self, order: Sequence[int]) -> list[Loop]:
        """Return its loops, those of the result parallel."""
        loops = loops_over(self.axes, order, self.tie)
        for position, loop in zip(order, loops, strict=True):
            loop.parallel = position != _INNER
        return loops


def matrix_product(scope: Scope) -> list[Node]:
    """Return one product, or two with the result of the first as an operand."""
    draw = scope.draw
    product = _any_product(scope)
    left = product.matrix(scope, _ROW, _INNER)
    right = product.matrix(scope, _INNER, _COLUMN)
    make = draw.one_of((_in_scalar, _in_scalar, _in_array, _semiring))
    nodes = make(scope, product, left, right)
    return nodes + _another(scope, product) if draw.chance(20) else nodes


def _any_product(scope: Scope) -> _Product:
    draw = scope.draw
    triangular = draw.chance(35)
    batched = draw.chance(25)
    square = True if triangular else None
    axes = scope.axes(3, taken=0, square=square)
    tie = None
    if triangular:
        first, second = draw.some_of((_ROW, _COLUMN, _INNER), 2)
        tie = Tie(first, second, draw.one_of(RELATIONS), str(draw.integer(2, 8)))
    if batched:
        axes.append(scope.axis(scope.size(), 3))
    return _Product(axes, tie, batched)


def _another(scope: Scope, product: _Product) -> list[Node]:
    """Return a second product that reads a square or fitting result of the first."""
    rows, columns, _ = product.axes[:3]
    batch = product.axes[3:]
    inner = scope.axis(columns.extent, 2)
    other = scope.axis(scope.size(), 1)
    made = [array for array in scope.arrays if array.is_written][-1]
    if made.extents[-2:] != (rows.extent, columns.extent):
        return []
    middle = made.at(*(a.iterator for a in [*batch, rows, inner]))
    second = _Product([rows, other, inner, *batch], None, product.batched)
    right = second.matrix(scope, _INNER, _COLUMN)
    return _in_scalar(scope, second, middle, right)


def _term(scope: Scope, product: _Product, left: Term, right: Term) -> Term:
    """Return what is summed: a product, of two or of three factors."""
    draw = scope.draw
    kind = draw.integer(0, 9)
    if kind == 0:
        return left * scope.over([product.axes[_INNER]])[1] * right
    if kind == 1 and scope.arithmetic.is_real:
        return (left - right) * (left - right)
    if kind == 2:
        others = [product.matrix(scope, _ROW, _INNER)]
        others.append(product.matrix(scope, _INNER, _COLUMN))
        return left * right + others[0] * others[1]
    return left * right


def _outer_order(scope: Scope, product: _Product) -> list[int]:
    """Return an order of the result's loops, the batch mostly outermost."""
    order = scope.draw.shuffled((_ROW, _COLUMN))
    if not product.batched:
        return order
    place = scope.draw.one_of((0, 0, 1, 2))
    return [*order[:place], 3, *order[place:]]


def _in_scalar(scope: Scope, product: _Product, left: Term, right: Term) -> list[Node]:
    """Return loops around an inner product."""
    draw = scope.draw
    *loops, inner = product.loops([*_outer_order(scope, product), _INNER])
    summed, result = reduced(scope, [inner], _term(scope, product, left, right))
    target = product.matrix(scope, _ROW, _COLUMN, role="output", dtype=scope.wide)
    lines, stored, operator = _epilogue(scope, product, result, target)
    store = assign(target, stored, operator)
    body: list[Node] = [*summed, *lines, store]
    if draw.chance(10):
        mask = product.matrix(scope, _ROW, _COLUMN)
        test = mask.compare(">", scope.arithmetic.any_number(draw))
        body = [Branch(test, body)]
    return nest(loops, body)


def _epilogue(
    scope: Scope, product: _Product, result: Term, target: Term
) -> tuple[list[str], Term, str]:
    """Return what is made of a sum before it is stored, and how it is."""
    draw = scope.draw
    operator = draw.one_of(("=", "=", "+=", "-="))
    if draw.chance(40):
        return [], result, operator
    choices = [
        scope.scalar,
        lambda: scope.over([product.axes[_COLUMN]])[1],
        lambda: scope.over([product.axes[_ROW]])[1],
        lambda: target,
    ]
    parts = [make() for make in draw.some_of(choices, draw.integer(1, 2))]
    lines, value = scope.compute([result, *parts])
    return lines, value, operator


def _in_array(scope: Scope, product: _Product, left: Term, right: Term) -> list[Node]:
    """Return loops in any order around an update of the result's element."""
    draw = scope.draw
    positions = range(len(product.axes))
    loops = product.loops(draw.shuffled(positions))
    value = _term(scope, product, left, right)
    target = product.matrix(scope, _ROW, _COLUMN, role="output", dtype=scope.wide)
    update = assign(target, value, draw.one_of(("+=", "+=", "-=")))
    nodes: list[Node] = []
    if draw.chance(70):
        first = assign(target, scope.arithmetic.number(0))
        if draw.chance(30):
            first = assign(target, scope.scalar(), "*=")
        nodes += nest(product.loops(_outer_order(scope, product)), [first])
    nodes += nest(loops, [update])
    if draw.chance(25):
        lines, value, _ = _epilogue(scope, product, target, target)
        again = product.loops(_outer_order(scope, product))
        nodes += nest(again, [*lines, assign(target, value)])
    return nodes


def _semiring(scope: Scope, product: _Product, left: Term, right: Term) -> list[Node]:
    """Return a product whose sum is an extreme."""
    draw, arithmetic = scope.draw, scope.arithmetic
    sign = draw.one_of(("<", ">"))
    value = left + right if draw.chance(50) else left * right
    if draw.chance(40):
        value = arithmetic.extreme(draw, "<" if sign == ">" else ">", left, right)
    target = product.matrix(scope, _ROW, _COLUMN, role="output")
    if draw.chance(50):
        loops = product.loops(draw.shuffled(range(len(product.axes))))
        return nest(loops, keep_better(scope, sign, target, value))
    *loops, inner = product.loops([*_outer_order(scope, product), _INNER])
    search, best = reduced(scope, [inner], value, "min" if sign == "<" else "max")
    return nest(loops, [*search, assign(target, best)])
