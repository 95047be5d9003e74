"""What the accesses of one statement mean in the light of all the others."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from dataclasses import replace

from pycparser import c_ast

from tunembed.parsers import Function
from tunembed.schedules._scop import EVERYTHING, ScopAccess, ScopStatement
from tunembed.schedules._types import dtype, is_floating_type

_MEMBERS = "*members"


def settle(
    function: Function, statements: dict[str, ScopStatement]
) -> dict[str, ScopStatement]:
    """Return the statements with accesses that can be compared with one another.

    Parameters
    ----------
    function : Function
    statements : dict of str to ScopStatement
        What every statement says on its own.

    Returns
    -------
    dict of str to ScopStatement
        In the same order.
    """
    alike = _with_one_rank(_with_merged_members(statements))
    return {
        name: _without_conversions(function, statement)
        for name, statement in alike.items()
    }


def _with_one_rank(statements: dict[str, ScopStatement]) -> dict[str, ScopStatement]:
    """Give every array one number of subscripts, and unknown accesses a meaning.

    An array seen with different numbers of subscripts is judged as a whole; what
    touches unknown memory touches every array.
    """
    ranks: dict[str, set[int]] = {}
    for statement in statements.values():
        for access in statement.accesses:
            if access.array != EVERYTHING:
                ranks.setdefault(access.array, set()).add(_rank(access))
    whole = {array for array, found in ranks.items() if len(found) > 1}
    alike = {}
    for name, statement in statements.items():
        accesses: list[ScopAccess] = []
        for access in statement.accesses:
            if access.array == EVERYTHING:
                accesses += [
                    ScopAccess(array, (None,) * min(found), access.kind, None)
                    for array, found in ranks.items()
                    if array not in whole
                ]
                continue
            if access.array in whole:
                access = replace(access, subscripts=(), private=(), is_reduction=False)
            accesses.append(access)
        alike[name] = replace(statement, accesses=tuple(accesses))
    return alike


def _with_merged_members(
    statements: dict[str, ScopStatement],
) -> dict[str, ScopStatement]:
    """See arrays that are reached through pointers in structs as one.

    ``g->now[i]`` and ``g->old[i]`` may be the same memory; nothing can be tested.
    """
    members = {
        access.array
        for statement in statements.values()
        for access in statement.accesses
        if access.subscripts and _is_member(access)
    }
    if len(members) < 2:
        return statements
    return {
        name: replace(
            statement,
            accesses=tuple(
                replace(a, array=_MEMBERS, subscripts=(), is_reduction=False)
                if a.array in members
                else a
                for a in statement.accesses
            ),
        )
        for name, statement in statements.items()
    }


def _is_member(access: ScopAccess) -> bool:
    node = access.node
    while isinstance(node, c_ast.ArrayRef):
        node = node.name
    return isinstance(node, c_ast.StructRef) and isinstance(access.node, c_ast.ArrayRef)


def _without_conversions(function: Function, statement: ScopStatement) -> ScopStatement:
    """Take no update for a reduction that rounds to an integer every time."""
    targets = {a.array for a in statement.accesses if a.is_reduction}
    if not targets or any(is_floating_type(dtype(function, t)) for t in targets):
        return statement
    others = {a.array for a in statement.accesses if not a.is_reduction}
    if not _has_floats(statement.node) and not any(
        is_floating_type(dtype(function, other)) for other in others
    ):
        return statement
    accesses = tuple(replace(a, is_reduction=False) for a in statement.accesses)
    return replace(statement, accesses=accesses, operator=None)


def _has_floats(node: c_ast.Node) -> bool:
    if isinstance(node, c_ast.Constant) and node.type in ("float", "double"):
        return True
    return any(_has_floats(child) for _, child in node.children())


def _rank(access: ScopAccess) -> int:
    return len(access.private) + len(access.subscripts)
