"""By which factor the threads of an OpenCL kernel should be coarsened."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import io
import os
from typing import Any

import pandas as pd
from sklearn.utils import Bunch

from tunembed.datasets._bunch import check_choice, finished
from tunembed.datasets._ir2vec import LICENSE, read_folder

FOLDER = "experiments/Thread_Coarsening/data"
SHA256 = "c156db08b9352b43c815e3742395e9eed2f7a02a3617e9ae31cc3d9b4990e632"
PLATFORMS = {
    "fermi": "NVIDIA GTX 480",
    "kepler": "NVIDIA Tesla K20c",
    "cypress": "AMD Radeon HD 5900",
    "tahiti": "AMD Tahiti 7970",
}
BASELINE = 1
DESCR = """\
Thread coarsening of OpenCL kernels
-----------------------------------

{rows} OpenCL kernels on {device}, each timed with its threads coarsened by the factors
1 (as written), 2, 4, 8, 16 and 32; not every kernel runs with all of them. Columns of
``data``: the first seven principal components of static counters, for the kernel as it
is written. ``ir`` holds its LLVM IR, ``source`` its OpenCL text.

Seventeen kernels say little: print an interval. Leave out a kernel on all four GPUs.
"""
REFERENCES = [
    "A. Magni, C. Dubach, M. O'Boyle. Automatic Optimization of Thread-Coarsening for "
    "Graphics Processors. PACT 2014.",
    "C. Cummins, P. Petoumenos, Z. Wang, H. Leather. End-to-end Deep Learning of "
    "Optimization Heuristics. PACT 2017.",
]


def fetch_thread_coarsening(
    platform: str = "fermi",
    *,
    data_home: str | os.PathLike[str] | None = None,
    return_X_y: bool = False,
    as_frame: bool = False,
    n_retries: int = 3,
    delay: float = 1.0,
) -> Any:
    """Fetch the times of OpenCL kernels by coarsening factor, with their LLVM IR.

    Parameters
    ----------
    platform : {"fermi", "kepler", "cypress", "tahiti"}, default="fermi"
        Which GPU.
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
        ``data`` of shape (17, 7), ``target`` (the fastest factor), ``runtimes`` (a
        DataFrame in seconds, a column per factor, NaN where not measured),
        ``configurations``, ``baseline`` (1), ``groups`` (a DataFrame: kernel),
        ``feature_names``, ``ir`` (bytes per kernel), ``source`` (text per kernel),
        ``DESCR``, ``license``, ``references``.
    (data, target) : tuple
        If `return_X_y`.

    Raises
    ------
    OSError
        If the archive can neither be found nor fetched.
    ValueError
        If the platform is not known, or the files are not those that are known.

    Examples
    --------
    >>> from tunembed.datasets import fetch_thread_coarsening
    >>> kernels = fetch_thread_coarsening("tahiti")  # doctest: +SKIP
    >>> kernels.runtimes.shape  # doctest: +SKIP
    (17, 6)
    """
    check_choice("platform", platform, PLATFORMS)
    members = read_folder(
        FOLDER, SHA256, data_home=data_home, n_retries=n_retries, delay=delay
    )
    runs = pd.read_csv(io.BytesIO(members[f"{FOLDER}/pact-2014-runtimes.csv"]))
    runtimes = runs.pivot(
        index="kernel", columns="cf", values=f"runtime_{platform.capitalize()}"
    )
    runtimes = runtimes.rename_axis(index=None, columns=None) / 1e9
    written = runs[runs["cf"] == BASELINE].set_index("kernel").loc[runtimes.index]
    kernels = list(runtimes.index)
    bunch = Bunch(
        data=written.filter(like="PCA").reset_index(drop=True),
        target=runtimes.idxmin(axis=1).reset_index(drop=True),
        runtimes=runtimes.reset_index(drop=True),
        configurations=list(runtimes.columns),
        baseline=BASELINE,
        groups=pd.DataFrame({"kernel": kernels}),
        ir=[members[f"{FOLDER}/kernels_ir/{kernel}.ll"] for kernel in kernels],
        source=written["src"].tolist(),
        DESCR=DESCR.format(rows=len(kernels), device=PLATFORMS[platform]),
        license=LICENSE,
        references=REFERENCES,
    )
    return finished(bunch, return_X_y=return_X_y, as_frame=as_frame)
