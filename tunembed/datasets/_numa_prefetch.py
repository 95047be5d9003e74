"""Threads, NUMA nodes, prefetchers and pages of OpenMP regions: times and energies."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import os
from typing import Any

import pandas as pd
from sklearn.utils import Bunch

from tunembed.datasets._archive import Archive, read_members
from tunembed.datasets._bunch import check_choice, finished
from tunembed.datasets._numa_inputs import SIZES, choose_inputs, read_inputs
from tunembed.datasets._numa_regions import describe_regions
from tunembed.datasets._numa_tables import (
    STATISTICS,
    configuration_parameters,
    is_wanted,
    read_statistics,
)

ARCHIVE = Archive(
    "gateauaulait/numa-prefetch-perf-energy-size-opt",
    "5d13030b4bb3f59d61731c9568bf5b56a605786a",
)
SHA256 = "1d95ac01991d26fbf8a181180afa7db8abae39aa598db6c9172a506520b21c33"
LICENSE = "no licence file; the measurements are also on Zenodo, record 7590756"
BASELINE = "32_2_2_scatter_0_0_ori"
OBJECTIVES = {"time": "time_med", "energy": "energy"}
UNITS = {"time": "cycles", "energy": "joules"}
DESCR = """\
Threads, NUMA nodes, prefetchers and pages of OpenMP regions
------------------------------------------------------------

{rows} OpenMP regions of {applications} applications (NPB, Rodinia, PARSEC, CLOMP and
LULESH), each run on its {size} input in {configurations} configurations of an Intel
Xeon with two NUMA nodes. A configuration is
``threads_nodes_nodes_placement_hyperthreads_prefetchers_pages``;
``configuration_parameters`` has the parts as columns. The files write the number of
nodes twice. The prefetcher mask is what is written to the register 0x1A4: 0 leaves all
four on, each bit that is set switches one off. Pages are where the operating system
puts them (``ori``), balanced over the nodes (``bal``) or near the threads that use them
(``loc``).

``runtimes`` holds {unit}, not seconds: times are in cycles, which cannot be turned into
seconds without the clock. Ratios are what matters. A time is that of one run of the
region, the median over its repetitions; the sums over them, which the files have as
well, are up to thousands of times that in some configurations and ten times in others.
Cells that are 0 or -1 in the files are NaN.

Columns of ``data``: statistics of two matrices between threads, for 16, 32 and 64
threads: ``accesses`` (how often one thread accesses pages that another one accesses)
and ``pages`` (how many pages both access). They come from one traced run of the region,
not from any timed one.

The applications have two inputs, ``conf1`` and ``conf2``, and neither is always the
smaller one. Of an application of which ``conf1`` takes longer (more than 5 %, geometric
mean over its regions and all configurations), ``conf1`` is called large: these are 19
regions, the same that the authors exchange, who compared memory footprints. NPB's MG
takes as long per run of a region on either.

