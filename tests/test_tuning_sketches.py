"""Sketches for loops that must run in order: what they contain, and that some hold."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import itertools

import pytest

from tunembed.parsers import parse_c
from tunembed.schedules import Schedule, check
from tunembed.tuning._lane_sketches import lane_sketches
from tunembed.tuning._ordered_sketches import ordered_sketches
from tunembed.tuning._sketches import sketches
from tunembed.tuning._view import views_of

TWO_SWEEPS = """
void f(int t, int n, double x[restrict n], double y[restrict n])
{
    for (int s = 0; s < t; s++) {
        for (int i = 1; i < n - 1; i++)
            y[i] = x[i - 1] + x[i] + x[i + 1];
        for (int i = 1; i < n - 1; i++)
            x[i] = y[i - 1] + y[i] + y[i + 1];
    }
}
"""
IN_PLACE = """
void f(int t, int n, double A[n][n])
{
    for (int s = 0; s < t; s++)
        for (int i = 1; i < n - 1; i++)
            for (int j = 1; j < n - 1; j++)
                A[i][j] += A[i - 1][j] + A[i][j - 1] + A[i][j + 1] + A[i + 1][j];
}
"""
CLOSURE = """
void f(int n, int d[n][n])
{
    for (int k = 0; k < n; k++)
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++)
                d[i][j] |= d[i][k] & d[k][j];
}
"""
ROWS = """
void f(int t, int n, double x[restrict t][n], const double a[restrict n])
{
    for (int s = 0; s < t; s++)
        for (int i = 1; i < n; i++)
            x[s][i] += a[i] * x[s][i - 1];
}
"""
SCALE = """
void f(int n, double x[n])
{
    for (int i = 0; i < n; i++)
        x[i] *= 2.0;
}
"""


def last_view(c):
    return views_of(parse_c(c).function("f"), {"t": 50, "n": 1000})[-1]


def legal(c):
    """Return the kinds' legal texts: sweeps, cuts and rows."""
    view = last_view(c)
    kinds = ordered_sketches(view.nests[0].loop)
    return [
        [text for text in itertools.islice(texts, 7) if is_legal(view, text)]
        for texts in kinds
    ]


def is_legal(view, text):
    return bool(check(view.plan, Schedule.parse(text)))


def test_sweeps_are_fused_skewed_and_tiled():
    assert last_view(TWO_SWEEPS).name == "whole"
    sweeps, cuts, rows = legal(TWO_SWEEPS)
    assert sweeps[0] == (
        "shift(i_2, by=1); fuse(i, i_2); skew(s, i=2); tile(s=16, i=32); "
        "skew(s_t, i_t=1); interchange(i_t, s_t); parallel(s_t)"
    )
    assert not any("skew(s, i=1)" in text for text in sweeps)
    assert cuts == rows == []


def test_rows_of_a_sweep_in_place_run_side_by_side():
    sweeps, _, rows = legal(IN_PLACE)
    assert any(
        "unroll_and_jam(i=4)" in text and "parallel(s_t)" in text for text in sweeps
    )
    assert "skew(i, j=1); unroll_and_jam(i=4)" in rows


def test_a_closure_is_cut_at_the_iteration_the_others_need():
    _, cuts, _ = legal(CLOSURE)
    assert cuts[0] == (
        "split(i, k); split(i_r, k=1); split(j, k); split(j_r, k=1); "
        "simd(j); simd(j_rr); parallel(i); parallel(i_rr)"
    )


@pytest.mark.parametrize(("c", "ordered"), [(IN_PLACE, True), (SCALE, False)])
def test_loops_that_are_parallel_need_no_order(c, ordered):
    view = last_view(c)
    texts = [str(found) for found in sketches(view.plan, view.nests[0])]
    assert any("skew" in text for text in texts) == ordered


def test_independent_rows_of_a_recurrence_run_in_lanes():
    view = last_view(ROWS)
    texts = list(lane_sketches(view.plan, view.nests[0].loop, {"s"}))
    assert texts[0] == (
        "tile(s=16); interchange(i, s); simd(s); pack(x, s_t, transpose=true); "
        "parallel(s_t)"
    )
    assert all(check(view.plan, Schedule.parse(text)) for text in texts)
    assert Schedule.parse(texts[0]) in list(sketches(view.plan, view.nests[0]))
    assert not list(lane_sketches(view.plan, view.nests[0].loop, {"s", "i"}))
    assert not list(lane_sketches(view.plan, view.nests[0].loop, set()))
