"""Speedup, regret and oracle share against numbers computed by hand."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import numpy as np
import pandas as pd
import pytest

from tunembed.metrics import oracle_share, regret_score, speedup_score

NAN = float("nan")


@pytest.fixture
def runtimes():
    return pd.DataFrame(
        {"O3": [8.0, 3.0, 2.0], "tile": [1.0, 6.0, NAN], "omp": [2.0, 1.0, 1.0]},
        index=["gemm", "atax", "spmv"],
    )


def test_hand_computed_scores(runtimes):
    chosen = ["tile", "O3", "omp"]
    each = speedup_score(runtimes, chosen, "O3", average="none")
    assert each.tolist() == [8.0, 1.0, 2.0]
    assert speedup_score(runtimes, chosen, "O3") == pytest.approx(16 ** (1 / 3))
    assert speedup_score(runtimes, chosen, "O3", average="arithmetic") == 11 / 3
    assert regret_score(runtimes, chosen, average="none").tolist() == [0.0, 2.0, 0.0]
    assert regret_score(runtimes, chosen) == pytest.approx(3 ** (1 / 3) - 1)
    assert oracle_share(runtimes, chosen, average="none") == pytest.approx(
        [1.0, 1 / 3, 1.0]
    )


def test_share_is_speedup_over_oracle_speedup_and_regrets_reciprocal(runtimes):
    chosen, best = ["O3", "tile", "O3"], ["tile", "omp", "omp"]
    ratio = speedup_score(runtimes, chosen, "O3") / speedup_score(runtimes, best, "O3")
    assert oracle_share(runtimes, chosen) == pytest.approx(ratio)
    assert 1 / (1 + regret_score(runtimes, chosen)) == pytest.approx(ratio)


def test_geometric_mean_is_symmetric(runtimes):
    forth = speedup_score(runtimes, ["omp"] * 3, "O3")
    back = speedup_score(runtimes, ["O3"] * 3, "omp")
    assert forth * back == pytest.approx(1.0)


def test_baseline_may_differ_per_sample(runtimes):
    each = speedup_score(runtimes, ["omp"] * 3, ["tile", "O3", "O3"], average="none")
    assert each.tolist() == [0.5, 3.0, 2.0]


def test_arrays_are_addressed_by_column_number(runtimes):
    seconds = runtimes.to_numpy()
    assert speedup_score(seconds, np.array([1, 0, 2]), 0) == speedup_score(
        runtimes, ["tile", "O3", "omp"], "O3"
    )


def test_tuple_labels_are_labels():
    columns = pd.MultiIndex.from_tuples([(1, "static"), (2, "dynamic")])
    runtimes = pd.DataFrame([[4.0, 1.0], [1.0, 1.0]], columns=columns)
    chosen = [(2, "dynamic"), (1, "static")]
    assert speedup_score(runtimes, chosen, (1, "static")) == 2.0


@pytest.mark.parametrize(
    ("chosen", "baseline", "message"),
    [
        (["tile"] * 3, "O3", r"'tile' was not measured for sample 'spmv'"),
        (["tile", "omp", "omp"], "tile", r"baseline .* not measured .* 'spmv'"),
        (["tile", "O4", "omp"], "O3", r"'O4' of sample 'atax' is not a column .*'O3'"),
        (["tile", "omp"], "O3", r"chosen has 2 entries, runtimes has 3 samples"),
        ("omp", "O3", r"one configuration per sample; got the single 'omp'"),
        (["omp"] * 3, "none", r"baseline configuration 'none' .* is not a column"),
        (["omp"] * 3, None, r"baseline configuration None .* is not a column"),
    ],
)
def test_bad_choices_are_named(runtimes, chosen, baseline, message):
    with pytest.raises(ValueError, match=message):
        speedup_score(runtimes, chosen, baseline)


@pytest.mark.parametrize("value", [0.0, -1.0, np.inf])
def test_bad_runtimes_are_named(runtimes, value):
    runtimes.loc["atax", "omp"] = value
    with pytest.raises(ValueError, match=r"got .* for sample 'atax', .* 'omp'"):
        regret_score(runtimes, ["O3"] * 3)


def test_bad_tables():
    with pytest.raises(ValueError, match=r"got \(2,\)"):
        regret_score([1.0, 2.0], [0, 0])
    with pytest.raises(ValueError, match=r"got \(0, 2\)"):
        regret_score(np.empty((0, 2)), [])
    with pytest.raises(ValueError, match="nothing was measured for sample 1"):
        oracle_share([[1.0, 2.0], [NAN, NAN]], [0, 0])
    twice = pd.DataFrame([[1.0, 2.0]], columns=["a", "a"])
    with pytest.raises(ValueError, match="two columns named 'a'"):
        oracle_share(twice, ["a"])


def test_unknown_average(runtimes):
    with pytest.raises(ValueError, match="average must be one of .* got 'median'"):
        regret_score(runtimes, ["O3"] * 3, average="median")
