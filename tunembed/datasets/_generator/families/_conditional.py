"""Data-dependent control: branches, masks, states, compaction."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from collections.abc import Sequence

from tunembed.datasets._generator._code import Branch, Node, assign, nest
from tunembed.datasets._generator._domain import any_loops, condition, reads
from tunembed.datasets._generator._scope import Axis, Scope
from tunembed.datasets._generator._term import Term, shift

ZERO = Term("0")


def conditional(scope: Scope) -> list[Node]:
    """Return one or two nests whose work depends on the data."""
    draw = scope.draw
    makes = (_cases, _cases, _pieces, _masked, _compacted, _states, _counted)
    nodes = draw.one_of(makes)(scope)
    return nodes + draw.one_of(makes)(scope) if draw.chance(15) else nodes


def _axes(scope: Scope) -> list[Axis]:
    return scope.axes(scope.draw.one_of((1, 2, 2, 3)))


def _value(scope: Scope, operands: Sequence[Term]) -> Term:
    count = scope.draw.integer(1, min(3, len(operands)))
    return scope.mix.combine(scope.draw.some_of(operands, count))


def _cases(scope: Scope) -> list[Node]:
    """Return a chain of conditions, each with an assignment of its own."""
    draw = scope.draw
    axes = _axes(scope)
    operands = reads(scope, axes, draw.integer(1, 3))
    target = scope.over(axes, role="output")[1]
    operator = draw.one_of(("=", "=", "+="))
    last: list[Node] = []
    if draw.chance(70):
        last = [assign(target, _value(scope, operands), operator)]
    for _ in range(draw.one_of((1, 2, 2, 3))):
        body: list[Node] = [assign(target, _value(scope, operands), operator)]
        if draw.chance(20):
            inner = condition(scope, operands, axes)
            body = [Branch(inner, body, [assign(target, draw.one_of(operands))])]
        last = [Branch(condition(scope, operands, axes), body, last)]
    return nest(any_loops(scope, axes), last)


def _pieces(scope: Scope) -> list[Node]:
    """Return a treatment of its own for the border, or for each part of a range."""
    draw = scope.draw
    axes = _axes(scope)
    operands = reads(scope, axes, draw.integer(1, 3))
    target = scope.over(axes, role="output")[1]
    chosen = draw.some_of(axes, draw.integer(1, len(axes)))
    inside: Term | None = None
    for axis in chosen:
        by, place = draw.integer(1, 3), Term(axis.iterator)
        tests = [
            place.compare(">=", Term(str(by))),
            place.compare("<", Term(shift(axis.extent, -by))),
            place.compare("<", Term(f"{axis.extent} / {by + 1}")),
        ]
        for test in draw.some_of(tests, draw.integer(1, 2)):
            inside = test if inside is None else inside.both(test)
    assert inside is not None
    body: list[Node] = [assign(target, _value(scope, operands))]
    other: list[Node] = [assign(target, _value(scope, operands))]
    if draw.chance(30):
        other = [assign(target, scope.arithmetic.number(0))]
    return nest(any_loops(scope, axes), [Branch(inside, body, other)])


def _masked(scope: Scope) -> list[Node]:
    """Return the rest of a body that only some iterations get to."""
    draw = scope.draw
    axes = _axes(scope)
    operands = reads(scope, axes, draw.integer(1, 3))
    target = scope.over(axes, role="output")[1]
    mask = scope.array(*(axis.extent for axis in axes), dtype="int")
    flag = mask.at(*(axis.iterator for axis in axes))
    test = draw.one_of((flag, flag.compare("==", Term(str(draw.integer(0, 3))))))
    if draw.chance(50):
        test = condition(scope, operands, axes)
    lines, value = scope.compute(operands)
    store = assign(target, value, draw.one_of(("=", "+=")))
    body: list[Node] = [Branch(test, ["continue;"]), *lines, store]
    return nest(any_loops(scope, axes), body)


def _compacted(scope: Scope) -> list[Node]:
    """Return the elements that pass a test, one behind the other, with their number."""
    draw = scope.draw
    axes = scope.axes(draw.one_of((1, 1, 2)))
    operands = reads(scope, axes, draw.integer(1, 3))
    test = condition(scope, operands, axes)
    value = _value(scope, operands)
    rows = axes[:-1]
    extents = [axis.extent for axis in axes]
    kept = scope.array(*extents, role="output", shaped=True)
    line, count = scope.temporary(ZERO, "int")
    place = [*(axis.iterator for axis in rows), count.text]
    body: list[Node] = [assign(kept.at(*place), value)]
    if draw.chance(40):
        where = scope.array(*extents, role="output", dtype="int", shaped=True)
        body.append(assign(where.at(*place), Term(axes[-1].iterator)))
    body.append(f"{count}++;")
    inner = nest([axes[-1].loop()], [Branch(test, body)])
    outer = [axis.loop(parallel=True) for axis in rows]
    length = scope.result(rows, "int")
    return nest(outer, [line, *inner, assign(length, count)])


def _states(scope: Scope) -> list[Node]:
    """Return runs of elements that pass a test: their longest, sum or number."""
    draw = scope.draw
    axes = scope.axes(draw.one_of((1, 1, 2)))
    operands = reads(scope, axes, draw.integer(1, 2))
    test = condition(scope, operands, axes)
    kind = draw.one_of(("longest", "largest", "number"))
    dtype = scope.wide if kind == "largest" else "int"
    zero = scope.arithmetic.number(0) if kind == "largest" else ZERO
    start, run = scope.temporary(zero, dtype)
    first, best = scope.temporary(zero, dtype)
    grow = f"{run}++;"
    if kind == "largest":
        grow = assign(run, _value(scope, operands), "+=")
    keep = Branch(run.compare(">", best), [assign(best, run)])
    reset = assign(run, zero)
    body: list[Node] = [Branch(test, [grow, keep], [reset])]
    if kind == "number":
        closing: list[Node] = [Branch(run.compare(">", ZERO), [f"{best}++;"]), reset]
        body = [Branch(test, [grow], closing)]
    if draw.chance(40):
        each = scope.over(axes, role="output", dtype=dtype)[1]
        body.append(assign(each, run))
    outer = [axis.loop(parallel=True) for axis in axes[:-1]]
    loop = axes[-1].loop(down=draw.chance(25))
    store = assign(scope.result(axes[:-1], dtype), best)
    return nest(outer, [start, first, *nest([loop], body), store])


def _counted(scope: Scope) -> list[Node]:
    """Return how many elements pass each of some tests, and their sum."""
    draw = scope.draw
    axes = _axes(scope)
    operands = reads(scope, axes, draw.integer(1, 3))
    n_outer = draw.integer(0, len(axes) - 1)
    lines: list[Node] = []
    body: list[Node] = []
    stores: list[Node] = []
    reductions = []
    for _ in range(draw.integer(1, 3)):
        if draw.chance(50):
            dtype = "int"
            declare, result = scope.temporary(ZERO, dtype)
            update = f"{result}++;"
        else:
            dtype = scope.wide
            declare, result = scope.accumulator()
            update = assign(result, _value(scope, operands), "+=")
        lines.append(declare)
        reductions.append(("+", result.text))
        body.append(Branch(condition(scope, operands, axes), [update]))
        stores.append(assign(scope.result(axes[:n_outer], dtype), result))
    outer = [axis.loop(parallel=True) for axis in axes[:n_outer]]
    inner = [axis.loop(parallel=True) for axis in axes[n_outer:]]
    for loop in inner:
        loop.reductions = tuple(reductions)
    return nest(outer, [*lines, *nest(inner, body), *stores])
