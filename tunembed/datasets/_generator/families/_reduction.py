"""Reductions: sums, extremes, norms and positions over some dimensions."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tunembed.datasets._generator._code import Branch, Loop, Node, assign, nest
from tunembed.datasets._generator._domain import (
    any_tie,
    condition,
    loops_over,
    reads,
    vary,
)
from tunembed.datasets._generator._scope import Axis, Scope
from tunembed.datasets._generator._term import Term
from tunembed.datasets._generator._updates import reduced, worst


def reduction(scope: Scope) -> list[Node]:
    """Return one or two reductions."""
    nodes = _reduce(scope)
    return nodes + _reduce(scope) if scope.draw.chance(20) else nodes


def _reduce(scope: Scope) -> list[Node]:
    draw = scope.draw
    axes = scope.axes(draw.one_of((1, 1, 2, 2, 2, 3, 3, 4)))
    n_kept = draw.integer(0, len(axes) - 1)
    kept = sorted(draw.some_of(range(len(axes)), n_kept))
    make = draw.one_of((_in_scalar, _in_scalar, _in_array, _position, _two_passes))
    return make(scope, axes, kept)


def _in_scalar(scope: Scope, axes: Sequence[Axis], kept: Sequence[int]) -> list[Node]:
    """Return loops around a scalar that is stored at the end."""
    draw = scope.draw
    outer, inner = _loops(scope, axes, kept)
    operands = reads(scope, axes, draw.integer(1, 3))
    lines, value = scope.compute(operands)
    operator = draw.one_of(("+", "+", "+", "min", "max"))
    test = condition(scope, operands, axes) if draw.chance(20) else None
    body, result = reduced(scope, inner, value, operator, lines=lines, test=test)
    more, final = scope.compute([result]) if draw.chance(40) else ([], result)
    store = assign(scope.result([axes[k] for k in kept]), final)
    return nest(outer, [*body, *more, store])


def _in_array(scope: Scope, axes: Sequence[Axis], kept: Sequence[int]) -> list[Node]:
    """Return a nest that adds to the result's elements, in any order of the loops."""
    draw = scope.draw
    operands = reads(scope, axes, draw.integer(1, 3))
    lines, value = scope.compute(operands)
    result = scope.result([axes[k] for k in kept])
    order = draw.shuffled(range(len(axes)))
    loops = loops_over(axes, order, any_tie(draw, axes, 30))
    for position, loop in zip(order, loops, strict=True):
        loop.parallel = position in kept
    update: list[Node] = [*lines, assign(result, value, "+=")]
    if draw.chance(20):
        update = [Branch(condition(scope, operands, axes), update)]
    zero = assign(result, scope.arithmetic.number(0))
    start = nest([axes[k].loop(parallel=True) for k in kept], [zero])
    return (start if draw.chance(80) else []) + nest(loops, update)


def _position(scope: Scope, axes: Sequence[Axis], kept: Sequence[int]) -> list[Node]:
    """Return the search for the place of an extreme along one axis."""
    draw = scope.draw
    along = next(k for k in range(len(axes)) if k not in kept)
    others = [k for k in range(len(axes)) if k != along]
    outer = loops_over(axes, draw.shuffled(others))
    for loop in outer:
        loop.parallel = True
    operands = reads(scope, axes, draw.integer(1, 2))
    lines, value = scope.compute(operands)
    look, seen = scope.temporary(value)
    sign = draw.one_of(("<", ">"))
    declare, best = worst(scope, sign)
    place_line, place = scope.temporary(Term("0"), "int")
    iterator = Term(axes[along].iterator)
    better = [assign(best, seen), assign(place, iterator)]
    test = Branch(seen.compare(sign, best), [*better])
    search = nest([axes[along].loop()], [*lines, look, test])
    places = [axes[k] for k in others]
    where = scope.result(places, "int")
    stores = [assign(where, place)]
    if draw.chance(50):
        stores.append(assign(scope.result(places), best))
    return nest(outer, [declare, place_line, *search, *stores])


def _two_passes(scope: Scope, axes: Sequence[Axis], kept: Sequence[int]) -> list[Node]:
    """Return a mean, and then a sum of what deviates from it."""
    draw = scope.draw
    outer, inner = _loops(scope, axes, kept)
    _, element = scope.over(axes)
    sums, first = reduced(scope, inner, element)
    count = Term(next(axes[k] for k in range(len(axes)) if k not in kept).extent)
    center = first / count
    deviation = scope.arithmetic.magnitude(element - center)
    square = (element - center) * (element - center)
    value = draw.one_of((deviation, square))
    squares, second = reduced(scope, [replace(loop) for loop in inner], value)
    stored = draw.one_of((second, second / count))
    if scope.arithmetic.is_real and draw.chance(35):
        stored = scope.arithmetic.call("sqrt", stored)
    store = assign(scope.result([axes[k] for k in kept]), stored)
    return nest(outer, [*sums, *squares, store])


def _loops(
    scope: Scope, axes: Sequence[Axis], kept: Sequence[int]
) -> tuple[list[Loop], list[Loop]]:
    """Return the loops over what is kept, and those over what is reduced inside."""
    draw = scope.draw
    rest = [k for k in range(len(axes)) if k not in kept]
    order = [*draw.shuffled(kept), *draw.shuffled(rest)]
    loops = loops_over(axes, order, any_tie(draw, axes, 30))
    vary(draw, loops)
    outer, inner = loops[: len(kept)], loops[len(kept) :]
    for loop in outer:
        loop.parallel = True
    return outer, inner
