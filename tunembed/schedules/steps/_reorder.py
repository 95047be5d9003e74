"""reorder(S3, j_2): one part of a body runs before another."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from dataclasses import replace

from tunembed.schedules._step import Plan, Step
from tunembed.schedules._tree import Leaf, Loop, Node, ScheduleError, walk


class Reorder(Step):
    """Move a loop or statement in front of a sibling that stood before it.

    ``reorder(S3, j_2)`` puts the part of the body that holds S3 right before the part
    that holds `j_2`. Often what makes a later ``fission`` legal, or two loops
    neighbours for ``fuse``.
    """

    kind = "reorder"

    def validate(self) -> None:
        """Two loops or statements."""
        self.require(at_least=2)
        if len(self.names) != 2 or self.options:
            raise ScheduleError(f"{self}: name two loops or statements")

    def apply(self, plan: Plan) -> Plan:
        """Move the first name's part of the body in front of the second's."""
        for name in self.names:
            if not any(_is(node, name) for node in walk(plan.nodes)):
                raise ScheduleError(f"{self}: there is no '{name}'")
        return plan.with_nodes(self._moved(plan.nodes))

    def _moved(self, nodes: tuple[Node, ...]) -> tuple[Node, ...]:
        first, second = ([_holds(node, name) for node in nodes] for name in self.names)
        both = [one and other for one, other in zip(first, second, strict=True)]
        if any(both):
            return tuple(
                self._inside(node) if deeper else node
                for node, deeper in zip(nodes, both, strict=True)
            )
        if not any(first) or not any(second):
            raise ScheduleError(f"{self}: they do not stand in one body")
        moved, target = nodes[first.index(True)], nodes[second.index(True)]
        rest = [node for node in nodes if node is not moved]
        place = rest.index(target)
        return (*rest[:place], moved, *rest[place:])

    def _inside(self, node: Node) -> Node:
        if isinstance(node, Leaf) or any(_is(node, name) for name in self.names):
            raise ScheduleError(f"{self}: one holds the other")
        return replace(node, body=self._moved(node.body))


def _is(node: Node, name: str) -> bool:
    if isinstance(node, Leaf):
        return node.statement == name
    return isinstance(node, Loop) and node.name == name


def _holds(node: Node, name: str) -> bool:
    return any(_is(found, name) for found in walk((node,)))
