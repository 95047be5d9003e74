"""The benchmarks on programs of our own, and tables that can be resumed."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import importlib.util
import json
import math
import re

import pandas as pd
import pytest

import tunembed.tuning._benchmark_expert as expert
import tunembed.tuning._benchmark_gemm as gemm
import tunembed.tuning._benchmark_own as own
import tunembed.tuning._benchmark_polybench as whole
import tunembed.tuning._polybench as polybench
from conftest import KERNELS
from tunembed._toolchain import find_compiler
from tunembed.kernels import Effort
from tunembed.parsers import parse_c
from tunembed.schedules import Schedule
from tunembed.tuning import (
    BenchmarkError,
    BenchmarkResult,
    benchmark_expert,
    benchmark_gemm,
    benchmark_own,
    benchmark_polybench,
    benchmark_spmm,
)
from tunembed.tuning._benchmark_expert import ExpertSchedule, expert_schedules
from tunembed.tuning._polybench import _sizes, kernel_files
from tunembed.tuning._report import Checkpoint, database_key, geometric_mean

# The macros by which PolyBench switches between fixed and variable extents, its timer
# and its dump, in a few lines.
HEADER = """\
#ifdef SMALL_DATASET
#define N 30
#elif defined(MEDIUM_DATASET)
#define N 50
#else
#define N 150
#endif
#ifdef POLYBENCH_USE_C99_PROTO
#define EXTENT(constant, variable) variable
#else
#define EXTENT(constant, variable) constant
#endif
double seconds_now(void);
"""
TIMER = """\
#include <time.h>
double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec + 1e-9 * now.tv_nsec;
}
"""
PROGRAM = """\
#include <stdio.h>
#include <stdlib.h>
#include <polybench.h>

static void kernel_toy(int n, double A[EXTENT(N, n)][EXTENT(N, n)],
                       double B[EXTENT(N, n)][EXTENT(N, n)])
{
    for (int j = 0; j < n; j++)
        for (int i = 0; i < n; i++)
            B[i][j] += 2.0 * A[i][j];
}

int main(int argc, char **argv)
{
    int n = N;
    double(*A)[N] = malloc(sizeof(double[N][N]));
    double(*B)[N] = malloc(sizeof(double[N][N]));
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) {
            A[i][j] = (i * j % 7) / 3.0;
            B[i][j] = argc;
        }
    double start = seconds_now();
    for (int repeat = 0; repeat < 20; repeat++)
        kernel_toy(n, A, B);
#ifdef POLYBENCH_TIME
    printf("%0.6f\\n", seconds_now() - start);
#endif
#ifdef POLYBENCH_DUMP_ARRAYS
    fprintf(stderr, "==BEGIN DUMP_ARRAYS==\\nbegin dump: %s", "B");
    for (int i = 0; i < n * n; i++)
        fprintf(stderr, "%s%0.2lf ", i % 20 ? "" : "\\n", B[i / n][i % n]);
    fprintf(stderr, "\\nend   dump: %s\\n==END   DUMP_ARRAYS==\\n", "B");
#endif
    (void)argv;
    return 0;
}
"""


@pytest.fixture(autouse=True)
def checkpoints(monkeypatch, tmp_path):
    """Keep finished rows in a folder of the test."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
    monkeypatch.setattr(
        "tunembed.tuning._report.user_cache_path", lambda name: folder / name
    )
    return folder / "tunembed" / "benchmarks"


