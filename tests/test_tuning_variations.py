"""Schedules that need no neighbour: threads alone, and other sizes."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import pytest

from tunembed.parsers import parse_c
from tunembed.schedules import Schedule
from tunembed.tuning._resize import resized
from tunembed.tuning._threads import plain_threads
from tunembed.tuning._view import views_of

COLUMNS = """
void f(int n, int m, double A[restrict n][m], double s[restrict m])
{
    for (int i = 1; i < n; i++) {
        for (int j = 0; j < m; j++)
            A[i][j] += A[i - 1][j];
        for (int k = 0; k < m; k++)
            s[k] = s[k] * A[i][k];
    }
}
"""
SCALE = """
void f(int n, int m, double A[n][m])
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j < m; j++)
            A[i][j] *= 2.0;
}
"""
HISTOGRAM = """
void f(int n, int m, double h[restrict m], const int b[restrict n])
{
    for (int i = 0; i < n; i++)
        h[b[i]] += 1.0;
}
"""
TRANSPOSED = """
void f(int n, int m, double y[restrict m], const double A[n][m],
       const double x[restrict n])
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j < m; j++)
            y[j] += A[i][j] * x[i];
}
"""
RECURRENCE = """
void f(int n, double x[n])
{
    for (int i = 1; i < n; i++)
        x[i] += x[i - 1] * x[i - 1];
}
"""


@pytest.mark.parametrize(
    ("c", "size", "expected"),
    [
        (SCALE, 1000, "parallel(i)"),
        (COLUMNS, 100_000, "parallel(j); parallel(k)"),
        (COLUMNS, 10, ""),
        (HISTOGRAM, 100_000, "parallel(i, reduction=true)"),
        (TRANSPOSED, 2000, "parallel(i, reduction=true)"),
        (RECURRENCE, 1000, ""),
    ],
)
def test_threads_alone(c, size, expected):
    function = parse_c(c).function("f")
    view = views_of(function, {"n": size, "m": size})[-1]
    found = [str(plain_threads(view, nest)) for nest in view.nests]
    assert "; ".join(filter(None, found)) == expected


def test_one_size_is_halved_or_doubled():
    schedule = Schedule.parse("tile(i=4096, j=1); unroll_and_jam(i=4); simd(j)")
    assert [str(found) for found in resized(schedule)] == [
        "tile(i=4096, j=1); unroll_and_jam(i=8); simd(j)",
        "tile(i=4096, j=1); unroll_and_jam(i=2); simd(j)",
        "tile(i=2048, j=1); unroll_and_jam(i=4); simd(j)",
        "tile(i=4096, j=2); unroll_and_jam(i=4); simd(j)",
    ]
