"""A static estimate of how long a scheduled nest takes, to leave hopeless ones out.

It knows strides, lanes and buffers, and nothing of caches: good enough to say that a
nest whose innermost loop strides through memory will not win, before it is compiled.
"""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

from tunembed.parsers import isl_name
from tunembed.schedules._roles import extent
from tunembed.schedules._scop import ScopAccess, ScopStatement
from tunembed.schedules._step import Plan
from tunembed.schedules._tree import Leaf, Loop, Node, Pack, leaves_of

# Cycles of one operation; elements that a vector and a line of cache hold.
_OPERATION = 0.5
_LANES = 4
_LINE = 8
# Cycles until a line that is not in the first-level cache is there.
_MISS = 8.0


def estimated_cycles(plan: Plan, names: set[str], sizes: Mapping[str, int]) -> float:
    """Estimate the cycles of some statements under the schedule of a plan.

    Parameters
    ----------
    plan : Plan
        With the schedule applied.
    names : set of str
        Statements of the nest.
    sizes : mapping of str to int
        Values of the parameters.

    Returns
    -------
    cycles : float
        Only good for comparison with other schedules of the same nest.
    """
    counts = Counter(name for name in leaves_of(plan.nodes) if name in names)
    return _below(plan, plan.nodes, counts, sizes, 1.0, None, frozenset())


def _below(
    plan: Plan,
    nodes: tuple[Node, ...],
    counts: Mapping[str, int],
    sizes: Mapping[str, int],
    times: float,
    innermost: Loop | None,
    packed: frozenset[str],
) -> float:
    total = 0.0
    for node in nodes:
        if isinstance(node, Leaf):
            if node.statement in counts:
                statement = plan.scop.statements[node.statement]
                # Its places share its instances: full tiles and partial ones, say.
                share = times / counts[node.statement]
                total += share * _once(statement, innermost, packed)
            continue
        inside, held, count = innermost, packed, 1.0
        if isinstance(node, Loop):
            count = extent(plan, node, sizes)
            # Loops over tiles have no points of their own.
            inside = node if count > 1 else innermost
        elif isinstance(node, Pack):
            held = packed | {node.array}
        total += _below(plan, node.body, counts, sizes, times * count, inside, held)
    return total


def _once(
    statement: ScopStatement, innermost: Loop | None, packed: frozenset[str]
) -> float:
    """Return the cycles of one instance."""
    work = _OPERATION * (1 + sum(statement.operations.values()))
    if innermost is None or statement.name not in innermost.index:
        return work + _MISS * len(statement.accesses)
    dims = _dims(statement, innermost.index[statement.name])
    near = {access: _stride(access, dims) for access in statement.accesses}
    contiguous = all(
        stride <= 1 or access.array in packed for access, stride in near.items()
    )
    lanes = _LANES if contiguous else 1
    moved = sum(
        min(stride, _LINE) / _LINE
        for access, stride in near.items()
        if access.array not in packed
    )
    return work / lanes + _MISS * moved


def _dims(statement: ScopStatement, index: str) -> set[str]:
    """Return the dimensions that change from one iteration of a loop to the next."""
    words = set(re.findall(r"\w+", index))
    return {dim for dim in statement.dims if isl_name(dim) in words}


def _stride(access: ScopAccess, dims: set[str]) -> float:
    """Return the elements between two accesses one after the other; many if unknown."""
    place, factor = access.step_along(dims)
    if place or access.indirect or None in access.subscripts:
        return float(_LINE)
    return float(factor)
