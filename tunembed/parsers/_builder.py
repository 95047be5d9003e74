"""Build loops, guards and statements from a function's body."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from pycparser import c_ast

from tunembed.parsers._affine import Affine
from tunembed.parsers._conditions import to_conditions
from tunembed.parsers._delinearize import Layouts
from tunembed.parsers._directives import Directive
from tunembed.parsers._expressions import extremes, to_affine
from tunembed.parsers._headers import Header, read_header
from tunembed.parsers._model import Guard, Local, Loop, Node, Statement
from tunembed.parsers._pointers import locate
from tunembed.parsers._polynomials import to_polynomial
from tunembed.parsers._pragmas import read_pragma
from tunembed.parsers._ranges import range_of_loop, remaining
from tunembed.parsers._scope import Pointer, Scope
from tunembed.parsers._statements import (
    leaves,
    location_of,
    make_statement,
    without_continue,
)
from tunembed.parsers._types import CType

_MAX_COPIES = 16
_LOOPS = (c_ast.For, c_ast.While, c_ast.DoWhile)
Shape = tuple[Affine | None, ...]
_SIMPLE = (c_ast.Compound, c_ast.DeclList, *_LOOPS, c_ast.Switch, c_ast.If)


@dataclass
class Builder:
    """Builds the body of one function.

    Attributes
    ----------
    layouts : Layouts
    directives : list of Directive
        Those that belong to no loop.
    declared : list of (Decl, For or None, CType, tuple)
        Local variables with the loop around, type and extents.
    loops : dict of int to Loop
        By the identity of their node.
    hiding : dict of int to list of str
        By the identity of a loop's node, the names declared in its body that hide
        others.
    """

    layouts: Layouts
    directives: list[Directive] = field(default_factory=list)
    declared: list[tuple[c_ast.Decl, c_ast.Node | None, CType, Shape]] = field(
        default_factory=list
    )
    loops: dict[int, Loop] = field(default_factory=dict)
    hiding: dict[int, list[str]] = field(default_factory=dict)
    count: int = 0

    def block(
        self, node: c_ast.Node | None, scope: Scope, loop: c_ast.Node | None
    ) -> tuple[Node, ...]:
        """Return the nodes of a statement or block, in a scope of its own."""
        inner = scope.nested()
        items = [node] if node is not None else []
        if isinstance(node, c_ast.Compound):
            items = node.block_items or []
        return tuple(self._items(items, inner, node, loop))

    def _items(
        self,
        items: Iterable[c_ast.Node],
        scope: Scope,
        block: c_ast.Node | None,
        loop: c_ast.Node | None,
    ) -> Iterator[Node]:
        pending: list[Directive] = []
        for item in items:
            if isinstance(item, c_ast.Pragma):
                pending.append(read_pragma(item))
                continue
            own = self._take(pending, item)
            pending = []
            yield from self._item(item, scope, block, loop, own)
        self._take(pending, None)

    def _take(
        self, pending: list[Directive], item: c_ast.Node | None
    ) -> tuple[Directive, ...]:
        """Sort pragmas into those of the next statement and free-standing ones."""
        own = []
        for directive in pending:
            if isinstance(item, c_ast.For) and directive.is_for_loops:
                own.append(directive)
                continue
            self.directives.append(directive)
            if item is not None and not isinstance(item, _SIMPLE):
                own.append(directive)
        return tuple(own)

    def _item(
        self,
        node: c_ast.Node,
        scope: Scope,
        block: c_ast.Node | None,
        loop: c_ast.Node | None,
        own: tuple[Directive, ...],
    ) -> Iterator[Node]:
        if isinstance(node, c_ast.EmptyStatement):
            return
        if isinstance(node, c_ast.Compound):
            yield from self.block(node, scope, loop)
        elif isinstance(node, c_ast.For):
            yield self._loop(node, scope, own)
        elif isinstance(node, c_ast.If):
            yield from self._branch(node, scope, loop)
        elif isinstance(node, c_ast.DeclList):
            for decl in node.decls:
                yield from self._item(decl, scope, block, loop, own)
        elif isinstance(node, c_ast.Decl):
            if node.name in scope.variables and node.name not in scope.globals:
                self.hiding.setdefault(id(loop), []).append(node.name)
            self._declare(node, scope, loop)
            if node.init is not None:
                yield self._statement(node, scope, directives=own)
                self._learn(node.name, node.init, scope, block, declared=True)
        elif isinstance(node, (c_ast.Typedef, c_ast.StaticAssert)):
            scope.types.declare(node)
            if isinstance(node, c_ast.Typedef):
                scope.types.add_typedef(node)
        elif _holds_loops(node):
            yield self._compound(node, scope, loop)
        else:
            yield self._statement(node, scope, directives=own)
            if isinstance(node, c_ast.Assignment) and node.op == "=":
                if isinstance(node.lvalue, c_ast.ID):
                    self._learn(node.lvalue.name, node.rvalue, scope, block)

    def _statement(
        self, node: c_ast.Node, scope: Scope, **details: object
    ) -> Statement:
        name = f"S{self.count}"
        self.count += 1
        return make_statement(node, name, scope, self.layouts, **details)  # type: ignore[arg-type]

    def _compound(
        self, node: c_ast.Node, scope: Scope, loop: c_ast.Node | None
    ) -> Statement:
        """Keep a compound statement whole, and what is understood inside."""
        number = self.count
        self.count += 1
        inner = scope.nested()
        parts = [child for _, child in node.children()]
        body: list[Node] = []
        for part in parts:
            if isinstance(part, c_ast.Compound) or _holds_loops(part):
                body += self._inside(part, inner, loop)
        reasons = []
        if not isinstance(node, c_ast.If):
            reasons.append(f"{type(node).__name__.lower()} around a loop")
        return make_statement(
            node, f"S{number}", scope, self.layouts, body=body, reasons=reasons
        )

    def _inside(
        self, part: c_ast.Node, scope: Scope, loop: c_ast.Node | None
    ) -> tuple[Node, ...]:
        if isinstance(part, (c_ast.Case, c_ast.Default)):
            return tuple(self._items(part.stmts or (), scope, part, loop))
        if isinstance(part, c_ast.Compound) and any(
            isinstance(item, (c_ast.Case, c_ast.Default))
            for item in part.block_items or ()
        ):
            found: list[Node] = []
            for item in part.block_items:
                found += self._inside(item, scope, loop)
            return tuple(found)
        return self.block(part, scope, loop)

    def _declare(self, node: c_ast.Decl, scope: Scope, loop: c_ast.Node | None) -> None:
        scope.types.declare(node)
        if node.name is None or isinstance(node.type, c_ast.FuncDecl):
            return
        scope.variables[node.name] = scope.types.resolve(node.type)
        scope.forget(node.name)
        kind = scope.variables[node.name]
        self.declared.append((node, loop, kind, shape_of(kind, scope)))

    def _learn(
        self,
        name: str,
        value: c_ast.Node,
        scope: Scope,
        block: c_ast.Node | None,
        declared: bool = False,
    ) -> None:
        """Remember the value of a local that is assigned once."""
        kind = scope.variables.get(name)
        if kind is None or name in scope.globals:
            return
        writes = scope.writes_of(block) if declared else scope.all_writes
        if writes is None or writes.whole.get(name) != 1 or name in writes.addressed:
            return
        if kind.is_integer and scope.writes is not None:
            found = to_affine(value, scope)
            several = [
                (kind_of, extremes(value, scope, kind_of)) for kind_of in ("min", "max")
            ]
            for kind_of, values in several:
                if values is not None and len(values) > 1:
                    scope.extremes[name] = (kind_of, values)
            if found is not None and name not in scope.extremes:
                scope.values[name] = found
        elif kind.layers and kind.layers[0][0] == "ptr":
            pointer = self._point(value, scope)
            if pointer is not None:
                scope.aliases[name] = pointer

    def _point(self, value: c_ast.Node, scope: Scope) -> Pointer | None:
        pointer = locate(value, scope)
        if pointer is None or pointer.problem:
            return None
        parts: list[list[Affine | c_ast.Node]] = []
        for group in (pointer.subscripts, pointer.offset):
            parts.append([])
            for item in group:
                if to_polynomial(item, scope, symbols=False) is None:
                    return None
                parts[-1].append(item)
        return Pointer(pointer.array, pointer.base, tuple(parts[0]), tuple(parts[1]))

    def _loop(
        self, node: c_ast.For, scope: Scope, directives: tuple[Directive, ...]
    ) -> Loop:
        outer = scope.nested()
        if outer.writes is None:
            outer.writes = scope.writes_of(node)
        stmt = without_continue(node.stmt)
        header = read_header(node, outer, scope.writes_of(stmt))
        inner = self._enter(node, outer, header)
        first = len(self.declared)  # after what the header itself declares
        body = self.block(stmt, inner, node)
        declares = [
            decl.name for decl, loop, *_ in self.declared[first:] if loop is node
        ]
        reasons = header.reasons + leaves(stmt)
        for name in self.hiding.get(id(node), ()):
            reasons.append(f"the declaration of {name} hides another {name}")
        loop = Loop(
            header.iterator,
            header.lower,
            header.upper,
            header.step,
            body,
            location_of(node),
            node,
            directives,
            tuple(dict.fromkeys(reasons)),
            header.declares_iterator,
            tuple(declares),
        )
        self.loops.setdefault(id(node), loop)
        return loop

    def _enter(self, node: c_ast.For, scope: Scope, header: Header) -> Scope:
        """Return the scope of a loop's body."""
        inner = scope.nested()
        if isinstance(node.init, c_ast.DeclList):
            for decl in node.init.decls:
                self._declare(decl, inner, node)
        if header.iterator:
            inner.forget(header.iterator)
            if header.usable:
                inner.iterators = (*inner.iterators, header.iterator)
                values = (header.lower, header.upper, header.step)
                inner.ranges = (
                    *inner.ranges,
                    range_of_loop(header.iterator, *values),
                )
            elif header.iterator in inner.iterators:
                inner.iterators = tuple(
                    name for name in inner.iterators if name != header.iterator
                )
        return inner

    def _branch(
        self, node: c_ast.If, scope: Scope, loop: c_ast.Node | None
    ) -> Iterator[Node]:
        alternatives = None
        if scope.writes is not None or _holds_loops(node):
            outer = scope
            if scope.writes is None:
                outer = scope.nested(writes=scope.writes_of(node))
            alternatives = to_conditions(node.cond, outer)
            if alternatives and len(alternatives) * scope.copies > _MAX_COPIES:
                alternatives = None
        if alternatives is None:
            if _holds_loops(node):
                yield self._compound(node, scope, loop)
            else:
                yield self._statement(node, scope)
            return
        copies = scope.copies * len(alternatives)
        yield self._guards(node, alternatives, scope.nested(copies=copies), loop)

    def _guards(
        self,
        node: c_ast.If,
        alternatives: tuple[tuple[Affine, ...], ...],
        scope: Scope,
        loop: c_ast.Node | None,
    ) -> Guard:
        inside = scope.nested(guards=scope.guards + alternatives[0])
        body = self.block(node.iftrue, inside, loop)
        known = remaining(alternatives[0], scope.ranges)
        outside = scope.nested(guards=scope.guards + known)
        if len(alternatives) > 1:
            orelse: tuple[Node, ...] = (
                self._guards(node, alternatives[1:], outside, loop),
            )
        else:
            orelse = self.block(node.iffalse, outside, loop)
        return Guard(alternatives[0], body, orelse, location_of(node), node)

    def locals(self) -> dict[str, tuple[Local, ...]]:
        """Return the local variables by name, in textual order."""
        found: dict[str, tuple[Local, ...]] = {}
        seen: set[int] = set()
        for decl, node, kind, shape in self.declared:
            if id(decl) in seen:
                continue
            seen.add(id(decl))
            local = Local(
                decl.name,
                kind.base,
                shape,
                bool(kind.layers) and kind.layers[0][0] == "ptr",
                None if node is None else self.loops.get(id(node)),
                location_of(decl),
            )
            found[decl.name] = (*found.get(decl.name, ()), local)
        return found


def shape_of(kind: CType, scope: Scope) -> Shape:
    """Return the extents that a type declares."""
    return tuple(
        None if extent is None else to_affine(extent, scope)
        for _, extent in kind.layers
    )


def _holds_loops(node: c_ast.Node) -> bool:
    stack = [node]
    while stack:
        item = stack.pop()
        if isinstance(item, _LOOPS):
            return True
        stack.extend(child for _, child in item.children())
    return False
