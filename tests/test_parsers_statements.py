"""Statements, accesses, reductions and conditions."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import pytest

from tunembed.parsers import Guard, Loop, find_loop_nests, parse_c, walk_statements

BEFORE = """
#include <math.h>
#include <complex.h>
#include <stdio.h>
#define MIN(a, b) ((a) < (b) ? (a) : (b))
typedef struct { double x, y; int id; double v[3]; } part;
struct grid { int n; double *u; double w[8][8]; part *parts; };
union both { int i; float f; };
int work(double *x);
int total;
volatile int flag;
"""
PARAMETERS = (
    "int n, int m, double *a, const double *restrict b, double c[n][m], int *idx,"
    " part *p, struct grid *g, struct grid h, double **rows, union both *u,"
    " double complex *z"
)


def function_of(body, before=BEFORE, parameters=PARAMETERS):
    unit = parse_c(f"{before}\nvoid f({parameters}) {{\n{body}\n}}", filename="k.c")
    return unit.functions["f"]


def statements_of(body):
    return list(walk_statements(function_of(body).body))


def only(body):
    (statement,) = statements_of(body)
    return statement


def texts(statement):
    found = []
    for access in statement.accesses:
        subscripts = "".join(
            f"[{'?' if item is None else item.to_c()}]" for item in access.subscripts
        )
        found.append(f"{access.kind[0]} {access.array}{subscripts}")
    return found


LOOP = "for (int i = 0; i < n; i++) for (int j = 0; j < m; j++) "

# statement, accesses, operator of the reduction
SIMPLE = [
    ("c[i][j] = a[i] * b[j];", "r a[i], r b[j], w c[i][j]", None),
    ("c[i][j] += a[i];", "r a[i], r c[i][j], w c[i][j]", "+"),
    ("c[i][j] -= a[i];", "r a[i], r c[i][j], w c[i][j]", "+"),
    ("c[i][j] *= a[i];", "r a[i], r c[i][j], w c[i][j]", "*"),
    ("c[i][j] /= a[i];", "r a[i], r c[i][j], w c[i][j]", None),
    ("c[i][j]++;", "r c[i][j], w c[i][j]", "+"),
    ("--c[i][j];", "r c[i][j], w c[i][j]", "+"),
    ("a[i] = a[i] + b[j];", "r a[i], r b[j], w a[i]", "+"),
    ("a[i] = b[j] + a[i];", "r b[j], r a[i], w a[i]", "+"),
    ("a[i] = b[j] + a[i] - b[i];", "r b[j], r a[i], r b[i], w a[i]", "+"),
    ("a[i] = b[j] - a[i];", "r b[j], r a[i], w a[i]", None),
    ("a[i] = b[j] * a[i];", "r b[j], r a[i], w a[i]", "*"),
    ("a[i] = a[i] + a[i];", "r a[i], r a[i], w a[i]", None),
    ("a[i] += a[i] * b[j];", "r a[i], r b[j], r a[i], w a[i]", None),
    ("a[i] += a[j];", "r a[j], r a[i], w a[i]", "+"),
    ("a[i] = fmin(a[i], b[j]);", "r a[i], r b[j], w a[i]", "min"),
    ("a[i] = fmax(b[j], a[i]);", "r b[j], r a[i], w a[i]", "max"),
    ("idx[i] |= idx[j];", "r idx[j], r idx[i], w idx[i]", "|"),
    ("idx[i] = idx[i] ^ m;", "r idx[i], r m, w idx[i]", "^"),
    ("a[idx[i]] += b[j];", "r b[j], r idx[i], r a[?], r idx[i], w a[?]", "+"),
    ("a[idx[i]] += a[idx[j]];", None, "+"),
    ("a[j] = b[idx[i]];", "r idx[i], r b[?], w a[j]", None),
    ("*(a + i) = *b;", "r b[0], w a[i]", None),
    ("(a + 1)[i] = b[j - 1];", "r b[j - 1], w a[i + 1]", None),
    ("*&a[i] = 1;", "w a[i]", None),
    ("a[i * m + j] = b[i];", "r b[i], w a[i][j]", None),
    ("p[i].x += p[j].y;", "r p.y[j], r p.x[i], w p.x[i]", "+"),
    ("p[i].v[2] = p->x;", "r p->x, w p.v[i][2]", None),
    ("g->u[i] = h.w[i][j];", "r h.w[i][j], w g->u[i]", None),
    ("a[i] = j % 2 ? b[i] : b[j];", "r b[i], r b[j], w a[i]", None),
    ("a[i] = b[j = 2];", None, None),
    ("z[i] = z[i] * conj(z[j]);", "r z[i], r z[j], w z[i]", "*"),
    ("a[i] = a[j] = 0;", "w a[j], w a[i]", None),
    ("a[i % 3] = sizeof(b[i]);", "w a[?]", None),
    ("a[i] = -b[(int)(j + 1)];", "r b[j + 1], w a[i]", None),
]


@pytest.fixture(scope="module")
def simple():
    parts = [BEFORE]
    for index, (statement, *_) in enumerate(SIMPLE):
        parts.append(f"void f{index}({PARAMETERS}) {{ {LOOP} {{ {statement} }} }}")
    return list(parse_c("\n".join(parts)).functions.values())


@pytest.mark.parametrize("index", range(len(SIMPLE)))
def test_simple_statements(simple, index):
    _, accesses, operator = SIMPLE[index]
    (statement,) = walk_statements(simple[index].body)
    if accesses is not None:
        assert ", ".join(texts(statement)) == accesses
    found = statement.reduction
    assert (found and found.operator) == operator
    if found:
        assert found.write in statement.accesses
        assert found.reads
        assert set(found.reads) <= set(statement.accesses)
        assert all(read.subscripts == found.subscripts for read in found.reads)
    assert not statement.opaque
    assert not statement.conditional


# statement, reason
OPAQUE = [
    ("a[i] = work(a);", "calls work"),
    ('printf("%d", i);', "calls printf"),
    ("a[i] = rows[i][j];", "pointer chasing in rows[i]"),
    ("a[i] = g->parts->x;", None),
    ("a[i] = g[i].u[j];", "pointer chasing in g[i].u"),
    ("a[i] = u[i].f;", "union member u[i].f"),
    ("a[i] = ((float *)b)[i];", "cast of pointer (float *) b"),
    ("a[i] = flag;", "volatile variable flag"),
    ("{ double *q = b > a ? a : 0; q[i] = 1; }", "pointer q may point into another"),
    ("a++; a[i] = 0;", "pointer a is assigned in the nest"),
    ("do { a[i] /= 2; } while (a[i] > 1);", "do while"),
    ("switch (j) { case 1: a[i] = 0; break; default: a[j] = 1; }", "switch"),
    ("if (a[i] > 0) break;", "break"),
    ("(*(i ? &a[i] : a)) = 0;", "pointer chasing"),
    ('__asm__ volatile("nop" ::: "memory");', "calls _tunembed_asm"),
]


@pytest.mark.parametrize(("statement", "reason"), OPAQUE)
def test_what_is_not_understood_is_opaque(statement, reason):
    found = statements_of(f"{LOOP} {{ {statement} }}")
    reasons = [text for item in found for text in item.reasons]
    if reason is None:
        assert reasons == []
        return
    assert any(text.startswith(reason) for text in reasons), reasons
    assert all(item.opaque == bool(item.reasons) for item in found)
    assert not any(item.reduction for item in found if item.opaque)


def test_names_and_places():
    found = statements_of(
        "a[0] = 1;\nfor (int i = 0; i < n; i++)\n  a[i] = 2;\na[1] = 3;"
    )
    assert [item.name for item in found] == ["S0", "S1", "S2"]
    assert [str(item.location) for item in found] == [
        "k.c:14:1",
        "k.c:16:3",
        "k.c:17:1",
    ]


def test_calls_and_operations():
    statement = only(LOOP + "a[i] = sqrt(b[i + j] * 2.0) - fabs(-b[i]) / (i < j);")
    assert statement.calls == ("sqrt", "fabs")
    assert dict(statement.operations) == {"*": 1, "-": 1, "/": 1, "neg": 1, "<": 1}


def test_scalars_are_arrays_without_subscripts():
    found = statements_of(
        "double s = 0; for (int i = 0; i < n; i++) { double t = a[i]; s += t; }"
        " a[0] = s;"
    )
    assert [texts(item) for item in found] == [
        ["w s"],
        ["r a[i]", "w t"],
        ["r t", "r s", "w s"],
        ["r s", "w a[0]"],
    ]
    assert [item.declares for item in found] == [("s",), ("t",), (), ()]


def test_where_locals_are_declared():
    function = function_of(
        "double s, w[4];"
        " for (int i = 0; i < n; i++) { double t[m]; float r; t[0] = r; }"
        " for (int i = 0; i < m; i++) { int r = 0; a[r] = 1; }"
    )
    first, second = (nest.root for nest in find_loop_nests(function))
    found = function.locals
    assert found["s"].loop is None
    assert found["w"].shape[0] == 4
    assert found["t"].loop is first
    assert found["t"].shape[0].to_c() == "m"
    assert [item.loop for item in function.scopes["r"]] == [first, second]
    assert [item.dtype for item in function.scopes["r"]] == ["float", "int"]
    assert first.declares == ("t", "r")


def test_scalars_assigned():
    function = function_of("int k = 1, q; double s; s = 2; work(&s); a[k] = n; idx++;")
    assert {"k", "s", "idx"} <= function.scalars_assigned
    assert not {"q", "n", "a"} & function.scalars_assigned


def guards(nodes):
    for node in nodes:
        if isinstance(node, Guard):
            yield node
            yield from guards(node.body + node.orelse)
        elif isinstance(node, Loop):
            yield from guards(node.body)


def conditions(body):
    found = guards(function_of(LOOP + body).body)
    return [[condition.to_c() for condition in item.conditions] for item in found]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("i < j", [["j - i - 1"]]),
        ("i >= j + 2", [["i - j - 2"]]),
        ("i == j", [["i - j", "j - i"]]),
        ("i > 0 && j > 0", [["i - 1"], ["j - 1"]]),
        ("!(i < j)", [["i - j"]]),
        ("!(i < j || j > 3)", [["i - j", "-j + 3"]]),
        ("i != j", [["j - i - 1"], ["i - j - 1"]]),
        ("i < 2 || j < 2", [["-i + 1"], ["-j + 1"]]),
        ("i", [["-i - 1"], ["i - 1"]]),
    ],
)
def test_affine_conditions(condition, expected):
    found = conditions(f"if ({condition}) a[i] = 0;")
    if condition == "i > 0 && j > 0":
        expected = [["i - 1", "j - 1"]]
    assert found == expected


def test_else_branches():
    (guard,) = guards(function_of(LOOP + "if (i < j) a[i] = 0; else a[j] = 1;").body)
    assert texts(guard.body[0]) == ["w a[i]"]
    assert texts(guard.orelse[0]) == ["w a[j]"]


def test_unequal_runs_one_body_or_the_other():
    first, second = guards(
        function_of(LOOP + "if (i != j) a[i] = 0; else a[j] = 1;").body
    )
    assert first.orelse == (second,)
    assert texts(second.orelse[0]) == ["w a[j]"]
    assert first.body[0].node is second.body[0].node
    assert first.body[0].name != second.body[0].name


def test_conditions_on_data_stay_whole():
    statement = only(
        LOOP + "if (a[i] > b[j]) { double t = b[j]; a[i] = t; } else total++;"
    )
    assert statement.conditional
    assert not statement.opaque
    assert statement.declares == ()
    assert texts(statement) == [
        "r a[i]",
        "r b[j]",
        "r b[j]",
        "w a[i]",
        "r total",
        "w total",
    ]


@pytest.mark.parametrize(
    ("statement", "operator"),
    [
        ("if (b[i] < s) s = b[i];", "min"),
        ("if (s < b[i]) { s = b[i]; }", "max"),
        ("if (s >= b[i]) s = b[i];", "min"),
        ("s = b[i] > s ? b[i] : s;", "max"),
        ("s = MIN(s, b[i]);", "min"),
        ("if (b[i] < s) s = b[j];", None),
        ("if (b[i] < s) { s = b[i]; total = i; }", None),
        ("s = b[i] > s ? s + 1 : s;", None),
    ],
)
def test_minima_and_maxima(statement, operator):
    found = statements_of(f"double s = 0; {LOOP} {{ {statement} }}")[1]
    assert (found.reduction and found.reduction.operator) == operator


def test_loops_below_a_condition_on_data():
    statement = only(
        "for (int i = 0; i < n; i++) if (idx[i]) for (int k = 0; k < m; k++)"
        " c[i][k] += b[k];"
    )
    assert statement.conditional
    assert not statement.opaque
    assert texts(statement) == ["r idx[i]", "r m", "r b[?]", "r c[i][?]", "w c[i][?]"]
    (loop,) = statement.body
    assert texts(loop.body[0]) == ["r b[k]", "r c[i][k]", "w c[i][k]"]


def test_continue_guards_the_rest():
    (guard,) = guards(function_of(LOOP + "{ if (i < j) continue; a[i] = b[j]; }").body)
    assert [item.to_c() for item in guard.conditions] == ["i - j"]
    (nest,) = find_loop_nests(
        function_of(LOOP + "{ if (b[i] > 0) { continue; } a[i] = 1; }")
    )
    assert nest.statements[0].conditional
    assert all(loop.reasons == () for loop in nest.loops)


def test_many_alternatives_do_not_explode():
    body = "".join(f"if (i != {k}) " for k in range(20)) + "a[i] = 0;"
    assert len(statements_of(LOOP + body)) <= 32


def test_updates_of_updates_do_not_explode():
    text = f"int f(int i) {{ return {'-- ' * 200}i; }}"
    (statement,) = walk_statements(parse_c(text).function("f").body)
    assert statement.opaque
    assert 1 <= len(statement.accesses) <= 2


def test_loops_inside_while_are_nests():
    function = function_of(
        "while (n > 1) { for (int i = 0; i < n; i++) a[i] = 0; n /= 2; }"
        " switch (m) { case 1: for (int i = 0; i < m; i++) a[i] = 1; break; }"
    )
    assert [nest.name for nest in find_loop_nests(function)] == ["f:0", "f:1"]
    assert all(nest.is_affine for nest in find_loop_nests(function))
    assert [item.opaque for item in function.body] == [True, True]


def test_iterators_after_their_loop():
    found = statements_of(
        "int j; for (int i = 0; i < n; i++) { for (j = 0; j < i; j++) ; a[i] = j; }"
    )
    assert found[-1].reasons == ("iterator j is used outside its loop",)


def test_nest_says_why_it_is_not_affine():
    (nest,) = find_loop_nests(function_of(LOOP + "{ a[idx[i]] = work(a); }"))
    assert nest.reasons == (
        "k.c:14:59: calls work",
        "k.c:14:59: subscript of a",
    )


def test_pragmas_before_statements():
    function = function_of(LOOP + "{\n#pragma omp atomic update\n a[0] += b[i]; }")
    (statement,) = walk_statements(function.body)
    assert [item.name for item in statement.directives] == ["atomic"]
    assert [item.name for item in function.directives] == ["atomic"]
