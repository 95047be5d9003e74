"""Threads, NUMA nodes, prefetchers and pages: how to run an OpenMP region."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel
from sklearn.kernel_ridge import KernelRidge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import Bunch

from tunembed.datasets import fetch_numa_prefetch
from tunembed.estimators import ColumnKernel, RegressionRecommender
from tunembed.evaluation._problem import Problem

SPLITS = ("application",)
SIZES = ("small", "large")
# A quarter of the machine, packed; and all of it, spread: with the baseline, which is
# run anyway, these say what a region is short of.
PROBES = ["16_1_1_compact_0_0_ori", "64_2_2_scatter_1_0_ori"]
# How threads share what they access, with as many threads as the baseline has.
_SHARING = [
    "accesses_heterogeneity_v2_32",
    "accesses_balance_v2_32",
    "accesses_neighbor_fraction_32",
    "accesses_amount_32",
]


class BestProbe(BaseEstimator):
    """Keep what was fastest of what was run: what a model of probes has to beat."""

    def fit(self, X, y):
        """Learn nothing."""
        return self

    def rank(self, X: pd.DataFrame, k: int = 1) -> pd.DataFrame:
        """Return the fastest column of each row."""
        best = X.idxmin(axis=1).to_numpy()
        return pd.DataFrame(
            {"sample": range(len(X)), "configuration": best, "abstained": False}
        )


def problems(**download: Any) -> list[Problem]:
    """Return the one problem: both inputs, so that a region is left out with both."""
    parts = {
        size: fetch_numa_prefetch(size, as_frame=True, **download) for size in SIZES
    }
    runtimes = pd.concat([p.runtimes for p in parts.values()], ignore_index=True)
    groups = pd.concat(
        [part.groups.assign(size=size) for size, part in parts.items()],
        ignore_index=True,
    )
    data = pd.concat([p.data for p in parts.values()], ignore_index=True)
    static = data[_SHARING].copy()
    static["accesses_amount_32"] = np.log1p(static["accesses_amount_32"])
    static["large"] = (groups["size"] == "large").astype(float)
    baseline = parts["small"].baseline
    dataset = Bunch(
        data=static,
        feature_names=list(static),
        target=runtimes.idxmin(axis=1).to_numpy(),
        runtimes=runtimes,
        groups=groups,
        baseline=baseline,
    )
    probes = [baseline, *PROBES]
    sides = {size: (groups["size"] == size).to_numpy() for size in SIZES}
    typical = (groups["application"] != "kmeans").to_numpy()
    without = {f"{size}, no kmeans": side & typical for size, side in sides.items()}
    return [
        Problem(
            "numa",
            dataset,
            {
                "tunembed": (_without_runs(static, baseline), static),
                "tunembed, two probes": (_with_probes(probes), runtimes[probes]),
                "best of the probes": (BestProbe(), runtimes[probes]),
            },
            SPLITS,
            parts=sides | without,
        )
    ]


def _without_runs(table: pd.DataFrame, baseline: str) -> RegressionRecommender:
    """Return a process whose kernel adds up what single columns say."""
    share = ConstantKernel(1 / table.shape[1], "fixed")
    parts = [
        share * ColumnKernel(RBF(1.0, "fixed"), [place])
        for place in range(table.shape[1])
    ]
    kernel = parts[0]
    for part in parts[1:]:
        kernel += part
    process = GaussianProcessRegressor(kernel, alpha=0.2, optimizer=None)
    return RegressionRecommender(
        make_pipeline(StandardScaler(), process),
        baseline=baseline,
        n_components=None,
        clip=(-1.0, 0.5),
    )


def _with_probes(probes: list[str]) -> RegressionRecommender:
    """Return a ridge that looks at nothing but the probes."""
    return RegressionRecommender(
        KernelRidge(kernel="rbf", gamma=0.08, alpha=0.3),
        baseline=probes[0],
        probes=probes,
        n_components=None,
        clip=(-0.4, 0.3),
    )
