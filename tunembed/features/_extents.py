"""How often loops run and over which values, whatever order they stand in."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from tunembed.features._arrays import Arrays
from tunembed.features._numbers import Numbers, evaluate
from tunembed.features._tree import Branch, LoopInfo, Tree
from tunembed.parsers import Affine, Function


@dataclass(frozen=True)
class Extent:
    """What is known of a loop.

    Attributes
    ----------
    trips : float
        Mean number of iterations, at least one.
    mean : float
        Mean value of the iterator.
    low, high : float
        Its smallest and largest value.
    depends : frozenset of int
        The loops that its bounds mention.
    from_data : bool
        Whether a bound is read from an array.
    step : float
        Absolute; one where not known.
    """

    trips: float
    mean: float
    low: float
    high: float
    depends: frozenset[int]
    from_data: bool
    step: float

    @property
    def values(self) -> float:
        """The number of different values of the iterator."""
        return max(1.0, math.floor((self.high - self.low) / self.step) + 1.0)


class Extents:
    """Trip counts and ranges of all loops of a nest.

    Bounds are evaluated at the mean values of the iterators that they mention, in the
    order in which the names depend on each other; that is not always the order in which
    the loops stand.

    Parameters
    ----------
    tree : Tree
    function : Function
    numbers : Numbers
    arrays : Arrays
    default_extent : float
        Mean number of iterations of a loop whose bounds are read from arrays, where
        the extents of the arrays that it indexes do not tell more.
    fixed : mapping of int to float, default={}
        Loops that stay at one value.
    """

    def __init__(
        self,
        tree: Tree,
        function: Function,
        numbers: Numbers,
        arrays: Arrays,
        default_extent: float,
        fixed: Mapping[int, float] | None = None,
    ) -> None:
        self._tree = tree
        self._function = function
        self._numbers = numbers
        self._arrays = arrays
        self._default = default_extent
        self._found: dict[int, Extent] = {
            index: Extent(1.0, value, value, value, frozenset(), False, 1.0)
            for index, value in (fixed or {}).items()
        }
        self._busy: set[int] = set()

    def with_fixed(self, loops: Iterable[int]) -> "Extents":
        """Return the extents when some loops stay at their mean values."""
        fixed = {index: self[index].mean for index in loops}
        return Extents(
            self._tree,
            self._function,
            self._numbers,
            self._arrays,
            self._default,
            fixed,
        )

    def __getitem__(self, index: int) -> Extent:
        if index not in self._found:
            self._busy.add(index)
            found = self._measure(self._tree[index])
            if index >= len(self._tree.loops):  # around the nest: at some iteration
                found = replace(found, trips=1.0, low=found.mean, high=found.mean)
            self._found[index] = found
            self._busy.discard(index)
        return self._found[index]

    def _measure(self, info: LoopInfo) -> Extent:
        loop = info.loop
        step = float(abs(loop.step) or 1)
        bounds = loop.lower + loop.upper
        depends = self._depends(bounds, info)
        if not loop.lower or not loop.upper:
            trips, low = self._default, 0.0
            high = low + (trips - 1) * step
            return _extent(trips, low, (low, high), depends, False, step)
        if any(self._is_data(name) for item in bounds for name in item.names()):
            return self._from_data(info, depends, step)
        middle = [[self.at_mean(e, info.path) for e in b] for b in _ends(loop)]
        lows = [[self.range_of(e, info.path) for e in b] for b in _ends(loop)]
        start = max(middle[0])
        trips = math.ceil((min(middle[1]) - start) / step)
        low = max(item[0] for item in lows[0])
        high = min(item[1] for item in lows[1]) - 1
        if trips < 1 and not self._all_given(bounds):
            trips, high = self._default, low + self._default * step - 1
        return _extent(trips, start, (low, high), depends, False, step)

    def _from_data(
        self, info: LoopInfo, depends: frozenset[int], step: float
    ) -> Extent:
        """Measure ``for (k = rowptr[i]; k < rowptr[i + 1]; k++)`` and the like."""
        bounds = (info.loop.lower, info.loop.upper)
        both = all(any(self._is_data(n) for e in b for n in e.names()) for b in bounds)
        total = self._indexed_extent(info)
        rows = math.prod(self[i].trips for i in depends if i not in self._busy)
        if both and total is not None:
            trips = total / rows
        else:
            trips = self._default if total is None else min(self._default, total)
        trips = max(1.0, trips)
        values = trips * rows if both else trips
        ends = (0.0, values - 1)
        return _extent(trips / step, values / 2, ends, depends, True, step)

    def _indexed_extent(self, info: LoopInfo) -> float | None:
        """Return the largest declared extent that the iterator alone indexes."""
        name = info.loop.iterator
        found = []
        for item in self._tree.statements:
            if info.index not in item.path:
                continue
            for access in item.statement.accesses:
                known = self._arrays.given(access.array)
                if len(known) != len(access.subscripts):
                    continue
                for subscript, extent in zip(access.subscripts, known, strict=True):
                    if extent is not None and subscript is not None:
                        if dict(subscript.coefficients) == {name: 1}:
                            found.append(extent)
        return max(found, default=None)

    def _is_data(self, name: str) -> bool:
        symbol = self._function.symbols.get(name)
        return bool(symbol and symbol.iterators and symbol.arrays)

    def _all_given(self, bounds: Iterable[Affine]) -> bool:
        return all(
            self._numbers.given(name) is not None
            for item in bounds
            for name in item.names()
            if self._tree.resolve(name, ()) is None
        )

    def _depends(self, bounds: Iterable[Affine], info: LoopInfo) -> frozenset[int]:
        names: set[str] = set()
        for item in bounds:
            for name in item.names():
                symbol = self._function.symbols.get(name)
                names |= symbol.iterators if symbol else {name}
        found = {self._tree.resolve(name, info.path) for name in names}
        return frozenset(i for i in found if i is not None and i != info.index)

    def at_mean(self, expression: Affine, path: tuple[int, ...]) -> float:
        """Return the value of an expression at the mean values of the iterators."""
        return self._numbers.affine(expression, self._lookup(path, "mean"))

    def _lookup(self, path: tuple[int, ...], what: str):
        def lookup(name: str) -> float | None:
            symbol = self._function.symbols.get(name)
            if symbol is not None and symbol.iterators:
                return evaluate(symbol.node, inner)
            index = self._tree.resolve(name, path)
            if index is None and self._numbers.given(name) is None:
                index = self._tree.resolve_around(name)
            if index is None or index in self._busy:
                return None
            return getattr(self[index], what)

        def inner(name: str) -> float | None:
            found = lookup(name)
            return self._numbers.value(name) if found is None else found

        return lookup

    def range_of(
        self, expression: Affine, path: tuple[int, ...]
    ) -> tuple[float, float]:
        """Return the smallest and largest value of an expression."""
        least = most = float(expression.constant)
        lows, highs = self._lookup(path, "low"), self._lookup(path, "high")
        for name, factor in expression.coefficients.items():
            ends = lows(name), highs(name)
            if None in ends:
                ends = (self._numbers.value(name),) * 2
            values = sorted(factor * end for end in ends)  # type: ignore[operator]
            least, most = least + values[0], most + values[1]
        return least, most

    def share(self, branches: Iterable[Branch], path: tuple[int, ...]) -> float:
        """Return how often guards let a statement run, values being equally likely."""
        result = 1.0
        for conditions, taken in branches:
            share = 1.0
            for condition in conditions:
                share *= self._probability(condition, conditions, path)
            result *= share if taken else 1.0 - share
        return result

    def _probability(
        self, condition: Affine, others: tuple[Affine, ...], path: tuple[int, ...]
    ) -> float:
        low, high = self.range_of(condition, path)
        if -condition in others:
            return (high - low + 1) ** -0.5
        return min(1.0, max(0.0, (high + 1) / (high - low + 1)))


def _extent(
    trips: float,
    start: float,
    ends: tuple[float, float],
    depends: frozenset[int],
    from_data: bool,
    step: float,
) -> Extent:
    trips, low, high = max(1.0, trips), ends[0], max(ends)
    mean = start if from_data else start + (trips - 1) * step / 2
    return Extent(trips, mean, low, high, depends, from_data, step)


def _ends(loop) -> tuple[tuple[Affine, ...], tuple[Affine, ...]]:
    """Return what the loop starts at and ends before, counted upwards."""
    if loop.step >= 0:
        return loop.lower, loop.upper
    return (loop.upper[0] + 1,), (loop.lower[0] + 1,)
