"""Neighbourhoods of a place in a grid."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from tunembed.datasets._generator._code import Loop
from tunembed.datasets._generator._draw import Draw
from tunembed.datasets._generator._scope import Array, Axis
from tunembed.datasets._generator._term import Term, shift

Offset = tuple[int, ...]
_MOST = 27


def neighbors(draw: Draw, rank: int) -> tuple[int, list[Offset]]:
    """Return how far a neighbourhood reaches, and the offsets of its members.

    Parameters
    ----------
    draw : Draw
    rank : int

    Returns
    -------
    reach : int
    offsets : list of tuple of int
        At most 27; at least two.
    """
    reach = draw.one_of((1, 1, 1, 2, 3) if rank < 3 else (1, 1, 2))
    box = list(product(range(-reach, reach + 1), repeat=rank))
    star = [offset for offset in box if sum(map(bool, offset)) <= 1]
    corners = [offset for offset in box if len(set(map(abs, offset))) == 1]
    kind = draw.integer(0, 5)
    if kind == 0 and len(box) <= _MOST:
        return reach, box
    if kind == 1 and rank > 1:
        return reach, corners
    if kind == 2:
        upwind = [offset for offset in star if max(offset) <= 0]
        return reach, upwind
    if kind == 3:
        some = draw.some_of(box, draw.integer(2, min(6, len(box))))
        return reach, sorted(some)
    center = (0,) * rank
    ring = [offset for offset in star if offset != center]
    return reach, ring if draw.chance(30) else [center, *ring]


def around(array: Array, axes: Sequence[Axis], offsets: Sequence[Offset]) -> list[Term]:
    """Return the elements of an array at some offsets from an iteration's place."""
    return [
        array.at(*(shift(a.iterator, by) for a, by in zip(axes, offset, strict=True)))
        for offset in offsets
    ]


def inner_loops(draw: Draw, axes: Sequence[Axis], reach: int) -> list[Loop]:
    """Return parallel loops that keep a distance from the border, in any order."""
    order = draw.shuffled(axes) if draw.chance(40) else axes
    return [
        axis.loop(str(reach), shift(axis.extent, -reach), parallel=True)
        for axis in order
    ]
