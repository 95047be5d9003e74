"""Closures over idempotent semirings: shortest, widest or any connections.

``d[i][j] = min(d[i][j], d[i][k] + d[k][j])`` over all k, i and j of one set leaves the
lengths of shortest ways (Floyd, CACM 1962; Warshall, JACM 1962). Its dependences forbid
every tiling, but it may read values that are newer than those of the original order:
they are lengths of ways as well, and not longer. What counts is that a way through k
reads ``d[i][k]`` and ``d[k][j]`` when all ways through k' < k are in them.
"""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import islpy as isl
from pycparser import c_ast

from tunembed.parsers import Affine, extreme_of, isl_name
from tunembed.schedules._scop import EVERYTHING, Scop, ScopStatement
from tunembed.schedules._types import dtype, is_floating_type


class _Semiring(NamedTuple):
    name: str
    # What must hold of every element, so that no way around a cycle is an improvement.
    condition: str = ""
    rounds: bool = False


_SEMIRINGS = {
    ("min", "+"): _Semiring("min-plus", "{x} >= 0", rounds=True),
    ("max", "+"): _Semiring("max-plus", "{x} <= 0", rounds=True),
    ("max", "*"): _Semiring("max-times", "{x} >= 0 && {x} <= 1", rounds=True),
    ("max", "min"): _Semiring("max-min"),
    ("min", "max"): _Semiring("min-max"),
    ("|", "&"): _Semiring("or-and"),
}
# Narrower ones are converted back and forth, unsigned ones wrap around.
_TYPES = ("int", "long", "long long", "float", "double")


@dataclass(frozen=True)
class Closure:
    """A statement that computes a closure.

    Attributes
    ----------
    statement : str
    array : str
    name : str
        Of the semiring: ``"min-plus"``.
    condition : str
        C text over ``{x}``, an element; empty if every element will do.
    rounds : bool
        Whether another order changes last bits.
    dims : tuple of str
        The statement's dimensions k, i and j as isl calls them.
    """

    statement: str
    array: str
    name: str
    condition: str
    rounds: bool
    dims: tuple[str, str, str]

    @property
    def permission(self) -> str:
        """What a schedule is allowed that relies on it."""
        return f"uses {self.name} idempotence"

    def needed(self, parameters: str) -> isl.UnionMap:
        """Return which update must run before which.

        Parameters
        ----------
        parameters : str
            Those of the scop as isl text.
        """
        k, i, j = self.dims
        row = f"{i}_ = {i} and {k}_ = {j}"
        column = f"{j}_ = {j} and {k}_ = {i}"
        return self._pairs(parameters, f"{k} < {k}_ and (({row}) or ({column}))")

    def silent(self, parameters: str) -> isl.UnionMap:
        """Return the pairs of one k: what they write there was there before.

        Parameters
        ----------
        parameters : str
            Those of the scop as isl text.
        """
        k = self.dims[0]
        return self._pairs(parameters, f"{k} = {k}_")

    def pairs(self, parameters: str) -> isl.UnionMap:
        """Return all pairs of its instances.

        Parameters
        ----------
        parameters : str
            Those of the scop as isl text.
        """
        return self._pairs(parameters, "true")

    def _pairs(self, parameters: str, condition: str) -> isl.UnionMap:
        source = f"{self.statement}[{', '.join(self.dims)}]"
        target = f"{self.statement}[{', '.join(f'{d}_' for d in self.dims)}]"
        return isl.UnionMap(
            f"[{parameters}] -> {{ {source} -> {target} : {condition} }}"
        )


def find_closures(scop: Scop) -> dict[str, Closure]:
    """Return the closures that a function computes, by array.

    Parameters
    ----------
    scop : Scop
    """
    found = (_closure(scop, statement) for statement in scop.statements.values())
    return {closure.array: closure for closure in found if closure is not None}


def _closure(scop: Scop, statement: ScopStatement) -> Closure | None:
    source = statement.source
    reduction = source.reduction if source is not None else None
    if reduction is None or reduction.value is None or len(statement.dims) != 3:
        return None
    product = _product(reduction.value)
    if product is None:
        return None
    operator, operands = product
    semiring = _SEMIRINGS.get((reduction.operator, operator))
    array = reduction.array
    if semiring is None or array in scop.privates:
        return None
    if semiring.rounds and dtype(scop.function, array) not in _TYPES:
        return None
    if not _reads_row_and_column(statement, array, operands):
        return None
    if not _is_cube(scop, statement) or not _runs_upwards(scop, statement):
        return None
    if _is_disturbed(scop, statement, array, bool(semiring.condition)):
        return None
    return Closure(
        statement.name,
        array,
        semiring.name,
        semiring.condition,
        semiring.rounds and is_floating_type(dtype(scop.function, array)),
        tuple(map(isl_name, statement.dims)),  # type: ignore[arg-type]
    )


def _product(node: c_ast.Node) -> tuple[str, list[c_ast.Node]] | None:
    """Return the operator and the operands of ``a + b`` or ``min(a, b)``."""
    extreme = extreme_of(node)
    if extreme is not None:
        return extreme[0], list(extreme[1:])
    if isinstance(node, c_ast.BinaryOp) and node.op in ("+", "*", "&"):
        return node.op, [node.left, node.right]
    return None


def _reads_row_and_column(
    statement: ScopStatement, array: str, operands: list[c_ast.Node]
) -> bool:
    """Return whether d[i][j] is updated with d[i][k] and d[k][j], and no more."""
    if not all(isinstance(operand, c_ast.ArrayRef) for operand in operands):
        return False
    if any(access.array != array for access in statement.accesses):
        return False
    k, i, j = (Affine.variable(dim) for dim in statement.dims)
    if (j, i) == _first_update(statement):
        i, j = j, i
    if _first_update(statement) != (i, j):
        return False
    own = {id(a.node): a.subscripts for a in statement.accesses if not a.is_reduction}
    read = [own.get(id(operand)) for operand in operands]
    return set(own.values()) == {(i, k), (k, j)} == set(read) and len(read) == 2


def _first_update(statement: ScopStatement) -> tuple[Affine | None, ...]:
    return next(a.subscripts for a in statement.accesses if a.is_reduction)


def _is_cube(scop: Scop, statement: ScopStatement) -> bool:
    """Return whether all three loops run over the same set, known beforehand."""
    if statement.constraints != statement.loose:
        return False
    domain = scop.domain(statement.name).reset_tuple_id()
    kind = isl.dim_type.set
    sides = []
    for n in range(3):
        side = domain.project_out(kind, n + 1, 2 - n).project_out(kind, 0, n)
        sides.append(isl.Set(str(side).replace(isl_name(statement.dims[n]), "v")))
    product = sides[0].flat_product(sides[0]).flat_product(sides[0])
    return all(side.is_equal(sides[0]) for side in sides) and product.is_equal(
        isl.Set(str(domain))
    )


def _runs_upwards(scop: Scop, statement: ScopStatement) -> bool:
    return all(scop.loop_sources[dim].step > 0 for dim in statement.dims)


def _is_disturbed(
    scop: Scop, own: ScopStatement, array: str, conditional: bool
) -> bool:
    """Return whether other statements see or change what is between begin and end.

    Inside of the loops nobody else may even read the array: its values there need not
    be those of the original order. What a condition says of the elements must hold
    from the beginning of the function.
    """
    for other in scop.statements.values():
        if other is own:
            continue
        inside = own.dims[0] in other.dims
        for access in other.accesses:
            changes = access.kind == "write" and (inside or conditional)
            if access.array == EVERYTHING or (
                access.array == array and (inside or changes)
            ):
                return True
    return False
