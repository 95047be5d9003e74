"""Thread coarsening: how much work a thread of an OpenCL kernel should do."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.pipeline import make_pipeline
from sklearn.tree import DecisionTreeRegressor
from sklearn.utils import Bunch

from tunembed.datasets import fetch_thread_coarsening
from tunembed.estimators import RegressionRecommender
from tunembed.evaluation._choice import ChosenRecommender
from tunembed.evaluation._problem import Problem
from tunembed.features import IRVectorizer, ProgramParser, graph_hash
from tunembed.parsers import program_graph

SPLITS = ("kernel",)
PLATFORMS = ("fermi", "kepler", "cypress", "tahiti")
# What coarsening changes: how threads part ways, how they access memory, how much
# there is to do. The first is what Magni et al. hold against it: where threads leave a
# loop at different times, a coarsened one runs until the last of its threads is done.
COUNTERS = [
    "loop_divergent",
    "loop_depth",
    "thread_dimensions",
    "thread_coalesced",
    "intensity_bytes",
    "intensity_branches",
    "work_barrier",
    "code_instructions",
]


def problems(**download: Any) -> list[Problem]:
    """Return the one problem: all platforms, so that a kernel is left out on all."""
    parts = [
        fetch_thread_coarsening(platform, as_frame=True, **download)
        for platform in PLATFORMS
    ]
    modules = ProgramParser("llvm").transform(parts[0].ir)
    counters = IRVectorizer().set_output(transform="pandas").transform(modules)
    table = pd.concat([counters[COUNTERS]] * len(parts), ignore_index=True)
    # Two kernels are the same program under two names.
    programs = [graph_hash(program_graph(module)) for module in modules]
    groups = pd.concat([part.groups for part in parts], ignore_index=True)
    groups["kernel"] = programs * len(parts)
    groups["platform"] = np.repeat(PLATFORMS, len(modules))
    runtimes = pd.concat([part.runtimes for part in parts], ignore_index=True)
    dataset = Bunch(
        data=table,
        feature_names=list(table),
        target=runtimes.idxmin(axis=1).to_numpy(),
        runtimes=runtimes,
        groups=groups,
        baseline=parts[0].baseline,
    )
    candidates = [_by_one(counter, dataset.baseline) for counter in COUNTERS]
    chosen = ChosenRecommender(candidates, n_splits=len(set(programs)))
    apart = {
        platform: (groups["platform"] == platform).to_numpy() for platform in PLATFORMS
    }
    return [
        Problem(
            "coarsening",
            dataset,
            {
                "tunembed, by divergence": (
                    _by_one(COUNTERS[0], dataset.baseline),
                    table,
                ),
                "tunembed, counter chosen": (chosen, table),
            },
            SPLITS,
            n_splits=None,
            parts=apart,
            draw_by="kernel",
        )
    ]


def _by_one(counter: str, baseline: int) -> RegressionRecommender:
    """Return a recommender that tells two kinds of kernels apart, by one counter.

    Seventeen kernels do not teach more. Gains and losses of more than twice the speed
    count as twice.
    """
    only = make_column_transformer(
        ("passthrough", [COUNTERS.index(counter)]), remainder="drop"
    )
    stump = DecisionTreeRegressor(max_leaf_nodes=2, random_state=0)
    return RegressionRecommender(
        make_pipeline(only, stump), baseline=baseline, clip=np.log(2)
    )
