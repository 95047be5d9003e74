"""Loop nests of a function."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from tunembed.parsers._affine import Affine
from tunembed.parsers._functions import Function
from tunembed.parsers._model import (
    Guard,
    Loop,
    Node,
    Statement,
    Symbol,
    children,
    find,
    walk_loops,
    walk_statements,
)


@dataclass(frozen=True, eq=False)
class LoopNest:
    """An outermost loop and everything inside.

    Attributes
    ----------
    function : Function
    root : Loop
    index : int
        Position among the function's nests.
    """

    function: Function = field(repr=False)
    root: Loop
    index: int

    @property
    def name(self) -> str:
        """Such as ``"gemm:0"``."""
        return f"{self.function.name}:{self.index}"

    @cached_property
    def loops(self) -> tuple[Loop, ...]:
        """All loops in textual order, outer before inner."""
        return tuple(walk_loops([self.root]))

    @cached_property
    def statements(self) -> tuple[Statement, ...]:
        """All statements in textual order."""
        return tuple(walk_statements([self.root]))

    @cached_property
    def depth(self) -> int:
        """The largest number of loops around a statement or inside each other."""
        return _depth([self.root])

    @cached_property
    def symbols(self) -> tuple[Symbol, ...]:
        """The symbols that occur in bounds, conditions and subscripts."""
        used: set[str] = set()
        for expression in _expressions(self.root):
            used |= expression.names()
        known = self.function.symbols
        return tuple(known[name] for name in known if name in used)

    @cached_property
    def reasons(self) -> tuple[str, ...]:
        """Why the nest is not affine, each with its place; ``()`` when it is."""
        return tuple(dict.fromkeys(self._reasons()))

    @property
    def is_affine(self) -> bool:
        """Whether all bounds, conditions and subscripts are affine."""
        return not self.reasons

    def _reasons(self) -> Iterator[str]:
        for loop in self.loops:
            for reason in loop.reasons:
                yield f"{loop.location}: {reason}"
            for bound in loop.lower + loop.upper:
                for name in sorted(bound.names() & self.function.symbols.keys()):
                    symbol = self.function.symbols[name]
                    if symbol.iterators:
                        yield (
                            f"{loop.location}: bound {symbol.expression} depends on "
                            f"{', '.join(sorted(symbol.iterators))}"
                        )
        for statement in self.statements:
            for reason in statement.reasons:
                yield f"{statement.location}: {reason}"
            for access in statement.accesses:
                if not access.is_affine:
                    yield f"{statement.location}: subscript of {access.array}"
            if statement.conditional and statement.reduction is None:
                yield f"{statement.location}: condition on data"


def _depth(nodes: Iterable[Node]) -> int:
    return max(
        (_depth(children(node)) + isinstance(node, Loop) for node in nodes), default=0
    )


def _expressions(root: Loop) -> Iterator[Affine]:
    for loop in walk_loops([root]):
        yield from loop.lower
        yield from loop.upper
    for guard in find([root], Guard):
        yield from guard.conditions
    for statement in walk_statements([root]):
        for access in statement.accesses:
            yield from (item for item in access.subscripts if item is not None)
            yield from access.assumptions


def find_loop_nests(function: Function) -> list[LoopNest]:
    """Return the loop nests of a function.

    Parameters
    ----------
    function : Function

    Returns
    -------
    list of LoopNest
        One per outermost loop, in textual order. Loops inside ``while`` and other
        statements that are kept whole count as outermost.
    """
    roots: list[Loop] = []
    stack = list(function.body)[::-1]
    while stack:
        node = stack.pop()
        if isinstance(node, Loop):
            roots.append(node)
        else:
            stack.extend(children(node, opaque=True)[::-1])
    return [LoopNest(function, root, index) for index, root in enumerate(roots)]
