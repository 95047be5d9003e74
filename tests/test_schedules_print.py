"""The C that schedules become: it says what it should, compiles cleanly, is right."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import shutil
import subprocess
from functools import partial

import pytest

from legality_oracle.compare import Pair, compare
from tunembed.parsers import parse_c
from tunembed.schedules import Schedule, ScheduleError, check, rewrite
from tunembed.schedules._limits import limited_operations

COMPILERS = [cc for cc in ("gcc", "clang", "clang-19") if shutil.which(cc)]
SIZES = [{"n": n, "m": m} for n, m in ((0, 0), (1, 1), (5, 3), (17, 13), (32, 16))]

GEMM = """
void f(int n, int m, double C[restrict n][m], const double A[n][n],
       const double B[n][m])
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j < m; j++)
            for (int k = 0; k < n; k++)
                C[i][j] += A[i][k] * B[k][j];
}
"""
LOCAL = """
void f(int n, double x[restrict n], double y[restrict n])
{
    for (int i = 1; i < n; i++) {
        double t = 2.0 * x[i];
        double u = t + 1.0;
        y[i] = t * u;
    }
}
"""
OLD_STYLE = """
void f(int n, int m, double A[restrict n][m], double s[restrict n])
{
    int i, j;
    double t, sum;
    for (i = 0; i < n; i++) {
        sum = 0.0;
        for (j = 0; j < m; j++) {
            t = A[i][j] * 3.0;
            sum += t;
        }
        s[i] = sum;
    }
}
"""
DOWN = """
void f(int n, double x[restrict n + 2], const double y[restrict n + 2])
{
    for (int i = n - 1; i >= 0; i--)
        x[i] = x[i + 1] + 3.0 * y[i] + i;
}
"""
STRIDED = """
void f(int n, double x[restrict n + 3])
{
    for (int i = 1; i < n; i += 3)
        x[i] = 2.0 * x[i - 1];
}
"""
STRIDED_DOWN = """
void f(int n, double x[restrict n + 3])
{
    for (int i = n; i > 1; i -= 2)
        x[i] = 2.0 * x[i - 1];
}
"""
TRIANGLE = """
void f(int n, int m, double A[restrict n][n], const double B[n][m])
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j <= i; j++)
            for (int k = 0; k < m; k++)
                A[i][j] += B[i][k] * B[j][k];
}
"""
SUMS = """
void f(int n, int m, double C[restrict n][m], const double A[n][n],
       const double B[n][m])
{
    for (int i = 1; i < n; i++)
        for (int j = 2; j < m; j++) {
            double t = 0.0;
            for (int k = 0; k < n; k++)
                t += A[i][k] * B[k][j];
            C[i][j] = t;
        }
}
"""
SCALED = """
void f(int n, int m, double C[restrict n][m], const double A[n][n],
       const double B[n][m], double alpha)
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j < m; j++)
            for (int k = 0; k < n; k++)
                C[i][j] += alpha * A[i][k] * B[k][j] - B[k][j] * alpha;
}
"""
BELOW = """
void f(int n, int m, double C[restrict n][m], const double A[n][n],
       const double B[n][m])
{
    for (int i = 0; i < n; i++)
        for (int k = 0; k < i; k++)
            for (int j = 0; j < m; j++)
                C[k][j] += B[i][j] * A[i][k];
}
"""
STENCIL = """
void f(int n, double A[restrict n][n], const double B[restrict n][n])
{
    for (int i = 1; i < n - 1; i++)
        for (int j = 1; j < n - 1; j++)
            A[i][j] = B[i - 1][j] + B[i][j - 1] + B[i + 1][j] + B[i][j + 1];
}
"""
CONSTANT = """
void f(double A[restrict 20][30], const double B[restrict 30][20])
{
    for (int i = 0; i < 20; i++)
        for (int j = 0; j < 30; j++)
            A[i][j] += B[j][i];
}
"""
LINEAR = """
void f(int n, int m, double A[restrict n * m], double x[restrict n])
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j < m; j++)
            A[i * m + j] = 2.0 * A[i * m + j] + x[i];
}
"""
MAY_ALIAS = """
void f(int n, double x[n], double y[n])
{
    for (int i = 0; i < n; i++)
        x[i] = 2.0 * y[i];
}
"""
CSR = """
void f(int n, int m, const int *restrict rowptr, const int *restrict colidx,
       const double *restrict values, const double B[restrict n][m],
       double C[restrict n][m])
{
    for (int i = 0; i < n; i++)
        for (int p = rowptr[i]; p < rowptr[i + 1]; p++)
            for (int j = 0; j < m; j++)
                C[i][j] += values[p] * B[colidx[p]][j];
}
"""
UNSIGNED = """
#include <stddef.h>
void f(size_t n, double x[restrict n + 1])
{
    for (size_t i = n; i > 0; i--)
        x[i - 1] = (double)((i - 2) / 2) + x[i - 1];
}
"""
LONG = """
void f(int n, double x[restrict n])
{
    for (long i = 0; i < n; i++)
        x[i] = (i + 65536) * (i + 65536);
}
"""

GUARDED = """
void f(int n, double A[restrict n][n], const double B[restrict n][n])
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) {
            A[i][j] = 0.0;
            if (i > 2 * j)
                A[i][j] = B[j][i];
        }
}
"""

RELAXED = """
void f(int n, int m, double A[restrict n][m], const double B[restrict n][m])
{
    for (int s = 0; s < 3; s++)
        for (int i = 1; i < n - 1; i++)
            for (int j = 1; j < m - 1; j++) {
                double r = A[i - 1][j + 1] + A[i][j - 1] + A[i][j + 1] + A[i + 1][j];
                double d = 0.25 * (r - B[i][j]);
                A[i][j] += 0.5 * (d - A[i][j]);
            }
}
"""

SWEEPS = """
void f(int n, int m, double A[restrict n][m])
{
    for (int s = 0; s < 3; s++)
        for (int i = 1; i < n - 1; i++)
            for (int j = 1; j < m - 1; j++)
                A[i][j] = 0.3 * (A[i - 1][j + 1] + A[i][j - 1] + A[i + 1][j]);
}
"""

CASES = [
    (RELAXED, "skew(i, j=2); unroll_and_jam(i=4)"),
    (RELAXED, "skew(i, j=1); unroll_and_jam(i=3)"),
    (RELAXED, "tile(j=5); unroll_and_jam(j=2)"),
    (
        SWEEPS,
        "skew(s, i=1, j=1); skew(i, j=2); tile(s=2, i=4); unroll_and_jam(i=2); "
        "skew(s_t, i_t=1); interchange(i_t, s_t); parallel(s_t)",
    ),
    (GEMM, "unroll_and_jam(i=2, j=3)"),
    (GEMM, "unroll_and_jam(j=4); parallel(i)"),
    (TRIANGLE, "unroll_and_jam(i=4)"),
    (TRIANGLE, "unroll_and_jam(j=2); parallel(i)"),
    (DOWN, "unroll_and_jam(i=2)"),
    (STRIDED, "unroll_and_jam(i=2)"),
    (STRIDED_DOWN, "unroll_and_jam(i=2)"),
    (LOCAL, "unroll_and_jam(i=4)"),
    (GUARDED, "tile(i=8, j=8); pack(B, i)"),
    (GUARDED, "tile(j=8); interchange(i, j_t); pack(B, j_t)"),
    (GEMM, "register_tile(i=4, j=8, k)"),
    (GEMM, "tile(i=8, j=8); pack(C, j_t, transpose=true); register_tile(i=4, j=4, k)"),
    (GEMM, "tile(i=8, j=8); pack(C, j_t); pack(C, j_t)"),
    (GEMM, "tile(i=5, k=7); interchange(i_t, k_t, i, k, j); parallel(i_t)"),
    (GEMM, "tile(k=4, j=3); pack(B, j_t, transpose=true)"),
    (LOCAL, "expand(t); expand(u); fission(i); tile(i_3=4)"),
    (LOCAL, "parallel(i)"),
    (OLD_STYLE, "parallel(i)"),
    (OLD_STYLE, "tile(i=4)"),
    (DOWN, "tile(i=4)"),
    (DOWN, "unroll(i=4)"),
    (STRIDED, "tile(i=4); parallel(i_t)"),
    (STRIDED_DOWN, "parallel(i)"),
    (STRIDED_DOWN, "tile(i=8)"),
    (TRIANGLE, "tile(i=4, j=4); parallel(i_t)"),
    (TRIANGLE, "interchange(k, i, j); tile(i=3, k=5)"),
    (TRIANGLE, "register_tile(i=4, j=4, k)"),
    (STENCIL, "tile(i=8, j=4); pack(B, j_t)"),
    (CONSTANT, "tile(i=8, j=8); pack(B, j_t, transpose=true)"),
    (CONSTANT, "interchange(j, i)"),
    (LINEAR, "interchange(j, i); tile(j=4)"),
    (LINEAR, "tile(i=4, j=8); pack(A, j_t)"),
    (MAY_ALIAS, "tile(i=4); parallel(i_t)"),
    (UNSIGNED, "tile(i=4)"),
    (LONG, "tile(i=4)"),
]
ONLY_COMPILED = [
    (CSR, "interchange(j, p); simd(p); parallel(i, schedule=guided)"),
    (CSR, "tile(i=16, j=8); parallel(i_t)"),
    (GEMM, "pack(A, i); pack(B, i, transpose=true)"),
    (GEMM, "tile(i=4, j=4); pack(C, j_t, i); pack(C, i, j)"),
    (STENCIL, "tile(i=4, j=4); pack(A, j_t); pack(B, i_t, transpose=true)"),
    (SCALED, "register_tile(i=3, j=4, k)"),
    (SUMS, "expand(t); fission(j); fission(i); register_tile(i_2=3, j_2=4, k)"),
    (
        SCALED,
        "tile(k=4); interchange(k_t, i); register_tile(i=3, j=4, k); pack(B, j_t)",
    ),
    (BELOW, "interchange(k, j, i); register_tile(i, k=3, j=4)"),
    (
        TRIANGLE,
        "tile(k=4); interchange(k_t, i); register_tile(i=3, j=2, k); "
        "pack(B, j_t, j, transpose=true); pack(B, i_t, i)",
    ),
]


def function(c):
    return parse_c(c).functions["f"]


def printed(c, schedule, **options):
    return rewrite(function(c), Schedule.parse(schedule), **options)


def headers(source):
    return [line.strip() for line in source.splitlines() if line.strip()[:4] == "for "]


def test_rows_side_by_side_have_scalars_of_their_own():
    source = printed(RELAXED, "skew(i, j=2); unroll_and_jam(i=4)")
    full = source[: source.index("for (int i = ")].rsplit("for (int j", 1)[1]
    lines = [line.strip() for line in source.splitlines()]
    places = [n for n, line in enumerate(lines) if line.startswith("double r = ")]
    assert len(places) > 4 and "for (" not in full.split("{", 1)[1]
    assert sum(lines[n - 1] == "{" for n in places) == 4


def test_a_buffer_without_constant_size_is_allocated():
    source = printed(GEMM, "pack(B, i, transpose=true)")
    size = "sizeof(*B_tile) * (size_t)(m)"
    place = f"{size} <= sizeof(B_tile_data) ? (void *)B_tile_data : malloc({size});"
    assert f"double (*restrict B_tile)[n] = {place}" in source
    freed = source.index("if ((void *)B_tile != (void *)B_tile_data) free(B_tile);")
    assert source.index(place) < source.index("C[i][j] +=") < freed
    assert "for (int at0_t" not in source
    assert "for (int at1_t = 0; at1_t <= m - 1; at1_t += 8)" in source


def test_what_is_written_first_is_not_copied_in():
    source = printed(STENCIL, "tile(i=4, j=4); pack(A, j_t)")
    assert "A_tile_data" in source and "] = A[at0][at1];" not in source
    assert "A[at0][at1] = A_tile[" in source
    added = STENCIL.replace("A[i][j] = ", "A[i][j] += ")
    assert "] = A[at0][at1];" in printed(added, "tile(i=4, j=4); pack(A, j_t)")


def test_what_may_not_be_written_is_copied_in():
    c = """
    void f(int n, double A[restrict n], const double x[restrict n])
    {
        for (int i = 0; i < n; i++)
            if (x[i] > 0.5)
                A[i] = 2.0;
    }
    """
    assert "] = A[at0];" in printed(c, "tile(i=4); pack(A, i_t)")


def test_a_copy_inside_a_written_one_is_taken_from_there():
    source = printed(GEMM, "tile(i=4, j=4); pack(C, j_t, i); pack(C, i, j)")
    inner = source[source.index("C_tile_2_data") : source.index("for (int k")]
    assert "= C_tile[" in inner and "= C[" not in inner


def test_a_copy_of_more_than_the_written_one_around_holds_is_refused():
    steps = "tile(i=4, k=4); pack(B, i_t, i); pack(B, k_t)"
    with pytest.raises(ScheduleError, match="only some of these uses"):
        printed(TRIANGLE, steps)


def test_a_block_too_large_for_registers_is_refused():
    with pytest.raises(ScheduleError, match="too large; tile"):
        printed(GEMM, "register_tile(i=256, j=256, k)")


def test_a_factor_of_every_term_stands_outside_of_the_sum():
    source = printed(SCALED, "register_tile(i=3, j=4, k)")
    assert "C_acc[at0 - i_t][at1 - j_t] = 0;" in source
    assert "C_acc[i - i_t][j - j_t] += A[i][k] * B[k][j] - B[k][j];" in source
    assert "C[at0][at1] += alpha * C_acc[at0 - i_t][at1 - j_t];" in source
    schedule = Schedule.parse("register_tile(i=3, j=4, k)")
    assert check(function(SCALED), schedule).permissions == ("distributes",)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("- B[k][j] * alpha", "- B[k][j]"),
        ("double alpha", "int alpha"),
        ("C[restrict n][m]", "C[restrict n][m], int i0"),
        ("alpha * A[i][k]", "alpha * A[i][k] * i"),
    ],
)
def test_no_factor_is_taken_out_where_that_is_not_the_same(old, new):
    c = SCALED.replace(old, new)
    if new.endswith("i0"):
        c = c.replace("double", "long")
    source = printed(c, "register_tile(i=3, j=4, k)")
    assert "C_acc[at0 - i_t][at1 - j_t] = C[at0][at1];" in source


def test_strict_arithmetic_leaves_factors_inside():
    source = printed(SCALED, "register_tile(i=3, j=4, k)", strict_fp=True)
    assert "+= alpha * A[i][k] * B[k][j] - B[k][j] * alpha;" in source


def test_a_block_whose_sum_has_no_term_is_not_touched():
    source = printed(BELOW, "interchange(k, j, i); register_tile(i, k=3, j=4)")
    assert "if (n >= k_t + 4 && m >= j_t + 4) {" in source


def test_one_of_two_uses_of_an_array_is_copied():
    source = printed(
        TRIANGLE, "tile(k=4); interchange(k_t, i); tile(j=4); pack(B, j_t, j)"
    )
    assert "A[i][j] += B[i][k] * B_tile[j - j_t][k - k_t];" in source


def test_what_takes_isl_too_long_is_refused(monkeypatch):
    short = partial(limited_operations, 100)
    monkeypatch.setattr("tunembed.schedules._rewrite.limited_operations", short)
    verdict = check(function(GEMM), Schedule.parse("tile(i=4, j=4)"))
    assert not verdict and verdict.reason.startswith("cannot be analysed")
    monkeypatch.undo()
    assert check(function(GEMM), Schedule.parse("tile(i=4, j=4)"))


def test_results_are_those_of_the_original(tmp_path):
    pairs = [
        Pair(f"{schedule} of {c}", c, printed(c, schedule), SIZES)
        for c, schedule in CASES
    ]
    outcome = compare(pairs, tmp_path)
    assert outcome.broken == {}
    assert outcome.different == {}
    assert outcome.warnings == {}


def test_overlapping_arguments_give_the_results_of_the_original(tmp_path):
    source = printed(MAY_ALIAS, "tile(i=4); parallel(i_t)")
    pair = Pair("overlap", MAY_ALIAS, source, SIZES, overlap=True)
    assert compare([pair], tmp_path).different == {}


@pytest.mark.parametrize("cc", COMPILERS)
def test_compilers_have_nothing_to_say(cc, tmp_path):
    for number, (c, schedule) in enumerate(CASES + ONLY_COMPILED):
        source = printed(c, schedule).replace("void f(", f"void f{number}(")
        (tmp_path / f"f{number}.c").write_text(source)
    files = sorted(tmp_path.glob("*.c"))
    # clang reports loops that it cannot vectorize although asked to.
    flags = "-fopenmp -fsyntax-only -Wall -Wextra -Werror".split()
    run = subprocess.run([cc, *flags, *files], capture_output=True, text=True)
    assert run.stderr == ""
    assert run.returncode == 0


def test_a_local_is_declared_where_it_gets_its_value():
    source = printed(OLD_STYLE, "parallel(i)")
    assert "        double sum = 0.0;" in source
    assert "            double t = A[i][j] * 3.0;" in source
    assert "int i, j;" not in source
    assert "private" not in source


def test_a_local_shared_by_interleaved_iterations_is_refused():
    with pytest.raises(ScheduleError, match=r"expand\(t\) first"):
        printed(LOCAL, "fission(i, S1)")


def test_expansion_allocates_one_element_per_iteration_and_frees_it():
    source = printed(LOCAL, "expand(t); expand(u); fission(i)")
    assert source.count("malloc(") == source.count("free(") == 2
    assert "#include <stdlib.h>" in source
    assert "double *t_x = malloc(sizeof(*t_x) * (size_t)(n - 1) + 1);" in source
    assert "t_x[i - 1] = 2.0 * x[i];" in source
    assert source.index("free(t_x)") > source.rindex("y[")


def test_expansion_frees_before_the_function_returns():
    c = LOCAL.replace("void f", "double f").replace(
        "    }\n}", "    }\n    return 1;\n}"
    )
    source = printed(c, "expand(t); expand(u); fission(i)")
    assert source.rindex("free(") < source.index("return 1;")


def test_an_include_of_stdlib_is_not_repeated():
    source = printed(
        "#include <stdlib.h>\n" + LOCAL, "expand(t); expand(u); fission(i)"
    )
    assert source.count("<stdlib.h>") == 1


def test_loops_that_count_down_still_do():
    assert headers(printed(DOWN, "unroll(i=4)")) == [
        "for (int i = -(-n + 1); i >= 0; i--) {"
    ]
    source = printed(DOWN, "tile(i=4)")
    assert "x[i] = x[i + 1] + 3.0 * y[i] + i;" in source
    assert headers(source)[1].endswith("i--) {")
    assert headers(printed(STRIDED_DOWN, "parallel(i)"))[0].endswith("i -= 2) {")


def test_steps_larger_than_one_are_kept():
    assert headers(printed(STRIDED, "")) == ["for (int i = 1; i < n; i += 3) {"]
    assert headers(printed(STRIDED, "tile(i=4)"))[1].endswith("i += 3) {")


def test_bounds_read_from_memory_stay_as_they_were_written():
    source = printed(CSR, "parallel(i, schedule=dynamic, chunk=8)")
    assert "#pragma omp parallel for schedule(dynamic, 8)" in source
    assert "for (int p = (rowptr[i]); p < (rowptr[i + 1]); p++) {" in source
    assert "C[i][j] += values[p] * B[colidx[p]][j];" in source


def test_a_bound_read_from_memory_keeps_its_loop_outside():
    with pytest.raises(ScheduleError, match=r"rowptr\[i\]|breaks|analysed"):
        printed(CSR, "interchange(p, i, j)")


def test_partial_tiles_have_exact_bounds():
    source = printed(TRIANGLE, "tile(i=4, j=4)")
    assert headers(source)[:3] == [
        "for (int i_t = 0; i_t < n; i_t += 4) {",
        "for (int j_t = 0; j_t <= tile_min(n - 1, i_t + 3); j_t += 4) {",
        "for (int i = i_t; i <= tile_min(n - 1, i_t + 3); i++) {",
    ]
    exact = printed(CONSTANT, "tile(i=10, j=10)")
    assert "tile_min" not in exact
    assert "for (int i = i_t; i <= i_t + 9; i++) {" in exact


def test_a_buffer_is_filled_only_where_something_is_used():
    source = printed(GUARDED, "tile(i=8, j=8); pack(B, i)")
    assert "double B_tile_data[8] __attribute__((aligned(64)));" in source
    test = source.index("if (i >= 2 * j_t + 1) {")
    assert test < source.index("= B[at0][i];") < source.index("if (i >= 2 * j + 1)")


def test_differences_are_printed_as_differences():
    c = GUARDED.replace("B[j][i]", "B[0][i - j]")
    assert "B_tile[i - j" in printed(c, "tile(j=8); interchange(i, j_t); pack(B, j_t)")


def test_only_what_is_written_is_copied_back():
    read = printed(STENCIL, "tile(i=8, j=8); pack(B, j_t)")
    assert "B[at0][at1] = " not in read
    written = printed(GEMM, "tile(i=8, j=8); pack(C, j_t)")
    assert "C[at0][at1] = C_tile[at0 - i_t][at1 - j_t];" in written


def test_a_part_that_is_no_box_is_not_copied_back():
    with pytest.raises(ScheduleError, match="no full box"):
        printed(TRIANGLE, "tile(i=4, j=4); pack(A, j_t)")


def test_an_inner_buffer_is_filled_from_the_outer_one():
    steps = "tile(i=8, j=8); pack(C, j_t); register_tile(i=4, j=4, k)"
    source = printed(GEMM, steps)
    inner = source[source.index("C_acc[4][4]") : source.index("for (int k")]
    assert "= C_tile[at0 - i_t][at1 - j_t];" in inner
    assert "C[at0]" not in inner


def test_linear_subscripts_stay_linear():
    source = printed(LINEAR, "interchange(j, i)")
    assert "A[i * m + j] = 2.0 * A[i * m + j] + x[i];" in source
    packed = printed(LINEAR, "tile(i=4, j=8); pack(A, j_t)")
    assert "= A[at0 * m + at1];" in packed
    assert "A[at0 * m + at1] = " in packed


def test_a_row_length_that_could_be_too_short_is_tested_at_run_time():
    c = LINEAR.replace("int m,", "int m, int ld,").replace("* m", "* ld")
    source = printed(c, "interchange(j, i)")
    assert "if (ld - m >= 0" in source
    assert "f_original(n, m, ld, A, x);" in source


def test_arrays_that_may_overlap_are_tested_and_the_original_kept():
    source = printed(MAY_ALIAS, "parallel(i)")
    original = MAY_ALIAS.strip().replace("void f(", "static void f_original(")
    assert original in source
    assert (
        "static void f_tuned(int n, double x[restrict n], double y[restrict n])"
        in source
    )
    assert "\nvoid f(int n, double x[n], double y[n])\n{" in source
    assert source.count("(long)sizeof(double) * (n)") == 2


@pytest.mark.parametrize("c", [GEMM, LOCAL, CSR])
def test_no_test_where_restrict_rules_overlap_out(c):
    source = printed(c, "")
    assert "_tuned" not in source
    assert "_original" not in source


def test_no_test_where_it_is_said_that_nothing_overlaps():
    source = printed(MAY_ALIAS, "parallel(i)", assume_noalias=True)
    assert "_tuned" not in source
    assert "restrict" not in source
    assert source.count("void f(") == 1


def test_arrays_that_are_only_read_or_of_another_type_are_not_tested():
    c = """
