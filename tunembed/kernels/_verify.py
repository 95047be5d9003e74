"""Run the original once, then compare candidates with what it computed."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import itertools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tunembed.kernels._call import read_result
from tunembed.kernels._compare import RETURNED, Tolerance, compare
from tunembed.kernels._inputs import Inputs
from tunembed.kernels._outcome import (
    ArgumentError,
    KernelMemoryError,
    Outcome,
    error_for,
)
from tunembed.kernels._worker import Sample, Worker, WorkerFailure

_SHORTEST_LIMIT = 2.0
_LIMIT_FACTOR = 20
_SMALL_SET_SECONDS = 1.0


@dataclass(frozen=True)
class Case:
    """What the original computes at one set of sizes.

    Attributes
    ----------
    inputs : Inputs
        The arguments.
    outputs : dict of str to ndarray
        All arrays after the call, and the returned value.
    seconds : float
        Wall time of the call.
    """

    inputs: Inputs
    outputs: dict[str, np.ndarray]
    seconds: float

    @property
    def limit(self) -> float:
        """Seconds that a candidate may take."""
        return max(_SHORTEST_LIMIT, _LIMIT_FACTOR * self.seconds)


class Verifier:
    """Verify candidates against an original.

    The original is run twice at every set of sizes, in two processes. A set of sizes
    other than the measured one at which it fails is left out: the original is not meant
    for them.

    Parameters
    ----------
    function : str
        Name for messages.
    library : Path
        The original's shared object.
    make : callable
        Makes the `Inputs` for sizes.
    sizes : iterable of dict
        Sets of sizes, the measured one last.
    start : callable
        Starts a `Worker`.
    directory : Path
        Folder for files.
    tolerance : Tolerance
        What may differ.
    timeout : float
        Seconds per call.
    """

    def __init__(
        self,
        *,
        function: str,
        library: Path,
        make: Callable[[Mapping[str, int]], Inputs],
        sizes: Iterable[Mapping[str, int]],
        start: Callable[[], Worker],
        directory: Path,
        tolerance: Tolerance,
        timeout: float,
    ) -> None:
        self._function = function
        self._library = library
        self._make = make
        self._start = start
        self._directory = directory
        self._tolerance = tolerance
        self._timeout = timeout
        self._names = itertools.count()
        self.skipped: list[tuple[dict[str, int], str]] = []
        sets = [dict(s) for s in sizes]
        found = [self._case(s, required=s is sets[-1]) for s in sets]
        self.cases = [case for case in found if case is not None]

    def verify(self, library: Path, tolerance: Tolerance | None = None) -> Outcome:
        """Compare a candidate with the original.

        It runs twice at every set of sizes, in two processes.

        Parameters
        ----------
        library : Path
            The candidate's shared object.
        tolerance : Tolerance, optional
            Instead of the usual one.

        Returns
        -------
        Outcome
            The first failure, or ok.
        """
        tolerance = tolerance or self._tolerance
        largest = 0.0
        for repeat in range(2):
            outcome, case = self._first_failure(library, tolerance)
            if outcome.ok:
                largest = max(largest, outcome.max_error)
            elif outcome.status not in ("wrong", "nan"):
                return outcome
            elif repeat or not self._repeats(library, case, tolerance):
                detail = f"runs on the same input differ: {outcome.detail}"
                return Outcome("nondeterministic", detail, outcome.max_error)
            else:
                return outcome
        sets = ", ".join(_text(case.inputs.sizes) for case in self.cases)
        return Outcome("ok", f"equal at {sets}", largest)

    def _first_failure(
        self, library: Path, tolerance: Tolerance
    ) -> tuple[Outcome, Case]:
        largest = 0.0
        where = self.cases[0]
        try:
            with self._start() as worker:
                number = worker.load(library)
                for where in self.cases:
                    outputs, _ = self._run(worker, number, where.inputs, where.limit)
                    outcome = compare(where.outputs, outputs, tolerance)
                    if not outcome.ok:
                        return _placed(outcome, where), where
                    largest = max(largest, outcome.max_error)
        except WorkerFailure as failure:
            return _placed(failure.outcome, where), where
        return Outcome("ok", max_error=largest), where

    def _repeats(self, library: Path, case: Case, tolerance: Tolerance) -> bool:
        try:
            first, second = (
                self._alone(library, case.inputs, case.limit)[0] for _ in range(2)
            )
        except WorkerFailure:
            return False
        return compare(first, second, tolerance).ok

    def _case(self, sizes: dict[str, int], *, required: bool) -> Case | None:
        limit = self._timeout if required else min(_SMALL_SET_SECONDS, self._timeout)
        try:
            inputs = self._make(sizes)
            first, sample = self._alone(self._library, inputs, limit)
            second, _ = self._alone(self._library, inputs, limit)
            outcome = compare(first, second, self._tolerance)
            if not outcome.ok:
                detail = f"two runs on the same input differ: {outcome.detail}"
                raise WorkerFailure(Outcome("nondeterministic", detail))
        except WorkerFailure as failure:
            if required:
                failed = f"{failure.outcome.detail}{_at(sizes)}"
                outcome = Outcome(failure.outcome.status, failed)
                raise error_for(outcome, self._function) from None
            self.skipped.append((sizes, failure.outcome.detail))
            return None
        except (ArgumentError, KernelMemoryError) as error:
            if required:
                raise
            self.skipped.append((sizes, str(error)))
            return None
        return Case(inputs, first, sample.seconds)

    def _alone(
        self, library: Path, inputs: Inputs, limit: float
    ) -> tuple[dict[str, np.ndarray], Sample]:
        with self._start() as worker:
            return self._run(worker, worker.load(library), inputs, limit)

    def _run(
        self, worker: Worker, number: int, inputs: Inputs, limit: float
    ) -> tuple[dict[str, np.ndarray], Sample]:
        worker.data(inputs)
        sample = worker.call(number, limit)
        path = self._directory / f"output-{next(self._names)}"
        inputs.create_output(path)
        try:
            worker.dump(path)
            return read_outputs(inputs, path), sample
        finally:
            path.unlink()  # what has been mapped stays readable


def read_outputs(inputs: Inputs, path: Path) -> dict[str, np.ndarray]:
    """Read what a worker dumped.

    Parameters
    ----------
    inputs : Inputs
        The arguments of the call.
    path : Path
        The dumped file.

    Returns
    -------
    dict of str to ndarray
        All arrays and, under ``"return value"``, what the function returned.
    """
    outputs = inputs.read(path)
    returned = read_result(np.fromfile(path, dtype=np.uint8, count=64))
    if returned is not None:
        outputs[RETURNED] = returned
    return outputs


def _placed(outcome: Outcome, case: Case) -> Outcome:
    detail = outcome.detail + _at(case.inputs.sizes)
    return Outcome(outcome.status, detail, outcome.max_error)


def _at(sizes: Mapping[str, int]) -> str:
    return f" (at {_text(sizes)})" if sizes else ""


def _text(sizes: Mapping[str, int]) -> str:
    return " ".join(f"{name}={value}" for name, value in sizes.items()) or "fixed sizes"
