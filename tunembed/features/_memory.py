"""Features of how much memory is touched, and how often."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import itertools
import math
from collections.abc import Iterable

from tunembed.features._extents import Extents
from tunembed.features._references import CACHE_LINE, Reference
from tunembed.features._view import NestView
from tunembed.parsers import Affine


def measure_memory(view: NestView, flops: float) -> dict[str, float]:
    """Return the features ``memory_*`` and ``intensity_*``.

    Parameters
    ----------
    view : NestView
    flops : float
        Floating point operations per iteration.
    """
    references = view.references
    arrays = footprints(references, view.extents)
    written = {item.access.array for item in references if item.is_write}
    total = sum(arrays.values())
    moved = sum(item.weight * _moved(item, item.array.itemsize) for item in references)
    lines = sum(item.weight * _moved(item, CACHE_LINE) for item in references)
    used = sum(item.weight * item.array.itemsize for item in references)
    iterations = view.iterations
    return {
        "memory_total": total,
        "memory_largest": max(arrays.values(), default=0.0),
        "memory_written": sum(arrays[name] for name in written),
        "memory_outer_iteration": _working_set(view, 1),
        "memory_inner_loops": _working_set(view, len(view.main) - 2),
        "memory_inner_loop": _working_set(view, len(view.main) - 1),
        "memory_element": max((item.array.itemsize for item in references), default=0),
        "memory_bytes": moved,
        "memory_line_bytes": lines,
        "memory_reuse": used * iterations / total if total else 0.0,
        "intensity_footprint": flops * iterations / total if total else 0.0,
        "intensity_streaming": flops / moved if moved else 0.0,
    }


def _moved(item: Reference, most: float) -> float:
    """Return the bytes that an access takes from memory per execution, without reuse.

    An access that the innermost loop does not move takes nothing, others at least an
    element and at most `most` bytes.
    """
    stride = abs(item.stride(item.own_innermost))
    if not stride:
        return 0.0
    if math.isnan(stride):
        return most
    return max(item.array.itemsize, min(stride, most))


def _working_set(view: NestView, fixed: int) -> float:
    """Return the bytes touched while the `fixed` outermost loops stand still."""
    loops = view.main[: max(0, fixed)]
    inside = [
        item for item in view.references if item.place.path[: len(loops)] == loops
    ]
    extents = view.extents.with_fixed(loops) if loops else view.extents
    return sum(footprints(inside, extents).values())


def footprints(references: Iterable[Reference], extents: Extents) -> dict[str, float]:
    """Return the bytes of each array that are touched.

    The smaller of: the box around all subscripts, cut at the declared extents; the
    number of different iterations of the loops that move each access, summed.
    """
    groups: dict[str, list[Reference]] = {}
    for item in references:
        groups.setdefault(item.access.array, []).append(item)
    return {
        name: items[0].array.itemsize
        * max(1.0, min(_box(items, extents), _count(items, extents)))
        for name, items in groups.items()
    }


def _box(items: list[Reference], extents: Extents) -> float:
    places = {(item.access.subscripts, item.place.path): item for item in items}
    columns = itertools.zip_longest(
        *(
            [
                (_range(e, path, extents), extent)
                for e, extent in zip(subscripts, item.extents, strict=True)
            ]
            for (subscripts, path), item in places.items()
        ),
        fillvalue=((0.0, 0.0), None),
    )
    total = 1.0
    for column in columns:
        width = max(high for (_, high), _ in column)
        width += 1 - min(low for (low, _), _ in column)
        known = [extent for _, extent in column if extent]
        total *= max(1.0, min([width, *known]))
    return total


def _range(
    subscript: Affine | None, path: tuple[int, ...], extents: Extents
) -> tuple[float, float]:
    if subscript is None:
        return -math.inf, math.inf
    return extents.range_of(subscript, path)


def _count(items: list[Reference], extents: Extents) -> float:
    """Return for how many iterations accesses may differ."""
    places = {(item.access.subscripts, item.place.path): item for item in items}
    return sum(_different(item, extents) for item in places.values())


def _different(item: Reference, extents: Extents) -> float:
    """Return for how many iterations an access may differ."""
    moving = item.loops
    total = 1.0
    for loop in moving:
        extent = extents[loop]
        total *= extent.trips if extent.depends <= moving else extent.values
    return total
