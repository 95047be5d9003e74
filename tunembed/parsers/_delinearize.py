"""Split ``A[i * lda + j]`` into two subscripts where that is provable."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass, field

from tunembed.parsers._affine import Affine
from tunembed.parsers._polynomials import (
    Monomial,
    Polynomial,
    divide,
    to_polynomial,
)
from tunembed.parsers._ranges import condition_for
from tunembed.parsers._scope import Pointer, Scope

_MAX_CHOICES = 3


@dataclass(frozen=True)
class Split:
    """The subscripts found, the strides' C texts and what must hold (``>= 0``)."""

    subscripts: tuple[Affine, ...]
    strides: tuple[str, ...]
    assumptions: tuple[Affine, ...]


@dataclass(frozen=True)
class Stride:
    """A product of names times a factor."""

    names: Monomial
    factor: int = 1

    def to_c(self) -> str:
        """Return C text."""
        parts = list(self.names)
        if self.factor != 1 or not parts:
            parts.insert(0, str(self.factor))
        return " * ".join(parts)


@dataclass
class Layouts:
    """The strides of the arrays of one function.

    A function is built twice: first to see all accesses, then, once the strides of
    every array are decided, to split them.

    Attributes
    ----------
    strides : dict of str to tuple of Stride
        Of each array that is split, outermost first.
    """

    strides: dict[str, tuple[Stride, ...]] = field(default_factory=dict)
    _seen: dict[str, list[tuple[Polynomial | None, Scope]]] = field(
        default_factory=dict
    )
    _decided: bool = False

    def split(self, pointer: Pointer, scope: Scope) -> Split | None:
        """Return the subscripts of a linear access, None if it is not to be split."""
        if not pointer.subscripts:
            return None
        if len(pointer.subscripts) != 1 or pointer.problem:
            if not self._decided:
                self._seen.setdefault(pointer.array, []).append((None, scope))
            return None
        if self._decided and pointer.array not in self.strides:
            return None
        polynomial = to_polynomial(pointer.subscripts[0], scope)
        if not self._decided:
            self._seen.setdefault(pointer.array, []).append((polynomial, scope))
            return None
        if polynomial is None:
            return None
        return _split(polynomial, self.strides[pointer.array], scope)

    def decide(self) -> bool:
        """Choose the strides; return whether any array is to be split."""
        self._decided = True
        for array, seen in self._seen.items():
            strides = _common_strides(seen)
            if strides and all(
                polynomial is not None and _split(polynomial, strides, scope)
                for polynomial, scope in seen
            ):
                self.strides[array] = strides
        self._seen.clear()
        return bool(self.strides)


def _common_strides(
    seen: list[tuple[Polynomial | None, Scope]],
) -> tuple[Stride, ...] | None:
    """Return the strides of all accesses if each divides the next larger one."""
    factors: dict[Monomial, int] = {(): 1}
    for polynomial, scope in seen:
        for monomial, factor in (polynomial or {}).items():
            names = tuple(n for n in monomial if n not in scope.iterators)
            if len(monomial) - len(names) > 1:
                return None
            if len(monomial) > len(names):
                factors[names] = math.gcd(factors.get(names, 0), factor)
    ordered = sorted(factors, key=lambda names: -len(names))
    if len(ordered) < 2:
        return None
    strides = [Stride(names, factors[names]) for names in ordered]
    for outer, inner in itertools.pairwise(strides):
        extent = divide(outer.names, inner.names)
        if extent is None or len(extent) != 1 or outer.factor % inner.factor:
            return None
    return tuple(strides)


def _split(
    polynomial: Polynomial, strides: tuple[Stride, ...], scope: Scope
) -> Split | None:
    for subscripts in _candidates(polynomial, strides):
        assumptions = _assumptions(subscripts, strides, scope)
        if assumptions is not None:
            texts = tuple(stride.to_c() for stride in strides)
            return Split(subscripts, texts, assumptions)
    return None


def _candidates(
    polynomial: Polynomial, strides: tuple[Stride, ...]
) -> Iterator[tuple[Affine, ...]]:
    """Yield the ways to distribute the terms over the strides."""
    choices: list[list[tuple[int, Affine]]] = []
    for monomial, factor in polynomial.items():
        ways: list[tuple[int, Affine]] = []
        for index, stride in enumerate(strides):
            rest = divide(monomial, stride.names)
            if rest is None or len(rest) > 1 or factor % stride.factor:
                continue
            scaled = factor // stride.factor
            ways.append(
                (index, Affine(dict.fromkeys(rest, scaled), 0 if rest else scaled))
            )
        if not ways:
            return
        choices.append(ways)
    open_choices = sum(len(ways) > 1 for ways in choices)
    if open_choices > _MAX_CHOICES:
        choices = [ways[:1] for ways in choices]
    for chosen in itertools.product(*choices):
        subscripts = [Affine() for _ in strides]
        for index, term in chosen:
            subscripts[index] = subscripts[index] + term
        yield tuple(subscripts)


def _assumptions(
    subscripts: tuple[Affine, ...], strides: tuple[Stride, ...], scope: Scope
) -> tuple[Affine, ...] | None:
    """Return what must hold for the inner subscripts to stay within their extents."""
    parameters = scope.parameter_names()
    found: list[Affine] = []
    for index, subscript in enumerate(subscripts[1:], start=1):
        outer, inner = strides[index - 1], strides[index]
        extent = divide(outer.names, inner.names) or ()
        size = Affine(dict.fromkeys(extent, outer.factor // inner.factor))
        for value in (subscript, size - 1 - subscript):
            condition = condition_for(value, scope.ranges, scope.guards, parameters)
            if condition is None:
                return None
            if not condition.is_constant:
                found.append(condition)
    return tuple(dict.fromkeys(found))
