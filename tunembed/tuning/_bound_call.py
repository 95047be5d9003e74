"""A compiled function with its arguments, to be timed beside a library's."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tunembed.kernels import Build
from tunembed.tuning._attempt import present_compilers


def bound_call(
    source: str,
    name: str,
    flags: Sequence[str],
    compiler: str,
    arguments: Sequence[Any],
) -> Callable[[], None]:
    """Return a call of a function that was verified before.

    Parameters
    ----------
    source : str
        C text.
    name : str
        Of the function.
    flags : sequence of str
    compiler : str
        Its kind; the default one if it is not there.
    arguments : sequence of int or ndarray
        Arrays are passed as pointers and kept alive.
    """
    chosen = present_compilers().get(compiler)
    library = ctypes.CDLL(str(Path(Build(source, tuple(flags), chosen).library())))
    passed = [
        ctypes.c_void_p(a.ctypes.data) if isinstance(a, np.ndarray) else ctypes.c_int(a)
        for a in arguments
    ]

    def call() -> None:
        library[name](*passed)

    call.keep = arguments  # type: ignore[attr-defined]
    return call
