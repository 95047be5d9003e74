"""Roles of loops and arrays, and schedules carried from one nest to another."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import json
import math

import pytest

from tunembed.parsers import parse_c
from tunembed.schedules import (
    Roles,
    Schedule,
    ScheduleError,
    canonical,
    check,
    extent,
    loops_of,
    match,
    nests_of,
    prepare,
    roles_of,
)
from tunembed.schedules._roles import ARRAY_ROLE, LOOP_ROLE, UNKNOWN_EXTENT

GEMM = """
void f(int n, double C[restrict n][n], const double A[n][n], const double B[n][n])
{
    for (int i = 0; i < n; i++)
        for (int k = 0; k < n; k++)
            for (int j = 0; j < n; j++)
                C[i][j] += A[i][k] * B[k][j];
}
"""
RENAMED = """
void f(int rows, float out[restrict rows][rows], const float left[rows][rows],
       const float right[rows][rows])
{
    for (int r = 0; r < rows; r++)
        for (int inner = 0; inner < rows; inner++)
            for (int c = 0; c < rows; c++)
                out[r][c] += left[r][inner] * right[inner][c];
}
"""
REORDERED = """
void f(int n, double C[restrict n][n], const double A[n][n], const double B[n][n])
{
    for (int x = 0; x < n; x++)
        for (int y = 0; y < n; y++)
            for (int z = 0; z < n; z++)
                C[z][y] += A[z][x] * B[x][y];
}
"""
TRANSPOSED = """
void f(int n, double C[restrict n][n], const double A[n][n], const double B[n][n])
{
    for (int i = 0; i < n; i++)
        for (int k = 0; k < n; k++)
            for (int j = 0; j < n; j++)
                C[i][j] += A[k][i] * B[k][j];
}
"""
BATCHED = """
void f(int m, int n, double C[restrict m][n][n], const double A[m][n][n],
       const double B[m][n][n])
{
    for (int b = 0; b < m; b++)
        for (int i = 0; i < n; i++)
            for (int k = 0; k < n; k++)
                for (int j = 0; j < n; j++)
                    C[b][i][j] += A[b][i][k] * B[b][k][j];
}
"""
MATVEC = """
void f(int n, double y[restrict n], const double A[n][n], const double x[n])
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++)
            y[i] += A[i][j] * x[j];
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
FAST = "tile(i=64, k=32); register_tile(k, i=4, j=16); pack(B, k_t); parallel(i_t)"


def plan_of(c):
    return prepare(parse_c(c).functions["f"])


def roles(c, **sizes):
    plan = plan_of(c)
    sizes = sizes or {"n": 255, "m": 255, "rows": 255}
    return roles_of(plan, nests_of(plan)[0], sizes)


def carried(text, source, target):
    return str(match(Schedule.parse(text), roles(source), roles(target)))


def named(values, names):
    return dict(zip(names, map(float, values), strict=True))


def test_roles_of_the_loops_of_a_product():
    found = roles(GEMM)
    assert list(found.loops) == ["i", "k", "j"]
    assert named(found.loops["i"], LOOP_ROLE) == {
        "depth": 0.0,
        "height": 2 / 3,
        "log_extent": 1.0,
        "parallel": 1.0,
        "reduction": 0.0,
        "unit_stride": 0.0,
        "large_stride": 0.75,
        "invariant": 0.25,
        "in_written_last": 0.0,
        "in_written_other": 1.0,
    }
    k = named(found.loops["k"], LOOP_ROLE)
    assert (k["parallel"], k["reduction"]) == (0.0, 1.0)
    assert (k["unit_stride"], k["large_stride"], k["invariant"]) == (0.25, 0.25, 0.5)
    assert (k["in_written_last"], k["in_written_other"]) == (0.0, 0.0)
    j = named(found.loops["j"], LOOP_ROLE)
    assert (j["depth"], j["height"]) == (2 / 3, 0.0)
    assert (j["unit_stride"], j["in_written_last"]) == (0.75, 1.0)


def test_roles_of_the_arrays_of_a_product():
    arrays = {k: named(v, ARRAY_ROLE) for k, v in roles(GEMM).arrays.items()}
    assert [name for name in arrays if arrays[name]["written"]] == ["C"]
    assert {values["rank"] for values in arrays.values()} == {1.0}
    assert arrays["A"]["invariant_in_innermost"] == 1.0
    assert arrays["A"]["last_by_innermost"] == 0.0
    assert arrays["B"]["last_by_innermost"] == 1.0
    assert arrays["B"]["invariant_in_outermost"] == 1.0
    assert arrays["C"]["invariant_in_outermost"] == 0.0


def test_the_extent_of_a_loop_depends_on_the_sizes():
    small, large = roles(GEMM, n=3), roles(GEMM, n=1023)
    place = LOOP_ROLE.index("log_extent")
    assert small.loops["i"][place] == pytest.approx(math.log2(4) / 8)
    assert large.loops["i"][place] == pytest.approx(math.log2(1024) / 8)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("i = 0; i < n; i++", 100),
        ("i = 0; i <= n; i++", 101),
        ("i = 5; i < n - 5; i++", 90),
        ("i = n - 1; i >= 0; i--", 100),
        ("i = 0; i < n; i += 4", 25),
        ("i = 0; i < 12; i++", 12),
        ("i = n; i < n; i++", 1),
    ],
)
def test_extent(header, expected):
    c = f"void f(int n, double x[n + 1]) {{ for (int {header}) x[i] = 1; }}"
    plan = plan_of(c)
    (loop,) = loops_of(plan.nodes)
    assert extent(plan, loop, {"n": 100}) == expected


