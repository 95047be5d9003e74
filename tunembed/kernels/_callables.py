"""Time Python callables against each other, in turns."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import time
from collections.abc import Callable, Sequence

from tunembed.kernels._measure import Effort, Measurement, interleave
from tunembed.kernels._worker import Sample


def measure_callables(
    callables: Sequence[Callable[[], object]],
    effort: Effort | None = None,
    *,
    rest: float = 0.0,
) -> list[Measurement]:
    """Time callables against the first of them, in this process.

    Parameters
    ----------
    callables : sequence of callable
        The baseline first; calls into compiled libraries, say.
    effort : Effort, optional
        When to stop.
    rest : float, default=0.0
        Seconds of sleep before each run: threads of a library that has just run may
        go on waiting busily for some time, on the cores that another one needs.

    Returns
    -------
    list of Measurement
        One for each callable but the first.
    """

    def sample(k: int) -> Sample:
        time.sleep(rest)
        cpu, wall = time.process_time(), time.monotonic()
        callables[k]()
        return Sample(time.monotonic() - wall, time.process_time() - cpu)

    return interleave(sample, len(callables) - 1, effort or Effort())
