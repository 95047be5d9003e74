"""Arrays of their own for the iterations of a loop, and the copy of the last ones."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import pytest

from legality_oracle.compare import Pair, compare
from tunembed.parsers import parse_c
from tunembed.schedules import Schedule, check, normalize, prepare, rewrite

SIZES = [{"n": n, "m": m} for n, m in ((0, 0), (1, 1), (3, 5), (7, 2), (8, 9))]
IN_PLACE = """
void f(int n, int m, double A[restrict n][m][m], const double C[restrict m][m],
       double sum[restrict m])
{
    for (int r = 0; r < n; r++)
        for (int q = 0; q < m; q++) {
            for (int p = 0; p < m; p++) {
                sum[p] = 0.0;
                for (int s = 0; s < m; s++)
                    sum[p] += A[r][q][s] * C[s][p];
            }
            for (int p = 0; p < m; p++)
                A[r][q][p] = sum[p];
        }
}
"""
SHORTER = """
void f(int n, int m, double A[restrict n][m], double t[restrict n + m][2])
{
    for (int i = 0; i < n; i++) {
        for (int j = 0; j < m; j++)
            t[i + j][1] = 2.0 * A[i][j];
        for (int j = 0; j < m; j++)
            A[i][j] = t[i + j][1] + 1.0;
    }
}
"""
TRIANGLE = """
void f(int n, double A[restrict n][n], double t[restrict n])
{
    for (int i = 0; i < n; i++) {
        for (int j = 0; j <= i; j++)
            t[j] = 2.0 * A[i][j];
        for (int j = 0; j <= i; j++)
            A[i][j] = t[j] + t[i];
    }
}
"""
CASES = [
    (IN_PLACE, "privatize(sum, q)"),
    (IN_PLACE, "privatize(sum, q); parallel(r)"),
    (IN_PLACE, "privatize(sum, r); fission(p, S1); parallel(r)"),
    (
        IN_PLACE,
        "privatize(sum, q); fission(p, S1); fission(q, S1); fission(q_2, S2); "
        "register_tile(s, q_2=3, p_3=4); parallel(r)",
    ),
    (TRIANGLE, "privatize(t, i); fission(i, S1); parallel(i); parallel(i_2)"),
]


def plan(c, **options):
    return prepare(parse_c(c).functions["f"], **options)


def test_results_are_those_of_the_original(tmp_path):
    pairs = [
        Pair(f"{steps} of {c}", c, rewrite(plan(c), Schedule.parse(steps)), SIZES)
        for c, steps in CASES
    ]
    outcome = compare(pairs, tmp_path)
    assert outcome.broken == {}
    assert outcome.warnings == {}
    assert outcome.different == {}


def test_the_last_iteration_is_copied_back_where_there_is_one():
    source = rewrite(plan(IN_PLACE), Schedule.parse("privatize(sum, q)"))
    assert "sum[sum_0] = sum_x[n - 1][m - 1][sum_0];" in source
    assert source.index("sum[sum_0] = ") > source.index("A[r][q][p_2] = ")


def test_the_copy_stays_behind_what_it_copies():
    found = check(plan(IN_PLACE), Schedule.parse("privatize(sum, q); reorder(S3, r)"))
    assert "the new order breaks the dependence through 'sum" in found.reason


def test_the_normal_form_has_products_without_the_temporary():
    _, schedule = normalize(plan(IN_PLACE))
    text = str(schedule)
    assert "privatize(sum, q)" in text and "interchange(r_2, q_2, s, p_3)" in text


def test_the_normal_form_does_not_take_more_memory_than_there_is():
    small = IN_PLACE.replace("A[restrict n][m][m]", "A[restrict m][m]")
    small = small.replace("A[r][q]", "A[q]")
    assert "privatize" not in str(normalize(plan(small))[1])


@pytest.mark.parametrize(
    ("c", "schedule", "reason"),
    [
        (IN_PLACE, "privatize(sum, p)", "'p' is not around every use"),
        (IN_PLACE, "privatize(A, r)", "reads 'A' before it writes it"),
        (IN_PLACE, "privatize(x, r)", "'x' is not used in exactly one nest"),
        (IN_PLACE, "privatize(sum)", "name at least 2"),
        (SHORTER, "privatize(t, i)", "differs from element to element"),
        (
            IN_PLACE.replace("sum[p] = 0.0;", "if (p > 0) sum[p] = 0.0;"),
            "privatize(sum, q)",
            "reads 'sum' before it writes it",
        ),
        (
            IN_PLACE.replace(
                "sum[p] = 0.0;", "sum[p] = 0.0; if (C[0][p] > 0) sum[p] = 1;"
            ),
            "privatize(sum, q)",
            "depends on data",
        ),
        (
            IN_PLACE.replace("int q = 0; q < m; q++", "int q = m - 1; q >= 0; q--"),
            "privatize(sum, q)",
            "a loop counts down",
        ),
        (
            IN_PLACE.replace("    for (int r", "    sum[0] = 1.0;\n    for (int r"),
            "privatize(sum, q)",
            "not used in exactly one nest",
        ),
    ],
)
def test_what_cannot_be_private_is_refused(c, schedule, reason):
    try:
        found = check(plan(c), Schedule.parse(schedule)).reason
    except ValueError as error:
        found = str(error)
    assert reason in found
