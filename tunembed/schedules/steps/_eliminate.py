"""eliminate(A=64): an elimination by blocks of pivots."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import islpy as isl

from tunembed.parsers import Affine, isl_name
from tunembed.schedules._scop import ScopStatement
from tunembed.schedules._step import Plan, Step
from tunembed.schedules._tree import (
    Leaf,
    Loop,
    Node,
    Restrict,
    ScheduleError,
    loops_of,
    statements_below,
)
from tunembed.schedules.steps._common import restrictions_outside
from tunembed.schedules.steps._expand import Expand

# Where a row or column lies: its turn as a pivot comes before, inside of or after the
# block.
_ZONES = "bia"


# The dimensions of a statement that are the row and the column of an element.
_Pair = tuple[str, str]


class _Place(NamedTuple):
    """The element that a statement writes, and the pivot it is written for."""

    pivot: str
    row: str
    # None where the row and the pivot determine it.
    column: str | None


@dataclass(frozen=True)
class _Shape:
    """How the statements of an elimination use its pivots.

    `rows` and `columns` say whether those of the block are read by others. Pivots are
    taken downwards, and the block itself comes `last`, where others read what its rows
    held before.
    """

    places: Mapping[str, _Place]
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

    def block(self, place: _Place) -> str:
        """Return the first turn of the block."""
        return f"{self.size}*floor(({self.turn(place.pivot)})/{self.size})"

    def conditions(self, place: _Place, zones: tuple[str, str]) -> list[str]:
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


class Eliminate(Step):
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

    def validate(self) -> None:
        """One array and a size."""
        self.require(sizes=True)
        if self.names or len(self.sizes) != 1:
            raise ScheduleError(
                f"{self}: name one array and a size, as in eliminate(A=64)"
            )

    def loop_names(self) -> tuple[str, ...]:
        """Return no loop: the step goes by what is done with the array."""
        return ()

    def array_names(self) -> tuple[str, ...]:
        """Return the array."""
        return tuple(self.sizes)

    def renamed(self, loops: Mapping[str, str], arrays: Mapping[str, str]) -> Step:
        """Return the same step for another array."""
        return type(self)((), {arrays.get(k, k): v for k, v in self.options.items()})

    def apply(self, plan: Plan) -> Plan:
        """Replace the nest that updates the array by one nest per part."""
        ((array, size),) = self.sizes.items()
        sums = _sums(plan, array)
        for name in sorted(sums.keys() - plan.scop.expanded.keys()):
            plan = Expand((name,)).apply(plan)
        root = self._root(plan, array, sums)
        found = {
            name: self._place(plan, plan.scop.statements[name], array, sums)
            for name in sorted(statements_below((root,)))
        }
        places = {name: place for name, place in found.items() if place is not None}
        first = [name for name, place in found.items() if place is None]
        rows, columns = _cut(plan, array, places)
        downwards, last = _order(plan, places, rows, columns)
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

    def _root(self, plan: Plan, array: str, sums: Mapping[str, _Pair]) -> Node:
        """Return the nest in which elements are updated with others of the array."""
        found = [
            node
            for node in plan.nodes
            if isinstance(node, Loop)
            and any(
                _is_update(plan.scop.statements[name], array, sums)
                for name in statements_below((node,))
            )
        ]
        if len(found) != 1:
            what = "no nest" if not found else f"{len(found)} nests"
            raise ScheduleError(
                f"{self}: {what} with updates of '{array}' by other elements of it"
            )
        return found[0]

    def _place(
        self,
        plan: Plan,
        statement: ScopStatement,
        array: str,
        sums: Mapping[str, _Pair],
    ) -> _Place | None:
        """Return where a statement belongs, None for the start of a sum."""
        where = f"{self}: {statement.name} ({statement.location})"
        written = [a for a in statement.accesses if a.kind == "write"]
        if len(written) != 1 or written[0].array not in {array, *sums}:
            raise ScheduleError(f"{where} does not write one element of '{array}'")
        own = sums.get(written[0].array)
        row, column = own or _dimensions(written[0].subscripts, where)
        if not {row, column} <= set(map(isl_name, statement.dims)):
            raise ScheduleError(f"{where} is not inside the loops that store its sum")
        read = [_dimensions(s, where) for s in _others_read(statement, array)]
        read = [pair for pair in read if pair != (row, column)]
        if own and not read and statement.operator is None:
            return None
        others = {d for pair in read for d in pair} - {row, column}
        diagonal = {a for a, b in read if a == b} | ({row} if row == column else set())
        # What only changes its own element belongs to the earlier of its two turns.
        pivots = others or diagonal or {_earlier(plan, statement, row, column)}
        if len(pivots) != 1:
            raise ScheduleError(f"{where} has no pivot")
        pivot = pivots.pop()
        return _Place(pivot, row, None if column in (pivot, row) else column)


def _sums(plan: Plan, array: str) -> dict[str, _Pair]:
    """Return the variables that elements are summed up in, with row and column.

    ``s = A[i][j]; s -= A[i][k] * A[k][j]; A[i][j] = s;`` has ``s``.
    """
    updated = {
        access.array
        for statement in plan.scop.statements.values()
        if any(a.array == array and a.kind == "read" for a in statement.accesses)
        for access in statement.accesses
        if access.is_reduction and access.array in plan.scop.privates
    }
    found: dict[str, _Pair] = {}
    for statement in plan.scop.statements.values():
        stored = [
            a.subscripts
            for a in statement.accesses
            if a.array == array and a.kind == "write"
        ]
        names = _names(stored[0]) if len(stored) == 1 else []
        if len(names) == 2 and "" not in names:
            read = {a.array for a in statement.accesses if a.kind == "read"}
            found |= dict.fromkeys(read & updated, (names[0], names[1]))
    return found


def _earlier(plan: Plan, statement: ScopStatement, row: str, column: str) -> str:
    above = _restricted(plan, statement.name, [f"{column} > {row}"])
    return column if above.is_empty() else row


def _alone(plan: Plan, name: str, number: str) -> Loop:
    """Return a statement in loops of its own, in the order of the source."""
    body: tuple[Node, ...] = (Leaf(name),)
    for depth, dim in reversed(list(enumerate(plan.scop.statements[name].dims))):
        index = {name: isl_name(dim)}
        body = (Loop(name=f"first_{depth}{number}", index=index, body=body),)
    return body[0]  # type: ignore[return-value]


def _others_read(
    statement: ScopStatement, array: str
) -> list[tuple[Affine | None, ...]]:
    """Return the subscripts of the elements read that are not the written one."""
    accesses = [a for a in statement.accesses if a.array == array]
    own = {a.subscripts for a in accesses if a.kind == "write"}
    return [a.subscripts for a in accesses if a.subscripts not in own]


def _is_update(statement: ScopStatement, array: str, sums: Mapping[str, _Pair]) -> bool:
    updated = {a.array for a in statement.accesses if a.is_reduction}
    return bool(updated & {array, *sums} and _others_read(statement, array))


def _cut(plan: Plan, array: str, places: Mapping[str, _Place]) -> tuple[bool, bool]:
    """Return whether rows and columns of the block are read by others."""
    read = [
        [name == place.pivot for name in _names(subscripts)]
        for statement, place in places.items()
        for subscripts in _others_read(plan.scop.statements[statement], array)
    ]
    return any(row for row, _ in read), any(column for _, column in read)


def _order(
    plan: Plan, places: Mapping[str, _Place], rows: bool, columns: bool
) -> tuple[bool, bool]:
    """Return whether pivots are taken downwards, and whether their block comes last.

    A row that is read after its updates must be complete, one that is read before them
    must not have begun.
    """
    union = plan.dependences.union
    for last in (False, True):
        for downwards in (False, True):
            for name, place in places.items():
                own = {place.row} if rows else set()
                own |= {place.column or place.row} if columns else set()
                pairs = _uses(plan, name, place, own, downwards=downwards, last=last)
                if not union.intersect(pairs).is_empty():
                    return downwards, last
    return False, False


def _uses(
    plan: Plan, name: str, place: _Place, own: set[str], *, downwards: bool, last: bool
) -> isl.UnionMap:
    """Relate an update to one that uses its row or column as a pivot, or used it."""
    dims = [isl_name(dim) for dim in plan.scop.statements[name].dims]
    if last:
        use = [f"{place.pivot} = {dim}_" for dim in sorted(own)]
    else:
        use = [f"{dim} = {place.pivot}_" for dim in sorted(own)]
    sign = ">" if downwards else "<"
    return isl.UnionMap(
        f"[{plan.scop.parameter_text}] -> {{ {name}[{', '.join(dims)}] -> "
        f"{name}[{', '.join(f'{dim}_' for dim in dims)}] : "
        f"{place.pivot} {sign} {place.pivot}_ and ({' or '.join(use)}) }}"
    )


def _parts(plan: Plan, shape: _Shape, number: str) -> Iterator[Node]:
    for zones in shape.parts:
        domains = {}
        for name, place in shape.places.items():
            conditions = shape.conditions(place, zones)
            domain = _restricted(plan, name, conditions)
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


def _restricted(plan: Plan, name: str, conditions: list[str]) -> isl.Set:
    return plan.scop.domain(name).intersect(
        isl.Set(
            f"[{plan.scop.parameter_text}] -> {{ "
            f"{plan.scop.statements[name].tuple_text} : "
            f"{' and '.join(conditions) or 'true'} }}"
        )
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


def _body(plan: Plan, places: Mapping[str, _Place], suffix: str) -> tuple[Node, ...]:
    """Return what is done with one row: scaled first, then used, then summed up."""
    columns = {n: p.column for n, p in places.items() if p.column is not None}
    single = [n for n in places if n not in columns]
    sums = [n for n in single if plan.scop.statements[n].operator]
    body: list[Node] = [Leaf(n) for n in single if n not in sums]
    if columns:
        leaves = tuple(Leaf(n) for n in columns)
        body.append(Loop(name=f"j{suffix}", index=columns, body=leaves))
    return (*body, *(Leaf(n) for n in sums))


def _dimensions(subscripts: tuple[Affine | None, ...], where: str) -> tuple[str, str]:
    names = _names(subscripts)
    if len(names) != 2 or "" in names:
        raise ScheduleError(f"{where} has subscripts that are no two iterators")
    return names[0], names[1]


def _names(subscripts: tuple[Affine | None, ...]) -> list[str]:
    """Return the isl name of each subscript that is an iterator, else ``""``."""
    found = []
    for subscript in subscripts:
        names = subscript.names() if subscript is not None else set()
        name = next(iter(names)) if len(names) == 1 else ""
        plain = bool(name) and subscript == Affine.variable(name)
        found.append(isl_name(name) if plain else "")
    return found
