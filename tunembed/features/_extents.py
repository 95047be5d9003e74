"""How often loops run and over which values, whatever order they stand in."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import math
from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass, field, replace

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
    step : float
        Absolute; one where not known.
    depends : frozenset of int
        The loops that its bounds mention.
    drift : mapping of int to float
        By how much the whole range moves when another loop's iterator grows by one,
        as that of ``for (i = it; i < it + 32; i++)`` by one. For bounds read from
        arrays, the mean number of iterations.
    from_data : bool
        Whether a bound is read from an array.
    """

    trips: float
    mean: float
    low: float
    high: float
    step: float = 1.0
    depends: frozenset[int] = frozenset()
    drift: Mapping[int, float] = field(default_factory=dict)
    from_data: bool = False

    @classmethod
    def of(
        cls,
        trips: float,
        start: float,
        *,
        step: float,
        depends: frozenset[int] = frozenset(),
    ) -> "Extent":
        """Return the extent of a loop of which only the trip count is assumed."""
        high = start + (trips - 1) * step
        return cls(trips, (start + high) / 2, start, high, step, depends)

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
    """

    def __init__(
        self,
        tree: Tree,
        function: Function,
        numbers: Numbers,
        arrays: Arrays,
        default_extent: float,
    ) -> None:
        self._tree = tree
        self._function = function
        self._numbers = numbers
        self._arrays = arrays
        self._default = default_extent
        self._free: Extents = self
        self._clear()

    def _clear(self) -> None:
        self._found: dict[int, Extent] = {}
        self._busy: set[int] = set()
        self._ranges: dict[tuple[Affine, tuple[int, ...]], tuple[float, float]] = {}

    def with_fixed(self, loops: Iterable[int]) -> "Extents":
        """Return the extents when some loops stay at their mean values."""
        fixed = copy(self)
        fixed._clear()
        for index in loops:
            value = self[index].mean
            fixed._found[index] = Extent(1.0, value, value, value)
        return fixed

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
        if not loop.lower or not loop.upper:
            return Extent.of(self._default, 0.0, step=step)
        depends = self._depends(bounds, info)
        if any(self._is_data(name) for item in bounds for name in item.names()):
            return self._from_data(info, depends, step)
        lower, upper = _ends(loop)
        start = max(self.at_mean(e, info.path) for e in lower)
        end = min(self.at_mean(e, info.path) for e in upper)
        low = max(self.range_of(e, info.path)[0] for e in lower)
        high = min(self.range_of(e, info.path)[1] for e in upper) - 1
        trips = math.ceil((end - start) / step)
        if trips < 1 and not self._all_given(bounds):
            return Extent.of(self._default, start, step=step, depends=depends)
        drift = self._drift(lower, upper, info)
        mean = start + (max(1, trips) - 1) * step / 2
        return Extent(max(1.0, trips), mean, low, max(low, high), step, depends, drift)

    def _from_data(
        self, info: LoopInfo, depends: frozenset[int], step: float
    ) -> Extent:
        """Measure ``for (k = rowptr[i]; k < rowptr[i + 1]; k++)`` and the like."""
        bounds = (info.loop.lower, info.loop.upper)
        both = all(any(self._is_data(n) for e in b for n in e.names()) for b in bounds)
        rows = math.prod(self[i].trips for i in depends if i not in self._busy)
        if self._free is not self:
            trips = self._free[info.index].trips * step
        else:
            total = self._indexed_extent(info)
            trips = self._default if total is None else min(self._default, total)
            if both and total is not None:
                trips = total / rows
        values = max(1.0, trips) * (rows if both else 1.0)
        return Extent(
            max(1.0, trips / step),
            values / 2,
            0.0,
            values - 1,
            step,
            depends,
            dict.fromkeys(depends, trips) if both else {},
            True,
        )

    def _drift(
        self, lower: Iterable[Affine], upper: Iterable[Affine], info: LoopInfo
    ) -> dict[int, float]:
        """Return how fast other iterators move both ends of the range."""
        ends = {name for item in upper for name in item.names()}
        found = {}
        for item in lower:
            for name in ends & item.names():
                index = self._tree.resolve(name, info.path)
                if index is not None:
                    found[index] = float(item.coefficient(name))
        return found

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
        """Whether a name stands for something read from an array by iterators."""
        symbol = self._function.symbols.get(name)
        if symbol is None or not symbol.iterators or not symbol.arrays:
            return False
        return evaluate(symbol.node, lambda name: 1.0) is None

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
        total = float(expression.constant)
        for name, factor in expression.coefficients.items():
            total += factor * self._value(name, path, "mean")
        return total

    def _value(self, name: str, path: tuple[int, ...], what: str) -> float:
        """Return the mean, lowest or highest value of a name at a place."""
        index = self._tree.resolve(name, path)
        if index is None and self._numbers.given(name) is None:
            symbol = self._function.symbols.get(name)
            if symbol is not None and symbol.iterators:
                found = evaluate(symbol.node, lambda n: self._value(n, path, what))
                return self._numbers.default if found is None else found
            index = self._tree.resolve_around(name)
        if index is None or index in self._busy:
            return self._numbers.value(name)
        return getattr(self[index], what)

    def range_of(
        self, expression: Affine, path: tuple[int, ...]
    ) -> tuple[float, float]:
        """Return the smallest and largest value of an expression."""
        found = self._ranges.get((expression, path))
        if found is None:
            least = most = float(expression.constant)
            for name, factor in expression.coefficients.items():
                first = factor * self._value(name, path, "low")
                last = factor * self._value(name, path, "high")
                least, most = least + min(first, last), most + max(first, last)
            found = (least, most)
            if not self._busy:
                self._ranges[expression, path] = found
        return found

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


def _ends(loop) -> tuple[tuple[Affine, ...], tuple[Affine, ...]]:
    """Return what the loop starts at and ends before, counted upwards."""
    if loop.step >= 0:
        return loop.lower, loop.upper
    return (loop.upper[0] + 1,), (loop.lower[0] + 1,)
