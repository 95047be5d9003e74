"""Affine expressions with integer coefficients."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from collections.abc import Mapping
from types import MappingProxyType
from typing import Union

_ISL_WORDS = frozenset(
    "and or not mod floor ceil floord ceild min max exists implies true false "
    "rat infty infinity NaN".split()
)


def isl_name(name: str) -> str:
    """Return the name under which isl knows a C identifier.

    isl reserves words that are fine in C (``max``, ``mod``); those get a suffix.

    Parameters
    ----------
    name : str

    Returns
    -------
    str

    Examples
    --------
    >>> isl_name("n"), isl_name("mod")
    ('n', 'mod_c')
    """
    return f"{name}_c" if name in _ISL_WORDS else name


class Affine:
    """An immutable sum of integer multiples of names and a constant.

    Parameters
    ----------
    coefficients : mapping of str to int, optional
        Names and their factors; zeros are dropped.
    constant : int, default=0
        What is added.

    Examples
    --------
    >>> i, n = Affine({"i": 1}), Affine({"n": 1})
    >>> (2 * i - n + 3).to_c()
    '2 * i - n + 3'
    >>> (i + n).substitute({"i": n - 1}).evaluate({"n": 5})
    9
    """

    __slots__ = ("_coefficients", "_constant", "_hash")

    def __init__(
        self, coefficients: Mapping[str, int] | None = None, constant: int = 0
    ) -> None:
        items = sorted((coefficients or {}).items())
        self._coefficients = MappingProxyType({k: int(v) for k, v in items if v})
        self._constant = int(constant)
        self._hash = hash((tuple(self._coefficients.items()), self._constant))

    @classmethod
    def variable(cls, name: str) -> "Affine":
        """Return the expression that is just a name."""
        return cls({name: 1})

    @property
    def coefficients(self) -> Mapping[str, int]:
        """The non-zero factors by name, in the order of the names; read-only."""
        return self._coefficients

    @property
    def constant(self) -> int:
        """The part without names."""
        return self._constant

    @property
    def is_constant(self) -> bool:
        """Whether no name occurs."""
        return not self._coefficients

    def names(self) -> frozenset[str]:
        """Return the names with a non-zero factor."""
        return frozenset(self._coefficients)

    def coefficient(self, name: str) -> int:
        """Return the factor of a name, zero if it does not occur."""
        return self._coefficients.get(name, 0)

    def __add__(self, other: Union["Affine", int]) -> "Affine":
        if isinstance(other, int):
            return Affine(self._coefficients, self._constant + other)
        if not isinstance(other, Affine):
            return NotImplemented
        total = dict(self._coefficients)
        for name, factor in other._coefficients.items():
            total[name] = total.get(name, 0) + factor
        return Affine(total, self._constant + other._constant)

    __radd__ = __add__

    def __neg__(self) -> "Affine":
        return self * -1

    def __sub__(self, other: Union["Affine", int]) -> "Affine":
        if not isinstance(other, (Affine, int)):
            return NotImplemented
        return self + (-other)

    def __rsub__(self, other: int) -> "Affine":
        return -self + other

    def __mul__(self, factor: int) -> "Affine":
        if not isinstance(factor, int):
            return NotImplemented
        scaled = {name: factor * value for name, value in self._coefficients.items()}
        return Affine(scaled, factor * self._constant)

    __rmul__ = __mul__

    def __eq__(self, other: object) -> bool:
        if isinstance(other, int):
            return self.is_constant and self._constant == other
        if not isinstance(other, Affine):
            return NotImplemented
        return (
            self._constant == other._constant
            and self._coefficients == other._coefficients
        )

    def __hash__(self) -> int:
        return hash(self._constant) if self.is_constant else self._hash

    def substitute(self, values: Mapping[str, Union["Affine", int]]) -> "Affine":
        """Return the expression with names replaced, all at the same time."""
        kept = {k: v for k, v in self._coefficients.items() if k not in values}
        result = Affine(kept, self._constant)
        for name, factor in self._coefficients.items():
            if name in values:
                result = result + values[name] * factor
        return result

    def evaluate(self, values: Mapping[str, int]) -> int:
        """Return the value, given that of every name.

        Parameters
        ----------
        values : mapping of str to int

        Returns
        -------
        int

        Raises
        ------
        KeyError
            If a name has no value.
        """
        return self._constant + sum(
            factor * int(values[name]) for name, factor in self._coefficients.items()
        )

    def to_c(self) -> str:
        """Return C text, with positive terms first and the constant last."""
        return self._print(lambda name: name)

    def to_isl(self) -> str:
        """Return isl text; names pass through :func:`isl_name`."""
        return self._print(isl_name)

    def _print(self, rename) -> str:
        ordered = sorted(self._coefficients.items(), key=lambda item: item[1] < 0)
        text = ""
        for name, factor in ordered:
            size = abs(factor)
            term = rename(name) if size == 1 else f"{size} * {rename(name)}"
            text += _signed(term, factor < 0, not text)
        if self._constant or not text:
            text += _signed(str(abs(self._constant)), self._constant < 0, not text)
        return text

    def __repr__(self) -> str:
        return f"Affine({self.to_c()})"


def _signed(term: str, negative: bool, first: bool) -> str:
    if first:
        return f"-{term}" if negative else term
    return f" - {term}" if negative else f" + {term}"
