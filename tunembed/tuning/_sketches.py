"""Sketches: which steps could make a nest fast, before their parameters are chosen.

The search tries them on our own kernels to fill the database; `tune` never does, it
asks the database.
"""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from tunembed.schedules import (
    Loop,
    Plan,
    Roles,
    Schedule,
    dtype_of,
    loops_of,
    perfect_chain,
)
from tunembed.tuning._elimination_sketches import elimination_sketches
from tunembed.tuning._interval_sketches import interval_sketches
from tunembed.tuning._lane_sketches import lane_sketches
from tunembed.tuning._ordered_sketches import ordered_sketches
from tunembed.tuning._view import Nest

_DOUBLE_TILES = ((6, 8), (4, 12), (4, 8), (3, 16), (8, 8), (2, 16))
_DYNAMIC = ', schedule="dynamic", chunk=1'
_BLOCKS = ((256, 96, _DYNAMIC), (256, 252, ""), (384, 48, _DYNAMIC), (128, 60, ""))
_CACHE_TILES = (32, 64, 16, 128)
_WORTH_THREADS = 20_000
_ROLE = {
    "log_extent": 2,
    "parallel": 3,
    "reduction": 4,
    "written_last": 8,
    "written_other": 9,
}


@dataclass(frozen=True)
class _Operand:
    """One use of an array: the loops it moves with, and those of its last subscript."""

    array: str
    loops: frozenset[str]
    last: frozenset[str]


@dataclass(frozen=True)
class _Shape:
    """What the sketches need to know of a nest."""

    chain: list[str]
    innermost: list[str]
    free: set[str]
    heavy: set[str]
    reducing: set[str]
    written_last: set[str]
    written_other: set[str]
    operands: list[_Operand]
    wide: bool


def sketches(plan: Plan, nest: Nest) -> Iterator[Schedule]:
    """Yield schedules for a nest, the more promising kinds first.

    Parameters
    ----------
    plan : Plan
    nest : Nest
    """
    shape = _shape(plan, nest)
    ordered = [] if shape.chain[0] in shape.free else ordered_sketches(nest.loop)
    makers = (
        _threads(shape),
        elimination_sketches(plan, nest.loop, shape.wide),
        interval_sketches(plan, nest.loop, shape.wide),
        lane_sketches(plan, nest.loop, shape.free),
        _register_tiles(shape),
        _outer_parallel(shape),
        _column_blocks(shape),
        _cache_tiles(shape),
        _reductions(shape),
        _eager(nest.loop),
        _jams(shape),
        _orders(shape),
        *ordered,
    )
    seen = set()
    for text in _round_robin(makers):
        if text not in seen and not (nest.is_fine and "parallel(" in text):
            seen.add(text)
            yield Schedule.parse(text)


def _round_robin(makers: tuple[Iterator[str], ...]) -> Iterator[str]:
    """Take one of each kind in turn."""
    for texts in itertools.zip_longest(*makers):
        yield from (text for text in texts if text is not None)


def _shape(plan: Plan, nest: Nest) -> _Shape:
    roles = nest.roles
    chain = [loop.name for loop in perfect_chain(nest.loop)]
    inner = [loop.name for loop in loops_of((nest.loop,)) if not loops_of(loop.body)]

    def having(role: str) -> set[str]:
        return {n for n, values in roles.loops.items() if values[_ROLE[role]] > 0}

    written = {
        access.array
        for name in nest.loop.index
        for access in plan.scop.statements[name].accesses
        if access.kind == "write"
    }
    wide = all(dtype_of(plan.scop, array) in ("float", "int") for array in written)
    return _Shape(
        chain,
        inner,
        having("parallel"),
        _heavy(chain, roles),
        having("reduction"),
        having("written_last"),
        having("written_other"),
        _operands(plan, nest.loop),
        wide,
    )


def _heavy(chain: list[str], roles: Roles) -> set[str]:
    """Return the loops that contain enough work to be worth starting threads."""
    work, found = 1.0, set()
    for name in reversed(chain):
        work *= max(1.0, 2 ** (8 * roles.loops[name][_ROLE["log_extent"]]) - 1)
        if work >= _WORTH_THREADS or name == chain[0]:
            found.add(name)
    return found


