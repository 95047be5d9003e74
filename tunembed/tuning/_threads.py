"""The schedule that needs no neighbour: threads over the outermost loops."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from collections.abc import Callable, Iterator

from tunembed.schedules import Leaf, Loop, Node, Schedule
from tunembed.tuning._view import Nest, View


def plain_threads(view: View, nest: Nest) -> Schedule:
    """Return threads over the outermost loops of a nest that permit them.

    Parameters
    ----------
    view : View
    nest : Nest
        One of its nests.

    Returns
    -------
    Schedule
        Where no loop permits threads, with private copies of what is reduced. Empty
        where that is impossible too, or no loop has work enough.
    """
    free = _outermost((nest.loop,), nest.roles.is_parallel)
    reduced = _outermost((nest.loop,), nest.roles.is_reduction)
    for loops, options in ((free, ""), (reduced, ", reduction=true")):
        steps = [
            Schedule.parse(f"parallel({loop.name}{options})")
            for loop in loops
            if view.is_worth_threads(loop)
        ]
        if steps:
            return sum(steps, Schedule())
    return Schedule()


def _outermost(nodes: tuple[Node, ...], fits: Callable[[str], bool]) -> Iterator[Loop]:
    for node in nodes:
        if isinstance(node, Leaf):
            continue
        if isinstance(node, Loop) and fits(node.name):
            yield node
        else:
            yield from _outermost(node.body, fits)
