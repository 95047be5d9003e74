"""What is known about the names that are visible at a place in a function."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import copy
from dataclasses import dataclass, field

from pycparser import c_ast

from tunembed.parsers._affine import Affine
from tunembed.parsers._model import Symbol
from tunembed.parsers._pure import PURE
from tunembed.parsers._ranges import Range
from tunembed.parsers._types import UNKNOWN, CType, TypeTable
from tunembed.parsers._writes import Writes, find_writes


@dataclass(frozen=True)
class Pointer:
    """Where a pointer points to.

    Attributes
    ----------
    array, base : str
        As in :class:`Access`.
    subscripts : tuple of Affine or node
        That have been applied.
    offset : tuple of Affine or node
        Terms to be added to the next subscript.
    problem : str
        Why the place is not known; empty when it is.
    """

    array: str
    base: str
    subscripts: tuple[Affine | c_ast.Node, ...] = ()
    offset: tuple[Affine | c_ast.Node, ...] = ()
    problem: str = ""


@dataclass
class Scope:
    """Names visible at a place.

    Attributes
    ----------
    types : TypeTable
    variables : dict of str to CType
        Visible variables: globals, parameters, locals.
    globals : frozenset of str
        Names of variables with file scope.
    stable : frozenset of str
        Integer scalars with one value throughout the function.
    iterators : tuple of str
        Of the loops around, outermost first, as far as their values are affine.
    values : dict of str to Affine
        Locals inside loops whose value is an affine expression.
    extremes : dict of str to (str, tuple of Affine)
        Locals inside loops that are the minimum or maximum of affine expressions.
    writes : Writes or None
        Of the outermost loop around; None outside loops.
    all_writes : Writes or None
        Of the whole function.
    aliases : dict of str to Pointer
        Local pointers that point into an array, at an affine place.
    ranges : tuple of Range
        Of the iterators, outermost first.
    guards : tuple of Affine
        Conditions around, each known to be ``>= 0``.
    copies : int
        How often the code occurs in the result because conditions were taken apart.
    wild : frozenset of str
        Local pointers that may point into other arrays.
    symbols : dict of str to Symbol
        All symbols of the function so far, by name; shared.
    """

    types: TypeTable
    variables: dict[str, CType]
    globals: frozenset[str]
    stable: frozenset[str] = frozenset()
    iterators: tuple[str, ...] = ()
    values: dict[str, Affine] = field(default_factory=dict)
    extremes: dict[str, tuple[str, tuple[Affine, ...]]] = field(default_factory=dict)
    writes: Writes | None = None
    all_writes: Writes | None = None
    aliases: dict[str, "Pointer"] = field(default_factory=dict)
    ranges: tuple[Range, ...] = ()
    guards: tuple[Affine, ...] = ()
    copies: int = 1
    wild: frozenset[str] = frozenset()
    symbols: dict[str, Symbol] = field(default_factory=dict)
    symbol_keys: dict[object, str] = field(default_factory=dict)
    known_writes: dict[int, Writes] = field(default_factory=dict)

    def writes_of(self, node: c_ast.Node | None) -> Writes:
        """Return what the code under a node may change."""
        return find_writes(node, PURE, self.known_writes)

    def forget(self, name: str) -> None:
        """Drop what is known about the value of a name."""
        for known in (self.values, self.extremes, self.aliases):
            known.pop(name, None)

    def nested(self, **changes: object) -> "Scope":
        """Return a scope inside this one; the symbols stay shared."""
        inner = copy.copy(self)
        inner.variables = dict(self.variables)
        inner.values = dict(self.values)
        inner.extremes = dict(self.extremes)
        inner.aliases = dict(self.aliases)
        for name, value in changes.items():
            setattr(inner, name, value)
        return inner

    def parameter_names(self) -> frozenset[str]:
        """Return the names that keep their value throughout a nest."""
        fixed = {name for name, item in self.symbols.items() if not item.iterators}
        return self.stable | fixed

    def moved_pointers(self) -> frozenset[str]:
        """Return the pointers that the outermost loop around assigns."""
        return frozenset() if self.writes is None else self.writes.assigned

    def type_of(self, node: c_ast.Node) -> CType:
        """Return the type of an expression, as far as subscripts need it."""
        if isinstance(node, c_ast.ID):
            return self.variables.get(
                node.name,
                CType("int") if node.name in self.types.constants else UNKNOWN,
            )
        if isinstance(node, c_ast.Constant):
            return CType(node.type)
        if isinstance(node, c_ast.ArrayRef):
            return self.type_of(node.name).element()
        if isinstance(node, c_ast.StructRef):
            return self.types.member(self.type_of(node.name), node.field.name)
        if isinstance(node, c_ast.Cast):
            return self.types.resolve(node.to_type)
        if isinstance(node, c_ast.UnaryOp):
            inner = self.type_of(node.expr) if node.op != "sizeof" else CType("long")
            if node.op == "*":
                return inner.element()
            if node.op == "&":
                return CType(inner.base, (("ptr", None), *inner.layers))
            return CType("int") if node.op in ("!", "sizeof") else inner
        if isinstance(node, c_ast.BinaryOp):
            return self._binary_type(node)
        if isinstance(node, c_ast.TernaryOp):
            return self._joined(node.iftrue, node.iffalse)
        if isinstance(node, c_ast.Assignment):
            return self.type_of(node.lvalue)
        return UNKNOWN

    def _binary_type(self, node: c_ast.BinaryOp) -> CType:
        if node.op in ("<", ">", "<=", ">=", "==", "!=", "&&", "||"):
            return CType("int")
        return self._joined(node.left, node.right)

    def _joined(self, first: c_ast.Node, second: c_ast.Node) -> CType:
        left, right = self.type_of(first), self.type_of(second)
        if left.layers:
            return left
        if right.layers:
            return right
        return right if left.is_integer else left
