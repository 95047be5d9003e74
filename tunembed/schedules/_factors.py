"""What every term of a sum is multiplied by: it can stand outside of the sum."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pycparser import c_ast

from tunembed.schedules._dependences import dtype_of
from tunembed.schedules._scop import Scop, ScopStatement

_SUMS = ("+=", "-=")
_FLOATING = ("float", "double", "long double")


def common_factors(scop: Scop, names: Iterable[str], array: str) -> tuple[str, ...]:
    """Return the parameters that multiply every term added to `array`.

    ``C[i][j] += alpha * A[i][k] * B[k][j]`` has ``alpha``: the sum without it,
    multiplied once at the end, saves a product per term.

    Parameters
    ----------
    scop : Scop
    names : iterable of str
        The statements that use the array.
    array : str

    Returns
    -------
    factors : tuple of str
        Scalar parameters of floating type that the function does not assign.
        Empty unless all arithmetic of the terms is in floating point.
    """
    common: list[str] | None = None
    for name in names:
        statement = scop.statements[name]
        touching = [a for a in statement.accesses if a.array == array]
        if not touching:
            continue
        if not all(access.is_reduction for access in touching):
            return ()
        for factors in _factors_of_terms(scop, statement):
            kept = factors if common is None else common
            common = [factor for factor in kept if factor in factors]
    return tuple(dict.fromkeys(common or ()))


def without_factors(node: c_ast.Assignment, factors: Iterable[str]) -> c_ast.Assignment:
    """Return an update with every term divided by the factors.

    Parameters
    ----------
    node : Assignment
        With ``+=`` or ``-=``.
    factors : iterable of str
        From `common_factors`.
    """
    value = node.rvalue
    for factor in factors:
        value = _divided(value, factor)
    return c_ast.Assignment(node.op, node.lvalue, value, node.coord)


def _factors_of_terms(scop: Scop, statement: ScopStatement) -> list[list[str]]:
    """Return the candidates of each term; one empty list where nothing is known."""
    node = statement.node
    if not isinstance(node, c_ast.Assignment) or node.op not in _SUMS:
        return [[]]
    types = {id(a.node): dtype_of(scop, a.array) for a in statement.accesses}
    target = types.get(id(node.lvalue), "")
    if not target.startswith(_FLOATING):
        return [[]]
    constants = {
        parameter.name
        for parameter in scop.function.parameters
        if not parameter.shape
        and not parameter.is_pointer
        and parameter.dtype.startswith(_FLOATING)
        and parameter.name not in scop.function.scalars_assigned
        and parameter.name not in scop.privates
    }
    found = []
    for term in _terms(node.rvalue):
        operands = _operands(term)
        if len(operands) < 2 or not all(_is_floating(o, types) for o in operands):
            return [[]]
        names = [o.name for o in operands if isinstance(o, c_ast.ID)]
        found.append([name for name in names if name in constants])
    return found


def _terms(node: c_ast.Node) -> list[c_ast.Node]:
    if isinstance(node, c_ast.BinaryOp) and node.op in "+-":
        return [*_terms(node.left), *_terms(node.right)]
    return [node]


def _operands(node: c_ast.Node) -> list[c_ast.Node]:
    if isinstance(node, c_ast.BinaryOp) and node.op == "*":
        return [*_operands(node.left), *_operands(node.right)]
    return [node]


def _is_floating(node: c_ast.Node, types: Mapping[int, str]) -> bool:
    if isinstance(node, c_ast.Constant):
        return node.type.startswith(_FLOATING)
    if isinstance(node, c_ast.BinaryOp):
        return _is_floating(node.left, types) or _is_floating(node.right, types)
    return types.get(id(node), "").startswith(_FLOATING)


def _divided(node: c_ast.Node, factor: str) -> c_ast.Node:
    if isinstance(node, c_ast.BinaryOp) and node.op in "+-":
        sides = (_divided(node.left, factor), _divided(node.right, factor))
        return c_ast.BinaryOp(node.op, *sides, node.coord)
    product: c_ast.Node | None = None
    left = _operands(node)
    left.pop(next(n for n, o in enumerate(left) if _is_named(o, factor)))
    for operand in left:
        product = (
            operand
            if product is None
            else c_ast.BinaryOp("*", product, operand, node.coord)
        )
    return product or c_ast.Constant("double", "1.0")


def _is_named(node: c_ast.Node, name: str) -> bool:
    return isinstance(node, c_ast.ID) and node.name == name
