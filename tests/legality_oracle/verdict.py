"""Compare the order of a trace before and after a schedule, conflict by conflict."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from typing import Any

from legality_oracle.order import Dim, Order
from legality_oracle.steps import apply
from legality_oracle.trace import Instance, Trace

FLOATING = ("+", "*")


def find_violation(trace: Trace, schedule: str, *, strict_fp: bool = False) -> str:
    """Return one conflict of a trace that the schedule breaks, '' if there is none.

    A malformed schedule raises ``Malformed``.
    """
    order = Order(trace.outline)
    apply(order, schedule)
    keys = {id(item): order.key(item) for item in trace.instances}
    return _packed(order, trace.instances) or _broken(trace, keys, strict_fp)


def _broken(trace: Trace, keys: dict[int, list[Any]], strict_fp: bool) -> str:
    for address, early, late in trace.conflicts:
        before, after = keys[id(early)], keys[id(late)]
        level, direction = _first_difference(before, after)
        free = _relaxed(address, early, late, strict_fp)
        if direction < 0 and not free:
            return f"{early.stmt} and {late.stmt} swap places on {address}"
        if direction and (dim := _concurrent(before, level)) is not None:
            if not free or (dim.parallel == "parallel" and not dim.reduction):
                return f"{dim.name} carries {early.stmt} -> {late.stmt} on {address}"
    return ""


def _first_difference(before: list[Any], after: list[Any]) -> tuple[int, int]:
    for level, ((_, left), (_, right)) in enumerate(zip(before, after, strict=False)):
        if left != right:
            return level, 1 if left < right else -1
    return 0, 0


def _concurrent(key: list[tuple[Any, int]], level: int) -> Dim | None:
    """Return the parallel loop whose iterations differ at this level of a key."""
    loops = [
        (k, node)
        for k, (node, _) in enumerate(key)
        if k and key[k - 1][0] is not node and node.of and _is_loop_entry(key, k)
    ]
    for position, (k, node) in enumerate(loops):
        span = loops[position : position + node.collapse]
        if node.parallel and k <= level <= span[-1][0] and _is_loop_entry(key, level):
            return node
    return None


def _is_loop_entry(key: list[tuple[Any, int]], level: int) -> bool:
    """Say whether an entry is an iteration (not a position among siblings)."""
    node = key[level][0]
    return bool(node.of) and (level == 0 or key[level - 1][0] is not node)


def _relaxed(address: Any, early: Instance, late: Instance, strict_fp: bool) -> bool:
    """Say whether two instances of one reduction may be reordered."""
    if early.reduction is None or late.reduction is None:
        return False
    operator, target, floating = early.reduction
    if target != address or late.reduction[:2] != (operator, target):
        return False
    return not (strict_fp and floating and operator in FLOATING)


def _packed(order: Order, instances: list[Instance]) -> str:
    """A packed array must not be written below the loop that packs it."""
    for _, dim in order.walk():
        for array in dim.packed:
            below = [item for item in instances if item.stmt in dim.of]
            for item in below:
                if any(address[0] == array for address in item.writes):
                    return f"{item.stmt} writes {array}, packed at {dim.name}"
    return ""
