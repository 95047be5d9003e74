"""
A run is worth more than a feature: recommenders with probes
============================================================

Features that can be counted without running a program say only part of how it takes to
a configuration. Running it once or twice says more. Such runs are *probes*: their times
are features, and what was run need not be predicted.
"""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

# %%
# Programs of which little is seen
# --------------------------------
#
# Times of 150 made-up programs in 12 configurations depend on five features, but only
# two of these can be seen. ``c0`` is the baseline.

import matplotlib.pyplot as plt
from sklearn.ensemble import ExtraTreesRegressor

from tunembed.datasets import make_runtime_table
from tunembed.estimators import RegressionRecommender
from tunembed.model_selection import evaluate

made = make_runtime_table(150, 12, n_groups=150, random_state=1, as_frame=True)
static = made.data[made.informative[:2]]
trees = ExtraTreesRegressor(50, random_state=0)

# %%
# No probe, one, two ...
# ----------------------
#
# Columns with the probes' names hold their seconds. The first probe, the baseline
# alone, only says how long a program runs. From the second on they say what makes it
# fast: the table has a low rank, so that few of its columns tell the others.

order = ["c0", "c4", "c8", "c2"]
reached = []
for count in range(len(order) + 1):
    probes = order[:count]
    scores = evaluate(
        made,
        RegressionRecommender(trees, probes=probes or None),
        X=static.join(made.runtimes[probes]),
        splits=["group"],
        seeds=[0],
        n_splits=5,
        trivial=count == 0,
    ).set_index("model")["geo_speedup"]
    reached.append(scores["RegressionRecommender"])
    if count == 0:
        trivial = scores[["best constant", "1-NN", "oracle"]]
    print(f"{count} probes: {reached[-1]:.2f} times faster than c0")

figure, axes = plt.subplots(figsize=(6, 3.6), layout="constrained")
axes.plot(range(len(reached)), reached, "o-", label="RegressionRecommender")
for (name, speedup), style in zip(trivial.items(), (":", "-.", "--"), strict=True):
    axes.axhline(speedup, color="grey", ls=style, label=name)
axes.set_xticks(range(len(reached)))
axes.set_xlabel("number of probes")
axes.set_ylabel("speedup over the baseline, geometric mean")
axes.legend()
plt.show()

# %%
# What it recommends, and why
# ---------------------------
#
# Two probes, fitted to all but the last program. What is expected of a probe that was
# run is what was measured.

probes = ["c0", "c4"]
X = static.join(made.runtimes[probes])
recommender = RegressionRecommender(trees, probes=probes).fit(
    X[:-1], made.runtimes[:-1]
)
ranked = recommender.rank(X[-1:], k=12)
print(ranked[["rank", "configuration", "expected_speedup", "confidence"]].round(2))

# %%
# What the times themselves say of these configurations:

measured = made.runtimes.iloc[-1]
print((measured["c0"] / measured).sort_values(ascending=False).round(2).head())

# %%
# A feature's contribution is by how much the expected gain, a logarithm, falls if its
# median takes its place; a neighbour's is what it gained itself.

why = recommender.explain(X[-1:])
print(why[["configuration", "kind", "name", "value", "contribution"]].round(2))

# %%
# A probe that was not run is NaN. Without any, the recommender abstains.

none = X[-1:].assign(c0=float("nan"), c4=float("nan"))
print(recommender.rank(none, k=1)[["configuration", "abstained"]])
