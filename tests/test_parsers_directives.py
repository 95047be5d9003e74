"""OpenMP directives and other pragmas."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import pytest

from tunembed.parsers import Directive, Location, parse_c, walk_loops
from tunembed.parsers._clauses import (
    ListClause,
    ReductionClause,
    ScheduleClause,
    split_list,
)
from tunembed.parsers._directives import NAMES, read_directive

HERE = Location("k.c", 3, 1)


def read(text) -> Directive:
    return read_directive(text, HERE)


@pytest.mark.parametrize("name", sorted(NAMES))
def test_all_names(name):
    directive = read(f"omp {name}")
    assert directive.name == name
    assert directive.problems == ()
    assert directive.is_openmp
    loops = {"for", "simd", "taskloop", "loop", "distribute", "tile", "unroll"}
    expected = bool(loops & set(name.split())) and not name.startswith("declare")
    assert directive.is_for_loops == expected


CLAUSES = [
    ("schedule(dynamic)", "schedule", ScheduleClause("dynamic")),
    ("schedule(static , 2*n)", "schedule", ScheduleClause("static", "2*n")),
    (
        "schedule(monotonic, simd: guided, f(a, b))",
        "schedule",
        ScheduleClause("guided", "f(a, b)", ("monotonic", "simd")),
    ),
    ("dist_schedule(static, 4)", "dist_schedule", ScheduleClause("static", "4")),
    ("collapse(2)", "collapse", 2),
    ("collapse(N)", "collapse", "N"),
    ("ordered", "ordered", True),
    ("ordered(2)", "ordered", 2),
    ("nowait", "nowait", True),
    ("safelen(8)", "safelen", 8),
    ("simdlen(4)", "simdlen", 4),
    ("private(a, b)", "private", ("a", "b")),
    ("private(a) private(b)", "private", ("a", "b")),
    ("firstprivate(x),shared(y)", "shared", ("y",)),
    ("default(none)", "default", "none"),
    ("num_threads(n / 2)", "num_threads", "n / 2"),
    ("proc_bind(close)", "proc_bind", "close"),
    ("reduction(+:s)", "reduction", (ReductionClause("+", ("s",)),)),
    (
        "reduction(max: a, b) reduction(&&:c)",
        "reduction",
        (ReductionClause("max", ("a", "b")), ReductionClause("&&", ("c",))),
    ),
    (
        "reduction(inscan, +: x[0:n])",
        "reduction",
        (ReductionClause("+", ("x[0:n]",), "inscan"),),
    ),
    ("in_reduction(-:s)", "in_reduction", (ReductionClause("-", ("s",)),)),
    ("if(n > 10)", "if", (ListClause(("n > 10",)),)),
    ("if(n > 10 ? 1 : 0)", "if", (ListClause(("n > 10 ? 1 : 0",)),)),
    ("if(parallel: n > 10)", "if", (ListClause(("n > 10",), ("parallel",)),)),
    ("lastprivate(x)", "lastprivate", (ListClause(("x",)),)),
    (
        "lastprivate(conditional: x, y)",
        "lastprivate",
        (ListClause(("x", "y"), ("conditional",)),),
    ),
    ("linear(i: 2)", "linear", (ListClause(("i",), (), "2"),)),
    ("linear(val(i, j))", "linear", (ListClause(("i", "j"), ("val",)),)),
    ("aligned(p, q: 64)", "aligned", (ListClause(("p", "q"), (), "64"),)),
    (
        "map(always, tofrom: a[0:n], b)",
        "map",
        (ListClause(("a[0:n]", "b"), ("always", "tofrom")),),
    ),
    ("map(a[:n])", "map", (ListClause(("a[:n]",)),)),
    ("depend(sink: i - 1)", "depend", (ListClause(("i - 1",), ("sink",)),)),
    ("depend(source)", "depend", (ListClause(("source",)),)),
    ("device(0)", "device", (ListClause(("0",)),)),
    ("grainsize(strict: 4)", "grainsize", (ListClause(("4",), ("strict",)),)),
    ("num_tasks(8)", "num_tasks", (ListClause(("8",)),)),
    ("order(concurrent)", "order", (ListClause(("concurrent",)),)),
    ("bind(teams)", "bind", "teams"),
    ("num_teams(2: 8)", "num_teams", (ListClause(("8",), ("2",)),)),
    ("allocate(omp_low: x)", "allocate", (ListClause(("x",), ("omp_low",)),)),
    ("sizes(4, 8)", "sizes", ("4", "8")),
    ("partial(4)", "partial", 4),
    ("full", "full", True),
    ("untied mergeable nogroup", "nogroup", True),
]


@pytest.mark.parametrize(("text", "name", "value"), CLAUSES)
def test_clauses(text, name, value):
    directive = read(f"omp parallel for {text}")
    assert directive.name == "parallel for"
    assert directive.problems == ()
    assert directive.clauses[name] == value


PROBLEMS = [
    ("omp", "unknown directive ''"),
    ("omp paralel for", "unknown directive 'paralel'"),
    ("omp for nowhere", "clause 'nowhere' of omp for is unknown here"),
    ("omp for nowhere(3)", "unknown clause 'nowhere' of omp for"),
    ("omp for schedule(weird)", "expected kind"),
    ("omp for schedule(static, 2, 3)", "expected kind"),
    ("omp for reduction(s)", "expected operator: list"),
    ("omp for private(a", "no closing parenthesis"),
    ("omp for private(a,,b)", "an item of the list is empty"),
    ("omp for collapse()", "a number is missing"),
    ("omp for collapse", "clause 'collapse' of omp for is unknown here"),
    ("omp for collapse(2) collapse(3)", "occurs twice"),
    ("omp for +", "cannot read '+'"),
]


@pytest.mark.parametrize(("text", "problem"), PROBLEMS)
def test_problems_are_said_and_survived(text, problem):
    directive = read(text)
    assert any(problem in found for found in directive.problems), directive.problems


def test_arguments_of_directives():
    assert read("omp critical(lock)").clauses == {"argument": "lock"}
    assert read("omp critical (lock) hint(1)").clauses["hint"] == "1"
    assert read("omp threadprivate(a, b)").clauses["argument"] == "a, b"
    assert read("omp atomic update").clauses == {"update": True}
    assert read("omp cancel for").name == "cancel"
    assert not read("omp cancel for").is_for_loops
    reduction = read(
        "omp declare reduction(f: int: omp_out += omp_in) initializer(g(1))"
    )
    assert reduction.name == "declare reduction"
    assert reduction.problems == ()


@pytest.mark.parametrize(
    ("text", "name", "loop"),
    [
        ("ivdep", "ivdep", True),
        ("GCC ivdep", "GCC ivdep", True),
        ("GCC unroll 4", "GCC unroll", True),
        ("GCC diagnostic push", "GCC diagnostic", False),
        ("clang loop vectorize(enable)", "clang loop", True),
        ("unroll(4)", "unroll", True),
        ("acc parallel loop gang", "acc parallel", True),
        ("scop", "scop", False),
        ("once", "once", False),
        ("STDC FP_CONTRACT ON", "STDC FP_CONTRACT", False),
        ("", "", False),
    ],
)
def test_other_pragmas(text, name, loop):
    directive = read(text)
    assert (directive.name, directive.is_for_loops) == (name, loop)
    assert not directive.is_openmp


def test_lists_are_split_outside_brackets():
    assert split_list("a[f(1, 2)], b") == ("a[f(1, 2)]", "b")


SOURCE = """
#pragma omp threadprivate(seed)
static int seed;
#define SIMD _Pragma("omp simd")
void f(int n, int m, double *a, double *b) {
  #pragma omp parallel for \\
      schedule(static, 4) \\
      reduction(+ : b)
  for (int i = 0; i < n; i++)
    #pragma omp simd
    #pragma GCC ivdep
    for (int j = 0; j < m; j++)
      a[i * m + j] = 0;
  #pragma omp parallel
  {
    #pragma omp single
    a[0] = 1;
    #pragma omp for nowait
    for (int i = 0; i < n; i++) {
      SIMD for (int j = 0; j < m; j++) b[j] = i;
      #pragma omp barrier
    }
  }
  if (n > 4)
    #pragma omp taskloop
    for (int i = 0; i < n; i++) a[i] = 1;
  else
    #pragma omp loop bind(thread)
    for (int i = 0; i < n; i++) a[i] = 2;
  while (m-- > 0) {
    switch (m) {
      case 1:
        #pragma omp distribute
        for (int i = 0; i < n; i++) a[i] = m;
        break;
      default:
        if (a[m] > 0)
          #pragma omp tile sizes(4)
          for (int i = 0; i < n; i++) a[i] = b[i];
    }
  }
  #pragma scop
  for (int i = 0; i < n; i++) a[i] = 3;
  #pragma endscop
}
"""


@pytest.fixture(scope="module")
def unit():
    return parse_c(SOURCE, filename="k.c")


def test_every_pragma_is_attached_to_its_loop(unit):
    loops = list(walk_loops(unit.functions["f"].body, opaque=True))
    assert [[item.name for item in loop.directives] for loop in loops] == [
        ["parallel for"],
        ["simd", "GCC ivdep"],
        ["for"],
        ["simd"],
        ["taskloop"],
        ["loop"],
        ["distribute"],
        ["tile"],
        [],
    ]


def test_continued_lines_and_places(unit):
    directive = next(walk_loops(unit.functions["f"].body)).directives[0]
    assert directive.clauses["schedule"] == ScheduleClause("static", "4")
    assert directive.clauses["reduction"] == (ReductionClause("+", ("b",)),)
    assert (directive.location.file, directive.location.line) == ("k.c", 6)


def test_the_other_directives_stay_with_the_function(unit):
    names = [item.name for item in unit.functions["f"].directives]
    assert names == ["parallel", "single", "barrier", "scop", "endscop"]
    assert [item.name for item in unit.directives] == ["threadprivate"]
