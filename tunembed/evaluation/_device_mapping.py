"""Device mapping: whether an OpenCL kernel runs faster on the CPU or the GPU."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from sklearn.gaussian_process.kernels import Kernel

from tunembed.datasets import fetch_device_mapping
from tunembed.embeddings import MIREncoder
from tunembed.estimators import RegressionRecommender
from tunembed.evaluation._column_processes import (
    exponential,
    jointly,
    linear,
    process,
)
from tunembed.evaluation._problem import Problem
from tunembed.features import IRVectorizer, ProgramParser

SPLITS = ("usual", "source", "application", "suite")
PROBE = "CPU"
_RUN = ["transfer", "wgsize"]
_COUNTED = ["comp", "rational", "mem", "localmem", "coalesced"]
_GROUPS = ("work", "thread", "loop", "intensity", "access", "stride", "compute", "code")
_FEW = (
    "transfer wgsize comp coalesced_share mem localmem loop_depth intensity_bytes "
    "thread_far thread_dimensions thread_global loop_loops"
).split()


def problems(**download: Any) -> list[Problem]:
    """Return the problem of each platform."""
    found: list[Problem] = []
    for platform in ("amd", "nvidia"):
        dataset = fetch_device_mapping(platform, as_frame=True, **download)
        if not found:  # the programs are the same for both
            counters = of_programs(IRVectorizer(), dataset.ir)
            embedded = of_programs(MIREncoder(), dataset.ir)
        few = counters[[name for name in counters if name.split("_")[0] in _GROUPS]]
        static = features(dataset.data, few)
        probed = static.join(probe_ratios(dataset.data, dataset.runtimes[PROBE]))
        probed[PROBE] = dataset.runtimes[PROBE]
        vectors = with_run(dataset.data, embedded)
        counted = with_run(dataset.data, counters)
        options = {"baseline": dataset.baseline}
        npb = (dataset.groups["suite"] == "npb-3.3").to_numpy()
        found.append(
            Problem(
                platform,
                dataset,
                {
                    "tunembed": (which_device(static, **options), static),
                    "tunembed, by regret": (how_much_faster(static, **options), static),
                    "tunembed, alpha=0.1": (
                        which_device(static, alpha=0.1, **options),
                        static,
                    ),
                    "tunembed, one CPU run": (
                        which_device(probed, probes=[PROBE], **options),
                        probed,
                    ),
                    "encoder": (from_vectors(vectors, **options), vectors),
                    "IR counters": (from_vectors(counted, **options), counted),
                },
                SPLITS,
                parts={"NPB": npb, "others": ~npb},
            )
        )
    return found


def of_programs(transformer: Any, texts: list[bytes]) -> pd.DataFrame:
    """Return the rows of LLVM IR; equal texts are read once."""
    distinct = list(dict.fromkeys(texts))
    parsed = ProgramParser("llvm").transform(distinct)
    table = transformer.set_output(transform="pandas").fit_transform(parsed)
    place = {text: row for row, text in enumerate(distinct)}
    return table.iloc[[place[text] for text in texts]].reset_index(drop=True)


def with_run(data: pd.DataFrame, vectors: pd.DataFrame) -> pd.DataFrame:
    """Return what a run transfers and its size, in logarithms, beside vectors."""
    return pd.concat([np.log1p(data[_RUN]), vectors], axis=1)


def features(data: pd.DataFrame, counters: pd.DataFrame) -> pd.DataFrame:
    """Return logarithms of the columns, ratios of Grewe et al., and IR counters."""
    comp, mem, local, coalesced = (
        data[name] for name in ("comp", "mem", "localmem", "coalesced")
    )
    transfer, size = (data[name] for name in _RUN)
    columns = {name: np.log1p(data[name]) for name in (*_RUN, *_COUNTED)}
    columns |= {
        # Grewe et al., CGO 2013, table 1: F1 to F4.
        "transfer_per_operation": np.log1p(transfer / (comp + mem + 1)),
        "coalesced_share": coalesced / (mem + 1),
        "local_work": np.log1p(local / (mem + 1) * size),
        "intensity": np.log1p(comp / (mem + 1)),
        "transfer_per_item": np.log1p(transfer / (size + 1)),
        "transfer_work": np.log1p(transfer * (comp + 1)),
        "group_work": np.log1p(comp * size),
        "coalesced_of_all": coalesced / (coalesced + mem + 1),
    }
    table = pd.DataFrame(columns).join(counters)
    accesses = np.logaddexp2(counters["access_read"], counters["access_written"])
    log_transfer, two = columns["transfer"], np.log(2.0)
    table["transfer_per_access"] = log_transfer - two * accesses
    table["transfer_flops"] = log_transfer + two * counters["compute_flops"]
    table["transfer_per_trip"] = log_transfer - two * counters["loop_trips"]
    return table


def probe_ratios(data: pd.DataFrame, seconds: pd.Series) -> pd.DataFrame:
    """Return what the CPU's time says of a run, in logarithms."""
    logs = np.log(seconds)
    transfer, size = (data[name] for name in _RUN)
    return pd.DataFrame(
        {
            "cpu_per_byte": logs - np.log1p(transfer),
            "cpu_per_item": logs - np.log1p(size),
            "cpu_per_operation": logs - np.log((data["comp"] + 1) * (size + 1)),
        }
    )


