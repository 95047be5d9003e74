"""Why a recommender recommends what it does: features and neighbours."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from sklearn.utils import check_array

if TYPE_CHECKING:
    from tunembed.estimators._base import BaseRecommender


def explain(recommender: BaseRecommender, X: Any, n_features: int) -> pd.DataFrame:
    """Return features and neighbours of recommendations; see `BaseRecommender.explain`.

    Parameters
    ----------
    recommender : BaseRecommender
        Fitted, with `medians_`.
    X : array-like of shape (n_queries, n_features)
    n_features : int
    """
    rows = check_array(X, ensure_all_finite="allow-nan", dtype=np.float64)
    names = getattr(recommender, "feature_names_in_", None)
    ranked = recommender.rank(X, k=1)
    frames = []
    for sample, (_, top) in enumerate(ranked.iterrows()):
        column = recommender.classes_.tolist().index(top["configuration"])
        found = _features(recommender, rows[sample], column, names)
        frame = pd.concat(
            [found.head(n_features), _neighbors(recommender, top, column)],
            ignore_index=True,
        )
        frame.insert(0, "sample", sample)
        frame.insert(1, "configuration", [top["configuration"]] * len(frame))
        frame.insert(2, "abstained", bool(top["abstained"]))
        frames.append(frame)
    return pd.concat(frames, ignore_index=True)


def _features(
    recommender: BaseRecommender, row: np.ndarray, column: int, names: Any
) -> pd.DataFrame:
    """Return features by falling contribution to what is expected."""
    without = np.tile(row, (len(row) + 1, 1))
    places = np.arange(len(row))
    without[places + 1, places] = recommender.medians_
    queries = without if names is None else pd.DataFrame(without, columns=names)
    judged = recommender._judge(queries).merit
    gains = judged[:, column] - judged[:, recommender._baseline_column()]
    contributions = gains[0] - gains[1:]
    order = np.argsort(-np.abs(contributions), kind="stable")
    names = [f"x{n}" for n in places] if names is None else names
    return pd.DataFrame(
        {
            "kind": "feature",
            "name": [str(names[place]) for place in order],
            "value": row[order],
            "contribution": contributions[order],
        }
    )


def _neighbors(
    recommender: BaseRecommender, top: pd.Series, column: int
) -> pd.DataFrame:
    """Return what the neighbours gained from the recommended configuration."""
    rows = np.array(top["neighbors"], dtype=np.intp)
    near = rows >= 0
    rows, distances = rows[near], np.array(top["neighbor_distances"])[near]
    if recommender.labels_ is None:
        gained = -recommender.log_ratios_[rows, column]
    else:
        gained = (recommender.labels_[rows] == column).astype(np.float64)
    return pd.DataFrame(
        {
            "kind": "neighbor",
            "name": [str(row) for row in rows],
            "value": distances,
            "contribution": gained,
        }
    )
