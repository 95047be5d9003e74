"""simd(j): the iterations of a loop in vector lanes."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from dataclasses import replace

from tunembed.schedules._carried import CarriedBy
from tunembed.schedules._step import Plan, Step
from tunembed.schedules._tree import (
    Loop,
    Node,
    Pack,
    ScheduleError,
    rewrite_loop,
    statements_below,
    walk,
)


class Simd(Step):
    """Lanes for an innermost loop; a reduction gets a scalar of its own.

    The OpenMP clause needs a variable: an array element that the loop updates is
    kept in a local one around the loop.
    """

    kind = "simd"

    def validate(self) -> None:
        """One loop."""
        self.require(at_least=1)
        if len(self.names) != 1 or self.options:
            raise ScheduleError(f"{self}: name one loop")

    def apply(self, plan: Plan) -> Plan:
        """Mark the loop and keep reduced elements in scalars."""

        def change(loop: Loop) -> tuple[Node, ...]:
            return mark_simd(plan, loop)

        return plan.with_nodes(rewrite_loop(plan.nodes, self.names[0], change))


def mark_simd(plan: Plan, loop: Loop) -> tuple[Node, ...]:
    """Return `loop` with lanes, inside the scalars its reductions need."""
    if any(isinstance(node, Loop) for node in walk(loop.body)):
        raise ScheduleError(
            f"simd({loop.name}): the loop is not innermost; interchange it first"
        )
    node: Node = replace(loop, simd=True)
    for array, rank in _reduced(plan, loop):
        if rank:
            buffer = f"{array.replace('->', '_').replace('.', '_')}_sum"
            order = tuple(range(rank))
            node = Pack(array, buffer, order, True, (node,), updates_only=True)
    return (node,)


def _reduced(plan: Plan, loop: Loop) -> list[tuple[str, int]]:
    below = statements_below(loop.body)
    found = {}
    carried = CarriedBy(plan.scop, plan.nodes, loop)
    for dependence in plan.dependences.reductions:
        if not carried(dependence.relation).is_empty():
            for name in below:
                for access in plan.scop.statements[name].accesses:
                    if access.array == dependence.array:
                        found[access.array] = len(access.subscripts)
    return sorted(found.items())