def test_the_extent_of_a_range_in_memory_is_a_guess():
    plan = plan_of(CSR)
    i, p, j = loops_of(plan.nodes)
    sizes = {"n": 50, "m": 8}
    assert (extent(plan, i, sizes), extent(plan, j, sizes)) == (50, 8)
    assert extent(plan, p, sizes) == UNKNOWN_EXTENT


def test_a_schedule_matches_its_own_nest():
    assert carried(FAST, GEMM, GEMM) == FAST


def test_names_do_not_matter():
    assert carried(FAST, GEMM, RENAMED) == (
        "tile(r=64, inner=32); register_tile(inner, r=4, c=16); pack(right, inner_t); "
        "parallel(r_t)"
    )


def test_the_order_of_the_loops_does_not_matter():
    found = carried("parallel(i); tile(j=64, k=8)", GEMM, REORDERED)
    assert found == "parallel(z); tile(y=64, x=8)"


def test_a_transposed_operand_does_not_matter():
    assert carried(FAST, GEMM, TRANSPOSED) == FAST


def test_the_loops_of_a_batch_are_left_alone():
    found = carried("tile(i=64, k=32); unroll(j=4); pack(B, k_t)", GEMM, BATCHED)
    assert found == "tile(i=64, k=32); unroll(j=4); pack(B, k_t)"


@pytest.mark.parametrize("target", [GEMM, RENAMED, TRANSPOSED, BATCHED])
def test_what_was_matched_is_legal(target):
    found = carried("tile(i=64, k=32); parallel(i_t); unroll(j=4)", GEMM, target)
    assert check(plan_of(target), Schedule.parse(found))


def test_the_loop_that_fits_least_is_left_out_of_a_shallower_nest():
    assert carried("tile(i=8, j=8, k=8)", GEMM, MATVEC) == "tile(i=8, j=8)"
    found = carried(FAST, GEMM, MATVEC)
    assert found == "tile(j=32); register_tile(j, i=16); pack(x, j_t)"


def test_a_step_without_its_loops_goes_with_them():
    copy = "void f(int n, double x[n]) { for (int i = 0; i < n; i++) x[i] = 1; }"
    assert carried("interchange(i, k, j); simd(j)", GEMM, copy) == "simd(i)"


def test_too_few_arrays():
    copy = "void f(int n, double x[n]) { for (int i = 0; i < n; i++) x[i] = 1; }"
    text = "pack(A, i); pack(B, i)"
    with pytest.raises(ScheduleError, match="needs 2 arrays, the nest has 1"):
        match(Schedule.parse(text), roles(GEMM), roles(copy))


def test_only_the_loops_that_are_used_must_be_there():
    assert carried("parallel(i)", GEMM, MATVEC) == "parallel(i)"
    assert carried("simd(j)", GEMM, MATVEC) in {"simd(j)", "simd(i)"}


def test_an_empty_schedule_matches_everything():
    assert carried("", GEMM, MATVEC) == ""


def test_names_of_tile_loops_follow_their_loops():
    text = "tile(i=64); tile(i=8); parallel(i_t); unroll(i_tt=2); interchange(k, j)"
    assert carried(text, GEMM, RENAMED) == (
        "tile(r=64); tile(r=8); parallel(r_t); unroll(r_tt=2); interchange(inner, c)"
    )


def test_sizes_and_options_are_kept():
    text = "parallel(i, schedule=guided, chunk=4, reduction=true)"
    expected = text.replace("(i,", "(r,").replace("guided", '"guided"')
    assert carried(text, GEMM, RENAMED) == expected


def test_canonical_names_do_not_depend_on_the_program():
    one = canonical(Schedule.parse(FAST), roles(GEMM))
    other = canonical(Schedule.parse(carried(FAST, GEMM, RENAMED)), roles(RENAMED))
    assert one == other
    assert str(one) == (
        "tile(L0=64, L1=32); register_tile(L1, L0=4, L2=16); pack(A1, L1_t); "
        "parallel(L0_t)"
    )


def test_roles_under_canonical_names():
    found = roles(GEMM)
    renamed = found.renamed()
    assert list(renamed.loops) == ["L0", "L1", "L2"]
    assert list(renamed.arrays) == ["A0", "A1", "A2"]
    assert list(renamed.loops.values()) == list(found.loops.values())
    same = roles(RENAMED).renamed()
    assert same.loops == renamed.loops
    assert same.arrays == renamed.arrays


def test_a_canonical_schedule_finds_its_way_back():
    found = roles(GEMM)
    stored = canonical(Schedule.parse(FAST), found)
    assert match(stored, found.renamed(), found) == match(
        Schedule.parse(FAST), found, found
    )


def test_roles_survive_json():
    found = roles(GEMM)
    read = Roles.from_dict(json.loads(json.dumps(found.to_dict())))
    assert list(read.loops) == list(found.loops)
    for name, values in found.loops.items():
        assert read.loops[name] == pytest.approx(values, abs=1e-4)
    for name, values in found.arrays.items():
        assert read.arrays[name] == pytest.approx(values, abs=1e-4)
