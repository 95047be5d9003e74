"""Recognise updates that may be reordered."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from pycparser import c_ast

from tunembed.parsers._expressions import extreme_of_ternary
from tunembed.parsers._model import Access, Reduction
from tunembed.parsers._trees import base_name, c_text, descend

_COMPOUND = {"+=": "+", "-=": "+", "*=": "*", "&=": "&", "|=": "|", "^=": "^"}
_CALLS = {
    **dict.fromkeys(("fmin", "fminf", "fminl", "min", "MIN", "imin"), "min"),
    **dict.fromkeys(("fmax", "fmaxf", "fmaxl", "max", "MAX", "imax"), "max"),
}

# The operator, and by what is updated where that is one expression.
_Update = tuple[str, c_ast.Node | None]


def find_reduction(node: c_ast.Node, accesses: tuple[Access, ...]) -> Reduction | None:
    """Return the reduction that a statement is, if it is one.

    Parameters
    ----------
    node : pycparser node
        An assignment, increment, or ``if (e < x) x = e;``.
    accesses : tuple of Access
        Those of the statement.

    Returns
    -------
    Reduction or None
    """
    writes = [access for access in accesses if access.kind == "write"]
    update = _update(node)
    if update is None or len(writes) != 1:
        return None
    write = writes[0]
    same = [
        access
        for access in accesses
        if access.kind == "read"
        and access.array == write.array
        and access.subscripts == write.subscripts
        and (write.is_affine or c_text(access.node) == c_text(write.node))
    ]
    if not same:
        return None
    operator, value = update
    return Reduction(operator, write.array, write.subscripts, tuple(same), write, value)


def extreme_of(node: c_ast.Node) -> tuple[str, c_ast.Node, c_ast.Node] | None:
    """Recognise ``a < b ? a : b`` and ``fmin(a, b)``.

    Parameters
    ----------
    node : pycparser node
        An expression.

    Returns
    -------
    (kind, a, b) or None
        `kind` is ``"min"`` or ``"max"``.
    """
    if isinstance(node, c_ast.FuncCall) and node.args is not None:
        kind = _CALLS.get(base_name(node.name) or "")
        if kind and len(node.args.exprs) == 2:
            return kind, *node.args.exprs
        return None
    return extreme_of_ternary(node)


def _update(node: c_ast.Node) -> _Update | None:
    if isinstance(node, c_ast.UnaryOp) and node.op in ("++", "--", "p++", "p--"):
        return "+", None
    if isinstance(node, c_ast.If):
        return _conditional(node)
    if not isinstance(node, c_ast.Assignment):
        return None
    target = c_text(node.lvalue)
    if node.op != "=":
        if node.op not in _COMPOUND or target in _parts(node.rvalue):
            return None
        return _COMPOUND[node.op], node.rvalue
    value = node.rvalue
    while isinstance(value, c_ast.Cast):
        value = value.expr
    if isinstance(value, c_ast.BinaryOp):
        return _sum(value, target)
    found = extreme_of(value)
    if found is not None and _once(list(found[1:]), target):
        return found[0], _other(list(found[1:]), target)
    return None


def _other(nodes: list[c_ast.Node], target: str) -> c_ast.Node | None:
    """Return the one that is not the target, if there is one."""
    others = [node for node in nodes if c_text(node) != target]
    return others[0] if len(others) == 1 else None


def _parts(node: c_ast.Node) -> list[str]:
    """Return the texts of all lvalues inside."""
    kinds = (c_ast.ID, c_ast.ArrayRef, c_ast.StructRef, c_ast.UnaryOp)
    return [c_text(item) for item in descend(node) if isinstance(item, kinds)]


def _once(nodes: list[c_ast.Node], target: str) -> bool:
    """Whether exactly one operand is the target and no other contains it."""
    equal = [c_text(node) == target for node in nodes]
    others = [node for node, same in zip(nodes, equal, strict=True) if not same]
    return sum(equal) == 1 and all(target not in _parts(node) for node in others)


def _sum(node: c_ast.BinaryOp, target: str) -> _Update | None:
    group = ("+", "-") if node.op in ("+", "-") else (node.op,)
    if node.op not in ("+", "-", "*", "&", "|", "^"):
        return None
    terms: list[tuple[c_ast.Node, bool]] = []
    stack = [(node, True)]
    while stack:
        item, positive = stack.pop()
        if isinstance(item, c_ast.BinaryOp) and item.op in group:
            stack.append((item.left, positive))
            stack.append((item.right, positive != (item.op == "-")))
        else:
            terms.append((item, positive))
    if not _once([term for term, _ in terms], target):
        return None
    if any(c_text(term) == target and not positive for term, positive in terms):
        return None
    value = _other([term for term, _ in terms], target)
    if not all(positive for _, positive in terms):
        value = None
    return "+" if node.op in ("+", "-") else node.op, value


def _conditional(node: c_ast.If) -> _Update | None:
    """Recognise ``if (e < x) x = e;`` and the like."""
    body = node.iftrue
    if isinstance(body, c_ast.Compound) and len(body.block_items or ()) == 1:
        body = body.block_items[0]
    test = node.cond
    if node.iffalse is not None or not isinstance(test, c_ast.BinaryOp):
        return None
    if not isinstance(body, c_ast.Assignment) or body.op != "=":
        return None
    if test.op not in ("<", "<=", ">", ">="):
        return None
    target, value = c_text(body.lvalue), c_text(body.rvalue)
    sides = [c_text(test.left), c_text(test.right)]
    if target in _parts(body.rvalue):
        return None
    if sides == [value, target]:
        return "min" if test.op in ("<", "<=") else "max", body.rvalue
    if sides == [target, value]:
        return "max" if test.op in ("<", "<=") else "min", body.rvalue
    return None
