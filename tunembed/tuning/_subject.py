"""What is tuned: a function on its own, or a function inside a program."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import nan
from pathlib import Path
from statistics import median
from typing import Protocol

from tunembed._toolchain import Compiler
from tunembed.kernels import (
    Build,
    Effort,
    Kernel,
    KernelError,
    Measurement,
    Outcome,
    Program,
    Tolerance,
    measure_programs,
)

# What cancels to nothing but rounding errors of numbers around one may differ by those.
TOLERANCE = Tolerance(atol=1e-14)

# Originals that take longer than this many seconds are timed once for first looks,
# which are those with a budget below the other number.
_SLOW = 0.5
_PATIENT = 5.0
# A program that takes longer than this with all it does is run once only.
_LONG = 3.0


@dataclass(frozen=True)
class Candidate:
    """A version of the source, and how to compile it."""

    source: str
    flags: tuple[str, ...]
    compiler: Compiler | None = None


class Subject(Protocol):
    """Verifies and times candidates against an original."""

    @property
    def sizes(self) -> dict[str, int]:
        """Values of the parameters when timing."""

    @property
    def baseline_seconds(self) -> float:
        """Seconds of one run of the original."""

    def verify(self, candidate: Candidate) -> Outcome:
        """Compare outputs with the original's."""

    def confirm(self, candidate: Candidate) -> Outcome:
        """Compare outputs once more, at all sizes there are, before it is returned."""

    def measure(
        self, candidates: Sequence[Candidate], effort: Effort
    ) -> list[Measurement]:
        """Time candidates in turns with the original."""

    def close(self) -> None:
        """Remove temporary files."""


class KernelSubject:
    """A function that is called with arguments made for it."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel

    @property
    def sizes(self) -> dict[str, int]:
        """Values of the parameters when timing."""
        return self.kernel.sizes

    @property
    def baseline_seconds(self) -> float:
        """Seconds of one run of the original."""
        return self.kernel.baseline_seconds

    def verify(self, candidate: Candidate) -> Outcome:
        """Compare outputs at several sizes."""
        return self.kernel.verify(self._build(candidate))

    def confirm(self, candidate: Candidate) -> Outcome:
        """Return ok: `verify` compared at all sizes already."""
        return Outcome("ok")

    def measure(
        self, candidates: Sequence[Candidate], effort: Effort
    ) -> list[Measurement]:
        """Time candidates in turns with the original."""
        return self.kernel.measure([self._build(c) for c in candidates], effort)

    def rank(
        self, candidates: Sequence[Candidate], effort: Effort
    ) -> list[Measurement]:
        """Time candidates on one thread, by its processor time."""
        builds = [self._build(c) for c in candidates]
        return self.kernel.measure(builds, effort, one_thread=True)

    def close(self) -> None:
        """Remove temporary files."""
        self.kernel.close()

    def _build(self, candidate: Candidate) -> Build:
        base = self.kernel.baseline
        return Build(
            candidate.source,
            candidate.flags,
            candidate.compiler,
            base.filename,
            base.include_dirs,
        )


class ProgramSubject:
    """A function in a program with its own main, which times and dumps itself.

    Parameters
    ----------
    program : Program
        The original. Its first source is the file that candidates replace.
    sizes : dict of str to int
        What the program passes.
    verify_defines : sequence of tuple of str, default=()
        Macro sets at which outputs are compared, instead of the program's own.
    candidate_defines : tuple of str, default=()
        Macros for candidates only.
    """

    def __init__(
        self,
        program: Program,
        sizes: dict[str, int],
        verify_defines: Sequence[tuple[str, ...]] = (),
        candidate_defines: tuple[str, ...] = (),
    ) -> None:
        self.program = program
        self.sizes = sizes
        self.folder = Path(str(program.sources[0])).parent
        self.candidate_defines = candidate_defines
        self.references = [
            replace(program, defines=defines) for defines in verify_defines
        ] or [program]

    @cached_property
    def _baseline(self) -> tuple[list[float], float]:
        """What the original says three runs took, and how long one was with all else.

        A program may take longer to make its data than to work on them.
        """
        started = time.monotonic()
        seconds = self.program.run_time(3)
        return seconds, (time.monotonic() - started) / 3

    @property
    def baseline_seconds(self) -> float:
        """Seconds of one run of the original."""
        return median(self._baseline[0])

    def verify(self, candidate: Candidate) -> Outcome:
        """Compare the dumped arrays for the first set of macros."""
        return self._compare(candidate, self.references[:1])

    def confirm(self, candidate: Candidate) -> Outcome:
        """Compare the dumped arrays for every set of macros."""
        return self._compare(candidate, self.references)

    def _compare(self, candidate: Candidate, references: Sequence[Program]) -> Outcome:
        outcome = Outcome("ok")
        for reference in references:
            outcome = reference.verify(self._program(candidate, reference))
            if not outcome.ok:
                break
        return outcome

    def measure(
        self, candidates: Sequence[Candidate], effort: Effort
    ) -> list[Measurement]:
        """Time whole runs in turns; a slow original only once for first looks."""
        programs = [self._program(c, self.program) for c in candidates]
        if effort.budget < _PATIENT and self.baseline_seconds > _SLOW:
            return [self._glance(program) for program in programs]
        return measure_programs([self.program, *programs], effort)

    def program_of(
        self, source: str, flags: Sequence[str], compiler: Compiler
    ) -> Program:
        """Return the program with another first source."""
        candidate = Candidate(source, tuple(flags), compiler)
        return self._program(candidate, self.program)

    def close(self) -> None:
        """There is nothing to remove."""

    def _glance(self, program: Program) -> Measurement:
        baseline, whole = self._baseline
        limit = whole + max(2.0, self.baseline_seconds)
        try:
            runs = 1 if whole > _LONG else 2
            seconds = replace(program, timeout=limit).run_time(runs)
        except KernelError as error:
            outcome = error.outcome or Outcome("crash", str(error))
            nothing = (nan, nan)
            return Measurement(
                nan, nothing, 0, 0.0, (0.0, 0.0), nan, nan, nan, outcome, "failed"
            )
        ratios = sorted(b / s for b in baseline for s in seconds)
        return Measurement(
            median(seconds),
            (min(seconds), max(seconds)),
            len(seconds),
            self.baseline_seconds / median(seconds),
            (ratios[0], ratios[-1]),
            self.baseline_seconds,
            nan,
        )

    def _program(self, candidate: Candidate, like: Program) -> Program:
        flags = tuple(dict.fromkeys((*candidate.flags, "-fopenmp")))
        return replace(
            like,
            sources=(candidate.source, *like.sources[1:]),
            include_dirs=(*like.include_dirs, self.folder),
            defines=(*like.defines, *self.candidate_defines),
            flags=flags,
            compiler=candidate.compiler,
        )
