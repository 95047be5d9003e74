"""Where the tile of a loop is full: its points have constant bounds there."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

import islpy as isl

from tunembed.schedules._scop import Scop
from tunembed.schedules._tree import Loop

_PARTS = ("before", "full", "after")


@dataclass(frozen=True)
class TileParts:
    """The instances of some statements, as the text of isl sets.

    Attributes
    ----------
    before : str
        Those of partial tiles that come before a full one; empty if there are none.
    full : str
        Those of full tiles.
    after : str
        The other ones.
    """

    before: str
    full: str
    after: str


def tile_parts(
    scop: Scop,
    reached: isl.UnionSet,
    outer: Sequence[Loop],
    between: Sequence[Loop],
    points: Sequence[Loop],
    sizes: Mapping[str, int],
) -> TileParts:
    """Split instances by whether their tile is full.

    Fullness is judged in scheduled space, so that skewed tiles count too: at one place
    of all the other loops, all points of the tile must exist, for every statement.

    Parameters
    ----------
    scop : Scop
    reached : isl.UnionSet
        The instances below the loops.
    outer : sequence of Loop
        The loops around; tile loops among them say nothing new.
    between : sequence of Loop
        The loop between the tile loops and their points, if there is one: partial tiles
        may come before and after full ones along it.
    points : sequence of Loop
        The loops over the points of a tile.
    sizes : mapping of str to int
        How many points a full tile has along each of them.
    """
    loops = [*(loop for loop in outer if loop.step == 1), *between, *points]
    times = {name: _time(scop, reached, loops, name) for name in points[0].index}
    seen = {name: time.range() for name, time in times.items()}
    extents = [sizes[loop.name] for loop in points]
    tile = _same_tile(scop, len(loops), extents)
    corners = _corners(scop, len(loops), extents)
    found = [_full(places, tile, corners) for places in seen.values()]
    full = reduce(isl.Set.intersect, found).coalesce()
    earlier = _earlier(tile, full, len(points) + 1) if between else full
    parts = {key: isl.UnionSet(f"[{scop.parameter_text}] -> {{ }}") for key in _PARTS}
    for name, time in times.items():
        rest = seen[name].subtract(full)
        before = rest.intersect(earlier)
        places = (before, full, rest.subtract(before))
        for key, place in zip(_PARTS, places, strict=True):
            instances = time.intersect_range(place).domain().coalesce()
            instances = instances.gist(scop.domain(name))
            parts[key] = parts[key].union(isl.UnionSet(instances))
    return TileParts(**{k: "" if v.is_empty() else str(v) for k, v in parts.items()})


def _time(
    scop: Scop, reached: isl.UnionSet, loops: Sequence[Loop], name: str
) -> isl.Map:
    statement = scop.statements[name]
    time = ", ".join(loop.index[name] for loop in loops)
    text = f"[{scop.parameter_text}] -> {{ {statement.tuple_text} -> [{time}] }}"
    domain = isl.Set.from_union_set(reached.intersect(isl.UnionSet(scop.domain(name))))
    return isl.Map(text).intersect_domain(domain)


def _same_tile(scop: Scop, length: int, sizes: Sequence[int]) -> isl.Map:
    """Relate the places that differ in the last coordinates only, within one tile."""
    same = [f"c{n}" for n in range(length - len(sizes))]
    first = [f"p{n}" for n in range(len(sizes))]
    second = [f"q{n}" for n in range(len(sizes))]
    tests = [
        f"floor({p}/{size}) = floor({q}/{size})"
        for p, q, size in zip(first, second, sizes, strict=True)
    ]
    return isl.Map(
        f"[{scop.parameter_text}] -> {{ [{', '.join(same + first)}] -> "
        f"[{', '.join(same + second)}] : {' and '.join(tests)} }}"
    )


def _corners(scop: Scop, length: int, sizes: Sequence[int]) -> list[isl.Map]:
    """Return the maps from a place to the corners of its tile."""
    same = [f"c{n}" for n in range(length - len(sizes))]
    first = [f"p{n}" for n in range(len(sizes))]
    found = []
    for ends in itertools.product((0, 1), repeat=len(sizes)):
        corner = [
            f"{size}*floor({p}/{size}) + {end * (size - 1)}"
            for p, size, end in zip(first, sizes, ends, strict=True)
        ]
        found.append(
            isl.Map(
                f"[{scop.parameter_text}] -> {{ [{', '.join(same + first)}] -> "
                f"[{', '.join(same + corner)}] }}"
            )
        )
    return found


def _full(places: isl.Set, tile: isl.Map, corners: Sequence[isl.Map]) -> isl.Set:
    """Return the places whose tile exists as a whole.

    Of a convex set that has no holes it exists if its corners do, which isl describes
    by far fewer constraints.
    """
    if _is_convex(places):
        whole = [places.apply(corner.reverse()) for corner in corners]
        return reduce(isl.Set.intersect, whole, places)
    outside = isl.Set.universe(places.get_space()).subtract(places)
    return places.subtract(tile.intersect_range(outside).domain())


def _is_convex(places: isl.Set) -> bool:
    pieces = places.get_basic_set_list()
    return pieces.n_basic_set() == 1 and not pieces.get_at(0).dim(isl.dim_type.div)


def _earlier(tile: isl.Map, full: isl.Set, from_end: int) -> isl.Set:
    """Return the places from which a full one of the same tile follows.

    It follows along one coordinate, counted from the end.
    """
    along = full.dim(isl.dim_type.set) - from_end
    universe = isl.Map.universe(tile.get_space())
    later = universe.order_lt(isl.dim_type.in_, along, isl.dim_type.out, along)
    for n in range(along):
        later = later.equate(isl.dim_type.in_, n, isl.dim_type.out, n)
    whole = tile.project_out(isl.dim_type.in_, along, 1)
    whole = whole.project_out(isl.dim_type.out, along, 1)
    whole = whole.insert_dims(isl.dim_type.in_, along, 1)
    whole = whole.insert_dims(isl.dim_type.out, along, 1)
    return later.intersect(whole).intersect_range(full).domain()
