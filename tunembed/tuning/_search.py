"""Search for good schedules of one kernel, without asking the database.

Sketches say which steps could help; an estimate leaves hopeless ones out before they
are proven and compiled; the processor time of one thread ranks the others, and the best
of them are timed with all threads.
"""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import contextlib
import itertools
import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from tunembed.kernels import BASELINE_FLAGS, Effort, Kernel, available_cores
from tunembed.parsers import Function
from tunembed.schedules import (
    Schedule,
    ScheduleError,
    apply_schedule,
    estimated_cycles,
)
from tunembed.tuning._arguments import argument_specs
from tunembed.tuning._attempt import CAREFUL, Attempt, Workbench
from tunembed.tuning._choice import as_source, choose_function
from tunembed.tuning._records import TuningRecord
from tunembed.tuning._records_of import record_of
from tunembed.tuning._sketches import sketches
from tunembed.tuning._subject import TOLERANCE, KernelSubject
from tunembed.tuning._view import Nest, View, views_of

_SMALLEST_SHARE = 0.02
_SHARE_OF_TRIALS = {"normal": 1.0, "raw": 0.5, "whole": 0.5}
_ILLEGAL_PER_TRIAL = 4
# An estimate is coarse: only what it says to be much slower than the best is left out.
_HOPELESS = 12.0
# How many candidates are ranked on one thread for each that is timed with all of them.
_RANKED = 2

# Many candidates are timed together: few rounds rank them.
_SURVEY = Effort(budget=6.0, max_repetitions=5, precision=0.05, slower=1.5)
_RANKING = Effort(budget=3.0, max_repetitions=3, precision=0.1, slower=3.0)

# Where a combination of the nests' schedules belongs, that, and what became of it.
_Prepared = tuple[View, Mapping[int, Schedule], Attempt]


@dataclass
class SearchResult:
    """What a search found.

    Attributes
    ----------
    function : Function
        What was searched.
    attempts : list of Attempt
        The legal ones, in the order of trial.
    records : list of TuningRecord
        Those of attempts at a single nest: what a database can repeat elsewhere.
    confirmed : Attempt or None
        The fastest one measured again with more care; the maximum of many short looks
        promises too much. None where nothing was verified, or not asked for.
    """

    function: Function
    attempts: list[Attempt] = field(default_factory=list)
    records: list[TuningRecord] = field(default_factory=list)
    confirmed: Attempt | None = None

    @property
    def best(self) -> Attempt | None:
        """The fastest verified attempt."""
        good = [a for a in self.attempts if a.verified]
        return max(good, key=lambda a: a.speedup, default=None)

    def share_after(self, count: int, reference: float) -> float:
        """Return the best speedup of the first `count` trials over `reference`.

        Parameters
        ----------
        count : int
            The original counts as well: it is kept when nothing is faster.
        reference : float
            A speedup.

        Returns
        -------
        float
        """
        good = [a.speedup for a in self.attempts[:count] if a.verified]
        return max([1.0, *good]) / reference


def search(
    kernel: str | Path,
    *,
    trials: int = 30,
    threads: int | None = None,
    random_order: bool = False,
    budget: float | None = None,
    confirm: bool = False,
    random_state: int = 0,
    on_attempt: Callable[[Attempt], None] | None = None,
    on_record: Callable[[TuningRecord], Any] | None = None,
) -> SearchResult:
    """Try sketched schedules on every nest, then the best ones together.

    Parameters
    ----------
    kernel : str or Path
        A C file, or C text.
    trials : int, default=30
        Measured candidates at most; 0 to measure the normal form only.
    threads : int, optional
        OpenMP threads; all cores if not given.
    random_order : bool, default=False
        Draw schedules uniformly instead of the promising ones first: the baseline that
        a recommendation is compared with.
    budget : float, optional
        Seconds after which no new trial is started.
    confirm : bool, default=False
        Measure the fastest one again with more care.
    random_state : int, default=0
        Seed of what is drawn.
    on_attempt, on_record : callable, optional
        Called at once with every attempt and record, so that nothing is lost.

    Returns
    -------
    SearchResult

    Raises
    ------
    SourceError
        If the file cannot be parsed, or not exactly one function has loops.
    KernelError
        If the original does not compile, crashes or does not end.
    """
    kernel = as_source(kernel)
    function = choose_function(kernel, None)
    subject = KernelSubject(
        Kernel(
            kernel if isinstance(kernel, Path) else function.unit.text,
            function.name,
            argument_specs(function),
            threads=threads,
            tolerance=TOLERANCE,
        )
    )
    try:
        run = _Search(
            function, subject, threads or available_cores(), random_order, random_state
        )
        run.on_attempt = on_attempt
        run.on_record = on_record
        run.end = time.monotonic() + budget if budget is not None else None
        run.run(trials)
        if confirm and run.result.best:
            run.result.confirmed = run.bench.confirm(run.result.best, CAREFUL)
    finally:
        subject.close()
    return run.result


