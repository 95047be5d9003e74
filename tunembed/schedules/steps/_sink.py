"""sink(S0, i, at=0): a neighbour of a loop runs in one of its iterations."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from collections.abc import Mapping
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
    what contains both is perfectly nested. `at` may also be a parameter, or a loop
    around both: ``sink(S3, k, at=i)`` runs S3 of iteration `i` at ``k = i``.
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
        find_loop(plan.nodes, self.names[1])
        nodes, done = self._sunk(plan, plan.nodes, {})
        if not done:
            raise ScheduleError(
                f"{self}: {self.names[0]} is no neighbour of '{self.names[1]}'"
            )
        return plan.with_nodes(nodes)

    def _sunk(
        self, plan: Plan, nodes: tuple[Node, ...], around: Mapping[str, Loop]
    ) -> tuple[tuple[Node, ...], bool]:
        for place, node in enumerate(nodes):
            if isinstance(node, Loop) and node.name == self.names[1]:
                return self._joined(plan, nodes, place, around)
        found: list[Node] = []
        done = False
        for node in nodes:
            if isinstance(node, Leaf) or done:
                found.append(node)
                continue
            inside = {**around, node.name: node} if isinstance(node, Loop) else around
            body, done = self._sunk(plan, node.body, inside)
            found.append(replace(node, body=body))
        return tuple(found), done

    def _joined(
        self,
        plan: Plan,
        nodes: tuple[Node, ...],
        place: int,
        around: Mapping[str, Loop],
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
            like = next(iter(loop.index.values()))
            values = {
                name: signed_like(like, self._iteration(plan, name, around))
                for name in statements_below((moved,))
            }
            body = (moved, *loop.body) if before else (*loop.body, moved)
            index = {**loop.index, **values}
            joined = replace(loop, body=body, index=index)
            first = min(place, other)
            return (*nodes[:first], joined, *nodes[first + 2 :]), True
        return nodes, False

    def _iteration(self, plan: Plan, statement: str, around: Mapping[str, Loop]) -> str:
        """Return isl text of the iteration in which a statement is to run."""
        at = self.options["at"]
        if not isinstance(at, str):
            return str(at)
        if at in around:
            return around[at].index[statement]
        if at in plan.scop.parameters:
            return isl_name(at)
        known = ", ".join([*plan.scop.parameters, *around]) or "none"
        raise ScheduleError(
            f"{self}: '{at}' is no parameter and no loop around; they are {known}"
        )