@pytest.fixture
def suite(tmp_path):
    root = tmp_path / "suite"
    for folder in ("utilities", "linear/toy", "utilities/polybench"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    (root / "utilities" / "polybench.h").write_text(HEADER)
    (root / "utilities" / "polybench.c").write_text(TIMER)
    (root / "utilities" / "polybench" / "polybench.c").write_text(TIMER)
    (root / "linear" / "toy" / "toy.c").write_text(PROGRAM)
    (root / "linear" / "toy" / "other.c").write_text(PROGRAM)
    return root


# PolyBench


def test_kernels_of_a_suite(suite):
    assert kernel_files(suite) == [suite / "linear" / "toy" / "toy.c"]


def test_sizes_of_a_program():
    text = (
        "int main(void) { int n = 40; int m = 2 * 3; double x = 1.5; int k; return n; }"
    )
    assert _sizes(parse_c(text)) == {"n": 40}


def test_polybench(suite, store, checkpoints, monkeypatch):
    short = Effort(budget=1.0, max_repetitions=3)
    monkeypatch.setattr(polybench, "_effort", lambda seconds: short)
    told = []
    options = {"dataset": "MINI", "database": store, "trials": 2, "threads": 1}
    before = len(store)
    result = benchmark_polybench(suite, progress=told.append, **options)
    (row,) = result.table_.to_dict("records")
    assert (row["kernel"], row["status"]) == ("toy", "ok")
    assert row["gcc"] > 0 and row["seconds"] > 0
    assert row["speedup"] > 0 and row["low"] <= row["speedup"] <= row["high"]
    assert 1 <= row["trials"] <= 2
    assert result.summary_["kernels"] == result.summary_["run through"] == 1
    assert result.summary_["geomean over gcc"] == pytest.approx(row["speedup"])
    assert told[0]["total"] == 1 and len(store) == before
    (line,) = (checkpoints / "polybench.jsonl").read_text().splitlines()
    assert json.loads(line)["key"] == "toy"
    assert len(list((suite / "linear" / "toy").iterdir())) == 2


def test_polybench_without_near_copies(suite, store, checkpoints, monkeypatch):
    short = Effort(budget=0.5, max_repetitions=2)
    monkeypatch.setattr(polybench, "_effort", lambda seconds: short)
    options = {"dataset": "MINI", "database": store, "trials": 1, "threads": 1}
    first = benchmark_polybench(suite, **options).table_
    asked = []
    tune_subject = whole.tune_subject

    def spy(*args, exclude_near_copies, **kwargs):
        asked.append(exclude_near_copies)
        return tune_subject(*args, exclude_near_copies=exclude_near_copies, **kwargs)

    monkeypatch.setattr(whole, "tune_subject", spy)
    monkeypatch.setattr(whole, "_has_near_copies", lambda *_: False)
    pd.testing.assert_frame_equal(
        benchmark_polybench(suite, near_copies=False, **options).table_, first
    )
    assert asked == []
    monkeypatch.setattr(whole, "_has_near_copies", lambda *_: True)
    benchmark_polybench(suite, near_copies=False, **options)
    assert asked == [True]


def test_polybench_with_a_program_that_cannot_be_parsed(suite, store):
    (suite / "linear" / "toy" / "toy.c").write_text("int main(void) { return ; ; }}")
    result = benchmark_polybench(suite, database=store, trials=1)
    assert "toy.c:1:" in result.table_["status"].iloc[0]
    assert result.summary_["run through"] == 0
    document = json.loads(result.to_json(), parse_constant=pytest.fail)
    assert document["summary"]["geomean over gcc"] is None


def test_polybench_that_is_not_there(tmp_path, store):
    with pytest.raises(BenchmarkError, match="is not a copy of PolyBench/C"):
        benchmark_polybench(tmp_path, database=store)


# Schedules written by hand


def test_every_schedule_written_by_hand_is_one():
    found = expert_schedules()
    assert len({(e.kernel, e.compiler) for e in found}) == len(found) > 0
    for entry in found:
        assert str(Schedule.parse(entry.steps)) == entry.steps
        assert entry.hand > 1 and entry.compiler in ("gcc", "clang")


def test_expert(suite, monkeypatch):
    short = Effort(budget=1.0, max_repetitions=3)
    monkeypatch.setattr(polybench, "_effort", lambda seconds: short)
    kind = find_compiler().kind
    entries = [
        ExpertSchedule("toy", "interchange(j, i)", 2.0, kind),
        ExpertSchedule("toy", "parallel(k)", 2.0, kind),
        ExpertSchedule("toy", "simd(i)", 2.0, "no such compiler"),
        ExpertSchedule("not there", "simd(i)", 2.0, kind),
    ]
    monkeypatch.setattr(expert, "expert_schedules", lambda: entries)
    result = benchmark_expert(suite, dataset="MINI", threads=1)
    good, illegal, missing = result.table_.to_dict("records")
    assert (good["status"], good["schedule"]) == ("ok", "interchange(j, i)")
    assert good["of hand"] == pytest.approx(good["speedup"] / 2)
    assert "no loop named 'k'" in illegal["status"]
    assert missing["status"] == "there is no no such compiler"
    assert result.summary_["schedules"] == 3
    assert result.summary_["legal and verified"] == 1


def test_expert_without_the_suite(tmp_path):
    with pytest.raises(BenchmarkError, match="is not a copy of PolyBench/C"):
        benchmark_expert(tmp_path)


# Our own kernels


def test_own(tmp_path, store, monkeypatch):
    folder = tmp_path / "kernels"
    folder.mkdir()
    for name, size in (("scaled", 40), ("smooth", 30)):
        text = re.sub(r"n=\d+", f"n={size}", KERNELS[name])
        (folder / f"{name}.c").write_text(text)
    (folder / "broken.c").write_text("void f(int n) { for (;;) }")
    monkeypatch.setattr(own, "SEARCHED", ("scaled",))
    monkeypatch.setattr(own, "SEARCH_TRIALS", 2)
    options = {"database": store, "trials": 1, "threads": 1}
    result = benchmark_own(folder, **options)
    table = result.table_.set_index("kernel")
    assert "broken.c:1:" in table.loc["broken", "status"]
    good = table.drop("broken")
    assert set(good["status"]) == {"ok"}
    assert set(good["family"]) == {"layout", "stencil"}
    assert (good["speedup"] >= 1.0).all() and (good["random"] >= 1.0).all()
    assert (good["trials"] <= 1).all()
    assert table.loc["scaled", "searched"] >= 1.0
    assert math.isnan(table.loc["smooth", "searched"])
    assert result.summary_["kernels"] == 3
    assert result.summary_["share of the best of a search after 10"] > 0

    def fail(*_, **__):
        raise AssertionError("tuned again")

    monkeypatch.setattr(own, "tune", fail)
    again = benchmark_own(folder, **options)
    assert again.table_["speedup"].tolist()[1:] == result.table_["speedup"].tolist()[1:]


def test_own_without_kernels(tmp_path, store):
    with pytest.raises(BenchmarkError, match="there is no C file in"):
        benchmark_own(tmp_path, database=store)


def test_own_where_every_kernel_fails(tmp_path, store):
    (tmp_path / "broken.c").write_text("void f(int n) { for (;;) }")
    result = benchmark_own(tmp_path, database=store)
    assert math.isnan(result.summary_["geomean of 10 transferred trials"])
    assert json.loads(result.to_json(), parse_constant=pytest.fail)


def test_spmm_needs_mkl(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(BenchmarkError, match=r"pip install 'tunembed\[mkl\]'"):
        benchmark_spmm()


def test_gemm_is_timed_beside_openblas(monkeypatch):
    monkeypatch.setattr(gemm, "SIZES", (50,))
    monkeypatch.setattr(gemm, "_EFFORT", Effort(budget=0.1, max_repetitions=3))
    try:
        result = benchmark_gemm(threads=2)
    except BenchmarkError as error:
        pytest.skip(str(error))
    assert result.table_["threads"].tolist() == [1, 2]
    assert (result.table_["time_over_openblas"] > 0).all()
    assert "register_tile" in result.summary_["schedule"]


# Tables


def test_checkpoint_keeps_finished_rows(checkpoints):
    made = []

    def make(value):
        made.append(value)
        return {"value": value}

    first = Checkpoint("toy", {"trials": 10})
    assert first.row("a", lambda: make(1)) == {"value": 1}
    assert Checkpoint("toy", {"trials": 10}).row("a", lambda: make(2)) == {"value": 1}
    assert Checkpoint("toy", {"trials": 20}).row("a", lambda: make(3)) == {"value": 3}
    assert first.row("b", lambda: make(4)) == {"value": 4}
    assert made == [1, 3, 4]


def test_checkpoint_that_was_cut_off(checkpoints):
    checkpoint = Checkpoint("toy", {})
    checkpoint.row("a", lambda: {"value": 1})
    with checkpoint.path.open("a") as file:
        file.write('{"key": "b", "settings"')
    assert checkpoint.row("a", lambda: {"value": 2}) == {"value": 1}


def test_a_row_that_fails_is_not_kept(checkpoints):
    checkpoint = Checkpoint("toy", {})
    with pytest.raises(KeyboardInterrupt):
        checkpoint.row("a", _interrupt)
    assert checkpoint.row("a", lambda: {"value": 2}) == {"value": 2}


def _interrupt():
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("values", "expected"),
    [([2.0, 8.0], 4.0), ([1.0, None, math.nan, math.inf], 1.0), ([], math.nan)],
)
def test_geometric_mean(values, expected):
    assert geometric_mean(values) == pytest.approx(expected, nan_ok=True)


def test_database_key(tmp_path, store):
    before = database_key(store.path)
    assert before.startswith("known.sqlite:")
    assert database_key(tmp_path / "none.sqlite") == "none"


def test_result_as_json():
    table = pd.DataFrame({"kernel": ["a"], "speedup": [math.nan]})
    document = json.loads(
        BenchmarkResult(table, {"mean": math.nan, "kernels": 1}).to_json(),
        parse_constant=pytest.fail,
    )
    assert document == {
        "summary": {"mean": None, "kernels": 1},
        "rows": [{"kernel": "a", "speedup": None}],
    }
