"""The static shape of a C function: its loops, guards and statements, all named."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pycparser import c_ast, c_parser

INTEGERS = {"int", "long", "unsigned", "size_t", "char", "short", "_Bool"}
JUMPS = (c_ast.Break, c_ast.Return, c_ast.Goto)
STEPS = ("++", "p++", "--", "p--")


@dataclass
class Loop:
    """A counted loop of the source."""

    name: str
    children: list[Any]
    node: Any


@dataclass
class Guard:
    """An ``if`` whose condition knows only iterators and parameters."""

    children: list[Any]
    node: Any
    orelse: list[Any] = field(default_factory=list)


@dataclass
class Stmt:
    """Anything else, executed as one indivisible statement ('' for a declaration)."""

    name: str
    node: Any


def parse(text: str) -> tuple[c_ast.FuncDef, dict[str, c_ast.FuncDef], list[Any]]:
    """Return the last function, every function by name, and the file's variables."""
    if "complex.h" in text:
        text = "#define complex _Complex\n" + text
    text = re.sub(r"#\s*include.*", "", text)
    if "#define" in text:
        command = ["cc", "-E", "-P", "-x", "c", "-"]
        run = subprocess.run(
            command, input=text, capture_output=True, text=True, check=True
        )
        text = run.stdout
    tree = c_parser.CParser().parse("typedef unsigned long size_t;\n" + text)
    found = [node for node in tree.ext if isinstance(node, c_ast.FuncDef)]
    variables = [
        node
        for node in tree.ext
        if type(node) is c_ast.Decl
        and not isinstance(node.type, (c_ast.FuncDecl, c_ast.Struct))
    ]
    return found[-1], {node.decl.name: node for node in found}, variables


def walk(node: Any) -> Iterator[Any]:
    """Yield ``node`` and all nodes below it, in textual order."""
    if node is None:
        return
    yield node
    for child in node:
        yield from walk(child)


def assigned(node: Any) -> set[str]:
    """Names of the scalars that something below ``node`` changes."""
    names = set()
    for item in walk(node):
        if isinstance(item, c_ast.Assignment) and isinstance(item.lvalue, c_ast.ID):
            names.add(item.lvalue.name)
        if isinstance(item, c_ast.UnaryOp) and item.op in STEPS:
            names |= {item.expr.name} if isinstance(item.expr, c_ast.ID) else set()
    return names


def leaves(node: Any) -> bool:
    """Say whether something below ``node`` may end the loop around it."""
    return any(isinstance(item, JUMPS) for item in walk(node))


def iterator(node: c_ast.For) -> str | None:
    """Name of the iterator of a ``for`` with the usual header."""
    init = node.init
    if isinstance(init, c_ast.DeclList):
        return init.decls[0].name
    if isinstance(init, c_ast.Assignment) and isinstance(init.lvalue, c_ast.ID):
        return init.lvalue.name
    return None


def kind(declaration: Any) -> tuple[list[Any], str]:
    """Dimensions (``None`` for a pointer) and scalar type name of a declaration."""
    dims = []
    node = declaration.type
    while isinstance(node, (c_ast.ArrayDecl, c_ast.PtrDecl)):
        dims.append(node.dim if isinstance(node, c_ast.ArrayDecl) else None)
        node = node.type
    base = node.type
    return dims, "struct" if isinstance(base, c_ast.Struct) else " ".join(base.names)


def is_integer(name: str) -> bool:
    """Say whether a C type name means an integer."""
    return bool(set(name.split()) & INTEGERS)


class Outline:
    """Tree of a function; ``body`` holds it, ``iterators`` every iterator's name."""

    def __init__(self, function: c_ast.FuncDef) -> None:
        loops = [n for n in walk(function.body) if isinstance(n, c_ast.For)]
        self.iterators = {iterator(loop) for loop in loops} - {None}
        moved = {n for loop in loops for n in assigned(loop.stmt)} & self.iterators
        own = {
            node.name
            for node in walk(function.body)
            if type(node) is c_ast.Decl and node.name not in self.iterators
        }
        inner = {
            iterator(n)
            for loop in loops
            for n in walk(loop.stmt)
            if isinstance(n, c_ast.For)
        }
        moved -= inner
        self.names = {n.name for n in walk(function) if isinstance(n, c_ast.ID)}
        self.unsteady = moved | (assigned(function.body) - self.iterators) | own
        self._seen: dict[str, int] = {}
        self._count = 0
        self.body = self._children(function.body)

    def _children(self, node: Any) -> list[Any]:
        items = node.block_items or [] if isinstance(node, c_ast.Compound) else [node]
        found = [self._node(item) for item in items]
        return [item for item in found if item is not None]

    def _node(self, node: Any) -> Any:
        if isinstance(node, c_ast.For) and (name := iterator(node)):
            return self._loop(node, name)
        if isinstance(node, c_ast.If) and self._steady(node):
            guard = Guard(self._children(node.iftrue), node)
            if node.iffalse:
                guard.orelse = self._children(node.iffalse)
            return guard
        if isinstance(node, (c_ast.Pragma, c_ast.EmptyStatement)):
            return None
        if isinstance(node, c_ast.Decl) and node.init is None:
            return Stmt("", node)
        self._count += 1
        return Stmt(f"S{self._count - 1}", node)

    def _loop(self, node: c_ast.For, name: str) -> Loop:
        self._seen[name] = count = self._seen.get(name, 0) + 1
        loop = Loop(name if count == 1 else f"{name}_{count}", [], node)
        loop.children = self._children(node.stmt)
        return loop

    def _steady(self, node: c_ast.If) -> bool:
        if any(isinstance(item, (*JUMPS, c_ast.Continue)) for item in walk(node)):
            return False
        return not any(
            isinstance(item, (c_ast.ArrayRef, c_ast.StructRef, c_ast.FuncCall))
            or (isinstance(item, c_ast.ID) and item.name in self.unsteady)
            for item in walk(node.cond)
        )
