"""Device mapping: whether an OpenCL kernel runs faster on the CPU or the GPU."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, DotProduct, Matern
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from tunembed.datasets import fetch_device_mapping
from tunembed.estimators import ColumnKernel, RegressionRecommender
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
# Standardised features beyond this many deviations say no more than these.
_FARTHEST = 4.0


def problems(**download: Any) -> list[Problem]:
    """Return the problem of each platform."""
    found = []
    counters = None
    for platform in ("amd", "nvidia"):
        dataset = fetch_device_mapping(platform, as_frame=True, **download)
        if counters is None:
            counters = ir_counters(dataset.ir)
        static = features(dataset.data, counters)
        probed = static.join(probe_ratios(dataset.data, dataset.runtimes[PROBE]))
        probed[PROBE] = dataset.runtimes[PROBE]
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
                },
                SPLITS,
                parts={"NPB": npb, "others": ~npb},
            )
        )
    return found


def ir_counters(texts: list[bytes]) -> pd.DataFrame:
    """Return named counters of LLVM IR; equal texts are read once."""
    distinct = list(dict.fromkeys(texts))
    parsed = ProgramParser("llvm").transform(distinct)
    table = IRVectorizer().set_output(transform="pandas").transform(parsed)
    place = {text: row for row, text in enumerate(distinct)}
    rows = table.iloc[[place[text] for text in texts]].reset_index(drop=True)
    return rows[[name for name in rows if name.split("_")[0] in _GROUPS]]


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
    remembered = _part(0.25, 0.05, names, _RUN)
    scale = 1.0 if options.get("probes") else 0.5
    ratios = names[: names.index("coalesced_of_all") + 1]
    kernel = remembered + _part(0.5, scale, names, ratios)
    kernel += _part(0.5, scale, names, _own(names))
    return RegressionRecommender(
        _process(kernel, names, options, noise=0.03), clip=0.5, **options
    )


def how_much_faster(table: pd.DataFrame, **options: Any) -> RegressionRecommender:
    """Return a recommender that asks by how much a device is faster.

    It looks at the kernel alone, and remembers no runs.
    """
    names = _names(table, options)
    kernel = _part(1.0, 1.0, names, _own(names))
    return RegressionRecommender(
        _process(kernel, names, options, noise=0.1), clip=3.0, **options
    )


def _names(table: pd.DataFrame, options: dict[str, Any]) -> list[str]:
    return [name for name in table if name not in (options.get("probes") or ())]


def _own(names: list[str]) -> list[str]:
    """Return the columns that describe a kernel and its run, without ratios of both."""
    behind = names[names.index("coalesced_of_all") + 1 :]
    return [*_RUN, *_COUNTED, *(n for n in behind if not n.startswith("cpu_"))]


def _process(
    kernel: Any, names: list[str], options: dict[str, Any], *, noise: float
) -> Any:
    """Return a Gaussian process: a kernel, a linear trend, and what probes say."""
    cpu = [name for name in names if name.startswith("cpu_")]
    few = [*_FEW, *cpu]
    trend = ConstantKernel((0.1 if cpu else 0.3) / len(few), "fixed")
    kernel += trend * ColumnKernel(DotProduct(0.0, "fixed"), _places(names, few))
    if options.get("probes"):
        # The probe's own logarithm comes behind all other columns.
        kernel += _part(1.0, 1.0, [*names, "probe"], [*cpu, "probe"])
    process = GaussianProcessRegressor(kernel, alpha=noise, optimizer=None)
    limits = {"a_min": -_FARTHEST, "a_max": _FARTHEST}
    return make_pipeline(
        StandardScaler(), FunctionTransformer(np.clip, kw_args=limits), process
    )


def _part(weight: float, scale: float, names: list[str], columns: list[str]) -> Any:
    length = scale * np.sqrt(len(columns))
    kernel = ColumnKernel(Matern(length, "fixed", nu=0.5), _places(names, columns))
    return ConstantKernel(weight, "fixed") * kernel


def _places(names: list[str], columns: list[str]) -> list[int]:
    return [names.index(column) for column in columns]
