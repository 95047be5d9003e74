"""Dynamic programming: tables whose entries are the best of earlier ones."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from collections.abc import Callable

from tunembed.datasets._generator._alignment import alignment
from tunembed.datasets._generator._code import Branch, Node, assign, nest
from tunembed.datasets._generator._scope import Axis, Scope
from tunembed.datasets._generator._term import Term, shift
from tunembed.datasets._generator._updates import keep_better, reduced


def dynamic_programming(scope: Scope) -> list[Node]:
    """Return an alignment, a closure, a table over intervals, stages, or a filling."""
    makes: tuple[Callable[[Scope], list[Node]], ...] = (
        alignment,
        alignment,
        _closure,
        _intervals,
        _stages,
        _filling,
    )
    return scope.draw.one_of(makes)(scope)


def _closure(scope: Scope) -> list[Node]:
    """Return the best connections of all pairs of nodes, through any others."""
    draw = scope.draw
    via, source, sink = scope.axes(3, square=True)
    table = scope.array(via.extent, via.extent, role="output")
    if draw.chance(30):
        source, sink = sink, source
    one = table.at(source.iterator, via.iterator)
    two = table.at(via.iterator, sink.iterator)
    element = table.at(source.iterator, sink.iterator)
    sign = draw.one_of(("<", ">"))
    # The largest sums would double with every node.
    kind = draw.integer(int(sign == ">"), 2 if scope.arithmetic.is_real else 1)
    other = ">" if sign == "<" else "<"
    value = scope.arithmetic.extreme(draw, other, one, two) if kind else one + two
    if kind == 2:
        value = scope.arithmetic.number(0.5) * (one + two)
    body = keep_better(scope, sign, element, value)
    if draw.chance(30):
        before = scope.array(via.extent, via.extent, role="output", dtype="int")
        note = assign(before.at(source.iterator, sink.iterator), Term(via.iterator))
        both: list[Node] = [assign(element, value), note]
        body = [Branch(value.compare(sign, element), both)]
    if draw.chance(20):
        body = [Branch(Term(f"{source.iterator} != {sink.iterator}"), body)]
    pair = [source.loop(), sink.loop()]
    if draw.chance(25):
        pair[1].upper = shift(source.iterator, 1)
    steps = nest([via.loop(), *pair], body)
    if draw.chance(30):
        diagonal = table.at(via.iterator, via.iterator)
        zero = assign(diagonal, scope.arithmetic.number(0))
        return [*nest([via.loop(parallel=True)], [zero]), *steps]
    return steps


def _intervals(scope: Scope) -> list[Node]:
    """Return a table over intervals, each made of the best pair of shorter ones."""
    draw, arithmetic = scope.draw, scope.arithmetic
    first, last, cut = scope.axes(3, square=True)
    table = scope.array(first.extent, first.extent, role="output")
    element = table.at(first.iterator, last.iterator)
    left = table.at(first.iterator, cut.iterator)
    open_end = draw.chance(50)
    start = cut.iterator if open_end else shift(cut.iterator, 1)
    right = table.at(start, last.iterator)
    value = left + right
    kind = draw.integer(0, 3)
    if kind == 0:
        value = value + scope.over([first])[1] * scope.over([last])[1]
    elif kind < 3:
        value = value + scope.over([cut] if kind == 1 else [first, last])[1]
    sign = draw.one_of(("<", ">"))
    if not arithmetic.is_real:
        value = value.modulo(1009)
    begin = shift(first.iterator, 1)
    inner = cut.loop(begin if open_end else first.iterator, last.iterator)
    if draw.chance(50):
        body = nest([inner], keep_better(scope, sign, element, value))
    else:
        body, best = reduced(scope, [inner], value, "min" if sign == "<" else "max")
        body.append(assign(element, best))
    if draw.chance(50):
        return nest([first.loop(down=True), last.loop(begin)], body)
    return nest([last.loop("1"), first.loop(upper=last.iterator, down=True)], body)


def _stages(scope: Scope) -> list[Node]:
    """Return the best way through stages, from every state to every other."""
    draw = scope.draw
    stage, state, before = scope.axes(3, square=False)
    before = Axis(before.iterator, state.extent)
    length = shift(stage.extent, 1)
    swapped = draw.chance(30)
    extents = [state.extent, length] if swapped else [length, state.extent]
    table = scope.array(*extents, role="output")

    def at(time: str, who: str) -> Term:
        return table.at(who, time) if swapped else table.at(time, who)

    now, earlier = shift(stage.iterator, 1), stage.iterator
    move = scope.over([before, state] if draw.chance(50) else [state, before])[1]
    value = at(earlier, before.iterator) + move
    if draw.chance(30) and scope.arithmetic.is_real:
        value = scope.arithmetic.number(0.5) * at(earlier, before.iterator) * move
    gain = scope.over(draw.one_of(([stage, state], [state], [stage])))[1]
    operator = draw.one_of(("max", "min", "+"))
    if operator == "+" and not scope.arithmetic.is_real:
        operator = "max"
    body, best = reduced(scope, [before.loop()], value, operator)
    if operator == "+":
        best = best / Term(state.extent)
    store = assign(at(now, state.iterator), best + gain)
    return nest([stage.loop(), state.loop(parallel=True)], [*body, store])


def _filling(scope: Scope) -> list[Node]:
    """Return the best use of every room by things that weigh something."""
    draw = scope.draw
    batch = [scope.axis(scope.size(), 3)] if draw.chance(25) else []
    thing, room = scope.axes(2, square=False)
    weight = str(draw.integer(1, 5))
    if draw.chance(65):
        weight = scope.over([thing], role="index", shaped=True)[1].text
    keeps_all, often = draw.chance(50), draw.chance(50)
    after = shift(thing.iterator, 1)
    rows = [shift(thing.extent, 1)] if keeps_all else []
    extents = [*(axis.extent for axis in batch), *rows, room.extent]
    table = scope.array(*extents, role="output", shaped=True)

    def at(row: str, place: str) -> Term:
        first = [axis.iterator for axis in batch]
        return table.at(*first, *([row] if keeps_all else []), place)

    target = at(after, room.iterator)
    rest = at(after if often else thing.iterator, f"{room.iterator} - {weight}")
    costs = draw.one_of(([thing], [*batch, thing], [thing, room]))
    value = rest + scope.over(costs, shaped=True)[1]
    if draw.chance(30):
        limit = scope.over([room], shaped=True)[1]
        value = scope.arithmetic.extreme(draw, "<", value, limit)
    body = keep_better(scope, draw.one_of(("<", ">")), target, value)
    down = not often if not keeps_all else draw.chance(30) and not often
    nodes = nest([room.loop(weight, down=down)], body)
    if keeps_all:
        copy = assign(target, at(thing.iterator, room.iterator))
        nodes = [*nest([room.loop(parallel=True)], [copy]), *nodes]
    outer = [*(axis.loop(parallel=True) for axis in batch), thing.loop()]
    if batch and draw.chance(40):
        outer.reverse()
    return nest(outer, nodes)