void f(int n, int *restrict k, const double *x, const double *y, float *z)
{
    for (int i = 0; i < n; i++) {
        k[i] = x[i] < y[i];
        z[i] = 1.0f;
    }
}
"""
    assert "_tuned" not in printed(c, "parallel(i)")


def test_an_overlap_that_cannot_be_tested_is_refused():
    c = MAY_ALIAS.replace("double x[n], double y[n]", "double *x, double *y, int *k")
    c = c.replace("y[i];", "y[k[i]];")
    with pytest.raises(ScheduleError, match="may overlap and the size of 'y'"):
        printed(c, "parallel(i)")
    assert "f_tuned" not in printed(c, "parallel(i)", assume_noalias=True)


def test_globals_may_overlap_with_pointers():
    c = "static double G[64];\nstatic double s;\n" + MAY_ALIAS.replace(
        "y[i];", "G[i] + s;"
    ).replace(", double y[n]", "")
    source = printed(c, "parallel(i)")
    assert "(const char *)(G) + (long)sizeof(G)" in source
    assert "(const char *)(&s) + (long)sizeof(s)" in source
    two = "double *G, *H;\nvoid f(int n)\n{\n    for (int i = 0; i < n; i++)\n"
    with pytest.raises(ScheduleError, match="'G' and 'H' may overlap"):
        printed(two + "        H[i] = G[i];\n}\n", "parallel(i)")
    own = two.replace("*G, *H", "G[9], H[9]") + "        H[i] = G[i];\n}\n"
    assert "_tuned" not in printed(own, "parallel(i)")


def test_members_may_overlap_with_pointers():
    pointer = """
