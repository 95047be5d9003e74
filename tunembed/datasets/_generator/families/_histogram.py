"""Histograms: counts, sums and extremes by class."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from collections.abc import Sequence

from tunembed.datasets._generator._code import Branch, Node, assign, nest
from tunembed.datasets._generator._domain import condition
from tunembed.datasets._generator._scope import Array, Axis, Scope
from tunembed.datasets._generator._term import PRODUCT, Term, shift
from tunembed.datasets._generator._updates import keep_better, reduced


def histogram(scope: Scope) -> list[Node]:
    """Return a histogram and perhaps what is made of it."""
    draw = scope.draw
    axes = scope.axes(draw.one_of((1, 1, 2, 2, 3)))
    n_keys = draw.one_of((1, 1, 1, 2))
    kept = draw.some_of(axes, 1) if len(axes) > 1 and draw.chance(40) else []
    lines: list[Node] = []
    places, extents = [], []
    for _ in range(n_keys):
        extent = scope.size("bins")
        more, place = _key(scope, axes, extent)
        lines += more
        places.append(place)
        extents.append(extent)
    result = scope.array(
        *(axis.extent for axis in kept),
        *extents,
        role="output",
        dtype=scope.wide,
        shaped=True,
    )
    element = result.at(*(axis.iterator for axis in kept), *places)
    bins = [scope.axis(extent, 4 + k) for k, extent in enumerate(extents)]
    every = [*kept, *bins]
    cell = result.at(*(axis.iterator for axis in every))
    loops = [axis.loop(parallel=axis in kept) for axis in axes]
    if draw.chance(40):
        loops = draw.shuffled(loops)
    update = _update(scope, axes, element)
    nodes = nest(loops, [*lines, *update])
    if draw.chance(60):
        zero = assign(cell, scope.arithmetic.number(0))
        nodes = [*nest([axis.loop(parallel=True) for axis in every], [zero]), *nodes]
    return nodes + _afterwards(scope, every, result) if draw.chance(45) else nodes


def _key(scope: Scope, axes: Sequence[Axis], extent: str) -> tuple[list[Node], str]:
    """Return how the class of an element is found, and its number."""
    draw = scope.draw
    by = axes if draw.chance(60) else draw.some_of(axes, draw.integer(1, len(axes)))
    kind = draw.integer(0, 9)
    if kind < 5:
        return [], scope.over(by, role="index", shaped=True)[1].text
    value = scope.over(by)[1]
    if not scope.arithmetic.is_real:
        rest = f"({value} % {extent} + {extent}) % {extent}"
        line, key = scope.temporary(Term(rest, PRODUCT), "int")
        return [line], key.text
    scaled = value * Term(extent)
    if kind < 8:
        line, key = scope.temporary(Term(f"(int)({scaled})"), "int")
        limits: list[Node] = [
            assign(key, key.compare("<", Term("0")).choose(Term("0"), key)),
            assign(
                key, key.compare("<", Term(extent)).choose(key, Term(f"{extent} - 1"))
            ),
        ]
        return [line, *limits], key.text
    positive = scope.arithmetic.magnitude(scaled)
    line, key = scope.temporary(Term(f"(int){positive} % {extent}", PRODUCT), "int")
    return [line], key.text


def _update(scope: Scope, axes: Sequence[Axis], element: Term) -> list[Node]:
    """Return what an element does to its class."""
    draw = scope.draw
    operands = [scope.over(axes)[1]]
    if draw.chance(30):
        operands.append(scope.over(draw.some_of(axes, 1))[1])
    kind = draw.integer(0, 9)
    if kind < 3:
        body: list[Node] = [assign(element, scope.arithmetic.number(1), "+=")]
        if draw.chance(50):
            return body
        return [Branch(condition(scope, operands, axes), body)]
    lines, value = scope.compute(operands) if draw.chance(60) else ([], operands[0])
    if kind < 8:
        return [*lines, assign(element, value, draw.one_of(("+=", "+=", "-=")))]
    return [*lines, *keep_better(scope, draw.one_of(("<", ">")), element, value)]


def _afterwards(scope: Scope, axes: Sequence[Axis], result: Array) -> list[Node]:
    """Return running sums of the classes, shares of their total, or anything else."""
    draw = scope.draw
    names = [axis.iterator for axis in axes]
    cell, last = result.at(*names), axes[-1]
    outer = [axis.loop(parallel=True) for axis in axes[:-1]]
    kind = draw.integer(0, 3)
    if kind == 0:
        before = result.at(*names[:-1], shift(last.iterator, -1))
        return nest([*outer, last.loop("1")], [assign(cell, before, "+=")])
    if kind == 1:
        lines, value = scope.compute([cell, scope.over([last])[1]])
        loops = [*outer, last.loop(parallel=True)]
        return nest(loops, [*lines, assign(cell, value)])
    body, total = reduced(scope, [last.loop()], scope.arithmetic.magnitude(cell))
    share = assign(cell, total + scope.arithmetic.number(1), "/=")
    return nest(outer, [*body, *nest([last.loop(parallel=True)], [share])])
