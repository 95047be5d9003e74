"""Compare outputs with those of the original."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from tunembed.kernels._outcome import Outcome

RETURNED = "return value"

# The squares of larger numbers would not be finite.
_LARGEST = 1e150


@dataclass(frozen=True)
class Tolerance:
    """How far an output may be from the original's.

    An element passes if ``|candidate - original| <= rtol * (|original| + rms) + atol``
    with the root mean square of the original's finite elements, so that elements which
    nearly cancel are judged by the size of what they were computed from. Integers must
    be equal, infinities and NaN must be at the same places.

    Parameters
    ----------
    rtol_double : float, default=1e-9
        For double and double complex.
    rtol_float : float, default=1e-4
        For float and float complex.
    atol : float, default=0.0
        Added to every bound.
    strict : bool, default=False
        Demand identical bits instead.
    """

    rtol_double: float = 1e-9
    rtol_float: float = 1e-4
    atol: float = 0.0
    strict: bool = False

    def rtol(self, dtype: np.dtype) -> float:
        """Return the relative tolerance for a floating dtype."""
        single = np.finfo(dtype).dtype.itemsize <= 4
        return self.rtol_float if single else self.rtol_double


def compare(
    original: Mapping[str, np.ndarray],
    candidate: Mapping[str, np.ndarray],
    tolerance: Tolerance,
) -> Outcome:
    """Compare two sets of outputs.

    Parameters
    ----------
    original, candidate : mapping of str to ndarray
        Arrays by name, of equal shapes and dtypes.
    tolerance : Tolerance
        What may differ.

    Returns
    -------
    Outcome
        ``"ok"``, ``"wrong"`` or ``"nan"``; the detail names the array and the worst
        element.
    """
    largest = 0.0
    for name, expected in original.items():
        got = candidate.get(name)
        if got is None or got.shape != expected.shape or got.dtype != expected.dtype:
            return Outcome(
                "wrong", f"'{name}' has another shape or type, or is missing"
            )
        if _same_bits(expected, got):
            continue
        if tolerance.strict:
            return _wrong(name, expected, got, _bits_differ(expected, got), "bitwise")
        if expected.dtype.kind not in "fc":
            return _wrong(name, expected, got, expected != got, "exactly")
        outcome = _compare_at_once(expected, got, tolerance) or _compare_floats(
            name, expected, got, tolerance
        )
        if not outcome.ok:
            return outcome
        largest = max(largest, outcome.max_error)
    return Outcome("ok", max_error=largest)


def _same_bits(a: np.ndarray, b: np.ndarray) -> bool:
    return np.array_equal(a.reshape(-1).view(np.uint8), b.reshape(-1).view(np.uint8))


def _bits_differ(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    bytes_a = np.ascontiguousarray(a).reshape(-1).view(np.uint8)
    bytes_b = np.ascontiguousarray(b).reshape(-1).view(np.uint8)
    differ = (bytes_a != bytes_b).reshape(a.size, a.itemsize)
    return differ.any(axis=1).reshape(a.shape)


def _compare_at_once(
    expected: np.ndarray, got: np.ndarray, tolerance: Tolerance
) -> Outcome | None:
    """Return ok where every difference is below the bound of a zero, or None.

    That takes a fraction of the time of looking at each element's own bound. The error
    reported is not below the largest one.
    """
    with np.errstate(all="ignore"):
        values = np.abs(expected).astype(np.float64, copy=False).reshape(-1)
        rms = math.sqrt(np.dot(values, values) / max(values.size, 1))
        largest = float(np.abs(got - expected).max(initial=0.0))
    if not 0 < rms < _LARGEST or not math.isfinite(largest):
        return None
    if largest > tolerance.rtol(expected.dtype) * rms + tolerance.atol:
        return None
    return Outcome("ok", max_error=largest / rms)


def _compare_floats(
    name: str, expected: np.ndarray, got: np.ndarray, tolerance: Tolerance
) -> Outcome:
    new_nan = np.isnan(got) & ~np.isnan(expected)
    if new_nan.any():
        index = _first(new_nan)
        return Outcome(
            "nan",
            f"{_element(name, index, expected.shape)} is {got[index]}, "
            f"expected {expected[index]}",
            np.inf,
        )
    finite = np.isfinite(expected)
    with np.errstate(all="ignore"):
        values = np.abs(np.where(finite, expected, 0)).astype(np.float64)
        scale = values + _rms(values, int(finite.sum()))
        distance = np.abs(got - expected).astype(np.float64)
        same = (got == expected) | (np.isnan(got) & np.isnan(expected))
        allowed = tolerance.rtol(expected.dtype) * scale + tolerance.atol
        error = np.where(same, 0.0, np.where(finite, distance, np.inf))
        error[np.isnan(error)] = np.inf
        bad = error > allowed
        relative = np.divide(error, scale, out=np.zeros_like(error), where=scale > 0)
    largest = float(relative.max(initial=0.0))
    if bad.any():
        return _wrong(name, expected, got, bad, f"within {allowed[_first(bad)]:.1e}")
    return Outcome("ok", max_error=largest)


def _rms(values: np.ndarray, count: int) -> float:
    top = float(values.max(initial=0.0))
    if top == 0.0:
        return 0.0
    scaled = (values / top).reshape(-1)
    return top * float(np.sqrt(np.dot(scaled, scaled) / max(count, 1)))


def _first(mask: np.ndarray) -> tuple[int, ...]:
    index = np.unravel_index(int(np.argmax(mask)), mask.shape)
    return tuple(int(i) for i in index)


def _wrong(
    name: str, expected: np.ndarray, got: np.ndarray, bad: np.ndarray, how: str
) -> Outcome:
    index = _first(bad)
    with np.errstate(all="ignore"):
        if expected.dtype.kind in "fc":
            error = float(np.abs(got[index] - expected[index]))
            error /= float(np.abs(expected[index])) or 1.0
        else:
            error = float(abs(int(got[index]) - int(expected[index])))
    return Outcome(
        "wrong",
        f"{_element(name, index, expected.shape)} is {got[index]}, expected "
        f"{expected[index]} {how}; {int(bad.sum())} of {bad.size} elements differ",
        error,
    )


def _element(name: str, index: tuple[int, ...], shape: tuple[int, ...]) -> str:
    if name == RETURNED and shape == (1,):
        return "the returned value"
    return name + "".join(f"[{i}]" for i in index)
