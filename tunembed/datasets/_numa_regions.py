"""Which application a region of the NUMA data set belongs to."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import re
from collections.abc import Iterable

import pandas as pd

PREFIX = "__cere__"
# A region is named by file, function and line; neither part is free of underscores, so
# that the files must be known. File -> suite, application.
FILES = {
    **{name: ("npb", name) for name in ("bt", "cg", "ft", "is", "lu", "mg", "sp")},
    "3D": ("rodinia", "hotspot3D"),
    "__kernel_kernel_cpu": ("rodinia", "lavaMD"),
    "bfs": ("rodinia", "bfs"),
    "euler3d_cpu": ("rodinia", "cfd"),
    "ex_particle_OPENMP_seq": ("rodinia", "particlefilter"),
    "hotspot_openmp": ("rodinia", "hotspot"),
    "kmeans_clustering": ("rodinia", "kmeans"),
    "lud_omp": ("rodinia", "lud"),
    "main": ("rodinia", "srad"),
    "needle": ("rodinia", "nw"),
    "pathfinder": ("rodinia", "pathfinder"),
    "streamcluster_omp": ("rodinia", "streamcluster"),
    "track_ellipse": ("rodinia", "leukocyte"),
    "blackscholes_m4": ("parsec", "blackscholes"),
    "clomp": ("clomp", "clomp"),
    "lulesh": ("lulesh", "lulesh"),
}
# Two applications call their file main.c.
OTHER_MAIN = {"main_main_549": ("rodinia", "heartwall")}
_MANGLED = re.compile(r"_ZL?(\d+)")


def describe_regions(regions: Iterable[str]) -> pd.DataFrame:
    """Return region, function, application and suite, a row per region.

    Parameters
    ----------
    regions : iterable of str
        Names as ``"__cere__euler3d_cpu__Z9time_stepiiPfS_S_S__347"``.

    Returns
    -------
    DataFrame
    """
    rows = []
    for region in regions:
        name = region.removeprefix(PREFIX)
        file = max((f for f in FILES if name.startswith(f"{f}_")), key=len)
        suite, application = OTHER_MAIN.get(name, FILES[file])
        function = _demangled(name[len(file) + 1 :].rpartition("_")[0])
        rows.append((region, function, application, suite))
    return pd.DataFrame(rows, columns=["region", "function", "application", "suite"])


def _demangled(function: str) -> str:
    """Return the plain name of a function that a C++ compiler may have renamed."""
    match = _MANGLED.match(function)
    if match is None:
        return function
    return function[match.end() : match.end() + int(match[1])]
