"""Compare the order of a trace before and after a schedule, conflict by conflict."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from collections import defaultdict
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
    return _packed(order, trace, keys) or _broken(trace, keys, strict_fp)


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


def _packed(order: Order, trace: Trace, keys: dict[int, list[Any]]) -> str:
    """A box that is copied back must not meet the box of a concurrent iteration."""
    for _, dim in order.walk():
        for array in dim.packed:
            boxes: dict[Any, list[int]] = defaultdict(list)
            written = False
            for item in (i for i in trace.instances if i.stmt in dim.of):
                touched = [a[1] for a in item.reads + item.writes if a[0] == array]
                written |= any(a[0] == array for a in item.writes)
                boxes[_concurrent_part(keys[id(item)], dim)] += touched
            if written and (found := _overlap(boxes)):
                return f"boxes of {array} overlap in {found}"
    return ""


def _concurrent_part(key: list[tuple[Any, int]], dim: Dim) -> tuple[Any, ...]:
    """Return the places of a key down to ``dim`` from the first parallel loop on."""
    down = next(
        k for k, (node, _) in enumerate(key) if node is dim and _is_loop_entry(key, k)
    )
    marks = [
        k
        for k in range(down + 1)
        if key[k][0].parallel == "parallel" and _is_loop_entry(key, k)
    ]
    if not marks:
        return ()
    return tuple(place for _, place in key[: marks[0]]), key[marks[0]][1]


def _overlap(boxes: dict[Any, list[int]]) -> str:
    spans = [(k, min(b), max(b)) for k, b in boxes.items() if b and k]
    for number, (one, low, high) in enumerate(spans):
        for other, start, end in spans[:number]:
            if one[0] == other[0] and start <= high and low <= end:
                return f"{other} and {one}"
    return ""
