"""More rows for device mapping: OpenCL kernels that were written by a model."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import io
import os
from typing import Any

import pandas as pd
from sklearn.utils import Bunch

from tunembed.datasets._archive import Archive, read_members
from tunembed.datasets._bunch import check_choice, finished
from tunembed.datasets._device_mapping import (
    AUXILIARY,
    BASELINES,
    COUNTS,
    PLATFORMS,
)

ARCHIVE = Archive(
    "ChrisCummins/paper-synthesizing-benchmarks",
    "0abaa99e75b28829e2823d5cc026e34ba8f418ec",
)
FILE = "data/{}-clgen.csv"
SHA256 = "050de860e5226f5fa170da3968170e4c574654770974e2d6d6737009e78cd1e8"
DEVICES = {"CPU": "cpu", "GPU": "gpu"}
LICENSE = "no licence: contact the author before using the data"
DESCR = """\
Device mapping of synthetic OpenCL kernels
------------------------------------------

{rows} runs of {kernels} OpenCL kernels that CLgen, a model of how people write OpenCL,
made up, each at up to 16 sizes, timed on a CPU and on a GPU ({device}). Columns of
``data``: those of ``fetch_device_mapping``, so that the rows can be added to its
training rows. Times include the transfers; each is the mean of several runs, and
``intervals`` holds half the width of its 95 % confidence interval, in seconds.

Mind what is known of it. The rows are for training only: nobody runs these kernels. A
kernel's other sizes are other rows, and its static counts are the same in all of them:
split by ``groups``. The kernels share {counts} different sets of static counts. The
intervals are wide: those of CPU and GPU overlap in {unsure:.0%} of the rows. Both
platforms have the same CPU times. The texts of the kernels are not part of it.
"""
REFERENCES = [
    "C. Cummins, P. Petoumenos, Z. Wang, H. Leather. Synthesizing Benchmarks for "
    "Predictive Modeling. CGO 2017.",
    "D. Grewe, Z. Wang, M. O'Boyle. Portable Mapping of Data Parallel Programs to "
    "OpenCL for Heterogeneous Systems. CGO 2013.",
]


def fetch_clgen_device_mapping(
    platform: str = "amd",
    *,
    data_home: str | os.PathLike[str] | None = None,
    return_X_y: bool = False,
    as_frame: bool = False,
    n_retries: int = 3,
    delay: float = 1.0,
) -> Any:
    """Fetch the CPU and GPU times of synthetic OpenCL kernels.

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
        ``data`` of shape (n_runs, 8), with the columns of `fetch_device_mapping`,
        ``target`` ("CPU" or "GPU"), ``runtimes`` (a DataFrame in seconds, a column per
        configuration), ``intervals`` (of the same shape: half the width of the 95 %
        interval, in seconds), ``configurations``, ``baseline``, ``auxiliary``,
        ``groups`` (a DataFrame: kernel, counts, the same for kernels of equal static
        counts, and size, the number of work items), ``feature_names``, ``DESCR``,
        ``license``, ``references``.
    (data, target) : tuple
        If `return_X_y`.

    Raises
    ------
    OSError
        If the archive can neither be found nor fetched.
    ValueError
        If the platform is not known, or the files are not those that are known.

    See Also
    --------
    fetch_device_mapping : Kernels of benchmark suites: the rows to test on.

    References
    ----------
    .. [1] C. Cummins, P. Petoumenos, Z. Wang, H. Leather. "Synthesizing Benchmarks for
       Predictive Modeling". CGO 2017.

    Examples
    --------
    >>> from tunembed.datasets import fetch_clgen_device_mapping
    >>> runs = fetch_clgen_device_mapping("nvidia")  # doctest: +SKIP
    >>> runs.data.shape, runs.groups["kernel"].nunique()  # doctest: +SKIP
    ((15919, 8), 1000)
    """
    check_choice("platform", platform, PLATFORMS)
    members = read_members(
        ARCHIVE,
        {FILE.format(name) for name in PLATFORMS}.__contains__,
        SHA256,
        data_home=data_home,
        n_retries=n_retries,
        delay=delay,
    )
    table = pd.read_csv(io.BytesIO(members[FILE.format(platform)]))
    runtimes = _of_devices(table, "runtime")
    intervals = _of_devices(table, "ci")
    groups = pd.DataFrame(
        {
            "kernel": table["benchmark"],
            "counts": [
                "-".join(map(str, counts))
                for counts in table[COUNTS].itertuples(index=False)
            ],
            "size": table["dataset"],
        }
    )
    difference = (runtimes["CPU"] - runtimes["GPU"]).abs()
    bunch = Bunch(
        data=table[COUNTS + AUXILIARY].astype(float),
        target=table["oracle"].astype(object),
        runtimes=runtimes,
        intervals=intervals,
        configurations=list(DEVICES),
        baseline=BASELINES[platform],
        auxiliary=AUXILIARY,
        groups=groups,
        DESCR=DESCR.format(
            rows=len(table),
            kernels=groups["kernel"].nunique(),
            device=PLATFORMS[platform],
            counts=groups["counts"].nunique(),
            unsure=(difference < intervals.sum(axis=1)).mean(),
        ),
        license=LICENSE,
        references=REFERENCES,
    )
    return finished(bunch, return_X_y=return_X_y, as_frame=as_frame)


def _of_devices(table: pd.DataFrame, what: str) -> pd.DataFrame:
    """Return a column of seconds per device, from one of milliseconds."""
    return pd.DataFrame(
        {label: table[f"{what}_{device}"] / 1e3 for label, device in DEVICES.items()}
    )
