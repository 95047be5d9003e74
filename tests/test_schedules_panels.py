"""Parts of a loop with schedules of their own: panels of an orthogonalisation."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import pytest

from legality_oracle.compare import Pair, compare
from tunembed.parsers import parse_c
from tunembed.schedules import Schedule, check, loops_of, prepare, rewrite
from tunembed.schedules._rewrite import apply_schedule

SIZES = [{"n": n, "m": m} for n, m in ((0, 0), (1, 1), (2, 5), (9, 7), (19, 4))]
ORTHOGONAL = """
#include <math.h>
void f(int n, int m, double A[restrict m][n], double R[restrict n][n])
{
    for (int k = 0; k < n; k++) {
        double norm = 1.0;
        for (int i = 0; i < m; i++)
            norm += A[i][k] * A[i][k];
        R[k][k] = sqrt(norm);
        for (int i = 0; i < m; i++)
            A[i][k] = A[i][k] / R[k][k];
        for (int j = k + 1; j < n; j++) {
            R[k][j] = 0.0;
            for (int i = 0; i < m; i++)
                R[k][j] += A[i][k] * A[i][j];
            for (int i = 0; i < m; i++)
                A[i][j] -= A[i][k] * R[k][j];
        }
    }
}
"""
PANELS = (
    "expand(norm); sink(S3, j, at=k); sink(S2, j, at=k); sink(S1, j, at=k); "
    "sink(S0, j, at=k); tile(k=4, j=2); split(j_t, k_t=4)"
)
FAST = (
    f"{PANELS}; fission(j, S4); fission(j_2, S5); fission(j_3, S6); "
    "interchange(i_3, j_3); interchange(i_4, j_4); register_tile(i_3, j_3=2); "
    "unroll_and_jam(i_4=2); pack(R, j_t_r); parallel(j_t_r)"
)


def plan(c):
    return prepare(parse_c(c).functions["f"])


def test_results_are_those_of_the_original(tmp_path):
    pairs = [
        Pair(text, ORTHOGONAL, rewrite(plan(ORTHOGONAL), Schedule.parse(text)), SIZES)
        for text in (PANELS, FAST)
    ]
    outcome = compare(pairs, tmp_path)
    assert outcome.broken == {}
    assert outcome.warnings == {}
    assert outcome.different == {}


def test_a_part_has_only_what_happens_in_it():
    nodes = apply_schedule(plan(ORTHOGONAL), Schedule.parse(PANELS)).nodes
    own, others = (
        next(loop for loop in loops_of(nodes) if loop.name == name)
        for name in ("j_t", "j_t_r")
    )
    assert set(own.index) == {f"S{n}" for n in range(7)}
    assert set(others.index) == {"S4", "S5", "S6"}


def test_panels_beside_each_other_are_independent_and_their_pivots_are_not():
    assert check(plan(ORTHOGONAL), Schedule.parse(f"{PANELS}; parallel(j_t_r)"))
    found = check(plan(ORTHOGONAL), Schedule.parse(f"{PANELS}; parallel(k_t)"))
    assert "parallel(k_t): the loop carries" in found.reason


SCALED = """
void f(int n, double x[restrict n], double y[restrict n])
{
    for (int i = 0; i < n; i++)
        x[i] *= 2.0;
    for (int i = 0; i < n; i++)
        y[i] *= 2.0;
}
"""


@pytest.mark.parametrize(
    ("text", "loops"),
    [
        ("split(i, at=4); fuse(i, i_r)", ["i", "i_2"]),
        ("split(i_2, at=4); fuse(i, i_2)", ["i", "i_2_r"]),
        ("split(i, at=4); split(i_r, at=8); fuse(i_r, i_rr)", ["i", "i_r", "i_2"]),
    ],
)
def test_parts_are_joined_again(text, loops, tmp_path):
    own = plan(SCALED)
    assert [
        loop.name for loop in loops_of(apply_schedule(own, Schedule.parse(text)).nodes)
    ] == loops
    sizes = [{"n": n} for n in (0, 3, 4, 8, 9)]
    source = rewrite(own, Schedule.parse(text))
    assert compare([Pair(text, SCALED, source, sizes)], tmp_path).different == {}
