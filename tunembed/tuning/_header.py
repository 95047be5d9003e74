"""The comment on top of a tuned file."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from tunembed import __version__
from tunembed.kernels import machine_fingerprint
from tunembed.parsers import Function
from tunembed.tuning._attempt import WIDE, Attempt
from tunembed.tuning._options import NestOptions


def header(function: Function, best: Attempt, found: Sequence[NestOptions]) -> str:
    """Return a C comment: what was done, how fast it is, where it came from.

    Parameters
    ----------
    function : Function
        What was tuned.
    best : Attempt
        The version that is returned, measured.
    found : sequence of NestOptions
        The neighbours that were asked.

    Returns
    -------
    str
        With a line end.
    """
    low, high = best.interval
    machine = machine_fingerprint()
    lines = [
        f"{function.name}, tuned by tunembed {__version__}: {best.speedup:.2f}x faster "
        f"(95 % interval {low:.2f} to {high:.2f}), verified",
        f"schedule: {best.schedule}",
        f"compile:  {_command(best)} -fopenmp -lm",
        f"machine:  {machine.get('cpu', '')}, {machine.get('cores', '')} cores",
        f"learnt from: {_neighbors(found)}",
    ]
    if best.permissions:
        lines.append(f"allowed: {', '.join(best.permissions)}")
    body = "\n".join(
        textwrap.fill(
            line.replace("*/", "* /"),
            96,
            initial_indent=" * ",
            subsequent_indent=" *           ",
            break_long_words=False,
            break_on_hyphens=False,
        )
        for line in lines
    )
    return f"/*\n{body}\n */\n"


def _command(best: Attempt) -> str:
    """Return how to compile it: the compiler, what it is told always, and flags."""
    if best.candidate is None or best.candidate.compiler is None:
        return best.compiler
    compiler, flags = best.candidate.compiler, best.candidate.flags
    return " ".join([compiler.kind, *(f for f in compiler.path if f == WIDE), *flags])


def _neighbors(found: Sequence[NestOptions]) -> str:
    names = [
        f"{option.neighbor.kernel}:{option.neighbor.nest}"
        for entry in sorted(found, key=lambda e: -e.nest.share)
        for option in entry.options[:2]
        if option.neighbor is not None
    ]
    return ", ".join(dict.fromkeys(names[:6]))
