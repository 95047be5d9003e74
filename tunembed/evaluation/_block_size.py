"""CUDA block size: how many threads a block of a GPU kernel should have."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestRegressor

from tunembed.datasets import fetch_cuda_block_size
from tunembed.estimators import RegressionRecommender
from tunembed.evaluation._problem import Problem

SPLITS = ("kernel", "group")
PROBE = 128


def problems(**download: Any) -> list[Problem]:
    """Return the one problem."""
    dataset = fetch_cuda_block_size(as_frame=True, **download)
    table = features(dataset.data)
    probed = table.assign(**{str(PROBE): dataset.runtimes[PROBE]})
    return [
        Problem(
            "blocksize",
            dataset,
            {
                "tunembed": (_forest(dataset.baseline), table),
                "tunembed, one run": (_forest(dataset.baseline, [PROBE]), probed),
            },
            SPLITS,
            n_splits=None,
            draw_by="kernel",
        )
    ]


def features(data: pd.DataFrame) -> pd.DataFrame:
    """Return what is known of a launch before it runs, in logarithms."""
    iterations = data["iterations_per_repetition"]
    launches = data["launches_per_repetition"]
    return pd.DataFrame(
        {
            "threads": np.log2(iterations / launches),
            "launches": np.log2(launches),
            "bytes": np.log2(data["bytes_per_repetition"] / iterations + 1),
            "flops": np.log2(data["flops_per_repetition"] / iterations + 1),
        }
    )


def _forest(baseline: int, probes: list[int] | None = None) -> RegressionRecommender:
    forest = RandomForestRegressor(
        100, min_samples_leaf=4, max_features=0.5, random_state=0
    )
    return RegressionRecommender(forest, baseline=baseline, probes=probes)
