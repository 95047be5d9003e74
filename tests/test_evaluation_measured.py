"""The tasks that were measured here: features of loops and of OpenMP kernels."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import numpy as np
import pandas as pd
import pytest

from tunembed._toolchain import CompilerNotFoundError, find_clang
from tunembed.datasets import load_openmp_runtimes
from tunembed.evaluation import TASKS, Problem, run_problems
from tunembed.evaluation._labels import frequent_labels
from tunembed.evaluation._openmp import AUXILIARY, describe_runs, problems
from tunembed.evaluation._vectorization import describe_loops

LOOP = """
{type} a[1024], b[2048];
void f(void) {{
  for (int i = {start}; i {test}; i {step}) {body}
}}
"""
KERNEL = """
void f(int n, double a[n][n]) {
    for (int t = 0; t < 10; t++) {
#pragma omp parallel for schedule(runtime)
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++)
                a[i][j] *= 2.0;
    }
}
"""


def loop(body, dtype="int", start=0, test="< 1024", step="++"):
    return LOOP.format(type=dtype, start=start, test=test, step=step, body=body)


@pytest.fixture(scope="module")
def columns():
    try:
        find_clang()
    except CompilerNotFoundError:
        pytest.skip("there is no clang")
    texts = [
        loop("a[i] = b[2 * i] + b[2 * i + 1];"),
        loop("a[i] += b[i];", "short"),
        loop("a[0] += b[i];", start=959, test=">= 0", step="--"),
        "int f(int x) { return x; }",
    ]
    counters, table = describe_loops(texts, ["f"] * 4)
    assert len(counters) == 4 and (counters.nunique() > 1).all()
    return table


def test_strides_and_widths_of_a_loop(columns):
    assert columns["strided_loads"].tolist() == [2, 0, 0, 0]
    assert columns["widest"].tolist() == [4, 2, 4, 0]
    assert columns["backwards"].tolist() == [0, 0, 1, 0]
    assert columns["stores"][0] == columns["stores"][1] == 1


def test_trips_and_what_divides_them(columns):
    assert columns["trips"].tolist() == pytest.approx([10, 10, np.log2(960), 0])
    assert columns["divisible_64"].tolist() == [1, 1, 1, 0]
    assert columns["divisible_128"].tolist() == [1, 1, 0, 0]
    assert columns["depth"].tolist() == [1, 1, 1, 0]


def test_a_parallel_loop_inside_of_another():
    table = describe_runs([KERNEL, KERNEL], [{"n": 1023}, {"n": 63}])
    assert table["share_iterations"].tolist() == pytest.approx([10, 6], abs=0.1)
    assert table[AUXILIARY[0]].tolist() == pytest.approx([10, 6], abs=0.1)
    # Both start their threads ten times.
    assert "share_regions" not in table


def test_the_openmp_task_is_scored_offline():
    (problem,) = problems()
    runs = load_openmp_runtimes()
    assert len(problem.dataset.data) == len(runs.data)
    assert problem.dataset.data.notna().all(axis=None)
    assert sum(part.sum() for part in problem.parts.values()) == len(runs.data)
    name = "tunembed"
    estimator, X = problem.models[name]
    estimator.set_params(regressor__n_estimators=20)
    only = Problem(
        problem.name, problem.dataset, {name: (estimator, X)}, ("family",), n_splits=3,
        draw_by="kernel",
    )  # fmt: skip
    scores = run_problems([only], seeds=[0]).set_index("model")["geo_speedup"]
    assert scores["baseline"] == 1
    assert scores["oracle"] > scores["tunembed"] > scores["majority"]


def test_rare_labels_are_one():
    target = pd.Series(["a"] * 3 + ["b"] * 2 + ["c"])
    assert frequent_labels(target, "z", 3).tolist() == ["a"] * 3 + ["z"] * 3


def test_the_tasks_are_known():
    for name in ("vectorization", "openmp"):
        assert TASKS[name].splits[0] == "usual"
