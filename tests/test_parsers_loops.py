"""Headers of loops."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import pytest

from tunembed.parsers import find_loop_nests, parse_c, walk_loops

# header, lower, upper, step
NORMAL = [
    ("int i = 0; i < n; i++", ["0"], ["n"], 1),
    ("int i = 0; i < n; ++i", ["0"], ["n"], 1),
    ("int i = 1; i <= n - 1; i += 2", ["1"], ["n"], 2),
    ("int i = 1; i <= n; i = i + 3", ["1"], ["n + 1"], 3),
    ("int i = 1; i <= n; i = 3 + i", ["1"], ["n + 1"], 3),
    ("int i = n - 1; i >= 0; i--", ["n - 1"], ["-1"], -1),
    ("int i = n; i > m; --i", ["n"], ["m"], -1),
    ("int i = n; i > 0; i -= 2", ["n"], ["0"], -2),
    ("int i = n; i > 0; i = i - 2", ["n"], ["0"], -2),
    ("int i = 0; i != n; i++", ["0"], ["n"], 1),
    ("int i = n; i != 0; i--", ["n"], ["0"], -1),
    ("int i = 0; n > i; i++", ["0"], ["n"], 1),
    ("int i = 0; i + 2 < n; i++", ["0"], ["n - 2"], 1),
    ("int i = 0; n - i > 1; i++", ["0"], ["n - 1"], 1),
    ("int i = 0; i < n && i < m; i++", ["0"], ["n", "m"], 1),
    ("int i = 0; i < (n < m ? n : m); i++", ["0"], ["n", "m"], 1),
    ("int i = 0; i < MIN(n, m + 1); i++", ["0"], ["n", "m + 1"], 1),
    ("int i = 0; i <= MIN(n, m) - 1; i++", ["0"], ["n", "m"], 1),
    ("int i = 0; i < 1 + MIN(n, m); i++", ["0"], ["n + 1", "m + 1"], 1),
    ("int i = MAX(n - 8, 0); i < n; i++", ["n - 8", "0"], ["n"], 1),
    ("int i = n > m ? n : m; i < 9; i++", ["n", "m"], ["9"], 1),
    ("int i = 0; i < fmin(n, m); i++", ["0"], ["n", "m"], 1),
    ("size_t i = 0; i < (size_t)n; i++", ["0"], ["n"], 1),
    ("long i = 0L; i < 0x10; i++", ["0"], ["16"], 1),
    ("int i = 0; i < N; i++", ["0"], ["40"], 1),
    ("int i = 0; i < 2 * n + (m << 1) - -1; i++", ["0"], ["2 * m + 2 * n + 1"], 1),
    ("int i = (4 * n) / 2; i < 7 / 2; i++", ["2 * n"], ["3"], 1),
    ("int i = FIRST; i < LAST; i++", ["3"], ["5"], 1),
]

NOT_NORMAL = [
    ("int i = 0; i < n; i *= 2", "step i *= 2 is not by a constant"),
    ("int i = 0; i < n; i += m", "step i += m is not by a constant"),
    ("int i = 0; i < n; i += 0", "step i += 0 is zero"),
    ("int i = 0; i < n; i--", "condition i < n is not an affine bound"),
    ("int i = 0; i != n; i += 2", "condition i != n is not an affine bound"),
    ("int i = 0; i * i < n; i++", "condition (i * i) < n is not an affine bound"),
    ("int i = 0; x[i] < n; i++", "condition x[i] < n is not an affine bound"),
    ("int i = 0; ; i++", "no end: the header has no condition"),
    ("int i = 0, j = 0; i < n; i++", "the header declares several variables"),
    ("int i = 0; i < n; i++, y++", "the header steps several variables"),
    ("int i = 0; i < n; y++", "the header does not step i"),
    ("int i = x[0]; i < n; i++", "start x[0] is not affine"),
    ("double i = 0; i < n; i++", "iterator i is not an integer"),
    ("y = 0; y < n; y++", "iterator y is assigned in the body"),
    ("; w < n; w++", "no start: the header does not set w"),
    (";;", "no iterator: the header neither sets nor steps one"),
    ("z = 0; z < n; z++", "the address of iterator z is taken"),
]
PRELUDE = """
#include <math.h>
#include <stddef.h>
#define N 40
#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))
enum { ZERO, FIRST = 3, SECOND, LAST };
"""


@pytest.fixture(scope="module")
def functions():
    parts = [PRELUDE]
    for index, (header, *_) in enumerate(NORMAL + NOT_NORMAL):
        parts.append(
            f"void f{index}(int n, int m, int x[n]) {{ int w = 0, y = 0, z, *q = &z;"
            f" for ({header}) {{ y += w; x[0] = *q; x[1] = 2; }} }}"
        )
    return list(parse_c("\n".join(parts)).functions.values())


@pytest.mark.parametrize("index", range(len(NORMAL)))
def test_normal_forms(functions, index):
    _, lower, upper, step = NORMAL[index]
    (nest,) = find_loop_nests(functions[index])
    assert nest.root.reasons == ()
    assert [bound.to_c() for bound in nest.root.lower] == lower
    assert [bound.to_c() for bound in nest.root.upper] == upper
    assert nest.root.step == step
    assert nest.root.iterator == "i"
    assert nest.root.declares_iterator


@pytest.mark.parametrize("index", range(len(NOT_NORMAL)))
def test_what_is_not_normal_has_a_reason(functions, index):
    (nest,) = find_loop_nests(functions[len(NORMAL) + index])
    assert NOT_NORMAL[index][1] in nest.root.reasons
    assert not nest.is_affine


def loops_of(body, parameters="int n, double a[n][n]", before=""):
    unit = parse_c(f"{before}\nvoid f({parameters}) {{ {body} }}", filename="k.c")
    return list(walk_loops(unit.functions["f"].body))


def test_triangular_bounds():
    outer, inner = loops_of(
        "for (int i = 0; i < n; i++) for (int j = i + 1; j < 2 * i; j++) a[i][j] = 0;"
    )
    assert outer.reasons == inner.reasons == ()
    assert inner.lower[0].to_c() == "i + 1"
    assert inner.upper[0].to_c() == "2 * i"


def test_iterator_declared_before():
    (loop,) = loops_of("int i; for (i = 0; i < n; i++) a[i][0] = 0;")
    assert not loop.declares_iterator
    assert loop.reasons == ()


def test_same_iterator_inside():
    outer, inner = loops_of(
        "int i; for (i = 0; i < n; i++) for (i = 0; i < 3; i++) a[i][0] = 0;"
    )
    assert "iterator i is assigned in the body" in outer.reasons
    assert inner.iterator == "i"


@pytest.mark.parametrize("word", ["break", "continue", "return", "goto out"])
def test_ways_out(word):
    (loop,) = loops_of(
        f"for (int i = 0; i < n; i++) {{ a[i][0] = 1; if (a[i][i] > 0) {{ {word}; }}"
        " else a[i][1] = 0; } out: ;"
    )
    assert loop.reasons[0].startswith(f"{word.split()[0]} at k.c:2:")


def test_break_of_an_inner_switch_or_loop_is_not_ours():
    outer, _ = loops_of(
        "for (int i = 0; i < n; i++) { switch (i) { case 1: break; }"
        " for (int j = 0; j < n; j++) { if (a[i][j] > 0) break; } }"
    )
    assert outer.reasons == ()


def test_bound_changed_in_the_body():
    (loop,) = loops_of("for (int i = 0; i < n; i++) { a[i][0] = 0; n--; }")
    assert loop.reasons == ("condition i < n is not an affine bound",)


def test_parameter_changed_elsewhere_is_a_symbol():
    unit = parse_c(
        "void f(int n, double *x) { n--; for (int i = 0; i < n; i++) x[i] = 0; }"
    )
    (nest,) = find_loop_nests(unit.functions["f"])
    (symbol,) = nest.symbols
    assert nest.root.upper[0].to_c() == symbol.name
    assert symbol.expression == "n"
    assert symbol.iterators == frozenset()
    assert nest.is_affine


def test_offsets_of_compressed_rows_are_symbols():
    unit = parse_c(
        "void f(int n, const int *p, double *v) { for (int i = 0; i < n; i++)"
        " for (int k = p[i]; k < p[i + 1]; k++) v[k] = 0; }"
    )
    (nest,) = find_loop_nests(unit.functions["f"])
    assert [s.expression for s in nest.symbols] == ["p[i]", "p[i + 1]"]
    assert all(s.iterators == {"i"} and s.arrays == {"p"} for s in nest.symbols)
    assert all(loop.reasons == () for loop in nest.loops)
    assert not nest.is_affine
    assert "bound p[i] depends on i" in nest.reasons[0]


def test_offsets_written_in_the_nest_are_no_symbols():
    _, inner = loops_of(
        "for (int i = 0; i < n; i++) for (int k = p[i]; k < n; k++) p[k] = 0;",
        "int n, int *p",
    )
    assert inner.reasons == ("start p[i] is not affine",)


def test_locals_before_the_loop():
    unit = parse_c(
        "void f(int n, double *x) { int half = n / 2, m; m = n - 1;"
        " for (int i = half; i < m; i++) x[i] = 0; }"
    )
    function = unit.functions["f"]
    (nest,) = find_loop_nests(function)
    assert dict(function.constants) == {"half": "n / 2", "m": "n - 1"}
    assert nest.root.lower[0].to_c() == "half"
    assert nest.root.upper[0].to_c() == "m"
    assert nest.is_affine


def test_locals_inside_the_loop_are_seen_through():
    loops = loops_of(
        "for (int i = 0; i < n; i++) { int first = i + 1;"
        " int lo = i > 4 ? i - 4 : 0, hi = n < i + 4 ? n : i + 4;"
        " for (int j = first; j < n; j++) a[i][j] = 0;"
        " for (int k = lo; k < hi; k++) a[i][k] = 0; }"
    )
    assert loops[1].lower[0].to_c() == "i + 1"
    assert [bound.to_c() for bound in loops[2].upper] == ["n", "i + 4"]
    assert loops[2].reasons == ("start lo is not affine",)


def test_names_that_hide_others():
    (loop,) = loops_of(
        "double t = 0; for (int i = 0; i < n; i++) { double t = 1; a[i][0] = t; }"
    )
    assert loop.reasons == ("the declaration of t hides another t",)
    assert loop.declares == ("t",)


def test_global_bounds_and_calls():
    before = "int size; void g(void);"
    (quiet,) = loops_of("for (int i = 0; i < size; i++) a[i][0] = 0;", before=before)
    (loud,) = loops_of("for (int i = 0; i < size; i++) g();", before=before)
    assert quiet.reasons == ()
    assert loud.reasons == ("condition i < size is not an affine bound",)


def test_members_as_bounds():
    before = "struct grid { int n, m; double *u; };"
    loops = loops_of(
        "for (int i = 0; i < g->n; i++) g->u[i] = 0;"
        "for (int i = 0; i < g->m; i++) g->m = 3;",
        "struct grid *g",
        before,
    )
    assert loops[0].reasons == ()
    assert loops[1].reasons == ("condition i < g->m is not an affine bound",)
