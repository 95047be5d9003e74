"""Time a baseline and its candidates alternately until the ratio is known."""

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

_FEWEST = 3
_FEWEST_FOR_INTERVAL = 6
_FEWEST_ON_A_BUSY_MACHINE = 8
_CALM = 0.02


@dataclass(frozen=True)
class Measurement:
    """Time of one candidate against the baseline.

    Attributes
    ----------
    seconds : float
        Median wall time of one run, NaN if it failed.
    interval : tuple of float
        95 % confidence interval of the median, from order statistics; the range where
        there are fewer than six repetitions.
    repetitions : int
        Number of rounds, each one sample of the baseline and one of the candidate.
    ratio : float
        Median over the rounds of baseline time / candidate time: the speedup. 0 if it
        failed.
    ratio_interval : tuple of float
        95 % confidence interval of `ratio`, in the same way.
    baseline_seconds : float
        Median wall time of the baseline in the same rounds.
    cpu_seconds : float
        Median processor time of all threads.
    waited : float
        How busy the machine was: the share of the wall time that threads were ready to
        run but had no core. Rounds with at most 0.02 are used, or else the six calmest.
        Far above that, two threads are measured as slower than they are.
    outcome : Outcome
        Whether it ran.
    stopped : {"precise", "budget", "slower", "failed"}
        Why no more rounds were made: the interval is tight, time or repetitions are
        used up, the candidate is far behind the best, or it failed.
    """

    seconds: float
    interval: tuple[float, float]
    repetitions: int
    ratio: float
    ratio_interval: tuple[float, float]
    baseline_seconds: float
    cpu_seconds: float
    waited: float = 0.0
    outcome: Outcome = Outcome("ok")
    stopped: str = "budget"


@dataclass(frozen=True)
class Effort:
    """How long to measure.

    Parameters
    ----------
    budget : float, default=20.0
        Seconds for all candidates together. At least three rounds are made.
    max_repetitions : int, default=40
        Rounds.
    precision : float, default=0.02
        A candidate is done when the 95 % interval of its ratio lies within this share
        of the ratio on both sides, after at least six rounds.
    slower : float, default=1.7
        A candidate is given up when, after three rounds (eight on a busy machine), its
        fastest run takes this many times the median of the best.
    to_beat : float, default=0.0
        Speedup of the best candidate measured before: one that stays behind it in the
        same way is given up as well.
    """

    budget: float = 20.0
    max_repetitions: int = 40
    precision: float = 0.02
    slower: float = 1.7
    to_beat: float = 0.0

    def __post_init__(self) -> None:
        if self.budget <= 0 or self.max_repetitions < 1 or self.precision <= 0:
            raise ValueError(
                f"Got {self}; budget and precision must be positive, "
                "max_repetitions at least 1."
            )


@dataclass
class _Series:
    pairs: list[tuple[Sample, Sample]] = field(default_factory=list)  # baseline, own
    stopped: str = ""
    outcome: Outcome = Outcome("ok")

    def calm(self) -> list[tuple[Sample, Sample]]:
        """Return the rounds in which other programs did not get in the way."""
        ordered = sorted(self.pairs, key=_waited)
        count = sum(_waited(pair) <= _CALM for pair in ordered)
        return ordered[: max(count, _FEWEST_FOR_INTERVAL)]

    def is_calm(self) -> bool:
        return float(np.median([_waited(pair) for pair in self.pairs])) <= _CALM

    def ratio(self) -> tuple[float, float, float]:
        return median_interval(
            [base.seconds / max(own.seconds, 1e-9) for base, own in self.calm()]
        )

    def is_precise(self, precision: float) -> bool:
        if len(self.pairs) < _FEWEST_FOR_INTERVAL:
            return False
        ratio, low, high = self.ratio()
        return ratio - low <= precision * ratio and high - ratio <= precision * ratio

    def measurement(self) -> Measurement:
        nan = math.nan
        if not self.outcome.ok or not self.pairs:
            failed, none = self.outcome, (nan, nan)
            return Measurement(
                nan, none, 0, 0.0, (0.0, 0.0), nan, nan, nan, failed, "failed"
            )
        used = self.calm()
        seconds, low, high = median_interval([own.seconds for _, own in used])
        ratio, ratio_low, ratio_high = self.ratio()
        return Measurement(
            seconds=seconds,
            interval=(low, high),
            repetitions=len(self.pairs),
            ratio=ratio,
            ratio_interval=(ratio_low, ratio_high),
            baseline_seconds=float(np.median([base.seconds for base, _ in used])),
            cpu_seconds=float(np.median([own.cpu_seconds for _, own in used])),
            waited=float(np.median([_waited(pair) for pair in used])),
            outcome=self.outcome,
            stopped=self.stopped or "budget",
        )


def _waited(pair: tuple[Sample, Sample]) -> float:
    return max(pair[0].waited, pair[1].waited)


def interleave(
    sample: Callable[[int], Sample], candidates: int, effort: Effort
) -> list[Measurement]:
    """Sample a baseline and candidates in rounds, in alternating order.

    Parameters
    ----------
    sample : callable of int
        Runs the baseline for 0, candidate k for k = 1 ..., once. It may raise
        `WorkerFailure`.
    candidates : int
        Number of candidates.
    effort : Effort
        When to stop.

    Returns
    -------
    list of Measurement
        One for each candidate. One that fails is given up, the others go on.
    """
    series = {k: _Series() for k in range(1, candidates + 1)}
    started = time.monotonic()
    for done in range(effort.max_repetitions):
        active = [k for k, s in series.items() if not s.stopped]
        spent = time.monotonic() - started
        if not active or (done >= _FEWEST and spent > effort.budget):
            break
        _round(sample, [0, *active][:: 1 if done % 2 == 0 else -1], series)
        _stop(series, effort)
    return [s.measurement() for s in series.values()]


def by_processor_time(sample: Callable[[int], Sample]) -> Callable[[int], Sample]:
    """Take the processor time for the wall time: for runs on one thread."""

    def taken(k: int) -> Sample:
        cpu = sample(k).cpu_seconds
        return Sample(cpu, cpu)

    return taken


def _round(
    sample: Callable[[int], Sample], order: list[int], series: dict[int, _Series]
) -> None:
    samples: dict[int, Sample] = {}
    for k in order:
        try:
            samples[k] = sample(k)
        except WorkerFailure as failure:
            if k == 0:
                raise
            series[k].outcome, series[k].stopped = failure.outcome, "failed"
    for k, taken in samples.items():
        if k != 0:
            series[k].pairs.append((samples[0], taken))


def _stop(series: dict[int, _Series], effort: Effort) -> None:
    running = [s for s in series.values() if s.pairs and s.outcome.ok]
    if not running:
        return
    taken = [[own.seconds for _, own in s.pairs] for s in running]
    taken.append([base.seconds for base, _ in running[0].pairs])
    best = min(float(np.median(seconds)) for seconds in taken)
    for s, seconds in zip(running, taken, strict=False):
        if s.stopped:
            continue
        enough = _FEWEST if s.is_calm() else _FEWEST_ON_A_BUSY_MACHINE
        fastest = max(base.seconds / max(own.seconds, 1e-9) for base, own in s.pairs)
        if len(seconds) >= enough and (
            min(seconds) > effort.slower * best
            or fastest * effort.slower < effort.to_beat
        ):
            s.stopped = "slower"
        elif s.is_precise(effort.precision):
            s.stopped = "precise"
