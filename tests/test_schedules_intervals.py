"""Tables over intervals by blocks, by one step or by several."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import pytest

from legality_oracle.compare import Pair, compare
from tunembed.parsers import parse_c
from tunembed.schedules import Schedule, check, loops_of, prepare, rewrite
from tunembed.schedules._rewrite import apply_schedule
from tunembed.tuning._interval_sketches import interval_sketches

SIZES = [{"n": n} for n in (0, 1, 2, 7, 16, 33)]
PARSING = """
void f(int n, const float w[restrict n][n], float s[restrict n + 1][n + 1])
{
    for (int i = n - 1; i >= 0; i--)
        for (int j = i + 1; j <= n; j++) {
            s[i][j] = w[i][j - 1];
            for (int k = i + 1; k < j; k++)
                if (s[i][k] + s[k][j] > s[i][j])
                    s[i][j] = s[i][k] + s[k][j];
        }
}
"""
FOLDING = """
#define MAX(a, b) ((a) >= (b) ? (a) : (b))
void f(int n, const int q[restrict n], int t[restrict n][n])
{
    for (int i = n - 1; i >= 0; i--)
        for (int j = i + 1; j < n; j++) {
            t[i][j] = MAX(t[i][j], t[i][j - 1]);
            t[i][j] = MAX(t[i][j], t[i + 1][j]);
            if (i < j - 1)
                t[i][j] = MAX(t[i][j], t[i + 1][j - 1] + (q[i] + q[j] == 3));
            for (int k = i + 1; k < j; k++)
                t[i][j] = MAX(t[i][j], t[i][k] + t[k + 1][j]);
        }
}
"""
CHAIN = """
void f(int n, const double p[restrict n + 1], double c[restrict n][n])
{
    for (int j = 1; j < n; j++)
        for (int i = j - 1; i >= 0; i--) {
            c[i][j] = 1e30;
            for (int k = i; k < j; k++)
                if (c[i][k] + c[k + 1][j] + p[i] * p[k + 1] * p[j + 1] < c[i][j])
                    c[i][j] = c[i][k] + c[k + 1][j] + p[i] * p[k + 1] * p[j + 1];
        }
}
"""
TREES = """
void f(int n, double c[restrict n + 2][n + 2])
{
    for (int i = n; i >= 0; i--)
        for (int j = i + 1; j <= n + 1; j++) {
            for (int k = i + 1; k < j; k++)
                c[i][j] += c[i][k] * c[k][j];
            c[i][j] *= 0.25;
        }
}
"""
TABLES = {PARSING: "s", FOLDING: "t", CHAIN: "c", TREES: "c"}
PRODUCT = "register_tile(k_m, i_m=2, j_m=4); simd(j_e); parallel(block)"
STEP_BY_STEP = (
    "reorder(k, S0); tile(i=8, j=8); split(k, i_t=1); split(k_r, j_t); "
    "reorder(k_r, k); fission(j, k); fission(i, k); fuse(k, k_rr); "
    "register_tile(k_r, i=2, j=4); interchange(k, j_2); simd(j_2); "
    "skew(i_t, j_t=1); interchange(j_t, i_t); parallel(i_t)"
)


def plan(c, **options):
    return prepare(parse_c(c).functions["f"], **options)


def test_results_are_those_of_the_original(tmp_path):
    texts = [
        (c, f"intervals({array}={size}); {rest}")
        for c, array in TABLES.items()
        for size, rest in ((8, PRODUCT), (5, "parallel(block)"), (1, "simd(j_e)"))
    ]
    texts.append((FOLDING, STEP_BY_STEP))
    pairs = [
        Pair(f"{steps} of {c}", c, rewrite(plan(c), Schedule.parse(steps)), SIZES)
        for c, steps in texts
    ]
    outcome = compare(pairs, tmp_path)
    assert outcome.broken == {}
    assert outcome.warnings == {}
    assert outcome.different == {}


@pytest.mark.parametrize("c", TABLES)
def test_blocks_of_a_wave_are_independent_and_waves_are_not(c):
    step = f"intervals({TABLES[c]}=8)"
    assert check(plan(c), Schedule.parse(f"{step}; parallel(block)"))
    found = check(plan(c), Schedule.parse(f"{step}; parallel(wave)"))
    assert "parallel(wave): the loop carries" in found.reason


def test_what_is_first_in_the_source_is_set_first():
    nodes = apply_schedule(plan(PARSING), Schedule.parse("intervals(s=8)")).nodes
    assert [loop.name for loop in loops_of(nodes)] == [
        *("wave", "block"),
        *("i_p", "j_p"),
        *("i_m", "j_m", "k_m"),
        *("i_e", "k_e", "j_e"),
    ]


def test_sums_are_reassociated_and_extremes_are_exact():
    sums = Schedule.parse("intervals(c=8)")
    assert check(plan(TREES), sums).permissions == ("reassociates",)
    refused = check(plan(TREES, strict_fp=True), sums)
    assert "breaks the dependence through 'c'" in refused.reason
    assert check(plan(PARSING, strict_fp=True), Schedule.parse("intervals(s=8)"))


@pytest.mark.parametrize(
    ("c", "schedule", "reason"),
    [
        (PARSING, "intervals(w=8)", "no nest that combines 'w[i][k]'"),
        (PARSING, "intervals(s)", "give a size"),
        (PARSING, "intervals(i, s=8)", "name one array and a size"),
        (PARSING.replace("s[k][j]", "s[j][k]"), "intervals(s=8)", "no nest"),
        (PARSING.replace("s[k][j]", "s[2 * k][j]"), "intervals(s=8)", "no nest"),
        (
            PARSING.replace("int i = n - 1; i >= 0; i--", "int i = 0; i < n; i++"),
            "intervals(s=8)",
            "breaks the dependence through 's'",
        ),
        (PARSING, "tile(i=8); intervals(s=8)", "no nest"),
    ],
)
def test_what_does_not_fit_is_refused(c, schedule, reason):
    try:
        found = check(plan(c), Schedule.parse(schedule)).reason
    except ValueError as error:
        found = str(error)
    assert reason in found


def test_the_search_knows_tables_over_intervals():
    own = plan(PARSING)
    texts = list(interval_sketches(own, own.nodes[0], wide=True))
    assert texts and all(check(own, Schedule.parse(text)) for text in texts)
    other = plan(PARSING.replace("s[k][j]", "s[j][k]"))
    assert list(interval_sketches(other, other.nodes[0], wide=True)) == []