def which_device(table: pd.DataFrame, **options: Any) -> RegressionRecommender:
    """Return a recommender that asks which device is faster, not by how much.

    Log-ratios are cut at a half. Runs with equal transfers and sizes are remembered.
    """
    names = _names(table, options)
    scale = 1.0 if options.get("probes") else 0.5
    ratios = names[: names.index("coalesced_of_all") + 1]
    kernel = exponential(0.25, 0.05, names, _RUN)
    kernel += exponential(0.5, scale, names, ratios)
    kernel += exponential(0.5, scale, names, _own(names))
    kernel += _trend(names, options)
    return RegressionRecommender(process(kernel, noise=0.03), clip=0.5, **options)


def how_much_faster(table: pd.DataFrame, **options: Any) -> RegressionRecommender:
    """Return a recommender that asks by how much a device is faster.

    It looks at the kernel alone, and remembers no runs.
    """
    names = _names(table, options)
    kernel = exponential(1.0, 1.0, names, _own(names)) + _trend(names, options)
    return RegressionRecommender(process(kernel, noise=0.1), clip=3.0, **options)


def from_vectors(table: pd.DataFrame, **options: Any) -> RegressionRecommender:
    """Return a recommender that sees a run, and any vector of its program.

    As `which_device`, but what a run means depends on the program, and the other way
    round; nothing in it was made for named features.
    """
    names = list(table)
    program = [name for name in names if name not in _RUN]
    kernel = exponential(0.25, 0.05, names, _RUN) + linear(0.4, names, _RUN)
    kernel += jointly(
        exponential(1.0, 2.0, names, _RUN), exponential(1.0, 1.0, names, program)
    )
    return RegressionRecommender(process(kernel, noise=0.01), clip=0.5, **options)


def _names(table: pd.DataFrame, options: dict[str, Any]) -> list[str]:
    return [name for name in table if name not in (options.get("probes") or ())]


def _own(names: list[str]) -> list[str]:
    """Return the columns that describe a kernel and its run, without ratios of both."""
    behind = names[names.index("coalesced_of_all") + 1 :]
    return [*_RUN, *_COUNTED, *(n for n in behind if not n.startswith("cpu_"))]


def _trend(names: list[str], options: dict[str, Any]) -> Kernel:
    """Return the kernel of a linear trend, and of what probes say."""
    cpu = [name for name in names if name.startswith("cpu_")]
    kernel = linear(0.1 if cpu else 0.3, names, [*_FEW, *cpu])
    if options.get("probes"):
        # The probe's own logarithm comes behind all other columns.
        kernel += exponential(1.0, 1.0, [*names, "probe"], [*cpu, "probe"])
    return kernel
