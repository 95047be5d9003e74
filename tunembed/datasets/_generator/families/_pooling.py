"""Pooling: what windows of an array amount to, and the way back."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from collections.abc import Sequence

from tunembed.datasets._generator._code import Loop, Node, assign, nest
from tunembed.datasets._generator._scope import Axis, Scope
from tunembed.datasets._generator._term import Term, shift
from tunembed.datasets._generator._updates import keep_better, reduced
from tunembed.datasets._generator._windows import Window, any_windows


def pooling(scope: Scope) -> list[Node]:
    """Return sums, means, norms or extremes of windows, or values spread over them."""
    draw = scope.draw
    dense = draw.chance(45)
    windows = any_windows(scope, draw.one_of((1, 2, 2, 2, 3)), dense=dense)
    taken = 2 * len(windows)
    n_channels = min(draw.one_of((0, 0, 1, 1, 2)), 7 - taken)
    channels = [scope.axis(scope.size(), taken + k) for k in range(n_channels)]
    make = draw.one_of((_pooled, _pooled, _pooled, _in_result, _spread, _sliding))
    return make(scope, windows, channels)


def _arrays(
    scope: Scope, windows: Sequence[Window], channels: Sequence[Axis]
) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Return extents and subscripts of the elements, and of the results."""
    others = [(axis.extent, axis.iterator) for axis in channels]
    large = [(window.reach, window.there) for window in windows]
    small = [(window.place.extent, window.place.iterator) for window in windows]
    if scope.draw.chance(50):
        return [*others, *large], [*others, *small]
    return [*large, *others], [*small, *others]


def _at(scope: Scope, pairs: Sequence[tuple[str, str]], **options: object) -> Term:
    array = scope.array(*(pair[0] for pair in pairs), **options)  # type: ignore[arg-type]
    return array.at(*(pair[1] for pair in pairs))


def _outer(
    scope: Scope, windows: Sequence[Window], channels: Sequence[Axis]
) -> list[Loop]:
    axes = [*channels, *(window.place for window in windows)]
    chosen = scope.draw.shuffled(axes) if scope.draw.chance(50) else axes
    return [axis.loop(parallel=True) for axis in chosen]


def _pooled(
    scope: Scope, windows: Sequence[Window], channels: Sequence[Axis]
) -> list[Node]:
    """Return loops around a scalar."""
    draw = scope.draw
    large, small = _arrays(scope, windows, channels)
    element = _at(scope, large)
    value = scope.mix.combine([element]) if draw.chance(35) else element
    operator = draw.one_of(("+", "+", "max", "min"))
    if operator == "+" and draw.chance(30):
        value = value * value
    inner = [window.tap.loop() for window in draw.shuffled(windows)]
    body, result = reduced(scope, inner, value, operator)
    target = _at(scope, small, role="output", dtype=scope.wide)
    lines, stored = _finished(scope, windows, result)
    store = assign(target, stored)
    return nest(_outer(scope, windows, channels), [*body, *lines, store])


def _finished(
    scope: Scope, windows: Sequence[Window], result: Term
) -> tuple[list[str], Term]:
    """Return what is made of a sum or an extreme before it is stored."""
    draw = scope.draw
    kind = draw.integer(0, 3)
    if kind == 0:
        size = Term(windows[0].tap.extent)
        for window in windows[1:]:
            size = size * Term(window.tap.extent)
        return [], result / size
    if kind == 1:
        return scope.compute([result, scope.scalar()])
    if kind == 2 and scope.arithmetic.is_real:
        positive = scope.arithmetic.magnitude(result)
        return [], scope.arithmetic.call("sqrt", positive)
    return [], result


def _in_result(
    scope: Scope, windows: Sequence[Window], channels: Sequence[Axis]
) -> list[Node]:
    """Return a nest in any order that works on the results themselves."""
    draw = scope.draw
    large, small = _arrays(scope, windows, channels)
    element = _at(scope, large)
    target = _at(scope, small, role="output")
    update: list[Node] = [assign(target, element, "+=")]
    if draw.chance(65):
        update = keep_better(scope, draw.one_of(("<", ">")), target, element)
    loops = _outer(scope, windows, channels)
    loops += [window.tap.loop() for window in windows]
    start: list[Node] = []
    if draw.chance(60):
        zero = assign(target, scope.arithmetic.number(0))
        start = nest(_outer(scope, windows, channels), [zero])
    return [*start, *nest(draw.shuffled(loops), update)]


def _spread(
    scope: Scope, windows: Sequence[Window], channels: Sequence[Axis]
) -> list[Node]:
    """Return the way back: every value to, or shared among, the elements there."""
    draw = scope.draw
    large, small = _arrays(scope, windows, channels)
    value = _at(scope, small)
    if draw.chance(50):
        value = scope.mix.combine([value])
    is_dense = all(w.is_dense for w in windows)
    operator = draw.one_of(("=", "+=")) if is_dense else "+="
    target = _at(scope, large, role="output")
    loops = _outer(scope, windows, channels)
    free = {axis.iterator for axis in channels}
    for loop in loops:
        loop.parallel = is_dense or loop.iterator in free
    taps = [window.tap.loop(parallel=is_dense) for window in windows]
    order = [*loops, *taps]
    if draw.chance(50):
        order = draw.shuffled(order)
    return nest(order, [assign(target, value, operator)])


def _sliding(
    scope: Scope, windows: Sequence[Window], channels: Sequence[Axis]
) -> list[Node]:
    """Return sums of windows of which each takes the one before up to date."""
    draw = scope.draw
    place = windows[0].place
    width = draw.integer(2, 9)
    others = [*channels, *(window.place for window in windows[1:])]
    extents = [axis.extent for axis in others]
    names = [axis.iterator for axis in others]
    first = draw.chance(50)

    def order(own: str, rest: list[str]) -> list[str]:
        return [own, *rest] if first else [*rest, own]

    source = scope.array(*order(shift(place.extent, width), extents))
    target = scope.array(*order(place.extent, extents), role="output", dtype=scope.wide)
    tap = Axis(windows[0].tap.iterator, str(width))
    head, result = reduced(scope, [tap.loop()], source.at(*order(tap.iterator, names)))
    gone = source.at(*order(place.iterator, names))
    come = source.at(*order(shift(place.iterator, width), names))
    stored = result / Term(str(width)) if draw.chance(50) else result
    body: list[Node] = [
        assign(target.at(*order(place.iterator, names)), stored),
        assign(result, come - gone, "+="),
    ]
    outer = [axis.loop(parallel=True) for axis in others]
    if draw.chance(40):
        outer = draw.shuffled(outer)
    return nest(outer, [*head, *nest([place.loop()], body)])
