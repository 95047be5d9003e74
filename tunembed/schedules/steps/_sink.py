"""sink(S0, i, at=0): a neighbour of a loop runs in one of its iterations."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from dataclasses import replace

from tunembed.parsers import isl_name
from tunembed.schedules._step import Plan, Step
from tunembed.schedules._tree import (
    Leaf,
    Loop,
    Node,
    ScheduleError,
    find_loop,
    statements_below,
)
from tunembed.schedules.steps._common import signed_like


class Sink(Step):
    """Move a neighbour of a loop into one iteration of it.

    ``sink(S0, i, at=0)`` runs the neighbour with statement S0, in front of the loop or
    behind it, in the iteration ``i = 0``: at the beginning of the body if it stood in
    front, else at its end. A boundary condition so becomes a part of the sweep, and
    what contains both is perfectly nested.
    """

    kind = "sink"
    keywords = frozenset({"at"})

    def validate(self) -> None:
        """One statement, one loop, one iteration."""
        at = self.options.get("at")
        if len(self.names) != 2 or self.sizes or at is None or isinstance(at, bool):
            raise ScheduleError(
                f"{self}: name a statement, a loop and an iteration, as in "
                "sink(S0, i, at=0)"
            )

    def apply(self, plan: Plan) -> Plan:
        """Put the neighbour into the loop's body."""
        at = self.options["at"]
        if isinstance(at, str) and at not in plan.scop.parameters:
            raise ScheduleError(
                f"{self}: '{at}' is no parameter; they are "
                f"{', '.join(plan.scop.parameters) or 'none'}"
            )
        find_loop(plan.nodes, self.names[1])
        nodes, done = self._sunk(
            plan.nodes, isl_name(at) if isinstance(at, str) else str(at)
        )
        if not done:
            raise ScheduleError(
                f"{self}: {self.names[0]} is no neighbour of '{self.names[1]}'"
            )
        return plan.with_nodes(nodes)

    def _sunk(self, nodes: tuple[Node, ...], at: str) -> tuple[tuple[Node, ...], bool]:
        for place, node in enumerate(nodes):
            if isinstance(node, Loop) and node.name == self.names[1]:
                return self._joined(nodes, place, at)
        found: list[Node] = []
        done = False
        for node in nodes:
            if isinstance(node, Leaf) or done:
                found.append(node)
                continue
            body, done = self._sunk(node.body, at)
            found.append(replace(node, body=body))
        return tuple(found), done

    def _joined(
        self, nodes: tuple[Node, ...], place: int, at: str
    ) -> tuple[tuple[Node, ...], bool]:
        loop = nodes[place]
        assert isinstance(loop, Loop)
        for other in (place - 1, place + 1):
            if not 0 <= other < len(nodes):
                continue
            moved = nodes[other]
            if self.names[0] not in statements_below((moved,)):
                continue
            before = other < place
            value = signed_like(next(iter(loop.index.values())), at)
            body = (moved, *loop.body) if before else (*loop.body, moved)
            index = {**loop.index, **dict.fromkeys(statements_below((moved,)), value)}
            joined = replace(loop, body=body, index=index)
            first = min(place, other)
            return (*nodes[:first], joined, *nodes[first + 2 :]), True
        return nodes, False
