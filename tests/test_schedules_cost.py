"""The static estimate puts schedules in the order that strides and lanes suggest."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import pytest

from tunembed.parsers import parse_c
from tunembed.schedules import Schedule, apply_schedule, estimated_cycles, prepare

SIZES = {"n": 500, "m": 600}
PRODUCT = """
void f(int n, int m, double C[restrict n][m], const double A[n][n],
       const double B[n][m])
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j < m; j++)
            for (int k = 0; k < n; k++)
                C[i][j] += A[i][k] * B[k][j];
}
"""


def cycles(c, text, sizes=SIZES):
    plan = apply_schedule(prepare(parse_c(c).functions["f"]), Schedule.parse(text))
    return estimated_cycles(plan, {"S0"}, sizes)


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ("interchange(i, k, j)", "interchange(j, k, i)"),
        ("interchange(i, k, j)", ""),
        ("", "interchange(j, k, i)"),
        ("interchange(i, k, j); tile(i=32, k=32)", "tile(i=32, j=32, k=32)"),
        ("tile(k=64); pack(B, k_t)", "tile(k=64)"),
    ],
)
def test_the_better_one_is_estimated_to_be_faster(better, worse):
    assert cycles(PRODUCT, better) < cycles(PRODUCT, worse)


def test_work_counts():
    small = cycles(PRODUCT, "", {"n": 50, "m": 60})
    assert cycles(PRODUCT, "") == pytest.approx(1000 * small, rel=0.01)


def test_other_statements_do_not_count():
    plan = prepare(parse_c(PRODUCT).functions["f"])
    assert estimated_cycles(plan, set(), SIZES) == 0.0


def test_subscripts_read_from_memory_are_far_apart():
    near = """
void f(int n, int m, double *restrict y, const double *x, const int *c)
{
    for (int i = 0; i < n; i++)
        y[i] = x[i];
}
"""
    far = near.replace("x[i]", "x[c[i]]")
    assert cycles(far, "") > 2 * cycles(near, "")
