"""Lvalues and pointer expressions as an array and subscripts."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from dataclasses import replace

from pycparser import c_ast

from tunembed.parsers._affine import Affine
from tunembed.parsers._scope import Pointer, Scope
from tunembed.parsers._trees import c_text

_ZERO = Affine()


def locate(node: c_ast.Node, scope: Scope) -> Pointer | None:
    """Return the array and subscripts that an lvalue or pointer means.

    Parameters
    ----------
    node : pycparser node
    scope : Scope

    Returns
    -------
    Pointer or None
        None if the expression starts at no variable, such as a call's result.
    """
    if isinstance(node, c_ast.ID):
        return scope.aliases.get(node.name) or Pointer(node.name, node.name)
    if isinstance(node, c_ast.ArrayRef):
        inner = locate(node.name, scope)
        return _step(inner, node.name, node.subscript, scope)
    if isinstance(node, c_ast.StructRef):
        return _member(node, scope)
    if isinstance(node, c_ast.UnaryOp) and node.op == "*":
        inner = locate(node.expr, scope)
        return _step(inner, node.expr, None, scope)
    if isinstance(node, c_ast.UnaryOp) and node.op == "&":
        inner = locate(node.expr, scope)
        if inner is None:
            return None
        if not inner.subscripts:
            problem = inner.problem or f"address of {c_text(node.expr)}"
            return replace(inner, problem=problem)
        *kept, last = inner.subscripts
        return replace(inner, subscripts=tuple(kept), offset=(last,))
    if isinstance(node, c_ast.Cast):
        inner = locate(node.expr, scope)
        if inner is None or scope.types.resolve(node.to_type) == scope.type_of(
            node.expr
        ):
            return inner
        return replace(inner, problem=f"cast of pointer {c_text(node)}")
    if isinstance(node, c_ast.BinaryOp) and node.op in ("+", "-"):
        return _sum(node, scope)
    return None


def _step(
    inner: Pointer | None,
    pointer: c_ast.Node,
    subscript: c_ast.Node | None,
    scope: Scope,
) -> Pointer | None:
    if inner is None:
        return None
    layers = scope.type_of(pointer).layers
    if inner.subscripts and layers and layers[0][0] == "ptr" and not inner.problem:
        inner = replace(inner, problem=f"pointer chasing in {c_text(pointer)}")
    return _subscript(inner, subscript)


def _subscript(pointer: Pointer, node: c_ast.Node | None) -> Pointer:
    subscript: Affine | c_ast.Node = _ZERO if node is None else node
    for term in pointer.offset:
        subscript = _add(subscript, term)
    subscripts = (*pointer.subscripts, subscript)
    return Pointer(pointer.array, pointer.base, subscripts, (), pointer.problem)


def _add(
    first: Affine | c_ast.Node, second: Affine | c_ast.Node
) -> Affine | c_ast.Node:
    if isinstance(first, Affine) and isinstance(second, Affine):
        return first + second
    if isinstance(first, Affine) and first == 0:
        return second
    if isinstance(second, Affine) and second == 0:
        return first
    return c_ast.BinaryOp("+", _as_node(first), _as_node(second))


def _as_node(value: Affine | c_ast.Node) -> c_ast.Node:
    if not isinstance(value, Affine):
        return value
    total: c_ast.Node = c_ast.Constant("int", str(value.constant))
    for name, factor in value.coefficients.items():
        term = c_ast.BinaryOp("*", c_ast.Constant("int", str(factor)), c_ast.ID(name))
        total = c_ast.BinaryOp("+", total, term)
    return total


def _member(node: c_ast.StructRef, scope: Scope) -> Pointer | None:
    inner = locate(node.name, scope)
    if inner is None:
        return None
    owner = scope.type_of(node.name)
    problem = inner.problem
    if node.type == "->" and (inner.subscripts or inner.offset):
        problem = problem or f"pointer chasing in {c_text(node)}"
    if owner.base.startswith("union"):
        problem = problem or f"union member {c_text(node)}"
    path = f"{inner.array}{node.type}{node.field.name}"
    return replace(inner, array=path, problem=problem)


def _sum(node: c_ast.BinaryOp, scope: Scope) -> Pointer | None:
    left, right = node.left, node.right
    if node.op == "+" and not scope.type_of(left).layers:
        left, right = right, left
    if not scope.type_of(left).layers:
        return None
    inner = locate(left, scope)
    if inner is None:
        return None
    term = right if node.op == "+" else c_ast.UnaryOp("-", right)
    return replace(inner, offset=(*inner.offset, term))
