"""Alignments: tables whose entries follow from a few entries before them."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from tunembed.datasets._generator._code import Node, assign, nest
from tunembed.datasets._generator._scope import Array, Axis, Scope
from tunembed.datasets._generator._term import Term, shift
from tunembed.datasets._generator._updates import keep_better


def alignment(scope: Scope) -> list[Node]:
    """Return a table whose entries follow from a few entries before them."""
    draw, arithmetic = scope.draw, scope.arithmetic
    axes = scope.axes(draw.one_of((1, 2, 2, 2, 3)), square=False)
    reach = draw.one_of((1, 1, 2))
    backwards = draw.chance(25)
    steps = [s for s in product(range(reach + 1), repeat=len(axes)) if any(s)]
    steps = sorted(draw.some_of(steps, min(len(steps), draw.integer(2, 3))))
    table = scope.array(*(shift(a.extent, reach) for a in axes), role="output")
    here = [shift(a.iterator, 0 if backwards else reach) for a in axes]
    sign = draw.one_of(("<", ">"))
    costs = _costs(scope, axes, len(steps))
    values = []
    for step, cost in zip(steps, costs, strict=True):
        signs = [by if backwards else -by for by in step]
        places = [shift(h, by) for h, by in zip(here, signs, strict=True)]
        values.append(_with_cost(table.at(*places), cost))
    element = table.at(*here)
    declare, best = scope.temporary(values[0])
    body: list[Node] = [declare]
    for value in values[1:]:
        body += keep_better(scope, sign, best, value)
    if draw.chance(25):
        body += keep_better(scope, ">", best, arithmetic.number(0))
    body.append(assign(element, best))
    loops = [axis.loop(down=backwards) for axis in axes]
    inner = nest(draw.shuffled(loops) if draw.chance(40) else loops, body)
    return _borders(scope, axes, table, reach, backwards) + inner


def _with_cost(value: Term, cost: Term | None) -> Term:
    return value if cost is None else value + cost


def _costs(scope: Scope, axes: Sequence[Axis], count: int) -> list[Term | None]:
    """Return what each step costs: nothing, a number, or what an array says."""
    draw, arithmetic = scope.draw, scope.arithmetic
    costs: list[Term | None] = []
    for _ in range(count):
        kind = draw.integer(0, 4)
        if kind == 0:
            costs.append(None)
        elif kind == 1:
            costs.append(arithmetic.any_number(draw))
        elif kind == 2:
            costs.append(scope.over(draw.some_of(axes, 1))[1])
        elif kind == 3 or len(axes) < 2:
            costs.append(scope.over(axes)[1])
        else:
            one, two = (scope.over([a])[1] for a in draw.some_of(axes, 2))
            hit, miss = (arithmetic.any_number(draw) for _ in range(2))
            costs.append(Term(f"({one.compare('==', two).choose(hit, miss)})"))
    return costs


def _borders(
    scope: Scope, axes: Sequence[Axis], table: Array, reach: int, backwards: bool
) -> list[Node]:
    """Return nests that give the border of a table its values, or none."""
    draw = scope.draw
    if draw.chance(30):
        return []
    nodes: list[Node] = []
    for position, axis in enumerate(axes):
        rows = Axis(axis.iterator, str(reach))
        others = [
            Axis(a.iterator, shift(a.extent, reach)) if a != axis else rows
            for a in axes
        ]
        places = [a.iterator for a in others]
        if backwards:
            places[position] = f"{axis.extent} + {axis.iterator}"
        along = next((a.iterator for a in axes if a != axis), "")
        value = scope.arithmetic.number(0)
        if along and draw.chance(60):
            value = scope.arithmetic.any_number(draw) * Term(along)
        loops = [a.loop(parallel=True) for a in others]
        nodes += nest(loops, [assign(table.at(*places), value)])
    return nodes
