"""The sources of the regions of the NUMA data set, and where a region starts."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import os
from collections.abc import Iterable

import pandas as pd
from sklearn.utils import Bunch

from tunembed.datasets._archive import Archive, read_members
from tunembed.datasets._numa_regions import describe_regions

ARCHIVE = Archive(
    "gateauaulait/corhpex-share", "16c881e0f7a82ceef21d9183104d9b6ffdcad4bb"
)
SHA256 = "02156b0f60f29d4431b0627b8d5646ee38f979d637ee345583966006df5e21ca"
LICENSE = "each program has its own, as its files say; the repository has none"
FOLDER = "example/hpc/"
# Application -> the file that holds its regions.
FILES = {
    **{
        name: f"NPB3.0-omp-C/{name.upper()}/{name}.c"
        for name in "bt cg ft lu mg sp".split()
    },
    "is": "IS/IS/is.c",
    "bfs": "rodinia_3.1/openmp/bfs/bfs.cpp",
    "blackscholes": "Blackscholes/blackscholes.m4.cpp",
    "cfd": "rodinia_3.1/openmp/cfd/euler3d_cpu.cpp",
    "clomp": "clomp_v1.2/clomp.c",
    "heartwall": "rodinia_3.1/openmp/heartwall/main.c",
    "hotspot": "rodinia_3.1/openmp/hotspot/hotspot_openmp.cpp",
    "hotspot3D": "rodinia_3.1/openmp/hotspot3D/3D.c",
    "kmeans": "rodinia_3.1/openmp/kmeans/kmeans_openmp/kmeans_clustering.c",
    "lavaMD": "rodinia_3.1/openmp/lavaMD/kernel/kernel_cpu.c",
    "leukocyte": "rodinia_3.1/openmp/leukocyte/OpenMP/track_ellipse.c",
    "lud": "rodinia_3.1/openmp/lud/omp/lud_omp.c",
    "lulesh": "lulesh2.0.3/lulesh.cc",
    "nw": "rodinia_3.1/openmp/nw/needle.cpp",
    "particlefilter": "rodinia_3.1/openmp/particlefilter/ex_particle_OPENMP_seq.c",
    "pathfinder": "rodinia_3.1/openmp/pathfinder/pathfinder.cpp",
    "srad": "rodinia_3.1/openmp/srad/srad_v1/main.c",
    "streamcluster": "rodinia_3.1/openmp/streamcluster/streamcluster_omp.cpp",
}
# Folders of headers, beside the file's own.
_HEADERS = {
    **dict.fromkeys("bt cg ft lu mg sp".split(), ("NPB3.0-omp-C/common",)),
    "heartwall": ("rodinia_3.1/openmp/heartwall/AVI",),
    "leukocyte": ("rodinia_3.1/openmp/leukocyte/meschach_lib",),
}
_DEFINES = {
    "blackscholes": ("NCO=4",),
    "cfd": ("block_length=32",),  # as many as threads
    "lulesh": ("USE_MPI=0",),
}
# NPB writes npbparams.h when it is built, with the sizes of a class of problems: here
# class A, which the scripts beside the sources run.
_CLASS_A = {
    "bt": "PROBLEM_SIZE=64 NITER_DEFAULT=200 DT_DEFAULT=0.0008",
    "cg": "NA=14000 NONZER=11 NITER=15 SHIFT=20.0 RCOND=1.0e-1",
    "ft": "NX=256 NY=256 NZ=128 MAXDIM=256 NITER_DEFAULT=6 NTOTAL=8388608",
    "is": "CLASS='A'",
    "lu": "ISIZ1=64 ISIZ2=64 ISIZ3=64 ITMAX_DEFAULT=250 INORM_DEFAULT=250 "
    "DT_DEFAULT=2.0",
    "mg": "NX_DEFAULT=256 NY_DEFAULT=256 NZ_DEFAULT=256 NIT_DEFAULT=4 LM=8 "
    "LT_DEFAULT=8 DEBUG_DEFAULT=0 NDIM1=8 NDIM2=8 NDIM3=8",
    "sp": "PROBLEM_SIZE=64 NITER_DEFAULT=400 DT_DEFAULT=0.0015",
}
_TEXTS = (
    "COMPILETIME NPBVERSION CS1 CS2 CS3 CS4 CS5 CS6 CS7 "
    "CC CLINK C_LIB C_INC CFLAGS CLINKFLAGS RAND"
).split()
_SUFFIXES = (".c", ".cc", ".cpp", ".h")
DESCR = """\
Sources of OpenMP regions
-------------------------

