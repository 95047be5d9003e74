"""Which part of an array a subtree touches: the size and origin of a local buffer."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass

import islpy as isl

from tunembed.schedules._relations import (
    Path,
    execution_order,
    prefix_map,
    restriction,
    times_reached,
)
from tunembed.schedules._scop import Scop, ScopAccess
from tunembed.schedules._tree import (
    Loop,
    Moves,
    Pack,
    Restrict,
    ScheduleError,
    statements_below,
)

ON_STACK = 1 << 15
"""Most elements of a buffer on the stack; larger ones are allocated."""


@dataclass(frozen=True)
class Footprint:
    """The box of array elements touched below a node.

    Attributes
    ----------
    lower, upper : list of isl.PwAff
        Per dimension, over the parameters and the outer loops' values (parameters
        named ``at_<loop>``).
    extents : list of int or None
        Constant upper bounds of the box's sizes; None where there is none.
    sizes : list of isl.PwAff
        The box's sizes.
    exact : bool
        Whether every element of the box is touched.
    context : isl.Set
        The parameters for which anything is touched.
    condition : isl.Set or None
        What must be tested for that; None where it always is.
    """

    lower: list[isl.PwAff]
    upper: list[isl.PwAff]
    extents: list[int | None]
    sizes: list[isl.PwAff]
    exact: bool
    context: isl.Set
    condition: isl.Set | None


def footprint(scop: Scop, path: Path, pack: Pack) -> Footprint:
    """Return the box of `pack.array` touched below `pack`.

    Parameters
    ----------
    scop : Scop
    path : Path
        The nodes above `pack`.
    pack : Pack

    Raises
    ------
    ScheduleError
        When a buffer in registers has no constant bound, or is too large.
    """
    touched = _touched(scop, path, pack)
    rank = touched.dim(isl.dim_type.set)
    lower = [touched.dim_min(d).coalesce() for d in range(rank)]
    upper = [touched.dim_max(d).coalesce() for d in range(rank)]
    sizes = [
        h.sub(low).add_constant_val(isl.Val(1))
        for low, h in zip(lower, upper, strict=True)
    ]
    extents = [_constant_bound(size) for size in sizes]
    if pack.in_registers and math.prod(e or ON_STACK + 1 for e in extents) > ON_STACK:
        raise ScheduleError(
            f"the part of '{pack.array}' to be kept in registers has no constant size, "
            "or is too large; tile the loops that walk over it, with smaller tiles"
        )
    box = isl.Set.universe(touched.get_space())
    for d in range(rank):
        box = box.intersect(_between(touched.get_space(), d, lower[d], upper[d]))
    exact = box.subtract(touched).intersect_params(touched.params()).is_empty()
    context = touched.params()
    reached = _reached(scop, (*path, (0, pack)))
    return Footprint(
        [p.gist(context) for p in lower],
        [p.gist(context) for p in upper],
        extents,
        [size.gist(context) for size in sizes],
        exact,
        context,
        None if reached.is_subset(context) else context.gist(reached),
    )


def is_packed(statement: str, access: ScopAccess, pack: Pack) -> bool:
    """Return whether an access of a statement below `pack` goes to its buffer."""
    if access.array != pack.array or not moves_along(statement, access, pack.along):
        return False
    return access.is_reduction or not pack.updates_only


def moves_along(statement: str, access: ScopAccess, along: Moves) -> bool:
    """Return whether an access of a statement moves with every one of some loops."""
    return all(
        access.moves_with({dim for name, dim in loop if name == statement})
        for loop in along
    )


def is_separate(scop: Scop, path: Path, pack: Pack) -> bool:
    """Return whether no other access touches the elements in the buffer.

    Parameters
    ----------
    scop : Scop
    path : Path
        The nodes above `pack`.
    pack : Pack
    """
    accesses = [
        (name, access)
        for name in statements_below(pack.body)
        for access in scop.statements[name].accesses
        if access.array == pack.array
    ]
    changed = any(
        access.kind == "write" and is_packed(name, access, pack)
        for name, access in accesses
    )
    others = [
        (name, access)
        for name, access in accesses
        if not is_packed(name, access, pack) and (changed or access.kind == "write")
    ]
    if not others:
        return True
    inside = _touched(scop, path, pack)
    outside = _touched(scop, path, pack, others)
    return inside.intersect(outside).is_empty()


def is_written_first(scop: Scop, path: Path, pack: Pack) -> bool:
    """Return whether all that is read in a buffer was written there before.

    Then the array need not be copied into it. What happens under a condition on data
    may leave elements as they were: it needs them.

    Parameters
    ----------
    scop : Scop
    path : Path
        The nodes above `pack`.
    pack : Pack
    """
    below = statements_below(pack.body)
    found = [
        (name, access)
        for name in sorted(below)
        for access in scop.statements[name].accesses
        if is_packed(name, access, pack)
    ]
    if any(scop.statements[name].conditional for name, _ in found):
        return False
    outer = prefix_map(scop, (), (*path, (0, pack)), below)
    outer = outer.intersect_domain(scop.domains(sorted(below)))
    together = outer.apply_range(outer.reverse())
    order = execution_order(scop, pack.body)
    together = together.intersect(order.lex_gt_union_map(order))
    uses = [
        (access, _elements(scop, name, access).intersect_domain(outer.domain()))
        for name, access in found
    ]
    written = isl.UnionMap(f"[{scop.parameter_text}] -> {{ }}")
    for access, elements in uses:
        if access.kind == "write":
            written = written.union(elements)
    return all(
        elements.domain().is_subset(
            elements.apply_range(written.reverse()).intersect(together).domain()
        )
        for access, elements in uses
        if access.kind == "read"
    )


def _elements(scop: Scop, name: str, access: ScopAccess) -> isl.UnionMap:
    relation = access.relation(scop.statements[name], scop.parameter_text)
    return isl.UnionMap(relation)


def _touched(
    scop: Scop,
    path: Path,
    pack: Pack,
    accesses: Collection[tuple[str, ScopAccess]] | None = None,
) -> isl.Set:
    """Return the elements of an array that some accesses, or the packed ones, touch."""
    below = statements_below(pack.body)
    outer = prefix_map(scop, (), path, below)
    names = [node.name for _, node in path if isinstance(node, Loop)]
    touched: isl.Set | None = None
    for name in sorted(below):
        statement = scop.statements[name]
        place = outer.intersect_domain(isl.UnionSet(scop.domain(name)))
        for _, node in path:
            if isinstance(node, Restrict):
                place = place.intersect_domain(restriction(node))
        pieces = place.get_map_list()
        for access in statement.accesses:
            if accesses is None:
                wanted = is_packed(name, access, pack)
            else:
                wanted = (name, access) in accesses
            if pieces.n_map() == 0 or not wanted:
                continue
            relation = access.relation(statement, scop.parameter_text)
            elements = pieces.get_at(0).reverse().apply_range(relation)
            found = as_parameters(elements, names)
            touched = found if touched is None else touched.union(found)
    if touched is None:
        raise ScheduleError(f"pack({pack.array}): the array is not used there")
    return touched.coalesce()


def _reached(scop: Scop, path: Path) -> isl.Set:
    """Return the values of the outer loops for which anything is below a buffer."""
    names = [node.name for _, node in path if isinstance(node, Loop)]
    times = times_reached(scop, path)
    if times is None:
        raise ScheduleError("a buffer stands where no iteration comes")
    return as_parameters(isl.Map.from_domain(times), names).params()


def as_parameters(elements: isl.Map, names: list[str]) -> isl.Set:
    """Return the range of a map, over the values of loops as parameters."""
    for d, name in enumerate(names):
        elements = elements.set_dim_name(isl.dim_type.in_, d, f"at_{name}")
    count = elements.dim(isl.dim_type.param)
    moved = elements.move_dims(
        isl.dim_type.param, count, isl.dim_type.in_, 0, len(names)
    )
    return moved.range()


def _constant_bound(size: isl.PwAff) -> int | None:
    most = size.max_val()
    return int(most.to_python()) if most.is_int() else None


def _between(space: isl.Space, d: int, low: isl.PwAff, high: isl.PwAff) -> isl.Set:
    here = isl.LocalSpace.from_space(space)
    value = isl.PwAff.var_on_domain(here, isl.dim_type.set, d)
    above = value.ge_set(low.insert_domain(space))
    return above.intersect(value.le_set(high.insert_domain(space)))
