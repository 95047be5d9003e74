"""What recommendations are worth: accuracy, speedups, share of the oracle."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from collections.abc import Sequence

import numpy as np
import pandas as pd

SCORES = ("accuracy", "mean_speedup", "geo_speedup", "oracle_share", "abstention")


def summarize(
    recommendations: pd.DataFrame, by: Sequence[str] = ("split", "model")
) -> pd.DataFrame:
    """Return scores of single recommendations, averaged over samples, then seeds.

    Parameters
    ----------
    recommendations : DataFrame
        As `evaluate` returns with ``return_recommendations=True``: one row per split,
        seed, model and sample.
    by : sequence of str, default=("split", "model")
        Columns that tell apart what is averaged separately.

    Returns
    -------
    DataFrame
        The columns `by`; ``samples`` and ``seeds``, their numbers; ``accuracy``, the
        share of samples with the best configuration; ``mean_speedup`` and
        ``geo_speedup`` over the baseline; ``oracle_share``, the geometric mean of
        runtime of the best over that of the chosen configuration; ``abstention``, the
        share of samples for which the baseline was chosen for want of confidence; and
        ``accuracy_std`` and ``geo_speedup_std``, standard deviations over the seeds.
    """
    keys = [*by, "seed"]
    grouped = recommendations.groupby(keys, sort=False, observed=True)
    each = pd.DataFrame(
        {
            "samples": grouped.size(),
            "accuracy": grouped["correct"].mean(),
            "mean_speedup": grouped["speedup"].mean(),
            "geo_speedup": grouped["speedup"].agg(geometric_mean),
            "oracle_share": grouped["oracle_share"].agg(geometric_mean),
            "abstention": grouped["abstained"].mean(),
        }
    ).reset_index()
    means = each.groupby(list(by), sort=False, observed=True)
    table = means[["samples", *SCORES]].mean()
    table.insert(1, "seeds", means.size())
    for score in ("accuracy", "geo_speedup"):
        table[f"{score}_std"] = means[score].std(ddof=0)
    return table.reset_index().astype({"samples": int})


def bootstrap_interval(
    recommendations: pd.DataFrame,
    groups: Sequence[str],
    *,
    confidence: float = 0.95,
    n_resamples: int = 2000,
    random_state: int = 0,
) -> tuple[float, float]:
    """Return an interval of the geometric mean speedup, groups drawn with replacement.

    Parameters
    ----------
    recommendations : DataFrame
        Of one model under one split, with ``sample`` and ``speedup``.
    groups : sequence of str
        Of each sample of the data set what it belongs to; whole groups are drawn.
    confidence : float, default=0.95
    n_resamples : int, default=2000
    random_state : int, default=0

    Returns
    -------
    low, high : float
    """
    labels = np.asarray(groups)[recommendations["sample"].to_numpy()]
    logs = np.log(recommendations["speedup"].to_numpy())
    sums = pd.DataFrame({"group": labels, "log": logs}).groupby("group")["log"]
    totals, counts = sums.sum().to_numpy(), sums.size().to_numpy()
    rng = np.random.default_rng(random_state)
    drawn = rng.integers(len(totals), size=(n_resamples, len(totals)))
    means = totals[drawn].sum(axis=1) / counts[drawn].sum(axis=1)
    tail = (1 - confidence) / 2
    low, high = np.exp(np.quantile(means, [tail, 1 - tail]))
    return float(low), float(high)


def geometric_mean(values: pd.Series) -> float:
    """Return the geometric mean of positive numbers."""
    return float(np.exp(np.log(values).mean()))
