"""Element types, sizes in bytes and extents of the arrays of a function."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import re
from dataclasses import dataclass
from functools import cached_property

from pycparser import c_ast

from tunembed.features._numbers import Numbers, evaluate
from tunembed.parsers import Function, Local, Parameter

_BYTES = {
    "char": 1,
    "bool": 1,
    "short": 2,
    "int": 4,
    "enum": 4,
    "long": 8,
    "long long": 8,
    "__int128": 16,
    "float": 4,
    "double": 8,
    "long double": 16,
    "float complex": 8,
    "double complex": 16,
    "long double complex": 32,
}
_DEFAULT_BYTES = 8
_MEMBER = re.compile(r"->|\.")
_SIGN = re.compile(r"^(?:un)?signed ")


@dataclass(frozen=True)
class Array:
    """What is known of an array or scalar.

    Attributes
    ----------
    kind : {"double", "float", "complex", "integer"}
    itemsize : float
        Bytes of an element.
    extents : tuple of float or None
        Declared extents of the last dimensions; None where not known.
    record : float
        Bytes from one element to the next along the dimensions before these: the
        size of the struct for a member of an array of structs.
    """

    kind: str
    itemsize: float
    extents: tuple[float | None, ...]
    record: float


class Arrays:
    """The arrays of a function, by the names that accesses have.

    Parameters
    ----------
    function : Function
    numbers : Numbers
    """

    def __init__(self, function: Function, numbers: Numbers) -> None:
        self._function = function
        self._numbers = numbers
        self._types = function.unit.types
        self._found: dict[str, Array] = {}
        self._declared: dict[str, Parameter | Local] = {
            **{item.name: item for item in function.parameters},
            **function.locals,
        }

    def __getitem__(self, name: str) -> Array:
        """Return what is known; a double where nothing is."""
        if name not in self._found:
            self._found[name] = self._find(name)
        return self._found[name]

    def given(self, name: str) -> tuple[float | None, ...]:
        """Return the declared extents as far as the sizes tell them."""
        item = self._declared.get(name)
        shape = () if item is None else item.shape
        return tuple(self._numbers.given_affine(extent) for extent in shape)

    def _find(self, name: str) -> Array:
        base, *members = _MEMBER.split(name)
        dtype, extents = self._variable(base)
        record = 0.0
        for member in members:
            record = self._size_of(dtype)
            dtype, extents = self._member(dtype, member)
        itemsize = self._size_of(dtype)
        inside = itemsize
        for extent in extents[1:]:
            inside *= extent or 1.0
        if extents and not members:
            inside *= extents[0] or 1.0
        return Array(_kind(dtype), itemsize, extents, record or inside)

    def _variable(self, name: str) -> tuple[str, tuple[float | None, ...]]:
        item = self._declared.get(name)
        if item is not None:
            shape = item.shape
            return item.dtype, tuple(
                None if extent is None else self._numbers.affine(extent)
                for extent in shape
            )
        node = self._globals.get(name)
        return ("double", ()) if node is None else self._resolve(node)

    @cached_property
    def _globals(self) -> dict[str, c_ast.Node]:
        return {
            item.name: item.type
            for item in self._function.unit.ast.ext
            if isinstance(item, c_ast.Decl)
            and item.name is not None
            and not isinstance(item.type, c_ast.FuncDecl)
        }

    def _member(self, dtype: str, name: str) -> tuple[str, tuple[float | None, ...]]:
        node = self._types.members.get(dtype, {}).get(name)
        return ("double", ()) if node is None else self._resolve(node)

    def _resolve(self, node: c_ast.Node) -> tuple[str, tuple[float | None, ...]]:
        found = self._types.resolve(node)
        return found.base, tuple(
            evaluate(extent, self._numbers.value) for _, extent in found.layers
        )

    def _size_of(self, dtype: str, depth: int = 0) -> float:
        if not dtype.startswith(("struct ", "union ")):
            return float(_BYTES.get(_SIGN.sub("", dtype), _DEFAULT_BYTES))
        total = 0.0
        for node in self._types.members.get(dtype, {}).values() if depth < 5 else ():
            found = self._types.resolve(node)
            kinds = [kind for kind, _ in found.layers]
            size = 8.0 if "ptr" in kinds else self._size_of(found.base, depth + 1)
            for kind, extent in found.layers:
                if kind == "array":
                    size *= evaluate(extent, self._numbers.value) or 1.0
            total += size
        return total or _DEFAULT_BYTES


def _kind(dtype: str) -> str:
    if "complex" in dtype:
        return "complex"
    if dtype == "float":
        return "float"
    if _SIGN.sub("", dtype) in _BYTES and "double" not in dtype:
        return "integer"
    return "double"
