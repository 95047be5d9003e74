"""The main job: a faster, verified version of a kernel, chosen by similarity."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tunembed.kernels import BASELINE_FLAGS, Kernel, available_cores
from tunembed.parsers import Function
from tunembed.schedules import Schedule
from tunembed.tuning._arguments import argument_specs
from tunembed.tuning._attempt import CAREFUL, QUICK, Attempt, Workbench
from tunembed.tuning._choice import as_source, choose_function
from tunembed.tuning._database import TuningDatabase
from tunembed.tuning._header import header
from tunembed.tuning._options import NestOptions, count_refusals, find_options
from tunembed.tuning._proposals import Proposal, Proposals
from tunembed.tuning._records_of import record_of
from tunembed.tuning._result import TuneResult
from tunembed.tuning._subject import TOLERANCE, KernelSubject, Subject
from tunembed.tuning._view import views_of

if TYPE_CHECKING:
    from tunembed.kernels import ArgumentSpec

Progress = Callable[[dict[str, Any]], None]

# Below this a "speedup" is noise: the original is kept.
SMALLEST_GAIN = 1.02


def tune(
    kernel: str | Path,
    *,
    function: str | None = None,
    sizes: Mapping[str, int] | None = None,
    trials: int = 10,
    arguments: Callable[..., Any] | Sequence[ArgumentSpec] | None = None,
    database: TuningDatabase | None = None,
    strict_fp: bool = False,
    threads: int | None = None,
    budget: float | None = None,
    flags: Sequence[str] | None = None,
    assume_noalias: bool = False,
    random_state: int = 0,
    progress: Progress | None = None,
    record: bool = True,
    exclude_families: Collection[str] = (),
    exclude_near_copies: bool = False,
) -> TuneResult:
    """Find, verify and measure a faster version of a C function.

    The loop nests are compared with those of the tuning database; the schedules that
    made the nearest ones fast are matched to this function by the roles of loops
    and arrays, proven legal, compiled, verified and timed in turns with the original.

    Parameters
    ----------
    kernel : str or Path
        A C file, or C text.
    function : str, optional
        Which function; the only one with loops if not given.
    sizes : mapping of str to int, optional
        Values of the size parameters; those that the file declares, or that give a run
        of 10 to 500 ms.
    trials : int, default=10
        How many candidates are tried at most.
    arguments : callable or sequence of ArgumentSpec, optional
        For functions whose arguments the signature does not describe.
    database : TuningDatabase, optional
        The user's and the shipped one if not given.
    strict_fp : bool, default=False
        Forbid the reassociation of floating-point operations.
    threads : int, optional
        OpenMP threads; all cores if not given.
    budget : float, optional
        Seconds after which no new trial is started.
    flags : sequence of str, optional
        Compiler flags of the original; ``-O3 -march=native`` if not given.
    assume_noalias : bool, default=False
        Trust that pointer parameters do not overlap.
    random_state : int, default=0
        Seed of the arguments' values.
    progress : callable, optional
        Called with a dict for every event: its ``"kind"`` is ``"parsed"``,
        ``"normalized"``, ``"neighbors"``, ``"trial"`` or ``"done"``.
    record : bool, default=True
        Append the trials to the database.
    exclude_families : collection of str
        Families in the database that must not be used: for evaluations without leaks.
    exclude_near_copies : bool, default=False
        Nests that equal one of this kernel's up to names, sizes and data types must not
        be used either.

    Returns
    -------
    TuneResult

    Raises
    ------
    SourceError
        If the file cannot be parsed or has no such function.
    KernelError
        If the original does not compile, crashes or does not end.
    DatabaseError
        If the database cannot be read.

    References
    ----------
    L. Trümper et al., "Performance Embeddings: A Similarity-Based Transfer Tuning
    Approach to Performance Optimization", ICS 2023, section 4.
    """
    kernel = as_source(kernel)
    chosen = choose_function(kernel, function)
    used_flags = tuple(flags or BASELINE_FLAGS)
    subject = KernelSubject(
        Kernel(
            kernel if isinstance(kernel, Path) else chosen.unit.text,
            chosen.name,
            arguments if arguments is not None else argument_specs(chosen),
            sizes,
            flags=used_flags,
            threads=threads,
            random_state=random_state,
            tolerance=TOLERANCE,
        )
    )
    try:
        return tune_subject(
            chosen,
            subject,
            flags=used_flags,
            trials=trials,
            database=database,
            strict_fp=strict_fp,
            threads=threads,
            budget=budget,
            assume_noalias=assume_noalias,
            progress=progress,
            record=record,
            exclude_families=exclude_families,
            exclude_near_copies=exclude_near_copies,
        )
    finally:
        subject.close()


def tune_subject(
    function: Function,
    subject: Subject,
    *,
    flags: tuple[str, ...] = BASELINE_FLAGS,
    trials: int = 10,
    database: TuningDatabase | None = None,
    strict_fp: bool = False,
    threads: int | None = None,
    budget: float | None = None,
    assume_noalias: bool = False,
    progress: Progress | None = None,
    record: bool = True,
    exclude_families: Collection[str] = (),
    exclude_near_copies: bool = False,
) -> TuneResult:
    """Tune whatever `subject` verifies and times.

    Parameters
    ----------
    function : Function
        What is rewritten.
    subject : Subject
        Runs versions of the function, alone or inside of a program.
    flags : tuple of str, default=BASELINE_FLAGS
        Compiler flags of the original.
    trials : int, default=10
        How many candidates are tried at most.
    database : TuningDatabase, optional
        The user's and the shipped one if not given.
    strict_fp : bool, default=False
        As for `tune`.
    threads : int, optional
        OpenMP threads; all cores if not given.
    budget : float, optional
        Seconds after which no new trial is started.
    assume_noalias : bool, default=False
        As for `tune`.
    progress : callable, optional
        As for `tune`.
    record : bool, default=True
        Append the trials to the database.
    exclude_families : collection of str
        Families in the database that must not be used.
    exclude_near_copies : bool, default=False
        Leave out nests that equal one of this function's.

    Returns
    -------
    TuneResult

    See Also
    --------
    tune : For a C file.
    """
    session = _Session(function, subject, flags, strict_fp, assume_noalias, progress)
    session.threads = threads or available_cores()
    session.database = TuningDatabase() if database is None else database
    session.record = record
    session.ask(exclude_families, exclude_near_copies)
    session.run(trials, budget)
    return session.finish()


class _Session:
    """One tuning run."""

    def __init__(
        self,
        function: Function,
        subject: Subject,
        flags: tuple[str, ...],
        strict_fp: bool,
        assume_noalias: bool,
        progress: Progress | None,
    ) -> None:
        self.function = function
        self.subject = subject
        self.tell = progress or (lambda event: None)
        self.bench = Workbench(
            subject, flags, strict_fp=strict_fp, assume_noalias=assume_noalias
        )
        self.tell({"kind": "parsed", "function": function.name})
        self.baseline = subject.baseline_seconds
        self.sizes = subject.sizes
        self.views = views_of(function, self.sizes, strict_fp=strict_fp)
        self.tell(
            {
                "kind": "normalized",
                "nests": sum(len(v.nests) for v in self.views[:1]),
                "baseline_seconds": self.baseline,
            }
        )
        self.attempts: list[Attempt] = []
        self.found: list[NestOptions] = []
        self.database: TuningDatabase = TuningDatabase()
        self.threads = 1
        self.record = True

    def ask(self, families: Collection[str], no_near_copies: bool) -> None:
        structures = {n.structure for v in self.views for n in v.nests}
        self.found = find_options(
            self.views,
            self.database,
            self.bench,
            threads=self.threads,
            exclude_families=families,
            exclude_structures=structures if no_near_copies else (),
        )
        self.tell({"kind": "neighbors", "neighbors": neighbor_rows(self.found)})

    def run(self, trials: int, budget: float | None) -> None:
        compilers = list(self.bench.compilers)
        queue = Proposals(self.found, compilers, plain=not self.bench.strict_fp)
        end = time.monotonic() + budget if budget is not None else None
        while len(self.attempts) < trials:
            if end is not None and time.monotonic() > end:
                break
            proposal = queue.next()
            if proposal is None:
                break
            attempt = self._attempt(proposal)
            queue.learn(proposal, attempt.speedup if attempt.verified else 0.0)

    def _attempt(self, proposal: Proposal) -> Attempt:
        """Return what became of a proposal; one program is one trial."""
        view = proposal.view
        attempt = self.bench.prepare(
            view.plan, view.prefix, proposal.schedule, proposal.compiler
        )
        known = self.bench.known(attempt)
        return known or self._try(proposal, attempt)

    def _try(self, proposal: Proposal, attempt: Attempt) -> Attempt:
        best = max((a.speedup for a in self.attempts if a.verified), default=0.0)
        attempt = self.bench.run([attempt], replace(QUICK, to_beat=best))[0]
        self.attempts.append(attempt)
        if self.record and attempt.status != "illegal":
            self._remember(proposal, attempt)
        self.tell({"kind": "trial", "trial": len(self.attempts), **attempt.to_row()})
        return attempt

    def _remember(self, proposal: Proposal, attempt: Attempt) -> None:
        entries = [e for e in self.found if e.view is proposal.view]
        # In the order of the nests; sizes may have been varied since they were found.
        options = iter(proposal.options)
        records = [
            record_of(
                self.function,
                proposal.view,
                entry.nest,
                next(options).schedule if option >= 0 else Schedule(),
                attempt,
                sizes=self.sizes,
                source="tune",
                threads=self.threads,
            )
            for entry, option in zip(entries, proposal.choice, strict=True)
            if option >= 0 or not proposal.options
        ]
        self.database.append(records)

    def finish(self) -> TuneResult:
        best = self._confirmed()
        faster = best is not None
        self.tell({"kind": "done", "speedup": best.speedup if best else 1.0})
        measured = best.measurement if best else None
        source = self.function.unit.text
        if best is not None and best.candidate is not None:
            source = header(self.function, best, self.found) + best.candidate.source
        return TuneResult(
            function_=self.function.name,
            baseline_seconds_=measured.baseline_seconds if measured else self.baseline,
            seconds_=measured.seconds if measured else self.baseline,
            speedup_=measured.ratio if measured else 1.0,
            speedup_interval_=measured.ratio_interval if measured else (1.0, 1.0),
            schedule_=best.schedule if best else "",
            source_=source,
            verified_=True,
            neighbors_=_frame(neighbor_rows(self.found)),
            trials_=_frame(
                [
                    {"trial": n, **attempt.to_row()}
                    for n, attempt in enumerate(self.attempts, 1)
                ]
            ),
            compiler_=best.compiler if faster and best else "",
            flags_=best.candidate.flags if best and best.candidate else (),
            permissions_=best.permissions if best else (),
            refusals_=count_refusals(self.found),
        )

    def _confirmed(self) -> Attempt | None:
        """Return the best attempt, measured again with care, or None."""
        good = [a for a in self.attempts if a.verified and a.speedup >= SMALLEST_GAIN]
        good.sort(key=lambda attempt: -attempt.speedup)
        for attempt in good[:2]:
            again = self.bench.confirm(attempt, CAREFUL)
            if (
                again.verified
                and again.interval[0] >= 1.0
                and (again.speedup >= SMALLEST_GAIN)
            ):
                return again
        return None


def neighbor_rows(found: Sequence[NestOptions]) -> list[dict[str, Any]]:
    """Return the neighbours of all nests as rows of a table."""
    return [
        {
            "view": entry.view.name,
            "nest": entry.nest.index,
            "share": entry.nest.share,
            "kernel": neighbor.kernel,
            "family": neighbor.family,
            "neighbor_nest": neighbor.nest,
            "distance": neighbor.distance,
        }
        for entry in sorted(found, key=lambda e: (e.view.name, -e.nest.share))
        for neighbor in entry.neighbors[:3]
    ]


def _frame(rows: list[dict[str, Any]]) -> Any:
    import pandas as pd

    return pd.DataFrame(rows)
