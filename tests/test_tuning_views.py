"""Views of a function, what two nests have in common, and arguments for signatures."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import re

import numpy as np
import pytest

from tunembed.features import LoopNestVectorizer
from tunembed.kernels import ArgumentError
from tunembed.parsers import parse_c
from tunembed.schedules import Schedule
from tunembed.tuning._arguments import argument_specs
from tunembed.tuning._view import views_of

TWO = """\
void two(int n, double A[restrict n][n], double x[restrict n], double y[restrict n])
{
    for (int j = 0; j < n; j++) {
        y[j] = 0.0;
        for (int i = 0; i < n; i++)
            y[j] += A[i][j] * x[i];
    }
    for (int i = 0; i < n; i++)
        x[i] = 2.0 * y[i];
}
"""


def function(text):
    return next(iter(parse_c(text).functions.values()))


def hashes(text, n=100):
    found = function(text)
    sizes = {p.name: n for p in found.parameters if not p.shape}
    return [nest.structure for nest in views_of(found, sizes)[-1].nests]


# Views


@pytest.mark.parametrize("strict_fp", [False, True])
def test_views(strict_fp):
    normal, raw = views_of(function(TWO), {"n": 200}, strict_fp=strict_fp)
    assert (normal.name, raw.name) == ("normal", "raw")
    assert len(normal.prefix) > 0 and len(raw.prefix) == 0
    assert len(normal.nests) == 3 and len(raw.nests) == 2
    for view in (normal, raw):
        shares = [nest.share for nest in view.nests]
        assert sum(shares) == pytest.approx(1.0) and min(shares) > 0
        assert [nest.index for nest in view.nests] == list(range(len(shares)))
        heaviest = max(view.nests, key=lambda nest: nest.share)
        assert heaviest.share > 0.9 and heaviest.source.depth == 2
        for nest in view.nests:
            assert len(nest.features) == len(
                LoopNestVectorizer().get_feature_names_out()
            )
            assert np.isfinite(nest.features).any()


def test_a_loop_over_time_is_also_seen_whole():
    text = """void f(int t, int n, double x[restrict n], double y[restrict n])
    { for (int s = 0; s < t; s++) {
          for (int i = 1; i < n - 1; i++) y[i] = x[i - 1] + x[i + 1];
          for (int i = 1; i < n - 1; i++) x[i] = y[i - 1] + y[i + 1]; } }"""
    normal, whole = views_of(function(text), {"t": 10, "n": 1000})
    assert (normal.name, whole.name) == ("normal", "whole")
    assert [nest.loop.name for nest in normal.nests] == ["i", "i_2"]
    assert [nest.loop.name for nest in whole.nests] == ["s"]
    assert whole.nests[0].share == 1.0 and len(whole.prefix) == 0
    assert list(whole.nests[0].roles.loops) == ["s", "i", "i_2"]


def test_a_copy_that_the_normal_form_adds_is_no_nest():
    text = """\
