"""shift(i, S2, by=1): one statement of a loop runs some iterations later."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from dataclasses import replace

from tunembed.schedules._step import Plan, Step
from tunembed.schedules._tree import (
    Loop,
    Node,
    ScheduleError,
    rewrite_loop,
    statements_below,
)
from tunembed.schedules.steps._common import child_with


class Shift(Step):
    """Delay what a child of a loop's body does by some iterations.

    ``shift(i, S2, by=1)`` runs the child with statement S2 one iteration later than the
    others, so that loops can be fused although the second one reads ahead of what the
    first has written: ``hz[i]`` needs ``ey[i + 1]``. A negative number runs it earlier.
    ``shift(i, j_2, by=1)`` names the child by a loop in it, and ``shift(i_2, by=1)``
    delays a whole loop before it is fused with another.
    """

    kind = "shift"
    keywords = frozenset({"by"})

    def validate(self) -> None:
        """One loop, perhaps a statement or loop in it, a number of iterations."""
        by = self.options.get("by")
        wrong = isinstance(by, (str, bool)) or not by
        if len(self.names) not in (1, 2) or self.sizes or wrong:
            raise ScheduleError(
                f"{self}: name a loop and a statement, as in shift(i, S2, by=1)"
            )

    def apply(self, plan: Plan) -> Plan:
        """Add the delay to what the loop runs over for these statements."""
        name, *what = self.names

        def change(loop: Loop) -> tuple[Node, ...]:
            children = [loop.body[child_with(self, loop, child)] for child in what]
            late = statements_below(tuple(children) or (loop,))
            by = int(self.options["by"]) * loop.step
            index = {
                s: f"({text}) + {by}" if s in late else text
                for s, text in loop.index.items()
            }
            return (replace(loop, index=index),)

        return plan.with_nodes(rewrite_loop(plan.nodes, name, change))
