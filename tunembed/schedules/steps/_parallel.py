"""parallel(i): the iterations of a loop on several threads."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from dataclasses import replace

from tunembed.schedules._step import Plan, Step
from tunembed.schedules._tree import (
    Loop,
    Node,
    Parallel,
    ScheduleError,
    rewrite_loop,
)

_SCHEDULES = ("static", "dynamic", "guided", "auto", "runtime")


class ParallelStep(Step):
    """OpenMP worksharing: schedule, chunk, threads, collapse, private reductions."""

    kind = "parallel"
    keywords = frozenset({"schedule", "chunk", "threads", "collapse", "reduction"})

    def validate(self) -> None:
        """One loop and known options."""
        self.require(at_least=1)
        if len(self.names) != 1 or self.sizes:
            raise ScheduleError(
                f"{self}: name one loop; options are {', '.join(sorted(self.keywords))}"
            )
        kind = self.options.get("schedule", "static")
        if kind not in _SCHEDULES:
            raise ScheduleError(
                f"{self}: schedule must be one of {', '.join(_SCHEDULES)}, got {kind!r}"
            )
        for name in ("chunk", "threads", "collapse"):
            value = self.options.get(name, 1)
            if isinstance(value, (str, bool)) or value < 1:
                raise ScheduleError(f"{self}: {name} must be a positive integer")
        if not isinstance(self.options.get("reduction", False), bool):
            raise ScheduleError(f"{self}: reduction must be true or false")

    def apply(self, plan: Plan) -> Plan:
        """Mark the loop."""
        options = Parallel(
            schedule=str(self.options.get("schedule", "static")),
            chunk=int(self.options.get("chunk", 0)),
            threads=int(self.options.get("threads", 0)),
            collapse=int(self.options.get("collapse", 1)),
            reduction=bool(self.options.get("reduction", False)),
        )

        def change(loop: Loop) -> tuple[Node, ...]:
            return (replace(loop, parallel=options),)

        return plan.with_nodes(rewrite_loop(plan.nodes, self.names[0], change))
