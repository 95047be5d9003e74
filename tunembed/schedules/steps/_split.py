"""split(i, at=8): one loop for the iterations before a value, one for the others."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import islpy as isl

from tunembed.parsers import isl_name
from tunembed.schedules._relations import restriction
from tunembed.schedules._step import Plan, Step
from tunembed.schedules._tree import (
    Leaf,
    Loop,
    Node,
    Restrict,
    ScheduleError,
    find_loop,
    loops_of,
    prune,
    rest_name,
    rewrite_loop,
    statements_below,
)
from tunembed.schedules.steps._common import restrictions_outside, signed_like


class Split(Step):
    """Cut the range of a loop in two (index-set splitting, Griebl et al. 2000).

    ``split(i, at=8)`` or ``split(i, at=m)`` cuts at a number or a parameter,
    ``split(i, j)`` at the value of a loop around it and ``split(i, k_t=64)`` at 64 more
    than that. The first part keeps the name, the second becomes ``i_r``, and the rest
    of that ``i_rr``; each can then be scheduled on its own: the diagonal block of a
    factorisation, its panel and what remains. Of a loop that counts down, the first
    part holds the values above the place.
    """

    kind = "split"
    keywords = frozenset({"at"})

    def validate(self) -> None:
        """One loop, and one place."""
        self.require(at_least=1)
        places = len(self.names) - 1 + len(self.sizes) + ("at" in self.options)
        at = self.options.get("at", 0)
        if len(self.names) > 2 or places != 1 or isinstance(at, bool):
            raise ScheduleError(
                f"{self}: name a loop and one place, as in split(i, at=8), "
                "split(i, j) or split(i, k_t=64)"
            )

    def apply(self, plan: Plan) -> Plan:
        """Let the instances before the place reach one copy, the others a second."""
        loop = find_loop(plan.nodes, self.names[0])
        place = self._place(plan, loop)
        second = rest_name(plan.nodes, loop.name)

        def change(found: Loop) -> tuple[Node, ...]:
            before = self._part(plan, found, place, "<")
            after = self._part(plan, found, place, ">=")
            later = replace(found, name=second)
            return (
                Restrict(str(before), prune((found,), _statements(before))),
                Restrict(str(after), prune((later,), _statements(after))),
            )

        nodes = _apart(rewrite_loop(plan.nodes, loop.name, change))
        return plan.with_nodes(restrictions_outside(nodes))

    def _place(self, plan: Plan, loop: Loop) -> Mapping[str, str]:
        """Return the isl text of the place for every statement below the loop."""
        below = sorted(statements_below((loop,)))
        if "at" in self.options:
            at = self.options["at"]
            if isinstance(at, str) and at not in plan.scop.parameters:
                raise ScheduleError(
                    f"{self}: '{at}' is no parameter; they are "
                    f"{', '.join(plan.scop.parameters) or 'none'}"
                )
            value = isl_name(at) if isinstance(at, str) else str(at)
            return {s: signed_like(loop.index[s], value) for s in below}
        name = self.names[1] if len(self.names) > 1 else next(iter(self.sizes))
        other = find_loop(plan.nodes, name)
        if loop.name not in {inner.name for inner in loops_of(other.body)}:
            raise ScheduleError(f"{self}: '{loop.name}' is not inside '{name}'")
        offset = self.sizes.get(name, 0)
        values = {s: signed_like(other.index[s], other.index[s]) for s in below}
        return {s: signed_like(loop.index[s], f"{values[s]} + {offset}") for s in below}

    def _part(
        self, plan: Plan, loop: Loop, place: Mapping[str, str], relation: str
    ) -> isl.UnionSet:
        union = isl.UnionSet(f"[{plan.scop.parameter_text}] -> {{ }}")
        for name in sorted(statements_below((loop,))):
            statement = plan.scop.statements[name]
            text = (
                f"[{plan.scop.parameter_text}] -> {{ {statement.tuple_text} : "
                f"{loop.index[name]} {relation} {place[name]} }}"
            )
            union = union.union(
                isl.UnionSet(text).intersect(isl.UnionSet(plan.scop.domain(name)))
            )
        return union


def _statements(instances: isl.UnionSet) -> set[str]:
    """Return the statements of which there are any."""
    sets = instances.get_set_list()
    found = [sets.get_at(n) for n in range(instances.n_set())]
    return {part.get_tuple_name() for part in found if not part.is_empty()}


def _apart(nodes: tuple[Node, ...]) -> tuple[Node, ...]:
    """Make the parts of a part siblings of the other parts, to be moved one by one."""
    found: list[Node] = []
    for node in nodes:
        if isinstance(node, Leaf):
            found.append(node)
            continue
        body = _apart(node.body)
        if isinstance(node, Restrict) and all(isinstance(n, Restrict) for n in body):
            found += [_both(node, part) for part in body if isinstance(part, Restrict)]
        else:
            found.append(replace(node, body=body))
    return tuple(found)


def _both(outer: Restrict, inner: Restrict) -> Restrict:
    domain = restriction(outer).intersect(restriction(inner))
    return Restrict(str(domain), inner.body)
