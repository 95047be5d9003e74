"""How many threads a block of a CUDA kernel should have: kernels of RAJAPerf."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import os
import re
from typing import Any

import pandas as pd
from sklearn.utils import Bunch

from tunembed.datasets._archive import Archive, read_members
from tunembed.datasets._bunch import finished
from tunembed.datasets._cali import read_regions

ARCHIVE = Archive("LLNL/thicket-tutorial", "d7e27e9af2ee4bb8e17a0b958e33af55144fc8fb")
# data/lassen/<compiler>_<problem size>/<run>/Base_CUDA-block_<size>.cali
PROFILE = re.compile(r"data/lassen/\w[\w.]*_(\d+)/\d+/Base_CUDA-block_\d+\.cali")
SHA256 = "d2b7567538119958009fe0541bc3baef5d349cf09b8cf5839174a0cc05d23b6f"
LICENSE = "MIT"
SECONDS = "sum#inclusive#sum#time.duration"
REPETITIONS = "any#any#max#Reps"
BLOCK = "any#any#max#BlockSize"
FEATURES = {
    "any#any#max#ProblemSize": "problem_size",
    "any#any#max#Iterations/Rep": "iterations_per_repetition",
    "any#any#max#Kernels/Rep": "launches_per_repetition",
    "any#any#max#Bytes/Rep": "bytes_per_repetition",
    "any#any#max#Flops/Rep": "flops_per_repetition",
}
ROW = ["kernel", "group", "size"]
# What the suite itself takes where nothing is said.
BASELINE = 256
DESCR = """\
Block sizes of CUDA kernels
---------------------------

{kernels} kernels of the RAJA Performance Suite, each at {sizes} problem sizes, timed on
an NVIDIA V100 (LLNL's Lassen) with blocks of 128, 256, 512 and 1024 threads: the
variant ``Base_CUDA``, CUDA 10.2. Times are seconds per repetition of the kernel.
Columns of ``data`` are what the suite derives from the kernel's formula: problem size,
iterations, kernel launches, bytes and floating-point operations, the last four per
repetition.

Mind what is known of it. A kernel's other sizes are other rows: split by
``groups["kernel"]``. {partial} of {rows} rows lack some block sizes (INDEXLIST and
INDEXLIST_3LOOP run with 256 only, MAT_MAT_SHARED with 256 and 1024). The smallest
problem size was run twice, and its times are the means of both; all others were run
once.
"""
REFERENCES = [
    "RAJA Performance Suite. Lawrence Livermore National Laboratory, LLNL-CODE-738930, "
    "https://github.com/LLNL/RAJAPerf.",
    "S. Brink et al. Thicket: Seeing the Performance Experiment Forest for the "
    "Individual Run Trees. HPDC 2023.",
]


def fetch_cuda_block_size(
    *,
    data_home: str | os.PathLike[str] | None = None,
    return_X_y: bool = False,
    as_frame: bool = False,
    n_retries: int = 3,
    delay: float = 1.0,
) -> Any:
    """Fetch the times of CUDA kernels by number of threads per block.

    Parameters
    ----------
    data_home : path-like, optional
        Where archives are kept; scikit-learn's data home if not given.
    return_X_y : bool, default=False
        Return ``(data, target)`` only.
    as_frame : bool, default=False
        Whether ``data`` and ``target`` are pandas objects.
    n_retries : int, default=3
    delay : float, default=1.0
        Seconds between them.

    Returns
    -------
    data : Bunch
        ``data`` of shape (240, 5), ``target`` (the fastest block size), ``runtimes`` (a
        DataFrame in seconds per repetition, a column per block size, NaN where not
        measured), ``configurations``, ``baseline`` (256), ``groups`` (a DataFrame:
        kernel, group of the suite, and size, the problem size that was asked for),
        ``feature_names``, ``DESCR``, ``license``, ``references``.
    (data, target) : tuple
        If `return_X_y`.

    Raises
    ------
    OSError
        If the archive can neither be found nor fetched.
    ValueError
        If the files are not those that are known.

    References
    ----------
    .. [1] S. Brink et al. "Thicket: Seeing the Performance Experiment Forest for the
       Individual Run Trees". HPDC 2023.

    Examples
    --------
    >>> from tunembed.datasets import fetch_cuda_block_size
    >>> kernels = fetch_cuda_block_size()  # doctest: +SKIP
    >>> kernels.runtimes.shape, kernels.configurations  # doctest: +SKIP
    ((240, 4), [128, 256, 512, 1024])
    """
    members = read_members(
        ARCHIVE,
        lambda path: PROFILE.fullmatch(path) is not None,
        SHA256,
        data_home=data_home,
        n_retries=n_retries,
        delay=delay,
    )
    runs = pd.DataFrame([row for item in members.items() for row in _runs(*item)])
    runtimes = runs.pivot_table(index=ROW, columns="block", values="seconds")
    groups = runtimes.index.to_frame(index=False)
    runtimes = runtimes.reset_index(drop=True).rename_axis(columns=None)
    bunch = Bunch(
        data=runs.groupby(ROW)[list(FEATURES.values())].mean().reset_index(drop=True),
        target=runtimes.idxmin(axis=1),
        runtimes=runtimes,
        configurations=list(runtimes.columns),
        baseline=BASELINE,
        groups=groups,
        DESCR=DESCR.format(
            kernels=groups["kernel"].nunique(),
            sizes=groups["size"].nunique(),
            partial=runtimes.isna().any(axis=1).sum(),
            rows=len(runtimes),
        ),
        license=LICENSE,
        references=REFERENCES,
    )
    return finished(bunch, return_X_y=return_X_y, as_frame=as_frame)


def _runs(path: str, content: bytes) -> list[dict[str, Any]]:
    """Return a row per kernel of a profile: its regions are suite, group, kernel."""
    rows = []
    for region in read_regions(content.decode()):
        if len(region.path) != 3:
            continue
        _, group, kernel = region.path
        values = region.values
        rows.append(
            {
                "kernel": kernel,
                "group": group,
                "size": int(PROFILE.sub(r"\1", path)),
                "block": round(float(values[BLOCK])),
                "seconds": float(values[SECONDS]) / float(values[REPETITIONS]),
                **{column: float(values[name]) for name, column in FEATURES.items()},
            }
        )
    return rows
