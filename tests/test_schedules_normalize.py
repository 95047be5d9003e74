"""The normal form: nests that differ in how they were written become alike."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import itertools

import pytest

from legality_oracle.compare import Pair, compare
from tunembed.parsers import parse_c
from tunembed.schedules import (
    Leaf,
    Schedule,
    ScheduleError,
    loops_of,
    nests_of,
    normalize,
    perfect_chain,
    prepare,
    rewrite,
)
from tunembed.schedules._tree import find_loop

SIZES = [{"n": n} for n in (1, 4, 13)]
LOOPS = {v: f"for (int {v} = 0; {v} < n; {v}++) " for v in "ijk"}
UPDATE = "C[i][j] += A[i][k] * B[k][j];"


def gemm(body):
    return f"""
void f(int n, double C[restrict n][n], const double A[restrict n][n],
       const double B[restrict n][n])
{{
{body}
}}
"""


def ordered(order, statement=UPDATE):
    return gemm("".join(LOOPS[v] for v in order) + statement)


INITIALIZED = gemm(
    LOOPS["i"] + LOOPS["j"] + "{ C[i][j] = 0.0; " + LOOPS["k"] + UPDATE + " }"
)
ACCUMULATOR = gemm(
    LOOPS["i"]
    + LOOPS["j"]
    + "{ double s = 0.0; "
    + LOOPS["k"]
    + "s += A[i][k] * B[k][j]; C[i][j] = s; }"
)
OLD_ACCUMULATOR = gemm(
    "int i, j, k; double s;\nfor (i = 0; i < n; i++) for (j = 0; j < n; j++) {"
    " s = 0.0; for (k = 0; k < n; k++) s += A[i][k] * B[k][j]; C[i][j] = s; }"
)
TIME = """
void f(int n, double A[restrict n], double B[restrict n])
{
    for (int t = 0; t < 7; t++) {
        for (int i = 1; i < n - 1; i++)
            B[i] = A[i - 1] + A[i + 1];
        for (int i = 1; i < n - 1; i++)
            A[i] = B[i];
    }
}
"""
CHAINED = """
void f(int n, double A[restrict n], double B[restrict n])
{
    for (int i = 1; i < n; i++) {
        A[i] = B[i - 1];
        B[i] = A[i] * 2.0;
    }
}
"""
FLOWING = """
void f(int n, double C[restrict n][n])
{
    for (int i = 1; i < n; i++)
        for (int j = 1; j < n; j++)
            C[i][j] = C[i - 1][j] + C[i][j - 1];
}
"""
COLUMNS = """
void f(int n, double A[restrict n][n], double x[restrict n])
{
    int i, j;
    double t;
    for (j = 0; j < n; j++) {
        t = x[j];
        for (i = 0; i < n; i++)
            A[i][j] *= t;
    }
}
"""
LIVE_OUT = """
double f(int n, double x[restrict n], double y[restrict n])
{
    int i;
    double t = 0.0;
    for (i = 0; i < n; i++) {
        t = x[i] * 2.0;
        y[i] = t;
    }
    return t;
}
"""


def plan_of(c):
    return prepare(parse_c(c).functions["f"])


def normal(c):
    """Return the plan in normal form and the text of the steps that lead there."""
    plan, schedule = normalize(plan_of(c))
    return plan, str(schedule)


def shape(nodes):
    """Return the tree without names: the nesting of loops around statements."""
    return tuple(
        "S" if isinstance(node, Leaf) else shape(node.body)
        for node in nodes
        if not hasattr(node, "domain")
    )


def main_update(plan):
    """Return the order of the original dimensions around the product."""
    nest = max(nests_of(plan), key=lambda loop: len(perfect_chain(loop)))
    chain = perfect_chain(nest)
    (statement,) = chain[-1].index
    dims = plan.scop.statements[statement].iterators
    names = {dim: iterator for iterator, dim in dims.items()}
    return [names[loop.index[statement]] for loop in chain]


@pytest.mark.parametrize("order", ["".join(p) for p in itertools.permutations("ijk")])
def test_every_order_of_a_product_becomes_the_same(order):
    plan, steps = normal(ordered(order))
    assert main_update(plan) == ["i", "k", "j"]
    assert steps == ("" if order == "ikj" else "interchange(i, k, j)")
    header = "const double B[restrict n][n])\n"
    printed = rewrite(plan_of(ordered(order)), Schedule.parse(steps))
    wanted = rewrite(plan_of(ordered("ikj")), Schedule())
    assert printed.split(header)[1] == wanted.split(header)[1]


def test_the_initialization_is_split_off():
    plan, steps = normal(INITIALIZED)
    assert steps == "fission(j, S1); fission(i, S1); interchange(i_2, k, j_2)"
    assert shape(plan.nodes) == ((("S",),), ((("S",),),))
    assert main_update(plan) == ["i", "k", "j"]


@pytest.mark.parametrize("c", [ACCUMULATOR, OLD_ACCUMULATOR])
def test_an_accumulator_gets_one_element_per_result(c):
    plan, steps = normal(c)
    assert steps.startswith("expand(s); fission(")
    assert steps.endswith("interchange(i_2, k, j_2)")
    assert shape(plan.nodes) == ((("S",),), ((("S",),),), (("S",),))
    assert main_update(plan) == ["i", "k", "j"]


def test_where_a_local_is_declared_makes_no_difference():
    (one, first), (other, second) = normal(ACCUMULATOR), normal(OLD_ACCUMULATOR)
    assert first == second
    assert [loop.name for loop in loops_of(one.nodes)] == [
        loop.name for loop in loops_of(other.nodes)
    ]


@pytest.mark.parametrize("c", [TIME, CHAINED, FLOWING, LIVE_OUT, ordered("ikj")])
def test_nothing_changes_where_nothing_may_or_need(c):
    plan = plan_of(c)
    same, schedule = normalize(plan)
    assert len(schedule) == 0
    assert same.nodes == plan.nodes


def test_a_function_that_is_not_understood_is_left_alone():
    c = """
