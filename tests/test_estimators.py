"""NearestNeighborRecommender against brute force, hand counts and its own promises."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import warnings

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.spatial.distance import cdist
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import cross_val_score
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from tunembed.estimators import NearestNeighborRecommender
from tunembed.metrics import regret_score, speedup_score

NAN = float("nan")
CONFIGURATIONS = ["O3", "tile", "omp", "simd"]


def make_machine(n=150, seed=0, offset=(0.0, 0.0, 0.0, 0.0)):
    """Return embeddings and runtimes of four configurations that follow from them."""
    rng = np.random.default_rng(seed)
    X = rng.uniform(-1, 1, size=(n, 3))
    slowdown = np.column_stack([np.zeros(n), X[:, 0], X[:, 1], X[:, 2]]) + offset
    noise = rng.normal(scale=0.1, size=slowdown.shape)
    seconds = np.exp(rng.normal(size=(n, 1)) + slowdown + noise)
    return X, pd.DataFrame(seconds, columns=CONFIGURATIONS)


def label_data(n=120, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 4))
    return X, np.array(["static", "dynamic", "guided"])[X[:, :3].argmax(axis=1)]


# -- search ------------------------------------------------------------------------


@pytest.mark.parametrize("metric", ["euclidean", "manhattan", "cosine"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_neighbors_are_those_of_brute_force(metric, dtype):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(400, 8)).astype(dtype)
    queries = rng.normal(size=(30, 8)).astype(dtype)
    y = rng.integers(3, size=400)
    model = NearestNeighborRecommender(7, metric=metric).fit(X, y)
    distances, indices = model.kneighbors(queries)
    name = {"manhattan": "cityblock"}.get(metric, metric)
    exact = cdist(queries.astype(float), X.astype(float), name)
    assert_array_equal(indices, exact.argsort(axis=1)[:, :7])
    assert distances == pytest.approx(np.sort(exact, axis=1)[:, :7], rel=1e-4)


@pytest.mark.parametrize("shift", [0.0, 1e4, -1e9])
@pytest.mark.parametrize("spread", [1e-6, 1.0, 1e25])
def test_float32_sieve_never_loses_a_neighbor(shift, spread):
    rng = np.random.default_rng(1)
    X = (rng.normal(size=(500, 5)) + shift) * spread
    X[100:200] = X[:100] + 1e-7 * rng.normal(size=(100, 5)) * spread
    queries = X[::17] + 1e-7 * spread
    model = NearestNeighborRecommender(5, abstain_quantile=None)
    distances, indices = model.fit(X, np.arange(500) % 2).kneighbors(queries)
    exact = cdist(queries, X)
    assert_allclose(distances, np.sort(exact, axis=1)[:, :5], rtol=1e-12)
    assert_allclose(np.take_along_axis(exact, indices, axis=1), distances, rtol=1e-12)


def test_queries_far_beyond_float32_are_answered():
    X, y = label_data()
    model = NearestNeighborRecommender(3).fit(X, y)
    distances, indices = model.kneighbors([[1e60, 0.0, 0.0, 0.0]])
    assert np.isfinite(distances).all()
    assert model.rank([[1e60, 0, 0, 0]])["abstained"].all()
    assert len(set(indices[0])) == 3


def test_equal_distances_are_ordered_by_index():
    X = np.tile([[1.0, 2.0], [3.0, 4.0]], (50, 1))
    model = NearestNeighborRecommender(4).fit(X, np.arange(100) % 2)
    assert model.kneighbors([[3.0, 4.0]])[1].tolist() == [[1, 3, 5, 7]]


def test_many_queries_at_once_are_as_one_by_one(monkeypatch):
    monkeypatch.setattr("tunembed.estimators._search._BLOCK", 1000)
    monkeypatch.setattr("tunembed.estimators._evidence._BLOCK", 50)
    X, y = make_machine()
    model = NearestNeighborRecommender().fit(X, y)
    queries = make_machine(seed=1)[0]
    single = np.concatenate([model.predict_proba([query]) for query in queries])
    assert model.predict_proba(queries) == pytest.approx(single)


def test_kneighbors_arguments():
    X, y = label_data(n=5)
    model = NearestNeighborRecommender().fit(X, y)
    assert model.kneighbors(X)[0].shape == (5, 5)
    assert model.kneighbors(X, 2, return_distance=False).tolist() == (
        cdist(X, X).argsort(axis=1)[:, :2].tolist()
    )
    for wrong in (0, 1.5, "3"):
        with pytest.raises(ValueError, match="n_neighbors must be an int"):
            model.kneighbors(X, wrong)


# -- labels ------------------------------------------------------------------------


@pytest.mark.parametrize("weights", ["uniform", "distance", lambda d: np.exp(-d)])
def test_labels_vote_as_in_scikit_learn(weights):
    X, y = label_data()
    queries, _ = label_data(seed=1)
    ours = NearestNeighborRecommender(5, weights=weights, abstain_quantile=None)
    theirs = KNeighborsClassifier(5, weights=weights).fit(X, y)
    ours.fit(X, y)
    assert_array_equal(ours.classes_, theirs.classes_)
    assert ours.predict_proba(queries) == pytest.approx(theirs.predict_proba(queries))
    assert_array_equal(ours.predict(queries), theirs.predict(queries))
    assert ours.score(queries, y) == theirs.score(queries, y)


def test_default_baseline_of_labels_is_the_most_frequent():
    model = NearestNeighborRecommender(1)
    model.fit([[0.0], [1.0], [2.0], [3.0]], ["tile", "omp", "omp", "tile"])
    assert model.baseline_ == "omp"
    assert model.predict([[100.0]]).tolist() == ["omp"]


def test_a_baseline_that_never_was_best_is_known():
    X, y = label_data()
    model = NearestNeighborRecommender(baseline="O3").fit(X, y)
    assert model.classes_.tolist() == ["O3", "dynamic", "guided", "static"]
    assert model.predict(np.full((1, 4), 50.0)).tolist() == ["O3"]
    assert model.predict_proba(np.full((1, 4), 50.0)).tolist() == [[1, 0, 0, 0]]
    assert not model.predict_proba(X)[:, 0].any()


def test_rank_of_labels():
    X = [[0.0], [0.1], [0.2], [5.0]]
    model = NearestNeighborRecommender(3, weights="uniform").fit(X, [8, 8, 2, 4])
    ranked = model.rank([[0.1]])
    assert ranked["configuration"].tolist() == [8, 2, 4]
    assert ranked["confidence"].tolist() == pytest.approx([2 / 3, 1 / 3, 0])
    assert ranked["expected_speedup"].isna().all()


# -- runtime tables ----------------------------------------------------------------


def test_table_by_hand():
    seconds = pd.DataFrame(
        {"O3": [1.0, 2.0, 4.0], "tile": [0.5, 2.0, NAN], "omp": [NAN, NAN, 1.0]}
    )
    model = NearestNeighborRecommender(3, weights="uniform", shrinkage=1.0)
    ranked = model.fit([[0.0], [1.0], [2.0]], seconds).rank([[1.0]])
    # tile: log 2 and log 1 of two neighbours and an imaginary one; omp: log 4 of one.
    assert ranked["configuration"].tolist() == ["omp", "tile", "O3"]
    assert ranked["expected_speedup"].tolist() == pytest.approx([2, 2 ** (1 / 3), 1])
    assert ranked["confidence"].tolist() == pytest.approx([1 / 2, 1 / 3, 1])
    assert ranked["rank"].tolist() == [1, 2, 3]
    assert ranked["neighbors"][0] == (1, 0, 2)
    assert ranked["neighbor_distances"][0] == (0.0, 1.0, 1.0)
    assert ranked["distance"].tolist() == [0.0] * 3
    assert not ranked["abstained"].any()


def test_shrinkage_prefers_the_often_seen_to_the_once_lucky():
    seconds = pd.DataFrame({"O3": np.ones(5), "lucky": NAN, "steady": 0.5})
    seconds.loc[0, "lucky"] = 0.4
    X = np.arange(5.0)[:, None]
    model = NearestNeighborRecommender(5, weights="uniform")
    assert model.fit(X, seconds).predict([[2.0]]).tolist() == ["steady"]
    bold = clone(model).set_params(shrinkage=0)
    assert bold.fit(X, seconds).predict([[2.0]]).tolist() == ["lucky"]


def test_a_known_program_is_recommended_what_was_measured_for_it():
    X, seconds = make_machine()
    model = NearestNeighborRecommender().fit(X, seconds)
    assert_array_equal(model.predict(X), seconds.idxmin(axis=1))


def test_regret_is_lower_than_that_of_any_single_configuration():
    X, seconds = make_machine(n=400)
    train, test = slice(0, 300), slice(300, None)
    model = NearestNeighborRecommender().fit(X[train], seconds[train])
    reached = regret_score(seconds[test], model.predict(X[test]))
    single = min(regret_score(seconds[test], [c] * 100) for c in CONFIGURATIONS)
    assert reached < 0.5 * single


def test_regret_not_errors_is_minimised():
    # Two neighbours say a is a little faster, the third that it is ten times slower.
    seconds = pd.DataFrame({"O3": [1.0, 1.0, 1.0], "a": [0.9, 0.9, 10.0]})
    model = NearestNeighborRecommender(3, weights="uniform")
    X = [[0.0], [1.0], [2.0]]
    assert model.fit(X, seconds).predict([[1.0]]).tolist() == ["O3"]
    labels = seconds.idxmin(axis=1)
    assert model.fit(X, labels).predict([[1.0]]).tolist() == ["a"]


def test_baseline_may_be_any_column():
    X, seconds = make_machine()
    model = NearestNeighborRecommender(baseline="omp").fit(X, seconds)
    ranked = model.rank(X[:1], k=4).set_index("configuration")
    assert ranked.loc["omp", "expected_speedup"] == 1.0
    assert ranked.loc["omp", "confidence"] == 1.0


def test_ranked_in_order_and_complete():
    X, seconds = make_machine()
    model = NearestNeighborRecommender().fit(X, seconds)
    ranked = model.rank(X[:7], k=99)
    assert len(ranked) == 7 * 4
    assert ranked["sample"].tolist() == np.repeat(np.arange(7), 4).tolist()
    for _, group in ranked.groupby("sample"):
        assert group["expected_speedup"].is_monotonic_decreasing
        assert sorted(group["configuration"]) == sorted(CONFIGURATIONS)
    first = ranked[ranked["rank"] == 1]
    assert_array_equal(first["configuration"], model.predict(X[:7]))
    assert_array_equal(
        model.classes_[model.predict_proba(X[:7]).argmax(axis=1)], model.predict(X[:7])
    )
    assert ranked["confidence"].between(0, 1).all()


def test_what_no_neighbor_measured_ranks_between_baseline_and_slower():
    seconds = pd.DataFrame(
        {"slow": [2.0, 2.0], "unknown": [NAN, NAN], "O3": [1.0, 1.0]}
    )
    model = NearestNeighborRecommender(baseline="O3").fit([[0.0], [1.0]], seconds)
    ranked = model.rank([[0.5]])
    assert ranked["configuration"].tolist() == ["O3", "unknown", "slow"]
    assert ranked["confidence"].tolist() == [1.0, 0.0, 0.0]


def test_score_of_a_table_is_the_speedup_of_the_best_ranked_measured():
    X, seconds = make_machine()
    model = NearestNeighborRecommender().fit(X, seconds)
    other, measured = make_machine(n=40, seed=3)
    expected = speedup_score(measured, model.predict(other), "O3")
    assert model.score(other, measured) == pytest.approx(expected)
    second = model.rank(other, k=2).query("rank == 2")["configuration"].tolist()
    gaps = measured.copy()
    for row, first in enumerate(model.predict(other)):
        if first != "O3":
            gaps.loc[row, first] = NAN
        else:
            second[row] = "O3"
    assert model.score(other, gaps) == pytest.approx(
        speedup_score(measured, second, "O3")
    )
    assert model.score(other, measured, sample_weight=[1] + [0] * 39) == pytest.approx(
        speedup_score(measured, model.predict(other), "O3", average="none")[0]
    )


def test_tables_work_with_cross_validation_and_pipelines():
    X, seconds = make_machine()
    pipe = make_pipeline(StandardScaler(), NearestNeighborRecommender())
    scores = cross_val_score(pipe, X, seconds, cv=3)
    assert (scores > 1.3).all()


def test_configurations_of_any_hashable_kind():
    X, seconds = make_machine(n=20)
    seconds.columns = pd.Index([("static", 1), ("static", 8), "O3", 4], dtype=object)
    model = NearestNeighborRecommender(baseline="O3").fit(X, seconds)
    assert set(model.predict(X)) <= set(seconds.columns)
    assert set(model.rank(X)["configuration"]) == set(seconds.columns)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"O3": [1.0, NAN]}, r"baseline 'O3' was not measured for sample number 1"),
        ({"tile": [0.0, 1.0]}, r"got 0.0 for sample 0, configuration 'tile'"),
        ({"tile": ["fast", "slow"]}, "not all of its columns are numeric"),
    ],
)
def test_bad_tables(change, message):
    seconds = pd.DataFrame({"O3": [1.0, 1.0], "tile": [1.0, 1.0]}).assign(**change)
    with pytest.raises(ValueError, match=message):
        NearestNeighborRecommender().fit([[0.0], [1.0]], seconds)


def test_bad_targets():
    X = [[0.0], [1.0]]
    seconds = pd.DataFrame({"O3": [1.0, 1.0], "tile": [1.0, 1.0]})
    with pytest.raises(ValueError, match=r"'tiles' is not a column .* 'tile'"):
        NearestNeighborRecommender(baseline="tiles").fit(X, seconds)
    with pytest.raises(ValueError, match="two columns named 'O3'"):
        NearestNeighborRecommender().fit(X, seconds.set_axis(["O3", "O3"], axis=1))
    with pytest.raises(ValueError, match="A runtime table is passed as a DataFrame"):
        NearestNeighborRecommender().fit(X, seconds.to_numpy())
    with pytest.raises(ValueError, match="all text or all numbers; got 1 and 'O3'"):
        NearestNeighborRecommender(baseline="O3").fit(X, [1, 2])
    with pytest.raises(ValueError, match="k must be an int of at least 1; got 0"):
        NearestNeighborRecommender().fit(X, seconds).rank(X, k=0)
    with pytest.raises(ValueError, match="weights must return non-negative"):
        bad = NearestNeighborRecommender(weights=lambda d: -d - 1).fit(X, seconds)
        bad.predict([[0.5]])


# -- abstention --------------------------------------------------------------------


def test_threshold_is_the_quantile_of_leave_one_out_distances():
    X, seconds = make_machine()
    for metric, name in (("euclidean", "euclidean"), ("l1", "cityblock")):
        exact = cdist(X, X, name)
        np.fill_diagonal(exact, np.inf)
        model = NearestNeighborRecommender(abstain_quantile=0.8, metric=metric)
        threshold = model.fit(X, seconds).abstain_distance_
        assert threshold == pytest.approx(np.quantile(exact.min(axis=1), 0.8))


def test_far_samples_get_the_baseline_and_are_told():
    X, seconds = make_machine()
    model = NearestNeighborRecommender().fit(X, seconds)
    queries = np.array([X[0], [40.0, -40.0, 0.0]])
    assert model.predict(queries)[1] == "O3"
    distance = model.decision_distance(queries)
    assert distance == pytest.approx(cdist(queries, X).min(axis=1))
    assert distance[0] <= model.abstain_distance_ < distance[1]
    ranked = model.rank(queries)
    assert ranked["abstained"].tolist() == [False] * 4 + [True] * 4
    far = ranked[ranked["sample"] == 1]
    assert far["configuration"].iloc[0] == "O3"
    assert far["confidence"].tolist() == [1, 0, 0, 0]
    assert model.predict_proba(queries)[1].tolist() == [1, 0, 0, 0]
    bold = clone(model).set_params(abstain_quantile=None).fit(X, seconds)
    assert bold.abstain_distance_ == np.inf
    assert not bold.rank(queries)["abstained"].any()


def test_share_abstained_from_is_as_calibrated():
    X, seconds = make_machine(n=600)
    model = NearestNeighborRecommender(abstain_quantile=0.9).fit(X[:500], seconds[:500])
    share = model.rank(X[500:], k=1)["abstained"].mean()
    assert 0.03 < share < 0.2


def test_groups_keep_near_copies_from_narrowing_the_threshold():
    X, seconds = make_machine(n=50)
    copies = np.repeat(X, 3, axis=0) + 1e-6 * np.arange(150)[:, None]
    table = seconds.loc[np.repeat(seconds.index, 3)].reset_index(drop=True)
    queries = make_machine(n=100, seed=5)[0]
    model = NearestNeighborRecommender()
    narrow = model.fit(copies, table).rank(queries, k=1)["abstained"].mean()
    program = np.repeat([f"kernel{i}" for i in range(50)], 3)
    wide = (
        model.fit(copies, table, groups=program).rank(queries, k=1)["abstained"].mean()
    )
    assert narrow == 1.0
    assert wide < 0.3
    once = clone(model).fit(X, seconds)
    model.fit(copies, table, groups=program)
    assert model.abstain_distance_ == pytest.approx(once.abstain_distance_, rel=0.05)


def test_one_group_or_one_sample_never_abstains():
    X, seconds = make_machine(n=10)
    model = NearestNeighborRecommender().fit(X, seconds, groups=["gemm"] * 10)
    assert model.abstain_distance_ == np.inf
    assert NearestNeighborRecommender().fit(X[:1], ["omp"]).predict(X).tolist() == (
        ["omp"] * 10
    )
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        model.fit(X, seconds, groups=["gemm"])


def test_calibration_on_many_samples_uses_some_of_them(monkeypatch):
    X, seconds = make_machine(n=300)
    full = NearestNeighborRecommender().fit(X, seconds).abstain_distance_
    monkeypatch.setattr("tunembed.estimators._neighbor_search._N_CALIBRATION", 100)
    some = NearestNeighborRecommender().fit(X, seconds).abstain_distance_
    assert some == pytest.approx(full, rel=0.3)


def test_samples_with_nan_are_abstained_from_and_never_neighbors():
    X, seconds = make_machine(n=30)
    X[4, 1] = NAN
    for metric in ("euclidean", "cosine"):
        model = NearestNeighborRecommender(30, metric=metric).fit(X, seconds)
        distances, indices = model.kneighbors(X)
        assert indices.shape == (30, 29)
        assert 4 not in indices
        assert (indices[4] == -1).all()
        assert np.isinf(distances[4]).all()
        assert model.predict(X)[4] == "O3"
        ranked = model.rank(X)
        assert ranked.loc[ranked["sample"] == 4, "abstained"].all()
        assert np.isfinite(model.predict_proba(X)).all()
    labelled = NearestNeighborRecommender().fit(X, seconds.idxmin(axis=1))
    assert labelled.predict(X)[4] == labelled.baseline_
    with pytest.raises(ValueError, match="every row of X contains NaN"):
        model.fit(X[4:5], seconds[4:5])


# -- transfer ----------------------------------------------------------------------


def test_transfer_adapts_to_a_machine_where_one_configuration_disappoints():
    X, source = make_machine(n=300)
    offset = (0.0, 1.5, 0.0, -0.5)
    few, few_seconds = make_machine(n=12, seed=1, offset=offset)
    queries, truth = make_machine(n=100, seed=2, offset=offset)
    model = NearestNeighborRecommender().fit(X, source)
    before = regret_score(truth, model.predict(queries))
    assert model.transfer(few, few_seconds) is model
    after = regret_score(truth, model.predict(queries))
    alone = NearestNeighborRecommender().fit(few, few_seconds)
    assert after < 0.4 * before
    assert after < 0.9 * regret_score(truth, alone.predict(queries))
    learnt = (
        model.log_ratios_[:300]
        - NearestNeighborRecommender().fit(X, source).log_ratios_
    )
    shift = pytest.approx(np.array(offset) * 12 / 13, abs=0.15)
    assert learnt == pytest.approx(np.tile(learnt[0], (300, 1)))
    assert learnt[0] == shift


def test_transfer_to_the_same_machine_does_no_harm():
    X, source = make_machine(n=300)
    few, few_seconds = make_machine(n=8, seed=1)
    queries, truth = make_machine(n=100, seed=2)
    model = NearestNeighborRecommender().fit(X, source)
    before = regret_score(truth, model.predict(queries))
    after = regret_score(truth, model.transfer(few, few_seconds).predict(queries))
    assert after < before + 0.02


def test_transfer_is_trusted_over_the_source_for_the_same_program():
    X, source = make_machine(n=50)
    target = source.copy()
    target["simd"] = target.min(axis=1) / 3
    model = NearestNeighborRecommender().fit(X, source).transfer(X[:1], target[:1])
    assert model.predict(X[:1]).tolist() == ["simd"]
    labels = source.idxmin(axis=1)
    model.fit(X, labels).transfer(X[:1], ["new"])
    assert model.predict(X[:1]).tolist() == ["new"]
    assert model.classes_.tolist() == sorted({*labels, "new"})
    assert_array_equal(model.predict(X[1:]), labels[1:])


def test_transfer_adds_configurations_and_leaves_missing_ones():
    X, source = make_machine(n=50)
    target = source[["O3", "tile"]].assign(gpu=source["O3"] / 5)[:10]
    model = NearestNeighborRecommender().fit(X, source).transfer(X[:10], target)
    assert model.classes_.tolist() == [*CONFIGURATIONS, "gpu"]
    assert model.log_ratios_.shape == (60, 5)
    assert np.isnan(model.log_ratios_[:50, 4]).all()
    assert np.isnan(model.log_ratios_[50:, 2:4]).all()
    assert set(model.predict(X[:10])) == {"gpu"}


def test_transfer_widens_what_is_known():
    X, source = make_machine()
    model = NearestNeighborRecommender().fit(X, source)
    threshold = model.abstain_distance_
    there = X[:20] + 30.0
    assert (model.predict(there) == "O3").all()
    model.transfer(there[:10], source[:10])
    assert model.abstain_distance_ == threshold
    assert_array_equal(model.predict(there[:10]), source[:10].idxmin(axis=1))
    assert model.kneighbors(there[:1], 1)[1].tolist() == [[150]]


def test_fit_forgets_transfer():
    X, source = make_machine()
    few, few_seconds = make_machine(n=5, seed=1)
    fresh = NearestNeighborRecommender().fit(X, source)
    model = NearestNeighborRecommender().fit(few, few_seconds["O3"] > 1)
    model.fit(X, source).transfer(few, few_seconds).fit(X, source)
    assert_array_equal(model.predict_proba(few), fresh.predict_proba(few))
    assert vars(model).keys() == vars(fresh).keys()


def test_transfer_in_a_pipeline():
    X, source = make_machine()
    few, few_seconds = make_machine(n=5, seed=1)
    pipe = make_pipeline(StandardScaler(), NearestNeighborRecommender()).fit(X, source)
    pipe[-1].transfer(pipe[:-1].transform(few), few_seconds)
    assert_array_equal(pipe.predict(few), few_seconds.idxmin(axis=1))


def test_transfer_follows_the_state_rules():
    X, source = make_machine()
    with pytest.raises(NotFittedError):
        NearestNeighborRecommender().transfer(X, source)
    model = NearestNeighborRecommender().fit(X, source)
    with pytest.raises(ValueError, match="X has 2 features"):
        model.transfer(X[:, :2], source)
    with pytest.raises(ValueError, match="fitted to a runtime table, .* got labels"):
        model.transfer(X, ["O3"] * 150)
    with pytest.raises(ValueError, match="'O3' is not a column"):
        model.transfer(X, source[["tile"]])
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        model.transfer(X[:3], source)
    model.fit(X, source.idxmin(axis=1))
    with pytest.raises(ValueError, match="fitted to labels, .* got a runtime table"):
        model.transfer(X, source)


def test_transfer_samples_with_nan_are_ignored():
    X, source = make_machine()
    few, few_seconds = make_machine(n=6, seed=1)
    few[0] = NAN
    model = NearestNeighborRecommender().fit(X, source).transfer(few, few_seconds)
    clean = NearestNeighborRecommender().fit(X, source)
    clean.transfer(few[1:], few_seconds[1:])
    assert model.predict_proba(X) == pytest.approx(clean.predict_proba(X))


# -- persistence -------------------------------------------------------------------


def test_skops_needs_to_trust_only_the_class_itself():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        sio = pytest.importorskip("skops.io", reason="skops is not installed")
    X, source = make_machine()
    own = {"tunembed.estimators._nearest_neighbor.NearestNeighborRecommender"}
    for target in (source, source.idxmin(axis=1)):
        model = NearestNeighborRecommender().fit(X, target)
        stored = sio.dumps(model)
        assert set(sio.get_untrusted_types(data=stored)) == own
        loaded = sio.loads(stored, trusted=sorted(own))
        assert_array_equal(loaded.predict(X), model.predict(X))
