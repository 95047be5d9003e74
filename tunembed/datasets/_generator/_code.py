"""Loops, branches and statements, and how they are printed as C."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from tunembed.datasets._generator._term import Term, shift

_WIDTH = 80
_INDENT = "    "


@dataclass
class Loop:
    """A counted loop.

    Parameters
    ----------
    iterator, lower, upper : str
        It runs over lower, lower + step, ... below upper.
    body : list of Node
    step : int, default=1
    down : bool, default=False
        Whether it runs from upper - 1 down to lower.
    parallel : bool, default=False
        Whether no iteration needs what another one writes, reductions aside.
    reductions : tuple of (str, str), default=()
        Operator and scalar of what all iterations reduce to.
    pragma : str, default=""
        The line in front of it.
    """

    iterator: str
    lower: str
    upper: str
    body: list[Node] = field(default_factory=list)
    step: int = 1
    down: bool = False
    parallel: bool = False
    reductions: tuple[tuple[str, str], ...] = ()
    pragma: str = ""

    @property
    def head(self) -> str:
        """The text up to the body."""
        name = self.iterator
        first, test = f"int {name} = {self.lower}", f"{name} < {self.upper}"
        if self.down:
            first = f"int {name} = {shift(self.upper, -1)}"
            test = f"{name} >= {self.lower}"
        sign = "-" if self.down else "+"
        change = f"{name}{sign}{sign}" if self.step == 1 else f"{name} {sign}= "
        change += "" if self.step == 1 else str(self.step)
        return f"for ({first}; {test}; {change})"


@dataclass
class Branch:
    """What is done under a condition.

    Parameters
    ----------
    condition : Term
    body : list of Node
    orelse : list of Node
    """

    condition: Term
    body: list[Node]
    orelse: list[Node] = field(default_factory=list)


Node: TypeAlias = "str | Loop | Branch"


def assign(target: Term, value: Term, operator: str = "=") -> str:
    """Return an assignment."""
    return f"{target} {operator} {value};"


def nest(loops: Sequence[Loop], body: list[Node]) -> list[Node]:
    """Put loops into each other, the first outermost, around a body."""
    for loop in reversed(loops):
        loop.body = body
        body = [loop]
    return body


def walk(nodes: Sequence[Node]) -> Iterator[Loop]:
    """Yield all loops in textual order."""
    for node in nodes:
        if isinstance(node, Loop):
            yield node
            yield from walk(node.body)
        elif isinstance(node, Branch):
            yield from walk(node.body)
            yield from walk(node.orelse)


def print_body(nodes: Sequence[Node]) -> str:
    """Return the text of a function's body."""
    return "\n".join(_printed(nodes, _INDENT))


def print_function(name: str, parameters: Sequence[str], body: str) -> str:
    """Return the text of a function without a result."""
    head = f"void {name}("
    pieces = [f"{parameter}, " for parameter in parameters[:-1]]
    lines = _filled([*pieces, f"{parameters[-1]})"], head, " " * len(head))
    return "\n".join([*lines, "{", body, "}", ""])


def _printed(nodes: Sequence[Node], indent: str) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, str):
            yield from _filled(_pieces(node), indent, indent + _INDENT)
        elif isinstance(node, Loop):
            yield from [node.pragma] if node.pragma else []
            yield from _block(node.head, node.body, indent)
        else:
            yield from _branch(node, indent)


def _branch(node: Branch, indent: str, before: str = "") -> Iterator[str]:
    head = f"{before}if ({node.condition})"
    yield from _block(head, node.body, indent, is_open=bool(node.orelse))
    if not node.orelse:
        return
    (first, *rest) = node.orelse
    if isinstance(first, Branch) and not rest:
        yield from _branch(first, indent, "} else ")
    else:
        yield f"{indent}}} else {{"
        yield from _printed(node.orelse, indent + _INDENT)
        yield f"{indent}}}"


def _block(
    head: str, body: Sequence[Node], indent: str, *, is_open: bool = False
) -> Iterator[str]:
    """Yield a head with its body, in braces unless that is one plain node."""
    (first, *rest) = body
    braces = is_open or bool(rest) or isinstance(first, Branch) or head[0] == "}"
    braces = braces or (isinstance(first, Loop) and bool(first.pragma))
    yield from _filled(_pieces(head + " {" * braces), indent, indent + _INDENT)
    yield from _printed(body, indent + _INDENT)
    if braces and not is_open:
        yield f"{indent}}}"


def _filled(pieces: Iterable[str], first: str, others: str) -> Iterator[str]:
    """Yield lines of a moderate width, broken between pieces only."""
    line = first
    for piece in pieces:
        if len(line + piece.rstrip()) > _WIDTH and line != first:
            yield line.rstrip()
            line = others
        line += piece
    yield line.rstrip()


def _pieces(text: str) -> Iterator[str]:
    """Yield the words of a text; what is in square brackets is one word."""
    start = depth = 0
    for place, character in enumerate(text, start=1):
        depth += (character == "[") - (character == "]")
        if character == " " and not depth:
            yield text[start:place]
            start = place
    yield text[start:]
