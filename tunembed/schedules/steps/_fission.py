"""fission(i): one loop per statement group of a body."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from dataclasses import replace

from tunembed.schedules._step import Plan, Step
from tunembed.schedules._tree import (
    Loop,
    Node,
    ScheduleError,
    find_loop,
    fresh_names,
    rewrite_loop,
    statements_below,
)
from tunembed.schedules.steps._common import child_with, restrictions_outside


class Fission(Step):
    """Distribute a loop over the children of its body.

    ``fission(i)`` separates all of them, ``fission(i, S2)`` splits in front of the
    child with statement S2 and ``fission(i, j_2)`` in front of the one with loop j_2.
    The first part keeps the name; the others get the next free ``i_2``, ``i_3``, ...
    """

    kind = "fission"

    def validate(self) -> None:
        """One loop, at most one statement."""
        self.require(at_least=1)
        if len(self.names) > 2 or self.options:
            raise ScheduleError(f"{self}: name one loop and at most one statement")

    def apply(self, plan: Plan) -> Plan:
        """Split the loop."""
        loop = find_loop(plan.nodes, self.names[0])
        parts = self._parts(loop)
        if len(parts) < 2:
            raise ScheduleError(f"{self}: there is nothing to split in '{loop.name}'")

        names = [loop.name, *fresh_names(plan.nodes, loop.name, len(parts) - 1)]

        def change(found: Loop) -> tuple[Node, ...]:
            return tuple(
                replace(found, name=name, body=part, index=_kept(found, part))
                for name, part in zip(names, parts, strict=True)
            )

        nodes = rewrite_loop(plan.nodes, loop.name, change)
        return plan.with_nodes(restrictions_outside(nodes))

    def _parts(self, loop: Loop) -> list[tuple[Node, ...]]:
        if len(self.names) == 1:
            return [(node,) for node in loop.body]
        place = child_with(self, loop, self.names[1])
        return [part for part in (loop.body[:place], loop.body[place:]) if part]


def _kept(loop: Loop, part: tuple[Node, ...]) -> dict[str, str]:
    below = statements_below(part)
    return {s: text for s, text in loop.index.items() if s in below}
