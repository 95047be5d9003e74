"""C expressions as text that knows when it needs parentheses."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import re
from dataclasses import dataclass

CHOICE, BITS, COMPARISON, SUM, PRODUCT, ATOM = range(6)

# How large an element of an integer array may be.
INTEGER_BOUND = 100
_SHIFTED = re.compile(r"(.+) ([+-]) (\d+)")


@dataclass(frozen=True)
class Term:
    """An expression.

    Parameters
    ----------
    text : str
    level : int, default=ATOM
        How tightly its outermost operator binds.
    bound : int, default=INTEGER_BOUND
        For integers: how large its magnitude may be.
    leaves : int, default=1
        How many operands it has.
    """

    text: str
    level: int = ATOM
    bound: int = INTEGER_BOUND
    leaves: int = 1

    def __str__(self) -> str:
        return self.text

    def __add__(self, other: Term) -> Term:
        text = f"{self.within(SUM)} + {other.within(SUM)}"
        return Term(text, SUM, self.bound + other.bound, self.leaves + other.leaves)

    def __sub__(self, other: Term) -> Term:
        text = f"{self.within(SUM)} - {other.within(PRODUCT)}"
        return Term(text, SUM, self.bound + other.bound, self.leaves + other.leaves)

    def __mul__(self, other: Term) -> Term:
        text = f"{self.within(PRODUCT)} * {other.within(ATOM)}"
        return Term(text, PRODUCT, self.bound * other.bound, self.leaves + other.leaves)

    def __truediv__(self, other: Term) -> Term:
        text = f"{self.within(PRODUCT)} / {other.within(ATOM)}"
        return Term(text, PRODUCT, self.bound, self.leaves + other.leaves)

    def modulo(self, divisor: int) -> Term:
        """Return the remainder of a division by a literal."""
        text = f"{self.within(PRODUCT)} % {divisor}"
        return Term(text, PRODUCT, divisor, self.leaves)

    def bits(self, operator: str, other: Term) -> Term:
        """Combine the bits of two integers."""
        text = f"{self.within(ATOM)} {operator} {other.within(ATOM)}"
        bound = 2 * max(self.bound, other.bound)
        return Term(text, BITS, bound, self.leaves + other.leaves)

    def compare(self, operator: str, other: Term) -> Term:
        """Return a comparison."""
        text = f"{self.within(SUM)} {operator} {other.within(SUM)}"
        return Term(text, COMPARISON, 1, self.leaves + other.leaves)

    def both(self, other: Term) -> Term:
        """Return a condition that holds where two do."""
        text = f"{self.within(BITS)} && {other.within(COMPARISON)}"
        return Term(text, BITS, 1, self.leaves + other.leaves)

    def choose(self, yes: Term, no: Term) -> Term:
        """Return one of two values by this condition."""
        text = f"{self.within(COMPARISON)} ? {yes.within(SUM)} : {no.within(SUM)}"
        leaves = self.leaves + yes.leaves + no.leaves
        return Term(text, CHOICE, max(yes.bound, no.bound), leaves)

    def within(self, level: int) -> str:
        """Return the text as an operand of an operator that binds so tightly."""
        return self.text if self.level >= level else f"({self.text})"


def shift(text: str, by: int) -> str:
    """Return a sum plus an integer.

    >>> shift("i", -1), shift("n - 1", 1), shift("n - 2", -1), shift("2 * i", 0)
    ('i - 1', 'n', 'n - 3', '2 * i')
    """
    if found := _SHIFTED.fullmatch(text):
        text, by = found[1], by + int(found[2] + found[3])
    if text.lstrip("-").isdigit():
        return str(int(text) + by)
    return f"{text} {'+' if by > 0 else '-'} {abs(by)}" if by else text


def total(terms: list[Term]) -> Term:
    """Return the sum of some terms."""
    result = terms[0]
    for term in terms[1:]:
        result = result + term
    return result
