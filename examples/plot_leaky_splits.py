"""
Scores under splits that leak, and under splits that do not
===========================================================

Data of programs come in groups of near copies: one kernel at several sizes, one
application in several versions. A split that ignores this tests on what it trained on.
Here are made-up programs, 12 copies of each, so that what is right is known.
"""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

# %%
# Copies
# ------
#
# 240 rows are 20 programs: copies have nearly the same features, and the same
# configurations make them fast.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.preprocessing import StandardScaler

from tunembed.datasets import make_runtime_table
from tunembed.estimators import NearestNeighborRecommender
from tunembed.model_selection import (
    LeakageReport,
    bootstrap_interval,
    evaluate,
    make_splits,
    summarize,
)

made = make_runtime_table(240, 6, n_groups=20, noise=0.02, random_state=9)
made.runtimes.round(3).head()

# %%
# What a split lets through
# -------------------------
#
# ``leaking`` is the share of test rows that have a copy in training, ``given_away`` the
# share of these whose best configuration is that of most of their copies.

report = LeakageReport(
    StandardScaler().fit_transform(made.data), made.target, made.groups, threshold=0.6
)
for by in ("usual", "group"):
    print(f"split by {by}")
    print(report.across(make_splits(made, by, n_splits=5, random_state=0)).round(2))

# %%
# What that does to scores
# ------------------------
#
# Two models, and those that look at little or nothing, under both splits.

models = {
    "forest": RandomForestClassifier(50),
    "nearest neighbours": NearestNeighborRecommender(abstain_quantile=None),
}
chosen = evaluate(
    made,
    models,
    splits=("usual", "group"),
    seeds=[0],
    n_splits=5,
    return_recommendations=True,
)
scores = summarize(chosen)
columns = ["split", "model", "accuracy", "geo_speedup", "oracle_share"]
print(scores[columns].round(2).to_string(index=False))

# %%
# Intervals are of the geometric mean, with whole groups drawn anew. Under the usual
# split every model that looks at features is as good as the oracle. Of programs that it
# has not seen it knows little.

names = list(dict.fromkeys(scores["model"]))
figure, axes = plt.subplots(figsize=(7, 3.6), layout="constrained")
for split, shift in (("usual", -0.12), ("group", 0.12)):
    parts = [
        chosen[(chosen["split"] == split) & (chosen["model"] == name)] for name in names
    ]
    middle = [np.exp(np.log(part["speedup"]).mean()) for part in parts]
    ends = np.array([bootstrap_interval(part, made.groups["group"]) for part in parts])
    axes.errorbar(
        middle,
        np.arange(len(names)) + shift,
        xerr=np.abs(ends.T - middle),
        fmt="o",
        label=f"split by {split}",
    )
axes.axvline(1.0, color="grey", lw=0.8)
axes.set_yticks(range(len(names)), names)
axes.invert_yaxis()
axes.set_xlabel("speedup over the baseline, geometric mean, 95 % interval")
axes.legend()
plt.show()
