"""What is known about the names that are visible at a place in a function."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from pycparser import c_ast, c_generator

from tunembed.parsers._affine import Affine
from tunembed.parsers._model import Symbol
from tunembed.parsers._pure import PURE
from tunembed.parsers._ranges import Range
from tunembed.parsers._types import UNKNOWN, CType, TypeTable

_NAME = re.compile(r"\w*")
_FIELD = re.compile(r"(?:->|\.)(\w+)$")
_STEP = ("++", "--", "p++", "p--")


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
    return None if path is None else _NAME.match(path).group()  # type: ignore[union-attr]


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


@dataclass(eq=False)
class Writes:
    """What a piece of code may change.

    Attributes
    ----------
    counts : dict of str to int
        How often each variable, array or member path is the target of a write.
    whole : dict of str to int
        How often each variable itself is assigned or initialised.
    assigned : frozenset of str
        Those of them that are assigned as a whole, declarations apart.
    addressed : set of str
        Variables whose address is taken.
    unknown_calls : tuple of str
        Functions called that may change anything they can reach.
    passed : set of str
        Arrays given to such functions.
    iterators : frozenset of str
        Variables that loop headers set, those apart that they declare.
    node : pycparser node or None
        The code.
    """

    counts: dict[str, int] = field(default_factory=dict)
    whole: dict[str, int] = field(default_factory=dict)
    assigned: frozenset[str] = frozenset()
    addressed: set[str] = field(default_factory=set)
    unknown_calls: tuple[str, ...] = ()
    passed: set[str] = field(default_factory=set)
    iterators: frozenset[str] = frozenset()
    node: c_ast.Node | None = None

    def changes(self, name: str) -> bool:
        """Whether a variable, or a member given by its path, may change."""
        base = _NAME.match(name).group()  # type: ignore[union-attr]
        if base in self.addressed or base in self.passed:
            return True
        field_of = _FIELD.search(name)
        return any(
            name == written
            or _begins(name, written)
            or _begins(written, name)
            or (field_of is not None and _same_field(written, field_of[1]))
            for written in self.counts
        )


def _begins(path: str, start: str) -> bool:
    return path.startswith((f"{start}.", f"{start}->"))


def _same_field(path: str, name: str) -> bool:
    found = _FIELD.search(path)
    return found is not None and found[1] == name


def find_writes(
    node: c_ast.Node | None,
    pure: frozenset[str],
    known: dict[int, Writes] | None = None,
) -> Writes:
    """Collect what the code under a node may change.

    Parameters
    ----------
    node : pycparser node or None
    pure : frozenset of str
        Functions that change nothing.
    known : dict of int to Writes, optional
        Results for loops by their identity; used, and filled.

    Returns
    -------
    Writes
    """
    known = {} if known is None else known
    if node is not None and id(node) in known:
        return known[id(node)]
    writes = Writes(node=node)
    stack = [] if node is None else [node]
    while stack:
        item = stack.pop()
        if isinstance(item, c_ast.For) and item is not node:
            _merge(writes, find_writes(item, pure, known))
            continue
        _add_writes(writes, item, pure)
        if isinstance(item, c_ast.StructRef):
            stack.append(item.name)
        elif not isinstance(item, c_ast.ID):
            stack.extend([*item][::-1])
    if node is not None:
        known[id(node)] = writes
    return writes


def _merge(writes: Writes, other: Writes) -> None:
    for mine, theirs in ((writes.counts, other.counts), (writes.whole, other.whole)):
        for name, count in theirs.items():
            mine[name] = mine.get(name, 0) + count
    writes.assigned |= other.assigned
    writes.iterators |= other.iterators
    writes.addressed |= other.addressed
    writes.passed |= other.passed
    writes.unknown_calls += other.unknown_calls


def _add_writes(writes: Writes, item: c_ast.Node, pure: frozenset[str]) -> None:
    if isinstance(item, c_ast.For):
        if isinstance(item.init, c_ast.Assignment):
            writes.iterators |= {path_of(item.init.lvalue) or ""}
    elif isinstance(item, c_ast.Assignment):
        _add_target(writes, item.lvalue)
    elif isinstance(item, c_ast.UnaryOp) and item.op in _STEP:
        _add_target(writes, item.expr)
    elif isinstance(item, c_ast.UnaryOp) and item.op == "&":
        name = base_name(item.expr)
        if name is not None and not isinstance(item.expr, c_ast.ArrayRef):
            writes.addressed.add(name)
    elif isinstance(item, c_ast.Decl) and item.init is not None:
        if item.name is not None:
            for counts in (writes.counts, writes.whole):
                counts[item.name] = counts.get(item.name, 0) + 1
    elif isinstance(item, c_ast.FuncCall):
        _add_call(writes, item, pure)


def _add_target(writes: Writes, lvalue: c_ast.Node) -> None:
    name = path_of(lvalue)
    if name is not None:
        writes.counts[name] = writes.counts.get(name, 0) + 1
    if isinstance(lvalue, c_ast.ID):
        writes.assigned |= {lvalue.name}
        writes.whole[lvalue.name] = writes.whole.get(lvalue.name, 0) + 1


def _add_call(writes: Writes, item: c_ast.FuncCall, pure: frozenset[str]) -> None:
    name = item.name.name if isinstance(item.name, c_ast.ID) else "*"
    if name in pure:
        return
    writes.unknown_calls += (name,)
    for argument in item.args.exprs if item.args else ():
        passed = base_name(argument)
        if passed is not None:
            writes.passed.add(passed)


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
        values = dict(
            types=self.types,
            variables=dict(self.variables),
            globals=self.globals,
            stable=self.stable,
            iterators=self.iterators,
            values=dict(self.values),
            extremes=dict(self.extremes),
            writes=self.writes,
            all_writes=self.all_writes,
            aliases=dict(self.aliases),
            ranges=self.ranges,
            guards=self.guards,
            copies=self.copies,
            wild=self.wild,
            symbols=self.symbols,
            symbol_keys=self.symbol_keys,
            known_writes=self.known_writes,
        )
        return Scope(**{**values, **changes})  # type: ignore[arg-type]

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
