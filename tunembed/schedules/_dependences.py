"""Which instance must run before which: exact memory-based dependences."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import islpy as isl

from tunembed.schedules._closure import Closure, find_closures
from tunembed.schedules._relations import execution_order
from tunembed.schedules._scop import Scop, ScopAccess, ScopStatement
from tunembed.schedules._types import dtype, is_floating_type

# Reordering these changes the last bits of a floating-point result; minima do not.
_ROUNDING = frozenset("+*")


@dataclass(frozen=True)
class Dependence:
    """Dependences through one array, as an isl relation between instances.

    Attributes
    ----------
    array : str
    relation : isl.UnionMap
    operator : str or None
        Of a reduction whose updates these are.
    rounds : bool
        Whether another order changes last bits.
    closure : Closure or None
        Whose idempotence allows another order.
    """

    array: str
    relation: isl.UnionMap
    operator: str | None = None
    rounds: bool = False
    closure: Closure | None = None


class Dependences:
    """All dependences of a scop under its original order.

    Two updates by the same reduction operator commute; the order between them is
    kept apart, so that a schedule may reassociate and `strict_fp` forbid it. So is
    the order that the closure over an idempotent semiring can do without.

    Parameters
    ----------
    scop : Scop
    strict_fp : bool, default=False
        Treat floating-point ``+`` and ``*``, in reductions and in closures, as
        ordinary dependences.
    """

    def __init__(self, scop: Scop, *, strict_fp: bool = False) -> None:
        self.scop = scop
        self.strict_fp = strict_fp
        self._order = self._original_order()

    @cached_property
    def all(self) -> list[Dependence]:
        """Every dependence by array; reductions are separate entries."""
        return [d for array in self._arrays() for d in self._of_array(array)]

    @cached_property
    def binding(self) -> list[Dependence]:
        """What every schedule must keep."""
        return [d for d in self.all if self._binds(d)]

    @cached_property
    def reductions(self) -> list[Dependence]:
        """Order between updates that may be changed."""
        return [d for d in self.all if not self._binds(d) and not d.closure]

    @cached_property
    def idempotent(self) -> list[Dependence]:
        """Order that a closure can do without; still two touch one element."""
        return [d for d in self.all if not self._binds(d) and d.closure]

    @cached_property
    def union(self) -> isl.UnionMap:
        """All binding dependences in one relation."""
        return self._union(self.binding)

    @cached_property
    def reduction_union(self) -> isl.UnionMap:
        """All relaxed dependences in one relation."""
        return self._union(self.reductions)

    @cached_property
    def idempotent_union(self) -> isl.UnionMap:
        """All that closures can do without in one relation."""
        return self._union(self.idempotent)

    @cached_property
    def closures(self) -> dict[str, Closure]:
        """Statements that compute a closure, by array."""
        return find_closures(self.scop)

    def _binds(self, dependence: Dependence) -> bool:
        if dependence.operator is None and dependence.closure is None:
            return True
        return self.strict_fp and dependence.rounds

    def _union(self, dependences: Iterable[Dependence]) -> isl.UnionMap:
        union = isl.UnionMap(f"[{self.scop.parameter_text}] -> {{ }}")
        for dependence in dependences:
            union = union.union(dependence.relation)
        return union.coalesce()

    def _original_order(self) -> isl.UnionMap:
        time = execution_order(self.scop, self.scop.tree)
        names = list(self.scop.statements)
        time = time.intersect_domain(self.scop.domains(names, loose=True))
        return time.lex_lt_union_map(time)

    def _arrays(self) -> list[str]:
        written = {
            access.array
            for statement in self.scop.statements.values()
            for access in statement.accesses
            if access.kind == "write"
        }
        return sorted(written)

    def _of_array(self, array: str) -> list[Dependence]:
        plain_reads, plain_writes = self._empty(), self._empty()
        updates: dict[str, isl.UnionMap] = {}
        for statement, access in self._accesses(array):
            relation = isl.UnionMap(
                access.relation(statement, self.scop.parameter_text)
            ).intersect_domain(
                isl.UnionSet(self.scop.domain(statement.name, loose=True))
            )
            if access.is_reduction and statement.operator:
                known = updates.get(statement.operator, self._empty())
                updates[statement.operator] = known.union(relation)
            elif access.kind == "write":
                plain_writes = plain_writes.union(relation)
            else:
                plain_reads = plain_reads.union(relation)
        return self._pairs(array, plain_reads, plain_writes, updates)

    def _pairs(
        self,
        array: str,
        reads: isl.UnionMap,
        writes: isl.UnionMap,
        updates: dict[str, isl.UnionMap],
    ) -> list[Dependence]:
        rounds = is_floating(self.scop, array)
        bound = _through(writes, writes)
        bound = bound.union(_through(writes, reads)).union(_through(reads, writes))
        found = []
        for operator, update in updates.items():
            others = writes.union(reads)
            for other_operator, other in updates.items():
                if other_operator != operator:
                    others = others.union(other)
            bound = bound.union(_through(update, others))
            bound = bound.union(_through(others, update))
            relation = _through(update, update).intersect(self._order)
            found.append(
                Dependence(array, relation, operator, rounds and operator in _ROUNDING)
            )
        found += self._bound(array, bound.intersect(self._order))
        return [d for d in found if not d.relation.is_empty()]

    def _bound(self, array: str, relation: isl.UnionMap) -> list[Dependence]:
        closure = self.closures.get(array)
        if closure is None:
            return [Dependence(array, relation)]
        parameters = self.scop.parameter_text
        needed = relation.intersect(closure.needed(parameters))
        others = relation.subtract(closure.pairs(parameters))
        freed = relation.subtract(needed).subtract(others)
        return [
            Dependence(array, needed.union(others)),
            Dependence(array, freed, None, closure.rounds, closure),
        ]

    def _accesses(self, array: str) -> list[tuple[ScopStatement, ScopAccess]]:
        return [
            (statement, access)
            for statement in self.scop.statements.values()
            for access in statement.accesses
            if access.array == array
        ]

    def _empty(self) -> isl.UnionMap:
        return isl.UnionMap(f"[{self.scop.parameter_text}] -> {{ }}")


def is_floating(scop: Scop, array: str) -> bool:
    """Return whether `array` may hold floating-point numbers."""
    return is_floating_type(dtype_of(scop, array))


def dtype_of(scop: Scop, array: str) -> str:
    """Return the C element type of an array or scalar, ``""`` if unknown.

    Parameters
    ----------
    scop : Scop
    array : str
        Name of a parameter, a local or a global variable.

    Returns
    -------
    dtype : str
        Such as ``"double"``.
    """
    if array in scop.privates:
        return scop.privates[array].dtype
    return dtype(scop.function, array)


def _through(first: isl.UnionMap, second: isl.UnionMap) -> isl.UnionMap:
    return first.apply_range(second.reverse())
