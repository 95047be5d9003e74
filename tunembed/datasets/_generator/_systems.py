"""Matrices of systems of equations."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from collections.abc import Callable

from tunembed.datasets._generator._draw import Draw
from tunembed.datasets._generator._scope import Axis, Scope
from tunembed.datasets._generator._term import Term


class Matrix:
    """A square matrix, perhaps stored transposed, perhaps one of many.

    Parameters
    ----------
    scope : Scope
        Where it is declared.

    Attributes
    ----------
    axes : list of Axis
        Three iterators over its extent.
    batch : list of Axis
        That of the systems, if there are many.
    is_factored : bool
        Whether it is overwritten by its factors.
    """

    def __init__(self, scope: Scope) -> None:
        draw = scope.draw
        self.axes = scope.axes(3, square=True)
        self.batch: list[Axis] = []
        if draw.chance(25):
            self.batch.append(scope.axis(scope.size(), 6))
        self.is_factored = draw.chance(55)
        self._is_swapped = draw.chance(35)
        self._has_batch_last = draw.chance(40)
        role = "output" if self.is_factored else "input"
        extent = self.axes[0].extent
        batch = [axis.extent for axis in self.batch]
        self._array = scope.array(*self._order([extent, extent], batch), role=role)

    def at(self, row: str, column: str) -> Term:
        """Return an element."""
        pair = [column, row] if self._is_swapped else [row, column]
        return self._array.at(*self._order(pair, [a.iterator for a in self.batch]))

    def diagonal(self, axis: Axis) -> Term:
        """Return an element of the diagonal."""
        return self.at(axis.iterator, axis.iterator)

    def divided(self, scope: Scope, draw: Draw) -> Callable[[Term, Axis], Term]:
        """Return a function that divides by the diagonal, or does not if it is ones."""
        extent = Term(self.axes[0].extent)
        if draw.chance(25):
            return lambda value, _: value
        if self.is_factored:
            return lambda value, axis: value / self.diagonal(axis)
        if draw.chance(50):
            return lambda value, axis: value / (self.diagonal(axis) + extent)
        bias = scope.arithmetic.number(1)

        def divide(value: Term, axis: Axis) -> Term:
            diagonal = self.diagonal(axis)
            return value / (diagonal * diagonal + bias)

        return divide

    def _order(self, pair: list[str], batch: list[str]) -> list[str]:
        return [*pair, *batch] if self._has_batch_last else [*batch, *pair]
