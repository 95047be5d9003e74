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
    """The subscripts found, their extents and what must hold (``>= 0``)."""

    subscripts: tuple[Affine | None, ...]
    shape: tuple[Affine | None, ...] = ()
    assumptions: tuple[Affine, ...] = ()


@dataclass(frozen=True)
class Stride:
    """A product of names times a factor."""

    names: Monomial
    factor: int = 1

    def over(self, inner: "Stride") -> Affine | None:
        """Return the extent between two strides, None if it is not affine."""
        names = divide(self.names, inner.names)
        if names is None or len(names) > 1 or self.factor % inner.factor:
            return None
        factor = self.factor // inner.factor
        return Affine(dict.fromkeys(names, factor), 0 if names else factor)


@dataclass
class Layouts:
    """The strides of the arrays of one function.

    A function is built twice: first to see all accesses, then, once the strides of
    every array are decided, to split them.

    Attributes
    ----------
    strides : dict of (str, int) to tuple of Stride
        By array and dimension, for those that are split; outermost first.
    """

    strides: dict[tuple[str, int], tuple[Stride, ...]] = field(default_factory=dict)
    _whole: set[tuple[str, int]] = field(default_factory=set)
    _atoms: dict[str, Affine] = field(default_factory=dict)
    _seen: dict[str, list[tuple[Pointer, Scope]]] = field(default_factory=dict)
    _decided: bool = False

    def split(self, pointer: Pointer, scope: Scope) -> Split | None:
        """Return the subscripts of an access, None if there is nothing to split."""
        rank = range(len(pointer.subscripts))
        if not rank or (
            self._decided
            and not any((pointer.array, index) in self.strides for index in rank)
        ):
            return None
        if not self._decided:
            self._seen.setdefault(pointer.array, []).append((pointer, scope))
            return None
        subscripts: list[Affine | None] = []
        shape: list[Affine | None] = []
        assumptions: list[Affine] = []
        for index in rank:
            key = (pointer.array, index)
            strides = self.strides.get(key, (Stride(()),))
            polynomial = self._polynomial(pointer, scope, index, key in self._whole)
            part = self._split(polynomial, strides, scope)
            part = part or Split((None,) * len(strides))
            subscripts += part.subscripts
            assumptions += part.assumptions
            shape += part.shape or (None,)
        return Split(tuple(subscripts), tuple(shape), tuple(assumptions))

    def _polynomial(
        self, pointer: Pointer, scope: Scope, index: int, whole: bool
    ) -> Polynomial | None:
        if pointer.problem:
            return None
        atoms = self._atoms if whole else None
        return to_polynomial(pointer.subscripts[index], scope, atoms=atoms)

    def decide(self) -> bool:
        """Choose the strides; return whether any array is to be split."""
        self._decided = True
        for array, seen in self._seen.items():
            ranks = {len(pointer.subscripts) for pointer, _ in seen}
            for index in range(min(ranks) if len(ranks) == 1 else 0):
                if not self._choose(array, seen, index, False):
                    self._choose(array, seen, index, True)
        self._seen.clear()
        return bool(self.strides)

    def _choose(
        self, array: str, seen: list[tuple[Pointer, Scope]], index: int, whole: bool
    ) -> bool:
        """Decide on the strides of one dimension; return whether it is split."""
        column = [
            (self._polynomial(pointer, scope, index, whole), scope)
            for pointer, scope in seen
        ]
        strides = _common_strides(column)
        if strides is None or not all(
            self._split(polynomial, strides, scope) for polynomial, scope in column
        ):
            return False
        self.strides[array, index] = strides
        if whole:
            self._whole.add((array, index))
        return True

    def _split(
        self, polynomial: Polynomial | None, strides: tuple[Stride, ...], scope: Scope
    ) -> Split | None:
        if polynomial is None:
            return None
        sizes = [a.over(b) for a, b in itertools.pairwise(strides)]
        shape = [
            None if size is None else size.substitute(self._atoms) for size in sizes
        ]
        for candidate in _candidates(polynomial, strides):
            subscripts = tuple(item.substitute(self._atoms) for item in candidate)
            assumptions = _assumptions(subscripts, shape, scope)
            if assumptions is not None:
                return Split(subscripts, (None, *shape), assumptions)
        return None


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
    if any(a.over(b) is None for a, b in itertools.pairwise(strides)):
        return None
    return tuple(strides)


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
    subscripts: tuple[Affine, ...], shape: list[Affine | None], scope: Scope
) -> tuple[Affine, ...] | None:
    """Return what must hold for the inner subscripts to stay within their extents."""
    parameters = scope.parameter_names()
    found: list[Affine] = []
    for subscript, size in zip(subscripts[1:], shape, strict=True):
        if size is None:
            return None
        for value in (subscript, size - 1 - subscript):
            condition = condition_for(value, scope.ranges, scope.guards, parameters)
            if condition is None:
                return None
            if not condition.is_constant:
                found.append(condition)
    return tuple(dict.fromkeys(found))
