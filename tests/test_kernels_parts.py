"""Expressions, arguments, sizes, comparison, intervals, cache: without a compiler."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import math
import os

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tunembed.kernels import (
    ArgumentError,
    ArgumentSpec,
    Effort,
    KernelMemoryError,
    Outcome,
    Tolerance,
    declared_sizes,
    default_sizes,
    verification_sizes,
)
from tunembed.kernels._cache import cache_directory, lookup, prune, store
from tunembed.kernels._compare import compare
from tunembed.kernels._dump import parse_dump
from tunembed.kernels._expression import evaluate, names_in
from tunembed.kernels._inputs import make_inputs
from tunembed.kernels._measure import interleave
from tunembed.kernels._statistics import median_interval
from tunembed.kernels._worker import Sample, WorkerFailure

RNG = np.random.default_rng(0)


# -- expressions ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("n", 7),
        ("2 * n + 1", 15),
        ("(n + 1) / 2 % 3", 1),
        ("-n / 2", -3),
        ("-n % 4", -3),
        ("n / -2", -3),
        ("+n - -m", 9),
    ],
)
def test_expressions_follow_c(text, value):
    assert evaluate(text, {"n": 7, "m": 2}) == value


@given(st.integers(-50, 50), st.integers(-50, 50).filter(bool))
def test_division_and_remainder_truncate(a, b):
    quotient = evaluate("a / b", {"a": a, "b": b})
    assert quotient == math.trunc(a / b)
    assert quotient * b + evaluate("a % b", {"a": a, "b": b}) == a


@pytest.mark.parametrize(
    "text",
    ["", "n +", "n ** 2", "f(n)", "n.real", "n if n else 1", "1.5", "'a'", "n[0]"]
    + ["__import__('os')", "n / 0", "n % 0", "(" * 300, "1 +" * 400 + "1", "True", "k"],
)
def test_bad_expressions(text):
    with pytest.raises(ArgumentError):
        evaluate(text, {"n": 7})


def test_unknown_name_lists_the_known():
    with pytest.raises(ArgumentError, match="Unknown size name 'k'.*known: m, n"):
        evaluate("k + 1", {"n": 1, "m": 1})
    assert names_in("a * (b - 3)") == {"a", "b"}


# -- arguments ------------------------------------------------------------------------


def test_unknown_type_and_fill():
    with pytest.raises(ArgumentError, match="'p' has the C type 'struct s'"):
        ArgumentSpec("p", "struct s", ("n",))
    with pytest.raises(ArgumentError, match="fill='ones'"):
        ArgumentSpec("p", "int", ("n",), fill="ones")


def test_size_names_come_from_shapes_fills_and_scalars():
    spec = ArgumentSpec("p", "int", ("n + 1",), fill="offsets:nnz")
    assert spec.size_names() == {"n", "nnz"}
    assert ArgumentSpec("m", "size_t").size_names() == {"m"}
    assert ArgumentSpec("a", "double").size_names() == set()


@pytest.mark.parametrize("rows", [1, 2, 7, 1000])
def test_offsets_rise_from_zero_to_the_total(rows):
    spec = ArgumentSpec("p", "long", ("n + 1",), fill="offsets:9 * n")
    offsets = spec.make({"n": rows}, np.random.default_rng(1))
    lengths = np.diff(offsets)
    assert offsets[0] == 0
    assert offsets[-1] == 9 * rows
    assert (lengths >= 0).all()
    if rows == 1000:
        assert lengths.max() > 5 * np.median(lengths)


def test_fills():
    sizes = {"n": 20, "m": 3}
    index = ArgumentSpec("i", "int", ("n",), fill="index:m").make(sizes, RNG)
    assert set(index) <= {0, 1, 2}
    assert index.dtype == np.int32
    assert not ArgumentSpec("z", "float", ("n",), fill="zeros").make(sizes, RNG).any()
    spd = ArgumentSpec("A", "double", ("n", "n"), fill="spd").make(sizes, RNG)
    np.testing.assert_array_equal(spd, spd.T)
    assert np.linalg.eigvalsh(spd).min() > 0
    low = ArgumentSpec("x", "float", ("n",), low=5, high=6).make(sizes, RNG)
    assert ((low >= 5) & (low <= 6)).all()
    assert isinstance(ArgumentSpec("s", "float").make(sizes, RNG), float)
    with pytest.raises(ArgumentError, match="square"):
        ArgumentSpec("A", "double", ("n", "m"), fill="dominant").make(sizes, RNG)
    with pytest.raises(ArgumentError, match="negative"):
        ArgumentSpec("A", "double", ("m - n",)).make(sizes, RNG)


def test_inputs_round_trip_through_the_file(tmp_path):
    values = {
        "n": 3,
        "s": 0.5,
        "z": 1 + 2j,
        "e": np.zeros((0, 3)),
        "A": np.arange(6.0).reshape(2, 3).T,
        "b": np.array([1, 2, 3], dtype=np.int8),
    }
    inputs = make_inputs(lambda sizes, rng: values, {}, 0, 2**30)
    inputs.write(tmp_path / "file")
    read = inputs.read(tmp_path / "file")
    assert list(read) == ["e", "A", "b"]
    for name, array in read.items():
        np.testing.assert_array_equal(array, values[name])
    lines = inputs.describe(frozenset([4]))
    assert [line[0] for line in lines] == ["i", "d", "c", "r", "a", "r"]
    assert inputs.locate(4, 48) == "1 element(s) past the end of 'A' (shape (3, 2))"
    assert inputs.locate(5, -2) == "2 element(s) before the start of 'b' (shape (3,))"


@pytest.mark.parametrize(
    "value", ["text", np.array(["a"]), [object()], np.longdouble(1)]
)
def test_values_that_cannot_be_passed(value):
    with pytest.raises(ArgumentError, match="'v'"):
        make_inputs(lambda sizes, rng: {"v": value}, {}, 0, 2**30)


# -- sizes ----------------------------------------------------------------------------


def test_declared_sizes():
    assert declared_sizes("int x;\n * tunembed: sizes n=3\n// tunembed: sizes m=4") == {
        "n": 3,
        "m": 4,
    }
    assert declared_sizes("no sizes here") == {}
    with pytest.raises(ArgumentError, match="Line 2 declares the size 'm=x'"):
        declared_sizes("\n/* tunembed: sizes n=3 m=x */")


@pytest.mark.parametrize("power", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("scale", [1e-9, 1e-8, 1e-6, 1e-3])
def test_default_sizes_reach_the_window(power, scale):
    def run(sizes):
        assert sizes["a"] == sizes["b"]
        return scale * sizes["a"] ** power

    sizes = default_sizes(run, ["a", "b", "c"], {"c": 5})
    assert sizes["c"] == 5
    assert run(sizes) <= 0.5
    assert run(sizes) >= 0.01 or run({k: v * 3 for k, v in sizes.items()}) > 0.5


def test_default_sizes_stop_at_the_memory_limit():
    def run(sizes):
        if sizes["n"] > 1000:
            raise KernelMemoryError("too large")
        return 1e-6

    assert 300 < default_sizes(run, ["n"])["n"] <= 1000


def test_verification_sizes_are_distinct_ordered_and_odd():
    measured = {"m": 1000, "k": 5, "n": 1100}
    sets = verification_sizes(measured)
    assert sets[0] == {"m": 1, "k": 1, "n": 1}
    assert sets[-1] == measured
    assert len({tuple(s.items()) for s in sets}) == len(sets) >= 6
    for chosen in sets[1:]:
        assert chosen["k"] < chosen["m"] < chosen["n"]
    many = verification_sizes({f"s{k}": 10 for k in range(12)})
    assert all(len(s) == 12 for s in many)
    assert verification_sizes({}) == [{}]


# -- comparison -----------------------------------------------------------------------


def check(expected, got, **tolerance):
    arrays = ({"A": np.asarray(expected)}, {"A": np.asarray(got)})
    return compare(*arrays, Tolerance(**tolerance))


def test_tolerance_scales_with_the_output():
    values = np.array([1e6, 2e6, 1e-9])
    assert check(values, values + [0, 0, 1e-4]).ok
    assert check(values, values + [0, 0, 1e-1]).status == "wrong"
    assert check(values, values * (1 + 1e-12)).max_error < 1e-11
    single = values.astype(np.float32)
    assert check(single, single * np.float32(1 + 1e-5)).ok
    assert check(single, single * np.float32(1 + 1e-3)).status == "wrong"
    assert check(single, single * np.float32(1 + 1e-3), rtol_float=1e-2).ok


def test_integers_are_exact_and_places_are_named():
    outcome = check(np.zeros((3, 4), int), np.eye(3, 4, k=2).astype(int))
    assert outcome.status == "wrong"
    assert outcome.detail.startswith("A[0][2] is 1, expected 0 exactly; 2 of 12")


def test_nan_and_infinity_must_be_at_the_same_places():
    nan, inf = np.nan, np.inf
    assert check([nan, inf, -inf, 1.0], [nan, inf, -inf, 1.0 + 1e-15]).ok
    assert check([1.0, 1.0], [1.0, nan]).status == "nan"
    assert check([nan, 1.0], [1.0, 1.0]).status == "wrong"
    assert check([inf, 1.0], [1.0, 1.0]).status == "wrong"
    assert check([inf, 1.0], [-inf, 1.0]).status == "wrong"
    assert check([1.0, 1.0], [inf, 1.0]).status == "wrong"
    assert check([0.0, 0.0], [0.0, 1e-300]).status == "wrong"
    assert check([0.0, 0.0], [0.0, 1e-300], atol=1e-12).ok
    assert check([1e300, 1e300], [1e300, 1e300 * (1 + 1e-12)]).ok


def test_complex_and_strict():
    z = np.array([1 + 1j, 2 - 3j])
    assert check(z, z * (1 + 1e-12)).ok
    assert check(z, z.conj()).status == "wrong"
    assert check(z, z * (1 + 1e-12), strict=True).status == "wrong"
    assert check([0.0], [-0.0]).ok
    assert check([0.0], [-0.0], strict=True).status == "wrong"


def test_missing_output():
    assert compare({"A": np.zeros(2)}, {}, Tolerance()).status == "wrong"


@settings(max_examples=50)
@given(st.integers(0, 30), st.floats(1.001, 1e6))
def test_one_wrong_element_is_always_found(place, factor):
    values = np.random.default_rng(0).random(31) + 0.1
    other = values.copy()
    other[place] *= factor
    assert check(values, other).status == "wrong"


def test_outcome_refuses_unknown_status():
    with pytest.raises(ValueError, match="status='good'"):
        Outcome("good")


# -- intervals and rounds -------------------------------------------------------------


@pytest.mark.parametrize("count", [6, 9, 15, 40])
def test_median_interval_covers(count):
    draws = np.random.default_rng(count).exponential(size=(2000, count))
    hits = 0
    for row in draws:
        _, low, high = median_interval(row)
        hits += low <= math.log(2) <= high
    assert 0.94 < hits / len(draws) < 0.995


def test_median_interval_of_few_is_the_range():
    assert median_interval([5.0]) == (5.0, 5.0, 5.0)
    assert median_interval([5.0, 1.0, 2.0, 9.0]) == (3.5, 1.0, 9.0)


class FakeClock:
    """Samples around given medians, with noise and load that both sides share."""

    def __init__(self, medians, noise=0.01, waited=0.0):
        self.medians = medians
        self.rng = np.random.default_rng(0)
        self.noise = noise
        self.waited = waited
        self.order = []

    def __call__(self, k):
        self.order.append(k)
        if self.medians[k] is None:
            raise WorkerFailure(Outcome("crash", "it died"))
        seconds = self.medians[k] * self.rng.normal(1, self.noise)
        load = self.rng.random() * self.waited
        return Sample(seconds * (1 + load), seconds, load)


def test_what_stays_behind_the_best_of_before_is_given_up():
    effort = Effort(slower=1.4, to_beat=4.0)
    behind, near = interleave(FakeClock([1.0, 0.5, 0.3]), 2, effort)
    assert (behind.stopped, behind.repetitions) == ("slower", 3)
    assert near.stopped == "precise"


def test_rounds_alternate_and_stop_when_precise():
    clock = FakeClock([1.0, 0.5, 5.0, None, 0.6])
    found = interleave(clock, 4, Effort())
    assert [m.stopped for m in found] == ["precise", "slower", "failed", "precise"]
    assert found[0].ratio == pytest.approx(2, rel=0.02)
    assert found[1].repetitions == 3
    assert found[2].outcome.status == "crash"
    assert clock.order[:10] == [0, 1, 2, 3, 4, 4, 2, 1, 0, 0]


def test_noise_uses_up_the_repetitions():
    found = interleave(FakeClock([1.0, 0.8], 0.3), 1, Effort(max_repetitions=12))[0]
    assert found.stopped == "budget"
    assert found.repetitions == 12
    low, high = found.ratio_interval
    assert low < found.ratio < high


def test_calm_rounds_are_preferred():
    found = interleave(FakeClock([1.0, 0.5], 0.001, waited=1.0), 1, Effort())[0]
    assert found.ratio == pytest.approx(2, rel=0.15)
    assert found.waited < 0.5


def test_failing_baseline_is_not_hidden():
    with pytest.raises(WorkerFailure):
        interleave(FakeClock([None, 1.0]), 1, Effort())


def test_effort_is_checked():
    with pytest.raises(ValueError, match="must be positive"):
        Effort(budget=0)


# -- cache and dumps ------------------------------------------------------------------


def test_cache_keeps_the_recently_used(monkeypatch, tmp_path):
    monkeypatch.setenv("TUNEMBED_CACHE", str(tmp_path))
    for k, name in enumerate("abcd"):
        built = cache_directory() / "new"
        built.write_bytes(bytes(100))
        os.utime(store(built, name), (1000 + k, 1000 + k))
    assert lookup("a").name == "a"
    prune(250)
    assert sorted(p.name for p in cache_directory().iterdir()) == ["a", "d"]
    assert lookup("b") is None


def test_parse_dump():
    text = (
        b"==BEGIN DUMP_ARRAYS==\nbegin dump: A\n1.5e+00 2.5e+00\n-nan inf \n"
        b"end   dump: A\nbegin dump: path3 4\n5\nend   dump: path\n"
        b"begin dump: x\nx3fb999999999999a \nend   dump: x\n==END   DUMP_ARRAYS=="
    )
    arrays = parse_dump(text.replace(b"path3", b"path 3"))
    assert {k: v.dtype.name for k, v in arrays.items()} == {
        "A": "float32",
        "path": "int64",
        "x": "float64",
    }
    np.testing.assert_array_equal(arrays["A"], [1.5, 2.5, np.nan, np.inf])
    np.testing.assert_array_equal(arrays["path"], [3, 4, 5])
    np.testing.assert_array_equal(arrays["x"], [0.1])
    with pytest.raises(ValueError, match="mixes"):
        parse_dump(text.replace(b"x3fb", b"12 x3fb"))