struct grid { int n; double *data; };
void f(int n, struct grid *g, double *y)
{
    for (int i = 0; i < n; i++)
        g->data[i] = y[i];
}
"""
    with pytest.raises(ScheduleError, match="may overlap"):
        printed(pointer, "parallel(i)")
    one = pointer.replace("g->data[i] = y[i]", "y[i] = g->scale")
    one = one.replace("double *data", "double scale")
    assert "(const char *)(g) + (long)sizeof(*g)" in printed(one, "parallel(i)")
    alone = pointer.replace("= y[i]", "+= 1.0").replace(", double *y", "")
    assert "_tuned" not in printed(alone, "parallel(i)")


def test_a_bound_in_memory_may_overlap_with_what_is_written():
    c = """
void f(int n, const int rowptr[n + 1], int *count)
{
    for (int i = 0; i < n; i++)
        for (int p = rowptr[i]; p < rowptr[i + 1]; p++)
            count[i] += 1;
}
"""
    assert "(const char *)(rowptr)" in printed(c, "parallel(i)")
    assert "_tuned" not in printed(
        c.replace("*count", "*restrict count"), "parallel(i)"
    )


def test_everything_around_the_function_is_kept():
    before = (
        '#include "none.h"\n#define SCALE 3.0\n/* before */\nstatic int other(int a);\n'
    ).replace('"none.h"', "<math.h>")
    after = "\n// behind\nint other(int a) { return a; }\n"
    c = before + MAY_ALIAS.replace("2.0", "SCALE") + after
    source = printed(c, "parallel(i)", assume_noalias=True, header="/* tuned */\n")
    assert source.startswith("/* tuned */\n" + before)
    assert source.endswith(after)
    assert "void f(int n, double x[n], double y[n])\n{" in source


def test_unusual_signatures_are_kept():
    head = "__attribute__((noinline)) static inline int\nf(int n , double x[static n])"
    c = head + "\n{\n    for (int i = 0; i < n; i++) x[i] = 1;\n    return n;\n}\n"
    source = printed(c, "parallel(i)")
    assert head in source
    assert "return n;" in source


@pytest.mark.parametrize(
    ("c", "schedule", "expected"),
    [
        ("int i_t", "tile(i=4)", "x[i] = i_t + i;"),
        ("int i_t", "tile(i=4)", "for (int i_t_ = 0; i_t_ < n; i_t_ += 4) {"),
        ("int n_c", "tile(i=4)", "x[i] = n_c + i;"),
        ("int mod", "tile(i=4)", "x[i] = mod + i;"),
        ("int at0", "tile(i=4); pack(x, i_t)", "x[at0_] = x_tile[at0_ - i_t];"),
        ("int x_tile", "tile(i=4); pack(x, i_t)", "x_tile_2[i - i_t] = x_tile + i;"),
    ],
)
def test_new_names_hide_no_name_of_the_source(c, schedule, expected):
    name = c.split()[1]
    source = f"""
