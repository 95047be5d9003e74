"""Choose sizes: those declared, those that take a while, those no tile divides."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from numbers import Integral

from tunembed.kernels._argument import ArgumentSpec
from tunembed.kernels._inputs import ArgumentMaker
from tunembed.kernels._outcome import (
    ArgumentError,
    KernelMemoryError,
    KernelTimeoutError,
)

_SHORTEST, _LONGEST = 0.010, 0.500
_FIRST = 10
_GROWTH = 1.7
_LARGEST = 2**27
_TINY = (2, 3, 5, 7, 11, 13, 17, 19)
_PRIMES = (13, 17, 19, 23, 29, 31, 37, 41)
_BETWEEN = (31, 33, 65, 67, 97, 101, 127, 131)


def declared_sizes(text: str) -> dict[str, int]:
    """Read the sizes that a C file declares in a comment.

    Parameters
    ----------
    text : str
        C text with a line such as ``// tunembed: sizes ni=1000 nj=1100``. Several lines
        add up.

    Returns
    -------
    dict of str to int
        The sizes, empty if there are none.

    Raises
    ------
    ArgumentError
        If a declaration is not of the form ``name=integer``.

    Examples
    --------
    >>> declared_sizes("/* tunembed: sizes n=100, m=20 */")
    {'n': 100, 'm': 20}
    """
    sizes: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        match = re.search(r"\btunembed:\s*sizes\b(.*?)(\*/|$)", line)
        for item in re.split(r"[,\s]+", match[1].strip()) if match else ():
            pair = re.fullmatch(r"([A-Za-z_]\w*)=(\d+)", item)
            if pair is None:
                raise ArgumentError(
                    f"Line {number} declares the size {item!r}; expected name=integer, "
                    "for example: tunembed: sizes n=1000 m=100"
                )
            sizes[pair[1]] = int(pair[2])
    return sizes


def default_sizes(
    run: Callable[[dict[str, int]], float],
    names: Iterable[str],
    declared: Mapping[str, int] | None = None,
) -> dict[str, int]:
    """Choose sizes at which a run takes 10 to 500 ms.

    Sizes that are declared are taken as they are. The others, all equal, grow by a
    factor of 1.7 from 10 on until a run takes 10 ms.

    Parameters
    ----------
    run : callable
        Takes sizes and returns seconds. `KernelMemoryError` and `KernelTimeoutError`
        mean that the sizes are too large.
    names : iterable of str
        All size names.
    declared : mapping of str to int, optional
        Sizes that are given.

    Returns
    -------
    dict of str to int
        Sizes by name.
    """
    fixed = dict(declared or {})
    free = [name for name in names if name not in fixed]
    if not free:
        return fixed
    value = _FIRST
    chosen = None
    while value <= _LARGEST:
        seconds = _try(run, fixed | dict.fromkeys(free, value))
        if seconds > _LONGEST:
            break
        chosen = value
        if seconds >= _SHORTEST:
            break
        # at most cubic growth in time is expected when far away
        far = seconds * _GROWTH**6 < _SHORTEST
        value = math.ceil(value * (_GROWTH**2 if far else _GROWTH))
    if chosen is None:
        chosen = _shrink(run, fixed, free)
    return fixed | dict.fromkeys(free, chosen)


def _try(run: Callable[[dict[str, int]], float], sizes: dict[str, int]) -> float:
    try:
        return run(sizes)
    except (KernelMemoryError, KernelTimeoutError):
        return math.inf


def _shrink(
    run: Callable[[dict[str, int]], float], fixed: dict[str, int], free: list[str]
) -> int:
    value = _FIRST // 2
    while value > 1 and _try(run, fixed | dict.fromkeys(free, value)) > _LONGEST:
        value //= 2
    return value


def verification_sizes(sizes: Mapping[str, int]) -> list[dict[str, int]]:
    """List the sizes at which a candidate is compared with the original.

    All ones; tiny primes; primes; numbers next to or between the usual tile sizes;
    primes near half of the measured sizes; the measured sizes. Within a set, larger
    measured sizes get larger values and no two names get the same one, so that swapped
    extents show and constraints such as ``k <= n`` mostly hold.

    Parameters
    ----------
    sizes : mapping of str to int
        The measured sizes.

    Returns
    -------
    list of dict
        Distinct sets of sizes, the measured one last.
    """
    ordered = sorted(sizes, key=lambda name: sizes[name])
    sets = [dict.fromkeys(sizes, 1)]
    for values in (_TINY, _PRIMES, _BETWEEN):
        last = values[-1]
        spread = [*values, *(last + 2 * k for k in range(1, len(ordered) + 1))]
        sets.append(dict(zip(ordered, spread, strict=False)))
    sets.append({n: _prime_below(max(2, value // 2)) for n, value in sizes.items()})
    unique: list[dict[str, int]] = []
    for chosen in sets:
        candidate = {name: chosen[name] for name in sizes}
        if candidate not in unique and candidate != dict(sizes):
            unique.append(candidate)
    return [*unique, dict(sizes)]


def _prime_below(value: int) -> int:
    while value > 2 and any(value % d == 0 for d in range(2, math.isqrt(value) + 1)):
        value -= 1
    return value


def size_names(arguments: Sequence[ArgumentSpec]) -> list[str]:
    """List all size names that arguments need, in order of appearance.

    Parameters
    ----------
    arguments : sequence of ArgumentSpec
        The arguments.

    Returns
    -------
    list of str
        Distinct names.
    """
    names = (name for a in arguments for name in sorted(a.size_names()))
    return list(dict.fromkeys(names))


def given_sizes(
    arguments: Sequence[ArgumentSpec] | ArgumentMaker,
    text: str,
    sizes: Mapping[str, int],
) -> dict[str, int]:
    """Merge the sizes that are given with those that the source declares.

    Parameters
    ----------
    arguments : sequence of ArgumentSpec, or callable
        What to pass to the function.
    text : str
        C text; what it declares for other functions is ignored.
    sizes : mapping of str to int
        What the user gave; it wins.

    Returns
    -------
    dict of str to int
        Sizes by name; some may still be missing.

    Raises
    ------
    ArgumentError
        If a name is unknown or a value is not an int of at least 0.
    """
    for name, value in sizes.items():
        if isinstance(value, bool) or not isinstance(value, Integral) or value < 0:
            raise ArgumentError(f"Got the size {name}={value!r}; expected an int >= 0.")
    given = {name: int(value) for name, value in sizes.items()}
    if callable(arguments):
        return declared_sizes(text) | given
    known = size_names(arguments)
    for name in given:
        if name not in known:
            listed = ", ".join(known) or "none"
            raise ArgumentError(f"Unknown size name '{name}'; known: {listed}.")
    declared = {n: v for n, v in declared_sizes(text).items() if n in known}
    both = declared | given
    return {name: both[name] for name in known if name in both}