class _Search:
    def __init__(
        self,
        function: Function,
        subject: KernelSubject,
        threads: int,
        random_order: bool,
        random_state: int,
    ) -> None:
        self.subject = subject
        self.bench = Workbench(subject, BASELINE_FLAGS)
        self.views = views_of(function, subject.sizes)
        self.threads = threads
        self.random_order = random_order
        self.rng = np.random.default_rng(random_state)
        self.result = SearchResult(function)
        self.on_attempt: Callable[[Attempt], None] | None = None
        self.on_record: Callable[[TuningRecord], Any] | None = None
        self.end: float | None = None
        self.effort = _SURVEY
        self._log: list[_Prepared] = []

    def run(self, trials: int) -> None:
        if self.random_order:
            self._run_random(trials)
            return
        for view in self.views:
            self._measure_form(view)
        if trials:
            for view, nest, count in self._budgets(trials):
                self._explore(view, nest, count)
            self._combine(trials)

    def _budgets(self, trials: int) -> Iterator[tuple[View, Nest, int]]:
        total = sum(_SHARE_OF_TRIALS[view.name] for view in self.views)
        for view in reversed(self.views):
            part = _SHARE_OF_TRIALS[view.name] / total
            nests = [n for n in view.nests if n.share >= _SMALLEST_SHARE]
            roots = np.sqrt([n.share for n in nests])
            for nest, root in zip(nests, roots, strict=True):
                count = int(np.ceil(0.9 * trials * part * root / roots.sum()))
                yield view, nest, count

    def _measure_form(self, view: View) -> None:
        """Measure the form itself: what a nest's schedule gains is relative to it."""
        nests = [n for n in view.nests if n.share >= _SMALLEST_SHARE]
        for kind in self.bench.compilers:
            self._try(view, [{nest.index: Schedule()} for nest in nests], kind)

    def _explore(self, view: View, nest: Nest, count: int) -> None:
        """Measure the promising sketches, some at random, then other compilers."""
        sketched = list(itertools.islice(sketches(view.plan, nest), 400))
        found = self._hopeful(view, nest, sketched)
        first = max(1, int(0.7 * count))
        rest = found[first // 2 :]
        self.rng.shuffle(rest)
        default, *others = self.bench.compilers
        tried = [*found[: first // 2], *rest]
        legal = self._legal(view, nest, tried, _RANKED * first)
        if self._is_late():
            return
        chosen = self._ranked(legal)[:first]
        measured = zip(self._run(chosen), chosen, strict=True)
        ranked = sorted(
            (pair for pair in measured if pair[0].verified),
            key=lambda pair: -pair[0].speedup,
        )
        again = [choice for _, (_, choice, _) in ranked[: max(1, count - first)]]
        for kind in others:
            self._try(view, again, kind)

    def _hopeful(
        self, view: View, nest: Nest, schedules: list[Schedule]
    ) -> list[Schedule]:
        """Leave out what cannot be applied, or is estimated to be far too slow."""
        names = set(nest.loop.index)
        estimated = []
        for schedule in schedules:
            with contextlib.suppress(ScheduleError):
                plan = apply_schedule(view.plan, schedule)
                cycles = estimated_cycles(plan, names, view.sizes)
                estimated.append((cycles, schedule))
        most = _HOPELESS * min((cycles for cycles, _ in estimated), default=0.0)
        return [schedule for cycles, schedule in estimated if cycles <= most]

    def _legal(
        self, view: View, nest: Nest, schedules: list[Schedule], count: int
    ) -> list[_Prepared]:
        """Prepare the first `count` legal schedules that make different programs."""
        kept: dict[str, _Prepared] = {}
        default = next(iter(self.bench.compilers))
        # Proofs must leave time to measure what they admit.
        now = time.monotonic()
        end = math.inf if self.end is None else now + (self.end - now) / 3
        for schedule in schedules[: _ILLEGAL_PER_TRIAL * count]:
            if len(kept) >= count or time.monotonic() > end:
                break
            attempt = self._prepare(view, {nest.index: schedule}, default)
            if attempt.candidate is None:
                continue
            if not view.starts_threads_too_often(schedule):
                prepared = (view, {nest.index: schedule}, attempt)
                kept.setdefault(attempt.candidate.source, prepared)
        return list(kept.values())

    def _ranked(self, prepared: list[_Prepared]) -> list[_Prepared]:
        """Order candidates by what one thread needs, and leave out the hopeless.

        Threads can divide that by their number at best; where there are some, they are
        taken to.
        """
        if len(prepared) < 2:
            return prepared
        attempts = [attempt for *_, attempt in prepared]
        candidates = [a.candidate for a in attempts if a.candidate is not None]
        expected = [
            measured.ratio * (self.threads if "parallel(" in attempt.schedule else 1)
            for measured, attempt in zip(
                self.subject.rank(candidates, _RANKING), attempts, strict=True
            )
        ]
        order = sorted(range(len(prepared)), key=lambda n: -expected[n])
        least = max(expected) / (2 * self.threads)
        return [prepared[n] for n in order if expected[n] >= least]

    def _combine(self, trials: int) -> None:
        """Put the best schedules of all nests together."""
        for view in self.views:
            best = self._best_by_nest(view)
            if len(best) > 1:
                for kind in self.bench.compilers:
                    if len(self.result.attempts) < trials * 1.2:
                        chosen = {n: s for n, (_, s, _) in best.items()}
                        self._try(view, [chosen], kind)

    def _best_by_nest(self, view: View) -> dict[int, tuple[float, Schedule, str]]:
        best: dict[int, tuple[float, Schedule, str]] = {}
        for tried_view, chosen, attempt in self._log:
            if tried_view is view and len(chosen) == 1 and attempt.verified:
                nest, schedule = next(iter(chosen.items()))
                known = best.get(nest, (1.0, Schedule(), ""))
                if attempt.speedup > known[0]:
                    best[nest] = (attempt.speedup, schedule, attempt.compiler)
        return best

    def _run_random(self, trials: int) -> None:
        pools = [
            {n.index: list(sketches(v.plan, n)) for n in v.nests} for v in self.views
        ]
        kinds = list(self.bench.compilers)
        drawn: list[_Prepared] = []
        for _ in range(trials * _ILLEGAL_PER_TRIAL):
            if len(drawn) >= trials or self._is_late():
                break
            number = int(self.rng.integers(len(self.views)))
            chosen = {
                nest: pool[int(self.rng.integers(len(pool)))]
                for nest, pool in pools[number].items()
                if pool
            }
            kind = kinds[int(self.rng.integers(len(kinds)))]
            attempt = self._prepare(self.views[number], chosen, kind)
            if chosen and attempt.legal:
                drawn.append((self.views[number], chosen, attempt))
        self._run(drawn)

    def _is_late(self) -> bool:
        return self.end is not None and time.monotonic() > self.end

    def _try(
        self, view: View, choices: Sequence[Mapping[int, Schedule]], compiler: str
    ) -> list[Attempt]:
        """Run combinations of the nests' schedules, timed in turns."""
        if self._is_late():
            return []
        return self._run([(view, c, self._prepare(view, c, compiler)) for c in choices])

    def _prepare(
        self, view: View, chosen: Mapping[int, Schedule], compiler: str
    ) -> Attempt:
        schedule = sum(chosen.values(), Schedule())
        return self.bench.prepare(view.plan, view.prefix, schedule, compiler)

    def _run(self, prepared: Sequence[_Prepared]) -> list[Attempt]:
        attempts = self.bench.run([attempt for *_, attempt in prepared], self.effort)
        for (view, chosen, _), attempt in zip(prepared, attempts, strict=True):
            if not attempt.legal:
                continue
            self.result.attempts.append(attempt)
            self._log.append((view, chosen, attempt))
            if self.on_attempt:
                self.on_attempt(attempt)
            if len(chosen) == 1:
                self._record(view, chosen, attempt)
        return attempts

    def _record(
        self, view: View, chosen: Mapping[int, Schedule], attempt: Attempt
    ) -> None:
        number, schedule = next(iter(chosen.items()))
        record = record_of(
            self.result.function,
            view,
            view.nests[number],
            schedule,
            attempt,
            sizes=self.subject.sizes,
            source="campaign",
            threads=self.threads,
        )
        self.result.records.append(record)
        if self.on_record:
            self.on_record(record)
