"""Convolutions: with strides, dilation, channels, batches, in any layout."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tunembed.datasets._generator._code import Branch, Loop, Node, assign, nest
from tunembed.datasets._generator._scope import Axis, Scope
from tunembed.datasets._generator._term import SUM, Term
from tunembed.datasets._generator._updates import reduced
from tunembed.datasets._generator._windows import Window, any_windows

_Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class _Parts:
    """The axes beside those of the windows."""

    spread: list[Axis]
    inputs: list[Axis]
    outputs: list[Axis]


def convolution(scope: Scope) -> list[Node]:
    """Return a convolution, a transposed one, or one with a border of zeros."""
    draw = scope.draw
    windows = any_windows(scope, draw.one_of((1, 1, 2, 2, 2, 3)))
    taken = 2 * len(windows)
    spread = [scope.axis(scope.size(), taken)] if draw.chance(25) else []
    inputs, outputs = [], []
    kind = draw.integer(0, 9)
    depth: list[Axis] = []
    if kind < 2:
        depth = [scope.axis(scope.size(), taken + 1)]
    elif kind < 7 and taken < 6:
        inputs = [scope.axis(scope.size(), taken + 1)]
        outputs = [scope.axis(scope.size(), taken + 2)]
    parts = _Parts([*spread, *depth], inputs, outputs)
    taps = [window.tap for window in windows]
    weight = scope.over(draw.shuffled([*outputs, *inputs, *depth, *taps]))[1]
    make = draw.one_of((_gathered, _gathered, _gathered, _bordered, _scattered))
    return make(scope, windows, parts, weight)


def _element(
    scope: Scope, own: _Pairs, axes: Sequence[Axis], **options: object
) -> Term:
    """Return an element over windows and other axes, channels first or last."""
    others = [(axis.extent, axis.iterator) for axis in axes]
    pairs = [*others, *own] if scope.draw.chance(60) else [*own, *others]
    array = scope.array(*(pair[0] for pair in pairs), **options)  # type: ignore[arg-type]
    return array.at(*(pair[1] for pair in pairs))


def _far(windows: Sequence[Window]) -> _Pairs:
    return [(window.reach, window.there) for window in windows]


def _near(windows: Sequence[Window]) -> _Pairs:
    return [(window.place.extent, window.place.iterator) for window in windows]


def _gathered(
    scope: Scope, windows: Sequence[Window], parts: _Parts, weight: Term
) -> list[Node]:
    """Return sums over the windows."""
    axes = [*parts.spread, *parts.inputs]
    value = _element(scope, _far(windows), axes) * weight
    return _summed(scope, windows, parts, value, None)


def _bordered(
    scope: Scope, windows: Sequence[Window], parts: _Parts, weight: Term
) -> list[Node]:
    """Return sums over the parts of the windows that lie inside of the input."""
    own = [(window.place.extent, window.centered) for window in windows]
    value = _element(scope, own, [*parts.spread, *parts.inputs]) * weight
    inside: Term | None = None
    for extent, place in own:
        after = Term(place, SUM).compare(">=", Term("0"))
        inside = after if inside is None else inside.both(after)
        inside = inside.both(Term(place, SUM).compare("<", Term(extent)))
    return _summed(scope, windows, parts, value, inside)


def _summed(
    scope: Scope,
    windows: Sequence[Window],
    parts: _Parts,
    value: Term,
    inside: Term | None,
) -> list[Node]:
    """Return loops around a scalar, or around the result's element."""
    draw = scope.draw
    axes = [*parts.spread, *parts.outputs]
    options = {"role": "output", "dtype": scope.wide}
    target = _element(scope, _near(windows), axes, **options)
    kept = [*parts.spread, *parts.outputs, *(window.place for window in windows)]
    summed = [*parts.inputs, *(window.tap for window in windows)]
    outer = _parallel(draw.shuffled(kept) if draw.chance(40) else kept)
    inner = draw.shuffled(summed) if draw.chance(40) else summed
    if draw.chance(60):
        loops = [axis.loop() for axis in inner]
        body, result = reduced(scope, loops, value, test=inside)
        lines, stored = _activated(scope, parts, result)
        return nest(outer, [*body, *lines, assign(target, stored)])
    body = [assign(target, value, "+=")]
    if inside is not None:
        body = [Branch(inside, body)]
    free = [axis.loop() for axis in inner]
    if draw.chance(50):
        return nest(draw.shuffled([*outer, *free]), body)
    zero = assign(target, scope.arithmetic.number(0))
    return nest(outer, [zero, *nest(free, body)])


def _activated(scope: Scope, parts: _Parts, result: Term) -> tuple[list[str], Term]:
    """Return what is made of a sum before it is stored."""
    draw, arithmetic = scope.draw, scope.arithmetic
    kind = draw.integer(0, 3)
    if kind == 0:
        return [], arithmetic.extreme(draw, ">", result, arithmetic.number(0))
    if kind == 1:
        bias = scope.over(parts.outputs)[1] if parts.outputs else scope.scalar()
        return scope.compute([result, bias])
    return [], result


def _scattered(
    scope: Scope, windows: Sequence[Window], parts: _Parts, weight: Term
) -> list[Node]:
    """Return a transposed convolution: every input is spread over a window."""
    draw = scope.draw
    value = _element(scope, _near(windows), [*parts.spread, *parts.inputs]) * weight
    axes, options = [*parts.spread, *parts.outputs], {"dtype": scope.wide}
    target = _element(scope, _far(windows), axes, role="output", **options)
    free = _parallel([*parts.spread, *parts.outputs])
    bound = [*parts.inputs, *(window.place for window in windows)]
    bound += [window.tap for window in windows]
    loops = [*free, *(axis.loop() for axis in bound)]
    if draw.chance(40):
        loops = draw.shuffled(loops)
    return nest(loops, [assign(target, value, "+=")])


def _parallel(axes: Sequence[Axis]) -> list[Loop]:
    return [axis.loop(parallel=True) for axis in axes]
