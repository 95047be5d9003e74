"""Smallest and largest values of affine expressions inside loops."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tunembed.parsers._affine import Affine

_TYPICAL = 1000
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


def typical(value: Affine) -> int:
    """Return the value if every name were one thousand."""
    return value.evaluate(dict.fromkeys(value.names(), _TYPICAL))


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
        A constant if it is proven, an expression over parameters if it holds for
        plausible sizes, None otherwise.
    """
    best: Affine | None = None
    for candidate in _differences(value, guards):
        for bound in bounds(candidate, ranges, largest=False):
            if bound.is_constant and bound.constant >= 0:
                return Affine()
            plausible = bound.names() <= set(parameters) and typical(bound) >= 0
            if best is None and plausible and not bound.is_constant:
                best = bound
    return best


def _differences(value: Affine, guards: tuple[Affine, ...]) -> Iterator[Affine]:
    yield value
    for guard in guards:
        yield value - guard
