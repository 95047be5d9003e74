"""A nest at given sizes: what all features are computed from."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import math
from collections.abc import Mapping
from functools import cached_property

from tunembed.features._arrays import Arrays
from tunembed.features._extents import Extents
from tunembed.features._numbers import Numbers
from tunembed.features._references import Reference, references_of
from tunembed.features._tree import StatementInfo, Tree
from tunembed.parsers import LoopNest


class NestView:
    """A nest at given sizes.

    Parameters
    ----------
    nest : LoopNest
    sizes : mapping of str to int
    default_size, default_extent : float

    Attributes
    ----------
    nest : LoopNest
    tree : Tree
    numbers : Numbers
    arrays : Arrays
    extents : Extents
    """

    def __init__(
        self,
        nest: LoopNest,
        sizes: Mapping[str, int],
        default_size: float,
        default_extent: float,
    ) -> None:
        self.nest = nest
        self.tree = Tree(nest)
        self.numbers = Numbers(nest.function, sizes, default_size)
        self.arrays = Arrays(nest.function, self.numbers)
        self.extents = Extents(
            self.tree, nest.function, self.numbers, self.arrays, default_extent
        )

    def runs(self, path: tuple[int, ...]) -> float:
        """Return how often the body of the last loop of a path runs."""
        return math.prod(self.extents[index].trips for index in path)

    @cached_property
    def executions(self) -> dict[StatementInfo, float]:
        """How often each statement runs."""
        return {
            item: self.runs(item.path) * self.extents.share(item.branches, item.path)
            for item in self.tree.statements
        }

    @cached_property
    def main(self) -> tuple[int, ...]:
        """The loops around most of the work, outermost first.

        Work is the number of operations, calls and accesses, times executions.
        """
        work = {info.path: 0.0 for info in self.tree.loops}
        for item, times in self.executions.items():
            work[item.path] += times * _work(item)
        return max(work, key=lambda path: (work[path], len(path)))

    @cached_property
    def iterations(self) -> float:
        """How often the body of the innermost loop of the main path runs."""
        return self.runs(self.main)

    @property
    def innermost(self) -> int:
        """The innermost loop of the main path."""
        return self.main[-1]

    @cached_property
    def weights(self) -> dict[StatementInfo, float]:
        """Executions of each statement per iteration of the main innermost loop."""
        return {item: n / self.iterations for item, n in self.executions.items()}

    @property
    def total_work(self) -> float:
        """Operations, calls and accesses of the whole nest."""
        return sum(n * _work(item) for item, n in self.executions.items())

    @cached_property
    def references(self) -> tuple[Reference, ...]:
        """All accesses to arrays, scalars apart."""
        return references_of(self)

    @cached_property
    def hot(self) -> tuple[Reference, ...]:
        """Those in the main innermost loop."""
        return tuple(
            item for item in self.references if self.innermost in item.place.path
        )

    @cached_property
    def inside(self) -> frozenset[str]:
        """Variables that the nest itself declares."""
        names = {name for info in self.tree.loops for name in info.loop.declares}
        for item in self.tree.statements:
            names.update(item.statement.declares)
        return frozenset(names)


def _work(item: StatementInfo) -> int:
    statement = item.statement
    count = sum(statement.operations.values()) + len(statement.calls)
    return 1 + count + len(statement.accesses)
