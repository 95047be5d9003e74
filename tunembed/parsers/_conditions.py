"""Conditions of ``if`` as affine inequalities."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from pycparser import c_ast

from tunembed.parsers._affine import Affine
from tunembed.parsers._expressions import to_affine
from tunembed.parsers._scope import Scope

_MAX_DISJUNCTS = 4
_NEGATED = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}
Conjunction = tuple[Affine, ...]


def to_conditions(
    node: c_ast.Node, scope: Scope, *, negate: bool = False
) -> tuple[Conjunction, ...] | None:
    """Return a condition as a disjunction of conjunctions of ``affine >= 0``.

    Parameters
    ----------
    node : pycparser node
    scope : Scope
    negate : bool, default=False
        Whether the opposite is wanted.

    Returns
    -------
    tuple of tuple of Affine, or None
        None if it is not affine, or has more than four alternatives.
    """
    if isinstance(node, c_ast.UnaryOp) and node.op == "!":
        return to_conditions(node.expr, scope, negate=not negate)
    if isinstance(node, c_ast.BinaryOp) and node.op in ("&&", "||"):
        left = to_conditions(node.left, scope, negate=negate)
        right = to_conditions(node.right, scope, negate=negate)
        if left is None or right is None:
            return None
        if (node.op == "&&") != negate:
            joined = tuple(a + b for a in left for b in right)
        else:
            joined = left + right
        return joined if len(joined) <= _MAX_DISJUNCTS else None
    if isinstance(node, c_ast.BinaryOp) and node.op in _NEGATED:
        left_value = to_affine(node.left, scope)
        right_value = to_affine(node.right, scope)
        if left_value is None or right_value is None:
            return None
        operator = _NEGATED[node.op] if negate else node.op
        return _compare(operator, left_value - right_value)
    value = to_affine(node, scope)
    if value is None:
        return None
    return _compare("==" if negate else "!=", value)


def _compare(operator: str, difference: Affine) -> tuple[Conjunction, ...]:
    """Return what ``difference operator 0`` says."""
    if operator == "==":
        return ((difference, -difference),)
    if operator == "!=":
        return ((-difference - 1,), (difference - 1,))
    if operator in (">", ">="):
        return ((difference - (operator == ">"),),)
    return ((-difference - (operator == "<"),),)
