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


class Shift(Step):
    """Delay what a child of a loop's body does by some iterations.

    ``shift(i, S2, by=1)`` runs the child with statement S2 one iteration later than the
    others, so that loops can be fused although the second one reads ahead of what the
    first has written: ``hz[i]`` needs ``ey[i + 1]``. A negative number runs it earlier.
    """

    kind = "shift"
    keywords = frozenset({"by"})

    def validate(self) -> None:
        """One loop, one statement, a number of iterations."""
        by = self.options.get("by")
        if len(self.names) != 2 or self.sizes or isinstance(by, (str, bool)) or not by:
            raise ScheduleError(
                f"{self}: name a loop and a statement, as in shift(i, S2, by=1)"
            )

    def apply(self, plan: Plan) -> Plan:
        """Add the delay to what the loop runs over for these statements."""
        name, statement = self.names

        def change(loop: Loop) -> tuple[Node, ...]:
            late = next(
                (
                    found
                    for node in loop.body
                    if statement in (found := statements_below((node,)))
                ),
                None,
            )
            if late is None:
                raise ScheduleError(f"{self}: no statement {statement} in '{name}'")
            by = int(self.options["by"]) * loop.step
            index = {
                s: f"({text}) + {by}" if s in late else text
                for s, text in loop.index.items()
            }
            return (replace(loop, index=index),)

        return plan.with_nodes(rewrite_loop(plan.nodes, name, change))
