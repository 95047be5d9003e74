"""intervals(s=64): a table over intervals by blocks."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from typing import NamedTuple

import islpy as isl

from tunembed.parsers import Affine, isl_name
from tunembed.schedules._pivots import restricted
from tunembed.schedules._scop import Scop, ScopStatement
from tunembed.schedules._step import Plan
from tunembed.schedules._tree import (
    Leaf,
    Loop,
    Node,
    Restrict,
    ScheduleError,
    loops_of,
    statements_below,
    walk,
)
from tunembed.schedules.steps._common import ArrayStep, counts_down


class _Table(NamedTuple):
    """A nest that combines shorter intervals to longer ones.

    `update` combines ``s[i][k + left]`` and ``s[k + right][j]`` for the split point
    `k`; `before` and `after` are the other statements of an interval, around the loop
    over split points. `outer` and `inner` are the loops over the interval's ends, of
    which `rows` and `columns` go by the first and the last.
    """

    update: str
    before: tuple[Node, ...]
    after: tuple[Node, ...]
    outer: Loop
    inner: Loop
    rows: Loop
    columns: Loop
    split: str
    left: int
    right: int


class Intervals(ArrayStep):
    """Compute a table over intervals by blocks of first and last ends.

    For programs that build the best of ``s[i][j]`` from ``s[i][k]`` and ``s[k][j]`` of
    the intervals inside: chains of matrices, parsing, folding of RNA. Blocks on one
    diagonal, loop ``block`` inside of ``wave``, do not need each other. Of each,
    ``intervals(s=64)`` first combines what lies in other blocks, in loops ``k_m``,
    ``i_m`` and ``j_m``, a product of matrices for `register_tile`; then what reaches
    into the block itself, in ``i_e``, ``k_e`` and ``j_e``: an end as soon as all
    that it is made of is known (Cherng & Ladner, "Cache efficient simple dynamic
    programming", DMTCS 2005). Starting values are set in ``i_p`` and ``j_p``.
    """

    kind = "intervals"

    def apply(self, plan: Plan) -> Plan:
        """Replace the nest that fills the table."""
        ((array, size),) = self.sizes.items()
        found = [
            (node, table)
            for node in plan.nodes
            if isinstance(node, Loop)
            for table in [_table(plan.scop, node, array)]
            if table is not None
        ]
        if len(found) != 1:
            count = "no nest" if not found else f"{len(found)} nests"
            raise ScheduleError(
                f"{self}: {count} that combines '{array}[i][k]' and '{array}[k][j]' in "
                "a loop over k right inside of those over i and j"
            )
        root, table = found[0]
        taken = {loop.name for loop in loops_of(plan.nodes)}
        number = "_2" if "wave" in taken else ""
        new = _blocks(plan.scop, table, size, number)
        nodes = tuple(new if node is root else node for node in plan.nodes)
        return plan.with_nodes(nodes)


def _table(scop: Scop, root: Loop, array: str) -> _Table | None:
    """Return what a nest is made of, None if it is no table over intervals."""
    if any(isinstance(node, Restrict) for node in walk((root,))):
        return None
    if len(root.body) != 1 or not isinstance(root.body[0], Loop):
        return None
    inner = root.body[0]
    for place, node in enumerate(inner.body):
        if not isinstance(node, Loop) or not isinstance(node.body[0], Leaf):
            continue
        name = node.body[0].statement
        ends = _ends(scop.statements[name], array, node.index[name])
        if len(node.body) == 1 and ends is not None:
            before, after = inner.body[:place], inner.body[place + 1 :]
            if all(_commutes(scop, name, other) for other in before):
                before, after = (), (*before, *after)
            row, column, left, right = ends
            loops = {root.index[name].removeprefix("-"): root}
            loops[inner.index[name].removeprefix("-")] = inner
            if loops.keys() != {row, column} or any(map(_is_loop, (*before, *after))):
                return None
            return _Table(
                name,
                before,
                after,
                root,
                inner,
                loops[row],
                loops[column],
                node.index[name],
                left,
                right,
            )
    return None


def _is_loop(node: Node) -> bool:
    return not isinstance(node, Leaf)


def _ends(
    statement: ScopStatement, array: str, split: str
) -> tuple[str, str, int, int] | None:
    """Return row, column, and by how much the parts' ends differ from the split."""
    accesses = [a for a in statement.accesses if a.array == array]
    own = {a.subscripts for a in accesses if a.kind == "write" and a.is_reduction}
    if len(own) != 1:
        return None
    first, last = next(iter(own))
    row, column = _plain(first), _plain(last)
    left, right = None, None
    for subscripts in {a.subscripts for a in accesses} - own:
        if subscripts[0] == first:
            left = _distance(subscripts[1], split)
        elif subscripts[1] == last:
            right = _distance(subscripts[0], split)
        else:
            return None
    if not row or not column or left is None or right is None:
        return None
    return row, column, left, right


def _plain(subscript: Affine | None) -> str:
    """Return the isl name of a subscript that is an iterator, else ``""``."""
    names = subscript.names() if subscript is not None else set()
    name = next(iter(names)) if len(names) == 1 else ""
    return isl_name(name) if name and subscript == Affine.variable(name) else ""


def _distance(subscript: Affine | None, split: str) -> int | None:
    """Return by how much a subscript exceeds the split point."""
    if subscript is None or [isl_name(name) for name in subscript.names()] != [split]:
        return None
    (name,) = subscript.names()
    return subscript.constant if subscript.coefficient(name) == 1 else None


def _commutes(scop: Scop, update: str, node: Node) -> bool:
    """Return whether a statement only updates as the loop over split points does."""
    if not isinstance(node, Leaf):
        return False
    statement, other = scop.statements[update], scop.statements[node.statement]
    writes = [a for a in other.accesses if a.kind == "write"]
    return other.operator == statement.operator and all(
        access.is_reduction for access in writes
    )


def _blocks(scop: Scop, table: _Table, size: int, number: str) -> Loop:
    """Return the loops over blocks, wave by wave."""
    rows, columns = _starts(table.rows, size), _starts(table.columns, size)
    waves = {
        name: f"{_turn(table.columns, name, last)} + {_turn(table.rows, name, first)}"
        for name, first, last in ((name, rows[name], columns[name]) for name in rows)
    }
    middle = _middle(scop, table, size)
    rest = scop.domain(table.update).subtract(middle)
    body: list[Node] = []
    if table.before:
        body.append(_over(table, "p", number, table.before))
    body.append(Restrict(str(middle), (_product(table, number),)))
    body.append(_ending(table, rest, number))
    block = Loop(f"block{number}", rows, tuple(body), step=size)
    return Loop(f"wave{number}", waves, (block,), step=size)


def _starts(loop: Loop, size: int) -> dict[str, str]:
    """Return where the blocks of a loop's iterator begin, also if it counts down."""
    return {
        name: f"{size}*floor(({index.removeprefix('-')})/{size})"
        for name, index in loop.index.items()
    }


def _turn(loop: Loop, name: str, start: str) -> str:
    return f"-{start}" if counts_down(loop.index[name]) else start


def _middle(scop: Scop, table: _Table, size: int) -> isl.Set:
    """Return the updates with intervals that lie in other blocks.

    Of two split points at the edge of a block one is enough: all rows have the same.
    """
    name, split = table.update, table.split
    row, column = (_starts(loop, size)[name] for loop in (table.rows, table.columns))
    return restricted(
        scop,
        name,
        [
            f"{split} + {min(table.right, 0)} >= {row} + {size}",
            f"{split} + {max(table.left, 0)} < {column}",
        ],
    )


def _product(table: _Table, number: str) -> Loop:
    """Return loops over rows, columns and split points, in no order that matters."""
    name = table.update
    body: tuple[Node, ...] = (Leaf(name),)
    ends = [(table.rows, "i"), (table.columns, "j")]
    chain = [
        *((f"{end}_m", loop.index[name].removeprefix("-")) for loop, end in ends),
        ("k_m", table.split),
    ]
    for loop, index in reversed(chain):
        body = (Loop(f"{loop}{number}", {name: index}, body),)
    return body[0]  # type: ignore[return-value]


def _over(table: _Table, letter: str, number: str, body: tuple[Node, ...]) -> Loop:
    """Return loops over the ends of the intervals of a block."""
    names = statements_below(body)
    for loop in (table.inner, table.outer):
        end = "i" if loop is table.rows else "j"
        index = {name: loop.index[name] for name in names}
        body = (Loop(f"{end}_{letter}{number}", index, body),)
    return body[0]  # type: ignore[return-value]


def _ending(table: _Table, rest: isl.Set, number: str) -> Loop:
    """Return the loops that complete intervals, each before it is part of others."""
    update = table.update
    index = {update: table.columns.index[update]}
    combined = Restrict(str(rest), (Loop(f"j_e{number}", index, (Leaf(update),)),))
    done = statements_below(table.after)
    splits = {name: f"{table.columns.index[name]} - {table.left}" for name in done}
    body: tuple[Node, ...] = (
        Loop(
            f"k_e{number}",
            {update: table.split, **splits},
            (*table.after, combined),
        ),
    )
    rows = {name: table.rows.index[name] for name in {update, *done}}
    return Loop(f"i_e{number}", rows, body)
