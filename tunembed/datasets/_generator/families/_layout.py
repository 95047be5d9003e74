"""Layouts: elements that go elsewhere, unchanged or nearly so."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from collections.abc import Sequence

from tunembed.datasets._generator._code import Loop, Node, assign, nest
from tunembed.datasets._generator._domain import Tie, loops_over
from tunembed.datasets._generator._scope import Axis, Scope
from tunembed.datasets._generator._term import Term, shift


def layout(scope: Scope) -> list[Node]:
    """Return one to three copies."""
    draw = scope.draw
    make = draw.one_of((_permuted, _permuted, _joined, _unfolded, _split, _in_place))
    nodes = make(scope)
    for _ in range(draw.one_of((0, 0, 1, 2))):
        nodes += draw.one_of((_permuted, _joined, _split))(scope)
    return nodes


def _copy(scope: Scope, target: Term, source: Term) -> list[Node]:
    """Return a copy, at times with a change of the values."""
    draw = scope.draw
    if draw.chance(70):
        return [assign(target, source, draw.one_of(("=", "=", "=", "+=")))]
    lines, value = scope.compute([source])
    return [*lines, assign(target, value)]


def _loops(scope: Scope, axes: Sequence[Axis]) -> list[Loop]:
    """Return parallel loops in any order, perhaps in blocks."""
    draw = scope.draw
    chosen = draw.shuffled(axes) if draw.chance(50) else list(axes)
    loops = [axis.loop(parallel=True) for axis in chosen]
    if len(axes) > 4 or not draw.chance(25):
        return loops
    blocked = draw.some_of(range(len(loops)), draw.integer(1, min(2, len(loops))))
    outer = []
    for number, place in enumerate(sorted(blocked)):
        loop, size = loops[place], draw.one_of((4, 8, 16, 32))
        block = scope.axis(loop.upper, 6 + number).iterator
        end = f"{block} + {size}"
        outer.append(Loop(block, "0", loop.upper, step=size, parallel=True))
        upper = f"({end} < {loop.upper} ? {end} : {loop.upper})"
        loops[place] = Loop(loop.iterator, block, upper, parallel=True)
    return [*outer, *loops]


def _permuted(scope: Scope) -> list[Node]:
    """Return a copy with axes in another order, reversed, padded or left out."""
    draw = scope.draw
    axes = scope.axes(draw.one_of((2, 2, 3, 3, 4)))
    extents, places = [], []
    for axis in draw.shuffled(axes):
        kind, by = draw.integer(0, 9), draw.integer(1, 3)
        extent, place = axis.extent, axis.iterator
        if kind == 0:
            place = f"{shift(extent, -1)} - {place}"
        elif kind == 1:
            extent, place = f"{extent} + {2 * by}", shift(place, by)
        elif kind == 2:
            extent, place = f"{by + 1} * {extent}", f"{by + 1} * {place}"
        extents.append(extent)
        places.append(place)
    _, plain = scope.over(axes)
    moved = scope.array(*extents, role="output").at(*places)
    return nest(_loops(scope, axes), _copy(scope, moved, plain))


def _joined(scope: Scope) -> list[Node]:
    """Return arrays put one behind the other, or the elements by turns."""
    draw = scope.draw
    axes = scope.axes(draw.one_of((1, 2, 2, 3)))
    count, along = draw.integer(2, 4), draw.integer(0, len(axes) - 1)
    extents = [axis.extent for axis in axes]
    names = [axis.iterator for axis in axes]
    apart, by_turns = draw.chance(50), draw.integer(0, 2)
    parts = [
        scope.over(axes, role="input" if apart else "output") for _ in range(count)
    ]
    if by_turns == 2:
        large, places = [*extents, str(count)], [[*names, str(k)] for k in range(count)]
    else:
        extent, name = extents[along], names[along]
        large = [*extents[:along], f"{count} * {extent}", *extents[along + 1 :]]
        steps = [shift(f"{count} * {name}", k) for k in range(count)]
        if not by_turns:
            steps = [name, f"{extent} + {name}"]
            steps += [f"{k} * {extent} + {name}" for k in range(2, count)]
        places = [[*names[:along], step, *names[along + 1 :]] for step in steps]
    whole = scope.array(*large, role="output" if apart else "input")
    copies = [
        (whole.at(*place), part) if apart else (part, whole.at(*place))
        for (_, part), place in zip(parts, places, strict=True)
    ]
    if draw.chance(50):
        return nest(_loops(scope, axes), [assign(*copy) for copy in copies])
    return [n for copy in copies for n in nest(_loops(scope, axes), [assign(*copy)])]


def _unfolded(scope: Scope) -> list[Node]:
    """Return windows as the rows or columns of a matrix, or those put back."""
    draw = scope.draw
    axes = scope.axes(draw.one_of((1, 2, 2)))
    size, stride = draw.integer(2, 5), draw.one_of((1, 1, 2))
    taps = [scope.axis(str(size), 3 + k) for k in range(len(axes))]
    channel = [scope.axis(scope.size(), 2)] if draw.chance(40) else []
    wide, there = [], []
    for axis, tap in zip(axes, taps, strict=True):
        length = axis.extent if stride == 1 else f"{stride} * {axis.extent}"
        start = axis.iterator if stride == 1 else f"{stride} * {axis.iterator}"
        wide.append(shift(length, size - 1))
        there.append(f"{start} + {tap.iterator}")
    first = [axis.extent for axis in channel], [axis.iterator for axis in channel]
    spread = draw.chance(40)
    image = scope.array(*first[0], *wide, role="output" if spread else "input")
    order = draw.shuffled([*channel, *axes, *taps])
    _, patch = scope.over(order, role="input" if spread else "output")
    pixel = image.at(*first[1], *there)
    loops = _loops(scope, draw.shuffled(order))
    if not spread:
        return nest(loops, _copy(scope, patch, pixel))
    free = {axis.iterator for axis in channel}
    for loop in loops:
        loop.parallel = loop.iterator in free
    return nest(loops, [assign(pixel, patch, "+=")])


def _split(scope: Scope) -> list[Node]:
    """Return a rotation along one axis, as two copies."""
    draw = scope.draw
    axes = scope.axes(draw.one_of((1, 2, 2, 3)))
    place, by = draw.integer(0, len(axes) - 1), draw.integer(1, 9)
    extents = [axis.extent for axis in axes]
    length, name = axes[place].extent, axes[place].iterator
    extents[place] = shift(length, by)
    source, target = (scope.array(*extents, role=r) for r in ("input", "output"))

    def at(subscript: str) -> list[str]:
        return [subscript if axis == axes[place] else axis.iterator for axis in axes]

    nodes: list[Node] = []
    moves = ((length, name, shift(name, by)), (str(by), f"{length} + {name}", name))
    for end, there, here in moves:
        loops = [axis.loop(parallel=True) for axis in axes]
        loops[place].upper = end
        order = draw.shuffled(loops) if draw.chance(40) else loops
        nodes += nest(order, _copy(scope, target.at(*at(there)), source.at(*at(here))))
    return nodes


def _in_place(scope: Scope) -> list[Node]:
    """Return a transposition, or a mirroring of one triangle, in place."""
    draw = scope.draw
    axes = scope.axes(draw.one_of((2, 2, 3)), square=True)
    first, second = draw.some_of(range(len(axes)), 2)
    array, one = scope.over(axes, role="output")
    names = [axis.iterator for axis in axes]
    names[first], names[second] = names[second], names[first]
    other = array.at(*names)
    order = draw.shuffled(range(len(axes)))
    loops = loops_over(axes, order, Tie(first, second, "<"))
    for loop in loops:
        loop.parallel = True
    if draw.chance(40):
        half = scope.arithmetic.number(0.5) * (one + other)
        mean = half if scope.arithmetic.is_real else (one + other) / Term("2")
        store: list[Node] = [assign(one, mean), assign(other, one)]
        return nest(loops, store if draw.chance(60) else [assign(one, other)])
    line, kept = scope.temporary(one)
    return nest(loops, [line, assign(one, other), assign(other, kept)])
