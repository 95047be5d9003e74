"""OpenMP: with how many threads and which schedule a kernel runs fastest."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from sklearn.ensemble import ExtraTreesRegressor
from sklearn.utils import Bunch

from tunembed.datasets import load_openmp_runtimes
from tunembed.estimators import RegressionRecommender
from tunembed.evaluation._labels import frequent_labels
from tunembed.evaluation._problem import Problem
from tunembed.features import LoopNestVectorizer, OpenMPVectorizer
from tunembed.parsers import Loop, TranslationUnit, find_loop_nests, parse_c

SPLITS = ("usual", "kernel", "family")
# Known of a run without looking at the program.
AUXILIARY = ["largest_size", "product_of_sizes"]
_OUTER = 4


def problems(**_: Any) -> list[Problem]:
    """Return the one problem; nothing is fetched."""
    runs = load_openmp_runtimes(as_frame=True)
    table = describe_runs(list(runs.data), runs.sizes)
    dataset = Bunch(
        data=table,
        feature_names=list(table),
        auxiliary=AUXILIARY,
        target=frequent_labels(runs.target, runs.baseline),
        runtimes=runs.runtimes,
        groups=runs.groups,
        baseline=runs.baseline,
    )
    probed = table.assign(**{runs.baseline: runs.runtimes[runs.baseline]})
    sizes = {
        size: (runs.groups["size"] == size).to_numpy()
        for size in dict.fromkeys(runs.groups["size"])
    }
    return [
        Problem(
            "openmp",
            dataset,
            {
                "tunembed": (_trees(runs.baseline), table),
                "tunembed, alpha=0.1": (_trees(runs.baseline, alpha=0.1), table),
                "tunembed, one run": (
                    _trees(runs.baseline, probes=[runs.baseline]),
                    probed,
                ),
            },
            SPLITS,
            parts=sizes,
            draw_by="kernel",
        )
    ]


def describe_runs(
    programs: Sequence[str], sizes: Sequence[Mapping[str, int]]
) -> pd.DataFrame:
    """Return what is known of kernels and their sizes before any of them runs.

    Parameters
    ----------
    programs : sequence of str
        C texts of one function each.
    sizes : sequence of mapping of str to int
        Of each run.

    Returns
    -------
    DataFrame
        The features of the nest with most iterations, how its parallel loop lies in it,
        the OpenMP directives, and the sizes; without columns that are equal for all.
    """
    units = {text: parse_c(text) for text in dict.fromkeys(programs)}
    directives = OpenMPVectorizer().set_output(transform="pandas")
    rows = [
        {**_main_nest(units[text], given), **_size_columns(given)}
        for text, given in zip(programs, sizes, strict=True)
    ]
    table = pd.DataFrame(rows).join(
        directives.transform([units[text] for text in programs]).add_prefix("omp_")
    )
    return table.loc[:, table.nunique() > 1]


def _main_nest(unit: TranslationUnit, sizes: Mapping[str, int]) -> dict[str, float]:
    """Describe the nest with most iterations, and how threads share it."""
    (function,) = unit.functions.values()
    nests = find_loop_nests(function)
    vectorizer = LoopNestVectorizer(sizes=sizes).set_output(transform="pandas")
    features = vectorizer.transform(nests)
    main = int(features["shape_iterations"].to_numpy().argmax())
    row = features.iloc[main].to_dict()
    around = _loops_around(nests[main].root)
    trips = [row[f"shape_trip_outer{depth}"] for depth in range(_OUTER)]
    regions, shared = sum(trips[:around]), trips[min(around, _OUTER - 1)]
    return {
        **row,
        # Logarithms: how often threads start, what they share, what they do with it.
        "share_regions": regions,
        "share_iterations": shared,
        "share_inside": row["shape_iterations"] - regions - shared,
        "share_operations": row["ops_flops_total"] - regions,
    }


def _loops_around(loop: Loop) -> int:
    """Return how many loops there are around the first one that threads share."""
    if any(directive.is_openmp for directive in loop.directives):
        return 0
    inner = [node for node in loop.body if isinstance(node, Loop)]
    return 1 + min(map(_loops_around, inner), default=0)


def _size_columns(sizes: Mapping[str, int]) -> dict[str, float]:
    values = np.log2(list(sizes.values()))
    return dict(zip(AUXILIARY, (float(values.max()), float(values.sum())), strict=True))


def _trees(baseline: str, **options: Any) -> RegressionRecommender:
    """Return trees that learn all log-ratios at once, large ones cut."""
    trees = ExtraTreesRegressor(
        300, min_samples_leaf=2, max_features=0.4, random_state=0
    )
    return RegressionRecommender(
        trees, baseline=baseline, n_components=None, clip=1.0, **options
    )
