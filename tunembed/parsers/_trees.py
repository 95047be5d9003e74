"""Walk pycparser trees."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import re
from collections.abc import Iterator

from pycparser import c_ast, c_generator

_NAME = re.compile(r"\w*")


def c_text(node: c_ast.Node) -> str:
    """Return C text of an expression."""
    return c_generator.CGenerator().visit(node)


def descend(node: c_ast.Node | None) -> Iterator[c_ast.Node]:
    """Yield a node and all nodes below it, but the names of struct members."""
    stack = [] if node is None else [node]
    while stack:
        node = stack.pop()
        yield node
        if isinstance(node, c_ast.StructRef):
            stack.append(node.name)
        else:
            stack.extend([*node][::-1])


def path_of(node: c_ast.Node) -> str | None:
    """Return an lvalue without its subscripts: ``"g->u"`` for ``g->u[i]``."""
    suffix = ""
    while True:
        if isinstance(node, c_ast.ID):
            return node.name + suffix
        if isinstance(node, c_ast.StructRef):
            suffix = f"{node.type}{node.field.name}{suffix}"
            node = node.name
        elif isinstance(node, c_ast.ArrayRef):
            node = node.name
        elif isinstance(node, (c_ast.Cast, c_ast.UnaryOp)):
            node = node.expr
        elif isinstance(node, c_ast.BinaryOp):
            node = node.left
        else:
            return None


def base_name(node: c_ast.Node) -> str | None:
    """Return the variable at the start of an lvalue, None if there is none."""
    path = path_of(node)
    return None if path is None else first_name(path)


def first_name(path: str) -> str:
    """Return the variable at the start of a path: ``"p"`` of ``"p->x"``."""
    return _NAME.match(path).group()  # type: ignore[union-attr]
