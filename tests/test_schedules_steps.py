"""Every step on a small function, what its arguments may be, and both of its forms."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import json
from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tunembed.parsers import parse_c
from tunembed.schedules import Schedule, ScheduleError, loops_of, prepare, rewrite
from tunembed.schedules._rewrite import apply_schedule
from tunembed.schedules._tree import Leaf, walk
from tunembed.schedules.steps import STEPS

SCALE = """
void f(int n, int m, double A[n][m])
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j < m; j++)
            A[i][j] *= 2.0;
}
"""
TWO = """
void f(int n, double x[restrict n], double y[restrict n])
{
    for (int i = 0; i < n; i++) {
        x[i] = 1.0;
        y[i] = 2.0;
    }
}
"""
NEIGHBOURS = """
void f(int n, double x[restrict n], double y[restrict n])
{
    for (int i = 0; i < n; i++)
        x[i] = 1.0;
    for (int i = 0; i < n; i++)
        y[i] = 2.0 * x[i];
}
"""
LOCAL = """
void f(int n, double x[restrict n], double y[restrict n])
{
    for (int i = 0; i < n; i++) {
        double t = 2.0 * x[i];
        y[i] = t * t;
    }
}
"""
TRANSPOSE = """
void f(int n, double A[restrict n][n], const double B[restrict n][n])
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++)
            A[i][j] = B[j][i];
}
"""
ROWS = """
void f(int n, int m, double s[restrict n], const double A[n][m])
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j < m; j++)
            s[i] += A[i][j];
}
"""
GEMM = """
void f(int n, int m, int l, double C[restrict n][m], const double A[n][l],
       const double B[l][m])
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j < m; j++)
            for (int k = 0; k < l; k++)
                C[i][j] += A[i][k] * B[k][j];
}
"""
AHEAD = """
void f(int n, double a[restrict n], double b[restrict n], const double x[restrict n])
{
    for (int i = 0; i < n; i++)
        a[i] = 2.0 * x[i];
    for (int i = 0; i < n - 1; i++)
        b[i] = a[i] + a[i + 1];
}
"""
HISTORY = """
void f(int t, int n, double A[t + 1][n])
{
    for (int s = 0; s < t; s++)
        for (int i = 1; i < n - 1; i++)
            A[s + 1][i] = A[s][i - 1] + A[s][i + 1];
}
"""
SQUARE = """
void f(int n, double A[n][n])
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++)
            A[i][j] *= 2.0;
}
"""
BOUNDARY = """
void f(int n, double u[n][n], double g)
{
    for (int j = 0; j < n; j++)
        u[0][j] = g;
    for (int i = 1; i < n; i++)
        for (int j = 0; j < n; j++)
            u[i][j] *= 0.5;
}
"""

# step -> the function, the schedule, and the body that it becomes
SOLVE = """
void f(int n, int m, const double L[restrict n][n], double X[restrict n][m])
{
    for (int i = 0; i < n; i++)
        for (int k = 0; k < i; k++)
            for (int j = 0; j < m; j++)
                X[i][j] -= L[i][k] * X[k][j];
}
"""
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
TEMPORARY = """
void f(int n, int m, double A[restrict n][m], double t[restrict m])
{
    for (int i = 0; i < n; i++) {
        for (int j = 0; j < m; j++)
            t[j] = 2.0 * A[i][j];
        for (int j = 0; j < m; j++)
            A[i][j] = t[j] + t[0];
    }
}
"""
EXAMPLES = {
    "intervals": (
        PARSING,
        "intervals(s=64)",
        """
        for (int wave = 0; wave <= n; wave += 64) {
            for (int block = 0; block <= tile_min(n - 1, n - wave); block += 64) {
                for (int i_p = -(tile_max(tile_max(-n + 1, -block - 63), -wave - block - 62)); i_p >= block; i_p--) {
                    for (int j_p = tile_max(wave + block, i_p + 1); j_p <= tile_min(n, wave + block + 63); j_p++) {
                        s[i_p][j_p] = w[i_p][j_p - 1];
                    }
                }
                for (int i_m = block; i_m <= block + 63; i_m++) {
                    for (int j_m = wave + block; j_m <= tile_min(n, wave + block + 63); j_m++) {
                        for (int k_m = block + 64; k_m < wave + block; k_m++) {
                            if (s[i_m][k_m] + s[k_m][j_m] > s[i_m][j_m])
                              s[i_m][j_m] = s[i_m][k_m] + s[k_m][j_m];
                        }
                    }
                }
                for (int i_e = -(tile_max(tile_max(tile_max(-n + 2, -n + wave - 62), -block - 63), -wave - block - 61)); i_e >= block; i_e--) {
                    for (int k_e = i_e + 1; k_e <= tile_min(tile_min(n - 1, wave + block + 62), block + 63); k_e++) {
                        for (int j_e = tile_max(wave + block, k_e + 1); j_e <= tile_min(n, wave + block + 63); j_e++) {
                            if (s[i_e][k_e] + s[k_e][j_e] > s[i_e][j_e])
                              s[i_e][j_e] = s[i_e][k_e] + s[k_e][j_e];
                        }
                    }
                    for (int k_e = tile_max(wave + block, block + 64); k_e <= tile_min(n - 1, wave + block + 62); k_e++) {
                        for (int j_e = k_e + 1; j_e <= tile_min(n, wave + block + 63); j_e++) {
                            if (s[i_e][k_e] + s[k_e][j_e] > s[i_e][j_e])
                              s[i_e][j_e] = s[i_e][k_e] + s[k_e][j_e];
                        }
                    }
                }
            }
        }
        """,  # noqa: E501
    ),
    "privatize": (
        TEMPORARY,
        "privatize(t, i); fission(i, S1)",
        """
        double (*t_x)[m] = malloc(sizeof(*t_x) * (size_t)(n) + 1);
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < m; j++) {
                t_x[i][j] = 2.0 * A[i][j];
            }
        }
        for (int i_2 = 0; i_2 < n; i_2++) {
            for (int j_2 = 0; j_2 < m; j_2++) {
                A[i_2][j_2] = t_x[i_2][j_2] + t_x[i_2][0];
            }
        }
        if (n >= 1) {
            for (int t_0 = 0; t_0 < m; t_0++) {
                t[t_0] = t_x[n - 1][t_0];
            }
        }
        free(t_x);
        """,
    ),
    "eliminate": (
        SOLVE,
        "eliminate(X=64)",
        """
        for (int block = 0; block < n - 1; block += 64) {
            for (int k_i = block; k_i <= tile_min(n - 2, block + 62); k_i++) {
                for (int i_i = k_i + 1; i_i <= tile_min(n - 1, block + 63); i_i++) {
                    for (int j_i = 0; j_i < m; j_i++) {
                        X[i_i][j_i] -= L[i_i][k_i] * X[k_i][j_i];
                    }
                }
            }
            for (int i_a = block + 64; i_a < n; i_a++) {
                for (int k_a = block; k_a <= block + 63; k_a++) {
                    for (int j_a = 0; j_a < m; j_a++) {
                        X[i_a][j_a] -= L[i_a][k_a] * X[k_a][j_a];
                    }
                }
            }
        }
        """,
    ),
    "expand": (
        LOCAL,
        "expand(t); fission(i)",
        """
        double *t_x = malloc(sizeof(*t_x) * (size_t)(n) + 1);
        for (int i = 0; i < n; i++) {
            t_x[i] = 2.0 * x[i];
        }
        for (int i_2 = 0; i_2 < n; i_2++) {
            y[i_2] = t_x[i_2] * t_x[i_2];
        }
        free(t_x);
        """,
    ),
    "fission": (
        TWO,
        "fission(i)",
        """
        for (int i = 0; i < n; i++) {
            x[i] = 1.0;
        }
        for (int i_2 = 0; i_2 < n; i_2++) {
            y[i_2] = 2.0;
        }
        """,
    ),
    "fuse": (
        NEIGHBOURS,
        "fuse(i, i_2)",
        """
        for (int i = 0; i < n; i++) {
            x[i] = 1.0;
            y[i] = 2.0 * x[i];
        }
        """,
    ),
    "interchange": (
        SCALE,
        "interchange(j, i)",
        """
        for (int j = 0; j < m; j++) {
            for (int i = 0; i < n; i++) {
                A[i][j] *= 2.0;
            }
        }
        """,
    ),
    "pack": (
        TRANSPOSE,
        "tile(j=32); interchange(i, j_t); pack(B, j_t)",
        """
        for (int i = 0; i < n; i++) {
            for (int j_t = 0; j_t < n; j_t += 32) {
                double B_tile_data[32] __attribute__((aligned(64)));
                double *restrict B_tile = B_tile_data;
                for (int at0 = j_t; at0 <= (j_t + 31 >= n ? n - 1 : j_t + 31); at0++)
                    B_tile[at0 - j_t] = B[at0][i];
                for (int j = j_t; j <= tile_min(n - 1, j_t + 31); j++) {
                    A[i][j] = B_tile[j - j_t];
                }
            }
        }
        """,
    ),
    "parallel": (
        SCALE,
        "parallel(i, schedule=dynamic, chunk=4, threads=3, collapse=2)",
        """
    #pragma omp parallel for schedule(dynamic, 4) num_threads(3) collapse(2)
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < m; j++) {
                A[i][j] *= 2.0;
            }
        }
        """,
    ),
    "shift": (
        AHEAD,
        "fuse(i, i_2); shift(i, S1, by=1)",
        """
        for (int i = 0; i < n; i++) {
            a[i] = 2.0 * x[i];
            if (i >= 1) {
                b[i - 1] = a[i - 1] + a[(i - 1) + 1];
            }
        }
        """,
    ),
    "reorder": (
        TWO,
        "reorder(S1, S0)",
        """
        for (int i = 0; i < n; i++) {
            y[i] = 2.0;
            x[i] = 1.0;
        }
        """,
    ),
    "simd": (
        ROWS,
        "simd(j)",
        """
        if (m >= 1) {
            for (int i = 0; i < n; i++) {
                double s_sum = s[i];
    #pragma omp simd reduction(+: s_sum)
                for (int j = 0; j < m; j++) {
                    s_sum += A[i][j];
                }
                s[i] = s_sum;
            }
        }
        """,
    ),
    "sink": (
        BOUNDARY,
        "sink(S0, i, at=0)",
        """
        for (int j = 0; j < n; j++) {
            u[0][j] = g;
        }
        for (int i = 1; i < n; i++) {
            for (int j_2 = 0; j_2 < n; j_2++) {
                u[i][j_2] *= 0.5;
            }
        }
        """,
    ),
    "skew": (
        HISTORY,
        "skew(s, i=1)",
        """
        for (int s = 0; s < t; s++) {
            for (int i = s + 1; i < n + s - 1; i++) {
                A[s + 1][-s + i] = A[s][(-s + i) - 1] + A[s][(-s + i) + 1];
            }
        }
        """,
    ),
    "split": (
        SQUARE,
        "split(j, i)",
        """
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < i; j++) {
                A[i][j] *= 2.0;
            }
            for (int j_r = i; j_r < n; j_r++) {
                A[i][j_r] *= 2.0;
            }
        }
        """,
    ),
    "tile": (
        SCALE,
        "tile(i=32, j=64)",
        """
        for (int i_t = 0; i_t < n; i_t += 32) {
            for (int j_t = 0; j_t < m; j_t += 64) {
                for (int i = i_t; i <= tile_min(n - 1, i_t + 31); i++) {
                    for (int j = j_t; j <= tile_min(m - 1, j_t + 63); j++) {
                        A[i][j] *= 2.0;
                    }
                }
            }
        }
        """,
    ),
    "unroll": (
        SCALE,
        "unroll(j=4)",
        """
        for (int i = 0; i < n; i++) {
    #pragma GCC unroll 4
            for (int j = 0; j < m; j++) {
                A[i][j] *= 2.0;
            }
        }
        """,
    ),
    "unroll_and_jam": (
        ROWS,
        "unroll_and_jam(i=4)",
        """
        for (int i_t = 0; i_t < n; i_t += 4) {
            if (n >= i_t + 4) {
                for (int j = 0; j < m; j++) {
                    s[i_t] += A[i_t][j];
                    s[i_t + 1] += A[i_t + 1][j];
                    s[i_t + 2] += A[i_t + 2][j];
                    s[i_t + 3] += A[i_t + 3][j];
                }
            } else {
                for (int j = 0; j < m; j++) {
                    for (int i = i_t; i < n; i++) {
                        s[i] += A[i][j];
                    }
                }
            }
        }
        """,
    ),
}


def function(c):
    return parse_c(c).functions["f"]


def body(source):
    """Return the lines of the last function, dedented as the examples are."""
    start = source.rindex("\n{\n") + len("\n{\n")
    lines = source[start : source.rindex("}")].splitlines()
    return [line.removeprefix("    ") for line in lines]


def names_after(c, schedule):
    plan = apply_schedule(prepare(function(c)), Schedule.parse(schedule))
    return [loop.name for loop in loops_of(plan.nodes)]


def test_every_step_has_an_example():
    assert {*EXAMPLES, "register_tile"} == set(STEPS)


@pytest.mark.parametrize("kind", sorted(EXAMPLES))
def test_example(kind):
    c, schedule, expected = EXAMPLES[kind]
    printed = body(rewrite(function(c), Schedule.parse(schedule)))
    wanted = dedent(expected.replace("\n    #", "\n        #")).strip().splitlines()
    assert [line.strip() for line in printed] == [line.strip() for line in wanted]
    assert printed[0] == wanted[0]


@pytest.mark.parametrize(
    ("c", "schedule"),
    [
        *((c, schedule) for c, schedule, _ in EXAMPLES.values()),
        (GEMM, "register_tile(i=4, j=8, k)"),
        (SCALE, "split(i, at=3); unroll(j=2)"),
    ],
)
def test_every_node_after_a_step_is_an_object_of_its_own(c, schedule):
    plan = apply_schedule(prepare(function(c)), Schedule.parse(schedule))
    nodes = [id(node) for node in walk(plan.nodes) if not isinstance(node, Leaf)]
    assert len(nodes) == len(set(nodes))


def test_register_tile_keeps_results_in_a_local_array():
    source = rewrite(function(GEMM), Schedule.parse("register_tile(i=4, j=8, k)"))
    headers = [line.strip() for line in source.splitlines() if "for (" in line]
    assert "double C_acc[4][8]" in source
    assert headers[:2] == [
        "for (int i_t = 0; i_t < n; i_t += 4) {",
        "for (int j_t = 0; j_t < m; j_t += 8) {",
    ]
    full = source[source.index("for (int k") : source.index("else")]
    assert "for (int i = i_t; i <= i_t + 3; i++)" in full
    assert "#pragma GCC unroll 4" in full
    assert "#pragma omp simd" in full
    assert "C_acc[i - i_t][j - j_t] += A[i][k] * B[k][j];" in full
    partial = source[source.index("else") :]
    assert "C[i][j] += A[i][k] * B[k][j];" in partial
    assert "C_acc" not in partial


def test_register_tile_of_one_loop():
    source = rewrite(function(GEMM), Schedule.parse("register_tile(j=16, k)"))
    assert "double C_acc[16]" in source
    names = names_after(GEMM, "register_tile(j=16, k)")
    assert names[:4] == ["i", "j_t", "k", "j"]


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        ("tile(i=8)", ["i_t", "i", "j", "k"]),
        ("tile(i=8, k=4)", ["i_t", "k_t", "i", "j", "k"]),
        ("tile(i=64); tile(i=8)", ["i_t", "i_tt", "i", "j", "k"]),
        ("tile(i=8); tile(i_t=64)", ["i_t_t", "i_t", "i", "j", "k"]),
        ("unroll_and_jam(i=2)", ["i_t", "j", "k", "i"]),
        ("unroll_and_jam(i=2, j=3)", ["i_t", "j_t", "k", "i", "j"]),
        ("interchange(k, i)", ["k", "j", "i"]),
        ("interchange(j, k, i)", ["j", "k", "i"]),
    ],
)
def test_names_of_tile_loops(schedule, expected):
    assert list(dict.fromkeys(names_after(GEMM, schedule))) == expected


def test_names_of_fission_parts_and_of_equal_iterators():
    assert names_after(NEIGHBOURS, "") == ["i", "i_2"]
    three = TWO.replace("y[i] = 2.0;", "y[i] = 2.0;\n        x[i] += 3.0;")
    assert names_after(three, "fission(i)") == ["i", "i_2", "i_3"]
    assert names_after(three, "fission(i, S2)") == ["i", "i_2"]
    assert names_after(three, "fission(i, S2); fission(i, S1)") == ["i", "i_3", "i_2"]
    assert names_after(three, "fission(i); tile(i_2=4)") == ["i", "i_2_t", "i_2", "i_3"]


def test_fission_and_fuse_undo_each_other():
    source = rewrite(function(TWO), Schedule.parse("fission(i); fuse(i, i_2)"))
    assert source == rewrite(function(TWO), Schedule())


MALFORMED = [
    ("expand()", "name at least 1"),
    ("expand(s, t)", "name one variable"),
    ("expand(t=2)", "name at least 1"),
    ("fission()", "name at least 1"),
    ("fission(i, S1, S2)", "at most one statement"),
    ("fission(i=2)", "name at least 1"),
    ("fuse(i)", "name at least 2"),
    ("fuse(i, j, k)", "two neighbouring loops"),
    ("interchange(i)", "name at least 2"),
    ("interchange(i, i)", "different loops"),
    ("interchange(i, j, k=2)", "without sizes"),
    ("pack(A)", "name at least 2"),
    ("pack(A, i, layout=2)", "one array and one loop"),
    ("parallel()", "name at least 1"),
    ("parallel(i, j)", "name one loop"),
    ("parallel(i, schedule=fastest)", "schedule must be one of"),
    ("parallel(i, chunk=0)", "chunk must be a positive integer"),
    ("parallel(i, threads=many)", "threads must be a positive integer"),
    ("parallel(i, collapse=-1)", "collapse must be a positive integer"),
    ("parallel(i, chunk=true)", "chunk must be a positive integer"),
    ("parallel(i, reduction=2)", "reduction must be true or false"),
    ("parallel(i, speed=2)", "options are"),
    ("pack(A, i, transpose=maybe)", "transpose must be true or false"),
    ("tile(i=many)", "must be positive, got 'many'"),
    ("register_tile(i=4, j=8)", "one or two sizes and a loop"),
    ("register_tile(i=4, j=8, k=2, l)", "one or two sizes and a loop"),
    ("register_tile(k)", "give a size"),
    ("register_tile(i=0, k)", "must be positive"),
    ("simd()", "name at least 1"),
    ("simd(i, j)", "name one loop"),
    ("tile(i)", "give a size"),
    ("tile(i=0)", "must be positive"),
    ("tile(i=true)", "must be positive"),
    ("tile(i=8, i=4)", "given twice"),
    ("tile(i=8, chunk=2)", "unknown option 'chunk'"),
    ("unroll()", "give a size"),
    ("unroll(i=-2)", "must be positive"),
    ("unroll_and_jam(i)", "give a size"),
    ("twist(i, j)", "unknown step 'twist'; the steps are"),
    ("skew(i, j)", "give a size"),
    ("skew(i, i=1)", "name one loop and factors"),
    ("shift(i, S1)", "name a loop and a statement"),
    ("shift(i, S1, by=0)", "name a loop and a statement"),
    ("shift(by=1)", "name a loop and a statement"),
    ("sink(S0, i)", "name a statement, a loop and an iteration"),
    ("sink(i, at=0)", "name a statement, a loop and an iteration"),
    ("split(i)", "name a loop and one place"),
    ("split(i, j, at=3)", "name a loop and one place"),
    ("split(i, j=3, k=4)", "name a loop and one place"),
    ("tile i=8", "cannot read the step"),
    ("tile(8=i)", "is no name"),
    ("tile(i=8;", "cannot read the step"),
    ("parallel(i, schedule=a b)", "is no number or word"),
]


def test_a_neighbour_sinks_into_the_iteration_of_a_loop_around():
    c = """
    void f(int n, double A[restrict n][n])
    {
        for (int i = 0; i < n; i++) {
            for (int k = 0; k < i; k++)
                A[i][k] *= 0.5;
            A[i][i] = 1.0;
        }
    }
    """
    source = rewrite(function(c), Schedule.parse("sink(S1, k, at=i)"))
    assert "A[i][i] = 1.0;" in source and "for (int k = 0; k < i; k++)" in source
    with pytest.raises(ScheduleError, match="'j' is no parameter and no loop around"):
        rewrite(function(c), Schedule.parse("sink(S1, k, at=j)"))


def test_parts_are_reordered_in_every_copy_of_a_loop():
    steps = "tile(i=4); split(i, i_t=2); reorder(S1, S0)"
    lines = [
        line.strip() for line in body(rewrite(function(TWO), Schedule.parse(steps)))
    ]
    first = [lines.index(text) for text in ("y[i] = 2.0;", "x[i] = 1.0;")]
    rest = [lines.index(text) for text in ("y[i_r] = 2.0;", "x[i_r] = 1.0;")]
    assert first == sorted(first) and rest == sorted(rest)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("reorder(S9, S0)", "there is no 'S9'"),
        ("reorder(i, S0)", "one holds the other"),
        ("pack(x, i, j)", "no loop named 'j'"),
    ],
)
def test_steps_that_do_not_fit_are_refused(text, message):
    with pytest.raises(ScheduleError, match=message):
        rewrite(function(TWO), Schedule.parse(text))


@pytest.mark.parametrize(("text", "message"), MALFORMED)
def test_malformed_arguments_are_refused_by_name(text, message):
    with pytest.raises(ScheduleError, match=message):
        Schedule.parse(text)


@pytest.mark.parametrize(
    ("c", "schedule", "message"),
    [
        (GEMM, "tile(q=4)", "no loop named 'q'; the loops are: i, j, k"),
        (TWO, "interchange(i, j)", "no loop named 'j'"),
        (NEIGHBOURS, "interchange(i, i_2)", "are not nested in each other"),
        (NEIGHBOURS, "fuse(i_2, i)", "the loops are not neighbours"),
        (GEMM, "fission(k)", "nothing to split in 'k'"),
        (GEMM, "fission(k, S7)", "no statement or loop S7 in 'k'"),
        (GEMM, "skew(k, i=1)", "no loop named 'i'"),
        (GEMM, "tile(i=8); skew(i_t, k=1)", "the step of 'i_t' does not divide"),
        (GEMM, "shift(k, S7, by=1)", "no statement or loop S7 in 'k'"),
        (NEIGHBOURS, "sink(S7, i, at=0)", "S7 is no neighbour of 'i'"),
        (NEIGHBOURS, "sink(S1, i, at=q)", "'q' is no parameter and no loop around"),
        (GEMM, "split(i, at=q)", "'q' is no parameter; they are"),
        (GEMM, "split(i, k)", "'i' is not inside 'k'"),
        (GEMM, "simd(j)", "is not innermost"),
        (GEMM, "expand(C)", "is not declared inside one loop"),
        (GEMM, "pack(D, i)", "is not used in 'i'"),
        (GEMM, "parallel(i, collapse=4)", "needs 4 perfectly nested loops"),
    ],
)
def test_a_step_that_does_not_fit_the_function_is_refused(c, schedule, message):
    with pytest.raises(ScheduleError, match=message):
        rewrite(function(c), Schedule.parse(schedule))


LOOP_NAMES = st.sampled_from(["i", "j", "k", "i_t", "i_tt", "j_2"])
ARRAYS = st.sampled_from(["A", "p->x", "s.y"])
SIZES = st.integers(1, 4096)


def distinct(count, most):
    return st.lists(LOOP_NAMES, min_size=count, max_size=most, unique=True)


def sized(most=3):
    return st.dictionaries(LOOP_NAMES, SIZES, min_size=1, max_size=most)


STEP_LISTS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["tile", "unroll", "unroll_and_jam"]), sized()).map(
            lambda drawn: STEPS[drawn[0]]((), drawn[1])
        ),
        distinct(2, 4).map(lambda names: STEPS["interchange"](tuple(names))),
        distinct(2, 2).map(lambda names: STEPS["fuse"](tuple(names))),
        LOOP_NAMES.map(lambda name: STEPS["simd"]((name,))),
        LOOP_NAMES.map(lambda name: STEPS["fission"]((name, "S1"))),
        ARRAYS.map(lambda name: STEPS["expand"]((name,))),
        st.tuples(ARRAYS, LOOP_NAMES, st.booleans()).map(
            lambda drawn: STEPS["pack"](drawn[:2], {"transpose": drawn[2]})
        ),
        st.tuples(LOOP_NAMES, st.sampled_from(["static", "guided"]), SIZES).map(
            lambda drawn: STEPS["parallel"](
                drawn[:1], {"schedule": drawn[1], "chunk": drawn[2], "reduction": True}
            )
        ),
        st.tuples(sized(2), LOOP_NAMES).map(
            lambda drawn: STEPS["register_tile"]((drawn[1],), drawn[0])
        ),
    ),
    max_size=6,
)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(STEP_LISTS)
def test_both_forms_lead_back_to_the_schedule(steps):
    schedule = Schedule(tuple(steps))
    assert Schedule.parse(str(schedule)) == schedule
    assert Schedule.from_json(schedule.to_json()) == schedule
    assert str(Schedule.parse(str(schedule))) == str(schedule)
    assert len(schedule) == len(steps)


def test_text_allows_lines_spaces_and_quotes():
    text = ' tile( i = 8 ) ;\n\n parallel(i_t, schedule="guided", reduction=true);'
    schedule = Schedule.parse(text)
    assert str(schedule) == (
        'tile(i=8); parallel(i_t, schedule="guided", reduction=true)'
    )


def test_json_is_a_list_of_plain_objects():
    schedule = Schedule.parse("interchange(k, j); tile(i=32)")
    assert json.loads(schedule.to_json()) == [
        {"step": "interchange", "names": ["k", "j"], "options": {}},
        {"step": "tile", "names": [], "options": {"i": 32}},
    ]


@pytest.mark.parametrize(
    "text",
    [
        '[{"step": "skew"}]',
        '[{"step": "tile", "names": "i"}]',
        "[{}]",
        '[{"step": "tile", "options": {"i": 2.5}}]',
        '[{"step": "tile", "options": {"i": null}}]',
    ],
)
def test_json_of_no_step_is_refused(text):
    with pytest.raises(ScheduleError, match="step"):
        Schedule.from_json(text)


@pytest.mark.parametrize("text", ["", "{", "{}", "3", "[3]", '["tile(i=8)"]', "null"])
def test_json_of_something_else_is_refused(text):
    with pytest.raises(ValueError, match=r"\w"):
        Schedule.from_json(text)


def test_renaming_touches_loops_arrays_and_sizes_but_no_keywords():
    schedule = Schedule.parse("tile(i=8); pack(A, i_t, transpose=true); parallel(i_t)")
    loops = {"i": "r", "i_t": "r_t", "transpose": "wrong"}
    renamed = schedule.renamed(loops, {"A": "M", "i": "wrong"})
    assert str(renamed) == "tile(r=8); pack(M, r_t, transpose=true); parallel(r_t)"
