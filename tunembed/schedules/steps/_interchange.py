"""interchange(i, j, k): a new order for perfectly nested loops."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from tunembed.schedules._step import Plan, Step
from tunembed.schedules._tree import Loop, Node, ScheduleError, rewrite_loop
from tunembed.schedules.steps._common import chain_from, nest, outermost


class Interchange(Step):
    """Reorder perfectly nested loops; the names are listed from the outermost."""

    kind = "interchange"

    def validate(self) -> None:
        """Two different loops at least."""
        self.require(at_least=2)
        if len(set(self.names)) != len(self.names) or self.options:
            raise ScheduleError(f"{self}: name different loops, without sizes")

    def apply(self, plan: Plan) -> Plan:
        """Put the named loops in the listed order, in the places they have."""
        first = outermost(plan.nodes, self.names)

        def change(loop: Loop) -> tuple[Node, ...]:
            chain = chain_from(loop, self.names)
            by_name = {found.name: found for found in chain}
            order = iter(self.names)
            moved = [
                by_name[next(order)] if found.name in self.names else found
                for found in chain
            ]
            return (nest(moved, chain[-1].body),)

        return plan.with_nodes(rewrite_loop(plan.nodes, first.name, change))