def _operands(plan: Plan, root: Loop) -> list[_Operand]:
    """Return the uses of arrays of rank two and more that are only read."""
    found = []
    loop_of = {}
    for loop in loops_of((root,)):
        for name, text in loop.index.items():
            loop_of[(name, text.removeprefix("-"))] = loop.name
    for name in root.index:
        statement = plan.scop.statements[name]
        written = {a.array for a in statement.accesses if a.kind == "write"}
        for access in statement.accesses:
            if access.array in written or len(access.subscripts) < 2:
                continue
            moving = [
                {loop_of[(name, d)] for d in s.names() if (name, d) in loop_of}
                if s is not None
                else set()
                for s in access.subscripts
            ]
            loops = frozenset().union(*moving)
            found.append(_Operand(access.array, loops, frozenset(moving[-1])))
    return list(dict.fromkeys(found))


def _threads(shape: _Shape) -> Iterator[str]:
    outer = next((n for n in shape.chain if n in shape.free & shape.heavy), None)
    lanes = _lanes(shape)
    if outer is None:
        if lanes:
            yield "; ".join(lanes)
        return
    for options in ("", ', schedule="dynamic", chunk=8', ', schedule="guided"'):
        yield f"parallel({outer}{options})"
        if lanes:
            own = [text for text in lanes if text != f"simd({outer})"]
            yield "; ".join([*own, f"parallel({outer}{options})"])


def _lanes(shape: _Shape) -> list[str]:
    able = shape.free | shape.reducing
    return [f"simd({n})" for n in shape.innermost if n in able and n != shape.chain[0]]


def _register_tiles(shape: _Shape) -> Iterator[str]:
    tiles = [(r, c * 2 if shape.wide else c) for r, c in _DOUBLE_TILES]
    for row, column, inner in _tile_loops(shape):
        yield from _blocked(shape, row, column, inner)
    for row, column, inner in _tile_loops(shape):
        others = [n for n in shape.chain if n not in (row, column, inner)]
        first = f"interchange({', '.join([*others, row, column, inner])})"
        outer = next((n for n in (*others, f"{row}_t") if _is_free(n, shape)), None)
        end = f"; parallel({outer})" if outer else ""
        for r, c in tiles:
            yield f"{first}; register_tile({row}={r}, {column}={c}, {inner}){end}"
    for column, inner in _one_sided(shape):
        rest = [n for n in shape.chain if n not in (column, inner)]
        outer = next((n for n in rest if n in shape.free & shape.heavy), f"{column}_t")
        order = f"interchange({', '.join([*rest, column, inner])})"
        for size in (32, 64, 16, 128):
            wide = size * 2 if shape.wide else size
            for kind in ("", ', schedule="dynamic", chunk=16'):
                yield (
                    f"{order}; register_tile({column}={wide}, {inner}); "
                    f"parallel({outer}{kind})"
                )


def _is_free(name: str, shape: _Shape) -> bool:
    return name.removesuffix("_t") in shape.free


def _tile_loops(shape: _Shape) -> Iterator[tuple[str, str, str]]:
    """Yield (row, column, inner) loops for register tiles."""
    columns = [n for n in shape.chain if n in shape.written_last and n in shape.free]
    rows = [n for n in shape.chain if n in shape.written_other and n in shape.free]
    inners = [n for n in shape.chain if n in shape.reducing]
    for column, row, inner in itertools.product(columns, reversed(rows), inners):
        if len({column, row, inner}) == 3:
            yield row, column, inner


def _one_sided(shape: _Shape) -> Iterator[tuple[str, str]]:
    columns = [n for n in shape.chain if n in shape.written_last and n in shape.free]
    inners = [n for n in shape.chain if n in shape.reducing]
    for column, inner in itertools.product(columns, inners):
        if column != inner:
            yield column, inner


