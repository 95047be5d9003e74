"""Choices from a seeded stream that is the same everywhere."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

_T = TypeVar("_T")
_SEEDS = 2**31 - 1


class Draw:
    """A stream of choices.

    numpy promises that `RandomState` never changes, and integers of 64 bits are drawn
    alike on every platform; all else is made from those.

    Parameters
    ----------
    seed : int
        From 0 to 2**31 - 2.
    """

    def __init__(self, seed: int) -> None:
        self._state = np.random.RandomState(seed)

    def integer(self, low: int, high: int) -> int:
        """Return one of low, low + 1, ..., high."""
        return int(self._state.randint(low, high + 1, dtype=np.int64))

    def chance(self, percent: int) -> bool:
        """Return True so many times out of a hundred."""
        return self.integer(0, 99) < percent

    def one_of(self, options: Sequence[_T]) -> _T:
        """Return one of the options; an option given twice is twice as likely."""
        return options[self.integer(0, len(options) - 1)]

    def some_of(self, options: Sequence[_T], count: int) -> list[_T]:
        """Return some different options, in random order."""
        rest = list(options)
        return [rest.pop(self.integer(0, len(rest) - 1)) for _ in range(count)]

    def shuffled(self, options: Sequence[_T]) -> list[_T]:
        """Return all options in random order."""
        return self.some_of(options, len(options))

    def seed(self) -> int:
        """Return a seed for another stream."""
        return self.integer(0, _SEEDS - 1)
