"""register_tile(i=4, j=12, k): a block of results in registers."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from dataclasses import replace

import islpy as isl

from tunembed.parsers import isl_name
from tunembed.schedules._factors import common_factors
from tunembed.schedules._relations import instances_below
from tunembed.schedules._scop import ScopStatement
from tunembed.schedules._step import Plan, Step
from tunembed.schedules._tree import (
    Leaf,
    Loop,
    Node,
    Pack,
    Restrict,
    ScheduleError,
    rewrite_loop,
    statements_below,
    tile_name,
)
from tunembed.schedules.steps._common import (
    chain_from,
    innermost,
    inside_restrictions,
    nest,
    outermost,
    tile_index,
)
from tunembed.schedules.steps._pack import usage

_MOST_PIECES = 6


class RegisterTile(Step):
    """Keep a tile of the written array in registers while the other loop runs.

    ``register_tile(i=4, j=12, k)`` makes the order ``i_t, j_t, k, i, j`` and
    ``register_tile(j=32, k)`` the order ``j_t, k, j``: `i` is unrolled, `j` runs in
    lanes and the written elements live in a local array.
    Full tiles are separated from partial ones, so that their loops have constant
    bounds. The step that wins most on dense products (BLIS, Van Zee & van de Geijn,
    TOMS 2015, describes the idea).
    """

    kind = "register_tile"

    def validate(self) -> None:
        """Two tiled loops and the loop that stays inside the tile."""
        self.require(sizes=True)
        if len(self.sizes) not in (1, 2) or len(self.names) != 1:
            raise ScheduleError(
                f"{self}: give one or two sizes and a loop, as in "
                "register_tile(i=4, j=12, k)"
            )

    def apply(self, plan: Plan) -> Plan:
        """Tile, reorder, separate full tiles and keep the results in registers."""
        tiled = tuple(self.sizes)
        names = (*tiled, self.names[0])
        first = outermost(plan.nodes, names)

        def change(loop: Loop) -> tuple[Node, ...]:
            chain = chain_from(loop, names)
            if not innermost(chain[-1].body):
                raise ScheduleError(f"{self}: these loops must be innermost")
            by_name = {found.name: found for found in chain}
            inner = by_name[self.names[0]]
            tiles = [self._tile_loop(plan, by_name[n], n) for n in tiled]
            others = [found for found in chain if found.name not in names]
            points = [by_name[n] for n in tiled]
            reached = instances_below(
                plan.scop, inside_restrictions(plan, loop, chain[-1].body)
            )
            body = self._bodies(plan, inner, points, chain[-1].body, reached)
            return (nest([*others, *tiles], body),)

        return plan.with_nodes(rewrite_loop(plan.nodes, first.name, change))

    def _tile_loop(self, plan: Plan, loop: Loop, name: str) -> Loop:
        size = self.sizes[name]
        return Loop(
            name=tile_name(plan.nodes, name),
            index=tile_index(loop, size),
            body=(),
            step=size,
        )

    def _bodies(
        self,
        plan: Plan,
        inner: Loop,
        points: list[Loop],
        leaves: tuple[Node, ...],
        reached: isl.UnionSet,
    ) -> tuple[Node, ...]:
        lanes = replace(points[-1], simd=True)
        rows = [replace(loop, unroll=self.sizes[loop.name]) for loop in points[:-1]]
        fast: Node = nest([inner, *rows, lanes], leaves)
        for array in self._written(plan, leaves):
            rank, _ = usage(plan, array, fast)  # type: ignore[arg-type]
            order = tuple(range(rank))
            fast = Pack(
                array,
                f"{array}_acc",
                order,
                write_back=True,
                body=(fast,),
                updates_only=_is_read_elsewhere(plan, array, leaves),
                in_registers=True,
                factors=self._factors(plan, array, leaves),
            )
        slow = nest([inner, *points[:-1], lanes], leaves)
        full, partial = self._split(plan, leaves, points, reached)
        rest = tuple(Restrict(piece, (slow,)) for piece in partial)
        return (Restrict(full, (fast,)), *rest)

    def _written(self, plan: Plan, leaves: tuple[Node, ...]) -> list[str]:
        arrays = set()
        for leaf in leaves:
            if isinstance(leaf, Leaf):
                statement = plan.scop.statements[leaf.statement]
                arrays |= {a.array for a in statement.accesses if a.kind == "write"}
        return sorted(arrays)

    def _factors(
        self, plan: Plan, array: str, leaves: tuple[Node, ...]
    ) -> tuple[str, ...]:
        if plan.dependences.strict_fp:
            return ()
        return common_factors(plan.scop, sorted(statements_below(leaves)), array)

    def _split(
        self,
        plan: Plan,
        leaves: tuple[Node, ...],
        tiled: list[Loop],
        reached: isl.UnionSet,
    ) -> tuple[str, list[str]]:
        full = isl.UnionSet(f"[{plan.scop.parameter_text}] -> {{ }}")
        partial = full
        for leaf in leaves:
            if isinstance(leaf, Leaf):
                domain = plan.scop.domain(leaf.statement)
                domain = isl.Set.from_union_set(reached.intersect(domain))
                statement = plan.scop.statements[leaf.statement]
                sizes = {
                    loop.index[statement.name]: self.sizes[loop.name] for loop in tiled
                }
                ragged = _ragged(plan, statement, domain, sizes)
                full = full.union(isl.UnionSet(domain.subtract(ragged).coalesce()))
                partial = partial.union(isl.UnionSet(ragged.coalesce()))
        return str(full), _pieces(partial)


def _is_read_elsewhere(plan: Plan, array: str, leaves: tuple[Node, ...]) -> bool:
    """Return whether an array is updated and, at other elements, also read."""
    accesses = [
        access
        for leaf in leaves
        if isinstance(leaf, Leaf)
        for access in plan.scop.statements[leaf.statement].accesses
        if access.array == array
    ]
    updated = any(access.is_reduction for access in accesses)
    return updated and not all(access.is_reduction for access in accesses)


def _pieces(partial: isl.UnionSet) -> list[str]:
    """Split into convex pieces, so that each one's test stands outside its loops."""
    pieces = []
    for n in range(partial.n_set()):
        disjoint = partial.get_set_list().get_at(n).make_disjoint()
        found = disjoint.get_basic_set_list()
        pieces += [str(isl.Set(found.get_at(m))) for m in range(found.n_basic_set())]
    return pieces if len(pieces) <= _MOST_PIECES else [str(partial)]


def _ragged(
    plan: Plan, statement: ScopStatement, domain: isl.Set, sizes: dict[str, int]
) -> isl.Set:
    """Return the instances whose tile is not full at their other iterators."""
    source = [isl_name(dim) for dim in statement.dims]
    moving = {index.removeprefix("-") for index in sizes}
    target = [f"{d}_o" if d in moving else d for d in source]
    same = [f"floor(({d})/{size}) = floor(({d}_o)/{size})" for d, size in sizes.items()]
    tile = isl.Map(
        f"[{plan.scop.parameter_text}] -> {{ {statement.name}[{', '.join(source)}]"
        f" -> {statement.name}[{', '.join(target)}] : {' and '.join(same)} }}"
    )
    outside = isl.Set.universe(domain.get_space()).subtract(domain)
    return domain.intersect(tile.intersect_range(outside).domain())
