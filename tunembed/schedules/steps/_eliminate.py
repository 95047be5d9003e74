"""eliminate(A=64): an elimination by blocks of pivots."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import islpy as isl

from tunembed.parsers import isl_name
from tunembed.schedules._pivots import (
    Pair,
    Place,
    blocks_read,
    is_update,
    order_of_pivots,
    place_of,
    restricted,
    sums_of,
)
from tunembed.schedules._step import Plan
from tunembed.schedules._tree import (
    Leaf,
    Loop,
    Node,
    Restrict,
    ScheduleError,
    loops_of,
    statements_below,
)
from tunembed.schedules.steps._common import ArrayStep, restrictions_outside
from tunembed.schedules.steps._expand import Expand

# Where a row or column lies: its turn as a pivot comes before, inside of or after the
# block.
_ZONES = "bia"


@dataclass(frozen=True)
class _Shape:
    """How the statements of an elimination use its pivots.

    `rows` and `columns` say whether those of the block are read by others. Pivots are
    taken downwards, and the block itself comes `last`, where others read what its rows
    held before.
    """

    places: Mapping[str, Place]
    size: int
    rows: bool
    columns: bool
    downwards: bool
    last: bool

    @property
    def parts(self) -> list[tuple[str, str]]:
        """The zones of rows and columns of each part, in their order."""
        choices = (_ZONES if cut else ("",) for cut in (self.rows, self.columns))
        zones = sorted(itertools.product(*choices), key=_distance)
        return zones[::-1] if self.last else zones  # type: ignore[return-value]

    def turn(self, dim: str) -> str:
        """Return when a row or column is the pivot."""
        return f"-{dim}" if self.downwards else dim

    def block(self, place: Place) -> str:
        """Return the first turn of the block."""
        return f"{self.size}*floor(({self.turn(place.pivot)})/{self.size})"

    def conditions(self, place: Place, zones: tuple[str, str]) -> list[str]:
        """Return the isl constraints of a part."""
        start = self.block(place)
        found = []
        for dim, zone in zip(
            (place.row, place.column or place.pivot), zones, strict=True
        ):
            turn = self.turn(dim)
            if zone == "b":
                found.append(f"{turn} < {start}")
            elif zone == "i":
                found += [f"{turn} >= {start}", f"{turn} < {start} + {self.size}"]
            elif zone == "a":
                found.append(f"{turn} >= {start} + {self.size}")
        return found


def _distance(zones: tuple[str, ...]) -> tuple[int, int, int]:
    """Order parts: the block, panels of rows, panels of columns, the rest."""
    out = [zone in ("b", "a") for zone in zones]
    return sum(out), int(out[0]), sum(map(_ZONES.find, zones))


class Eliminate(ArrayStep):
    """Run an elimination by blocks of pivots, whatever its loops look like.

    For programs that update ``A[i][j]`` with ``A[i][k]`` and ``A[k][j]``, or
    ``A[j][k]``, or one of them: LU and Cholesky factors, triangular systems with many
    right sides, triangular products in place, all-pairs paths. ``eliminate(A=64)``
    takes 64 values of k at a time, in loop ``block``: the rows and columns of the block
    itself first, the panels beside it next, all the rest last. The rest is a matrix
    product, for `register_tile`. Loops are called ``k``, ``i`` and ``j`` with a letter
    for the rows and one for the columns, if blocks of them are told apart: ``b`` where
    their turn as a pivot comes before the block, ``i`` inside, ``a`` after it, as in
    ``i_aa`` (Golub & Van Loan, Matrix Computations, 3.2.11; Venkataraman et al., ACM
    JEA 2003). Where rows are read before they are updated, the block comes last.
    """

    kind = "eliminate"

    def apply(self, plan: Plan) -> Plan:
        """Replace the nest that updates the array by one nest per part."""
        ((array, size),) = self.sizes.items()
        sums = sums_of(plan.scop, array)
        for name in sorted(sums.keys() - plan.scop.expanded.keys()):
            plan = Expand((name,)).apply(plan)
        root = self._root(plan, array, sums)
        found = {
            name: place_of(plan.scop, plan.scop.statements[name], array, sums)
            for name in sorted(statements_below((root,)))
        }
        places = {name: place for name, place in found.items() if place is not None}
        first = [name for name, place in found.items() if place is None]
        rows, columns = blocks_read(plan.scop, array, places)
        downwards, last = order_of_pivots(
            plan.scop, places, rows, columns, plan.dependences.union
        )
        shape = _Shape(places, size, rows, columns, downwards, last)
        others = loops_of(tuple(node for node in plan.nodes if node is not root))
        number = "_2" if any(loop.name == "block" for loop in others) else ""
        blocks = Loop(
            name=f"block{number}",
            index={name: shape.block(place) for name, place in places.items()},
            body=tuple(_parts(plan, shape, number)),
            step=size,
        )
        new = (*(_alone(plan, name, number) for name in first), blocks)
        nodes: list[Node] = []
        for node in plan.nodes:
            nodes += new if node is root else [node]
        return plan.with_nodes(restrictions_outside(tuple(nodes)))

    def _root(self, plan: Plan, array: str, sums: Mapping[str, Pair]) -> Node:
        """Return the nest in which elements are updated with others of the array."""
        found = [
            node
            for node in plan.nodes
            if isinstance(node, Loop)
            and any(
                is_update(plan.scop.statements[name], array, sums)
                for name in statements_below((node,))
            )
        ]
        if len(found) != 1:
            what = "no nest" if not found else f"{len(found)} nests"
            raise ScheduleError(
                f"{self}: {what} with updates of '{array}' by other elements of it"
            )
        return found[0]


def _alone(plan: Plan, name: str, number: str) -> Loop:
    """Return a statement in loops of its own, in the order of the source."""
    body: tuple[Node, ...] = (Leaf(name),)
    for depth, dim in reversed(list(enumerate(plan.scop.statements[name].dims))):
        index = {name: isl_name(dim)}
        body = (Loop(name=f"first_{depth}{number}", index=index, body=body),)
    return body[0]  # type: ignore[return-value]


def _parts(plan: Plan, shape: _Shape, number: str) -> Iterator[Node]:
    for zones in shape.parts:
        domains = {}
        for name, place in shape.places.items():
            conditions = shape.conditions(place, zones)
            domain = restricted(plan.scop, name, conditions)
            if not domain.is_empty():
                domains[name] = domain
        if domains:
            union = isl.UnionSet(f"[{plan.scop.parameter_text}] -> {{ }}")
            for domain in domains.values():
                union = union.union(isl.UnionSet(domain))
            suffix = f"_{''.join(zones)}{number}"
            yield Restrict(
                str(union), (_nest(plan, shape, list(domains), zones[0], suffix),)
            )


def _nest(plan: Plan, shape: _Shape, names: list[str], rows: str, suffix: str) -> Loop:
    """Return the loops over pivots, rows and columns of one part.

    Rows outside of the block do not depend on each other: their loop is outside, and
    runs upwards. Those inside have the order of the pivots.
    """
    places = {name: shape.places[name] for name in names}
    body = _body(plan, places, suffix)
    turns = {name: shape.turn(place.pivot) for name, place in places.items()}
    inside = rows not in ("b", "a")
    index = {n: shape.turn(p.row) if inside else p.row for n, p in places.items()}
    chain = [(f"k{suffix}", turns), (f"i{suffix}", index)]
    if not inside:
        chain.reverse()
    for name, index in reversed(chain):
        body = (Loop(name=name, index=index, body=body),)
    return body[0]  # type: ignore[return-value]


def _body(plan: Plan, places: Mapping[str, Place], suffix: str) -> tuple[Node, ...]:
    """Return what is done with one row: scaled first, then used, then summed up."""
    columns = {n: p.column for n, p in places.items() if p.column is not None}
    single = [n for n in places if n not in columns]
    sums = [n for n in single if plan.scop.statements[n].operator]
    body: list[Node] = [Leaf(n) for n in single if n not in sums]
    if columns:
        leaves = tuple(Leaf(n) for n in columns)
        body.append(Loop(name=f"j{suffix}", index=columns, body=leaves))
    return (*body, *(Leaf(n) for n in sums))
