"""Features of how accesses move: counts, strides, reuse, transposition."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from collections.abc import Sequence

from tunembed.features._references import Reference
from tunembed.features._view import NestView

STRIDE_CLASSES = ("zero", "unit", "small", "large", "irregular")


def measure_movement(view: NestView) -> dict[str, float]:
    """Return the features ``access_*``, ``stride_*``, ``best_*`` and ``reuse_*``."""
    return _counts(view) | _strides(view) | _best(view) | _reuse(view)


def _counts(view: NestView) -> dict[str, float]:
    references = view.references
    written = {item.access.array for item in references if item.is_write}
    read = {item.access.array for item in references if not item.is_write}
    indirect = [item for item in references if not item.access.is_affine]
    return {
        "access_reads": sum(r.weight for r in references if not r.is_write),
        "access_writes": sum(r.weight for r in references if r.is_write),
        "access_read_arrays": len(read - written),
        "access_written_arrays": len(written),
        "access_max_rank": max(
            (len(r.access.subscripts) for r in references), default=0
        ),
        "access_indirect_reads": sum(not item.is_write for item in indirect),
        "access_indirect_writes": sum(item.is_write for item in indirect),
        "access_coupled": sum(_is_coupled(view, item) for item in references),
    }


def _is_coupled(view: NestView, item: Reference) -> bool:
    """Whether two iterators are in one subscript, as in ``a[i + k]``."""
    around = {view.tree[index].loop.iterator for index in item.place.path}
    return any(
        subscript is not None and len(around & subscript.names()) > 1
        for subscript in item.access.subscripts
    )


def _strides(view: NestView) -> dict[str, float]:
    values = {
        f"stride_{kind}_{name}": 0.0
        for kind in ("read", "write")
        for name in STRIDE_CLASSES
    }
    for item in view.references:
        kind = "write" if item.is_write else "read"
        values[f"stride_{kind}_{item.stride_class(item.own_innermost)}"] += item.weight
    return values


def _poor(references: Sequence[Reference], loop: int) -> float:
    """Return the weight of accesses that leave the cache line in every iteration."""
    return sum(
        item.weight
        for item in references
        if item.stride_class(loop) in ("small", "large", "irregular")
    )


def _best(view: NestView) -> dict[str, float]:
    hot = view.hot
    poor = {index: _poor(hot, index) for index in view.main}
    best = min(reversed(view.main), key=poor.__getitem__)
    return {
        "best_poor": poor[best],
        "best_gain": poor[view.innermost] - poor[best],
        "best_distance": len(view.main) - 1 - view.main.index(best),
    }


def _reuse(view: NestView) -> dict[str, float]:
    hot = view.hot
    fixed = {index: sum(index not in r.loops for r in hot) for index in view.main}
    free = [sum(index not in item.loops for index in view.main) for item in hot]
    return {
        "reuse_inner": fixed[view.innermost],
        "reuse_outer": fixed[view.main[0]],
        "reuse_best": max(fixed.values()),
        "reuse_loops": max(free, default=0),
        "reuse_none": free.count(0),
        "reuse_transposed": sum(_is_transposed(item, view.innermost) for item in hot),
        "reuse_permuted": _count_permuted(view),
    }


def _is_transposed(item: Reference, innermost: int) -> bool:
    """Whether the innermost loop moves a subscript, but not the last one."""
    return innermost in item.loops and innermost not in item.moves[-1]


def _count_permuted(view: NestView) -> int:
    """Count arrays that are accessed with loops in different orders."""
    orders: dict[str, set[tuple[int, ...]]] = {}
    for item in view.references:
        order = tuple(index for move in item.moves for index in sorted(move))
        if len(item.moves) > 1:
            orders.setdefault(item.access.array, set()).add(order)
    return sum(
        any(a != b and set(a) == set(b) for a in found for b in found)
        for found in orders.values()
    )
