"""Packages that are data sets: programs of students, generated loop nests."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tunembed.corpus._errors import PackageError
from tunembed.corpus._package import Contents, Package, Unit
from tunembed.datasets import fetch_poj104, make_loop_nests

_PER_FILE = 16
_PREAMBLE = b"""\
#include <ctype.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
"""
_CPLUSPLUS = re.compile(
    r"\b(cin|cout|cerr|endl|namespace|class|template|string|vector|new|delete|bool|"
    r"true|false|iomanip|iostream|std|operator|public)\b|::|&\w+[,)]\s*\{|//.*\bcin\b"
)


@dataclass(frozen=True)
class StudentPrograms(Package):
    """The C programs of POJ-104, of the problems that CodeXGLUE trains on.

    Attributes
    ----------
    per_problem : int
        How many, at most, of each problem.
    """

    per_problem: int = 120
    origin = "poj104"

    def open(self, folder: Path) -> Contents:
        """Fetch them, and put the usual inclusions in front, which all of them lack."""
        try:
            programs = fetch_poj104("train", data_home=folder / "downloads")
        except (OSError, ValueError) as error:
            raise PackageError(str(error)) from error
        taken: dict[int, int] = {}
        units = []
        rows = zip(programs.names, programs.data, programs.target, strict=True)
        for name, text, problem in rows:
            if _CPLUSPLUS.search(text) or taken.get(problem, 0) >= self.per_problem:
                continue
            taken[problem] = taken.get(problem, 0) + 1
            source = _PREAMBLE + text.encode(errors="replace")
            units.append(Unit(f"{name}.c", "c", source))
        return Contents(programs.license, tuple(units))


@dataclass(frozen=True)
class LoopNests(Package):
    """Generated loop nests, several to a file.

    Attributes
    ----------
    number : int
    openmp : bool
    seed : int
        Of all packages of one corpus another one.
    """

    number: int = 4000
    openmp: bool = False
    seed: int = 0
    origin = "generated"

    def open(self, folder: Path) -> Contents:
        """Generate them."""
        nests = make_loop_nests(self.number, openmp=self.openmp, random_state=self.seed)
        units = [
            Unit(f"{start // _PER_FILE:05}.c", "c", _joined(nests.data, start))
            for start in range(0, self.number, _PER_FILE)
        ]
        return Contents(nests.license, tuple(units))


def _joined(texts: Sequence[str], start: int) -> bytes:
    return "\n".join(texts[start : start + _PER_FILE]).encode()


def text_packages() -> list[Package]:
    """Return the packages that need no archive of Debian.

    Returns
    -------
    list of Package
    """
    return [
        LoopNests("loop-nests", "1", "generated", 6000, False, 20_240_501),
        LoopNests("loop-nests-openmp", "1", "generated", 3000, True, 20_240_502),
        StudentPrograms("poj-104", "CodeXGLUE", "students"),
    ]
