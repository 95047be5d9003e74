"""unroll(i=4): several iterations per turn of the loop."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from dataclasses import replace

from tunembed.schedules._step import Plan, Step
from tunembed.schedules._tree import Loop, Node, rewrite_loop


class Unroll(Step):
    """Ask the compiler to unroll a loop; never changes the order of execution."""

    kind = "unroll"

    def validate(self) -> None:
        """Sizes only."""
        self.require(sizes=True)

    def apply(self, plan: Plan) -> Plan:
        """Note the factor at the loop."""
        nodes = plan.nodes
        for name, factor in self.sizes.items():

            def change(loop: Loop, factor: int = factor) -> tuple[Node, ...]:
                return (replace(loop, unroll=factor),)

            nodes = rewrite_loop(nodes, name, change)
        return plan.with_nodes(nodes)
