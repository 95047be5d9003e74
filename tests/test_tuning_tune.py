"""`tune` from end to end on tiny kernels."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import json
import math
import re
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from conftest import KERNELS
from tunembed import tune
from tunembed.kernels import CrashError, Kernel
from tunembed.parsers import FunctionNotFoundError, parse_c
from tunembed.tuning import TuningDatabase
from tunembed.tuning._arguments import argument_specs
from tunembed.tuning._choice import as_source, choose_function
from tunembed.tuning._proposals import Proposals

# Like the product in the database, but not the same.
KERNEL = """\
#include <math.h>

void outer(int m, double P[restrict m][m], double Q[restrict m][m],
           double R[restrict m][m])
{
    for (int c = 0; c < m; c++)
        for (int q = 0; q < m; q++)
            for (int r = 0; r < m; r++)
                R[r][c] += 2.0 * P[r][q] * Q[q][c];
}
"""
TRIALS = 3


@pytest.fixture(scope="module")
def events():
    return []


@pytest.fixture(scope="module")
def tuned(campaigned, tmp_path_factory, events):
    """Return the result, and how many records the database had and has."""
    path = tmp_path_factory.mktemp("tune") / "known.sqlite"
    path.write_bytes(campaigned.database.read_bytes())
    store = TuningDatabase(path, shipped=False)
    before = len(store)
    result = tune(
        KERNEL,
        sizes={"m": 120},
        trials=TRIALS,
        database=store,
        threads=1,
        progress=events.append,
    )
    return result, before, store


def quickly(store, **options):
    given = {"sizes": {"m": 24}, "trials": 1, "threads": 1, "record": False}
    return tune(KERNEL, database=store, **(given | options))


def test_a_faster_version_is_found(tuned):
    result, _, _ = tuned
    assert result.function_ == "outer" and result.verified_
    assert result.speedup_ > 1.02
    low, high = result.speedup_interval_
    assert 1.0 <= low <= result.speedup_ <= high
    assert 0 < result.seconds_ < result.baseline_seconds_
    assert result.schedule_ and result.compiler_ and result.flags_
    assert 1 <= len(result.trials_) <= TRIALS
    assert result.schedule_ in set(result.trials_["schedule"])


def test_trials_and_neighbors(tuned):
    result, _, _ = tuned
    assert isinstance(result.trials_, pd.DataFrame)
    assert list(result.trials_["trial"]) == list(range(1, len(result.trials_) + 1))
    columns = {"schedule", "compiler", "legal", "reason", "verified", "status"}
    columns |= {"seconds", "speedup", "low", "high"}
    assert columns < set(result.trials_.columns)
    assert result.trials_["verified"].any()
    nearest = result.neighbors_.sort_values("distance").iloc[0]
    assert nearest["kernel"] == "product" and nearest["family"] == "dense"
    assert (result.neighbors_["distance"] >= 0).all()
    assert set(result.neighbors_["view"]) == {"normal", "raw"}


def test_json(tuned):
    result, _, _ = tuned

    def refuse(text):
        raise AssertionError(f"{text} is not JSON")

    document = json.loads(result.to_json(), parse_constant=refuse)
    keys = "function baseline_seconds seconds speedup speedup_interval schedule"
    assert {*keys.split(), "verified", "neighbors", "trials"} <= set(document)
    assert document["speedup_interval"] == list(result.speedup_interval_)
    assert len(document["trials"]) == len(result.trials_)
    assert document["neighbors"][0]["kernel"]


def test_the_source_says_where_it_comes_from(tuned):
    result, _, _ = tuned
    comment, _, rest = result.source_.partition("*/")
    words = " ".join(comment.replace("\n *", " ").split())
    assert words.startswith("/* outer, tuned by tunembed")
    assert f"{result.speedup_:.2f}x faster" in words and "verified" in words
    assert f"schedule: {result.schedule_}" in words
    # "gcc-512" is gcc with an option for wide vectors.
    assert f"compile: {result.compiler_.removesuffix('-512')} " in words
    assert all(f" {flag} " in words for flag in result.flags_)
    assert "machine:" in words and "cores" in words
    assert "product:0" in words.partition("learnt from:")[2]
    assert "#include <math.h>" in rest
    assert "tunembed" not in rest
    parallel = "parallel(" in result.schedule_
    assert ("#pragma omp parallel for" in rest) == parallel


def test_the_source_compiles_without_warnings_and_keeps_the_signature(tuned, tmp_path):
    result, _, _ = tuned
    file = tmp_path / "outer.tuned.c"
    file.write_text(result.source_)
    warnings = "-std=gnu11 -Wall -Wextra -Werror -fopenmp -O2 -c -o".split()
    subprocess.run(["cc", *warnings, str(tmp_path / "o.o"), str(file)], check=True)
    assert "void outer(int m, double P[restrict m][m], double Q[restrict m][m]," in (
        " ".join(result.source_.split())
    )
    before = parse_c(KERNEL).function("outer").parameters
    after = parse_c(result.source_).function("outer").parameters
    assert [(p.name, p.dtype) for p in after] == [(p.name, p.dtype) for p in before]


def test_the_source_computes_the_same(tuned, compiled):
    result, _, _ = tuned
    arguments = argument_specs(parse_c(KERNEL).function("outer"))
    with Kernel(KERNEL, "outer", arguments, {"m": 37}) as kernel:
        assert kernel.verify(result.source_).ok
        wrong = result.source_.replace("2.0 *", "3.0 *")
        assert kernel.verify(wrong).status == "wrong"


def test_the_database_grows_by_the_trials(tuned):
    result, before, store = tuned
    new = store.records()[before:]
    assert len(store) - before == len(new) == result.trials_["legal"].sum()
    assert set(new["source"]) == {"tune"} and set(new["function"]) == {"outer"}
    assert not any(re.search(r"\b[rqcPQR]\b", text) for text in new["schedule"])


def test_progress(tuned, events):
    kinds = [event["kind"] for event in events]
    assert kinds[:3] == ["parsed", "normalized", "neighbors"]
    assert kinds[3:-1] == ["trial"] * len(tuned[0].trials_)
    assert kinds[-1] == "done"
    assert events[1]["baseline_seconds"] > 0


def test_without_recording_the_database_stays(store):
    before = len(store)
    result = quickly(store)
    assert len(result.trials_) == 1 and len(store) == before


def test_families_are_left_out(store):
    result = quickly(store, exclude_families=["dense"])
    assert set(result.neighbors_["family"]) == {"layout", "stencil"}
    assert "product" not in " ".join(result.neighbors_["kernel"])


def test_near_copies_are_left_out(store):
    copy = re.sub(r"\bA\b", "W", KERNELS["product"]).replace("double", "float")
    options = {"trials": 1, "threads": 1, "record": False, "sizes": {"n": 24}}
    kept = tune(copy, database=store, **options)
    assert "product" in set(kept.neighbors_["kernel"])
    left_out = tune(copy, database=store, exclude_near_copies=True, **options)
    assert "product" not in set(left_out.neighbors_["kernel"])
    assert len(left_out.neighbors_)


@pytest.mark.parametrize("families", [(), ("layout", "stencil")])
def test_nothing_known(tmp_path, store, families):
    """An empty database, and one with a single nest, propose nothing."""
    known = TuningDatabase(tmp_path / "empty.sqlite", shipped=False)
    result = quickly(store if families else known, exclude_families=families)
    assert result.speedup_ == 1.0 and result.speedup_interval_ == (1.0, 1.0)
    assert result.schedule_ == "" and result.source_ == KERNEL
    assert result.seconds_ == result.baseline_seconds_ > 0
    assert len(result.trials_) == len(result.neighbors_) == 0
    assert json.loads(result.to_json())["trials"] == []
    assert not known.path.exists()


def test_no_time_no_trials(store):
    assert len(quickly(store, trials=5, budget=0.0).trials_) == 0


def test_varied_sizes_are_recorded(store, tmp_path, monkeypatch):
    # Sizes are varied around what was the fastest: make any measurement count as such,
    # and another size more promising than another schedule.
    monkeypatch.setattr("tunembed.tuning._proposals._OTHER_SIZE", 1e3)
    original = Proposals.learn

    def learn(self, proposal, speedup):
        original(self, proposal, max(speedup, 2.0) + len(self.tried))

    monkeypatch.setattr(Proposals, "learn", learn)
    grown = TuningDatabase(tmp_path / "grown.sqlite", shipped=False)
    grown.merge(store.path)
    before = len(grown)
    result = quickly(grown, record=True, trials=4)
    new = grown.records()[before:]
    assert len(new) == result.trials_["legal"].sum() > 1
    without_sizes = {re.sub(r"=\d+", "", text) for text in new["schedule"]}
    assert len(without_sizes) < new["schedule"].nunique()


def test_an_interrupt_keeps_the_trial_and_removes_files(store, tmp_path, monkeypatch):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    before = len(store)

    def interrupt(event):
        if event["kind"] == "trial":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        quickly(store, record=True, trials=5, progress=interrupt)
    assert len(store) == before + 1
    assert not list(scratch.iterdir())


def test_strict_floating_point_takes_no_licence(store):
    result = quickly(store, strict_fp=True, trials=2)
    assert len(result.trials_)
    assert result.permissions_ == ()
    assert not any("associative" in flag for flag in result.flags_)


def test_refusals_are_counted(store):
    overlapping = """
