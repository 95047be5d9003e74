"""Features of how accesses to one array differ: stencils, dependences, parallelism."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import math
from collections.abc import Iterable

from tunembed.features._references import Reference
from tunembed.features._view import NestView
from tunembed.parsers import Affine

Form = tuple[tuple[tuple[str, int], ...], ...]


def measure_patterns(view: NestView) -> dict[str, float]:
    """Return the features ``stencil_*``, ``self_*`` and ``parallel_*``."""
    return _stencil(view) | _self(view) | _parallel(view)


def _form(item: Reference) -> Form:
    """Return the subscripts without their constants."""
    return tuple(tuple(e.coefficients.items()) for e in _affine(item))


def _affine(item: Reference) -> tuple[Affine, ...]:
    return tuple(e for e in item.access.subscripts if e is not None)


def _position(subscript: Affine) -> int:
    """Return the constant in units of what iterators move: 0 for ``3 * i + 2``."""
    return subscript.constant // (math.gcd(*subscript.coefficients.values()) or 1)


def _stencil(view: NestView) -> dict[str, float]:
    points: dict[tuple[str, Form], set[tuple[int, ...]]] = {}
    for item in view.references:
        if not item.is_write and item.access.is_affine and item.loops:
            constants = tuple(_position(e) for e in _affine(item))
            key = (item.access.array, _form(item))
            points.setdefault(key, set()).add(constants)
    spreads = [
        [max(column) - min(column) for column in zip(*found, strict=True)]
        for found in points.values()
    ]
    return {
        "stencil_points": max(map(len, points.values()), default=0),
        "stencil_reach": max((max(spread) for spread in spreads), default=0),
        "stencil_dimensions": max(
            (sum(width > 0 for width in spread) for spread in spreads), default=0
        ),
        "stencil_arrays": sum(len(found) > 1 for found in points.values()),
    }


def _self(view: NestView) -> dict[str, float]:
    """Compare the reads of written arrays with the writes."""
    found: dict[int, set[tuple[object, ...]]] = {-1: set(), 0: set(), 1: set()}
    carriers = set()
    for array, reads, writes in _pairs(view):
        forms = {item.access.subscripts for item in writes}
        for read in reads:
            if read.access.subscripts in forms and read.access.is_affine:
                continue
            for write in writes:
                key = (array, read.access.subscripts, write.access.subscripts)
                loop, sign = _distance(view, read, write)
                if sign is not None:
                    found[sign].add(key)
                    carriers.add(loop)
    return {
        "self_before": len(found[-1]),
        "self_after": len(found[1]),
        "self_other": len(found[0]),
        "self_outer_carries": view.main[0] in carriers,
        "self_inner_carries": view.innermost in carriers,
    }


def _pairs(
    view: NestView,
) -> Iterable[tuple[str, list[Reference], list[Reference]]]:
    for array in dict.fromkeys(r.access.array for r in view.references if r.is_write):
        same = [item for item in view.references if item.access.array == array]
        reads = [item for item in same if not item.is_write]
        yield array, reads, [item for item in same if item.is_write]


def _distance(
    view: NestView, read: Reference, write: Reference
) -> tuple[int | None, int | None]:
    """Return the outermost loop by which a read is apart from a write, and the sign.

    Minus one: earlier iterations write what is read. Zero: not a constant distance.
    None: never the same element.
    """
    if not (read.access.is_affine and write.access.is_affine):
        return None, 0
    if _form(read) != _form(write):
        return None, 0
    found: dict[int, int] = {}
    pairs = zip(_affine(read), _affine(write), read.moves, strict=True)
    for first, second, move in pairs:
        shift = first.constant - second.constant
        if shift % (math.gcd(*first.coefficients.values()) or 1 + abs(shift)):
            return None, None
        if shift and not move:
            return None, None
        if shift:
            loop = min(move)
            found.setdefault(loop, 1 if shift * move[loop] > 0 else -1)
    order = [index for index in read.place.path if index in found]
    return (order[0], found[order[0]]) if order else (None, 0)


def _parallel(view: NestView) -> dict[str, float]:
    writes = [
        item
        for item in view.references
        if item.is_write and item.access.array not in view.inside
    ]
    common = {
        loop
        for loop in view.main
        if any(loop in item.place.path for item in writes)
        and all(item.advances(loop) for item in writes if loop in item.place.path)
    }
    shared = {
        access.array
        for item in view.tree.statements
        for access in item.statement.accesses
        if access.kind == "write" and not access.subscripts
    } - view.inside
    return {
        "parallel_outer": view.main[0] in common,
        "parallel_inner": view.innermost in common,
        "parallel_loops": len(common),
        "parallel_shared_scalars": len(shared),
    }
