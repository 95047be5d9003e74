"""Time several versions by the samples in which no other program was in the way."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from tunembed.kernels._outcome import Outcome
from tunembed.kernels._statistics import median_interval
from tunembed.kernels._worker import Sample, WorkerFailure

_CALM = 0.02
_FEWEST = 3
_FEWEST_DISTURBED = 8
_LONGEST_REST = 0.05
# Longer than a scheduler lets a thread wait for others.
_LONGEST_WAIT = 0.05


@dataclass(frozen=True)
class CalmTime:
    """Time of one version.

    Attributes
    ----------
    seconds : float
        Wall time of one run: the median of its calm samples, or the shortest sample if
        fewer than three are calm; NaN if it failed.
    interval : tuple of float
        95 % confidence interval of that median, from order statistics; the range where
        there are fewer than six samples. From the shortest to the median sample if
        fewer than three are calm.
    samples, calm : int
        How many were taken; in how many of them no thread waited for a core for more
        than 2 % of the time.
    outcome : Outcome
        Whether it ran.
    """

    seconds: float
    interval: tuple[float, float]
    samples: int
    calm: int
    outcome: Outcome = Outcome("ok")


@dataclass
class _Series:
    samples: list[Sample] = field(default_factory=list)
    outcome: Outcome = Outcome("ok")
    is_done: bool = False

    def calm(self) -> list[float]:
        return [one.seconds for one in self.samples if one.waited <= _CALM]

    def shortest(self) -> float:
        return min((one.seconds for one in self.samples), default=math.inf)

    def is_behind(self, limit: float) -> bool:
        """Whether it takes longer than a limit, not just because it had to wait."""
        if self.shortest() <= limit:
            return False
        enough = _FEWEST if self.calm() else _FEWEST_DISTURBED
        if self.shortest() - limit > _LONGEST_WAIT:
            enough = _FEWEST - 1
        return len(self.samples) >= enough

    def time(self) -> CalmTime:
        calm, taken = self.calm(), len(self.samples)
        if not self.outcome.ok or not taken:
            nan = math.nan
            return CalmTime(nan, (nan, nan), taken, len(calm), self.outcome)
        if len(calm) < _FEWEST:
            middle = float(np.median([one.seconds for one in self.samples]))
            shortest = self.shortest()
            return CalmTime(shortest, (shortest, middle), taken, len(calm))
        seconds, low, high = median_interval(calm)
        return CalmTime(seconds, (low, high), taken, len(calm))


def until_calm(
    sample: Callable[[int], Sample],
    count: int,
    *,
    wanted: int,
    budget: float,
    slower: float,
    rest: float,
) -> list[CalmTime]:
    """Sample versions in turns until each has been calm often enough.

    Where other programs compete for the cores, few pairs of samples are both calm;
    single ones are.

    Parameters
    ----------
    sample : callable of int
        Runs a version, the original for 0, once. It may raise `WorkerFailure`.
    count : int
        Number of versions.
    wanted : int
        Calm samples of each.
    budget : float
        Seconds for all together, but for the first round. Each is sampled three times
        at least.
    slower : float
        A version but the original is done after three samples, eight if none of them is
        calm, two if by 50 ms more, if the shortest takes this many times the shortest
        of any.
    rest : float
        Sleep after each sample for this many times as long, at most 50 ms.

    Returns
    -------
    list of CalmTime
    """
    series = [_Series() for _ in range(count)]
    started = math.inf  # the first round also loads and calibrates
    rounds = 0
    while not all(one.is_done for one in series):
        if rounds >= _FEWEST and time.monotonic() - started > budget:
            break
        order = range(count) if rounds % 2 == 0 else range(count - 1, -1, -1)
        for k in order:
            if not series[k].is_done:
                _take(sample, k, series[k], rest)
        rounds += 1
        started = min(started, time.monotonic())
        best = min(one.shortest() for one in series)
        for k, one in enumerate(series):
            behind = k > 0 and one.is_behind(slower * best)
            one.is_done |= behind or len(one.calm()) >= wanted
    return [one.time() for one in series]


def _take(
    sample: Callable[[int], Sample], k: int, series: _Series, rest: float
) -> None:
    started = time.monotonic()
    try:
        series.samples.append(sample(k))
    except WorkerFailure as failure:
        if k == 0:
            raise
        series.outcome, series.is_done = failure.outcome, True
    time.sleep(min(rest * (time.monotonic() - started), _LONGEST_REST))
