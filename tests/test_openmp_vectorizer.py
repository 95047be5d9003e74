"""OpenMPVectorizer: directives of C and calls of runtimes as named features."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.pipeline import FeatureUnion, Pipeline

from tunembed._toolchain import find_clang
from tunembed.features import (
    OPENMP_FEATURES,
    LoopNestVectorizer,
    OpenMPVectorizer,
    ProgramParser,
    SampleError,
)
from tunembed.features._openmp_runtime import schedule_of
from tunembed.features._openmp_table import UNKNOWN_IN_IR
from tunembed.parsers import (
    CompilerNotFoundError,
    compile_to_ir,
    find_loop_nests,
    parse_c,
    parse_llvm_ir,
)

NAMES = [feature.name for feature in OPENMP_FEATURES]
LOG = {feature.name: feature.log for feature in OPENMP_FEATURES}

C = """\
int omp_get_thread_num(void);
void omp_set_num_threads(int n);
void omp_set_lock(void *lock);
int hits;
#pragma omp threadprivate(hits)

void scale(int n, double *x) {
    #pragma omp parallel for schedule(dynamic, 7)
    for (int i = 0; i < n; i++)
        x[i] *= 2;
}

double reduce(int n, double *x) {
    double s = 0, m = 0;
    int b = -1, ok = 1;
    for (int r = 0; r < 3; r++) {
        #pragma omp parallel for reduction(+: s) reduction(max: m) reduction(&: b) \\
            reduction(&&: ok) num_threads(4) if(n > 100)
        for (int i = 0; i < n; i++) {
            s += x[i];
            m = x[i] > m ? x[i] : m;
            b &= (int)x[i];
            ok = ok && x[i];
        }
    }
    return s + m + b + ok;
}

void many(int n, double *x, double *y) {
    omp_set_num_threads(8);
    #pragma omp parallel
    {
        #pragma omp for schedule(static, 16) nowait
        for (int i = 0; i < n; i++)
            x[i] = i;
        for (int t = 0; t < 10; t++) {
            #pragma omp for schedule(guided) ordered
            for (int i = 0; i < n; i++) {
                #pragma omp ordered
                y[i] = x[i];
            }
        }
        #pragma omp barrier
        #pragma omp single
        x[0] = omp_get_thread_num();
        #pragma omp critical
        x[1] += 1;
        #pragma omp atomic
        x[2] += 1;
        #pragma omp master
        x[3] = 1;
        #pragma omp for schedule(runtime)
        for (int i = 0; i < n; i++)
            x[i] = i;
        #pragma omp for schedule(auto)
        for (int i = 0; i < n; i++)
            x[i] = i;
        #pragma omp flush
    }
    for (int i = 0; i < n; i++)
        y[i] += 1;
}

void tasks(int n, double *x) {
    #pragma omp parallel
    #pragma omp single
    {
        for (int i = 0; i < n; i++) {
            #pragma omp task firstprivate(i) depend(out: x[i])
            x[i] = i;
        }
        #pragma omp taskwait
        #pragma omp taskloop grainsize(4)
        for (int i = 0; i < n; i++)
            x[i] = i;
    }
}
"""
# Of all four functions together.
EXPECTED = {
    "region_parallel": 4,
    "region_conditional": 1,
    "region_sized": 1,
    "region_threads": 4,
    "region_depth": 1 / 4,
    "region_share": 9 / 11,
    "loop_shared": 6,
    "loop_depth": 2 / 6,
    "loop_static": 2,
    "loop_dynamic": 1,
    "loop_guided": 1,
    "loop_auto": 1,
    "loop_runtime": 1,
    "loop_chunk": 16,
    "loop_ordered": 1,
    "loop_nowait": 1,
    "reduce_sum": 1,
    "reduce_extreme": 1,
    "reduce_bits": 1,
    "reduce_other": 1,
    "data_firstprivate": 1,
    "sync_barriers": 1 + 3 + 2,
    "sync_atomics": 1,
    "sync_critical": 1,
    "sync_single": 2,
    "sync_master": 1,
    "sync_ordered": 1,
    "sync_flush": 1,
    "task_tasks": 1,
    "task_loops": 1,
    "task_dependences": 1,
    "task_waits": 2,
    "call_queries": 1,
    "call_settings": 1,
}

IR = """
define void @scale(i32 %n, ptr %x) {
  call void (ptr, i32, ptr, ...) @__kmpc_fork_call(ptr null, i32 2, ptr @scale.body, \
ptr %x)
  ret void
}

