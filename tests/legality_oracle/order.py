"""Apply a schedule to a tree of loops and say in which order a trace would then run."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from pycparser import c_ast

from legality_oracle.outline import Guard, Loop, Outline
from legality_oracle.trace import Instance


class Malformed(ValueError):
    """The schedule does not fit the function."""


@dataclass(eq=False)
class Dim:
    """A loop of the new order: every statement below runs over ``of[statement]``."""

    name: str
    of: dict[str, tuple[str, int]]
    children: list[Any] = field(default_factory=list)
    parallel: str = ""
    collapse: int = 1
    reduction: bool = False
    packed: list[str] = field(default_factory=list)
    late: dict[str, int] = field(default_factory=dict)
    fixed: dict[str, int] = field(default_factory=dict)
    skews: list[tuple["Dim", int]] = field(default_factory=list)
    admits: list[Callable[[Instance], bool]] = field(default_factory=list)
    over: "Dim | None" = None
    size: int = 1


@dataclass
class Leaf:
    """A statement of the new order."""

    name: str


def statements(node: Any) -> list[str]:
    """Names of the statements below a node."""
    if isinstance(node, Leaf):
        return [node.name]
    return [name for child in node.children for name in statements(child)]


class Order:
    """The order of a function after the steps applied so far."""

    def __init__(self, outline: Outline) -> None:
        self.signs: dict[str, int] = {}
        self.arrays = outline.names
        self.root = Dim("", {}, self._convert(outline.body))

    def _convert(self, nodes: list[Any]) -> list[Any]:
        found: list[Any] = []
        for node in nodes:
            if isinstance(node, Loop):
                self.signs[node.name] = step_of(node.node)
                dim = Dim(node.name, {}, self._convert(node.children))
                dim.of = dict.fromkeys(statements(dim), (node.name, 1))
                found.append(dim)
            elif isinstance(node, Guard):
                group = Dim("if", {}, self._convert(node.children + node.orelse))
                found.append(group)
            elif node.name:
                found.append(Leaf(node.name))
        return found

    def walk(self, node: Any = None) -> Iterator[tuple[Dim, Dim]]:
        """Yield every loop with its parent, in textual order."""
        node = node or self.root
        for child in node.children:
            if isinstance(child, Dim):
                yield node, child
                yield from self.walk(child)

    def find(self, name: str) -> tuple[Dim, Dim]:
        """Return the parent and the loop of a name."""
        found = [pair for pair in self.walk() if pair[1].name == name != "if"]
        if len(found) != 1:
            raise Malformed(f"{len(found)} loops {name!r}")
        return found[0]

    def chain(self, names: list[str]) -> list[Dim]:
        """Return the perfect nest from the first to the last of the named loops."""
        if len(set(names)) != len(names):
            raise Malformed("a loop is named twice")
        wanted = {self.find(name)[1].name for name in names}
        found = [next(dim for _, dim in self.walk() if dim.name in wanted)]
        wanted.remove(found[0].name)
        while wanted:
            inner = found[-1].children
            if len(inner) != 1 or not getattr(inner[0], "of", None):
                raise Malformed("the loops are not perfectly nested")
            found.append(inner[0])
            wanted.discard(inner[0].name)
        return found

    def wrap(self, names: list[str], new: list[Dim]) -> None:
        """Put the chain of ``names`` below the new loops, its own order unchanged."""
        old = self.chain(names)
        parent, top = self.find(old[0].name)
        self.nest(parent, top, [*new, *old], old[-1].children)

    def nest(self, parent: Dim, top: Dim, dims: list[Dim], body: list[Any]) -> None:
        """Replace ``top`` by a chain of loops around ``body``."""
        for outer, inner in zip(dims, dims[1:], strict=False):
            outer.children = [inner]
        dims[-1].children = body
        parent.children[parent.children.index(top)] = dims[0]

    def rename(self, name: str) -> str:
        """Return the first free name of a second loop over the same iterator."""
        taken = {dim.name for _, dim in self.walk()}
        stem = re.sub(r"_\d+$", "", name)
        return next(f"{stem}_{k}" for k in range(2, 99) if f"{stem}_{k}" not in taken)

    def rest_of(self, name: str) -> str:
        """Return the name of the second part of a cut loop."""
        taken = {dim.name for _, dim in self.walk()}
        stem = name if re.search("_r+$", name) else f"{name}_"
        return next(stem + "r" * k for k in range(1, 99) if stem + "r" * k not in taken)

    def key(self, item: Instance) -> list[tuple[Any, int]]:
        """Return the loops around a statement instance, with its place in each."""
        found: list[tuple[Any, int]] = []
        node = self.root
        while not isinstance(node, Leaf):
            position = next(
                k for k, child in enumerate(node.children) if self._admits(child, item)
            )
            found.append((node, position))
            node = node.children[position]
            if isinstance(node, Dim) and node.of:
                found.append((node, self.place(node, item)))
        return found

    def _admits(self, node: Any, item: Instance) -> bool:
        """Return whether an instance runs below a node."""
        if isinstance(node, Leaf):
            return bool(node.name == item.stmt)
        below = any(self._admits(child, item) for child in node.children)
        return below and all(admits(item) for admits in node.admits)

    def value(self, dim: Dim, item: Instance) -> float:
        """Return what the iterator of a loop is where a statement instance runs."""
        source, divisor = dim.of[item.stmt]
        sign = 1 if self.signs[source] > 0 else -1
        return sign * divisor * self.place(dim, item)

    def place(self, dim: Dim, item: Instance) -> float:
        """Return at which turn of a loop a statement instance runs."""
        name = item.stmt
        source, _ = dim.of[name]
        sign = 1 if self.signs[source] > 0 else -1
        unit = 1 if dim.over else abs(self.signs[source])
        place: float
        if name in dim.fixed:
            place = sign * dim.fixed[name] / dim.of[name][1]
        elif dim.over is not None:
            place = self.place(dim.over, item) // dim.size
        else:
            place = sign * item.iterators[source]
        place += dim.late.get(name, 0) * unit
        return place + sum(by * self.place(outer, item) for outer, by in dim.skews)


def step_of(node: c_ast.For) -> int:
    """Return the constant step of a ``for`` loop."""
    update = node.next
    if isinstance(update, c_ast.UnaryOp):
        return 1 if "+" in update.op else -1
    size = getattr(update, "rvalue", None)
    if update.op == "=":
        sign, size = (1 if size.op == "+" else -1), size.right
    else:
        sign = 1 if update.op == "+=" else -1
    return sign * int(size.value) if isinstance(size, c_ast.Constant) else sign