The C and C++ files that hold {rows} regions of the NUMA data set, as their authors
publish them, with all files that these include. ``regions`` says in which file and on
which line a region's ``#pragma omp parallel`` is. NPB's ``npbparams.h``, which its
build writes, is that of class A; what was measured may have had other sizes.
"""


def fetch_numa_sources(
    regions: Iterable[str],
    *,
    data_home: str | os.PathLike[str] | None = None,
    n_retries: int = 3,
    delay: float = 1.0,
) -> Bunch:
    """Fetch the source files of regions of the NUMA data set.

    Parameters
    ----------
    regions : iterable of str
        Names, as in ``groups["region"]`` of `fetch_numa_prefetch`.
    data_home : path-like, optional
        Where archives are kept; scikit-learn's data home if not given.
    n_retries : int, default=3
    delay : float, default=1.0
        Seconds between them.

    Returns
    -------
    Bunch
        ``regions`` (a DataFrame, a row per region: region, file, line, folders and
        defines to compile it with, as tuples), ``files`` (a dict of path to content;
        write them below one folder to compile), ``DESCR``, ``license``.

    Raises
    ------
    OSError
        If the archive can neither be found nor fetched.
    ValueError
        If the files are not those that are known.

    Examples
    --------
    >>> from tunembed.datasets import fetch_numa_prefetch, fetch_numa_sources
    >>> names = fetch_numa_prefetch().groups["region"]  # doctest: +SKIP
    >>> sources = fetch_numa_sources(names)  # doctest: +SKIP
    >>> sources.regions[["file", "line"]].iloc[0].tolist()  # doctest: +SKIP
    ['NPB3.0-omp-C/CG/cg.c', 551]
    """
    members = read_members(
        ARCHIVE,
        _is_wanted,
        SHA256,
        data_home=data_home,
        n_retries=n_retries,
        delay=delay,
    )
    files = {path.removeprefix(FOLDER): text for path, text in members.items()}
    for name, sizes in _CLASS_A.items():
        folder = FILES[name].rpartition("/")[0]
        files[f"{folder}/npbparams.h"] = _parameters(sizes)
    known = describe_regions(regions)
    table = pd.DataFrame(
        {
            "region": known["region"],
            "file": known["application"].map(FILES),
            # A region is named by file, function and line.
            "line": [int(name.rpartition("_")[2]) for name in known["region"]],
            "folders": [_HEADERS.get(name, ()) for name in known["application"]],
            "defines": [_DEFINES.get(name, ()) for name in known["application"]],
        }
    )
    return Bunch(
        regions=table,
        files=files,
        DESCR=DESCR.format(rows=len(table)),
        license=LICENSE,
    )


def _is_wanted(path: str) -> bool:
    """Say whether a file may be included by one that holds regions."""
    if not path.startswith(FOLDER) or not path.endswith(_SUFFIXES):
        return False
    return path.removeprefix(FOLDER).rpartition("/")[0] in _FOLDERS


_FOLDERS = {file.rpartition("/")[0] for file in FILES.values()} | {
    *(folder for folders in _HEADERS.values() for folder in folders),
    "rodinia_3.1/openmp/lavaMD",
    "rodinia_3.1/openmp/lavaMD/util/timer",
}


def _parameters(sizes: str) -> bytes:
    """Return an npbparams.h."""
    lines = [f"#define {pair.replace('=', ' ', 1)}" for pair in sizes.split()]
    lines.append("#define CONVERTDOUBLE FALSE")
    lines += [f'#define {name} ""' for name in _TEXTS]
    return ("\n".join(lines) + "\n").encode()
