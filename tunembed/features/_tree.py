"""The loops and statements of a nest, each with what is around it."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from tunembed.parsers import Affine, Guard, Loop, LoopNest, Node, Statement, walk_loops

Branch = tuple[tuple[Affine, ...], bool]


@dataclass(frozen=True, eq=False)
class LoopInfo:
    """A loop and where it stands.

    Attributes
    ----------
    index : int
        Its position in textual order.
    loop : Loop
    outer : tuple of int
        The loops around it, outermost first.
    """

    index: int
    loop: Loop
    outer: tuple[int, ...]

    @property
    def path(self) -> tuple[int, ...]:
        """The loops around it and itself."""
        return (*self.outer, self.index)


@dataclass(frozen=True, eq=False)
class StatementInfo:
    """A statement and where it stands.

    Attributes
    ----------
    statement : Statement
    path : tuple of int
        The loops around it, outermost first.
    branches : tuple of (conditions, taken)
        The guards around it, and whether it is in their body or in their else.
    """

    statement: Statement
    path: tuple[int, ...]
    branches: tuple[Branch, ...]


class Tree:
    """A nest as flat lists.

    Parameters
    ----------
    nest : LoopNest

    Attributes
    ----------
    loops : list of LoopInfo
    statements : list of StatementInfo
    guards : int
    """

    def __init__(self, nest: LoopNest) -> None:
        self.loops: list[LoopInfo] = []
        self.statements: list[StatementInfo] = []
        self.guards = 0
        self._function = nest.function
        self._resolved: dict[tuple[str, tuple[int, ...]], int | None] = {}
        self._walk([nest.root], (), ())

    def _walk(
        self, nodes: Iterable[Node], path: tuple[int, ...], branches: tuple[Branch, ...]
    ) -> None:
        for node in nodes:
            if isinstance(node, Loop):
                info = LoopInfo(len(self.loops), node, path)
                self.loops.append(info)
                self._walk(node.body, info.path, branches)
            elif isinstance(node, Guard):
                self.guards += 1
                self._walk(node.body, path, (*branches, (node.conditions, True)))
                self._walk(node.orelse, path, (*branches, (node.conditions, False)))
            else:
                self.statements.append(StatementInfo(node, path, branches))

    @cached_property
    def around(self) -> tuple[LoopInfo, ...]:
        """Other loops of the function, numbered after those of the nest.

        A nest may be a part of a larger one, and mention the iterators of loops
        around it.
        """
        own = {id(item.loop) for item in self.loops}
        loops = walk_loops(self._function.body)
        others = [loop for loop in loops if id(loop) not in own]
        first = len(self.loops)
        return tuple(
            LoopInfo(first + number, loop, ()) for number, loop in enumerate(others)
        )

    def __getitem__(self, index: int) -> LoopInfo:
        """Return a loop of the nest, or one around it."""
        count = len(self.loops)
        return self.loops[index] if index < count else self.around[index - count]

    def resolve(self, name: str, path: tuple[int, ...]) -> int | None:
        """Return the loop that a name means at a place, None if it is no iterator.

        Loops around the place come first, innermost first. A nest whose loops were put
        into another order may also mention iterators of loops further inside, or of
        other loops: then the first one in textual order that is inside, else any.
        """
        key = name, path
        if key not in self._resolved:
            self._resolved[key] = self._resolve(name, path)
        return self._resolved[key]

    def _resolve(self, name: str, path: tuple[int, ...]) -> int | None:
        for index in reversed(path):
            if self[index].loop.iterator == name:
                return index
        found = [item for item in self.loops if item.loop.iterator == name]
        inside = [item for item in found if not path or path[-1] in item.outer]
        return next((item.index for item in inside or found), None)

    def resolve_around(self, name: str) -> int | None:
        """Return the other loop of the function that a name means."""
        found = (item.index for item in self.around if item.loop.iterator == name)
        return next(found, None)
