"""`explain` describes and proposes, and runs nothing."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import json

import pytest

from conftest import KERNELS
from tunembed import explain
from tunembed.kernels import ArgumentError, Build
from tunembed.kernels._worker import Worker
from tunembed.schedules import Roles, Schedule
from tunembed.tuning import TuningDatabase
from tunembed.tuning._knowledge import Knowledge, Neighbor, Suggestion
from tunembed.tuning._recipe import Recipe

KERNEL = KERNELS["product"].replace("double", "float").replace("+=", "+= 2.0f *")


@pytest.fixture(autouse=True)
def nothing_runs(monkeypatch):
    def fail(*_, **__):
        raise AssertionError("a kernel was compiled or run")

    monkeypatch.setattr(Build, "library", fail)
    monkeypatch.setattr(Worker, "__init__", fail)


@pytest.fixture
def explanation(campaigned):
    store = TuningDatabase(campaigned.database, shipped=False)
    return explain(KERNEL, sizes={"n": 50}, database=store, trials=4)


def test_nests(explanation):
    nests = explanation.nests_
    assert list(nests["form"]) == ["normal", "raw"]
    assert list(nests["share"]) == [1.0, 1.0]
    assert nests["at"].iloc[1].endswith(":6:5")


def test_neighbors_and_schedules(explanation):
    nearest = explanation.neighbors_.sort_values("distance").iloc[0]
    assert nearest["kernel"] == "product"
    schedules = explanation.schedules_
    tried = schedules[schedules["refused"] == ""]
    assert len(tried) and "product" in set(tried["learnt_from"])
    assert (tried.groupby(["form", "nest"]).size() <= 4).all()
    assert tried["confidence"].between(0, 1).all()
    # A repeated idea counts for less than it gained elsewhere.
    assert (tried["expected"] > 0.5).all()


def test_features(explanation):
    features = explanation.features_
    assert set(features["form"]) == {"normal", "raw"}
    assert not features.duplicated(["form", "nest", "feature"]).any()
    assert features["value"].abs().max() > 0


def test_json(explanation):
    def refuse(text):
        raise AssertionError(f"{text} is not JSON")

    document = json.loads(explanation.to_json(), parse_constant=refuse)
    assert set(document) == {"nests", "features", "neighbors", "schedules"}
    assert len(document["nests"]) == 2


@pytest.mark.parametrize(
    ("cores", "schedules"), [(1, []), (2, ["parallel(i)", "parallel(j)"])]
)
def test_nothing_known(tmp_path, monkeypatch, cores, schedules):
    """Without neighbours, threads alone are left to try."""
    monkeypatch.setattr("tunembed.tuning._explain.available_cores", lambda: cores)
    store = TuningDatabase(tmp_path / "empty.sqlite", shipped=False)
    found = explain(KERNEL, database=store)
    assert len(found.nests_) == 2
    assert len(found.neighbors_) == 0
    assert [row["schedule"] for row in found.schedules_.to_dict("records")] == schedules
    assert not any(row["learnt_from"] for row in found.schedules_.to_dict("records"))


def test_sizes_change_what_is_said(campaigned):
    store = TuningDatabase(campaigned.database, shipped=False)
    small, large = (
        explain(KERNEL, sizes={"n": n}, database=store).features_["value"].tolist()
        for n in (10, 5000)
    )
    assert small != large


def test_unknown_size(campaigned):
    store = TuningDatabase(campaigned.database, shipped=False)
    with pytest.raises(
        ArgumentError, match="no size 'q'; the sizes of 'product' are n"
    ):
        explain(KERNEL, sizes={"q": 3}, database=store)


def test_a_kernel_that_could_not_run(tmp_path):
    """What would crash, or has a struct, can be explained all the same."""
    text = """struct s { double a; };
    void f(int n, struct s *p) { for (int i = 0; i < n; i++) p[i].a = *(int *)0; }"""
    store = TuningDatabase(tmp_path / "empty.sqlite", shipped=False)
    assert len(explain(text, database=store).nests_) <= 1


def test_a_refusal_is_said_once(campaigned, monkeypatch):
    """Two compilers' recipes with the same schedule are refused for one reason."""
    store = TuningDatabase(campaigned.database, shipped=False)
    known = store.records()
    roles = known.loc[known["kernel"] == "product", "roles"].iloc[0]
    schedule = Schedule.parse("pack(A0, L0); pack(A1, L0)")
    suggestions = [
        Suggestion(
            Recipe("normal", kind, schedule),
            2.0,
            1.0,
            Roles.from_dict(json.loads(roles)),
            Neighbor("product", "dense", 0, 1.0),
        )
        for kind in ("gcc", "clang")
    ]
    monkeypatch.setattr(Knowledge, "suggest", lambda *_, **__: iter([suggestions]))
    text = "void f(int n, double x[n]) { for (int i = 1; i < n; i++) x[i] = x[i - 1]; }"
    (row,) = explain(text, database=store).schedules_.to_dict("records")
    assert row["schedule"] == str(schedule)
    assert "needs 2 arrays" in row["refused"]