define double @sum(i32 %n, ptr %x) {
entry:
  br label %again

again:
  %t = phi i32 [ 0, %entry ], [ %next, %again ]
  call void @__kmpc_push_num_threads(ptr null, i32 0, i32 4)
  call void (ptr, i32, ptr, ...) @__kmpc_fork_call(ptr null, i32 2, ptr @sum.body, \
ptr %x)
  %next = add i32 %t, 1
  %more = icmp slt i32 %next, 3
  br i1 %more, label %again, label %exit

exit:
  ret double 0.0
}

define internal void @scale.body(ptr %id, ptr %bound, ptr %x) {
entry:
  call void @__kmpc_dispatch_init_4(ptr null, i32 0, i32 1073741859, i32 0, i32 9, \
i32 1, i32 7)
  br label %next

next:
  %more = call i32 @__kmpc_dispatch_next_4(ptr null, i32 0, ptr null, ptr null, \
ptr null, ptr null)
  %again = icmp ne i32 %more, 0
  br i1 %again, label %next, label %exit

exit:
  ret void
}

define internal void @sum.body(ptr %id, ptr %bound, ptr %x) {
  call void @__kmpc_for_static_init_4(ptr null, i32 0, i32 34, ptr null, ptr null, \
ptr null, ptr null, i32 1, i32 1)
  %r = call i32 @__kmpc_reduce_nowait(ptr null, i32 0, i32 3, i64 24, ptr null, \
ptr @sum.combine, ptr null)
  %old = atomicrmw fadd ptr %x, double 1.0 monotonic
  %thread = call i32 @omp_get_thread_num()
  call void @__kmpc_barrier(ptr null, i32 0)
  ret void
}

define internal void @sum.combine(ptr %a, ptr %b) {
  %x = load double, ptr %a
  %y = load double, ptr %b
  %sum = fadd double %x, %y
  %larger = fcmp fast ogt double %x, %y
  %m = select i1 %larger, double %x, double %y
  store double %sum, ptr %a
  ret void
}

