"""Windows that slide over an array."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from dataclasses import dataclass

from tunembed.datasets._generator._scope import Axis, Scope
from tunembed.datasets._generator._term import shift


@dataclass(frozen=True)
class Window:
    """A window along one dimension.

    Parameters
    ----------
    place : Axis
        Over the places of the window.
    tap : Axis
        Over the elements of the window.
    stride, dilation : int
        From place to place, from element to element.
    """

    place: Axis
    tap: Axis
    stride: int = 1
    dilation: int = 1

    @property
    def there(self) -> str:
        """The subscript of an element of the window."""
        return f"{_times(self.stride, self.place.iterator)} + {self._far}"

    @property
    def centered(self) -> str:
        """The same, of a window with stride 1 around its place."""
        half = "1"
        if self.tap.extent.isdigit():
            half = str(self.dilation * int(self.tap.extent) // 2)
        return f"{self.place.iterator} + {self._far} - {half}"

    @property
    def reach(self) -> str:
        """The extent of an array that holds all windows."""
        length = _times(self.stride, self.place.extent)
        if self.tap.extent.isdigit():
            return shift(length, self.dilation * (int(self.tap.extent) - 1))
        return f"{length} + {_times(self.dilation, self.tap.extent)}"

    @property
    def is_dense(self) -> bool:
        """Whether the windows lie side by side."""
        return self.dilation == 1 and self.tap.extent == str(self.stride)

    @property
    def _far(self) -> str:
        return _times(self.dilation, self.tap.iterator)


def any_windows(scope: Scope, rank: int, *, dense: bool = False) -> list[Window]:
    """Return windows along some dimensions, all of one kind.

    Parameters
    ----------
    scope : Scope
    rank : int
    dense : bool, default=False
        Whether they lie side by side.
    """
    draw = scope.draw
    places = scope.axes(rank, square=False)
    small = draw.integer(2, 7 if rank == 1 else 5 if rank == 2 else 3)
    named = scope.size("window") if draw.chance(25) and not dense else ""
    stride = small if dense else draw.one_of((1, 1, 1, 2, 3))
    dilation = 1 if dense else draw.one_of((1, 1, 1, 2))
    return [
        Window(
            place, scope.axis(named or str(small), rank + position), stride, dilation
        )
        for position, place in enumerate(places)
    ]


def _times(factor: int, text: str) -> str:
    return text if factor == 1 else f"{factor} * {text}"
