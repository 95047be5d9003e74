"""Sketches for eliminations: factors, triangular systems, all-pairs paths."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from collections.abc import Iterator

from tunembed.parsers import Affine
from tunembed.schedules import Loop, Plan, loops_of
from tunembed.tuning._applied import applied

# Pivots per block; rows and columns of a register tile of doubles.
_SHAPES = ((64, 6, 8), (48, 6, 8), (64, 4, 8), (96, 6, 8), (64, 4, 12), (32, 4, 8))
_ROWS = 96
_PANEL_ROWS = 32
_PANEL_COLUMNS = (64, 128)


def elimination_sketches(plan: Plan, root: Loop, wide: bool) -> Iterator[str]:
    """Yield blocked eliminations of the arrays that a nest updates in place.

    Parameters
    ----------
    plan : Plan
    root : Loop
        Outermost loop of the nest.
    wide : bool
        Whether twice as many elements fit into a register as doubles do.

    Yields
    ------
    text : str
        Of a schedule, the more promising first.
    """
    for array in _candidates(plan, root):
        for size, rows, columns in _SHAPES:
            step = f"eliminate({array}={size})"
            done = applied(plan, step)
            if done is None:
                break
            turned = _is_walked_along_rows(done, array)
            tile = (rows, columns * 2 if wide else columns)
            for packed in (True, False):
                for width in _PANEL_COLUMNS if packed else _PANEL_COLUMNS[:1]:
                    steps = [step]
                    for part in _parts(plan, done):
                        steps += _of_part(array, part, tile, width, packed, turned)
                    yield "; ".join(steps)


def _candidates(plan: Plan, root: Loop) -> list[str]:
    """Return the matrices that are updated with elements of their own.

    The sum may be kept in a variable that is stored in the end.
    """
    statements = [plan.scop.statements[name] for name in sorted(root.index)]
    written = {a.array for s in statements for a in s.accesses if a.kind == "write"}
    found = []
    for statement in statements:
        if any(access.is_reduction for access in statement.accesses):
            found += [
                access.array
                for access in statement.accesses
                if not access.is_reduction
                and len(access.subscripts) == 2
                and access.array in written
            ]
    return list(dict.fromkeys(found))


def _is_walked_along_rows(plan: Plan, array: str) -> bool:
    """Return whether columns of the result read rows, as in ``A[j][k]``."""
    for loop in loops_of(plan.nodes):
        if loop.name.startswith("j_"):
            for name, column in loop.index.items():
                for access in plan.scop.statements[name].accesses:
                    if access.array == array and not access.is_reduction:
                        first, last = access.subscripts
                        if Affine.variable(column) == first != last:
                            return True
    return False


def _parts(plan: Plan, done: Plan) -> list[str]:
    """Return the suffixes of the parts that an elimination made, in their order."""
    known = {loop.name for loop in loops_of(plan.nodes)}
    names = [loop.name for loop in loops_of(done.nodes) if loop.name not in known]
    return [name.removeprefix("j") for name in names if name.startswith("j_")]


def _of_part(
    array: str,
    part: str,
    tile: tuple[int, int],
    width: int,
    packed: bool,
    turned: bool,
) -> list[str]:
    rows, columns = part[1], part[2:]
    if rows == "i":
        return _block_rows(part, width) if columns != "i" else [f"simd(j{part})"]
    if columns == "i":
        return _block_columns(array, part, turned)
    return _rest(array, part, tile, packed, turned)


def _block_rows(part: str, width: int) -> list[str]:
    """Return the steps for rows that need each other: columns are independent."""
    return [
        f"tile(j{part}={width})",
        f"interchange(j{part}_t, k{part}, i{part})",
        f"simd(j{part})",
        f"parallel(j{part}_t)",
    ]


def _block_columns(array: str, part: str, turned: bool) -> list[str]:
    """Return the steps for columns that need each other: rows are independent."""
    if not turned:
        return [f"simd(j{part})", f"parallel(i{part})"]
    return [
        f"tile(i{part}={_PANEL_ROWS})",
        f"pack({array}, i{part}_t, j{part}, k{part}, transpose=true)",
        f"parallel(i{part}_t)",
    ]


def _rest(
    array: str, part: str, tile: tuple[int, int], packed: bool, turned: bool
) -> list[str]:
    """Return the steps for what is a product of matrices."""
    rows, columns = tile
    product = f"register_tile(k{part}, i{part}={rows}, j{part}={columns})"
    if not packed:
        return [product, f"parallel(i{part}_t)"]
    option = ", transpose=true" if turned else ""
    return [
        f"tile(i{part}={_ROWS})",
        product,
        f"interchange(j{part}_t, i{part}_tt)",
        f"pack({array}, j{part}_t, j{part}, k{part}{option})",
        f'parallel(i{part}_t, schedule="dynamic", chunk=1)',
    ]