declare void @__kmpc_fork_call(ptr, i32, ptr, ...)
declare void @__kmpc_push_num_threads(ptr, i32, i32)
declare void @__kmpc_dispatch_init_4(ptr, i32, i32, i32, i32, i32, i32)
declare i32 @__kmpc_dispatch_next_4(ptr, i32, ptr, ptr, ptr, ptr)
declare void @__kmpc_for_static_init_4(ptr, i32, i32, ptr, ptr, ptr, ptr, i32, i32)
declare i32 @__kmpc_reduce_nowait(ptr, i32, i32, i64, ptr, ptr, ptr)
declare void @__kmpc_barrier(ptr, i32)
declare i32 @omp_get_thread_num()
"""
EXPECTED_IR = {
    "region_parallel": 2,
    "region_sized": 1,
    "region_threads": 4,
    "region_depth": 1 / 2,
    "region_share": 1 / 2,
    "loop_shared": 2,
    "loop_depth": 1 / 2,
    "loop_static": 1,
    "loop_dynamic": 1,
    "loop_chunk": 7,
    "reduce_sum": 1,
    "reduce_extreme": 1,
    "reduce_other": 1,
    "sync_barriers": 1,
    "sync_atomics": 1,
    "call_queries": 1,
}
GNU = """
define void @f(ptr %x) {
  call void @GOMP_parallel(ptr @f._omp_fn.0, ptr %x, i32 0, i32 0)
  call void @GOMP_parallel_loop_nonmonotonic_dynamic(ptr @f._omp_fn.0, ptr %x, i32 0, \
i64 0, i64 9, i64 1, i64 1, i32 0)
  ret void
}
define internal void @f._omp_fn.0(ptr %x) {
  %a = call i1 @GOMP_loop_ordered_static_start(i64 0, i64 9, i64 1, i64 0, ptr %x, \
ptr %x)
  %b = call i1 @GOMP_loop_ordered_static_next(ptr %x, ptr %x)
  call void @GOMP_loop_end()
  call void @GOMP_critical_start()
  call void @GOMP_critical_end()
  call void @GOMP_barrier()
  ret void
}
declare void @GOMP_parallel(ptr, ptr, i32, i32)
declare void @GOMP_parallel_loop_nonmonotonic_dynamic(ptr, ptr, i32, i64, i64, i64, \
i64, i32)
declare i1 @GOMP_loop_ordered_static_start(i64, i64, i64, i64, ptr, ptr)
declare i1 @GOMP_loop_ordered_static_next(ptr, ptr)
declare void @GOMP_loop_end()
declare void @GOMP_critical_start()
declare void @GOMP_critical_end()
declare void @GOMP_barrier()
"""


def measured(sample):
    """Return the features of one program by name, without the logarithms."""
    row = dict(zip(NAMES, OpenMPVectorizer().transform([sample])[0], strict=True))
    return {name: 2**value - 1 if LOG[name] else value for name, value in row.items()}


def check(sample, expected, unknown=()):
    """Check all features; those that are not mentioned are zero."""
    known = dict.fromkeys(set(NAMES) - set(unknown), 0) | expected
    found = measured(sample)
    assert {name for name, value in found.items() if np.isnan(value)} == set(unknown)
    assert {name: found[name] for name in known} == pytest.approx(known)


def loop(directive, body="x[i] = i;"):
    return parse_c(
        f"void f(int n, double *x) {{\n#pragma omp {directive}\n"
        f"for (int i = 0; i < n; i++) {body}\n}}"
    )


def test_c():
    check(parse_c(C), EXPECTED)


def test_no_openmp():
    check(parse_c("void f(int n, int *x) { for (int i = 0; i < n; i++) x[i]++; }"), {})
    text = "define void @f() { ret void }"
    check(parse_llvm_ir(text), {}, UNKNOWN_IN_IR)


def test_a_function_of_c():
    unit = parse_c(C)
    check(
        unit.function("tasks"),
        {
            "region_parallel": 1,
            "region_share": 1,
            "data_firstprivate": 1,
            "sync_single": 1,
            "sync_barriers": 1,
            "task_tasks": 1,
            "task_loops": 1,
            "task_dependences": 1,
            "task_waits": 2,
        },
    )


def test_a_nest_has_the_directives_around_it():
    nests = find_loop_nests(parse_c(C).function("many"))
    check(
        nests[1],
        {
            "region_parallel": 1,
            "region_share": 1,
            "loop_shared": 1,
            "loop_guided": 1,
            "loop_depth": 1,
            "loop_chunk": 1,
            "loop_ordered": 1,
            "sync_ordered": 1,
            "sync_barriers": 1,
        },
    )
    check(nests[4], {})
    (nest,) = find_loop_nests(parse_c(C).function("scale"))
    check(
        nest,
        {
            "region_parallel": 1,
            "region_share": 1,
            "loop_shared": 1,
            "loop_dynamic": 1,
            "loop_chunk": 7,
        },
    )


CLAUSES = [
    ("parallel for collapse(2)", {"loop_collapse": 2}),
    ("parallel for schedule(static, n)", {"loop_static": 1}),
    ("parallel for schedule(nonmonotonic: dynamic)", {"loop_chunk": 1}),
    ("parallel for private(a, b) shared(x) firstprivate(n)", {"data_private": 2}),
    ("parallel for shared(x, n)", {"data_shared": 2}),
    ("parallel for lastprivate(conditional: a, b)", {"data_lastprivate": 2}),
    ("parallel for copyin(a)", {"data_copied": 1}),
    ("parallel for reduction(*: a, b) reduction(-: c)", {"reduce_product": 2}),
    ("parallel for reduction(-: c)", {"reduce_sum": 1}),
    ("parallel for reduction(mine: c)", {"reduce_other": 1}),
    ("parallel for proc_bind(close)", {"region_bound": 1}),
    ("parallel for num_threads(n)", {"region_sized": 1, "region_threads": 0}),
    ("parallel for simd simdlen(8) safelen(16)", {"loop_simd": 1, "loop_simdlen": 8}),
    ("simd linear(a, b: 1) safelen(16)", {"loop_safelen": 16, "data_linear": 2}),
    ("simd", {"loop_simd": 1, "loop_shared": 0, "region_share": 0}),
    ("for", {"loop_shared": 1, "region_share": 0, "sync_barriers": 1}),
    ("for nowait", {"loop_nowait": 1, "sync_barriers": 0}),
    ("taskloop nogroup", {"task_loops": 1, "task_waits": 0, "loop_shared": 0}),
    ("parallel master taskloop", {"sync_master": 1, "task_waits": 1}),
    (
        "target teams distribute parallel for map(tofrom: x[0:n], a) map(b)",
        {"target_regions": 1, "target_teams": 1, "target_maps": 3, "loop_shared": 1},
    ),
    ("teams loop", {"loop_shared": 1, "target_teams": 1, "target_regions": 0}),
]


@pytest.mark.parametrize(("directive", "expected"), CLAUSES)
def test_clauses(directive, expected):
    found = measured(loop(directive))
    assert {name: found[name] for name in expected} == pytest.approx(expected)


def test_directives_without_a_statement():
    text = """
