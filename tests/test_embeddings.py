"""PerformanceEmbedding: distances, missing counters, supervision, golden values.

Golden values are made anew, after a change that is meant to change them, by
``python tests/test_embeddings.py``; say in the commit why they changed.
"""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.spatial.distance import pdist
from sklearn.linear_model import Ridge
from sklearn.model_selection import LeaveOneOut, cross_val_predict
from sklearn.pipeline import make_pipeline

from tunembed.embeddings import PerformanceEmbedding
from tunembed.embeddings._response import read_response
from tunembed.embeddings._ridge import _PENALTIES, fit_ridge
from tunembed.embeddings._scaling import robust_center_and_scale, signed_log2
from tunembed.estimators import NearestNeighborRecommender
from tunembed.metrics import regret_score

GOLDEN = Path(__file__).parent / "data" / "golden_embedding.npz"
NAN = float("nan")


def make_programs(n=60, seed=0):
    """Return features of which two of eight decide how four configurations do."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 8))
    speed = np.column_stack([np.zeros(n), 2 * X[:, 0], 2 * X[:, 1], -X[:, 0] - X[:, 1]])
    noise = rng.normal(scale=0.05, size=speed.shape)
    seconds = np.exp(rng.normal(size=(n, 1)) + noise - speed)
    return X, pd.DataFrame(seconds, columns=["O3", "tile", "omp", "simd"])


def with_counters(n=200, seed=0):
    """Return two static columns and a counter that mostly follows from them."""
    rng = np.random.default_rng(seed)
    static = rng.normal(size=(n, 2))
    counter = 2.0 ** (10 + static @ [2.0, 1.0] + rng.normal(scale=0.3, size=n))
    names = ["depth", "stride", "counter_l2"]
    return pd.DataFrame(np.column_stack([static, counter]), columns=names)


def test_without_y_distances_are_those_of_the_scaled_features():
    X, _ = make_programs()
    center, scale = robust_center_and_scale(X)
    ratio = pdist(PerformanceEmbedding().fit_transform(X)) / pdist((X - center) / scale)
    assert ratio == pytest.approx(np.full_like(ratio, ratio[0]))


def test_robust_scale_by_hand():
    X = np.array([[1.0, 0.0, 5.0], [2.0, 0.0, 5.0], [3.0, 0.0, 5.0], [100.0, 1.0, 5.0]])
    center, scale = robust_center_and_scale(X[:3])
    assert center.tolist() == [2.0, 0.0, 5.0]
    assert scale == pytest.approx([1.0 / 1.3489795, 1.0, 1.0])
    # Mostly zero: no interquartile range, half the standard deviation instead.
    many = np.vstack([np.tile(X[0], (9, 1)), X[3]])
    assert robust_center_and_scale(many)[1][1] == pytest.approx(0.3 / 2)


def test_signed_log2():
    assert signed_log2(np.array([0.0, 1.0, -3.0, 1023.0])).tolist() == [0, 1, -2, 10]
    assert np.isnan(signed_log2(np.array([NAN])))[0]


def test_components_beyond_rank_are_zero():
    X, y = make_programs(n=6)
    for target in (None, y):
        embedding = PerformanceEmbedding(n_components=64).fit_transform(X, target)
        assert embedding.shape == (6, 64)
        assert np.abs(embedding[:, :5]).min() > 0
        assert not embedding[:, 5:].any()


def test_fewer_components_keep_most_of_the_variance():
    X, _ = make_programs()
    X[:, 2:] *= 1e-3
    X[:, 2:] += X[:, :1]
    few = PerformanceEmbedding(n_components=2).fit(X)
    assert few.transform(X).shape == (60, 2)
    assert few.explained_variance_ratio_.sum() > 0.99


def test_sign_does_not_depend_on_the_order_of_the_samples():
    X, y = make_programs()
    there = PerformanceEmbedding().fit(X, y)
    back = PerformanceEmbedding().fit(X[::-1], y[::-1])
    assert there.transform(X) == pytest.approx(back.transform(X), abs=1e-6)


def test_constant_features_do_not_count():
    X, _ = make_programs()
    X[:, 3] = 1e6
    assert np.isfinite(PerformanceEmbedding().fit_transform(X)).all()
    nothing = PerformanceEmbedding().fit_transform(np.full((5, 3), 7.0))
    assert not nothing.any()


def test_supervision_brings_alike_responders_together():
    X, y = make_programs(n=300)
    train, test = slice(0, 200), slice(200, None)
    regret = {}
    for supervision in (0.0, 0.9):
        pipe = make_pipeline(
            PerformanceEmbedding(supervision=supervision),
            NearestNeighborRecommender(abstain_quantile=None),
        ).fit(X[train], y[train])
        regret[supervision] = regret_score(y[test], pipe.predict(X[test]))
    assert regret[0.9] < 0.6 * regret[0.0]


def test_supervision_works_with_gaps_in_the_runtime_table():
    X, y = make_programs(n=200)
    gaps = np.random.default_rng(1).random(y.shape) < 0.5
    gaps[:, 0] = False
    full = PerformanceEmbedding(supervision=1.0).fit(X, y).transform(X)
    sparse = PerformanceEmbedding(supervision=1.0).fit(X, y.mask(gaps)).transform(X)
    assert np.corrcoef(pdist(full), pdist(sparse))[0, 1] > 0.98


def test_zero_supervision_is_no_supervision():
    X, y = make_programs()
    without = PerformanceEmbedding().fit_transform(X)
    zero = PerformanceEmbedding(supervision=0.0).fit(X, y).transform(X)
    assert zero == pytest.approx(without)


def test_pure_supervision_gives_distances_of_the_predicted_responses():
    X, y = make_programs()
    response = read_response(y, "runtimes")
    embedding = PerformanceEmbedding(supervision=1.0, alpha=1e-3).fit(X, y).transform(X)
    center, scale = robust_center_and_scale(X)
    predicted = Ridge(alpha=1e-3).fit((X - center) / scale, response)
    distances = pdist(predicted.predict((X - center) / scale))
    ratio = pdist(embedding) / distances
    assert ratio == pytest.approx(np.full_like(ratio, ratio[0]), rel=1e-6)


def test_a_missing_counter_is_not_a_zero():
    X = with_counters()
    embedding = PerformanceEmbedding(n_components=3, counters="counter_").fit(X)
    here = embedding.transform(X)
    unprofiled, zero = X.copy(), X.copy()
    unprofiled["counter_l2"] = NAN
    zero["counter_l2"] = 0.0
    moved = np.linalg.norm(embedding.transform(unprofiled) - here, axis=1)
    moved_by_zero = np.linalg.norm(embedding.transform(zero) - here, axis=1)
    nearest = np.sort(pdist(here))[: len(X)].mean()
    assert np.median(moved_by_zero) > 20 * np.median(moved)
    assert np.median(moved) < 10 * nearest


def test_counters_of_some_samples_only():
    X = with_counters()
    X.loc[::2, "counter_l2"] = NAN
    embedding = PerformanceEmbedding(counters=["counter_l2"]).fit_transform(X)
    assert np.isfinite(embedding).all()
    X["counter_l2"] = NAN
    never = PerformanceEmbedding(counters=["counter_l2"]).fit_transform(X)
    static = PerformanceEmbedding().fit_transform(X[["depth", "stride"]])
    assert never == pytest.approx(static)


@pytest.mark.parametrize(
    "selector",
    [
        "counter_",
        ["counter_l2"],
        [2],
        [-1],
        [False, False, True],
        lambda X: [name for name in X.columns if "l2" in name],
    ],
)
def test_ways_to_select_counters(selector):
    embedding = PerformanceEmbedding(counters=selector).fit(with_counters())
    assert embedding.counters_.tolist() == [2]
    assert embedding.static_.tolist() == [0, 1]


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"counters": "papi_"}, "no feature name starts with counters='papi_'"),
        ({"counters": ["l3"]}, "counters names 'l3', which X does not have"),
        ({"device": [3]}, "device names column 3, but X has 3 columns"),
        ({"counters": [0.5]}, "counters must be a prefix, names, column numbers"),
        ({"counters": [0], "device": [0]}, "column 0 is both"),
        ({"counters": [0, 1, 2]}, "none is static"),
        ({"response": "times"}, "'response' parameter"),
    ],
)
def test_bad_selectors(parameters, message):
    with pytest.raises(ValueError, match=message):
        PerformanceEmbedding(**parameters).fit(with_counters())


def test_names_need_a_data_frame():
    with pytest.raises(ValueError, match="X has no feature names"):
        PerformanceEmbedding(counters="counter_").fit(with_counters().to_numpy())


def test_device_columns_are_orders_of_magnitude_and_may_be_missing():
    X = with_counters().assign(bandwidth=[1e4, 1e5] * 100)
    embedding = PerformanceEmbedding(counters="counter_", device=["bandwidth"]).fit(X)
    assert embedding.center_[3] == pytest.approx(np.log2(1 + np.sqrt(1e9)), rel=1e-3)
    X["bandwidth"] = NAN
    assert np.isfinite(embedding.transform(X)).all()


def test_unparsed_rows_stay_nan_and_teach_nothing():
    X, y = make_programs()
    clean = PerformanceEmbedding().fit(X[1:], y[1:])
    X[0] = NAN
    dirty = PerformanceEmbedding().fit(X, y)
    assert dirty.projection_ == pytest.approx(clean.projection_)
    embedded = dirty.transform(X)
    assert np.isnan(embedded[0]).all()
    assert np.isfinite(embedded[1:]).all()
    with pytest.raises(ValueError, match=r"got 1 of n_samples=2"):
        PerformanceEmbedding().fit(X[:2])


def test_response_by_kind():
    seconds = pd.DataFrame([[1.0, 2.0, 4.0], [8.0, 16.0, 32.0]])
    relative = np.log([[0.5, 1.0, 2.0]] * 2)
    assert read_response(seconds, "auto") == pytest.approx(relative)
    assert read_response(seconds.to_numpy(), "runtimes") == pytest.approx(relative)
    metrics = read_response(np.array([[1.0, 5.0], [3.0, 5.0], [NAN, 5.0]]), "auto")
    assert metrics == pytest.approx(np.array([[-1, 0], [1, 0], [NAN, 0]]), nan_ok=True)
    assert read_response([0.5, 1.5, NAN], "auto").shape == (3, 1)
    labels = read_response(pd.Series(["b", "a", "b"]), "auto")
    assert labels.tolist() == [[0, 1], [1, 0], [0, 1]]


def test_relative_runtimes_with_gaps_are_additive():
    rng = np.random.default_rng(0)
    sample, configuration = rng.normal(size=(30, 1)), rng.normal(size=(1, 5))
    logs = sample + configuration
    seconds = pd.DataFrame(np.exp(logs)).mask(rng.random(logs.shape) < 0.3)
    relative = read_response(seconds, "auto")
    spread = np.nanmax(relative, axis=0) - np.nanmin(relative, axis=0)
    assert spread == pytest.approx(np.zeros(5), abs=1e-6)


@pytest.mark.parametrize(
    ("y", "response", "message"),
    [
        (pd.DataFrame({"a": [1.0, -1.0]}), "auto", r"got -1.0 in row 1, column 0"),
        (pd.DataFrame({"a": ["x", "y"]}), "auto", "not all of it is numeric"),
        ([[1.0, np.inf], [1.0, 1.0]], "metrics", "contains infinity"),
    ],
)
def test_bad_responses(y, response, message):
    with pytest.raises(ValueError, match=message):
        PerformanceEmbedding(response=response).fit([[0.0], [1.0]], y)


def test_ridge_is_ridge_where_known():
    rng = np.random.default_rng(0)
    X, Y = rng.normal(size=(30, 4)), rng.normal(size=(30, 3))
    Y[:10, 1] = NAN
    Y[1:, 2] = NAN
    ours = fit_ridge(X, Y, penalty=2.0)
    for column, rows in ((0, slice(None)), (1, slice(10, None))):
        oracle = Ridge(alpha=2.0).fit(X[rows], Y[rows, column])
        assert ours.coef[:, column] == pytest.approx(oracle.coef_)
        assert ours.intercept[column] == pytest.approx(oracle.intercept_)
    assert not ours.coef[:, 2].any()
    assert ours.intercept[2] == Y[0, 2]


def test_ridge_penalty_has_the_least_leave_one_out_error():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(25, 6))
    Y = X @ rng.normal(size=(6, 2)) + rng.normal(scale=2.0, size=(25, 2))
    errors = [
        ((cross_val_predict(Ridge(alpha=a), X, Y, cv=LeaveOneOut()) - Y) ** 2).sum()
        for a in _PENALTIES
    ]
    best = float(_PENALTIES[np.argmin(errors)])
    assert fit_ridge(X, Y, None).coef == pytest.approx(fit_ridge(X, Y, best).coef)


def golden_embeddings(X, seconds):
    """Return what the golden file pins: without y, with runtimes, with labels."""
    parameters = {"n_components": 12, "counters": [6, 7], "device": [8]}
    unsupervised = PerformanceEmbedding(**parameters).fit_transform(X)
    table = pd.DataFrame(seconds)
    supervised = PerformanceEmbedding(**parameters).fit(X, table).transform(X)
    labels = np.nanargmin(seconds, axis=1)
    labelled = PerformanceEmbedding(**parameters).fit(X, labels).transform(X)
    return {"unsupervised": unsupervised, "supervised": supervised, "labels": labelled}


def test_golden_values():
    with np.load(GOLDEN, allow_pickle=False) as golden:
        now = golden_embeddings(golden["X"], golden["seconds"])
        for name, values in now.items():
            assert values.dtype == golden[name].dtype == np.float64
            np.testing.assert_allclose(values, golden[name], rtol=1e-6, atol=1e-9)


def regenerate():
    """Write the golden file."""
    rng = np.random.default_rng(20240611)
    X = rng.normal(size=(24, 9))
    X[:, 6:] = 2.0 ** (10 + X[:, 6:] + X[:, :1])
    X[rng.random(24) < 0.3, 6:8] = NAN
    seconds = np.exp(rng.normal(size=(24, 5)) + X[:, :5])
    seconds[:, 1:][rng.random((24, 4)) < 0.2] = NAN
    outputs = golden_embeddings(X, seconds)
    np.savez_compressed(GOLDEN, X=X, seconds=seconds, **outputs)


if __name__ == "__main__":
    regenerate()
