"""One candidate from schedule to measurement."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from tunembed._toolchain import Compiler, CompilerNotFoundError, find_compiler
from tunembed.kernels import Effort, Measurement, machine_fingerprint
from tunembed.schedules import Plan, Schedule, transform
from tunembed.tuning._subject import Candidate, Subject

# What reassociation permits; none of them links start-up code that changes how the
# original in the same process treats denormal numbers, as -ffast-math would.
RELAXED = (
    "-fno-math-errno",
    "-fno-trapping-math",
    "-fno-signed-zeros",
    "-fassociative-math",
    "-freciprocal-math",
)
WIDE = "-mprefer-vector-width=512"
_COMMANDS = ("gcc", "clang", *(f"clang-{n}" for n in range(22, 13, -1)))

# A first look at a candidate; the winner is measured with more care.
QUICK = Effort(budget=1.5, max_repetitions=6, precision=0.04, slower=1.4)
CAREFUL = Effort(budget=8.0, max_repetitions=40, precision=0.02)


@dataclass(frozen=True)
class Attempt:
    """What became of one candidate.

    Attributes
    ----------
    schedule : str
        The whole schedule's text.
    compiler : str
    legal : bool
    reason : str
        Why it is not legal, or what went wrong.
    permissions : tuple of str
    status : str
        ``"ok"``, ``"illegal"``, or the outcome of the run.
    measurement : Measurement or None
    candidate : Candidate or None
    """

    schedule: str
    compiler: str
    legal: bool
    reason: str = ""
    permissions: tuple[str, ...] = ()
    status: str = "illegal"
    measurement: Measurement | None = None
    candidate: Candidate | None = field(default=None, repr=False)

    @property
    def verified(self) -> bool:
        """Whether it computes what the original computes."""
        return self.status == "ok"

    @property
    def speedup(self) -> float:
        """Baseline time over candidate time; NaN when not measured."""
        return self.measurement.ratio if self.measurement else math.nan

    @property
    def interval(self) -> tuple[float, float]:
        """95 % interval of the speedup."""
        return self.measurement.ratio_interval if self.measurement else (math.nan,) * 2

    @property
    def seconds(self) -> float:
        """Median seconds of one run."""
        return self.measurement.seconds if self.measurement else math.nan

    def to_row(self) -> dict[str, Any]:
        """Return the attempt as a row of a table."""
        low, high = self.interval
        return {
            "schedule": self.schedule,
            "compiler": self.compiler,
            "legal": self.legal,
            "reason": self.reason,
            "verified": self.verified,
            "status": self.status,
            "seconds": self.seconds,
            "speedup": self.speedup,
            "low": low,
            "high": high,
        }


class Workbench:
    """Turns schedules into attempts for one subject.

    Parameters
    ----------
    subject : Subject or None
        None to judge and rewrite only.
    flags : tuple of str
        Compiler flags of the original.
    strict_fp : bool, default=False
        Keep every rounding: no reassociation in schedules nor by the compiler.
    assume_noalias : bool, default=False
    """

    def __init__(
        self,
        subject: Subject | None,
        flags: tuple[str, ...],
        *,
        strict_fp: bool = False,
        assume_noalias: bool = False,
    ) -> None:
        self.subject = subject
        self.flags = flags if strict_fp else (*flags, *RELAXED)
        self.strict_fp = strict_fp
        self.assume_noalias = assume_noalias
        self.compilers = present_compilers()
        self._seen: dict[object, Attempt] = {}

    def prepare(
        self, plan: Plan, prefix: Schedule, schedule: Schedule, compiler: str
    ) -> Attempt:
        """Judge a schedule and rewrite the source, without running anything.

        Parameters
        ----------
        plan : Plan
            With `prefix` applied.
        prefix, schedule : Schedule
        compiler : str
            Kind of the compiler.
        """
        text = str(prefix + schedule)
        done = transform(
            plan,
            schedule,
            strict_fp=self.strict_fp,
            assume_noalias=self.assume_noalias,
        )
        verdict = done.verdict
        if not verdict:
            return Attempt(text, compiler, False, verdict.reason)
        candidate = Candidate(done.source, self.flags, self.compilers[compiler])
        return Attempt(
            text, compiler, True, "", verdict.permissions, "new", None, candidate
        )

    def run(self, attempts: Sequence[Attempt], effort: Effort = QUICK) -> list[Attempt]:
        """Verify prepared attempts and time those that are right, in turns.

        Parameters
        ----------
        attempts : sequence of Attempt
        effort : Effort

        Returns
        -------
        list of Attempt
            In the same order. What was seen before is not run again.
        """
        keys = [_key(attempt) for attempt in attempts]
        fresh = {
            key: attempt
            for key, attempt in zip(keys, attempts, strict=True)
            if attempt.status == "new" and key not in self._seen
        }
        checked: dict[object, Attempt] = {}
        for key, attempt in fresh.items():
            checked[key] = self._verify(attempt)
        right = {key: a for key, a in checked.items() if a.status == "new"}
        measured = self._measure(list(right.values()), effort)
        checked.update(zip(right, measured, strict=True))
        self._seen.update(checked)
        return [self._seen.get(k, a) for k, a in zip(keys, attempts, strict=True)]

    def known(self, attempt: Attempt) -> Attempt | None:
        """Return what became of the same program before, or None."""
        return self._seen.get(_key(attempt))

    def _verify(self, attempt: Attempt) -> Attempt:
        if self.subject is None or attempt.candidate is None:
            return attempt
        outcome = self.subject.verify(attempt.candidate)
        if outcome.ok:
            return attempt
        return replace(attempt, status=outcome.status, reason=outcome.detail)

    def _measure(self, attempts: list[Attempt], effort: Effort) -> list[Attempt]:
        candidates = [a.candidate for a in attempts if a.candidate is not None]
        if not candidates or self.subject is None:
            return attempts
        found = self.subject.measure(candidates, effort)
        return [_measured(a, m) for a, m in zip(attempts, found, strict=True)]

    def confirm(self, attempt: Attempt, effort: Effort) -> Attempt:
        """Compare and time an attempt again, with more care."""
        if self.subject is not None and attempt.candidate is not None:
            outcome = self.subject.confirm(attempt.candidate)
            if not outcome.ok:
                return replace(attempt, status=outcome.status, reason=outcome.detail)
        return self._measure([attempt], effort)[0]


def _key(attempt: Attempt) -> object:
    """Return what two attempts at the same program have in common."""
    if attempt.candidate is None:
        return attempt
    return attempt.candidate.source, attempt.compiler


def _measured(attempt: Attempt, measured: Measurement) -> Attempt:
    if not measured.outcome.ok:
        outcome = measured.outcome
        return replace(attempt, status=outcome.status, reason=outcome.detail)
    return replace(attempt, status="ok", measurement=measured)


def present_compilers() -> dict[str, Compiler]:
    """Return the installed compilers by name, the default one first.

    Where vectors may have 512 bits there is also one of every kind that is told to
    prefer them: ``"gcc-512"``. Register tiles gain from that, much other code loses.
    """
    default = find_compiler()
    found = {default.kind: default}
    for command in _COMMANDS:
        try:
            compiler = find_compiler(command)
        except CompilerNotFoundError:
            continue
        found.setdefault(compiler.kind, compiler)
    if "avx512f" in str(machine_fingerprint()["isa"]):
        found |= {
            f"{kind}-512": replace(compiler, path=(*compiler.path, WIDE))
            for kind, compiler in found.items()
            if kind in ("gcc", "clang")
        }
    return found
