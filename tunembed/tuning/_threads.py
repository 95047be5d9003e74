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
    if nest.is_fine:
        return Schedule()
    for texts in (_free(nest), _reductions(nest)):
        steps = [Schedule.parse(text) for text in texts]
        kept = [step for step in steps if not view.starts_threads_too_often(step)]
        if kept:
            return sum(kept, Schedule())
    return Schedule()


def _free(nest: Nest) -> list[str]:
    loops = _outermost((nest.loop,), nest.roles.is_parallel)
    return [f"parallel({loop.name})" for loop in loops]


def _reductions(nest: Nest) -> list[str]:
    loops = _outermost((nest.loop,), nest.roles.is_reduction)
    return [f"parallel({loop.name}, reduction=true)" for loop in loops]


def _outermost(nodes: tuple[Node, ...], fits: Callable[[str], bool]) -> Iterator[Loop]:
    for node in nodes:
        if isinstance(node, Leaf):
            continue
        if isinstance(node, Loop) and fits(node.name):
            yield node
        else:
            yield from _outermost(node.body, fits)
