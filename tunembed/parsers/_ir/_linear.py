"""Values as linear functions of loop counters and of what does not change."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Linear:
    """A sum of multiples; it is never changed, so sums may share their terms.

    Attributes
    ----------
    constant : int
    terms : dict of str to int
        ``#h`` counts the iterations of the loop whose header is block h; other names
        are values of the function. None is multiplied by zero.
    """

    constant: int = 0
    terms: dict[str, int] = field(default_factory=dict)

    def __add__(self, other: Linear) -> Linear:
        if not other.terms:
            return Linear(self.constant + other.constant, self.terms)
        terms = dict(self.terms)
        for name, factor in other.terms.items():
            total = terms.pop(name, 0) + factor
            if total:
                terms[name] = total
        return Linear(self.constant + other.constant, terms)

    def __mul__(self, factor: int) -> Linear:
        if factor == 1:
            return self
        if not factor:
            return Linear()
        terms = {name: value * factor for name, value in self.terms.items()}
        return Linear(self.constant * factor, terms)

    def __sub__(self, other: Linear) -> Linear:
        return self + other * -1

    def divided(self, divisor: int) -> Linear | None:
        """Return the sum over an integer, None if that leaves a remainder."""
        if any(value % divisor for value in (self.constant, *self.terms.values())):
            return None
        terms = {name: value // divisor for name, value in self.terms.items()}
        return Linear(self.constant // divisor, terms)

    @property
    def is_constant(self) -> bool:
        """Whether nothing changes it."""
        return not self.terms


def counter(header: int) -> str:
    """Return the term that counts the iterations of a loop."""
    return f"#{header}"
