"""Which part of a dependence crosses the iterations of one loop."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import islpy as isl

from tunembed.schedules._relations import node_path, prefix_map
from tunembed.schedules._scop import Scop
from tunembed.schedules._tree import Loop, Node, statements_below


class CarriedBy:
    """The part of a relation between different iterations of a loop.

    Parameters
    ----------
    scop : Scop
    nodes : tuple of Node
        The whole tree.
    loop : Loop
        A loop of it.
    """

    def __init__(self, scop: Scop, nodes: tuple[Node, ...], loop: Loop) -> None:
        below = statements_below(loop.body)
        path = node_path(nodes, loop)
        self._inner = prefix_map(scop, nodes, path, below)
        self._outer = prefix_map(scop, nodes, path[:-1], below)

    def __call__(self, relation: isl.UnionMap) -> isl.UnionMap:
        """Return what of `relation` the loop carries."""
        inner, outer = self._inner, self._outer
        times = relation.apply_domain(inner).apply_range(inner)
        if times.is_empty() or times.intersect(_crossing(times)).is_empty():
            return relation.subtract(relation)
        same_outer = outer.apply_range(outer.reverse())
        same_inner = inner.apply_range(inner.reverse())
        inside = inner.domain()
        relation = relation.intersect_domain(inside).intersect_range(inside)
        return relation.intersect(same_outer).subtract(same_inner)


def _crossing(times: isl.UnionMap) -> isl.UnionMap:
    """Relate the times that differ in their last coordinate only."""
    space = isl.Map.from_union_map(times).get_space()
    last = space.dim(isl.dim_type.in_) - 1
    same = isl.Map.universe(space)
    for n in range(last):
        same = same.equate(isl.dim_type.in_, n, isl.dim_type.out, n)
    earlier = same.order_lt(isl.dim_type.in_, last, isl.dim_type.out, last)
    later = same.order_gt(isl.dim_type.in_, last, isl.dim_type.out, last)
    return isl.UnionMap(earlier.union(later))
