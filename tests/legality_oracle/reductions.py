"""Recognise the statement forms that are a reduction, from their syntax."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from typing import Any

from pycparser import c_ast, c_generator

_GROUP = {"+": "+", "-": "+", "*": "*", "&": "&", "|": "|", "^": "^"}
_EXTREMA = {"fmax": "max", "fmin": "min", "fmaxf": "max", "fminf": "min"}
_COMMUTES = set("+*&|^")


def text(node: Any) -> str:
    """C text of a node, to compare lvalues by."""
    return c_generator.CGenerator().visit(node)


def reduction_form(node: Any) -> tuple[str, Any, Any] | None:
    """Return operator, accumulator and added value of a reduction statement."""
    if isinstance(node, c_ast.UnaryOp) and node.op in ("++", "p++", "--", "p--"):
        return "+", node.expr, c_ast.Constant("int", "1")
    if isinstance(node, c_ast.If):
        return _conditional(node)
    if not isinstance(node, c_ast.Assignment):
        return None
    if node.op != "=":
        group = _GROUP.get(node.op[:-1])
        return (group, node.lvalue, node.rvalue) if group else None
    return _assignment(node.lvalue, node.rvalue)


def _assignment(target: Any, value: Any) -> tuple[str, Any, Any] | None:
    if isinstance(value, c_ast.TernaryOp):
        chosen = _comparison(value.cond, target, value.iftrue, value.iffalse)
        return (chosen[0], target, chosen[1]) if chosen else None
    if isinstance(value, c_ast.FuncCall) and value.name.name in _EXTREMA:
        rest = [arg for arg in value.args.exprs if text(arg) != text(target)]
        if len(rest) == 1:
            return _EXTREMA[value.name.name], target, rest[0]
        return None
    if not isinstance(value, c_ast.BinaryOp) or value.op not in _GROUP:
        return None
    rest = _without(value, target, _GROUP[value.op])
    return (_GROUP[value.op], target, rest) if rest is not None else None


def _without(value: Any, target: Any, group: str) -> Any:
    """Remove one occurrence of the accumulator from a sum or product."""
    if not isinstance(value, c_ast.BinaryOp) or _GROUP.get(value.op) != group:
        return None
    if text(value.left) == text(target):
        return value.right
    if text(value.right) == text(target) and value.op in _COMMUTES:
        return value.left
    rest = _without(value.left, target, group)
    if rest is not None:
        return c_ast.BinaryOp(value.op, rest, value.right)
    rest = _without(value.right, target, group) if value.op in _COMMUTES else None
    return c_ast.BinaryOp(value.op, value.left, rest) if rest is not None else None


def _conditional(node: c_ast.If) -> tuple[str, Any, Any] | None:
    """Read ``if (x > m) m = x;`` as a maximum."""
    body = node.iftrue
    if isinstance(body, c_ast.Compound) and len(body.block_items or []) == 1:
        body = body.block_items[0]
    if node.iffalse or not isinstance(body, c_ast.Assignment) or body.op != "=":
        return None
    chosen = _comparison(node.cond, body.lvalue, body.rvalue, body.lvalue)
    return (chosen[0], body.lvalue, chosen[1]) if chosen else None


def _comparison(
    cond: Any, target: Any, iftrue: Any, iffalse: Any
) -> tuple[str, Any] | None:
    """Tell max from min in ``left OP right ? iftrue : iffalse``."""
    if not isinstance(cond, c_ast.BinaryOp) or cond.op not in ("<", "<=", ">", ">="):
        return None
    left, right = cond.left, cond.right
    if cond.op[0] == "<":
        left, right = right, left
    names = [text(item) for item in (left, right, iftrue, iffalse)]
    if set(names[:2]) != set(names[2:]) or text(target) not in names[:2]:
        return None
    other = right if names[0] == text(target) else left
    return ("max" if names[2] == names[0] else "min"), other