void f(int n, {c}, double x[restrict n])
{{
    for (int i = 0; i < n; i++)
        x[i] = {name} + i;
}}
"""
    assert expected in printed(source, schedule)


def test_parameters_with_the_suffix_of_isl_words_are_themselves():
    c = MAY_ALIAS.replace("int n", "int n_c").replace("[n]", "[n_c]")
    source = printed(c.replace("< n", "< n_c"), "tile(i=4)")
    assert "i_t < n_c" in source
    assert "tile_min(n_c - 1, i_t + 3)" in source


def test_second_loops_do_not_take_the_name_of_a_parameter():
    c = """
void f(int n, int i_2, double x[restrict n])
{
    for (int i = 0; i < n; i++)
        x[i] = 1.0;
    for (int i = 0; i < n; i++)
        x[i] += i_2;
}
"""
    assert "x[i_3] += i_2;" in printed(c, "parallel(i_3)")


def test_a_function_with_the_name_of_a_helper_is_not_redefined():
    own = "static int tile_min(int a, int b) { return a + b; }\n"
    with pytest.raises(ScheduleError, match="'tile_min'"):
        printed(own + STRIDED, "tile(i=4)")


def test_a_tuned_file_can_be_tuned_again():
    once = printed(GEMM, "tile(i=8)").replace("void f(", "void g(")
    twice = printed(once + GEMM, "tile(i=4)")
    assert twice.count("static inline long tile_min") == 1
    again = printed(once.replace("void g(", "void f("), "unroll(i_t=2)")
    assert "#pragma GCC unroll 2" in again
    assert again.count("static inline long tile_min") == 1


def test_new_functions_do_not_take_names_of_old_ones():
    c = "static double f_tuned(double a);\n" + MAY_ALIAS
    assert "static void f_tuned_(int n" in printed(c, "parallel(i)")


def test_unsigned_iterators_wrap_as_they_did():
    source = printed(UNSIGNED, "tile(i=4)")
    assert "(((unsigned long)i) - 2) / 2" in source
    assert "(long)n" in source


def test_wide_iterators_stay_wide():
    assert headers(printed(LONG, "parallel(i)")) == ["for (long i = 0; i < n; i++) {"]


ROW_PRODUCTS = """void f(int n, double A[n][n])
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j < i; j++)
            for (int k = 0; k %s j; k++)
                A[i][j] -= A[i][k] * A[j][k];
}
"""


def test_an_updated_element_is_told_apart_from_the_rest_of_its_array():
    source = printed(ROW_PRODUCTS % "<", "simd(k)")
    assert "A_sum -= A[i][k] * A[j][k];" in source
    with pytest.raises(ScheduleError, match="A"):
        printed(ROW_PRODUCTS % "<=", "simd(k)")
