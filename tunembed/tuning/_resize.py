"""The same schedule with another size."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tunembed.schedules import Schedule

_LARGEST = 4096


def resized(schedule: Schedule) -> Iterator[Schedule]:
    """Yield a schedule with one of its sizes halved or doubled.

    Sizes depend on caches and registers more than the idea does: what a neighbour
    suggests is rarely the best size here.

    Parameters
    ----------
    schedule : Schedule

    Yields
    ------
    Schedule
        Innermost steps first: their sizes matter most.
    """
    for place, step in reversed(list(enumerate(schedule.steps))):
        for name, size in step.sizes.items():
            for other in (2 * size, size // 2):
                if 1 < other <= _LARGEST:
                    changed = replace(step, options={**step.options, name: other})
                    yield Schedule(
                        (*schedule.steps[:place], changed, *schedule.steps[place + 1 :])
                    )
