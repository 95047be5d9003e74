"""Whether what a buffer holds in the end is ever used: when to copy it back.

A value flows from the last write in front of a read to it (Feautrier, "Dataflow
analysis of array and scalar references", IJPP 1991), and every legal schedule keeps
that. What flows nowhere else need not leave the buffer.
"""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import islpy as isl

from tunembed.schedules._buffers import as_parameters
from tunembed.schedules._relations import Path, execution_order, prefix_map
from tunembed.schedules._scop import (
    EVERYTHING,
    Scop,
    ScopAccess,
    ScopStatement,
    array_tuple,
)
from tunembed.schedules._tree import Loop, Pack, statements_below

_END = "End"


def used_later(scop: Scop, path: Path, pack: Pack) -> isl.Set | None:
    """Return for which values of the loops outside a buffer is used behind it.

    Parameters
    ----------
    scop : Scop
    path : Path
        The nodes above `pack`.
    pack : Pack
        A buffer that is written.

    Returns
    -------
    values : isl.Set or None
        Over the parameters and the outer loops' values (parameters named
        ``at_<loop>``); None where it may always be.
    """
    uses = [
        (statement, access)
        for statement in scop.statements.values()
        for access in statement.accesses
        if access.array == pack.array
    ]
    everywhere = any(
        access.array == EVERYTHING
        for statement in scop.statements.values()
        for access in statement.accesses
    )
    if (
        everywhere
        or pack.updates_only
        or pack.factors
        or any(_is_vague(*use) for use in uses)
    ):
        return None
    below = statements_below(pack.body)
    outer = prefix_map(scop, (), (*path, (0, pack)), below)
    outer = outer.intersect_domain(scop.domains(sorted(below)))
    inside = outer.apply_range(outer.reverse())
    sources = _flow(scop, pack.array, uses).subtract(inside).domain()
    places = outer.intersect_domain(sources).range()
    if places.is_empty():
        return isl.Set(f"[{scop.parameter_text}] -> {{ [] : false }}").params()
    names = [node.name for _, node in path if isinstance(node, Loop)]
    values = isl.Map.from_domain(isl.Set.from_union_set(places))
    return as_parameters(values, names).params().coalesce()


def _is_vague(statement: ScopStatement, access: ScopAccess) -> bool:
    """Return whether it is not known exactly which elements are used, and in order."""
    return (
        access.is_reduction
        or access.node is None
        or None in access.subscripts
        or statement.conditional
        or statement.loose != statement.constraints
    )


def _flow(
    scop: Scop, array: str, uses: list[tuple[ScopStatement, ScopAccess]]
) -> isl.UnionMap:
    """Return the pairs of a write and a read of its value, or the function's end."""
    empty = isl.UnionMap(f"[{scop.parameter_text}] -> {{ }}")
    reads, writes = empty, empty
    for statement, access in uses:
        relation = isl.UnionMap(access.relation(statement, scop.parameter_text))
        relation = relation.intersect_domain(isl.UnionSet(scop.domain(statement.name)))
        if access.kind == "write":
            writes = writes.union(relation)
        else:
            reads = reads.union(relation)
    time = execution_order(scop, scop.tree)
    if array not in scop.privates and array not in scop.expanded:
        rank = len(uses[0][1].subscripts)
        element = f"{array_tuple(array)}[{', '.join(f'e{d}' for d in range(rank))}]"
        start = f"[{scop.parameter_text}] -> {{ {_END}[] -> "
        reads = reads.union(isl.UnionMap(f"{start}{element} }}"))
        length = isl.Set.from_union_set(time.range()).dim(isl.dim_type.set)
        last = ", ".join([str(len(scop.tree)), *["0"] * (length - 1)])
        time = time.union(isl.UnionMap(f"{start}[{last}] }}"))
    found = isl.UnionAccessInfo.from_sink(reads)
    found = found.set_must_source(writes).set_schedule_map(time)
    return found.compute_flow().get_must_dependence()
