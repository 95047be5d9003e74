"""Recommenders by regression and boosting; probes, risk, low rank and reasons."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import pickle
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.dummy import DummyRegressor
from sklearn.ensemble import ExtraTreesRegressor
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.model_selection import cross_val_score
from sklearn.multioutput import MultiOutputRegressor
from sklearn.neighbors import KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from tunembed.datasets import make_runtime_table
from tunembed.estimators import (
    GradientBoostingRecommender,
    NearestNeighborRecommender,
    RegressionRecommender,
)
from tunembed.estimators._configuration_ranker import ConfigurationRanker, grade
from tunembed.estimators._conformal import risk_threshold
from tunembed.estimators._latent import LatentTable
from tunembed.metrics import regret_score, speedup_score

NAN = float("nan")
MODELS = {
    "trees": RegressionRecommender(ExtraTreesRegressor(30, random_state=0)),
    "ridge": RegressionRecommender(Ridge()),
    "boosting": GradientBoostingRecommender(n_estimators=40, learning_rate=0.1),
    "ranking": GradientBoostingRecommender(
        "ranking", n_estimators=40, learning_rate=0.1
    ),
    "neighbors": NearestNeighborRecommender(abstain_quantile=None),
}
LEARNING = [name for name in MODELS if name != "neighbors"]
BOOSTED = ["boosting", "ranking"]


@pytest.fixture(params=MODELS)
def model(request):
    return clone(MODELS[request.param])


@pytest.fixture(params=LEARNING)
def learning(request):
    return clone(MODELS[request.param])


@pytest.fixture(params=BOOSTED)
def boosted(request):
    return clone(MODELS[request.param])


def problem(n=160, seed=0, **options):
    """Return features, runtimes and those without noise, no two programs alike."""
    made = make_runtime_table(
        n, 8, n_features=6, n_informative=3, n_groups=n, random_state=seed, **options
    )
    return made.data, made.runtimes, made.oracle


def labelled(n=150, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 4))
    return X, np.array(["static", "dynamic", "guided"])[X[:, :3].argmax(axis=1)]


def mean_recommender(**options):
    """Return a recommender that expects of all samples what the known ones had."""
    return RegressionRecommender(DummyRegressor(), n_components=None, **options)


# -- what is recommended -----------------------------------------------------------


def test_faster_than_any_single_configuration(model):
    X, seconds, oracle = problem(240)
    model.fit(X[:160], seconds[:160])
    reached = model.score(X[160:], oracle[160:])
    single = [speedup_score(oracle[160:], [c] * 80, "c0") for c in oracle]
    best = speedup_score(oracle[160:], oracle[160:].idxmin(axis=1), "c0")
    assert max(single) < reached <= best
    assert np.log(reached) > 0.6 * np.log(best)


def test_missing_cells_are_put_up_with(model):
    X, seconds, oracle = problem(240, missing=0.4)
    assert seconds.isna().to_numpy().mean() > 0.3
    reached = model.fit(X[:160], seconds[:160]).score(X[160:], oracle[160:])
    best = speedup_score(oracle[160:], oracle[160:].idxmin(axis=1), "c0")
    assert np.log(reached) > 0.5 * np.log(best)


def test_labels_are_learnt(model):
    X, y = labelled()
    queries, truth = labelled(seed=1)
    model.fit(X, y)
    assert model.score(queries, truth) > 0.75
    probability = model.predict_proba(queries)
    assert probability.sum(axis=1) == pytest.approx(np.ones(150))
    assert_array_equal(
        model.classes_[probability.argmax(axis=1)], model.predict(queries)
    )
    assert model.rank(queries)["expected_speedup"].isna().all()


def test_a_label_that_never_was_best_gets_no_votes(model):
    X, y = labelled()
    model.set_params(baseline="auto").fit(X, y)
    assert model.classes_.tolist() == ["auto", "dynamic", "guided", "static"]
    assert model.predict_proba(X)[:, 0] == pytest.approx(np.zeros(150), abs=1e-9)
    assert model.score(X, y) > 0.75


def test_one_label_is_always_recommended(model):
    X, _ = labelled()
    model.fit(X, ["omp"] * 150)
    assert set(model.predict(X)) == {"omp"}


def test_score_rank_and_predict_agree(model):
    X, seconds, _ = problem()
    model.fit(X, seconds)
    queries, truth, _ = problem(40, seed=1)
    chosen = model.predict(queries)
    ranked = model.rank(queries, k=99)
    assert ranked.groupby("sample").size().tolist() == [8] * 40
    assert_array_equal(ranked.query("rank == 1")["configuration"], chosen)
    for _, one in ranked.groupby("sample"):
        assert one["expected_speedup"].is_monotonic_decreasing
        assert set(one["configuration"]) == set(seconds)
    base = ranked[ranked["configuration"] == "c0"]
    assert base["expected_speedup"].tolist() == pytest.approx([1.0] * 40)
    assert base["confidence"].tolist() == [1.0] * 40
    assert ranked["confidence"].between(0, 1).all()
    assert model.score(queries, truth) == pytest.approx(
        speedup_score(truth, chosen, "c0")
    )
    likely = model.classes_[model.predict_proba(queries).argmax(axis=1)]
    assert_array_equal(likely, chosen)


def test_configurations_that_are_all_the_same_leave_the_baseline(model):
    X, seconds, _ = problem(30)
    same = pd.DataFrame(np.tile(seconds[["c0"]], 3), columns=["O3", "tile", "omp"])
    assert set(model.fit(X, same).predict(X)) == {"O3"}
    assert set(model.fit(X, same[["O3"]]).predict(X)) == {"O3"}


def test_pickles_clones_and_pipelines(model):
    X, seconds, _ = problem()
    model.set_params(n_neighbors=3).fit(X, seconds)
    loaded = pickle.loads(pickle.dumps(model))
    assert_array_equal(loaded.predict_proba(X), model.predict_proba(X))
    again = clone(model).fit(X, seconds)
    assert_array_equal(again.predict_proba(X), model.predict_proba(X))
    pipe = make_pipeline(StandardScaler(), clone(model))
    assert (cross_val_score(pipe, X, seconds, cv=3) > 1.1).all()


def test_neighbors_beside_a_model_are_the_nearest_by_standardised_features(learning):
    X, seconds, _ = problem()
    X = X * [1, 10, 100, 1, 1, 0.01]
    learning.fit(X, seconds)
    scaled = X / X.std(axis=0)
    exact = np.linalg.norm(scaled[:5, None] - scaled[None], axis=2)
    distances, indices = learning.kneighbors(X[:5], 4)
    assert_array_equal(indices, exact.argsort(axis=1)[:, :4])
    assert distances == pytest.approx(np.sort(exact, axis=1)[:, :4], abs=1e-6)
    ranked = learning.rank(X[:5], k=1)
    assert [list(found) for found in ranked["neighbors"]] == (
        learning.kneighbors(X[:5], return_distance=False).tolist()
    )


# -- boosting ----------------------------------------------------------------------


def test_boosting_is_quiet_and_the_same_every_time(boosted, capfd):
    X, seconds, _ = problem()
    first = boosted.fit(X, seconds).predict_proba(X)
    assert_array_equal(clone(boosted).fit(X, seconds).predict_proba(X), first)
    threads = clone(boosted).set_params(n_jobs=2)
    assert_allclose(threads.fit(X, seconds).predict_proba(X), first)
    tiny = clone(boosted).fit(X[:2], seconds[:2])
    assert len(tiny.predict(X)) == 160
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("share", ["subsample", "colsample_bytree"])
def test_boosting_draws_by_random_state(boosted, share):
    X, seconds, _ = problem()
    boosted.set_params(**{share: 0.5})
    first, other, again = [
        clone(boosted).set_params(random_state=seed).fit(X, seconds).predict_proba(X)
        for seed in (0, 1, 0)
    ]
    assert_array_equal(first, again)
    assert not np.allclose(first, other)


def test_boosting_takes_nan_for_what_is_not_known(boosted):
    X, seconds, oracle = problem(240)
    holes = np.random.default_rng(0).uniform(size=X.shape) < 0.1
    X = np.where(holes, NAN, X)
    X[:, 5] = NAN
    boosted.fit(X[:160], seconds[:160])
    assert boosted.score(X[160:], oracle[160:]) > 1.2
    assert np.isfinite(boosted.rank(X)["expected_speedup"]).all()
    assert np.isfinite(boosted.kneighbors(X)[0]).all()


def test_ranking_scores_become_speedups_by_least_squares():
    X, seconds, _ = problem(missing=0.2)
    model = GradientBoostingRecommender("ranking", n_estimators=20).fit(X, seconds)
    ranker = model.model_
    assert isinstance(ranker, ConfigurationRanker)
    table = ranker.table
    loadings = np.column_stack([table.mean_, table.components_.T])
    scores = np.column_stack(
        [
            ranker.model.predict(np.hstack([X, np.tile(row, (160, 1))]))
            for row in loadings
        ]
    )
    leads = scores - scores[:, [0]]
    gains = np.log(seconds[["c0"]].to_numpy() / seconds.to_numpy())
    known = ~np.isnan(gains)
    slope = np.linalg.lstsq(leads[known][:, None], gains[known], rcond=None)[0][0]
    assert slope > 0
    ranked = model.rank(X, k=8).pivot(
        index="sample", columns="configuration", values="expected_speedup"
    )
    assert np.log(ranked.to_numpy()) == pytest.approx(slope * leads)


def test_grades_are_even_steps_worth_their_speedup():
    grades, worth = grade(np.log([0.5, 0.25, 4.0, 2.0]))
    assert grades.tolist() == [32, 0, 127, 95]
    assert worth[[0, 127]] == pytest.approx([0.0, 3.75])
    assert (np.diff(worth) > 0).all()
    same, _ = grade(np.zeros(3))
    assert same.tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    "wrong",
    [{"objective": "speed"}, {"n_estimators": 0}, {"num_leaves": 1}, {"subsample": 0}],
)
def test_boosting_refuses_wrong_parameters(wrong):
    X, seconds, _ = problem(20)
    with pytest.raises(ValueError, match=f"The '{next(iter(wrong))}' parameter of"):
        GradientBoostingRecommender(**wrong).fit(X, seconds)


# -- probes ------------------------------------------------------------------------


def probed(n=160, probes=("c0", "c2"), seed=0):
    """Return features that end with the runtimes of probes, and the runtimes."""
    X, seconds, _ = problem(n, seed)
    return np.hstack([X, seconds[list(probes)]]), seconds


def speedups(model, X):
    ranked = model.rank(X, k=99)
    return ranked.pivot(
        index="sample", columns="configuration", values="expected_speedup"
    )[model.classes_.tolist()]


def test_probes_are_found_by_name_or_are_the_last_columns(model):
    X, seconds = probed()
    model.set_params(probes=["c0", "c2"])
    by_place = clone(model).fit(X, seconds).predict_proba(X)
    names = [*"uvwxyz", "c0", "c2"]
    frame = pd.DataFrame(X, columns=names)[["u", "c2", "v", "w", "c0", "x", "y", "z"]]
    assert_allclose(model.fit(frame, seconds).predict_proba(frame), by_place)
    assert model.samples_.shape[0] == 160
    array = clone(model).set_params(probes=np.array(["c0", "c2"]))
    assert_allclose(array.fit(X, seconds).predict_proba(X), by_place)


def test_what_was_run_is_known(model):
    X, seconds = probed()
    model.set_params(probes=["c0", "c2"]).fit(X, seconds)
    queries, truth = probed(30, seed=1)
    ranked = model.rank(queries, k=8)
    expected = speedups(model, queries)
    assert expected["c2"].to_numpy() == pytest.approx(truth["c0"] / truth["c2"])
    sure = ranked[ranked["configuration"] == "c2"].set_index("sample")["confidence"]
    assert_array_equal(sure == 1, truth["c2"] <= truth["c0"])
    assert set(sure) == {0.0, 1.0}


def test_without_the_baseline_among_them_only_how_they_compare_is_known(model):
    X, seconds = probed(probes=("c1", "c2"))
    model.set_params(probes=["c1", "c2"]).fit(X, seconds)
    queries, truth = probed(30, probes=("c1", "c2"), seed=1)
    expected = speedups(model, queries)
    assert (expected["c2"] / expected["c1"]).to_numpy() == pytest.approx(
        truth["c1"] / truth["c2"]
    )
    assert expected["c0"].to_numpy() == pytest.approx(np.ones(30))


def test_without_the_baseline_neighbors_say_how_fast_probes_are_on_the_whole():
    seconds = pd.DataFrame({"O3": [4.0, 1.0], "a": [2.0, 1.0], "b": [0.5, 1.0]})
    X = [[0.0, 2.0, 0.5], [9.0, 1.0, 1.0]]
    model = NearestNeighborRecommender(1, shrinkage=0, probes=["a", "b"])
    # 2 and 8 times faster in the neighbour, so 4 in the mean; here b takes 9 times a.
    expected = speedups(model.fit(X, seconds), [[0.0, 0.1, 0.9]])
    assert expected.loc[0].tolist() == pytest.approx([1.0, 12.0, 4 / 3])


@pytest.mark.parametrize("probes", [("c0", "c2"), ("c1", "c2")])
def test_a_ranking_says_by_how_much_the_others_beat_the_best_probe(probes):
    X, seconds = probed(probes=probes)
    model = clone(MODELS["ranking"]).set_params(probes=list(probes)).fit(X, seconds)
    X[:10, 6:] = NAN
    X[10:20, 7] = NAN
    expected = speedups(model, X).to_numpy()
    alone = np.exp(-model.model_.predict(model._read(X, reset=False)[0]))
    took = np.where(np.isnan(X[:, 6:]), np.inf, X[:, 6:])
    best = seconds.columns.get_indexer(probes)[took.argmin(axis=1)][:, None]
    lead = expected[:, 3:] / np.take_along_axis(expected, best, axis=1)
    assert lead[10:] == pytest.approx(
        (alone[:, 3:] / np.take_along_axis(alone, best, axis=1))[10:]
    )
    assert expected[:10] == pytest.approx(alone[:10])


@pytest.mark.parametrize("factor", [0.5, 2.0])
def test_a_probe_is_kept_where_nothing_else_is_expected_to_be_faster(factor):
    rng = np.random.default_rng(0)
    seconds = pd.DataFrame(rng.uniform(1, 9, size=(20, 2)), columns=["O3", "tile"])
    seconds["omp"] = seconds.min(axis=1) * factor
    X = seconds[["O3", "tile"]].to_numpy()
    model = mean_recommender(probes=["O3", "tile"]).fit(X, seconds)
    expected = speedups(model, X)["omp"]
    assert expected.to_numpy() == pytest.approx(
        seconds["O3"] / seconds["omp"], rel=1e-6
    )
    kept = seconds[["O3", "tile"]].idxmin(axis=1)
    assert set(kept) == {"O3", "tile"}
    assert_array_equal(model.predict(X), kept if factor > 1 else ["omp"] * 20)


@pytest.mark.parametrize("name", MODELS)
def test_probes_say_more_than_features(name):
    made = make_runtime_table(
        240, 8, n_features=6, n_informative=6, rank=2, n_groups=240, random_state=2
    )
    X = np.hstack([made.data[:, :1], made.runtimes[["c0", "c1", "c2"]]])
    with_probes = clone(MODELS[name]).set_params(probes=["c0", "c1", "c2"])
    blind = clone(MODELS[name])
    truth = made.oracle[160:]
    with_probes.fit(X[:160], made.runtimes[:160])
    blind.fit(X[:160, :1], made.runtimes[:160])
    assert regret_score(truth, with_probes.predict(X[160:])) < 0.8 * regret_score(
        truth, blind.predict(X[160:, :1])
    )


def test_probes_may_be_missing(model):
    X, seconds = probed()
    X[:40, 6] = NAN
    X[40:80, 7] = NAN
    X[80:90, 6:] = NAN
    model.set_params(probes=["c0", "c2"]).fit(X, seconds)
    assert np.isfinite(speedups(model, X)).all(axis=None)
    queries, truth = probed(9, seed=1)
    queries[:3, 6:] = NAN
    queries[3:6, 7] = NAN
    expected = speedups(model, queries)["c2"]
    exact = np.isclose(expected, truth["c0"] / truth["c2"])
    assert exact.tolist() == [False] * 6 + [True] * 3


@pytest.mark.parametrize("name", LEARNING)
def test_without_any_probe_run_a_model_of_probes_abstains(name):
    X, seconds = probed()
    model = clone(MODELS[name]).set_params(probes=["c0", "c2"]).fit(X, seconds)
    X[:5, 6:] = NAN
    ranked = model.rank(X, k=1)
    assert ranked["abstained"].tolist() == [True] * 5 + [False] * 155
    assert set(ranked["configuration"][:5]) == {"c0"}


@pytest.mark.parametrize("never", [[7], [6, 7]])
def test_probes_that_never_were_run_say_nothing(model, never):
    X, seconds = probed()
    X[:, never] = NAN
    model.set_params(probes=["c0", "c2"]).fit(X, seconds)
    assert np.isnan(model.medians_[never]).all()
    assert np.isfinite(model.predict_proba(X)).all()
    assert len(model.explain(X[:2], n_features=8)) > 16


def test_probes_need_not_be_configurations(model):
    X, seconds = probed()
    other = clone(model).set_params(probes=["small input", "c2"])
    expected = speedups(other.fit(X, seconds), X)
    assert expected["c0"].to_numpy() == pytest.approx(np.ones(160))
    labels = seconds.idxmin(axis=1)
    assert model.set_params(probes=["c0", "c2"]).fit(X, labels).score(X, labels) > 0.4


def test_errors_of_probes_say_what_is_missing():
    X, seconds = probed(20)
    frame = pd.DataFrame(X, columns=[*"uvwxyz", "c0", "c1"])
    for model in (mean_recommender(), NearestNeighborRecommender()):
        model.set_params(probes=["c0", "c2"])
        with pytest.raises(ValueError, match="X has no column 'c2', which must hold"):
            model.fit(frame, seconds)
        with pytest.raises(ValueError, match="X has 1 columns, fewer than the 2"):
            model.fit(X[:, :1], seconds)
        X[3, 7] = 0.0
        with pytest.raises(ValueError, match=r"got 0.0 for the probe 'c2' in row 3"):
            model.fit(X, seconds)
        X[3, 7] = 1.0
    ridge = RegressionRecommender(Ridge(), probes=["c0", "c2"])
    X[3, 7] = NAN
    ridge.fit(X, seconds)
    X[3, 0] = NAN
    with pytest.raises(ValueError, match="NaN"):
        ridge.fit(X, seconds)


# -- abstention at a level of risk -------------------------------------------------


@st.composite
def calibrations(draw):
    """Return gains, harm and groups of samples, and a level."""
    sizes = draw(st.lists(st.integers(1, 4), min_size=1, max_size=12))
    groups = np.repeat(np.arange(len(sizes)), sizes)
    levels = st.sampled_from([-np.inf, 0.0, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0])
    gains = draw(st.lists(levels, min_size=len(groups), max_size=len(groups)))
    harmful = draw(st.lists(st.booleans(), min_size=len(groups), max_size=len(groups)))
    alpha = Fraction(draw(st.integers(1, 19)), 20)
    return np.array(gains), np.array(harmful), groups, alpha


@settings(max_examples=300, deadline=None)
@given(calibrations())
def test_threshold_is_the_least_one_that_keeps_the_promise(case):
    gains, harmful, groups, alpha = case
    n_groups = int(groups.max()) + 1

    def bound(threshold):
        """Return the share of harm among the next groups' actions, in whole numbers."""
        harmed, acted = Fraction(1), Fraction(0)
        for group in range(n_groups):
            own = groups == group
            here = own & (gains >= threshold)
            harmed += Fraction(int((here & harmful).sum()), int(own.sum()))
            acted += Fraction(int(here.sum()), int(own.sum()))
        return harmed / (n_groups + 1) / (acted / n_groups)

    threshold = risk_threshold(gains, harmful, groups, float(alpha))
    possible = sorted(set(gains[gains > -np.inf]))
    allowed = [level for level in possible if bound(level) <= alpha]
    assert threshold == min(allowed, default=np.inf)


