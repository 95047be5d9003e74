"""Which subtrees of a plan are optimized as one: its nests."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from tunembed.schedules._legality import is_parallel
from tunembed.schedules._step import Plan
from tunembed.schedules._tree import Leaf, Loop, Node


def nests_of(plan: Plan) -> list[Loop]:
    """Return the loops whose subtrees are scheduled independently.

    A loop whose iterations must run in order, around several things, such as a loop
    over time steps, is not a nest; what it contains is.

    Parameters
    ----------
    plan : Plan

    Returns
    -------
    nests : list of Loop
        In textual order.
    """
    return _nests(plan, plan.nodes)


def perfect_chain(loop: Loop) -> list[Loop]:
    """Return `loop` and the loops perfectly nested in it.

    Parameters
    ----------
    loop : Loop
        The outermost one.

    Returns
    -------
    chain : list of Loop
        From `loop` inwards; the body of each but the last is the next.
    """
    chain = [loop]
    while len(chain[-1].body) == 1 and isinstance(chain[-1].body[0], Loop):
        chain.append(chain[-1].body[0])
    return chain


def _nests(plan: Plan, nodes: tuple[Node, ...]) -> list[Loop]:
    found: list[Loop] = []
    for node in nodes:
        if isinstance(node, Loop):
            found += _split(plan, node)
        elif not isinstance(node, Leaf):
            found += _nests(plan, node.body)
    return found


def _split(plan: Plan, loop: Loop) -> list[Loop]:
    chain = perfect_chain(loop)
    if any(_is_free(plan, found) for found in chain):
        return [loop]
    inner = _nests(plan, chain[-1].body)
    return inner or [loop]


def _is_free(plan: Plan, loop: Loop) -> bool:
    return is_parallel(plan.scop, plan.nodes, loop, plan.dependences, reductions=True)
