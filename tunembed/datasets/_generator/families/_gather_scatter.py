"""Gathers and scatters through arrays of indices."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from collections.abc import Sequence

from tunembed.datasets._generator._code import Branch, Node, assign, nest
from tunembed.datasets._generator._domain import condition
from tunembed.datasets._generator._scope import Axis, Scope
from tunembed.datasets._generator._term import Term
from tunembed.datasets._generator._updates import keep_better, reduced


def gather_scatter(scope: Scope) -> list[Node]:
    """Return a gather, a scatter, one after the other, or updates along edges."""
    draw = scope.draw
    make = draw.one_of((_gather, _gather, _scatter, _scatter, _edges, _bags))
    nodes = make(scope)
    return nodes + draw.one_of((_gather, _scatter))(scope) if draw.chance(20) else nodes


def _indexed(scope: Scope, axes: Sequence[Axis], role: str) -> tuple[Term, list[Term]]:
    """Return an element at indices, and the indices.

    Some of the axes lead through an array of indices, the others do not.
    """
    draw = scope.draw
    places, extents, indices = [], [], []
    chosen = draw.some_of(range(len(axes)), draw.integer(1, min(2, len(axes))))
    for position, axis in enumerate(axes):
        if position not in chosen:
            places.append(axis.iterator)
            extents.append(axis.extent)
            continue
        by = [axis]
        if len(axes) > 1 and draw.chance(20):
            by = draw.shuffled(axes)[:2]
        index = scope.over(by, role="index", shaped=True)[1]
        if draw.chance(15):
            between = scope.size()
            index = scope.array(between, role="index", shaped=True).at(index.text)
        places.append(index.text)
        extents.append(scope.size())
        indices.append(index)
    array = scope.array(*extents, role=role, shaped=True)
    return array.at(*places), indices


def _around(scope: Scope, axes: Sequence[Axis], count: int) -> list[Term]:
    return [
        scope.over(scope.draw.some_of(axes, scope.draw.integer(1, len(axes))))[1]
        for _ in range(count)
    ]


def _gather(scope: Scope) -> list[Node]:
    draw = scope.draw
    axes = scope.axes(draw.one_of((1, 1, 2, 2, 3)))
    found = [_indexed(scope, axes, "input")[0] for _ in range(draw.one_of((1, 1, 2)))]
    operands = [*found, *_around(scope, axes, draw.integer(0, 2))]
    lines, value = scope.compute(operands) if len(operands) > 1 else ([], found[0])
    target = scope.over(axes, role="output")[1]
    body: list[Node] = [*lines, assign(target, value, draw.one_of(("=", "=", "+=")))]
    if draw.chance(20):
        body = [Branch(condition(scope, operands, axes), body)]
    loops = draw.shuffled(axes) if draw.chance(40) else axes
    return nest([axis.loop(parallel=True) for axis in loops], body)


def _scatter(scope: Scope) -> list[Node]:
    draw = scope.draw
    axes = scope.axes(draw.one_of((1, 1, 2, 2, 3)))
    operands = [scope.over(axes)[1], *_around(scope, axes, draw.integer(0, 2))]
    if draw.chance(25):
        operands.append(_indexed(scope, axes, "input")[0])
    lines, value = scope.compute(operands) if draw.chance(75) else ([], operands[0])
    target, _ = _indexed(scope, axes, "output")
    store: list[Node] = [assign(target, value, draw.one_of(("=", "+=", "+=", "-=")))]
    if draw.chance(20):
        store = keep_better(scope, draw.one_of(("<", ">")), target, value)
    body: list[Node] = [*lines, *store]
    if draw.chance(20):
        body = [Branch(condition(scope, operands, axes), body)]
    loops = draw.shuffled(axes) if draw.chance(40) else axes
    return nest([axis.loop() for axis in loops], body)


def _edges(scope: Scope) -> list[Node]:
    """Return what flows along the edges of a graph to or from their ends."""
    draw = scope.draw
    count, nodes = scope.size("count"), scope.size()
    edge = scope.axis(count, 0)
    features = [scope.axis(scope.size(), 1)] if draw.chance(50) else []
    ends = [scope.over([edge], role="index", shaped=True)[1] for _ in range(2)]
    inner = [axis.extent for axis in features]
    names = [axis.iterator for axis in features]
    state = scope.array(nodes, *inner, shaped=True)
    first, second = (state.at(end.text, *names) for end in ends)
    operands = [first - second] if draw.chance(50) else [first, second]
    if draw.chance(60):
        operands.append(scope.over([edge, *features] if draw.chance(30) else [edge])[1])
    lines, flow = scope.compute(operands)
    result = scope.array(nodes, *inner, role="output", shaped=True)
    body: list[Node] = [*lines]
    if draw.chance(60):
        line, flow = scope.temporary(flow)
        body += [line, assign(result.at(ends[0].text, *names), flow, "+=")]
        body.append(assign(result.at(ends[1].text, *names), flow, "-="))
    else:
        body.append(assign(result.at(ends[0].text, *names), flow, "+="))
    loops = [edge.loop(), *(axis.loop(parallel=True) for axis in features)]
    return nest(loops if draw.chance(70) else loops[::-1], body)


def _bags(scope: Scope) -> list[Node]:
    """Return sums over rows of a table that are listed for every result."""
    draw = scope.draw
    bags, members = scope.axes(2)
    feature = scope.axis(scope.size(), 2)
    index = scope.over([bags, members], role="index", shaped=True)[1]
    table = scope.array(scope.size(), feature.extent, shaped=True)
    value = table.at(index.text, feature.iterator)
    if draw.chance(50):
        weight = draw.one_of(([bags, members], [members], [feature]))
        value = value * scope.over(weight)[1]
    target = scope.result([bags, feature])
    if draw.chance(50):
        body, result = reduced(scope, [members.loop()], value)
        lines, stored = ([], result) if draw.chance(50) else scope.compute([result])
        outer = [axis.loop(parallel=True) for axis in (bags, feature)]
        return nest(outer, [*body, *lines, assign(target, stored)])
    loops = [bags.loop(parallel=True), members.loop(), feature.loop(parallel=True)]
    start: list[Node] = []
    if draw.chance(50):
        zero = assign(target, scope.arithmetic.number(0))
        start = nest([a.loop(parallel=True) for a in (bags, feature)], [zero])
    return [*start, *nest(draw.shuffled(loops), [assign(target, value, "+=")])]
