"""Maps: every element of the result from the elements at the same place."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from tunembed.datasets._generator._code import Branch, Node, assign, nest
from tunembed.datasets._generator._domain import any_loops, condition, reads
from tunembed.datasets._generator._scope import Scope


def elementwise(scope: Scope) -> list[Node]:
    """Return one or two nests, the second one often reading what the first wrote."""
    nodes = _map(scope)
    return nodes + _map(scope) if scope.draw.chance(25) else nodes


def _map(scope: Scope) -> list[Node]:
    draw = scope.draw
    axes = scope.axes(draw.one_of((1, 1, 2, 2, 2, 3, 3, 4)))
    operands = reads(scope, axes, draw.integer(1, 4))
    body: list[Node] = []
    for _ in range(draw.one_of((1, 1, 1, 2))):
        _, target = scope.over(axes, role="output")
        operator = draw.one_of(("=", "=", "=", "+=", "-="))
        own = [target] if draw.chance(20) else []
        lines, value = scope.compute(operands + own)
        body += [*lines, assign(target, value, operator)]
    if draw.chance(20):
        body = [Branch(condition(scope, operands, axes), body)]
    return nest(any_loops(scope, axes), body)