void pick(int n, double x[n][n], double *y, int *k)
{
    for (int j = 0; j < n; j++)
        for (int i = 0; i < n; i++)
            x[i][j] = 2.0 * y[k[i] + j];
}
"""

    def make(sizes, rng):
        n = sizes["n"]
        k = np.zeros(n, dtype=np.int32)
        return {"n": n, "x": np.zeros((n, n)), "y": rng.random(n), "k": k}

    options = {"sizes": {"n": 24}, "arguments": make, "trials": 1, "threads": 1}
    result = tune(overlapping, database=store, **options)
    counts = list(result.refusals_.values())
    assert counts == sorted(counts, reverse=True)
    assert len(result.trials_) == 1  # its normal form alone
    assert any("--assume-noalias" in reason for reason in result.refusals_)
    assert result.to_dict()["refusals"] == result.refusals_
    trusting = tune(overlapping, database=store, assume_noalias=True, **options)
    assert not any("overlap" in reason for reason in trusting.refusals_)


def test_an_original_that_crashes(store):
    crash = (
        "void f(int n, double x[n]) { for (int i = 0; i < n; i++) x[i] = *(int *)0; }"
    )
    with pytest.raises(CrashError, match="SIGSEGV"):
        tune(crash, sizes={"n": 50}, database=store)


def test_a_pragma_of_the_original_is_kept_when_nothing_is_faster(tmp_path, compiled):
    text = KERNEL.replace("    for (int c", "#pragma omp parallel for\n    for (int c")
    empty = TuningDatabase(tmp_path / "empty.sqlite", shipped=False)
    result = tune(text, sizes={"m": 24}, database=empty, threads=1)
    assert result.source_ == text and math.isfinite(result.baseline_seconds_)


def test_which_function():
    two = KERNEL + "void g(int n, double *x) { for (int i = 0; i < n; i++) x[i] = 0; }"
    assert choose_function(KERNEL, None).name == "outer"
    assert choose_function(two, "g").name == "g"
    none = "void f(void) { }"
    for text, name, message in [
        (two, None, r"3:6: several functions have loops \(outer, g\)"),
        (two, "h", "no function 'h'; the file defines: outer, g"),
        (none, None, r"1:6: no function has a loop \(f\)"),
        (none, "f", "1:6: the function 'f' has no loops"),
        ("int x;", None, "the file defines no function"),
    ]:
        with pytest.raises(FunctionNotFoundError, match=message):
            choose_function(text, name)


def test_what_is_a_file(tmp_path):
    assert as_source("kernels/gemm.c") == Path("kernels/gemm.c")
    assert as_source(Path("gemm.c")) == Path("gemm.c")
    assert as_source(KERNEL) == KERNEL
    with pytest.raises(FileNotFoundError):
        tune(str(tmp_path / "none.c"))
