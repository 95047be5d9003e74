"""fuse(i, i_2): two neighbouring loops become one."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from dataclasses import replace

from tunembed.schedules._step import Plan, Step
from tunembed.schedules._tree import Leaf, Loop, Node, ScheduleError, find_loop


class Fuse(Step):
    """Merge two adjacent sibling loops over the union of their ranges."""

    kind = "fuse"

    def validate(self) -> None:
        """Two loops."""
        self.require(at_least=2)
        if len(self.names) != 2 or self.options:
            raise ScheduleError(f"{self}: name two neighbouring loops")

    def apply(self, plan: Plan) -> Plan:
        """Put both bodies into the first loop."""
        for name in self.names:
            find_loop(plan.nodes, name)
        nodes, done = _fuse(plan.nodes, *self.names)
        if not done:
            raise ScheduleError(f"{self}: the loops are not neighbours")
        return plan.with_nodes(nodes)


def _fuse(
    nodes: tuple[Node, ...], first: str, second: str
) -> tuple[tuple[Node, ...], bool]:
    result: list[Node] = []
    done = False
    for node in nodes:
        previous = result[-1] if result else None
        if (
            isinstance(node, Loop)
            and isinstance(previous, Loop)
            and (previous.name, node.name) == (first, second)
        ):
            index = {**previous.index, **node.index}
            body = previous.body + node.body
            result[-1] = replace(previous, index=index, body=body)
            done = True
        elif isinstance(node, Leaf):
            result.append(node)
        else:
            body, inside = _fuse(node.body, first, second)
            done = done or inside
            result.append(replace(node, body=body))
    return tuple(result), done
