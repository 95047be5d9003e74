"""unroll_and_jam(i=4): a few iterations of an outer loop inside the innermost one."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from dataclasses import replace

from tunembed.schedules._relations import instances_below, node_path
from tunembed.schedules._step import Plan, Step
from tunembed.schedules._tree import (
    Loop,
    Node,
    Restrict,
    ScheduleError,
    rewrite_loop,
    tile_name,
)
from tunembed.schedules.steps._common import (
    chain_from,
    innermost,
    inside_restrictions,
    nest,
    outermost,
    tile_index,
)
from tunembed.schedules.steps._full_tiles import tile_parts


class UnrollAndJam(Step):
    """Tile a loop by the factor and move the points innermost, written out.

    Values that the inner loops load are used several times while in registers, and
    recurrences of the innermost loop run side by side. Full tiles are separated from
    partial ones.
    """

    kind = "unroll_and_jam"

    def validate(self) -> None:
        """Sizes only."""
        self.require(sizes=True)

    def apply(self, plan: Plan) -> Plan:
        """Tile the loops, move their points innermost and separate full tiles."""
        first = outermost(plan.nodes, tuple(self.sizes))

        def change(loop: Loop) -> tuple[Node, ...]:
            return (self._jammed(plan, loop),)

        return plan.with_nodes(rewrite_loop(plan.nodes, first.name, change))

    def _jammed(self, plan: Plan, loop: Loop) -> Loop:
        chain = _perfect_chain(loop)
        leaves = chain[-1].body
        by_name = {found.name: found for found in chain}
        points = [by_name[name] for name in self.sizes]
        between = chain[-1:] if chain[-1].name not in self.sizes else []
        outside = [
            self._tile_loop(plan, found) if found.name in self.sizes else found
            for found in chain[: len(chain) - len(between)]
        ]
        above = [n for _, n in node_path(plan.nodes, loop)[:-1] if isinstance(n, Loop)]
        reached = instances_below(plan.scop, inside_restrictions(plan, loop, leaves))
        parts = tile_parts(
            plan.scop, reached, [*above, *outside], between, points, self.sizes
        )
        slow = nest([*between, *points], leaves)
        copies = [replace(point, written_out=True) for point in points]
        fast = nest([*between, *copies], leaves)
        pieces = [(parts.before, slow), (parts.full, fast), (parts.after, slow)]
        body = tuple(Restrict(domain, (part,)) for domain, part in pieces if domain)
        return nest(outside, body if len(body) > 1 else (fast,))

    def _tile_loop(self, plan: Plan, loop: Loop) -> Loop:
        size = self.sizes[loop.name]
        name = tile_name(plan.nodes, loop.name)
        return Loop(name=name, index=tile_index(loop, size), body=(), step=size)


def _perfect_chain(loop: Loop) -> list[Loop]:
    chain = [loop]
    while not innermost(chain[-1].body):
        inner = [node for node in chain[-1].body if isinstance(node, Loop)]
        if len(chain[-1].body) != 1 or not inner:
            raise ScheduleError(
                f"unroll_and_jam({loop.name}): the loops inside are not perfectly "
                "nested; split them by fission first"
            )
        chain = chain_from(loop, [found.name for found in (*chain, inner[0])])
    return chain
