"""tile(i=32, j=64): loops over tiles outside of loops over points."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from tunembed.schedules._step import Plan, Step
from tunembed.schedules._tree import Loop, Node, find_loop, rewrite_loop, tile_name
from tunembed.schedules.steps._common import (
    nest,
    outermost,
    require_whole,
    tile_index,
)


class Tile(Step):
    """Strip-mine loops and move their tile loops outside, in the listed order.

    Tiles are aligned at multiples of their size, so the first and the last one may
    be partial; bounds are exact for any size.
    """

    kind = "tile"

    def validate(self) -> None:
        """Sizes only."""
        self.require(sizes=True)

    def apply(self, plan: Plan) -> Plan:
        """Add the loops ``i_t``, ``j_t``, ... around the outermost listed loop."""
        first = outermost(plan.nodes, tuple(self.sizes))

        def change(loop: Loop) -> tuple[Node, ...]:
            tiles = []
            for name, size in self.sizes.items():
                point = find_loop((loop,), name)
                require_whole(loop, point)
                tiles.append(
                    Loop(
                        name=tile_name(plan.nodes, name),
                        index=tile_index(point, size),
                        body=(),
                        step=size,
                    )
                )
            return (nest(tiles, (loop,)),)

        return plan.with_nodes(rewrite_loop(plan.nodes, first.name, change))
