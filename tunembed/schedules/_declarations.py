"""C declarations of local variables."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from pycparser import c_ast

from tunembed.schedules._scop import Scop
from tunembed.schedules._tree import Leaf, Node, ScheduleError, leaves_of


def declaration(scop: Scop, name: str) -> str:
    """Return the declaration of a local variable, without semicolon or value."""
    local = scop.privates[name]
    text = f"{local.dtype} {'*' if local.is_pointer else ''}{local.name}"
    for extent in local.shape:
        if extent is None:
            raise ScheduleError(f"{local.location}: '{name}' has no declared size")
        text += f"[{extent.to_c()}]"
    return text


def first_user(scop: Scop, name: str, body: tuple[Node, ...]) -> str | None:
    """Return the statement directly in `body` that can declare a variable, or None."""
    for node in body:
        used = [
            scop.statements[s]
            for s in leaves_of((node,))
            if scop.statements[s].uses(name)
        ]
        if used:
            leads = isinstance(node, Leaf) and _assigns(used[0].node, name)
            return used[0].name if leads else None
    return None


def _assigns(node: c_ast.Node, name: str) -> bool:
    """Return whether a statement gives a plain variable its first value."""
    plain = name.split("#")[0]
    if isinstance(node, c_ast.Decl):
        return node.name == plain
    return (
        isinstance(node, c_ast.Assignment)
        and node.op == "="
        and isinstance(node.lvalue, c_ast.ID)
        and node.lvalue.name == plain
        and plain not in _names(node.rvalue)
    )


def _names(node: c_ast.Node) -> set[str]:
    found = {node.name} if isinstance(node, c_ast.ID) else set()
    return found.union(*(_names(child) for _, child in node.children()))
