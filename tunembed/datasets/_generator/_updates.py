"""How the best of many values is kept."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from collections.abc import Sequence

from tunembed.datasets._generator._code import Branch, Loop, Node, assign, nest
from tunembed.datasets._generator._scope import Scope
from tunembed.datasets._generator._term import Term

_FAR = 10_000


def keep_better(scope: Scope, sign: str, target: Term, value: Term) -> list[Node]:
    """Return how a smaller (``"<"``) or larger (``">"``) value replaces another."""
    draw = scope.draw
    if draw.chance(45):
        return [Branch(value.compare(sign, target), [assign(target, value)])]
    if draw.chance(60):
        return [assign(target, scope.arithmetic.extreme(draw, sign, target, value))]
    line, new = scope.temporary(value)
    return [line, Branch(new.compare(sign, target), [assign(target, new)])]


def worst(scope: Scope, sign: str) -> tuple[str, Term]:
    """Return the declaration of a scalar that any value replaces, and the scalar."""
    far = scope.arithmetic.number(_FAR if sign == "<" else -_FAR)
    return scope.temporary(far)


def reduced(
    scope: Scope,
    loops: Sequence[Loop],
    value: Term,
    operator: str = "+",
    *,
    lines: Sequence[Node] = (),
    test: Term | None = None,
) -> tuple[list[Node], Term]:
    """Return loops that reduce a value to a scalar, and the scalar.

    Parameters
    ----------
    scope : Scope
    loops : sequence of Loop
        The first outermost; what they reduce to is noted in them.
    value : Term
    operator : {"+", "min", "max"}, default="+"
    lines : sequence of Node, default=()
        What stands before the update.
    test : Term, optional
        The condition under which the update is done.
    """
    if operator == "+":
        declare, result = scope.accumulator()
        update: list[Node] = [assign(result, value, "+=")]
    else:
        sign = "<" if operator == "min" else ">"
        declare, result = worst(scope, sign)
        update = keep_better(scope, sign, result, value)
    if test is not None:
        update = [Branch(test, update)]
    for loop in loops:
        loop.parallel, loop.reductions = True, ((operator, result.text),)
    return [declare, *nest(loops, [*lines, *update])], result