def noise(n, seed, per_group=3):
    """Return features that say nothing, runtimes, and groups of a common luck."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 3))
    groups = np.repeat(np.arange(n // per_group), per_group)
    luck = rng.normal(size=(n // per_group, 5))[groups]
    luck[:, 0] = 0.0
    return X, pd.DataFrame(np.exp(luck), columns=list("abcde")), groups


def share_of_harm(seconds, chosen, baseline):
    took = seconds.to_numpy()[range(len(chosen)), seconds.columns.get_indexer(chosen)]
    return float((took > seconds[baseline]).mean())


@pytest.mark.parametrize("name", ["ridge", "neighbors"])
def test_on_noise_alpha_keeps_harm_rare(name):
    harm, bold, acted = [], [], []
    for seed in range(30):
        X, seconds, groups = noise(150, seed)
        queries, truth, _ = noise(60, 1000 + seed)
        model = clone(MODELS[name]).fit(X, seconds, groups)
        bold.append(share_of_harm(truth, model.predict(queries), "a"))
        model.set_params(alpha=0.1).fit(X, seconds, groups)
        ranked = model.rank(queries, k=1)
        acted.append(float((~ranked["abstained"]).mean()))
        harm.append(share_of_harm(truth, ranked["configuration"], "a"))
    assert np.mean(bold) > 0.3
    assert np.mean(acted) < 0.25
    assert np.mean(harm) < 0.1 + 2 * np.std(harm) / np.sqrt(30)


def test_alpha_leaves_what_is_worth_it():
    harm, bold_harm = [], []
    for seed in range(4):
        X, seconds, oracle = problem(400, seed, noise=0.4)
        best = np.log(seconds[:300]).mean().idxmin()
        bold = RegressionRecommender(Ridge(), baseline=best)
        wary = clone(bold).set_params(alpha=0.05).fit(X[:300], seconds[:300])
        bold.fit(X[:300], seconds[:300])
        ranked = wary.rank(X[300:], k=1)
        chosen, held = ranked["configuration"], ranked["abstained"]
        boldly = bold.predict(X[300:])
        harm.append(share_of_harm(seconds[300:], chosen, best))
        bold_harm.append(share_of_harm(seconds[300:], boldly, best))
        assert 0.1 < held.mean() < 0.9
        assert_array_equal(chosen[~held], boldly[~held])
        assert set(chosen[held]) == {best}
        acted = ~held & (chosen != best)
        gains = np.log(ranked["expected_speedup"][acted])
        assert (gains >= wary.abstain_gain_ - 1e-12).all()
        assert wary.score(X[300:], oracle[300:]) > 1.03
    assert np.mean(harm) < 0.05 + 2 * np.sqrt(0.05 * 0.95 / 400)
    assert np.mean(bold_harm) > 0.12


def test_with_too_few_groups_nothing_is_promised(model):
    X, seconds, _ = noise(48, 0)
    model.set_params(alpha=0.1)
    for groups in (np.arange(48) % 8, ["gemm"] * 48):
        ranked = model.fit(X, seconds, groups).rank(X, k=1)
        assert model.abstain_gain_ == np.inf
        assert set(ranked["configuration"]) == {"a"}
        assert ranked["abstained"].sum() > 24


def test_a_higher_alpha_lets_more_through():
    X, seconds, groups = noise(300, 0)
    found = [
        RegressionRecommender(Ridge(), alpha=alpha).fit(X, seconds, groups)
        for alpha in (0.05, 0.5, 0.8)
    ]
    thresholds = [model.abstain_gain_ for model in found]
    assert thresholds == sorted(thresholds, reverse=True)
    shares = [model.rank(X, k=1)["abstained"].mean() for model in found]
    assert shares[0] >= shares[1] >= shares[2] < shares[0]
    assert RegressionRecommender(Ridge()).fit(X, seconds).abstain_gain_ == -np.inf


def test_with_labels_alpha_bounds_how_often_they_are_wrong():
    rng = np.random.default_rng(0)
    X, y = labelled(900)
    y = np.where(rng.uniform(size=900) < 0.2, rng.permutation(y), y)
    bold = GradientBoostingRecommender(n_estimators=30, baseline="auto")
    wary = clone(bold).set_params(alpha=0.1).fit(X[:600], y[:600])
    chosen = wary.predict(X[600:])
    wrong = (chosen != y[600:]) & (chosen != "auto")
    assert wrong.mean() < 0.13
    assert (chosen != "auto").mean() > 0.05
    boldly = bold.fit(X[:600], y[:600]).predict(X[600:])
    assert (boldly != y[600:]).mean() > 0.15


# -- low rank ----------------------------------------------------------------------


def low_rank(n=60, columns=12, rank=2, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, rank)) @ rng.normal(size=(rank, columns)) + rng.normal(
        size=columns
    )


@pytest.mark.parametrize("seed", range(3))
def test_a_table_of_rank_2_is_recovered_from_seven_cells_of_ten(seed):
    whole = low_rank(seed=seed)
    missing = np.random.default_rng(seed).uniform(size=whole.shape) < 0.3
    table = LatentTable(2).fit(np.where(missing, NAN, whole))
    found = table.decode(table.encode(np.where(missing, NAN, whole)))
    assert found == pytest.approx(whole, abs=0.02)
    assert table.noise_ == pytest.approx(np.full(12, 1e-4), rel=0.1)


def test_all_components_leave_the_table_as_it_is():
    rng = np.random.default_rng(0)
    ratios = rng.normal(size=(50, 6))
    table = LatentTable(6).fit(ratios)
    assert table.components_.shape == (6, 6)
    coordinates = table.encode(ratios)
    assert coordinates.var(axis=0) == pytest.approx(np.ones(6), rel=0.01)
    assert table.decode(coordinates) == pytest.approx(ratios, abs=0.01)
    assert table.encode(np.full((1, 6), NAN)).tolist() == [[0.0] * 6]


@pytest.mark.parametrize("missing", [0.0, 0.3])
def test_noise_is_what_the_components_leave_over(missing):
    rng = np.random.default_rng(0)
    noisy = low_rank(2000) + 0.3 * rng.normal(size=(2000, 12))
    noisy[rng.uniform(size=noisy.shape) < missing] = NAN
    table = LatentTable(2).fit(noisy)
    # Two of twelve directions of the noise go into the components.
    left = 0.3**2 * 10 / 12
    assert table.noise_.mean() == pytest.approx(left, rel=0.15)


def test_weights_count_samples():
    ratios = low_rank(20) + np.random.default_rng(1).normal(size=(20, 12))
    ratios[3, 4] = NAN
    counts = np.arange(20) % 3 + 1
    once = LatentTable(3).fit(ratios, counts.astype(float))
    copies = LatentTable(3).fit(np.repeat(ratios, counts, axis=0))
    for name in ("mean_", "components_", "noise_"):
        assert getattr(once, name) == pytest.approx(getattr(copies, name), abs=1e-4)


def test_neighbors_pool_what_the_components_leave():
    rng = np.random.default_rng(0)
    whole = np.hstack([np.zeros((200, 1)), low_rank(200, 11, rank=1)])
    noisy = whole + 0.3 * rng.normal(size=whole.shape)
    noisy[:, 0] = 0.0
    noisy[rng.uniform(size=whole.shape) < 0.2] = NAN
    noisy[:, 0] = 0.0
    seconds = pd.DataFrame(np.exp(noisy)).add_prefix("c")
    X = rng.normal(size=(200, 2))
    raw = NearestNeighborRecommender().fit(X, seconds)
    smooth = NearestNeighborRecommender(n_components=1).fit(X, seconds)
    full = NearestNeighborRecommender(n_components=12).fit(X, seconds)
    assert full.log_ratios_ == pytest.approx(raw.log_ratios_, abs=0.05, nan_ok=True)
    assert_array_equal(np.isnan(smooth.log_ratios_), np.isnan(raw.log_ratios_))
    assert not smooth.log_ratios_[:, 0].any()
    error = np.nanstd(smooth.log_ratios_ - whole)
    assert error < 0.5 * np.nanstd(raw.log_ratios_ - whole)


def test_few_components_suffice_for_a_table_of_low_rank():
    X, seconds, oracle = problem(240, rank=2)
    some = RegressionRecommender(Ridge(), n_components=2).fit(X[:160], seconds[:160])
    every = RegressionRecommender(Ridge(), n_components=None)
    every.fit(X[:160], seconds[:160])
    assert some.table_.components_.shape == (2, 8)
    assert len(every.table_.components_) == 7
    assert some.score(X[160:], oracle[160:]) == pytest.approx(
        every.score(X[160:], oracle[160:]), rel=0.05
    )
    direct = Ridge().fit(X[:160], np.log(seconds / seconds[["c0"]].to_numpy())[:160])
    assert np.log(speedups(every, X[160:])).to_numpy() == pytest.approx(
        -direct.predict(X[160:]), abs=0.05
    )


# -- clip, balance and weights -----------------------------------------------------

FOUR = pd.DataFrame({"O3": np.ones(4), "tile": np.exp([-1.0, -1.0, -1.0, 7.0])})
X4 = np.arange(4.0)[:, None]


@pytest.mark.parametrize(
    ("clip", "expected"), [(None, -1.0), (2, 0.25), (0.5, 0.25), ((-3, 1), 0.5)]
)
def test_clip_by_hand(clip, expected):
    model = mean_recommender(clip=clip).fit(X4, FOUR)
    gain = np.log(speedups(model, X4[:1])["tile"])
    assert gain.tolist() == pytest.approx([expected])


@pytest.mark.parametrize("clip", [(1, 2), (-2, -1), (0, 1)])
def test_clip_must_leave_the_baseline(clip):
    with pytest.raises(ValueError, match="clip must reach below and above 0"):
        mean_recommender(clip=clip).fit(X4, FOUR)


@pytest.mark.parametrize(("power", "weight"), [(0, 1.0), (0.5, 3**0.5), (1, 3.0)])
def test_balance_by_hand(power, weight):
    groups = ["gemm", "gemm", "gemm", "jacobi"]
    model = mean_recommender(balance=power).fit(X4, FOUR, groups)
    gain = np.log(speedups(model, X4[:1])["tile"])
    assert gain.tolist() == pytest.approx([(3 - 7 * weight) / (3 + weight)])
    alone = mean_recommender(balance=power).fit(X4, FOUR)
    assert np.log(speedups(alone, X4[:1])["tile"]).tolist() == pytest.approx([-1.0])


def test_balance_reaches_boosting(boosted):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(100, 2))
    rare = np.arange(100) >= 90
    seconds = pd.DataFrame({"O3": np.ones(100), "tile": np.where(rare, 20.0, 0.5)})
    boosted.set_params(n_estimators=5, min_child_samples=100)
    plain = clone(boosted).fit(X, seconds, rare)
    even = clone(boosted).set_params(balance=1.0).fit(X, seconds, rare)
    assert set(plain.predict(X)) == {"tile"}
    assert set(even.predict(X)) == {"O3"}
    assert (speedups(even, X)["tile"] < 0.9).all()


def test_weights_reach_the_last_step_of_a_pipeline():
    X, seconds, _ = problem(60)
    groups = np.arange(60) // 4 % 3 == 0
    pipe = make_pipeline(StandardScaler(), LinearRegression())
    inside = RegressionRecommender(pipe, balance=1.0).fit(X, seconds, groups)
    outside = RegressionRecommender(LinearRegression(), balance=1.0)
    plain = RegressionRecommender(pipe).fit(X, seconds, groups)
    outside.fit(X, seconds, groups)
    assert_allclose(speedups(inside, X), speedups(outside, X))
    assert not np.allclose(speedups(inside, X), speedups(plain, X))


@pytest.mark.parametrize(
    "regressor",
    [KNeighborsRegressor(), MultiOutputRegressor(KNeighborsRegressor())],
)
def test_regressors_without_weights_are_given_none(regressor):
    X, seconds, oracle = problem(240)
    model = RegressionRecommender(regressor).fit(X[:160], seconds[:160])
    assert model.score(X[160:], oracle[160:]) > 1.2
    assert model.transfer(X[160:170], seconds[160:170]).samples_.shape == (170, 6)


# -- transfer ----------------------------------------------------------------------


def test_transfer_adapts_to_a_machine_where_some_configurations_disappoint(model):
    X, seconds, oracle = problem(300)
    best = oracle.idxmin(axis=1).value_counts().index[:2]
    slower = np.where(seconds.columns.isin(best), 4.0, 1.0)
    model.fit(X[:200], seconds[:200])
    before = regret_score(oracle[220:] * slower, model.predict(X[220:]))
    threshold = model.abstain_gain_
    assert model.transfer(X[200:220], seconds[200:220] * slower) is model
    after = regret_score(oracle[220:] * slower, model.predict(X[220:]))
    assert after < 0.6 * before
    assert model.abstain_gain_ == threshold
    assert model.samples_.shape == (220, 6)
    learnt = model.log_ratios_[:200] - clone(model).fit(X, seconds).log_ratios_[:200]
    assert learnt.mean(axis=0) == pytest.approx(np.log(slower) * 20 / 21, abs=0.3)


def test_transfer_adds_configurations_and_labels(model):
    X, seconds, _ = problem()
    target = (seconds[["c0", "c1"]]).assign(gpu=seconds.min(axis=1) / 5)
    model.fit(X, seconds).transfer(X[:40], target[:40])
    assert model.classes_.tolist() == [*seconds.columns, "gpu"]
    assert model.log_ratios_.shape == (200, 9)
    assert set(model.predict(X[:20])) == {"gpu"}
    labels = seconds.idxmin(axis=1)
    model.fit(X, labels).transfer(X[:20], ["gpu"] * 20)
    assert "gpu" in model.classes_
    assert (model.predict(X[:20]) == "gpu").mean() > 0.7
    assert_array_equal(model.fit(X, seconds).classes_, seconds.columns)


def test_transfer_of_probes(model):
    X, seconds = probed(200)
    frame = pd.DataFrame(X, columns=[*"uvwxyz", "c0", "c2"])
    model.set_params(probes=["c0", "c2"]).fit(frame[:150], seconds[:150])
    target = seconds[150:] * np.where(seconds.columns == "c5", 0.1, 1.0)
    model.transfer(frame[150:180], target[:30])
    assert (model.predict(frame[180:]) == "c5").mean() > 0.8
    expected = speedups(model, frame[180:])["c2"]
    assert expected.to_numpy() == pytest.approx(target["c0"][30:] / target["c2"][30:])


def test_transfer_refuses_the_other_kind_of_target(learning):
    X, seconds, _ = problem(40)
    with pytest.raises(ValueError, match="fitted to a runtime table, .* got labels"):
        learning.fit(X, seconds).transfer(X, ["c0"] * 40)
    with pytest.raises(ValueError, match="'c0' is not a column"):
        learning.transfer(X, seconds[["c1"]])


# -- reasons -----------------------------------------------------------------------


def explained(n=150, seed=0):
    """Return features of which the third decides how tiling does."""
    rng = np.random.default_rng(seed)
    X = pd.DataFrame(rng.normal(size=(n, 5)), columns=["a", "b", "trip", "c", "d"])
    base = rng.uniform(1, 2, size=n)
    tile = base * np.exp(-X["trip"] + 0.05 * rng.normal(size=n))
    return X, pd.DataFrame({"O3": base, "tile": tile, "unroll": base * 1.05})


def test_the_feature_that_decides_comes_first(model):
    X, seconds = explained()
    queries = X.iloc[[0, 1]].assign(trip=[2.0, 1.5])
    model.set_params(n_neighbors=4).fit(X, seconds)
    why = model.explain(queries, n_features=3)
    assert why["sample"].tolist() == [0] * 7 + [1] * 7
    assert set(why["configuration"]) == {"tile"}
    assert not why["abstained"].any()
    for sample, rows in why.groupby("sample"):
        features = rows[rows["kind"] == "feature"]
        assert features["name"].iloc[0] == "trip"
        assert features["value"].iloc[0] == queries["trip"].iloc[sample]
        assert len(features) == 3
        sizes = features["contribution"].abs()
        assert sizes.is_monotonic_decreasing
        assert features["contribution"].iloc[0] > 0.2
        near = rows[rows["kind"] == "neighbor"]
        distances, indices = model.kneighbors(queries.iloc[[sample]])
        assert near["name"].tolist() == [str(row) for row in indices[0]]
        assert near["value"].tolist() == pytest.approx(distances[0].tolist())
        own = np.log(seconds["O3"] / seconds["tile"]).iloc[indices[0]]
        assert near["contribution"].tolist() == pytest.approx(own.tolist())


def test_contributions_of_a_line_are_its_terms():
    X, seconds = explained()
    model = RegressionRecommender(LinearRegression(), n_components=None)
    model.fit(X, seconds)
    line = LinearRegression().fit(X, np.log(seconds["O3"] / seconds["tile"]))
    query = X.iloc[[0]].assign(trip=2.0)
    why = model.explain(query).query("kind == 'feature'").set_index("name")
    terms = pd.Series(line.coef_ * (query.iloc[0] - X.median()), index=X.columns)
    assert why["contribution"][terms.index].tolist() == pytest.approx(
        terms.tolist(), abs=0.01
    )


def test_labels_are_explained(model):
    X, seconds = explained()
    y = np.where(X["trip"] > 0.5, "tile", "O3")
    model.set_params(n_neighbors=4, baseline="O3").fit(X.to_numpy(), y)
    query = X.iloc[[0]].assign(trip=1.5).to_numpy()
    why = model.explain(query, n_features=2)
    assert set(why["configuration"]) == {"tile"}
    features = why[why["kind"] == "feature"]
    assert features["name"].iloc[0] == "x2"
    assert features["contribution"].iloc[0] > 0.1
    near = why[why["kind"] == "neighbor"]
    right = (y[near["name"].astype(int)] == "tile").astype(float)
    assert near["contribution"].tolist() == right.tolist()


def test_abstention_is_explained_as_such():
    X, seconds = explained()
    model = RegressionRecommender(Ridge(), alpha=0.1)
    model.fit(X, seconds, groups=["gemm"] * 150)
    why = model.explain(X.iloc[[0]].assign(trip=2.0))
    assert why["abstained"].all()
    assert set(why["configuration"]) == {"O3"}
    assert not why.query("kind == 'feature'")["contribution"].any()
    nearest = NearestNeighborRecommender().fit(X, seconds)
    blind = nearest.explain(X.iloc[[0]].assign(trip=NAN))
    assert blind["kind"].tolist() == ["feature"] * 5


def test_configurations_of_any_hashable_kind_are_explained(model):
    X, seconds = explained(60)
    seconds.columns = pd.Index(["O3", ("static", 8), 4], dtype=object)
    why = model.fit(X, seconds).explain(X.assign(trip=2.0)[:2])
    assert set(why["configuration"]) == {("static", 8)}
