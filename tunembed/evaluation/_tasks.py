"""The tasks, by the names that the command line has for them."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from tunembed.evaluation import (
    _block_size,
    _coarsening,
    _device_mapping,
    _numa,
    _openmp,
    _vectorization,
)
from tunembed.evaluation._problem import Problem


class Task(NamedTuple):
    """A published task.

    Attributes
    ----------
    title : str
    splits : tuple of str
        Under which it is scored, the easiest first.
    problems : callable
        Fetches the data and returns the problems; takes the options of the loaders.
    """

    title: str
    splits: tuple[str, ...]
    problems: Callable[..., list[Problem]]


TASKS = {
    "devmap": Task(
        "Device mapping: CPU or GPU", _device_mapping.SPLITS, _device_mapping.problems
    ),
    "coarsening": Task(
        "Thread coarsening of GPU kernels", _coarsening.SPLITS, _coarsening.problems
    ),
    "numa": Task(
        "Threads, NUMA nodes, prefetchers and pages", _numa.SPLITS, _numa.problems
    ),
    "blocksize": Task("CUDA block size", _block_size.SPLITS, _block_size.problems),
    "vectorization": Task(
        "Vectorisation width and interleave count",
        _vectorization.SPLITS,
        _vectorization.problems,
    ),
    "openmp": Task(
        "OpenMP threads, schedule and chunk", _openmp.SPLITS, _openmp.problems
    ),
}
