"""What is copied into buffers and back: no more than is used."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import pytest

from legality_oracle.compare import Pair, compare
from tunembed.parsers import parse_c
from tunembed.schedules import Schedule, prepare, rewrite

SIZES = [{"t": t, "n": n} for t, n in ((0, 4), (1, 1), (1, 9), (3, 2), (4, 17))]
SWEEPS = """
void f(int t, int n, double u[restrict n][n], double p[restrict n][n])
{
    for (int s = 0; s < t; s++) {
        for (int i = 0; i < n; i++) {
            p[i][0] = 1.0;
            for (int j = 1; j < n; j++)
                p[i][j] = 0.5 * p[i][j - 1] + u[i][j];
        }
        for (int i = 0; i < n; i++) {
            p[i][0] = 2.0;
            for (int j = 1; j < n; j++)
                p[i][j] = 0.25 * p[i][j - 1] + u[j][i];
            for (int j = 0; j < n; j++)
                u[i][j] += 0.125 * p[i][j];
        }
    }
}
"""
PACKED = "pack(p, i); pack(p, i_2)"
BACK = "p[i_2][at1] = p_tile[at1];"


def plan(c):
    return prepare(parse_c(c).functions["f"])


def printed(c, schedule=PACKED):
    return rewrite(plan(c), Schedule.parse(schedule))


def test_only_the_last_sweep_leaves_its_buffer():
    source = printed(SWEEPS)
    assert "p[i][at1] = p_tile[at1];" not in source
    assert source.count(BACK) == 1
    assert "if (s + 1 == t) {" in source


@pytest.mark.parametrize(
    "change",
    [
        ("u[i][j] += 0.125 * p[i][j]", "u[i][j] += 0.125 * p[j][i]"),
        ("p[i][0] = 1.0;", "if (u[i][0] > 0) p[i][0] = 1.0;"),
        ("p[i][0] = 1.0;", "p[i][0] += 1.0;"),
        ("    for (int s", "    p[0][0] = 3.0;\n    for (int s"),
        (
            "int j = 1; j < n; j++)\n                p[i][j] = 0.5",
            "int j = 1; j < n - 1; j++)\n                p[i][j] = 0.5",
        ),
    ],
)
def test_results_are_those_of_the_original(change, tmp_path):
    changed = SWEEPS.replace(*change)
    assert changed != SWEEPS
    texts = [PACKED, "pack(p, i)", "pack(p, i_2)", f"{PACKED}; parallel(i)"]
    pairs = []
    for c in (SWEEPS, changed):
        own = plan(c)
        for text in texts:
            try:
                source = rewrite(own, Schedule.parse(text))
            except ValueError:
                continue
            pairs.append(Pair(f"{text} of {c}", c, source, SIZES))
    assert len(pairs) > len(texts)
    outcome = compare(pairs, tmp_path)
    assert outcome.broken == {}
    assert outcome.warnings == {}
    assert outcome.different == {}


def test_what_others_read_is_copied_back():
    later = SWEEPS.replace("u[i][j] += 0.125 * p[i][j]", "u[i][j] += 0.125 * p[j][i]")
    source = printed(later, "pack(p, i)")
    assert "p[i][at1] = p_tile[at1];" in source
    start = source.index("p[i][at1] = p_tile[at1];")
    assert "if (t" not in source[:start].rsplit("p_tile", 1)[1]


def test_an_update_in_a_buffer_is_always_copied_back():
    sums = SWEEPS.replace("p[i][0] = 1.0;", "p[i][0] += 1.0;")
    assert "p[i][at1] = p_tile[at1];" in printed(sums)