void f(int n, double A[restrict n][n][n], double C[restrict n][n], double t[restrict n])
{
    for (int r = 0; r < n; r++)
        for (int q = 0; q < n; q++) {
            for (int p = 0; p < n; p++) {
                t[p] = 0.0;
                for (int s = 0; s < n; s++)
                    t[p] += A[r][q][s] * C[s][p];
            }
            for (int p = 0; p < n; p++)
                A[r][q][p] = t[p];
        }
}
"""
    normal = views_of(function(text), {"n": 50})[0]
    assert "privatize(t, q)" in str(normal.prefix)
    assert len(normal.nests) == 3
    assert max(nest.share for nest in normal.nests) > 0.9


def test_what_is_normal_already_has_one_view():
    text = "void f(int n, double x[n]) { for (int i = 0; i < n; i++) x[i] = 0.0; }"
    (view,) = views_of(function(text), {"n": 10})
    assert view.name == "normal" and len(view.prefix) == 0
    assert view.nests[0].share == 1.0


def test_a_short_nest_inside_of_a_loop_is_not_worth_threads():
    text = """void f(int n, int m, double x[restrict n])
    { for (int t = 0; t < m; t++) {
          for (int i = 1; i < n; i++) x[i] = x[i - 1] + 1.0;
          for (int i = 1; i < n; i++) x[i - 1] = x[i]; } }"""
    found = function(text)
    for n, is_fine in ((100, True), (100_000_000, False)):
        nests = views_of(found, {"n": n, "m": 50})[0].nests
        assert [nest.share for nest in nests] == pytest.approx([2 / 3, 1 / 3])
        assert {nest.is_fine for nest in nests} == {is_fine}


# Structure


def test_structure_ignores_names_sizes_and_types():
    renamed = TWO.replace("double", "float").replace("int i", "int row")
    renamed = re.sub(r"\bi\b", "row", renamed)
    renamed = re.sub(r"\bA\b", "matrix", renamed)
    assert hashes(TWO) == hashes(renamed) == hashes(TWO, n=7)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("A[i][j]", "A[j][i]"),
        ("* x[i]", "+ x[i]"),
        ("* x[i]", "* x[j]"),
        (
            "int i = 0; i < n; i++)\n            y",
            "int i = 0; i < n; i++)\n y[j] -= 1, y",
        ),
        ("y[j] += A[i][j]", "y[j] = y[j] + x[j] * A[i][j]"),
    ],
)
def test_structure_tells_nests_apart(old, new):
    changed = TWO.replace(old, new)
    assert changed != TWO
    assert hashes(changed)[0] != hashes(TWO)[0]
    assert hashes(changed)[1] == hashes(TWO)[1]


def test_nests_of_one_function_are_told_apart():
    assert len(set(hashes(TWO))) == 2


# Arguments


def specs(text):
    return {spec.name: spec for spec in argument_specs(function(text))}


def test_arguments_of_variable_length_arrays():
    found = specs(
        "void f(int n, long m, float A[n][m + 1], double b, double x[2 * n])"
        "{ for (int i = 0; i < n; i++) A[i][0] = b * x[i]; }"
    )
    assert list(found) == ["n", "m", "A", "b", "x"]
    assert found["n"].is_size and found["m"].is_size and not found["b"].shape
    sizes = {"n": 5, "m": 7}
    assert np.prod(found["A"].array_shape(sizes)) == 40
    assert found["A"].numpy_dtype == np.float32
    assert found["x"].array_shape(sizes) == (10,)
    values = found["x"].make(sizes, np.random.default_rng(0))
    assert values.shape == (10,) and np.isfinite(values).all()


def test_arguments_of_pointers_with_a_leading_dimension():
    found = specs(
        "void f(int n, int m, int lda, double *A, const double *x)"
        "{ for (int i = 0; i < n; i++) for (int j = 0; j < m; j++)"
        "  A[i * lda + j] += x[j + 1]; }"
    )
    sizes = {"n": 4, "m": 3, "lda": 10}
    (elements,) = found["A"].array_shape(sizes)
    assert elements >= 3 * 10 + 3
    (elements,) = found["x"].array_shape(sizes)
    assert elements >= 4


def test_arguments_of_sparse_rows():
    found = specs(
        "void f(int n, int m, int nnz, const int rows[n + 1], const int cols[nnz],"
        "       const double v[nnz], const double x[m], double y[n])"
        "{ for (int i = 0; i < n; i++) for (int k = rows[i]; k < rows[i + 1]; k++)"
        "  y[i] += v[k] * x[cols[k]]; }"
    )
    assert found["rows"].fill.startswith("offsets:")
    assert found["cols"].fill.startswith("index:")
    assert found["v"].fill == "random"
    sizes, rng = {"n": 6, "m": 9, "nnz": 20}, np.random.default_rng(0)
    rows = found["rows"].make(sizes, rng)
    assert rows[0] == 0 and rows[-1] == 20 and (np.diff(rows) >= 0).all()
    columns = found["cols"].make(sizes, rng)
    assert columns.shape == (20,) and columns.min() >= 0 and columns.max() < 9


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "struct s { int a; };\nvoid f(int n, struct s *p)"
            "{ for (int i = 0; i < n; i++) p[i].a = 0; }",
            r"2:6: 'p' is a struct; .* --arguments FILE.py:CALLABLE",
        ),
        (
            "void f(int n, double *x, const int *at)"
            "{ for (int i = 0; i < n; i++) x[at[at[i]] * at[i]] = 0.0; }",
            r"1:6: the size of 'x' is",
        ),
    ],
)
def test_arguments_that_cannot_be_made(text, message):
    with pytest.raises(ArgumentError, match=message):
        specs(text)


# Threads


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        ("parallel(i)", ""),
        ("interchange(j, i); parallel(j)", ""),
        ("interchange(j, i); parallel(i)", "i"),
        ("", ""),
    ],
)
def test_threads_for_next_to_nothing(schedule, expected):
    text = """void f(int n, double A[n][n]) {
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++)
                A[i][j] += 1.0; }"""
    (view,) = views_of(function(text), {"n": 1000})
    assert view.starts_threads_too_often(Schedule.parse(schedule)) == expected
