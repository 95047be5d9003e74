"""Pairs: something of every two members of one or two sets of points."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from dataclasses import dataclass

from tunembed.datasets._generator._code import Branch, Node, assign, nest
from tunembed.datasets._generator._scope import Axis, Scope
from tunembed.datasets._generator._term import Term, shift, total
from tunembed.datasets._generator._updates import reduced, worst


@dataclass
class _Pair:
    """Two points, and how far they are from each other."""

    one: Axis
    two: Axis
    is_one_set: bool
    lines: list[Node]
    distance: Term
    differences: list[Term]


def pairwise(scope: Scope) -> list[Node]:
    """Return distances, nearest neighbours, sums over neighbours or forces."""
    draw = scope.draw
    is_one_set = draw.chance(55)
    one, two = scope.axes(2, square=is_one_set)
    find = _in_space if draw.chance(50) else _by_features
    pair = find(scope, one, two, is_one_set)
    makes = [_matrix, _matrix, _nearest, _summed, _summed]
    makes += [_forces, _forces] if pair.differences else []
    return draw.one_of(makes)(scope, pair)


def _sides(
    scope: Scope, one: Axis, two: Axis, is_one_set: bool, inner: list[Axis]
) -> tuple[Term, Term]:
    """Return the elements of two points in an array, or in two."""
    swapped = scope.draw.chance(35)

    def axes(axis: Axis) -> list[Axis]:
        return [*inner, axis] if swapped else [axis, *inner]

    array, first = scope.over(axes(one))
    if not is_one_set:
        return first, scope.over(axes(two))[1]
    return first, array.at(*(axis.iterator for axis in axes(two)))


def _in_space(scope: Scope, one: Axis, two: Axis, is_one_set: bool) -> _Pair:
    """Return points with a named coordinate in each of a few arrays."""
    draw, arithmetic = scope.draw, scope.arithmetic
    lines: list[Node] = []
    differences = []
    for _ in range(draw.integer(1, 4)):
        first, second = _sides(scope, one, two, is_one_set, [])
        line, difference = scope.temporary(first - second)
        lines.append(line)
        differences.append(difference)
    squares = [difference * difference for difference in differences]
    distance = total(squares)
    if draw.chance(30):
        distance = total([arithmetic.magnitude(d) for d in differences])
    elif draw.chance(60):
        distance = arithmetic.call("sqrt", distance + arithmetic.number(0.125))
    line, named = scope.temporary(distance)
    return _Pair(one, two, is_one_set, [*lines, line], named, differences)


def _by_features(scope: Scope, one: Axis, two: Axis, is_one_set: bool) -> _Pair:
    """Return points with any number of features."""
    draw, arithmetic = scope.draw, scope.arithmetic
    feature = scope.axis(scope.size(), 2)
    first, second = _sides(scope, one, two, is_one_set, [feature])
    difference = first - second
    terms = (
        arithmetic.magnitude(difference),
        difference * difference,
        difference * difference,
        first * second,
    )
    term = draw.one_of(terms)
    if draw.chance(25):
        term = scope.over([feature])[1] * term
    lines, result = reduced(scope, [feature.loop()], term)
    return _Pair(one, two, is_one_set, lines, result, [])


def _strength(scope: Scope, pair: _Pair) -> Term:
    """Return what a distance amounts to."""
    draw, arithmetic = scope.draw, scope.arithmetic
    size = arithmetic.magnitude(pair.distance)
    kind = draw.integer(0, 4)
    if kind == 0:
        return arithmetic.number(1) / (arithmetic.number(0.5) + size)
    if kind == 1:
        return arithmetic.call("exp", Term(f"-{size}"))
    if kind == 2:
        mass = scope.over([pair.two])[1]
        return mass / (arithmetic.number(0.25) + size * size)
    if kind == 3:
        rest = arithmetic.any_number(draw) - pair.distance
        return arithmetic.extreme(draw, ">", rest, arithmetic.number(0))
    return scope.mix.combine([pair.distance, scope.over([pair.two])[1]])


def _near(scope: Scope, pair: _Pair, body: list[Node]) -> list[Node]:
    """Return what is done for all pairs, or for those that are near or different."""
    draw = scope.draw
    if draw.chance(25):
        limit = scope.scalar() if draw.chance(50) else scope.arithmetic.any_number(draw)
        body = [Branch(pair.distance.compare("<", limit), body)]
    if pair.is_one_set and draw.chance(30):
        different = Term(f"{pair.one.iterator} != {pair.two.iterator}")
        return [Branch(different, [*pair.lines, *body])]
    return [*pair.lines, *body]


def _matrix(scope: Scope, pair: _Pair) -> list[Node]:
    """Return a matrix of all pairs, of one set perhaps only a half, mirrored or not."""
    draw = scope.draw
    table = scope.array(pair.one.extent, pair.two.extent, role="output")
    element = table.at(pair.one.iterator, pair.two.iterator)
    value = pair.distance if draw.chance(40) else _strength(scope, pair)
    body: list[Node] = [assign(element, value)]
    first, second = pair.one.loop(parallel=True), pair.two.loop(parallel=True)
    if pair.is_one_set and draw.chance(50):
        strict = draw.chance(50)
        second.lower = shift(pair.one.iterator, int(strict))
        if draw.chance(60):
            mirrored = table.at(pair.two.iterator, pair.one.iterator)
            body.append(assign(mirrored, element))
        return nest([first, second], [*pair.lines, *body])
    loops = [first, second] if draw.chance(60) else [second, first]
    return nest(loops, _near(scope, pair, body))


def _nearest(scope: Scope, pair: _Pair) -> list[Node]:
    """Return the nearest or farthest member of the other set."""
    draw = scope.draw
    sign = draw.one_of(("<", "<", ">"))
    declare, best = worst(scope, sign)
    better: list[Node] = [assign(best, pair.distance)]
    lines: list[Node] = [declare]
    stores: list[Node] = []
    if draw.chance(70):
        line, place = scope.temporary(Term("0"), "int")
        lines.append(line)
        better.append(assign(place, Term(pair.two.iterator)))
        index = scope.over([pair.one], role="output", dtype="int")[1]
        stores.append(assign(index, place))
    if draw.chance(60) or not stores:
        stores.append(assign(scope.over([pair.one], role="output")[1], best))
    body = _near(scope, pair, [Branch(pair.distance.compare(sign, best), better)])
    search = nest([pair.two.loop()], body)
    return nest([pair.one.loop(parallel=True)], [*lines, *search, *stores])


def _summed(scope: Scope, pair: _Pair) -> list[Node]:
    """Return a sum over the other points, for each point or over all pairs."""
    draw = scope.draw
    declare, result = scope.accumulator()
    if draw.chance(20):
        near = pair.distance.compare("<", scope.scalar())
        one = assign(result, scope.arithmetic.number(1), "+=")
        body: list[Node] = [*pair.lines, Branch(near, [one])]
    else:
        body = _near(scope, pair, [assign(result, _strength(scope, pair), "+=")])
    inner = pair.two.loop(parallel=True, reductions=(("+", result.text),))
    outer = pair.one.loop(parallel=True)
    if pair.is_one_set and draw.chance(40):
        inner.lower = shift(pair.one.iterator, 1)
    if draw.chance(30):
        outer.reductions = inner.reductions
        store = assign(scope.result([]), result)
        return [declare, *nest([outer, inner], body), store]
    target = scope.result([pair.one])
    lines, stored = scope.compute([result]) if draw.chance(40) else ([], result)
    store = assign(target, stored, draw.one_of(("=", "=", "+=")))
    return nest([outer], [declare, *nest([inner], body), *lines, store])


def _forces(scope: Scope, pair: _Pair) -> list[Node]:
    """Return a sum for each coordinate, at one end or at both ends of a pair."""
    draw = scope.draw
    line, factor = scope.temporary(_strength(scope, pair))
    forces = [scope.over([pair.one], role="output")[0] for _ in pair.differences]
    ones = [force.at(pair.one.iterator) for force in forces]
    if pair.is_one_set and draw.chance(35):
        twos = [force.at(pair.two.iterator) for force in forces]
        body: list[Node] = [line]
        for one, two, difference in zip(ones, twos, pair.differences, strict=True):
            body.append(assign(one, factor * difference, "-="))
            body.append(assign(two, factor * difference, "+="))
        later = pair.two.loop(shift(pair.one.iterator, 1))
        return nest([pair.one.loop(), later], [*pair.lines, *body])
    sums = [scope.accumulator() for _ in ones]
    updates: list[Node] = [
        assign(result, factor * difference, "+=")
        for (_, result), difference in zip(sums, pair.differences, strict=True)
    ]
    inner = pair.two.loop(parallel=True)
    inner.reductions = tuple(("+", result.text) for _, result in sums)
    summed = nest([inner], _near(scope, pair, [line, *updates]))
    stores = [assign(one, s) for one, (_, s) in zip(ones, sums, strict=True)]
    declared = [declaration for declaration, _ in sums]
    return nest([pair.one.loop(parallel=True)], [*declared, *summed, *stores])
