"""fission(i): one loop per statement group of a body."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import bisect
import itertools
from collections.abc import Sequence
from dataclasses import replace

from tunembed.schedules._step import Plan, Step
from tunembed.schedules._tree import (
    Loop,
    Node,
    ScheduleError,
    find_loop,
    fresh_names,
    loops_of,
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
        """Split the loop, where it stands several times in the same places."""
        find_loop(plan.nodes, self.names[0])
        loops = [n for n in loops_of(plan.nodes) if n.name == self.names[0]]
        loop = max(loops, key=lambda found: len(found.body))
        parts = self._parts(loop)
        if len(parts) < 2:
            raise ScheduleError(f"{self}: there is nothing to split in '{loop.name}'")

        names = [loop.name, *fresh_names(plan.nodes, loop.name, len(parts) - 1)]
        ends = list(itertools.accumulate(len(part) for part in parts))

        def change(found: Loop) -> tuple[Node, ...]:
            places = _places(loop, found)
            if places is None:
                raise ScheduleError(f"{self}: the loops called '{loop.name}' differ")
            bodies: list[list[Node]] = [[] for _ in names]
            for node, place in zip(found.body, places, strict=True):
                bodies[bisect.bisect_right(ends, place)].append(node)
            return tuple(
                replace(found, name=name, body=tuple(part), index=_kept(found, part))
                for name, part in zip(names, bodies, strict=True)
                if part
            )

        nodes = rewrite_loop(plan.nodes, loop.name, change)
        return plan.with_nodes(restrictions_outside(nodes))

    def _parts(self, loop: Loop) -> list[tuple[Node, ...]]:
        if len(self.names) == 1:
            return [(node,) for node in loop.body]
        place = child_with(self, loop, self.names[1])
        return [part for part in (loop.body[:place], loop.body[place:]) if part]


def _places(full: Loop, other: Loop) -> list[int] | None:
    """Return where what a copy of a loop contains stands in the full one.

    A copy has less where `split` has left some statements out of it.
    """
    wanted = [statements_below((node,)) for node in other.body]
    there = [statements_below((node,)) for node in full.body]
    if wanted == there:
        return list(range(len(there)))
    if not all(found in there for found in wanted):
        return None
    places = [there.index(found) for found in wanted]
    return places if places == sorted(set(places)) else None


def _kept(loop: Loop, part: Sequence[Node]) -> dict[str, str]:
    below = statements_below(tuple(part))
    return {s: text for s, text in loop.index.items() if s in below}
