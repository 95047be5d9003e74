"""Splits, leaks and scores: by hand on tables small enough to see."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import numpy as np
import pandas as pd
import pytest
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import Bunch

from tunembed.estimators import NearestNeighborRecommender
from tunembed.model_selection import (
    LeakageReport,
    bootstrap_interval,
    evaluate,
    make_splits,
    summarize,
)


def dataset(n_groups=8, copies=3, missing=False):
    """Return groups of copies; odd groups gain from ``fast``, the others lose."""
    numbers = np.repeat(np.arange(n_groups), copies)
    odd = numbers % 2 == 1
    runtimes = pd.DataFrame(
        {
            "base": np.full(len(numbers), 4.0),
            "fast": np.where(odd, 1.0, 8.0),
            "even": np.where(odd, 16.0, 2.0),
        }
    )
    if missing:
        runtimes.loc[odd, "fast"] = np.nan
    return Bunch(
        data=np.column_stack([odd, numbers * 1e-3]).astype(float),
        feature_names=["odd", "number"],
        auxiliary=["number"],
        target=runtimes.idxmin(axis=1).to_numpy(),
        runtimes=runtimes,
        groups=pd.DataFrame({"kernel": numbers, "suite": numbers // 4}),
        baseline="base",
    )


def test_splits_keep_groups_together():
    data = dataset()
    for by in ("kernel", "suite"):
        labels = data.groups[by].to_numpy()
        folds = make_splits(data, by, n_splits=4, random_state=0)
        tested = np.concatenate([test for _, test in folds])
        assert sorted(tested) == list(range(24))
        for train, test in folds:
            assert not set(labels[train]) & set(labels[test])
    assert len(make_splits(data, "suite")) == 2
    assert len(make_splits(data, "kernel", n_splits=None)) == 8


def test_the_usual_split_is_stratified_and_leaks():
    data = dataset()
    for train, test in make_splits(data, "usual", n_splits=3, random_state=0):
        assert set(data.target[test]) == {"fast", "even"}
        kernels = data.groups["kernel"].to_numpy()
        assert set(kernels[test]) & set(kernels[train])


def test_other_seeds_give_other_folds_and_the_same_seed_the_same():
    data = dataset()
    one, again, other = (
        [
            test.tolist()
            for _, test in make_splits(data, "kernel", n_splits=4, random_state=seed)
        ]
        for seed in (0, 0, 1)
    )
    assert one == again != other


@pytest.mark.parametrize(
    ("by", "message"),
    [("colour", "no groups 'colour'; it has 'usual', 'kernel'"), ("one", "the same")],
)
def test_groups_that_cannot_split(by, message):
    data = dataset()
    data.groups["one"] = 1
    with pytest.raises(ValueError, match=message):
        make_splits(data, by)


def test_leaks_are_counted():
    data = dataset()
    hashes = [f"h{number // 2}" for number in data.groups["kernel"]]
    report = LeakageReport(
        data.data, data.target, data.groups, hashes=hashes, threshold=0.5
    )
    usual = report.across(make_splits(data, "usual", n_splits=3, random_state=0))
    kinds = ["equal row", "near copy", "equal program", "same kernel", "same suite"]
    assert usual["kind"].tolist() == kinds
    assert (usual["leaking"] > 0.5).all()
    assert usual.set_index("kind").loc["near copy", "given_away"] == 1
    kernel = report.across(make_splits(data, "kernel", n_splits=None))
    leaking = kernel.set_index("kind")["leaking"]
    assert leaking["equal row"] == leaking["same kernel"] == 0
    assert leaking["near copy"] == leaking["equal program"] == 1
    told = kernel.set_index("kind")["given_away"]
    assert told["equal program"] == 0
    assert np.isnan(told["equal row"])


def test_scores_by_hand():
    data = dataset()
    model = KNeighborsClassifier(1)
    table = evaluate(data, model, splits=["kernel"], seeds=[0], n_splits=None)
    scores = table.set_index("model")
    assert scores.loc["KNeighborsClassifier", "accuracy"] == 1
    assert scores.loc["oracle", "geo_speedup"] == pytest.approx(np.sqrt(8))
    assert scores.loc["oracle", "mean_speedup"] == pytest.approx(3)
    assert scores.loc["baseline", "geo_speedup"] == 1
    assert scores.loc["baseline", "oracle_share"] == pytest.approx(1 / np.sqrt(8))
    assert scores.loc["best constant", "geo_speedup"] <= np.sqrt(2)
    assert scores.loc["majority", "accuracy"] == 0  # its group's label is rarer
    assert scores.loc["1-NN", "accuracy"] == 1
    assert scores.loc["auxiliary forest", "accuracy"] < 1
    assert (scores["samples"] == 24).all() and (scores["seeds"] == 1).all()


def test_recommenders_are_fitted_to_runtimes_in_pipelines_too():
    data = dataset()
    plain = NearestNeighborRecommender(3, abstain_quantile=None)
    models = {"plain": plain, "scaled": make_pipeline(StandardScaler(), plain)}
    table = evaluate(
        data, models, splits=["kernel"], seeds=[0, 1], n_splits=4, trivial=False
    )
    assert table["model"].tolist() == ["plain", "scaled", "oracle"]
    assert table["accuracy"].tolist() == [1, 1, 1]
    assert (table["seeds"] == 2).all() and (table["accuracy_std"] == 0).all()


def test_what_was_not_measured_is_not_chosen():
    data = dataset(missing=True)
    model = NearestNeighborRecommender(3, abstain_quantile=None)
    found = evaluate(
        data,
        model,
        splits=["kernel"],
        seeds=[0],
        n_splits=None,
        trivial=False,
        return_recommendations=True,
    )
    mine = found[found["model"] == "NearestNeighborRecommender"]
    assert set(mine["chosen"]) == {"base", "even"}
    assert mine["correct"].all()


def test_abstention_and_seeds_are_reported():
    class Shy(NearestNeighborRecommender):
        def fit(self, X, y, groups=None):
            assert groups is not None and len(groups) == len(X)
            super().fit(X, y, groups)
            self.abstain_distance_ = -1.0
            return self

    data, calls = dataset(), []
    table = evaluate(
        data,
        Shy(),
        splits=["suite", "kernel"],
        seeds=[0],
        n_splits=4,
        on_fold=lambda: calls.append(1),
    )
    shy = table[table["model"] == "Shy"]
    assert (shy["abstention"] == 1).all() and (shy["geo_speedup"] == 1).all()
    assert table["split"].drop_duplicates().tolist() == ["suite", "kernel"]
    assert len(calls) == 2 + 4


def test_the_same_in_other_processes():
    data = dataset()
    model = NearestNeighborRecommender(3)
    options = {"splits": ["kernel"], "seeds": [0], "n_splits": 4}
    here = evaluate(data, model, **options)
    there = evaluate(data, model, n_jobs=2, **options)
    pd.testing.assert_frame_equal(here, there)


def test_intervals_draw_whole_groups():
    chosen = pd.DataFrame({"sample": range(40), "speedup": [1.0, 2.0] * 20})
    assert bootstrap_interval(chosen, ["one"] * 40) == pytest.approx((2**0.5, 2**0.5))
    pairs = np.repeat(np.arange(20), 2)
    assert bootstrap_interval(chosen, pairs) == pytest.approx((2**0.5, 2**0.5))
    low, high = bootstrap_interval(chosen, np.arange(40))
    assert 1.1 < low < 2**0.5 < high < 1.8


def test_summaries_by_other_columns():
    data = dataset()
    found = evaluate(
        data,
        KNeighborsClassifier(1),
        seeds=[0],
        splits=["kernel"],
        n_splits=4,
        return_recommendations=True,
    )
    found["suite"] = data.groups["suite"].to_numpy()[found["sample"]]
    table = summarize(found, ["suite", "model"])
    assert len(table) == 2 * 7
    assert (table["samples"] == 12).all()


def test_names_of_trivial_models_are_taken():
    with pytest.raises(ValueError, match="'oracle' is a trivial model's name"):
        evaluate(dataset(), {"oracle": KNeighborsClassifier(1)})


def test_a_pipeline_of_one_step():
    alone = make_pipeline(NearestNeighborRecommender(3, abstain_quantile=None))
    table = evaluate(
        dataset(), alone, splits=["kernel"], seeds=[0], n_splits=4, trivial=False
    )
    assert table["accuracy"].tolist() == [1, 1]


def test_what_was_not_measured_is_wrong_and_no_faster():
    data = dataset(missing=True)

    class Fast(KNeighborsClassifier):
        def predict(self, X):
            return ["fast"] * len(X)

    found = evaluate(
        data,
        {"fast": Fast(1)},
        splits=["kernel"],
        seeds=[0],
        n_splits=4,
        trivial=False,
        return_recommendations=True,
    )
    mine = found[found["model"] == "fast"]
    odd = data.data[mine["sample"], 0] == 1
    assert (mine["speedup"][odd] == 1).all() and not mine["correct"][odd].any()
    assert (mine["speedup"][~odd] == 0.5).all()