void f(int n, double *x)
{
    double *p = x;
    for (int i = 0; i < n; i++) {
        p[i] = 1.0;
        p += 1;
    }
}
"""
    plan = plan_of(c)
    same, schedule = normalize(plan)
    assert len(schedule) == 0
    assert same.nodes == plan.nodes


@pytest.mark.parametrize(
    "c", [INITIALIZED, ACCUMULATOR, OLD_ACCUMULATOR, COLUMNS, TIME, ordered("jki")]
)
def test_the_normal_form_is_normal(c):
    plan, _ = normalize(plan_of(c))
    _, again = normalize(plan)
    assert len(again) == 0


def test_the_normal_form_computes_the_same(tmp_path):
    sources = [INITIALIZED, ACCUMULATOR, OLD_ACCUMULATOR, COLUMNS, TIME]
    sources += [ordered("jki"), ordered("kij")]
    pairs = []
    for c in sources:
        plan = plan_of(c)
        _, schedule = normalize(plan)
        pairs.append(Pair(f"{schedule} of {c}", c, rewrite(plan, schedule), SIZES))
    outcome = compare(pairs, tmp_path)
    assert (outcome.broken, outcome.different, outcome.warnings) == ({}, {}, {})


def test_a_time_loop_is_no_nest_but_what_it_contains_is():
    plan = plan_of(TIME)
    assert [loop.name for loop in nests_of(plan)] == ["i", "i_2"]
    assert shape(plan.nodes) == ((("S",), ("S",)),)


def test_a_nest_whose_loops_must_all_run_in_order_is_one():
    assert [loop.name for loop in nests_of(plan_of(FLOWING))] == ["i"]
    assert [loop.name for loop in nests_of(plan_of(CHAINED))] == ["i"]


def test_parts_of_a_split_nest_are_nests():
    plan, _ = normal(ACCUMULATOR)
    assert [loop.name for loop in nests_of(plan)] == ["i", "i_2", "i_3"]


def test_a_perfect_chain_ends_at_the_first_statement():
    plan = plan_of(INITIALIZED)
    chain = perfect_chain(find_loop(plan.nodes, "i"))
    assert [loop.name for loop in chain] == ["i", "j"]


def test_scalars_of_the_function_become_those_of_an_iteration():
    statements = plan_of(COLUMNS).scop.statements.values()
    owners = {a.private for s in statements for a in s.accesses if a.array == "t"}
    assert owners == {("j",)}
    _, steps = normal(COLUMNS)
    assert steps == "expand(t); fission(j, S1); interchange(i, j_2)"


REUSED = """
void f(int n, double A[n][n], double x[n])
{
    double w;
    for (int i = 0; i < n; i++) {
        for (int j = 0; j < i; j++) {
            w = A[i][j];
            for (int k = 0; k < j; k++)
                w -= A[i][k] * A[k][j];
            A[i][j] = w / (A[j][j] + 3);
        }
        for (int j = i; j < n; j++) {
            w = A[i][j];
            for (int k = 0; k < i; k++)
                w -= A[i][k] * A[k][j];
            A[i][j] = w;
        }
    }
}
"""


def test_one_scalar_in_several_loops_becomes_one_for_each():
    statements = plan_of(REUSED).scop.statements.values()
    owners = {a.array: a.private for s in statements for a in s.accesses if a.private}
    assert owners == {"w": ("i", "j"), "w#2": ("i", "j_2")}


def test_the_eager_order_has_the_shorter_strides(tmp_path):
    """A[k][j] is walked along j, though A[i][j] is divided after the loop over k."""
    plan, schedule = normal(REUSED)
    assert "interchange(k, j_" in schedule
    again = Schedule.parse(schedule)
    pair = Pair("reused", REUSED, rewrite(plan_of(REUSED), again), SIZES)
    outcome = compare([pair], tmp_path)
    assert (outcome.broken, outcome.different, outcome.warnings) == ({}, {}, {})


def test_two_variables_of_one_name_do_not_meet():
    plan = plan_of(REUSED)
    with pytest.raises(ScheduleError, match="several variables 'w' meet in one place"):
        rewrite(plan, Schedule.parse("fuse(j, j_2)"))


def test_scalars_that_are_used_behind_the_loop_stay_where_they_are():
    statements = plan_of(LIVE_OUT).scop.statements.values()
    assert {a.private for s in statements for a in s.accesses} == {()}


def test_scalars_with_a_value_from_the_iteration_before_stay_where_they_are():
    c = COLUMNS.replace("t = x[j];", "t += x[j];").replace("double t;", "double t = 0;")
    statements = plan_of(c).scop.statements.values()
    assert {a.private for s in statements for a in s.accesses if a.array == "t"} == {()}


HALF_SYMMETRIC = """
void f(int n, double C[restrict n][n], const double A[restrict n][n],
       const double B[restrict n][n])
{
    double t;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) {
            t = 0;
            for (int k = 0; k < i; k++) {
                C[k][j] += B[i][j] * A[i][k];
                t += B[k][j] * A[i][k];
            }
            C[i][j] = 0.5 * C[i][j] + B[i][j] * A[i][i] + t;
        }
}
"""


def test_products_with_half_a_symmetric_matrix_are_told_apart(tmp_path):
    own = prepare(parse_c(HALF_SYMMETRIC).functions["f"])
    normal, schedule = normalize(own)
    products = [perfect_chain(loop) for loop in nests_of(normal)]
    assert sorted(len(chain) for chain in products) == [2, 2, 3, 3]
    assert "reorder(S3, S1)" in str(schedule)
    pair = Pair("half", HALF_SYMMETRIC, rewrite(own, schedule), SIZES)
    assert compare([pair], tmp_path).different == {}
