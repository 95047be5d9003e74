"""Whole programs with their own main, which print their time and dump their arrays."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import math
import re
import resource
import signal
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from tunembed._toolchain import Compiler, run_limited
from tunembed.kernels._build import BASELINE_FLAGS, compile_text, named, resolve
from tunembed.kernels._compare import Tolerance, compare
from tunembed.kernels._dump import WIDE_FPRINTF, alike, parse_dump
from tunembed.kernels._machine import available_cores
from tunembed.kernels._measure import Effort, Measurement, interleave
from tunembed.kernels._outcome import CompileError, Outcome, error_for
from tunembed.kernels._worker import Sample, WorkerFailure, omp_environment

_NUMBER = rb"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_TAIL = 300
_PLAIN_FLAGS = ("-O1", "-ffp-contract=off")


@dataclass(frozen=True)
class Program:
    """A program that times itself, as those of PolyBench do.

    Parameters
    ----------
    sources : tuple of Path or str
        C files, or C texts. The folders of files are searched for headers.
    include_dirs : tuple of str or Path, default=()
        Further folders for headers.
    defines : tuple of str, default=()
        Macros (``"LARGE_DATASET"``, ``"N=100"``).
    flags : tuple of str, default=("-O3", "-march=native")
        Compiler flags.
    compiler : Compiler or str, optional
        Compiler.
    arguments : tuple of str, default=()
        Command line.
    timeout : float, default=60.0
        Seconds that a run may take.
    memory_bytes : int, default=8 GiB
        Limit of its address space, in bytes.
    threads : int, optional
        OpenMP threads; the cores this process may use when not given.
    time_define : str, default="POLYBENCH_TIME"
        Macro that makes the program print its seconds as the last number on its
        standard output.
    dump_define : str, default="POLYBENCH_DUMP_ARRAYS"
        Macro that makes it dump its arrays to standard error, each between the lines
        ``begin dump: NAME`` and ``end   dump: NAME``.

    See Also
    --------
    Kernel : For a single function.

    Notes
    -----
    For dumps ``fprintf`` is replaced so that a format with a single ``%f`` conversion
    prints all bits of the number.
    """

    sources: tuple[Path | str, ...]
    include_dirs: tuple[str | Path, ...] = ()
    defines: tuple[str, ...] = ()
    flags: tuple[str, ...] = BASELINE_FLAGS
    compiler: Compiler | str | None = None
    arguments: tuple[str, ...] = ()
    timeout: float = 60.0
    memory_bytes: int = 8 * 2**30
    threads: int | None = None
    time_define: str = "POLYBENCH_TIME"
    dump_define: str = "POLYBENCH_DUMP_ARRAYS"

    def build(self, *defines: str, prefix: str = "") -> Path:
        """Compile.

        Parameters
        ----------
        *defines : str
            Further macros.
        prefix : str, default=""
            C text to put in front of every source.

        Returns
        -------
        Path
            The executable, in the cache.

        Raises
        ------
        CompileError
            If the compiler rejects it.
        """
        texts, folders = [], []
        for k, source in enumerate(self.sources):
            if isinstance(source, Path):
                folders.append(str(source.resolve().parent))
                text = named(source.read_text(errors="replace"), source.name)
            else:
                text = named(source, f"source{k}.c")
            texts.append(prefix + text)
        macros = [f"-D{d}" for d in (*self.defines, *defines)]
        where = list(dict.fromkeys([*folders, *map(str, self.include_dirs)]))
        return compile_text(
            texts, [*self.flags, *macros], resolve(self.compiler), where
        )

    def run_time(self, repeats: int = 1) -> list[float]:
        """Run the program and read the time it prints.

        Parameters
        ----------
        repeats : int, default=1
            Number of runs.

        Returns
        -------
        list of float
            Seconds.

        Raises
        ------
        KernelError
            If it does not compile, fails or prints no number.
        """
        try:
            return [self.sample().seconds for _ in range(repeats)]
        except WorkerFailure as failure:
            raise error_for(failure.outcome, self.name) from None

    def outputs(self) -> dict[str, np.ndarray]:
        """Run the program and read the arrays it dumps.

        Returns
        -------
        dict of str to ndarray
            Flat arrays by name: int64 where only integers are printed, float32 where
            all values are single precision numbers, else float64.

        Raises
        ------
        KernelError
            If it does not compile, fails or dumps nothing.
        """
        try:
            return dict(self._reference)
        except WorkerFailure as failure:
            raise error_for(failure.outcome, self.name) from None

    def verify(
        self, candidate: "Program", tolerance: Tolerance | None = None
    ) -> Outcome:
        """Compare what another program dumps, in two runs, with what this one does.

        Some computations magnify rounding errors beyond any fixed tolerance. Where the
        comparison fails, the original built without optimization and contraction says
        how much rounding alone may change: ten times as much is allowed, up to a
        relative error of 1e-6 (1e-3 in single precision).

        Parameters
        ----------
        candidate : Program
            The other program.
        tolerance : Tolerance, optional
            What may differ.

        Returns
        -------
        Outcome
            The first failure, or ok.

        Raises
        ------
        KernelError
            If this program fails.
        """
        expected = self.outputs()
        chosen = tolerance or Tolerance()
        try:
            first, second = (alike(candidate.dump(), expected) for _ in range(2))
        except CompileError as error:
            return error.outcome or Outcome("compile_error", str(error))
        except WorkerFailure as failure:
            return failure.outcome
        repeated = compare(first, second, chosen)
        if not repeated.ok:
            return Outcome("nondeterministic", f"two runs differ: {repeated.detail}")
        outcome = compare(expected, first, chosen)
        if outcome.status != "wrong" or chosen.strict:
            return outcome
        return compare(expected, first, self._as_rounded(chosen))

    def _as_rounded(self, tolerance: Tolerance) -> Tolerance:
        """Return a tolerance that admits what another order of rounding may change."""
        allowed = 10 * self._spread
        return replace(
            tolerance,
            rtol_double=max(tolerance.rtol_double, min(allowed, 1e-6)),
            rtol_float=max(tolerance.rtol_float, min(allowed, 1e-3)),
        )

    @cached_property
    def _spread(self) -> float:
        """How far a plain build is from this one; 0 where they cannot be compared."""
        plain = replace(self, flags=_PLAIN_FLAGS)
        try:
            dumped = alike(plain.dump(), self._reference)
        except (CompileError, WorkerFailure):
            return 0.0
        anything = Tolerance(rtol_double=math.inf, rtol_float=math.inf)
        outcome = compare(self._reference, dumped, anything)
        return outcome.max_error if outcome.ok else 0.0

    @property
    def name(self) -> str:
        """Name for messages."""
        first = self.sources[0] if self.sources else ""
        return first.name if isinstance(first, Path) else "program"

    @cached_property
    def _reference(self) -> dict[str, np.ndarray]:
        return self.dump()

    @cached_property
    def _timed(self) -> Path:
        return self.build(self.time_define)

    @cached_property
    def _dumping(self) -> Path:
        return self.build(self.dump_define, prefix=WIDE_FPRINTF)

    def sample(self) -> Sample:
        """Run once for the time; raises `WorkerFailure` if that fails."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        stdout, _ = self._run(self._timed)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        numbers = re.findall(_NUMBER, stdout)
        if not numbers:
            raise WorkerFailure(Outcome("crash", "it prints no time"))
        user = after.ru_utime - before.ru_utime
        system = after.ru_stime - before.ru_stime
        return Sample(float(numbers[-1]), user + system)

    def dump(self) -> dict[str, np.ndarray]:
        """Run once for the arrays; raises `WorkerFailure` if that fails."""
        _, stderr = self._run(self._dumping)
        try:
            arrays = parse_dump(stderr)
        except ValueError as error:
            detail = f"its dump cannot be read: {error}"
            raise WorkerFailure(Outcome("crash", detail)) from None
        if not arrays:
            raise WorkerFailure(Outcome("crash", "it dumps no arrays"))
        return arrays

    def _run(self, program: Path) -> tuple[bytes, bytes]:
        try:
            done = run_limited(
                [str(program), *self.arguments],
                timeout=self.timeout,
                memory_bytes=self.memory_bytes,
                env=omp_environment(self.threads or available_cores()),
            )
        except OSError as error:
            detail = f"it cannot be started: {error}"
            raise WorkerFailure(Outcome("crash", detail)) from None
        if done.timed_out:
            raise WorkerFailure(
                Outcome("timeout", f"no result after {self.timeout:.3g} s")
            )
        if done.returncode != 0:
            code = done.returncode
            how = signal.Signals(-code).name if code < 0 else f"exit code {code}"
            said = done.stderr[-_TAIL:].decode(errors="replace").strip()
            raise WorkerFailure(
                Outcome("crash", f"it ended with {how}; it said: {said}")
            )
        return done.stdout, done.stderr


def measure_programs(
    programs: Sequence[Program], effort: Effort | None = None
) -> list[Measurement]:
    """Time programs against the first of them, in turns.

    Parameters
    ----------
    programs : sequence of Program
        The baseline first.
    effort : Effort, optional
        When to stop. The budget counts whole runs.

    Returns
    -------
    list of Measurement
        One for each program but the first. Their processor time is that of the whole
        process.

    Raises
    ------
    KernelError
        If the baseline fails.
    """
    if not programs:
        raise ValueError("Got no programs; expected at least the baseline.")
    programs[0].build(programs[0].time_define)

    def sample(k: int) -> Sample:
        try:
            return programs[k].sample()
        except CompileError as error:
            raise WorkerFailure(Outcome("compile_error", str(error))) from None

    try:
        return interleave(sample, len(programs) - 1, effort or Effort())
    except WorkerFailure as failure:
        raise error_for(failure.outcome, programs[0].name) from None
