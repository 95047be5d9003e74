"""Iteration spaces: orders of loops, triangles, bands, strides."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tunembed.datasets._generator._code import Loop
from tunembed.datasets._generator._draw import Draw
from tunembed.datasets._generator._scope import Axis, Scope
from tunembed.datasets._generator._term import Term, shift, total

RELATIONS = ("<=", "<", "band")


@dataclass(frozen=True)
class Tie:
    """Which part of two axes of one extent is iterated over.

    Parameters
    ----------
    first, second : int
        Positions of the axes.
    relation : {"<=", "<", "band"}
        What second is to first; or how far they are from each other at most.
    width : str, default="1"
        Of the band.
    """

    first: int
    second: int
    relation: str
    width: str = "1"

    def bounds(self, inner: int, outer: Axis) -> tuple[str, str]:
        """Return lower and upper bound of the inner of the two loops."""
        name, extent = outer
        if self.relation == "band":
            low = f"{name} - {self.width}"
            high = shift(f"{name} + {self.width}", 1)
            lower = f"({low} > 0 ? {low} : 0)"
            return lower, f"({high} < {extent} ? {high} : {extent})"
        strict = self.relation == "<"
        if inner == self.second:
            return "0", name if strict else shift(name, 1)
        return (shift(name, 1) if strict else name), extent


def loops_over(
    axes: Sequence[Axis], order: Sequence[int], tie: Tie | None = None
) -> list[Loop]:
    """Return the loops over some axes, outermost first.

    Parameters
    ----------
    axes : sequence of Axis
    order : sequence of int
        Positions of the axes.
    tie : Tie, optional
        Between two of them.
    """
    loops: list[Loop] = []
    for place, position in enumerate(order):
        lower, upper = "0", axes[position].extent
        if tie is not None and position in (tie.first, tie.second):
            other = tie.first if position == tie.second else tie.second
            if other in order[:place]:
                lower, upper = tie.bounds(position, axes[other])
        loops.append(axes[position].loop(lower, upper))
    return loops


def any_tie(draw: Draw, axes: Sequence[Axis], percent: int) -> Tie | None:
    """Return, so many times out of a hundred, a tie between two axes of one extent."""
    pairs = [
        (first, second)
        for first in range(len(axes))
        for second in range(len(axes))
        if first != second and axes[first].extent == axes[second].extent
    ]
    if not pairs or not draw.chance(percent):
        return None
    first, second = draw.one_of(pairs)
    relation = draw.one_of(RELATIONS)
    return Tie(first, second, relation, str(draw.integer(1, 4)))


def vary(draw: Draw, loops: Sequence[Loop]) -> None:
    """Make some loops skip elements or run backwards."""
    for loop in loops:
        if loop.lower == "0" and draw.chance(8):
            loop.lower = str(draw.integer(0, 2))
            loop.step = draw.integer(2, 4)
        if draw.chance(5):
            loop.down = True


def any_loops(scope: Scope, axes: Sequence[Axis]) -> list[Loop]:
    """Return loops over a domain of any shape, in any order, all of them parallel."""
    draw = scope.draw
    order = draw.shuffled(range(len(axes)))
    if draw.chance(50):
        order = sorted(order)
    loops = loops_over(axes, order, any_tie(draw, axes, 60))
    vary(draw, loops)
    for loop in loops:
        loop.parallel = True
    return loops


def _read(scope: Scope, axes: Sequence[Axis]) -> Term:
    """Return an element that is read: of a new or an old array, or a scalar."""
    draw = scope.draw
    kind = draw.integer(0, 99)
    if kind < 6:
        return scope.scalar()
    if kind < 25 and (old := _old(scope, axes)) is not None:
        return old
    chosen = list(axes)
    if kind < 50 and len(axes) > 1:
        chosen = draw.some_of(axes, draw.integer(1, len(axes)))
    extents = [axis.extent for axis in chosen]
    subscripts = [axis.iterator for axis in chosen]
    if kind >= 88:
        place = draw.integer(0, len(chosen) - 1)
        extents[place], subscripts[place] = _displaced(draw, chosen[place])
    return scope.array(*extents).at(*subscripts)


def reads(scope: Scope, axes: Sequence[Axis], count: int) -> list[Term]:
    """Return different elements that are read, the first of them with all axes."""
    _, first = scope.over(axes)
    others = (_read(scope, axes) for _ in range(count - 1))
    return list(dict.fromkeys([first, *others]))


def condition(scope: Scope, operands: Sequence[Term], axes: Sequence[Axis]) -> Term:
    """Return a condition on data, or on where the iteration is."""
    draw = scope.draw
    value = draw.one_of(operands)
    kind = draw.integer(0, 5)
    if kind == 0:
        place = total_of(draw.some_of(axes, draw.integer(1, len(axes))))
        return place.modulo(draw.integer(2, 4)).compare("==", Term("0"))
    if kind == 1 and len(operands) > 1:
        one, two = draw.some_of(operands, 2)
        return one.compare(draw.one_of(("<", ">", "<=")), two)
    limit = scope.arithmetic.any_number(draw) if kind < 5 else scope.scalar()
    return value.compare(draw.one_of(("<", ">")), limit)


def total_of(axes: Sequence[Axis]) -> Term:
    """Return the sum of some iterators."""
    return total([Term(axis.iterator) for axis in axes])


def _old(scope: Scope, axes: Sequence[Axis]) -> Term | None:
    """Return an element of an array that is there already and has fitting extents."""
    by_extent = {axis.extent: axis.iterator for axis in axes}
    fitting = [
        array
        for array in scope.elements()
        if all(extent in by_extent for extent in array.extents)
    ]
    if not fitting:
        return None
    array = scope.draw.one_of(fitting)
    return array.at(*(by_extent[extent] for extent in array.extents))


def _displaced(draw: Draw, axis: Axis) -> tuple[str, str]:
    """Return extent and subscript of an access with an offset or a stride."""
    name, extent = axis
    if draw.chance(50):
        by = draw.integer(1, 3)
        return shift(extent, by), shift(name, by)
    stride = draw.integer(2, 3)
    rest = draw.integer(0, stride - 1)
    return f"{stride} * {extent}", shift(f"{stride} * {name}", rest)
