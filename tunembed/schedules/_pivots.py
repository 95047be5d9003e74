"""Which element a statement of an elimination updates, and for which pivot."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import islpy as isl

from tunembed.parsers import Affine, isl_name
from tunembed.schedules._scop import Scop, ScopStatement
from tunembed.schedules._tree import ScheduleError

# The dimensions of a statement that are the row and the column of an element.
Pair = tuple[str, str]


class Place(NamedTuple):
    """The element that a statement writes, and the pivot it is written for."""

    pivot: str
    row: str
    # None where the row and the pivot determine it.
    column: str | None


def place_of(
    scop: Scop, statement: ScopStatement, array: str, sums: Mapping[str, Pair]
) -> Place | None:
    """Return where a statement belongs, None for the start of a sum.

    Raises
    ------
    ScheduleError
        If it is no part of an elimination.
    """
    where = f"eliminate: {statement.name} ({statement.location})"
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
    pivots = others or diagonal or {_earlier(scop, statement, row, column)}
    if len(pivots) != 1:
        raise ScheduleError(f"{where} has no pivot")
    pivot = pivots.pop()
    return Place(pivot, row, None if column in (pivot, row) else column)


def sums_of(scop: Scop, array: str) -> dict[str, Pair]:
    """Return the variables that elements are summed up in, with row and column.

    ``s = A[i][j]; s -= A[i][k] * A[k][j]; A[i][j] = s;`` has ``s``.
    """
    updated = {
        access.array
        for statement in scop.statements.values()
        if any(a.array == array and a.kind == "read" for a in statement.accesses)
        for access in statement.accesses
        if access.is_reduction and access.array in scop.privates
    }
    found: dict[str, Pair] = {}
    for statement in scop.statements.values():
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


def is_update(statement: ScopStatement, array: str, sums: Mapping[str, Pair]) -> bool:
    """Return whether an element is updated with others of the array."""
    updated = {a.array for a in statement.accesses if a.is_reduction}
    return bool(updated & {array, *sums} and _others_read(statement, array))


def blocks_read(
    scop: Scop, array: str, places: Mapping[str, Place]
) -> tuple[bool, bool]:
    """Return whether rows and columns of the block are read by others."""
    read = [
        [name == place.pivot for name in _names(subscripts)]
        for statement, place in places.items()
        for subscripts in _others_read(scop.statements[statement], array)
    ]
    return any(row for row, _ in read), any(column for _, column in read)


def order_of_pivots(
    scop: Scop,
    places: Mapping[str, Place],
    rows: bool,
    columns: bool,
    dependences: isl.UnionMap,
) -> tuple[bool, bool]:
    """Return whether pivots are taken downwards, and whether their block comes last.

    A row that is read after its updates must be complete, one that is read before them
    must not have begun.
    """
    for last in (False, True):
        for downwards in (False, True):
            for name, place in places.items():
                own = {place.row} if rows else set()
                own |= {place.column or place.row} if columns else set()
                pairs = _uses(scop, name, place, own, downwards=downwards, last=last)
                if not dependences.intersect(pairs).is_empty():
                    return downwards, last
    return False, False


def restricted(scop: Scop, name: str, conditions: list[str]) -> isl.Set:
    """Return the instances of a statement that fulfil isl constraints."""
    return scop.domain(name).intersect(
        isl.Set(
            f"[{scop.parameter_text}] -> {{ "
            f"{scop.statements[name].tuple_text} : "
            f"{' and '.join(conditions) or 'true'} }}"
        )
    )


def _uses(
    scop: Scop, name: str, place: Place, own: set[str], *, downwards: bool, last: bool
) -> isl.UnionMap:
    """Relate an update to one that uses its row or column as a pivot, or used it."""
    dims = [isl_name(dim) for dim in scop.statements[name].dims]
    if last:
        use = [f"{place.pivot} = {dim}_" for dim in sorted(own)]
    else:
        use = [f"{dim} = {place.pivot}_" for dim in sorted(own)]
    sign = ">" if downwards else "<"
    return isl.UnionMap(
        f"[{scop.parameter_text}] -> {{ {name}[{', '.join(dims)}] -> "
        f"{name}[{', '.join(f'{dim}_' for dim in dims)}] : "
        f"{place.pivot} {sign} {place.pivot}_ and ({' or '.join(use)}) }}"
    )


def _earlier(scop: Scop, statement: ScopStatement, row: str, column: str) -> str:
    above = restricted(scop, statement.name, [f"{column} > {row}"])
    return column if above.is_empty() else row


def _others_read(
    statement: ScopStatement, array: str
) -> list[tuple[Affine | None, ...]]:
    """Return the subscripts of the elements read that are not the written one."""
    accesses = [a for a in statement.accesses if a.array == array]
    own = {a.subscripts for a in accesses if a.kind == "write"}
    return [a.subscripts for a in accesses if a.subscripts not in own]


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
