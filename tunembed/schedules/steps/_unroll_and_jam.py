"""unroll_and_jam(i=4): a few iterations of an outer loop inside the innermost one."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from dataclasses import replace
from functools import partial

from tunembed.schedules._step import Plan, Step
from tunembed.schedules._tree import (
    Loop,
    Node,
    ScheduleError,
    rewrite_loop,
    tile_name,
)
from tunembed.schedules.steps._common import chain_from, innermost, nest, tile_index


class UnrollAndJam(Step):
    """Tile a loop by the factor and move the points innermost, unrolled.

    Values that the inner loops load are used several times while in registers.
    """

    kind = "unroll_and_jam"

    def validate(self) -> None:
        """Sizes only."""
        self.require(sizes=True)

    def apply(self, plan: Plan) -> Plan:
        """Jam the loops one after the other."""
        nodes = plan.nodes
        for name, factor in self.sizes.items():
            nodes = rewrite_loop(nodes, name, partial(_jam, nodes, factor))
        return plan.with_nodes(nodes)


def _jam(nodes: tuple[Node, ...], factor: int, loop: Loop) -> tuple[Node, ...]:
    chain = _perfect_chain(loop)
    tile = Loop(
        name=tile_name(nodes, loop.name),
        index=tile_index(loop, factor),
        body=(),
        step=factor,
    )
    point = replace(loop, unroll=factor)
    return (nest([tile, *chain[1:], point], chain[-1].body),)


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