void f(int n, double *x) {
    #pragma omp target enter data map(to: x[0:n])
    #pragma omp parallel sections
    {
        #pragma omp section
        x[0] = 1;
        #pragma omp section
        x[1] = 1;
    }
    #pragma omp target update from(x[0:n])
    for (int i = 0; i < n; i++) x[i] = 0;
    #pragma omp parallel
    #pragma GCC ivdep
    for (int i = 0; i < n; i++) x[i] = 0;
    while (n-- > 0) {
        #pragma omp taskwait
        x[n] = 1;
    }
}
#pragma omp declare simd simdlen(4)
double g(double x);
"""
    check(
        parse_c(text),
        {
            "region_parallel": 2,
            "region_share": 1 / 3,
            "loop_simdlen": 4,
            "sync_sections": 1,
            "task_waits": 1,
            "target_data": 2,
            "target_maps": 1,
        },
    )


def test_clauses_that_nobody_understands():
    text = "for schedule(weird) collapse(N) private(a,,b) reduction(s)"
    found = measured(loop(text))
    assert found["loop_shared"] == found["loop_static"] == 1
    assert found["loop_collapse"] == found["data_private"] == found["reduce_sum"] == 0


def test_ir():
    check(parse_llvm_ir(IR), EXPECTED_IR, UNKNOWN_IN_IR)


def test_a_function_of_ir():
    """What is handed to the runtime elsewhere in the module counts as inside."""
    module = parse_llvm_ir(IR)
    check(
        module.functions["scale.body"],
        {
            "region_share": 1,
            "loop_shared": 1,
            "loop_dynamic": 1,
            "loop_chunk": 7,
        },
        UNKNOWN_IN_IR,
    )
    found = measured(module.functions["sum.body"])
    assert found["loop_depth"] == 1
    assert measured(module.functions["scale"])["region_parallel"] == 1


def test_the_runtime_of_gnu():
    check(
        parse_llvm_ir(GNU),
        {
            "region_parallel": 2,
            "loop_shared": 2,
            "loop_static": 1,
            "loop_dynamic": 1,
            "loop_ordered": 1,
            "sync_barriers": 2,
            "sync_critical": 1,
        },
        UNKNOWN_IN_IR,
    )


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (33, ("static", True, False)),
        (34, ("static", False, False)),
        (35 | 1 << 30, ("dynamic", True, False)),
        (36, ("guided", True, False)),
        (37, ("runtime", False, False)),
        (38 | 1 << 29, ("auto", False, False)),
        (65, ("static", True, True)),
        (67, ("dynamic", True, True)),
        (70, ("auto", False, True)),
        (92, ("static", False, False)),
        (163, ("dynamic", True, False)),
    ],
)
def test_numbers_of_schedules(number, expected):
    assert schedule_of("__kmpc_dispatch_init_4", number) == expected


@pytest.mark.parametrize("level", ["O0", "O1"])
def test_what_clang_makes_of_c(level):
    """Directives and the calls that they are compiled to say the same."""
    try:
        find_clang()
    except CompilerNotFoundError:
        pytest.skip("there is no clang")
    expected = {name: EXPECTED.get(name, 0) for name in NAMES}
    # Atomic operations finish reductions; asking for the next chunk is a loop as well.
    del expected["sync_atomics"], expected["region_share"]
    found = measured(compile_to_ir(C, opt_level=level))
    compared = set(expected) - UNKNOWN_IN_IR
    assert {name: found[name] for name in compared} == pytest.approx(
        {name: expected[name] for name in compared}
    )
    assert found["sync_atomics"] > 1
    assert found["region_share"] > 0.5


def test_the_table():
    assert len(set(NAMES)) == len(NAMES)
    for name in NAMES:
        assert f"``{name}``" in OpenMPVectorizer.__doc__
    for feature in OPENMP_FEATURES:
        assert all((feature.formula, feature.unit, feature.source))
    assert OpenMPVectorizer().get_feature_names_out().tolist() == NAMES
    assert "data_private" in UNKNOWN_IN_IR and "loop_shared" not in UNKNOWN_IN_IR


def test_logarithms():
    table = OpenMPVectorizer().set_output(transform="pandas").transform([parse_c(C)])
    assert isinstance(table, pd.DataFrame)
    assert table.loc[0, "region_threads"] == np.log2(1 + 4)
    assert table.loc[0, "loop_depth"] == pytest.approx(2 / 6)


def test_missing_samples():
    unit = parse_c(C)
    with pytest.raises(SampleError, match=r"X\[1\]: nothing was parsed"):
        OpenMPVectorizer().transform([unit, None])
    found = OpenMPVectorizer(errors="nan").transform([None, unit])
    assert np.isnan(found[0]).all()
    assert np.isfinite(found[1]).all()
    assert OpenMPVectorizer().transform([]).shape == (0, len(NAMES))


def test_wrong_input():
    with pytest.raises(TypeError, match=r"X\[0\] must be TranslationUnit, .*got str"):
        OpenMPVectorizer().transform([C])
    with pytest.raises(TypeError, match="must be a sequence"):
        OpenMPVectorizer().transform(C)
    with pytest.raises(ValueError, match="'errors' parameter"):
        OpenMPVectorizer(errors="warn").fit([])


def test_in_a_pipeline():
    union = FeatureUnion(
        [("openmp", OpenMPVectorizer()), ("nests", LoopNestVectorizer())]
    )
    pipeline = Pipeline([("parse", ProgramParser()), ("union", union)])
    pipeline.set_output(transform="pandas")
    table = pipeline.fit_transform([C])
    assert table.loc[0, "openmp__region_sized"] == 1
    for same in (clone(pipeline), pickle.loads(pickle.dumps(pipeline))):
        pd.testing.assert_frame_equal(same.fit_transform([C]), table)
