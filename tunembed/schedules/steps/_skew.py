"""skew(t, i=1): iterations of inner loops start later with every outer one."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tunembed.schedules._step import Plan, Step
from tunembed.schedules._tree import (
    Loop,
    Node,
    ScheduleError,
    find_loop,
    rewrite_loop,
    statements_below,
)


class Skew(Step):
    """Move each listed inner loop by a multiple of the outer one.

    ``skew(t, i=1, j=1)`` lets `i` and `j` run over ``i + t`` and ``j + t``. Nothing is
    reordered by that alone; dependences that pointed backwards in `i` no longer do, so
    that tiles over `t` and `i` become legal. A factor counts iterations of the outer
    loop, as in ``skew(t, i=2)``. On tile loops, ``skew(i_t, j_t=1)``, it makes the
    wavefront along which tiles do not depend on each other (Wolfe, "Loop Skewing: The
    Wavefront Method Revisited", 1986).
    """

    kind = "skew"

    def validate(self) -> None:
        """One outer loop, a factor for each inner one."""
        self.require(at_least=1, sizes=True)
        if len(self.names) != 1 or self.names[0] in self.sizes:
            raise ScheduleError(
                f"{self}: name one loop and factors, as in skew(t, i=1)"
            )

    def apply(self, plan: Plan) -> Plan:
        """Add the multiple to what the inner loops run over."""
        outer = find_loop(plan.nodes, self.names[0])
        nodes = plan.nodes
        for name, factor in self.sizes.items():
            find_loop((outer,), name)
            nodes = rewrite_loop(nodes, name, self._moved(outer, factor))
        return plan.with_nodes(nodes)

    def _moved(self, outer: Loop, factor: int) -> Callable[[Loop], tuple[Node, ...]]:
        def change(loop: Loop) -> tuple[Node, ...]:
            missing = statements_below((loop,)) - set(outer.index)
            if missing:
                raise ScheduleError(
                    f"{self}: '{loop.name}' is not inside '{outer.name}'"
                )
            units = _units(outer, loop)
            index = {
                s: f"({text}) + {factor * units}*({outer.index[s]})"
                for s, text in loop.index.items()
            }
            return (replace(loop, index=index),)

        return change


def _units(outer: Loop, inner: Loop) -> int:
    """Return by how much one iteration of `outer` moves `inner` at factor 1.

    Tile loops count in values of the iterator: one tile of the outer loop moves the
    inner one by one tile.
    """
    if inner.step % outer.step:
        raise ScheduleError(
            f"skew({outer.name}, {inner.name}): the step of '{outer.name}' does not "
            f"divide that of '{inner.name}'"
        )
    return inner.step // outer.step
