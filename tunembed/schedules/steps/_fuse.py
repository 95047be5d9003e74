"""fuse(i, i_2): two neighbouring loops become one."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from dataclasses import replace

import islpy as isl

from tunembed.schedules._step import Plan, Step
from tunembed.schedules._tree import (
    Leaf,
    Loop,
    Node,
    Restrict,
    ScheduleError,
    find_loop,
)


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
        if previous is not None and (_name(previous), _name(node)) == (first, second):
            result[-1] = _joined(previous, node)
            done = True
        elif isinstance(node, Leaf):
            result.append(node)
        else:
            body, inside = _fuse(node.body, first, second)
            done = done or inside
            result.append(replace(node, body=body))
    return tuple(result), done


def _name(node: Node) -> str | None:
    """Return the name of a loop, or of the part of a loop that `split` has made."""
    if isinstance(node, Restrict) and len(node.body) == 1:
        node = node.body[0]
    return node.name if isinstance(node, Loop) else None


def _joined(first: Node, second: Node) -> Node:
    """Return one loop with both bodies, or with one where both are the same."""
    (outer, loop), (other, moved) = _opened(first), _opened(second)
    if outer and other and loop.body == moved.body and loop.index == moved.index:
        domain = isl.UnionSet(outer).union(isl.UnionSet(other)).coalesce()
        return Restrict(str(domain), (loop,))
    bodies = [
        (Restrict(domain, found.body),) if domain else found.body
        for domain, found in ((outer, loop), (other, moved))
    ]
    index = {**loop.index, **moved.index}
    return replace(loop, index=index, body=(*bodies[0], *bodies[1]))


def _opened(node: Node) -> tuple[str, Loop]:
    """Return what restricts a loop, if anything, and the loop."""
    domain = ""
    if isinstance(node, Restrict):
        domain, (node,) = node.domain, node.body
    assert isinstance(node, Loop)
    return domain, node
