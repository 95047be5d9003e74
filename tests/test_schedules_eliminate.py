"""Eliminations by blocks: factors, triangular systems, closures over semirings."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import pytest

from legality_oracle.compare import Pair, compare
from tunembed.parsers import parse_c
from tunembed.schedules import Schedule, check, prepare, rewrite
from tunembed.schedules._closure import find_closures

SIZES = [{"n": n, "m": m} for n, m in ((0, 0), (1, 1), (5, 3), (17, 13), (33, 16))]
REST = "register_tile(k_{0}, i_{0}=3, j_{0}=4); parallel(i_{0}_t)"

LU = """
void f(int n, double A[restrict n][n])
{
    for (int i = 0; i < n; i++) {
        for (int j = 0; j < i; j++) {
            for (int k = 0; k < j; k++)
                A[i][j] -= A[i][k] * A[k][j];
            A[i][j] /= A[j][j];
        }
        for (int j = i; j < n; j++)
            for (int k = 0; k < i; k++)
                A[i][j] -= A[i][k] * A[k][j];
    }
}
"""
LU_SUMS = """
void f(int n, double A[restrict n][n])
{
    double w;
    for (int i = 0; i < n; i++) {
        for (int j = 0; j < i; j++) {
            w = A[i][j];
            for (int k = 0; k < j; k++)
                w -= A[i][k] * A[k][j];
            A[i][j] = w / A[j][j];
        }
        for (int j = i; j < n; j++) {
            w = A[i][j];
            for (int k = 0; k < i; k++)
                w -= A[i][k] * A[k][j];
            A[i][j] = w;
        }
    }
}
"""
LU_RIGHT = """
void f(int n, double a[restrict n * n])
{
    for (int k = 0; k < n - 1; k++) {
        for (int i = k + 1; i < n; i++)
            a[i * n + k] /= a[k * n + k];
        for (int i = k + 1; i < n; i++)
            for (int j = k + 1; j < n; j++)
                a[i * n + j] -= a[i * n + k] * a[k * n + j];
    }
}
"""
CHOLESKY = """
#include <math.h>
void f(int n, double A[restrict n][n])
{
    for (int i = 0; i < n; i++) {
        for (int j = 0; j < i; j++) {
            for (int k = 0; k < j; k++)
                A[i][j] -= A[i][k] * A[j][k];
            A[i][j] /= A[j][j];
        }
        for (int k = 0; k < i; k++)
            A[i][i] -= A[i][k] * A[i][k];
        A[i][i] = sqrt(fabs(A[i][i]));
    }
}
"""
CHOLESKY_SUMS = """
#include <math.h>
void f(int n, const double A[restrict n][n], double L[restrict n][n])
{
    for (int j = 0; j < n; j++) {
        for (int i = j; i < n; i++) {
            double s = A[i][j];
            for (int k = 0; k < j; k++)
                s -= L[i][k] * L[j][k];
            L[i][j] = s;
        }
        L[j][j] = sqrt(fabs(L[j][j]));
        for (int i = j + 1; i < n; i++)
            L[i][j] /= L[j][j];
    }
}
"""
SOLVE = """
void f(int n, int m, const double L[restrict n][n], double X[restrict n][m])
{
    for (int i = 0; i < n; i++) {
        for (int k = 0; k < i; k++)
            for (int j = 0; j < m; j++)
                X[i][j] -= L[i][k] * X[k][j];
        for (int j = 0; j < m; j++)
            X[i][j] /= L[i][i];
    }
}
"""
SOLVE_BACK = """
void f(int n, int m, const double U[restrict n][n], double X[restrict n][m])
{
    for (int i = n - 1; i >= 0; i--) {
        for (int k = i + 1; k < n; k++)
            for (int j = 0; j < m; j++)
                X[i][j] -= U[i][k] * X[k][j];
        for (int j = 0; j < m; j++)
            X[i][j] /= U[i][i];
    }
}
"""
UPPER_TIMES = """
void f(int n, int m, const double A[restrict n][n], double B[restrict n][m])
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j < m; j++)
            for (int k = i + 1; k < n; k++)
                B[i][j] += A[k][i] * B[k][j];
}
"""
LOWER_TIMES = """
void f(int n, int m, const double L[restrict n][n], double X[restrict n][m])
{
    for (int j = 0; j < m; j++)
        for (int i = n - 1; i >= 0; i--) {
            X[i][j] *= L[i][i];
            for (int k = 0; k < i; k++)
                X[i][j] += L[i][k] * X[k][j];
        }
}
"""
SHORTEST = """
void f(int n, int m, int d[restrict n][n])
{
    for (int k = 0; k < n; k++)
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++)
                d[i][j] = d[i][j] < d[i][k] + d[k][j] ? d[i][j] : d[i][k] + d[k][j];
}
"""
WIDEST = """
#include <math.h>
void f(int n, double w[restrict n * n])
{
    for (int k = 0; k < n; k++)
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++)
                w[i * n + j] = fmax(w[i * n + j], fmin(w[i * n + k], w[k * n + j]));
}
"""
REACHABLE = """
void f(int n, unsigned r[restrict n][n])
{
    for (int k = 0; k < n; k++)
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++)
                r[i][j] |= r[i][k] & r[k][j];
}
"""
FLOATING = SHORTEST.replace("int d", "double d")
ALL = "; ".join(REST.format(part) for part in ("bb", "ba", "ab", "aa"))
CASES = [
    (LU, "eliminate(A=4)"),
    (LU, f"eliminate(A=5); {REST.format('aa')}; parallel(i_ai)"),
    (LU_SUMS, f"eliminate(A=4); {REST.format('aa')}; parallel(i_ai)"),
    (LU_RIGHT, f"eliminate(a=8); {REST.format('aa')}; tile(j_ia=4); parallel(i_ai)"),
    (CHOLESKY, f"eliminate(A=4); {REST.format('aa')}; parallel(i_ai)"),
    (CHOLESKY_SUMS, f"eliminate(L=4); {REST.format('aa')}; parallel(i_ai)"),
    (SOLVE, f"eliminate(X=4); {REST.format('a')}; interchange(j_i, k_i, i_i)"),
    (SOLVE_BACK, f"eliminate(X=4); {REST.format('a')}"),
    (UPPER_TIMES, f"eliminate(B=4); {REST.format('b')}"),
    (LOWER_TIMES, f"eliminate(X=4); {REST.format('b')}"),
    (SHORTEST, f"eliminate(d=4); {ALL}; parallel(i_ai); simd(j_ib)"),
    (WIDEST, f"eliminate(w=4); {ALL}; parallel(i_bi); simd(j_ii)"),
    (REACHABLE, f"eliminate(r=8); {ALL}"),
    (FLOATING, f"eliminate(d=4); {ALL}"),
]


def plan(c, **options):
    return prepare(parse_c(c).functions["f"], **options)


def verdict(c, schedule, **options):
    return check(plan(c, **options), Schedule.parse(schedule))


def test_results_are_those_of_the_original(tmp_path):
    pairs = [
        Pair(f"{steps} of {c}", c, rewrite(plan(c), Schedule.parse(steps)), SIZES)
        for c, steps in CASES
    ]
    outcome = compare(pairs, tmp_path)
    assert outcome.broken == {}
    assert outcome.warnings == {}
    assert outcome.different == {}


@pytest.mark.parametrize("c", [LU, LU_SUMS, LU_RIGHT, CHOLESKY, CHOLESKY_SUMS])
def test_factors_keep_their_last_bit(c):
    array = "L" if c is CHOLESKY_SUMS else "a" if c is LU_RIGHT else "A"
    found = verdict(c, f"eliminate({array}=16); parallel(i_ai)", strict_fp=True)
    assert found and found.permissions == ()


@pytest.mark.parametrize(
    ("c", "name"),
    [(SHORTEST, "min-plus"), (WIDEST, "max-min"), (REACHABLE, "or-and")],
)
def test_a_closure_may_read_newer_values(c, name):
    array = {SHORTEST: "d", WIDEST: "w", REACHABLE: "r"}[c]
    assert verdict(c, f"eliminate({array}=16)").permissions == (
        f"uses {name} idempotence",
    )


def test_lengths_are_tested_before_they_are_found_in_another_order():
    source = rewrite(plan(SHORTEST), Schedule.parse("eliminate(d=16)"))
    assert "if (!(d[i][j] >= 0))" in source
    assert "if (f_min_plus(n, m, d)) {" in source
    assert "where d[i][j] >= 0 everywhere. */" in source
    assert "_plus(" not in rewrite(plan(SHORTEST), Schedule.parse("tile(i=4)"))
    assert "f_original" not in rewrite(plan(WIDEST), Schedule.parse("eliminate(w=16)"))


@pytest.mark.parametrize(
    "change",
    [
        ("k < n", "k < n - 1"),
        ("int i = 0", "int i = 1"),
        ("int d", "unsigned d"),
        ("int d", "short d"),
        ("d[i][k] + d[k][j];", "d[i][k] + d[j][k];"),
        ("    for (int k", "    d[0][0] = -1;\n    for (int k"),
        ("for (int k = 0; k < n; k++)", "for (int k = n - 1; k >= 0; k--)"),
        ("n; i++)\n", "n; i++) {\n            x[i] = d[0][i];\n"),
        ("n; i++)\n", "n; i++) {\n            d[i][i] = 1;\n"),
    ],
)
def test_what_is_no_closure_keeps_its_order(change):
    changed = SHORTEST.replace(*change)
    if change[1].endswith(";\n"):
        changed = changed.replace("d[k][j];\n", "d[k][j];\n        }\n")
        changed = changed.replace("int n, ", "int n, int x[restrict n], ")
    assert changed != SHORTEST
    assert find_closures(plan(changed).scop) == {}
    assert not verdict(changed, "eliminate(d=4)")


def test_the_loop_over_the_nodes_between_must_be_outermost():
    head, body = SHORTEST.split("        for (int i", 1)
    swapped = head.replace("int k = 0; k < n; k++", "int i = 0; i < n; i++")
    swapped += "        for (int i" + body
    swapped = swapped.replace(
        "        for (int i = 0; i < n; i++)\n            for",
        "        for (int k = 0; k < n; k++)\n            for",
    )
    assert find_closures(plan(swapped).scop) == {}


def test_strict_arithmetic_keeps_the_sums_of_a_path():
    assert verdict(FLOATING, "eliminate(d=8)").permissions == (
        "uses min-plus idempotence",
    )
    assert (
        "breaks the dependence"
        in verdict(FLOATING, "eliminate(d=8)", strict_fp=True).reason
    )
    assert verdict(WIDEST, "eliminate(w=8)", strict_fp=True)


def test_threads_may_not_share_what_a_closure_updates():
    assert "parallel(i): the loop carries" in verdict(SHORTEST, "parallel(i)").reason
    found = verdict(SHORTEST, "eliminate(d=4); parallel(i_ii)")
    assert "parallel(i_ii): the loop carries" in found.reason
    assert verdict(SHORTEST, "eliminate(d=4); parallel(i_bi)")


def test_lanes_may_read_what_is_stored_again():
    assert verdict(SHORTEST, "simd(j)").permissions == ("uses min-plus idempotence",)
    assert "simd" in verdict(SHORTEST, "interchange(i, j, k); simd(k)").reason or (
        "breaks" in verdict(SHORTEST, "interchange(i, j, k); simd(k)").reason
    )


@pytest.mark.parametrize(
    ("c", "schedule", "reason"),
    [
        (LU, "eliminate(B=4)", "no nest with updates of 'B' by other elements"),
        (LU, "eliminate(A)", "give a size"),
        (LU, "eliminate(A=0)", "must be positive"),
        (LU, "eliminate(i, A=4)", "name one array and a size"),
        (SOLVE, "eliminate(L=4)", "no nest with updates of 'L'"),
        (LU, "eliminate(A=4); parallel(i_aa); parallel(k_ii)", "the loop carries"),
        (
            LU.replace("A[i][j] /= A[j][j];", "A[i][j] /= A[j][j] + A[0][0];"),
            "eliminate(A=4)",
            "subscripts that are no two iterators",
        ),
        (
            CHOLESKY_SUMS.replace("L[j][j] = sqrt", "L[j][0] = 1.0 + sqrt"),
            "eliminate(L=4)",
            "subscripts that are no two iterators",
        ),
    ],
)
def test_what_does_not_fit_is_refused(c, schedule, reason):
    try:
        found = verdict(c, schedule).reason
    except ValueError as error:
        found = str(error)
    assert reason in found
