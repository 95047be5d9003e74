"""Linear subscripts, pointers, roles of arrays and their extents."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import pytest

from tunembed.parsers import find_loop_nests, parse_c, walk_statements


def function_of(text, **options):
    (function,) = parse_c(text, filename="k.c", **options).functions.values()
    return function


def shown(access):
    subscripts = "".join(
        f"[{'?' if item is None else item.to_c()}]" for item in access.subscripts
    )
    return access.array + subscripts + ("*" if access.is_pointer_linear else "")


def accesses(text):
    return [
        shown(access)
        for statement in walk_statements(function_of(text).body)
        for access in statement.accesses
    ]


LOOPS = "for (int i = 0; i < n; i++) for (int j = 0; j < m; j++)"

# parameters, code, accesses, assumptions
SPLIT = [
    ("int n, int m, double *a", f"{LOOPS} a[i * m + j] = 0;", ["a[i][j]*"], []),
    ("int n, int m, double a[n * m]", f"{LOOPS} a[m * i + j] = 0;", ["a[i][j]*"], []),
    (
        "int n, int m, int ld, double *a",
        f"{LOOPS} a[i * ld + j] = 0;",
        ["a[i][j]*"],
        ["ld - m"],
    ),
    (
        "int n, int m, int ld, double *a",
        f"{LOOPS} a[i + j * ld] = 0;",
        ["a[j][i]*"],
        ["ld - n"],
    ),
    (
        "int n, int m, double *a",
        f"{LOOPS} a[(i + 1) * (m + 2) + j + 1] = 0;",
        ["a[i + 1][j + 1]*"],
        [],
    ),
    (
        "int n, int m, int k, double *a",
        f"{LOOPS} for (int l = 0; l < k; l++) a[(i * m + j) * k + l] = 0;",
        ["a[i][j][l]*"],
        [],
    ),
    (
        "int n, int m, double *a",
        f"{LOOPS} for (int l = 0; l < 3; l++) a[3 * (i * m + j) + l] = 0;",
        ["a[i][3 * j + l]*"],
        [],
    ),
    (
        "int n, int m, double *a",
        f"{LOOPS} a[i * m + m - 1 - j] = a[i * m];",
        ["a[i][0]*", "a[i][m - j - 1]*"],
        [],
    ),
    (
        "int n, int m, double *a",
        f"{LOOPS} if (j > 0) a[i * m + j - 1] = 0;",
        ["a[i][j - 1]*"],
        [],
    ),
    (
        "int n, int m, int p, int q, double k[n * p][m * q]",
        f"{LOOPS} for (int r = 0; r < p; r++) k[i * p + r][j * q] = 0;",
        ["k[i][r][j][0]*"],
        ["q - 1"],
    ),
    (
        "int n, int m, double *a",
        "for (int i = 0; i < n; i++) { double *r = a + i * m;"
        " double *s = &a[i * m + 1];"
        " for (int j = 0; j < m - 1; j++) r[j] = s[j]; }",
        ["a[]", "r", "s", "a[i][j + 1]*", "a[i][j]*"],
        [],
    ),
    (
        "int n, int m, struct { int ld; double *x; } *s",
        f"{LOOPS} s->x[i * s->ld + j] = 0;",
        None,
        ["_p0 - m"],
    ),
]

# parameters, code: nothing is split
NOT_SPLIT = [
    ("int n, int m, int ld, double *a", f"{LOOPS} a[i * ld + j * m] = 0;"),
    ("int n, int m, double *a", f"{LOOPS} a[i * m + j - 1] = 0;"),
    ("int n, int m, double *a", f"{LOOPS} a[i * j] = 0;"),
    ("int n, int m, double *a", f"{LOOPS} a[i * m + 2 * j + m] = a[j * n + i];"),
    ("int n, int m, double *a, int *x", f"{LOOPS} a[i * m + x[j]] = 0;"),
    ("int n, int m, double *a", f"{LOOPS} a[i * m + j] = a[i * i];"),
    ("int n, int m, double *a", f"{LOOPS} {{ a[i * m + j] = 0; m += a[0]; }}"),
]


@pytest.mark.parametrize(("parameters", "code", "expected", "assumed"), SPLIT)
def test_linear_subscripts_are_split(parameters, code, expected, assumed):
    function = function_of(f"void f({parameters}) {{ {code} }}")
    found = [
        access
        for statement in walk_statements(function.body)
        for access in statement.accesses
    ]
    if expected is not None:
        assert [shown(item) for item in found if item.subscripts] == [
            item for item in expected if "[" in item and "[]" not in item
        ]
    known = {item.to_c() for access in found for item in access.assumptions}
    assert known == set(assumed)
    assert any(item.is_pointer_linear for item in found)
    for item in found:
        if item.is_pointer_linear:
            assert len(item.shape) == len(item.subscripts)
            assert item.shape[0] is None


@pytest.mark.parametrize(("parameters", "code"), NOT_SPLIT)
def test_what_is_not_provable_is_not_split(parameters, code):
    found = accesses(f"void f({parameters}) {{ {code} }}")
    assert not any(text.endswith("*") for text in found)
    assert "a[?]" in found


def test_extents_of_split_subscripts():
    function = function_of(
        f"void f(int n, int m, int ld, double *a) {{ {LOOPS} a[i * ld + j] = 0; }}"
    )
    (statement,) = walk_statements(function.body)
    assert [item and item.to_c() for item in statement.accesses[0].shape] == [
        None,
        "ld",
    ]


SPARSE = """
void f(int n, int m, int nnz, int w, int bins, const int rowptr[n + 1],
       const int col[nnz], const double val[nnz], const double x[m][w],
       double y[n][w], double *z, long *hist, const unsigned char key[n],
       double count[bins], const int *free_index) {
  for (int i = 0; i < n; i++) {
    for (int k = rowptr[i]; k < rowptr[i + 1]; k++)
      for (int j = 0; j < w; j++)
        y[i][j] += val[k] * x[col[k]][j];
    int b = key[i];
    count[b] += 1;
    z[i * w + 2] = hist[free_index[i]];
  }
}
"""


def test_roles_of_integer_arrays():
    function = function_of(SPARSE)
    assert dict(function.offset_arrays) == {"rowptr": "nnz"}
    assert dict(function.index_arrays) == {
        "col": "m",
        "key": "bins",
        "free_index": None,
    }


def test_extents():
    found = function_of(SPARSE).extents
    texts = {
        name: [[item.to_c() for item in row] for row in rows]
        for name, rows in found.items()
    }
    assert texts["rowptr"] == [["n + 1"]]
    assert texts["x"] == [["m"], ["w"]]
    assert texts["z"] == [["n"], ["w"]]
    assert texts["hist"] == [[]]
    assert texts["free_index"] == [["n"]]
    assert "n" not in texts


def test_extents_take_the_largest_subscript():
    found = function_of(
        "void f(int n, double *a) { for (int i = 1; i < n - 1; i++)"
        " a[i] = a[i - 1] + a[i + 1]; }"
    ).extents
    assert [item.to_c() for item in found["a"][0]] == ["n - 2", "n", "n - 1"]


def parameters_of(text):
    return function_of(f"{text} {{ }}").parameters


def test_parameters():
    found = parameters_of(
        "typedef double real; typedef real row[4]; typedef unsigned long word;\n"
        "#include <stdint.h>\n#include <complex.h>\n#include <stddef.h>\n"
        "void f(int n, const real *restrict x, row y, double z[restrict n][2 * n + 1],"
        " float (*w)[n], word k, size_t s, uint8_t *b, int64_t l, long long ll,"
        " float complex c, double _Complex *d, struct q *p, enum e { A } en,"
        " _Bool flag, double *const e2, const char *names[], signed char sc)"
    )
    rows = {
        item.name: (
            item.dtype,
            tuple(None if e is None else e.to_c() for e in item.shape),
            item.is_pointer,
        )
        for item in found
    }
    assert rows == {
        "n": ("int", (), False),
        "x": ("double", (None,), True),
        "y": ("double", ("4",), False),
        "z": ("double", ("n", "2 * n + 1"), False),
        "w": ("float", (None, "n"), True),
        "k": ("unsigned long", (), False),
        "s": ("unsigned long", (), False),
        "b": ("unsigned char", (None,), True),
        "l": ("long", (), False),
        "ll": ("long long", (), False),
        "c": ("float complex", (), False),
        "d": ("double complex", (None,), True),
        "p": ("struct q", (None,), True),
        "en": ("enum", (), False),
        "flag": ("bool", (), False),
        "e2": ("double", (None,), True),
        "names": ("char", (None, None), True),
        "sc": ("signed char", (), False),
    }
    flags = {item.name: (item.is_const, item.is_restrict) for item in found}
    assert flags["x"] == (True, True)
    assert flags["z"] == (False, True)
    assert flags["e2"] == (False, False)
    assert [item.name for item in found if item.is_struct] == ["p"]


def test_extents_that_are_products_are_symbols():
    function = function_of("void f(int n, int m, double a[n * m]) { }")
    name = function.parameters[2].shape[0].to_c()
    assert function.symbols[name].expression == "n * m"


def test_allocated_and_moved_pointers():
    function = function_of(
        "#include <stdlib.h>\n"
        "void f(int n, double *a) {\n"
        "  double *t = (double *)malloc(n * sizeof(double)), *u = a + 1, *v;\n"
        "  v = n > 3 ? t : a;\n"
        "  for (int i = 0; i < n; i++) { t[i] = u[i]; a[i] = v[i]; }\n"
        "}"
    )
    (nest,) = find_loop_nests(function)
    first, second = nest.statements
    assert [shown(item) for item in first.accesses] == ["a[i + 1]", "t[i]"]
    assert not first.opaque
    assert second.reasons == ("pointer v may point into another array",)
