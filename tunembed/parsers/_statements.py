"""Statements from C code."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from collections.abc import Iterable

from pycparser import c_ast

from tunembed.parsers._accesses import Collector
from tunembed.parsers._delinearize import Layouts
from tunembed.parsers._directives import Directive
from tunembed.parsers._errors import Location
from tunembed.parsers._model import Node, Statement
from tunembed.parsers._reductions import find_reduction
from tunembed.parsers._scope import Scope
from tunembed.parsers._trees import descend

LEAVING = {
    c_ast.Break: "break",
    c_ast.Continue: "continue",
    c_ast.Goto: "goto",
    c_ast.Return: "return",
    c_ast.Label: "label",
    c_ast.While: "while",
    c_ast.DoWhile: "do while",
    c_ast.Switch: "switch",
}
_COMPOUND = (c_ast.If, c_ast.While, c_ast.DoWhile, c_ast.Switch, c_ast.For)


def location_of(node: c_ast.Node) -> Location:
    """Return where a node stands in the original file."""
    coord = node.coord
    while coord is None and node.children():
        node = node.children()[0][1]
        coord = node.coord
    if coord is None:
        return Location("?")
    return Location(coord.file or "?", coord.line, coord.column or 0)


def make_statement(
    node: c_ast.Node,
    name: str,
    scope: Scope,
    layouts: Layouts,
    *,
    body: Iterable[Node] = (),
    directives: Iterable[Directive] = (),
    reasons: Iterable[str] = (),
) -> Statement:
    """Return the statement that a piece of code is.

    Parameters
    ----------
    node : pycparser node
        A simple statement, or a compound one that is to be kept whole.
    name : str
    scope : Scope
    layouts : Layouts
    body, directives : iterable
        As in :class:`Statement`.
    reasons : iterable of str
        Why it is kept whole, if that makes it opaque.

    Returns
    -------
    Statement
    """
    inner = scope.nested()
    if inner.writes is None and isinstance(node, _COMPOUND):
        inner.writes = scope.writes_of(node)
    collector = Collector(inner, layouts)
    declares: list[str] = []
    _collect(node, collector, declares, leaf=True)
    if not isinstance(node, c_ast.Decl):
        _hide(collector, declares)
    everything = list(dict.fromkeys([*reasons, *collector.reasons]))
    accesses = tuple(collector.accesses)
    return Statement(
        name,
        node,
        accesses,
        location_of(node),
        None if everything else find_reduction(node, accesses),
        tuple(declares),
        tuple(collector.calls),
        collector.operations,
        isinstance(node, c_ast.If),
        bool(everything),
        tuple(everything),
        tuple(body),
        tuple(directives),
    )


def _hide(collector: Collector, declares: list[str]) -> None:
    """Drop the accesses of variables that live inside a compound statement only."""
    hidden = {name for name in declares if name not in collector.scope.wild}
    collector.accesses = [
        access for access in collector.accesses if access.base not in hidden
    ]
    declares.clear()


def _collect(
    node: c_ast.Node | None, collector: Collector, declares: list[str], leaf: bool
) -> None:
    if node is None or isinstance(node, (c_ast.EmptyStatement, c_ast.Pragma)):
        return
    if isinstance(node, c_ast.Decl):
        if node.name is not None:
            declares.append(node.name)
            collector.scope.variables[node.name] = collector.scope.types.resolve(
                node.type
            )
        _declaration(node, collector)
    elif isinstance(node, c_ast.Assignment):
        collector.assign(node)
    elif isinstance(node, c_ast.If):
        collector.read(node.cond)
        _collect(node.iftrue, collector, declares, False)
        _collect(node.iffalse, collector, declares, False)
    elif isinstance(node, c_ast.Return):
        collector.read(node.expr)
        if not leaf:
            collector.reasons.append("return")
    elif isinstance(node, c_ast.For):
        for part in (node.init, node.cond, node.next, node.stmt):
            _collect(part, collector, declares, False)
    elif type(node) in LEAVING or isinstance(
        node, (c_ast.Compound, c_ast.DeclList, c_ast.Case, c_ast.Default)
    ):
        if type(node) in LEAVING:
            collector.reasons.append(LEAVING[type(node)])
        for _, child in node.children():
            _collect(child, collector, declares, False)
    else:
        collector.read(node)


def _declaration(node: c_ast.Decl, collector: Collector) -> None:
    if node.init is None or node.name is None:
        return
    collector.value(node.init)
    identifier = c_ast.ID(node.name, node.coord)
    collector.write_declared(identifier)


def leaves(node: c_ast.Node) -> list[str]:
    """Return the ways in which the body of a loop leaves it early, with places."""
    found = []
    for item in descend(node):
        if isinstance(item, (c_ast.Goto, c_ast.Return)):
            found.append(f"{LEAVING[type(item)]} at {location_of(item)}")
    found += [f"{kind} at {place}" for kind, place in _own_jumps(node)]
    return found


def _own_jumps(node: c_ast.Node) -> list[tuple[str, Location]]:
    """Return the break and continue statements that belong to this loop."""
    found: list[tuple[str, Location]] = []
    stack = [(node, False)]
    loops = (c_ast.For, c_ast.While, c_ast.DoWhile)
    while stack:
        item, inside_switch = stack.pop()
        if isinstance(item, loops):
            continue
        if isinstance(item, c_ast.Continue):
            found.append(("continue", location_of(item)))
        if isinstance(item, c_ast.Break) and not inside_switch:
            found.append(("break", location_of(item)))
        inside = inside_switch or isinstance(item, c_ast.Switch)
        stack.extend((child, inside) for _, child in item.children()[::-1])
    return found


def without_continue(node: c_ast.Node) -> c_ast.Node:
    """Return a loop's body with ``if (c) continue; rest`` as ``if (!(c)) { rest }``."""
    if not isinstance(node, c_ast.Compound):
        return node
    items = node.block_items or []
    for index, item in enumerate(items):
        if not isinstance(item, c_ast.If) or item.iffalse is not None:
            continue
        body = item.iftrue
        if isinstance(body, c_ast.Compound) and len(body.block_items or ()) == 1:
            body = body.block_items[0]
        if isinstance(body, c_ast.Continue):
            inner = c_ast.Compound(items[index + 1 :], item.coord)
            rest = without_continue(inner)
            condition = c_ast.UnaryOp("!", item.cond, item.cond.coord)
            branch = c_ast.If(condition, rest, None, item.coord)
            return c_ast.Compound([*items[:index], branch], node.coord)
    return node
