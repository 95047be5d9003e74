"""Which device runs an OpenCL kernel faster: the data set of Grewe and Cummins."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import hashlib
import io
import os
from typing import Any

import numpy as np
import pandas as pd
from sklearn.utils import Bunch

from tunembed.datasets._bunch import check_choice, finished
from tunembed.datasets._ir2vec import LICENSE, read_folder

FOLDER = "experiments/Device_Mapping/data"
SHA256 = "2c5c15bfcb26554959b77a210c2c95d85055e1cc24e25dea32c09f27584eafe2"
PLATFORMS = {"amd": "AMD Tahiti 7970", "nvidia": "NVIDIA GTX 970"}
# What runs most kernels faster; papers' speedups are relative to it.
BASELINES = {"amd": "CPU", "nvidia": "GPU"}
COUNTS = ["comp", "rational", "mem", "localmem", "coalesced", "atomic"]
AUXILIARY = ["transfer", "wgsize"]
SUITES = (
    "amd-app-sdk-3.0",
    "npb-3.3",
    "nvidia-4.2",
    "parboil-0.2",
    "polybench-gpu-1.0",
    "rodinia-3.1",
    "shoc-1.1.5",
)
DESCR = """\
Device mapping of OpenCL kernels
--------------------------------

{rows} runs of {kernels} OpenCL kernels from {applications} applications of seven
suites, each timed on a CPU and on a GPU ({device}). Columns of ``data``: Grewe's static
counts (compute, rational, memory, local memory, coalesced and atomic operations) and
the run's transfer (bytes) and work-group size. ``ir`` holds the LLVM IR of the kernel,
``source`` its normalised OpenCL text (not all of it compiles on its own).

Mind what is known of it. 527 rows are NPB: seven applications. A kernel's other input
sizes are other rows, and some kernels have the same text: split by ``groups``. For most
NPB rows, transferred bytes over GPU time exceed what PCIe could carry, so that their
GPU times seem to exclude copies. 4 to 8 % of the labels are near ties.
"""
REFERENCES = [
    "D. Grewe, Z. Wang, M. O'Boyle. Portable Mapping of Data Parallel Programs to "
    "OpenCL for Heterogeneous Systems. CGO 2013.",
    "C. Cummins, P. Petoumenos, Z. Wang, H. Leather. Synthesizing Benchmarks for "
    "Predictive Modeling. CGO 2017.",
    "S. VenkataKeerthy et al. IR2Vec: LLVM IR Based Scalable Program Embeddings. "
    "TACO 2020.",
]


def fetch_device_mapping(
    platform: str = "amd",
    *,
    data_home: str | os.PathLike[str] | None = None,
    return_X_y: bool = False,
    as_frame: bool = False,
    n_retries: int = 3,
    delay: float = 1.0,
) -> Any:
    """Fetch the CPU and GPU times of OpenCL kernels, with their LLVM IR.

    Parameters
    ----------
    platform : {"amd", "nvidia"}, default="amd"
        Which GPU the CPU is compared with.
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
        ``data`` of shape (n_runs, 8), ``target`` ("CPU" or "GPU"), ``runtimes`` (a
        DataFrame in seconds, a column per configuration), ``configurations``,
        ``baseline`` (the faster device in most runs), ``auxiliary`` (the columns of
        ``data`` that are known of a run, not of a kernel),
        ``groups`` (a DataFrame: kernel, source, application, suite), ``feature_names``,
        ``ir`` (bytes per run), ``source`` (text per run), ``DESCR``, ``license``,
        ``references``.
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
    >>> from tunembed.datasets import fetch_device_mapping
    >>> runs = fetch_device_mapping("amd")  # doctest: +SKIP
    >>> runs.data.shape, runs.groups["application"].nunique()  # doctest: +SKIP
    ((669, 8), 71)
    """
    check_choice("platform", platform, PLATFORMS)
    members = read_folder(
        FOLDER, SHA256, data_home=data_home, n_retries=n_retries, delay=delay
    )
    text = members[f"{FOLDER}/cgo17-{platform}.csv"]
    table = pd.read_csv(io.BytesIO(text), index_col=0).reset_index(drop=True)
    runtimes = table[["runtime_cpu", "runtime_gpu"]] / 1e3
    runtimes.columns = ["CPU", "GPU"]
    names = [
        kernel if size == "default" else f"{kernel}_{size}"
        for kernel, size in zip(table["benchmark"], table["dataset"], strict=True)
    ]
    groups = _groups(table)
    bunch = Bunch(
        data=table[COUNTS + AUXILIARY].astype(float),
        target=table["oracle"].astype(object),
        runtimes=runtimes,
        configurations=["CPU", "GPU"],
        baseline=BASELINES[platform],
        auxiliary=AUXILIARY,
        groups=groups,
        ir=[members[f"{FOLDER}/kernels_ir/{name}.ll"] for name in names],
        source=table["src"].tolist(),
        DESCR=DESCR.format(
            rows=len(table),
            kernels=groups["kernel"].nunique(),
            applications=groups["application"].nunique(),
            device=PLATFORMS[platform],
        ),
        license=LICENSE,
        references=REFERENCES,
    )
    return finished(bunch, return_X_y=return_X_y, as_frame=as_frame)


def _groups(table: pd.DataFrame) -> pd.DataFrame:
    """Return what must stay together in a split."""
    kernels = table["benchmark"]
    suites = [
        next((s for s in SUITES if kernel.startswith(f"{s}-")), kernel.split("-")[0])
        for kernel in kernels
    ]
    applications = [
        f"{suite}-{kernel[len(suite) + 1 :].rpartition('-')[0]}"
        for suite, kernel in zip(suites, kernels, strict=True)
    ]
    sources = [hashlib.sha256(text.encode()).hexdigest()[:16] for text in table["src"]]
    return pd.DataFrame(
        {
            "kernel": np.array(kernels, dtype=object),
            "source": sources,
            "application": applications,
            "suite": suites,
        }
    )
