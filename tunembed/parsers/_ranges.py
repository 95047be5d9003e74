"""Smallest and largest values of affine expressions inside loops."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tunembed.parsers._affine import Affine

_MAX_CANDIDATES = 16


@dataclass(frozen=True)
class Range:
    """What an iterator's value lies between; both ends included.

    Attributes
    ----------
    iterator : str
    lower, upper : tuple of Affine
        Each one is a bound.
    """

    iterator: str
    lower: tuple[Affine, ...]
    upper: tuple[Affine, ...]


def range_of_loop(
    iterator: str, lower: tuple[Affine, ...], upper: tuple[Affine, ...], step: int
) -> Range:
    """Return the range that a loop's header gives its iterator."""
    if step < 0:
        return Range(iterator, tuple(end + 1 for end in upper), lower)
    return Range(iterator, lower, tuple(end - 1 for end in upper))


def bounds(
    value: Affine, ranges: tuple[Range, ...], largest: bool
) -> tuple[Affine, ...]:
    """Return bounds of an expression without the iterators of the loops around.

    Parameters
    ----------
    value : Affine
    ranges : tuple of Range
        Outermost loop first.
    largest : bool
        Whether upper bounds are wanted, else lower bounds.

    Returns
    -------
    tuple of Affine
        Each one is a bound; empty if a loop has none that is known.
    """
    candidates = [value]
    for item in reversed(ranges):
        eliminated: list[Affine] = []
        for candidate in candidates:
            factor = candidate.coefficient(item.iterator)
            if not factor:
                eliminated.append(candidate)
                continue
            ends = item.upper if (factor > 0) == largest else item.lower
            eliminated += [candidate.substitute({item.iterator: end}) for end in ends]
        candidates = list(dict.fromkeys(eliminated))[:_MAX_CANDIDATES]
    iterators = {item.iterator for item in ranges}
    return tuple(item for item in candidates if not item.names() & iterators)


def condition_for(
    value: Affine,
    ranges: tuple[Range, ...],
    guards: tuple[Affine, ...],
    parameters: frozenset[str] | Mapping[str, object],
) -> Affine | None:
    """Return what must be ``>= 0`` for an expression never to be negative.

    Parameters
    ----------
    value : Affine
    ranges : tuple of Range
    guards : tuple of Affine
        Expressions known to be ``>= 0``.
    parameters : set of str
        Names that may occur in the result.

    Returns
    -------
    Affine or None
        A constant if it is proven, an expression over parameters if it can hold for
        large ones, None otherwise.
    """
    best: Affine | None = None
    runs = tuple(a - b for item in ranges for a in item.upper for b in item.lower)
    for candidate in _differences(value, guards + runs):
        for bound in bounds(candidate, ranges, largest=False):
            if bound.is_constant and bound.constant >= 0:
                return Affine()
            possible = any(factor > 0 for factor in bound.coefficients.values())
            if best is None and possible and bound.names() <= set(parameters):
                best = bound
    return best


def _differences(value: Affine, guards: tuple[Affine, ...]) -> Iterator[Affine]:
    yield value
    for guard in guards:
        factors = {
            value.coefficient(name) // factor
            for name, factor in guard.coefficients.items()
        }
        for factor in sorted(factors | {1}):
            if factor > 0:
                yield value - guard * factor


def remaining(
    conditions: tuple[Affine, ...], ranges: tuple[Range, ...]
) -> tuple[Affine, ...]:
    """Return what is known where not all conditions hold, as ``>= 0``.

    Parameters
    ----------
    conditions : tuple of Affine
        At least one of them is negative.
    ranges : tuple of Range

    Returns
    -------
    tuple of Affine
        One expression if only one condition can be negative, else none.
    """
    opposites = [-condition - 1 for condition in conditions]
    possible = [
        opposite
        for opposite in opposites
        if not any(
            bound.is_constant and bound.constant < 0
            for bound in bounds(opposite, ranges, largest=True)
        )
    ]
    return tuple(possible) if len(possible) == 1 else ()
