"""Element types of variables."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from pycparser import c_ast

from tunembed.parsers import Function

_INTEGERS = ("int", "long", "char", "short", "signed", "unsigned", "_Bool", "bool")


def dtype(function: Function, name: str) -> str:
    """Return the C element type of a variable, ``""`` if unknown."""
    for parameter in function.parameters:
        if parameter.name == name:
            return parameter.dtype
    local = function.locals.get(name.split("#")[0])
    return local.dtype if local is not None else _global_dtype(function, name)


def is_floating_type(text: str) -> bool:
    """Return whether a type may hold floating-point numbers; unknown ones may."""
    return not text.startswith(_INTEGERS)


def _global_dtype(function: Function, name: str) -> str:
    for declared in function.unit.ast.ext:
        if isinstance(declared, c_ast.Decl) and declared.name == name:
            node = declared.type
            while not isinstance(node, c_ast.TypeDecl):
                node = node.type
            return " ".join(getattr(node.type, "names", ()))
    return ""
