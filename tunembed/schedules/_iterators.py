"""C types of iterators and bounds: the new loops count with signed numbers."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from pycparser import c_ast

from tunembed.parsers import Function
from tunembed.schedules._scop import Scop
from tunembed.schedules._types import dtype

_NARROW = frozenset(
    {"int", "short", "char", "signed char", "unsigned char", "unsigned short"}
)


def index_type(scop: Scop) -> str:
    """Return the type that holds all the iterators and bounds of the source."""
    function = scop.function
    bounds = [
        p.dtype
        for p in function.parameters
        if not p.shape and not p.is_pointer and p.name in scop.parameters
    ]
    found = {*bounds, *iterator_types(scop).values()}
    return "int" if found <= _NARROW else "long"


def iterator_types(scop: Scop) -> dict[str, str]:
    """Return the type that the source gives the iterator of each of its loops."""
    function = scop.function
    types = {}
    for name, loop in scop.loop_sources.items():
        declared = function.scopes.get(loop.iterator, ())
        own = [local.dtype for local in declared if local.loop is loop]
        outer = [local.dtype for local in declared if local.loop is None]
        types[name] = next(iter(own or outer), dtype(function, loop.iterator) or "int")
    return types


def is_unsigned(text: str) -> bool:
    """Return whether C computes with values of a type modulo a power of two."""
    return text.startswith("unsigned") and text not in _NARROW


def unsigned_values(scop: Scop) -> dict[str, str]:
    """Return the loops whose iterators wrap around in the source, with types."""
    types = iterator_types(scop).items()
    return {name: text for name, text in types if is_unsigned(text)}


def reads_unsigned(function: Function, node: c_ast.Node) -> bool:
    """Return whether an expression of the source has an unsigned variable."""
    if isinstance(node, c_ast.ID) and is_unsigned(dtype(function, node.name)):
        return True
    return any(reads_unsigned(function, child) for _, child in node.children())
