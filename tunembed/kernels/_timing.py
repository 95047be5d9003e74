"""Take samples of several shared objects in one worker."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import math
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from tunembed.kernels._inputs import Inputs
from tunembed.kernels._outcome import Outcome
from tunembed.kernels._verify import Case
from tunembed.kernels._worker import Sample, Worker, WorkerFailure

_SHORT = 1e-3
_SAMPLE = 2e-3
_LONGEST_SAMPLE = 0.1
_TRIAL_CALLS = 8
_FEW_CALLS = 2
# A call that other programs disturb must not make every sample one of a single call:
# that also wakes the threads. Above a time, it is not they that make it long.
_TRIES = 3
_LONG = 0.05
_TRIAL_SECONDS = 2.0


class Bench:
    """Time shared objects on the same buffers, in the same process.

    The same pages of memory for all of them leave no room for luck in their placement.
    A candidate that ends the process costs a restart, nothing else. A function that
    takes less than a millisecond is called repeatedly until a sample has 2 ms.

    Parameters
    ----------
    start : callable
        Starts a `Worker`.
    libraries : sequence of Path or Outcome
        The baseline first. An outcome stands for what could not be compiled.
    case : Case
        The arguments, and what the original makes of them: only arrays that it changes
        are restored before every call.
    timeout : float
        Seconds that a call of the baseline may take.
    """

    def __init__(
        self,
        start: Callable[[], Worker],
        libraries: Sequence[Path | Outcome],
        case: Case,
        timeout: float,
    ) -> None:
        self._start = start
        self._libraries = libraries
        self._inputs = case.inputs
        self._changed = case.inputs.changed(case.outputs)
        self._limits = [timeout, *[case.limit] * (len(libraries) - 1)]
        self._worker: Worker | None = None
        self._loaded: dict[int, int] = {}
        self._times: dict[int, int] = {}

    def __enter__(self) -> "Bench":
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    def sample(self, k: int) -> Sample:
        """Time one of the shared objects.

        Parameters
        ----------
        k : int
            Its position.

        Returns
        -------
        Sample
            Mean over the calls of this sample.
        """
        try:
            worker = self._running()
            number = self._load(worker, k)
            if k not in self._times:
                self._times[k] = self._calibrate(worker, number, self._limits[k])
            times = self._times[k]
            return worker.call(number, self._limits[k] * times, times)
        except BaseException:
            self._stop()
            raise

    def _running(self) -> Worker:
        if self._worker is None:
            self._worker = self._start()
            self._loaded = {}
            self._worker.data(self._inputs, self._changed)
        return self._worker

    def _load(self, worker: Worker, k: int) -> int:
        if k not in self._loaded:
            library = self._libraries[k]
            if isinstance(library, Outcome):
                raise WorkerFailure(library)
            self._loaded[k] = worker.load(library)
            worker.call(self._loaded[k], self._limits[k])  # page faults, thread start
        return self._loaded[k]

    def _calibrate(self, worker: Worker, number: int, limit: float) -> int:
        seconds = worker.call(number, limit).seconds
        if seconds > _LONG:
            return 1
        calls = _TRIAL_CALLS if seconds < _SHORT else _FEW_CALLS
        started = time.monotonic()
        seconds = min(
            worker.call(number, limit * calls, calls).seconds for _ in range(_TRIES)
        )
        if seconds >= _SHORT:
            return 1
        whole = (time.monotonic() - started) / (_TRIES * calls)
        wanted = math.ceil(_SAMPLE / max(seconds, 1e-8))
        return max(1, min(wanted, math.ceil(_LONGEST_SAMPLE / whole)))

    def _stop(self) -> None:
        if self._worker is not None:
            self._worker.close()
            self._worker = None


def time_once(start: Callable[[], Worker], library: Path, inputs: Inputs) -> float:
    """Time a shared object roughly.

    Parameters
    ----------
    start : callable
        Starts a `Worker`.
    library : Path
        The shared object.
    inputs : Inputs
        The arguments.

    Returns
    -------
    float
        Seconds of the faster of two calls, each of which may take 2 s.
    """
    with start() as worker:
        number = worker.load(library)
        worker.data(inputs)
        return min(worker.call(number, _TRIAL_SECONDS).seconds for _ in range(2))
