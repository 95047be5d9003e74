"""One C function as a thing to be compiled, verified and timed."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import itertools
import shutil
import tempfile
import weakref
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path

from tunembed._toolchain import Compiler
from tunembed.kernels._argument import ArgumentSpec
from tunembed.kernels._build import BASELINE_FLAGS, CALLER, Build, read_source
from tunembed.kernels._call import call_text
from tunembed.kernels._calm import CalmTime, until_calm
from tunembed.kernels._compare import Tolerance
from tunembed.kernels._inputs import ArgumentMaker, Inputs, make_inputs
from tunembed.kernels._machine import available_cores
from tunembed.kernels._measure import (
    Effort,
    Measurement,
    by_processor_time,
    interleave,
)
from tunembed.kernels._outcome import (
    CompileError,
    Outcome,
    error_for,
)
from tunembed.kernels._sizes import (
    default_sizes,
    given_sizes,
    size_names,
    verification_sizes,
)
from tunembed.kernels._timing import Bench, time_once
from tunembed.kernels._verify import Verifier
from tunembed.kernels._worker import Worker, WorkerFailure

_TRIAL_BYTES = 3 * 2**30


class Kernel:
    """A C function, its arguments and the machinery to try other versions of it.

    The function runs in a subprocess with limits of time and memory. Whatever a
    candidate does there, a crash, an endless loop, a wrong answer, becomes an
    `Outcome`; only what is wrong with the original raises.

    Every array lies between guard regions, so that an access outside of it ends the
    run. The arguments are restored before each call.

    Parameters
    ----------
    source : str or Path
        C text, or a file whose folder is then searched for its own headers.
    function : str
        Name of the function.
    arguments : sequence of ArgumentSpec, or callable
        What to pass, in the order of the parameters. A callable takes the sizes (dict
        of str to int) and a `numpy.random.Generator` and returns a dict of name to
        array or number in that order; for anything the specs cannot say.
    sizes : mapping of str to int, optional
        Values of the size names. What is missing is read from a comment
        ``tunembed: sizes n=1000`` in the source, else grown until the original takes 10
        to 500 ms.
    compiler : Compiler or str, optional
        For the original and for candidates that do not name their own.
    flags : sequence of str, default=("-O3", "-march=native")
        Flags of the original, and of candidates that do not name their own.
    timeout : float, default=10.0
        Seconds that a call of the original may take. Candidates get 20 times the
        original's time, but at least 2 s.
    memory_bytes : int, default=8 GiB
        Address space of the subprocess, in bytes. The arrays count three times.
    random_state : int, default=0
        Seed of the arguments.
    threads : int, optional
        OpenMP threads when timing; the cores this process may use when not given.
        Verification uses at least two.
    bind : bool, default=False
        Keep each thread on a core of its own.
    tolerance : Tolerance, optional
        How far outputs may be from the original's.
    verify_sizes : iterable of mapping, optional
        Sets of sizes to verify at, next to the measured one, instead of the usual ones.

    Raises
    ------
    ArgumentError
        If sizes are unknown or missing.

    See Also
    --------
    Program : For whole programs with their own main.

    Examples
    --------
    >>> loop = "for (int i = 0; i < n; i++) x[i] *= 2;"
    >>> source = "void scale(int n, double x[n]) { " + loop + "}"
    >>> arguments = [ArgumentSpec("n", "int"), ArgumentSpec("x", "double", ("n",))]
    >>> with Kernel(source, "scale", arguments, {"n": 1000}) as kernel:
    ...     print(kernel.verify(source.replace("*= 2", "+= x[i]")).status)
    ...     print(kernel.verify(source.replace("*= 2", "*= 3")).status)
    ok
    wrong
    """

    def __init__(
        self,
        source: str | Path,
        function: str,
        arguments: Sequence[ArgumentSpec] | ArgumentMaker,
        sizes: Mapping[str, int] | None = None,
        *,
        compiler: Compiler | str | None = None,
        flags: Sequence[str] = BASELINE_FLAGS,
        timeout: float = 10.0,
        memory_bytes: int = 8 * 2**30,
        random_state: int = 0,
        threads: int | None = None,
        bind: bool = False,
        tolerance: Tolerance | None = None,
        verify_sizes: Iterable[Mapping[str, int]] | None = None,
    ) -> None:
        text, name, folders = read_source(source, function)
        self.function = function
        self.arguments = arguments if callable(arguments) else tuple(arguments)
        self.baseline = Build(text, tuple(flags), compiler, name, folders)
        self.timeout = timeout
        self.memory_bytes = memory_bytes
        self.random_state = random_state
        self.threads = threads or available_cores()
        self.bind = bind
        self.tolerance = tolerance or Tolerance()
        self._given = given_sizes(self.arguments, text, sizes or {})
        self._verify_sizes = None if verify_sizes is None else list(verify_sizes)
        self._numbers = itertools.count()
        self._made: dict[tuple[tuple[str, int], ...], Inputs] = {}
        self._folder = Path(tempfile.mkdtemp(prefix="tunembed-"))
        self._cleanup = weakref.finalize(
            self, shutil.rmtree, self._folder, ignore_errors=True
        )

    def __enter__(self) -> "Kernel":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Remove the temporary files; also happens when the kernel is collected."""
        self._cleanup()

    @cached_property
    def sizes(self) -> dict[str, int]:
        """The sizes at which candidates are timed."""
        if callable(self.arguments):
            return dict(self._given)
        names = size_names(self.arguments)
        return default_sizes(self._trial, names, self._given)

    @property
    def skipped(self) -> list[tuple[dict[str, int], str]]:
        """Sets of sizes at which the original fails, and why: not verified at."""
        return self._verifier.skipped

    @property
    def baseline_seconds(self) -> float:
        """Wall time of one run of the original, from verification."""
        return self._verifier.cases[-1].seconds

    def candidate(self, candidate: Build | str) -> Build:
        """Complete a candidate with the kernel's compiler, flags and folders.

        Parameters
        ----------
        candidate : Build or str
            A build, or C text to be built like the original.

        Returns
        -------
        Build
            The candidate.
        """
        if isinstance(candidate, str):
            return replace(self.baseline, source=candidate)
        return replace(
            candidate,
            compiler=candidate.compiler or self.baseline.compiler,
            include_dirs=(*candidate.include_dirs, *self.baseline.include_dirs),
        )

    def verify(
        self, candidate: Build | str, tolerance: Tolerance | None = None
    ) -> Outcome:
        """Compile a candidate and compare it with the original.

        It runs twice, in two processes, at every set of `verification_sizes`: ones,
        tiny ones, primes, some between the usual tile sizes, and the measured ones.

        Parameters
        ----------
        candidate : Build or str
            What to try.
        tolerance : Tolerance, optional
            Instead of the kernel's.

        Returns
        -------
        Outcome
            The first failure, or ok.

        Raises
        ------
        KernelError
            If the original fails.
        """
        verifier = self._verifier
        try:
            library = self._library(self.candidate(candidate))
        except CompileError as error:
            return error.outcome or Outcome("compile_error", str(error))
        return verifier.verify(library, tolerance)

    def measure(
        self,
        candidates: Sequence[Build | str],
        effort: Effort | None = None,
        *,
        one_thread: bool = False,
    ) -> list[Measurement]:
        """Time candidates against the original, in turns, on the same buffers.

        Verify them first: a wrong candidate is timed as well.

        Parameters
        ----------
        candidates : sequence of Build or str
            What to time.
        effort : Effort, optional
            When to stop.
        one_thread : bool, default=False
            Time one thread, by its processor time: it hardly depends on what other
            programs do meanwhile, where the wall time of several threads does.

        Returns
        -------
        list of Measurement
            In the order of the candidates.

        Raises
        ------
        KernelError
            If the original fails.
        """
        start = partial(self._worker, 1) if one_thread else self._worker
        with self._bench(candidates, start) as bench:
            sample = by_processor_time(bench.sample) if one_thread else bench.sample
            try:
                return interleave(sample, len(candidates), effort or Effort())
            except WorkerFailure as failure:
                raise error_for(failure.outcome, self.function) from None

    def measure_calm(
        self,
        candidates: Sequence[Build | str],
        *,
        wanted: int = 7,
        budget: float = 20.0,
        slower: float = 4.0,
        rest: float = 1.0,
    ) -> list[CalmTime]:
        """Time the original and candidates where other programs use the cores as well.

        `measure` compares pairs of samples, of which few are undisturbed on a busy
        machine. Here each version is sampled until it was alone on its cores often
        enough; times are compared that were not taken together.

        Parameters
        ----------
        candidates : sequence of Build or str
            What to time.
        wanted : int, default=7
            Undisturbed samples of each.
        budget : float, default=20.0
            Seconds for all together.
        slower : float, default=4.0
            A version is given up when its shortest of three samples takes this many
            times the shortest of any.
        rest : float, default=1.0
            Sleep after each sample for this many times as long, at most 50 ms: a
            process that rests is given a core sooner.

        Returns
        -------
        list of CalmTime
            The original's first, then in the order of the candidates.

        Raises
        ------
        KernelError
            If the original fails.
        """
        with self._bench(candidates, self._worker) as bench:
            try:
                return until_calm(
                    bench.sample,
                    len(candidates) + 1,
                    wanted=wanted,
                    budget=budget,
                    slower=slower,
                    rest=rest,
                )
            except WorkerFailure as failure:
                raise error_for(failure.outcome, self.function) from None

    def _bench(
        self, candidates: Sequence[Build | str], start: Callable[[], Worker]
    ) -> Bench:
        """Return what samples the original, as 0, and candidates, as 1 ..."""
        libraries: list[Path | Outcome] = [self._original()]
        for candidate in candidates:
            try:
                libraries.append(self._library(self.candidate(candidate)))
            except CompileError as error:
                libraries.append(error.outcome or Outcome("compile_error", str(error)))
        return Bench(start, libraries, self._verifier.cases[-1], self.timeout)

    @cached_property
    def _verifier(self) -> Verifier:
        chosen = self._verify_sizes
        sets = verification_sizes(self.sizes) if chosen is None else chosen
        return Verifier(
            function=self.function,
            library=self._original(),
            make=self._inputs,
            sizes=[*(s for s in sets if s != self.sizes), self.sizes],
            start=lambda: self._worker(max(2, self.threads)),
            directory=self._folder,
            tolerance=self.tolerance,
            timeout=self.timeout,
        )

    def _worker(self, threads: int | None = None) -> Worker:
        return Worker(
            self._folder,
            memory_bytes=self.memory_bytes,
            threads=threads or self.threads,
            bind=self.bind,
        )

    def _inputs(self, sizes: Mapping[str, int]) -> Inputs:
        key = tuple(sorted(sizes.items()))
        if key not in self._made:
            inputs = make_inputs(
                self.arguments, sizes, self.random_state, self.memory_bytes
            )
            path = self._folder / f"input-{next(self._numbers)}"
            inputs.write(path)
            self._made[key] = inputs
        return self._made[key]

    def _trial(self, sizes: dict[str, int]) -> float:
        limit = min(self.memory_bytes, _TRIAL_BYTES)
        inputs = make_inputs(self.arguments, sizes, self.random_state, limit)
        inputs.write(self._folder / "trial")
        try:
            return time_once(self._worker, self._original(), inputs)
        except WorkerFailure as failure:
            detail = f"{failure.outcome.detail} (at trial sizes {sizes}; give sizes)"
            outcome = Outcome(failure.outcome.status, detail)
            raise error_for(outcome, self.function) from None
        finally:
            (self._folder / "trial").unlink()

    def _library(self, build: Build) -> Path:
        if callable(self.arguments):
            lines = self._inputs(self.sizes).describe()
            passed = [("a" if line[0] in "ar" else line[0], "") for line in lines]
        else:
            passed = [(a.kind, a.dtype) for a in self.arguments]
        return build.library(call_text(self.function, passed))

    def _original(self) -> Path:
        try:
            return self._library(self.baseline)
        except CompileError as error:
            message = f"The original '{self.function}' does not compile: {error}"
            first = str(error).partition("\n")[0]
            if first.startswith(CALLER):
                message = (
                    f"'{self.function}' cannot be called with the given arguments (is "
                    f"there such a function?): {first.partition('error: ')[2]}"
                )
            raise CompileError(message, error.outcome) from None