Mind what is known of it. Regions of one application behave alike (CLOMP has 11, LULESH
8): split by ``groups["application"]``. One region, kmeans, gains 14 times and carries
most of any arithmetic mean: take geometric ones. Energies of short regions mean little:
those that take less than a million cycles by default seem to gain 31 times (small) and
19 times (large, geometric means), the others 2.3 times; leaving out regions of
``instability`` above 0.25, as the authors do, is not enough. Two of 62 regions have no
times and are not here, two more have no second input.
"""
REFERENCES = [
    "L. Scravaglieri, M. Popov, L. Lima Pilla, A. Guermouche, O. Aumage, E. Saillard. "
    "Optimizing Performance and Energy Across Problem Sizes Through a Search Space "
    "Exploration and Machine Learning. Journal of Parallel and Distributed Computing, "
    "2023. doi:10.1016/j.jpdc.2023.104720.",
    "I. Sánchez Barrera, D. Black-Schaffer, M. Casas, M. Moretó, A. Stupnikova, "
    "M. Popov. Modeling and Optimizing NUMA Effects and Prefetching with Machine "
    "Learning. ICS 2020. doi:10.1145/3392717.3392765.",
]


def fetch_numa_prefetch(
    size: str = "small",
    objective: str = "time",
    *,
    data_home: str | os.PathLike[str] | None = None,
    return_X_y: bool = False,
    as_frame: bool = False,
    n_retries: int = 3,
    delay: float = 1.0,
) -> Any:
    """Fetch times or energies of OpenMP regions by threads, nodes and prefetchers.

    Parameters
    ----------
    size : {"small", "large"}, default="small"
        On which of the two inputs of its application a region was run.
    objective : {"time", "energy"}, default="time"
        What is in the table: cycles of one run of the region, or joules.
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
        ``data`` of shape (n_regions, 48), ``target`` (the best configuration),
        ``runtimes`` (a DataFrame in ``unit``, a column per configuration, NaN where not
        measured), ``unit`` ("cycles" or "joules"), ``configurations``,
        ``configuration_parameters`` (a DataFrame, a row per configuration: threads,
        nodes, placement, hyperthreads, prefetcher_mask, pages), ``baseline`` (the
        default configuration: 32 threads on two nodes, all prefetchers on),
        ``instability`` (a Series: relative dispersion of a region's measurements, mean
        over the configurations), ``groups`` (a DataFrame: region, function,
        application, suite, and input, the file's name of it), ``feature_names``,
        ``DESCR``, ``license``, ``references``.
    (data, target) : tuple
        If `return_X_y`.

    Raises
    ------
    OSError
        If the archive can neither be found nor fetched.
    ValueError
        If the size or the objective is not known, or the files are not those that are
        known.

    References
    ----------
    .. [1] L. Scravaglieri et al. "Optimizing Performance and Energy Across Problem
       Sizes Through a Search Space Exploration and Machine Learning". JPDC, 2023.

    Examples
    --------
    >>> from tunembed.datasets import fetch_numa_prefetch
    >>> regions = fetch_numa_prefetch("large", "energy")  # doctest: +SKIP
    >>> regions.runtimes.shape, regions.unit  # doctest: +SKIP
    ((58, 768), 'joules')
    """
    check_choice("size", size, SIZES)
    check_choice("objective", objective, OBJECTIVES)
    members = read_members(
        ARCHIVE,
        is_wanted,
        SHA256,
        data_home=data_home,
        n_retries=n_retries,
        delay=delay,
    )
    measure = OBJECTIVES[objective]
    inputs = choose_inputs(members, size)
    runtimes = read_inputs(members, "values", measure, inputs)
    runtimes = runtimes.where(runtimes > 0).dropna(how="all")
    inputs = inputs.loc[runtimes.index]
    stability = read_inputs(members, "stability", measure, inputs)
    statistics = read_statistics(members[STATISTICS])
    rows = pd.MultiIndex.from_arrays([inputs.index, inputs])
    groups = describe_regions(runtimes.index).assign(input=inputs.to_numpy())
    bunch = Bunch(
        data=statistics.reindex(rows).reset_index(drop=True),
        target=runtimes.idxmin(axis=1).astype(object).reset_index(drop=True),
        runtimes=runtimes.reset_index(drop=True),
        unit=UNITS[objective],
        configurations=list(runtimes.columns),
        configuration_parameters=configuration_parameters(runtimes.columns),
        baseline=BASELINE,
        instability=stability.mean(axis=1).reset_index(drop=True),
        groups=groups,
        DESCR=DESCR.format(
            rows=len(runtimes),
            applications=groups["application"].nunique(),
            size=size,
            configurations=runtimes.shape[1],
            unit=UNITS[objective],
        ),
        license=LICENSE,
        references=REFERENCES,
    )
    return finished(bunch, return_X_y=return_X_y, as_frame=as_frame)
