"""What a function touches that could overlap: parameters, globals, members."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from pycparser import c_ast

from tunembed.parsers import Function, Parameter
from tunembed.schedules._extents import array_extents, extent_bytes
from tunembed.schedules._scop import EVERYTHING, Scop, ScopAccess

_CHARACTER = ("char", "signed char", "unsigned char", "void")
_RECORD = ("struct", "union")


@dataclass(frozen=True)
class Memory:
    """A region of memory that has a name of its own.

    Attributes
    ----------
    name : str
        Text for messages, and what two names of the same region share.
    address : str
        C text.
    size : str or None
        C text of the number of bytes; None if unknown.
    dtype : str
        Type of its elements, ``""`` if unknown.
    restrict : bool
    own : bool
        Whether it is a variable: no two variables overlap.
    """

    name: str
    address: str
    size: str | None
    dtype: str
    restrict: bool = False
    own: bool = False


def overlaps(scop: Scop) -> list[tuple[Memory, Memory]]:
    """Return the pairs that could overlap, of which one is written."""
    walked = _walked(scop)
    used: dict[str, Memory] = {}
    written: set[str] = set()
    for access, base, leads_on in _touched(scop):
        found = _memory(scop.function, base, leads_on, walked)
        if found is not None:
            used.setdefault(found.name, found)
            if access is not None and access.kind == "write":
                written.add(found.name)
    return [
        (a, b)
        for a, b in itertools.combinations(used.values(), 2)
        if (a.name in written or b.name in written)
        and not (a.own and b.own)
        and _base(a.name) != _base(b.name)
        and not (a.restrict and b.restrict)
        and not (a.restrict and a.name in written)
        and not (b.restrict and b.name in written)
        and _same_type(a.dtype, b.dtype)
    ]


def _touched(scop: Scop) -> Iterator[tuple[ScopAccess | None, str, bool]]:
    """Yield accesses with their variable, and if a pointer in it leads on."""
    for statement in scop.statements.values():
        for access in statement.accesses:
            if access.array == EVERYTHING or access.node is None:
                continue
            base = _variable(access.node)
            if base is not None:
                yield access, base, _leads_on(access.node)
    for symbol in scop.function.symbols.values():
        for array in sorted(symbol.arrays):
            if symbol.name in scop.parameters:
                yield None, _base(array), False


def _base(path: str) -> str:
    return re.split(r"->|\.", path)[0]


def _variable(node: c_ast.Node) -> str | None:
    while not isinstance(node, c_ast.ID):
        if isinstance(node, (c_ast.ArrayRef, c_ast.StructRef)):
            node = node.name
        elif isinstance(node, (c_ast.UnaryOp, c_ast.Cast)):
            node = node.expr
        elif isinstance(node, c_ast.BinaryOp):
            node = node.left
        else:
            return None
    return str(node.name)


def _leads_on(node: c_ast.Node) -> bool:
    """Return whether an element is reached through a member, as in ``p->x[i]``."""
    while isinstance(node, c_ast.ArrayRef):
        node = node.name
        if isinstance(node, c_ast.StructRef):
            return True
    while isinstance(node, c_ast.StructRef):
        inner = node.name
        if node.type == "->" and isinstance(inner, c_ast.StructRef):
            return True
        node = inner
    return False


def _walked(scop: Scop) -> set[str]:
    """Return the variables that are used with subscripts."""
    return {
        _base(access.array)
        for statement in scop.statements.values()
        for access in statement.accesses
        if access.subscripts
    }


def _memory(
    function: Function, base: str, leads_on: bool, walked: set[str]
) -> Memory | None:
    if leads_on:
        return Memory(f"{base}->...", "", None, "")
    for parameter in function.parameters:
        if parameter.name == base:
            return _parameter(function, parameter, base in walked)
    if base in function.scopes or base in function.locals:
        return None
    return _global(function, base)


def _parameter(
    function: Function, parameter: Parameter, is_walked: bool
) -> Memory | None:
    if not (parameter.is_pointer or parameter.shape):
        return None
    size = extent_bytes(function, parameter)
    if parameter.is_struct:
        count = None if parameter.is_pointer else array_extents(function, parameter)
        unit = f"(long)sizeof(*{parameter.name})"
        known = f"{unit} * {count}" if count else None
        size = unit if not is_walked else known
    return Memory(
        name=parameter.name,
        address=parameter.name,
        size=size,
        dtype=parameter.dtype,
        restrict=parameter.is_restrict,
    )


def _global(function: Function, name: str) -> Memory | None:
    for declared in function.unit.ast.ext:
        if not isinstance(declared, c_ast.Decl) or declared.name != name:
            continue
        kind = declared.type
        if isinstance(kind, c_ast.FuncDecl):
            continue
        if isinstance(kind, c_ast.PtrDecl):
            return Memory(name, name, None, _words(kind))
        is_array = isinstance(kind, c_ast.ArrayDecl)
        known = not is_array or kind.dim is not None
        return Memory(
            name=name,
            address=name if is_array else f"&{name}",
            size=f"(long)sizeof({name})" if known else None,
            dtype=_words(kind),
            own=True,
        )
    return None


def _words(node: c_ast.Node) -> str:
    while not isinstance(node, c_ast.TypeDecl):
        node = node.type
    return " ".join(getattr(node.type, "names", ("struct",)))


def _same_type(first: str, second: str) -> bool:
    """Return whether C lets objects of both types share memory."""
    if "" in (first, second):
        return True
    if first.startswith(_RECORD) or second.startswith(_RECORD):
        return True
    plain = [t.replace("unsigned ", "").replace("signed ", "") for t in (first, second)]
    return plain[0] == plain[1] or first in _CHARACTER or second in _CHARACTER