def _blocked(shape: _Shape, row: str, column: str, inner: str) -> Iterator[str]:
    """Yield register tiles inside cache tiles, with the operands packed.

    The order of BLIS (Van Zee & van de Geijn, TOMS 2015): a strip of the column's
    operand stays in the first-level cache, a block of the row's in the second.
    """
    others = [n for n in shape.chain if n not in (row, column, inner)]
    columns = list(_packing(shape, column, row, f"{column}_t"))
    rows = list(_packing(shape, row, column, f"{inner}_t"))
    for depth, block, kind in _BLOCKS:
        for r, c in _DOUBLE_TILES[:2]:
            wide = c * 2 if shape.wide else c
            steps = [
                f"interchange({', '.join([*others, row, column, inner])})",
                f"tile({row}={block - block % r}, {inner}={depth})",
                f"register_tile({row}={r}, {column}={wide}, {inner})",
                f"interchange({column}_t, {row}_tt)",
            ]
            end = f"parallel({row}_t{kind})"
            yield "; ".join([*steps, *columns, end])
            yield "; ".join([*steps, *columns, *rows, end])
            yield "; ".join([*steps, end])


def _packing(shape: _Shape, along: str, other: str, place: str) -> Iterator[str]:
    """Yield the steps that copy what moves with one loop and not with the other."""
    for operand in shape.operands:
        if along in operand.loops and other not in operand.loops:
            turned = along not in operand.last
            option = ", transpose=true" if turned and place == f"{along}_t" else ""
            yield f"pack({operand.array}, {place}, {along}{option})"


def _outer_parallel(shape: _Shape) -> Iterator[str]:
    """Move a parallel loop outside of one whose iterations must run in order."""
    if len(shape.chain) < 2 or shape.chain[0] in shape.free:
        return
    for name in shape.chain[1:]:
        if name in shape.free:
            rest = [n for n in shape.chain if n != name]
            yield f"interchange({', '.join([name, *rest])}); parallel({name})"


def _column_blocks(shape: _Shape) -> Iterator[str]:
    """Blocks of a parallel loop outside, the loop itself kept innermost."""
    if len(shape.chain) < 2:
        return
    name = shape.chain[-1]
    if name not in shape.free:
        return
    rest = shape.chain[:-1]
    for size in (64, 256, 32, 1024):
        steps = [
            f"tile({name}={size})",
            f"interchange({', '.join([f'{name}_t', *rest])})",
        ]
        yield "; ".join([*steps, f"simd({name})", f"parallel({name}_t)"])


def _cache_tiles(shape: _Shape) -> Iterator[str]:
    loops = shape.chain[-3:] if len(shape.chain) >= 3 else shape.chain
    for size in _CACHE_TILES:
        for count in (2, 3):
            tiled = loops[-count:]
            if len(tiled) < count:
                continue
            sizes = ", ".join(f"{n}={size}" for n in tiled)
            outer = next(
                (n for n in shape.chain if n in shape.free and n not in tiled), None
            ) or next((f"{n}_t" for n in tiled if n in shape.free), None)
            end = f"; parallel({outer})" if outer else ""
            yield f"tile({sizes}){end}"
            inner = shape.chain[-1]
            if inner in shape.free | shape.reducing:
                yield f"tile({sizes}); simd({inner}){end}"


def _reductions(shape: _Shape) -> Iterator[str]:
    for name in shape.chain:
        if name in shape.reducing & shape.heavy:
            yield f"parallel({name}, reduction=true)"
            for lanes in _lanes(shape):
                if lanes != f"simd({name})":
                    yield f"{lanes}; parallel({name}, reduction=true)"


def _eager(root: Loop) -> Iterator[str]:
    """Exchange two loops that are not perfectly nested, as in factorisations."""
    for loop in loops_of((root,)):
        inner = loop.body[0]
        if isinstance(inner, Loop) and len(loop.body) > 1 and not loops_of(inner.body):
            step = f"interchange({inner.name}, {loop.name})"
            yield step
            yield f"{step}; simd({loop.name})"


def _jams(shape: _Shape) -> Iterator[str]:
    outer = next((n for n in shape.chain if n in shape.free & shape.heavy), None)
    for name in shape.chain[:-1]:
        for factor in (4, 2, 8):
            end = (
                f"; parallel({name}_t)"
                if name == outer
                else (f"; parallel({outer})" if outer else "")
            )
            yield f"unroll_and_jam({name}={factor}){end}"


def _orders(shape: _Shape) -> Iterator[str]:
    if not 2 <= len(shape.chain) <= 4:
        return
    for order in itertools.permutations(shape.chain):
        if list(order) != shape.chain:
            outer = next((n for n in order if n in shape.free & shape.heavy), None)
            end = f"; parallel({outer})" if outer else ""
            yield f"interchange({', '.join(order)}){end}"
