"""Local variables that have a value of their own in every iteration of a loop."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, replace

import islpy as isl

from tunembed.parsers import Local
from tunembed.schedules._relations import execution_order
from tunembed.schedules._scop import Scop, ScopAccess, ScopStatement
from tunembed.schedules._tree import Loop, statements_below


@dataclass(frozen=True)
class Use:
    """All accesses to one variable below one top-level loop."""

    name: str
    accesses: tuple[tuple[ScopStatement, ScopAccess], ...]

    @property
    def common(self) -> tuple[str, ...]:
        """The loops around all of the accesses."""
        chains = [statement.dims for statement, _ in self.accesses]
        shared = chains[0]
        for chain in chains[1:]:
            same = [a == b for a, b in zip(shared, chain, strict=False)]
            count = same.index(False) if False in same else len(same)
            shared = shared[:count]
        return shared


def privatize(scop: Scop) -> Scop:
    """Give variables that every iteration writes before it reads them a scope inside.

    A variable declared at the top of a function, as older C is written, would otherwise
    tie all iterations together. It must not be used after the loop. One that serves
    several loops in turn becomes one variable for each of them.
    """
    order = None
    for name in _candidates(scop):
        uses = uses_of(scop, name)
        if uses is None:
            continue
        order = order if order is not None else _before(scop)
        found = [scoped for use in uses for scoped in _scopes(scop, use, order)]
        if all(depth > _declared(use) for use, depth in found):
            for number, (use, depth) in enumerate(found):
                own = _free(scop, name) if number else name
                scop = _scoped(scop, use, use.common[:depth], own)
    return scop


def _scopes(scop: Scop, use: Use, order: isl.UnionMap) -> list[tuple[Use, int]]:
    """Return the parts of a use that need nothing of each other, and their depths."""
    parts = _parts(scop, use)
    found = [(part, _depth(scop, part, order)) for part in parts]
    if len(parts) > 1 and all(depth > len(use.common) for _, depth in found):
        return found
    return [(use, _depth(scop, use, order))]


def _parts(scop: Scop, use: Use) -> list[Use]:
    """Return the uses in each loop directly inside the loops common to all."""
    depth = len(use.common)
    groups: dict[str, list[tuple[ScopStatement, ScopAccess]]] = {}
    for statement, access in use.accesses:
        if len(statement.dims) <= depth:
            return [use]
        groups.setdefault(statement.dims[depth], []).append((statement, access))
    return [Use(use.name, tuple(accesses)) for accesses in groups.values()]


def _candidates(scop: Scop) -> list[str]:
    return [
        name
        for name, local in scop.privates.items()
        if not local.is_pointer and _plain(local)
    ]


def _plain(local: Local) -> bool:
    return all(extent is not None for extent in local.shape)


def uses_of(scop: Scop, name: str) -> list[Use] | None:
    """Return the uses by top-level loop, or None where there are others."""
    found = []
    for node in scop.tree:
        below = statements_below((node,))
        accesses = tuple(
            (statement, access)
            for statement in scop.statements.values()
            if statement.name in below
            for access in statement.accesses
            if access.array == name
        )
        if not accesses:
            continue
        opaque = any(statement.opaque for statement, _ in accesses)
        if not isinstance(node, Loop) or opaque:
            return None
        found.append(Use(name, accesses))
    return found or None


def _declared(use: Use) -> int:
    return len(use.accesses[0][1].private)


def _before(scop: Scop) -> isl.UnionMap:
    time = execution_order(scop, scop.tree)
    domains = scop.domains(list(scop.statements), loose=True)
    time = time.intersect_domain(domains)
    return time.lex_lt_union_map(time)


def is_written_first(scop: Scop, name: str, loops: tuple[str, ...]) -> bool:
    """Return whether all iterations of loops write what they read of a variable.

    Parameters
    ----------
    scop : Scop
    name : str
        Of an array or a scalar.
    loops : tuple of str
        Outermost first, around all uses.
    """
    order = _before(scop)
    uses = uses_of(scop, name) or []
    return all(_all_covered(scop, use, order, loops) for use in uses)


def _depth(scop: Scop, use: Use, order: isl.UnionMap) -> int:
    """Return the number of common loops whose iterations each write first, or 0."""
    for depth in range(len(use.common), _declared(use), -1):
        if _all_covered(scop, use, order, use.common[:depth]):
            return depth
    return 0


def _all_covered(
    scop: Scop, use: Use, order: isl.UnionMap, loops: tuple[str, ...]
) -> bool:
    writes = isl.UnionMap(f"[{scop.parameter_text}] -> {{ }}")
    for statement, access in use.accesses:
        if access.kind == "write" and not statement.conditional:
            writes = writes.union(_relation(scop, statement, access))
    return all(
        _covered(scop, statement, access, writes, order, loops)
        for statement, access in use.accesses
        if access.kind == "read"
    )


def _relation(scop: Scop, statement: ScopStatement, access: ScopAccess) -> isl.UnionMap:
    relation = isl.UnionMap(access.relation(statement, scop.parameter_text))
    domain = isl.UnionSet(scop.domain(statement.name, loose=True))
    return relation.intersect_domain(domain)


def _covered(
    scop: Scop,
    statement: ScopStatement,
    access: ScopAccess,
    writes: isl.UnionMap,
    order: isl.UnionMap,
    loops: tuple[str, ...],
) -> bool:
    if None in access.subscripts:
        return False
    reads = _relation(scop, statement, access)
    writers = writes.apply_range(reads.reverse()).intersect(order)
    own = _projection(scop, loops)
    writers = writers.intersect(own.apply_range(own.reverse()))
    return reads.domain().is_subset(writers.range())


def _projection(scop: Scop, loops: tuple[str, ...]) -> isl.UnionMap:
    union = isl.UnionMap(f"[{scop.parameter_text}] -> {{ }}")
    for statement in scop.statements.values():
        if set(loops) <= set(statement.dims):
            text = f"{statement.tuple_text} -> [{', '.join(loops)}]"
            union = union.union(
                isl.UnionMap(f"[{scop.parameter_text}] -> {{ {text} }}")
            )
    return union


def _free(scop: Scop, name: str) -> str:
    numbered = (f"{name}#{number}" for number in itertools.count(2))
    return next(other for other in numbered if other not in scop.privates)


def _scoped(scop: Scop, use: Use, loops: tuple[str, ...], name: str) -> Scop:
    users = {statement.name for statement, _ in use.accesses}
    statements: Mapping[str, ScopStatement] = {
        key: replace(
            statement,
            accesses=tuple(
                replace(a, array=name, private=loops) if a.array == use.name else a
                for a in statement.accesses
            ),
        )
        if key in users
        else statement
        for key, statement in scop.statements.items()
    }
    privates = {**scop.privates, name: scop.privates[use.name]}
    return replace(scop, statements=statements, privates=privates)
