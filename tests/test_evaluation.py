"""The published tasks: what is scored, how it is shown, and some of the scores."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import dataclasses
import json
import os

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Ridge
from typer.testing import CliRunner

from tunembed.cli._evaluate import TaskName
from tunembed.cli._main import app
from tunembed.datasets import make_runtime_table
from tunembed.datasets._archive import MIRROR
from tunembed.estimators import RegressionRecommender
from tunembed.evaluation import TASKS, Problem, run_problems, run_task, write_report
from tunembed.evaluation._choice import ChosenRecommender
from tunembed.evaluation._device_mapping import (
    features,
    from_vectors,
    with_run,
)
from tunembed.evaluation._numa import BestProbe
from tunembed.evaluation._report import as_markdown

needs_mirror = pytest.mark.skipif(
    not os.environ.get(MIRROR), reason=f"{MIRROR} is not set"
)


@pytest.fixture(scope="module")
def problem():
    dataset = make_runtime_table(60, n_groups=20, random_state=0, as_frame=True)
    half = np.arange(60) < 30
    return Problem(
        "made",
        dataset,
        {
            "ridge": (RegressionRecommender(Ridge()), dataset.data),
            "blind": (RegressionRecommender(Ridge()), dataset.data * 0.0),
        },
        ("usual", "group"),
        n_splits=3,
        parts={"first": half},
        draw_by="group",
    )


@pytest.fixture(scope="module")
def scores(problem):
    steps = []
    table = run_problems(
        [problem], seeds=(0, 1), progress=lambda *step: steps.append(step)
    )
    assert steps[-1] == (24, 24) and len(steps) == 24
    return table


def test_every_model_is_scored_once_per_split_and_part(scores):
    trivial = ["baseline", "majority", "best constant", "1-NN", "oracle"]
    for _, rows in scores.groupby(["split", "part"]):
        assert sorted(rows["model"]) == sorted(["ridge", "blind", *trivial])
    assert set(scores["part"]) == {"all", "first"}
    assert set(scores[scores["part"] == "first"]["samples"]) == {30}


def test_features_matter_and_intervals_hold_the_mean(scores):
    table = scores[scores["part"] == "all"].set_index(["split", "model"])
    for split in ("usual", "group"):
        at = table.loc[split]["geo_speedup"]
        assert at["blind"] < at["ridge"] < at["oracle"]
        assert at["baseline"] == 1
    assert (table["low"] <= table["geo_speedup"] + 1e-9).all()
    assert (table["geo_speedup"] <= table["high"] + 1e-9).all()


def test_one_split_of_several(problem):
    table = run_problems([problem], splits=["group"], seeds=[0])
    assert set(table["split"]) == {"group"}


def test_reports(scores, tmp_path):
    pytest.importorskip("matplotlib")
    text, plot = write_report(scores, "Made up", tmp_path / "new" / "made")
    assert text.read_text("utf-8").startswith("# Made up\n\n| problem | split |")
    shown = [row for row in as_markdown(scores).splitlines() if "| first |" in row]
    assert len(shown) == 2 * 3  # two splits; the trivial models are left out
    assert as_markdown(scores).count("| baseline |") == 2
    assert "<svg" in plot.read_text("utf-8")


def test_what_is_not_known_is_named():
    with pytest.raises(ValueError, match="no task 'spam'; there are devmap"):
        run_task("spam")
    with pytest.raises(ValueError, match="numa has no split 'suite'; it has appl"):
        run_task("numa", splits=["suite"])
    assert list(TASKS) == [task.value for task in TaskName]


def test_the_better_candidate_is_chosen_on_training_groups():
    data = make_runtime_table(80, random_state=1, as_frame=True)
    seeing = RegressionRecommender(Ridge(), alpha=0.2)
    blind = RegressionRecommender(Ridge(alpha=1e9))
    model = ChosenRecommender([blind, seeing])
    model.fit(data.data, data.runtimes, data.groups["group"].to_numpy())
    assert model.scores_[1] > model.scores_[0]
    assert model.recommender_.alpha == 0.2
    assert len(model.rank(data.data[:2], 1)) == 2


def test_the_best_probe_is_kept():
    X = pd.DataFrame({"a": [1.0, 3.0], "b": [2.0, 1.0]})
    assert BestProbe().fit(X, None).rank(X)["configuration"].tolist() == ["a", "b"]


def test_ratios_of_device_mapping_by_hand():
    data = pd.DataFrame(
        [[10.0, 0, 4, 2, 3, 0, 100, 64]],
        columns="comp rational mem localmem coalesced atomic transfer wgsize".split(),
    )
    names = ["access_read", "access_written", "compute_flops", "loop_trips"]
    row = features(data, pd.DataFrame([[1.0, 1.0, 3.0, 2.0]], columns=names)).iloc[0]
    assert row["transfer"] == pytest.approx(np.log(101))
    assert row["coalesced_share"] == pytest.approx(0.6)
    assert row["transfer_per_operation"] == pytest.approx(np.log1p(100 / 15))
    assert row["transfer_per_access"] == pytest.approx(np.log(101 / 4))
    assert row["transfer_flops"] == pytest.approx(np.log(101 * 8))


def test_what_a_run_means_depends_on_its_program():
    rng = np.random.default_rng(0)
    program = rng.integers(0, 2, 120)
    data = pd.DataFrame({"transfer": rng.choice([1e2, 1e6], 120), "wgsize": 64.0})
    vectors = pd.DataFrame(np.eye(2)[program] + rng.normal(0, 0.02, (120, 2)))
    vectors.columns = ["text0", "text1"]
    table = with_run(data, vectors)
    assert list(table) == ["transfer", "wgsize", "text0", "text1"]
    gpu = program == (data["transfer"] > 1e4)
    runtimes = pd.DataFrame({"CPU": 1.0, "GPU": np.where(gpu, 0.5, 2.0)})
    model = from_vectors(table, baseline="CPU").fit(table[:80], runtimes[:80])
    found = model.predict(table[80:])
    assert (found == np.where(gpu[80:], "GPU", "CPU")).mean() > 0.95


def first_model(name, **changes):
    """Return the problems of a task with their first model only."""
    return [
        dataclasses.replace(
            problem, models=dict(list(problem.models.items())[:1]), **changes
        )
        for problem in TASKS[name].problems()
    ]


def geo(table, model="tunembed"):
    rows = table[(table["part"] == "all") & (table["model"] == model)]
    return rows["geo_speedup"].to_numpy()


@needs_mirror
def test_device_mapping_beats_the_trivial_models():
    table = run_problems(first_model("devmap"), splits=["source"], seeds=[0])
    assert (geo(table) > 1.15).all()
    assert (geo(table) > geo(table, "1-NN")).all()


@needs_mirror
def test_divergence_tells_what_not_to_coarsen():
    table = run_problems(first_model("coarsening"), seeds=[0])
    mine = "tunembed, by divergence"
    assert geo(table, mine)[0] > 1.05 > geo(table, "best constant")[0]
    platforms = table[(table["model"] == mine) & (table["part"] != "all")]
    assert len(platforms) == 4 and (platforms["geo_speedup"] > 0.999).all()


@needs_mirror
def test_block_sizes_lose_little():
    table = run_problems(first_model("blocksize"), splits=["kernel"], seeds=[0])
    mine = table[table["model"] == "tunembed"]
    assert 1 / mine["oracle_share"].iloc[0] - 1 < 0.03


@needs_mirror
def test_the_command_scores_probes(tmp_path):
    arguments = ["evaluate", "numa", "--seeds", "1", "--json", "--output", tmp_path]
    done = CliRunner().invoke(app, list(map(str, arguments)))
    assert done.exit_code == 0, done.output
    rows = pd.DataFrame(json.loads(done.stdout)["rows"])
    at = rows[rows["part"] == "all"].set_index("model")["geo_speedup"]
    assert at["tunembed, two probes"] > at["best of the probes"] > 1.2
    assert (tmp_path / "numa.md").exists()


@needs_mirror
def test_the_command_prints_tables():
    done = CliRunner().invoke(app, ["evaluate", "numa", "--seeds", "1"])
    assert done.exit_code == 0, done.output
    assert "numa, split by application" in done.stdout
    assert "tunembed, two probes" in done.stdout


def test_the_command_says_what_is_wrong():
    done = CliRunner().invoke(app, ["evaluate", "numa", "--split", "colour"])
    assert done.exit_code == 2
    assert "no split 'colour'" in done.output
