"""ProgramParser and LoopNestVectorizer: values counted by hand, odd input, golden rows.

The golden rows are made anew, after a change that is meant to change them, by
``python tests/test_features.py``; say in the commit why they changed.
"""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import dataclasses
import itertools
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.pipeline import make_pipeline
from sklearn.utils.validation import check_is_fitted

from tunembed.features import (
    FEATURES,
    LoopNestVectorizer,
    ProgramParser,
    SampleError,
    SampleWarning,
    describe,
    explain_row,
)
from tunembed.parsers import (
    CSyntaxError,
    TranslationUnit,
    find_loop_nests,
    parse_c,
)
from tunembed.tuning import kernels_in

GOLDEN = Path(__file__).parent / "data" / "golden_loop_nests.npz"
KERNELS = Path(__file__).parents[1] / "examples" / "kernels"

MATMUL = """
void f(int n, int m, int p, double A[n][p], double B[p][m], double C[n][m]) {
    for (int i = 0; i < n; i++)
        for (int j = 0; j < m; j++)
            for (int k = 0; k < p; k++)
                C[i][j] += A[i][k] * B[k][j];
}"""
JACOBI = """
void f(int n, int m, const float a[n][m], float b[n][m]) {
    for (int i = 1; i < n - 1; i++)
        for (int j = 1; j < m - 1; j++)
            b[i][j] = 0.2f * (a[i][j] + a[i][j-1] + a[i][j+1] + a[i-1][j] + a[i+1][j]);
}"""
TRIANGLE = """
void f(int n, double L[n][n], double x[n], double b[n]) {
    for (int i = 0; i < n; i++)
        for (int j = 0; j < i; j++)
            b[i] -= L[i][j] * x[j];
}"""
SPARSE = """
void f(int n, int m, int nnz, const int rowptr[n + 1], const int col[nnz],
       const double val[nnz], const double x[m], double y[n]) {
    for (int i = 0; i < n; i++) {
        double sum = 0.0;
        for (int k = rowptr[i]; k < rowptr[i + 1]; k++)
            sum += val[k] * x[col[k]];
        y[i] = sum;
    }
}"""
SCAN = """
#include <math.h>
void f(int n, const double *a, double *out) {
    double sum = 0;
    for (int i = 0; i < n; i++) {
        sum += exp(a[2 * i]);
        out[i] = sqrt(sum) / 3.0;
    }
}"""
SEIDEL = """
void f(int t, int n, double A[n]) {
    for (int s = 0; s < t; s++)
        for (int i = n - 2; i > 0; i--)
            A[i] = (A[i - 1] + A[i] + A[i + 1]) / 3.0;
}"""
GOLDEN_SIZES = {"n": 300, "m": 200, "p": 400, "nnz": 3000, "t": 20}
SOURCES = {
    "matmul": MATMUL,
    "jacobi": JACOBI,
    "triangle": TRIANGLE,
    "sparse": SPARSE,
    "scan": SCAN,
    "seidel": SEIDEL,
}
LOGARITHMIC = {feature.name: feature.log for feature in FEATURES}


def nest_of(text):
    (nest,) = find_loop_nests(parse_c(text).function("f"))
    return nest


def features(source, **sizes):
    """Return the features of a nest, the logarithms undone."""
    nest = nest_of(source) if isinstance(source, str) else source
    names = LoopNestVectorizer().get_feature_names_out()
    (row,) = LoopNestVectorizer(sizes).transform([nest])
    assert np.isfinite(row).all()
    return {
        name: np.sign(value) * (2 ** abs(value) - 1) if LOGARITHMIC[name] else value
        for name, value in zip(names, row, strict=True)
    }


def check(values, **expected):
    found = {name: values[name] for name in expected}
    assert found == pytest.approx(expected)


# ---------------------------------------------------------------- hand-counted values


def test_matmul():
    values = features(MATMUL, n=50, m=60, p=70)
    check(
        values,
        shape_depth=3,
        shape_perfect_depth=3,
        shape_loops=3,
        shape_trip_outer0=50,
        shape_trip_outer1=60,
        shape_trip_outer2=70,
        shape_trip_outer3=0,
        shape_trip_inner0=70,
        shape_iterations=50 * 60 * 70,
        shape_dependent_bounds=0,
        shape_statements=1,
        shape_outside_statements=0,
    )
    check(
        values,
        access_reads=3,
        access_writes=1,
        access_read_arrays=2,
        access_written_arrays=1,
        stride_read_zero=1,
        stride_read_unit=1,
        stride_read_large=1,
        stride_write_zero=1,
        best_poor=0,
        best_gain=1,
        best_distance=1,
        reuse_inner=2,
        reuse_outer=1,
        reuse_best=2,
        reuse_none=0,
        reuse_transposed=1,
    )
    check(
        values,
        reduction_sum=1,
        reduction_loops=1,
        reduction_inner=1,
        reduction_outer=0,
        reduction_scalar=0,
        parallel_outer=1,
        parallel_inner=0,
        parallel_loops=2,
        ops_add=1,
        ops_multiply=1,
        ops_flops_total=2 * 50 * 60 * 70,
    )
    total = 8 * (50 * 70 + 70 * 60 + 50 * 60)
    check(
        values,
        memory_total=total,
        memory_written=8 * 50 * 60,
        memory_outer_iteration=8 * (70 + 70 * 60 + 60),
        memory_inner_loop=8 * (70 + 70 + 1),
        memory_element=8,
        memory_bytes=16,
        memory_line_bytes=8 + 64,
        intensity_footprint=2 * 50 * 60 * 70 / total,
        intensity_streaming=2 / 16,
    )


def test_stencil():
    values = features(JACOBI, n=102, m=202)
    check(
        values,
        shape_iterations=100 * 200,
        stencil_points=5,
        stencil_reach=2,
        stencil_dimensions=2,
        stencil_arrays=1,
        self_before=0,
        self_other=0,
        type_float=1,
        type_double=0,
        ops_add=4,
        ops_multiply=1,
        parallel_loops=2,
        memory_written=4 * 100 * 200,
        memory_total=4 * (102 * 202 + 100 * 200),
    )


def test_triangle():
    values = features(TRIANGLE, n=101)
    check(
        values,
        shape_trip_outer0=101,
        shape_trip_inner0=50,
        shape_dependent_bounds=1,
        reduction_loops=1,
        memory_total=8 * (101 * 50 + 100 + 101),
    )


def test_sparse_rows():
    values = features(SPARSE, n=100, m=500, nnz=3000)
    check(
        values,
        shape_trip_inner0=30,
        shape_iterations=3000,
        shape_data_bounds=1,
        access_indirect_reads=1,
        stride_read_unit=2,  # val, col
        stride_read_irregular=1,
        parallel_outer=1,
        reduction_scan=0,
        memory_total=3000 * (8 + 4) + 500 * 8 + 100 * 8,
        memory_outer_iteration=30 * (8 + 4) + 30 * 8 + 8,
    )


def test_mean_extent_is_assumed_where_sizes_do_not_tell():
    nest = nest_of(SPARSE)
    for extent in (16, 40):
        vectorizer = LoopNestVectorizer({"n": 100}, default_extent=extent)
        table = vectorizer.set_output(transform="pandas").transform([nest])
        assert table["shape_trip_inner0"][0] == pytest.approx(np.log2(1 + extent))


def test_scan_calls_and_strides():
    values = features(SCAN, n=1000)
    check(
        values,
        stride_read_small=1,
        stride_write_unit=1,
        reduction_scan=1,
        reduction_scalar=1,
        ops_transcendental=1,
        ops_sqrt=1,
        ops_divide=1,
        parallel_shared_scalars=1,
    )


def test_dependences_of_a_backward_loop():
    values = features(SEIDEL, t=10, n=1002)
    check(
        values,
        shape_backward_loops=1,
        shape_trip_inner0=1000,
        self_before=1,  # A[i + 1] was written by the iteration before
        self_after=1,
        self_inner_carries=1,
        self_outer_carries=0,
        reuse_outer=4,
        parallel_outer=0,
    )


def test_fields_of_records_are_no_stencil():
    values = features("""
        struct particle { double x, y, z, mass; };
        void f(int n, struct particle *p, double *q) {
            for (int i = 0; i < n; i++) {
                p[i].x += p[i].y;
                q[3 * i] = q[3 * i + 1] + q[3 * i + 2];
            }
        }""")
    check(
        values,
        stencil_points=1,
        self_before=0,
        self_after=0,
        self_other=0,
        stride_read_small=4,
        stride_write_small=2,
        parallel_outer=1,
    )


def test_indirect_writes_are_not_parallel():
    values = features("""
        void f(int n, int *count, const int *bin) {
            for (int i = 0; i < n; i++)
                count[bin[i]]++;
        }""")
    check(
        values,
        access_indirect_writes=1,
        stride_write_irregular=1,
        parallel_outer=0,
        reduction_loops=1,
        reduction_sum=1,
        ops_integer=1,
        ops_flops=0,
        type_integer=1,
    )


def test_subscripts_behind_a_scalar_are_followed():
    values = features("""
        void f(int n, int m, const int *col, double X[n][m], double Y[n][m]) {
            for (int i = 0; i < n; i++) {
                int c = col[i];
                for (int j = 0; j < m; j++)
                    Y[i][j] += X[c][j];
            }
        }""")
    check(values, stride_read_unit=2 + 1 / 1000, stride_read_irregular=0)


def test_strides_of_products_are_evaluated():
    values = features(
        """
        void f(int n, int ld, double *a, double *b) {
            for (int i = 0; i < n; i++)
                for (int j = 0; j < n; j++)
                    a[(i + j) * ld + j] = b[(i * n + j) * n + i / 2];
        }""",
        n=100,
        ld=200,
    )
    check(values, stride_write_large=1, stride_read_large=1, stride_read_irregular=0)


def test_conditions_guards_and_unknown_calls():
    values = features("""
        double g(double);
        void f(int n, double a[n][n]) {
            for (int i = 0; i < n; i++)
                for (int j = 0; j < n; j++) {
                    if (i != j)
                        a[i][j] = 0;
                    if (a[i][j] > 1)
                        a[i][j] = g(a[i][j]);
                }
        }""")
    check(values, control_conditions=1, control_opaque=1, control_unknown_calls=1)
    assert values["control_guards"] >= 1


def test_guards_count_by_the_share_of_values():
    values = features(
        """
        void f(int n, double a[n][n], double b[n]) {
            for (int i = 0; i < n; i++)
                for (int j = 0; j < n; j++) {
                    a[i][j] = 1;
                    if (i == j)
                        b[i] = 1;
                }
        }""",
        n=100,
    )
    assert 1.005 < values["access_writes"] < 1.02


def test_complex_flops_and_directives():
    values = features("""
        #include <complex.h>
        void f(int n, double complex *x, const double complex *y) {
            #pragma omp parallel for simd
            for (int i = 0; i < n; i++)
                x[i] = x[i] * y[i] + 1.0;
        }""")
    check(values, type_complex=1, ops_flops=8, omp_parallel=1, omp_simd=1)
    check(values, memory_element=16)


def test_tiles_move_what_their_points_move():
    values = features(
        """
        #define MIN(a, b) ((a) < (b) ? (a) : (b))
        void f(int n, int m, double a[n], double b[m]) {
            for (int it = 0; it < n; it += 32)
                for (int j = 0; j < m; j++)
                    for (int i = it; i < MIN(it + 32, n); i++)
                        a[i] += b[j];
        }""",
        n=3200,
        m=10,
    )
    check(
        values,
        shape_trip_outer0=100,
        shape_trip_inner0=32,
        shape_strided_loops=1,
        reuse_outer=1,
        parallel_outer=1,
        memory_total=8 * 3210,
        memory_outer_iteration=8 * 42,
    )


# ------------------------------------------------------------- order of loops, sizes


def interchanged(nest):
    """Return the nest with its two outermost loops exchanged, bounds as they were."""
    outer = nest.root
    (inner,) = outer.body
    changed = dataclasses.replace(outer, body=inner.body)
    root = dataclasses.replace(inner, body=(changed,))
    return dataclasses.replace(nest, root=root)


def test_bounds_may_mention_loops_inside():
    nest = nest_of(TRIANGLE)
    before, after = features(nest, n=101), features(interchanged(nest), n=101)
    same = ("shape_iterations", "shape_dependent_bounds", "memory_total", "ops_flops")
    check(after, **{name: before[name] for name in same})
    check(after, shape_trip_outer0=50, shape_trip_inner0=101, stride_read_large=1)


def test_interchanged_rows_of_data_dependent_length():
    nest = nest_of("""
        void f(int n, int m, const int rowptr[n + 1], double val[m]) {
            for (int i = 0; i < n; i++)
                for (int k = rowptr[i]; k < rowptr[i + 1]; k++)
                    val[k] = 0;
        }""")
    values = features(interchanged(nest), n=100, m=700)
    check(values, shape_trip_outer0=7, shape_trip_inner0=100, shape_data_bounds=1)


def test_part_of_a_nest_knows_the_loops_around():
    unit = parse_c("""
        void f(int n, double A[n][n]) {
            for (int k = 0; k < n; k++)
                for (int i = k + 1; i < n; i++)
                    A[i][k] /= A[k][k];
        }""")
    (nest,) = find_loop_nests(unit.function("f"))
    (part,) = nest.root.body
    values = features(dataclasses.replace(nest, root=part), n=101)
    check(values, shape_depth=1, shape_trip_outer0=50)


def test_sizes_and_what_is_computed_from_them():
    text = """
        #define HALF 8
        enum { COUNT = 3 };
        double table[4 * HALF];
        struct grid { int n; double *u; };
        void f(int n, struct grid *g) {
            int m = n / 2;
            for (int i = 0; i < m; i++)
                for (int j = 0; j < g->n; j++)
                    for (int k = 0; k < COUNT; k++)
                        g->u[j] += table[i % HALF];
        }"""
    values = features(text, **{"n": 40, "g->n": 11, "other": 7})
    check(values, shape_trip_outer0=20, shape_trip_outer1=11, shape_trip_outer2=3)


def test_default_size():
    nest = nest_of(MATMUL)
    vectorizer = LoopNestVectorizer({"n": 7}, default_size=31)
    table = vectorizer.set_output(transform="pandas").transform([nest])
    names = [f"shape_trip_outer{number}" for number in range(3)]
    assert table.loc[0, names].tolist() == [3.0, 5.0, 5.0]


@pytest.mark.parametrize("name", ["matmul", "jacobi", "seidel"])
def test_footprint_against_enumeration(name):
    nest = nest_of(SOURCES[name])
    sizes = {"n": 9, "m": 7, "p": 5, "t": 3}
    touched, iterations = enumerate_elements(nest, sizes)
    corners = 4 * 4 if name == "jacobi" else 0  # in the box, but never touched
    values = features(nest, **sizes)
    check(values, memory_total=sum(touched.values()) + corners)
    check(values, shape_iterations=iterations)


def enumerate_elements(nest, sizes):
    """Run a perfect nest; return the bytes of each array touched, and iterations."""
    touched, iterations = {}, 0
    ranges = [
        range(loop.lower[0].evaluate(sizes), loop.upper[0].evaluate(sizes), loop.step)
        for loop in nest.loops
    ]
    width = {
        p.name: {"float": 4, "double": 8}.get(p.dtype) for p in nest.function.parameters
    }
    for point in itertools.product(*ranges):
        iterations += 1
        values = sizes | dict(
            zip([loop.iterator for loop in nest.loops], point, strict=True)
        )
        for access in nest.statements[0].accesses:
            element = tuple(e.evaluate(values) for e in access.subscripts)
            touched.setdefault(access.array, set()).add(element)
    return {
        name: len(found) * width[name] for name, found in touched.items()
    }, iterations


# --------------------------------------------------------------------- odd nests


ODD = {
    "endless": "for (;;) { if (x[0] > 3) break; x[0] += 1; }",
    "empty": "for (int i = 0; i < n; i++) ;",
    "while": "for (int i = 0; i < n; i++) { while (n2 > 1) n2 /= 2; x[n2] = i; }",
    "chasing": "for (int i = 0; i < n; i++) { l->v += l->next->v; l = l->next; }",
    "goto": "for (int i = 0; i < n; i++) { if (x[i] < 0) goto out; x[i] = 0; } out: ;",
    "moving pointer": "for (int i = 0; i < n; i++) *x++ = i;",
    "float iterator": "for (double t = 0; t < 1; t += 0.1) x[(int)t] = t;",
    "iterator changed": "for (int i = 0; i < n; i++) { if (x[i] > 0) i++; x[i] = 1; }",
    "doubling": "for (int i = 1; i < n; i *= 2) x[i] = x[i / 2];",
    "empty range": "for (int i = 5; i < 2; i++) x[i] = 0;",
    "no arrays": "for (int i = 0; i < n; i++) n2 += i;",
    "pointers": """for (int i = 0; i < n; i++)
        for (int j = 0; j < i * i; j++) pp[i][j] = pp[j][idx[i]];""",
    "calls": "for (int i = 0; i < n; i++) x[i] = pow(fabs(x[i]), 2) + fma(2, x[i], 1);",
    "iterators used later": """int i; for (i = 0; i < n; i++) { int j;
        for (j = i; j < n; j++) if (x[j] > 0) break; x[i] = j; }""",
    "switch": """for (int i = 0; i < n; i++) switch (i % 3) {
        case 0: x[i] = 1; break;
        default: for (int j = 0; j < 3; j++) x[j] = 0; }""",
    "bounded by itself": """for (int i = 0; i < n; i++)
        for (int j = i; j < i + idx[j]; j++) x[j] = 1;""",
}


@pytest.mark.parametrize("name", ODD)
def test_odd_nests_are_described(name):
    text = (
        "#include <math.h>\nstruct list { double v; struct list *next; };\n"
        "void f(int n, double *x, double **pp, const int *idx, struct list *l)\n"
        f"{{ int n2 = 0; {ODD[name]} x[0] = n2; }}"
    )
    function = parse_c(text).function("f")
    assert find_loop_nests(function)
    for sizes in ({}, {"n": 0}, {"n": 1}, {"n": 10**9}):
        rows = LoopNestVectorizer(sizes).transform(find_loop_nests(function))
        assert np.isfinite(rows).all()
    for nest in find_loop_nests(function):
        assert all(describe(nest).values())


@pytest.mark.parametrize("path", kernels_in(KERNELS)[::15], ids=lambda path: path.stem)
def test_own_kernels_are_described(path):
    row = LoopNestVectorizer().transform([parse_c(path)])
    assert np.isfinite(row).all()


# ------------------------------------------------------------------- the transformer


def test_names_and_documentation():
    names = [feature.name for feature in FEATURES]
    assert len(set(names)) == len(names)
    assert LoopNestVectorizer().get_feature_names_out().tolist() == names
    for feature in FEATURES:
        assert feature.formula and feature.unit and feature.source
        assert f"``{feature.name}``" in LoopNestVectorizer.__doc__


def test_features_follow_the_declared_scale():
    values = dict(zip([f.name for f in FEATURES], FEATURES, strict=True))
    for name, feature in values.items():
        if feature.unit == "flag":
            assert not feature.log, name
        if "byte" in feature.unit or "flop" in feature.unit:
            assert feature.log, name


def test_function_and_unit_mean_the_nest_with_most_work():
    text = """
        void small(int n, double *x) { for (int i = 0; i < n; i++) x[i] = 0; }
        void large(int n, double *x) {
            for (int i = 0; i < n; i++) x[i] = 1;
            for (int i = 0; i < n; i++)
                for (int j = 0; j < n; j++) x[i] += x[j];
        }"""
    unit = parse_c(text)
    nest = find_loop_nests(unit.function("large"))[1]
    rows = LoopNestVectorizer().transform([nest, unit.function("large"), unit])
    assert (rows == rows[0]).all()


def test_missing_samples():
    unit = parse_c("int twice(int n) { return 2 * n; }", filename="k.c")
    X = [None, unit, unit.function("twice"), nest_of(MATMUL)]
    with pytest.raises(SampleError, match=r"X\[0\]: nothing was parsed") as caught:
        LoopNestVectorizer().transform(X)
    assert caught.value.index == 0
    with pytest.raises(SampleError, match=r"X\[1\]: k.c:1:5: function twice has no"):
        LoopNestVectorizer().transform([X[3], X[2]])
    with pytest.warns(SampleWarning) as caught:
        rows = LoopNestVectorizer(errors="nan").transform(X)
    assert [str(item.message)[:15] for item in caught] == [
        "X[1] is skipped",
        "X[2] is skipped",
    ]
    assert np.isnan(rows[:3]).all() and np.isfinite(rows[3]).all()


def test_wrong_types():
    with pytest.raises(TypeError, match=r"X\[0\] must be a LoopNest.* got str"):
        LoopNestVectorizer().transform(["int x;"])
    with pytest.raises(TypeError, match="X must be a sequence of loop nests, got Loop"):
        LoopNestVectorizer().transform(nest_of(MATMUL))
    with pytest.raises(
        TypeError, match="sizes must map names to integers, got 'n': 'a'"
    ):
        LoopNestVectorizer({"n": "a"}).transform([])
    with pytest.raises(ValueError, match="default_size"):
        LoopNestVectorizer(default_size=0).fit()
    with pytest.raises(ValueError, match="errors"):
        LoopNestVectorizer(errors="ignore").transform([])


def test_stateless_and_cloneable():
    vectorizer = LoopNestVectorizer({"n": 3}, default_extent=4)
    assert clone(vectorizer).get_params() == vectorizer.get_params()
    check_is_fitted(vectorizer)
    check_is_fitted(ProgramParser())
    assert vectorizer.transform([]).shape == (0, len(FEATURES))


def test_pipeline_to_pandas():
    pipeline = make_pipeline(ProgramParser(), LoopNestVectorizer())
    pipeline.set_output(transform="pandas")
    table = pipeline.fit_transform([MATMUL, JACOBI])
    assert isinstance(table, pd.DataFrame)
    assert table.columns.tolist() == [feature.name for feature in FEATURES]
    assert table["shape_depth"].tolist() == [3.0, 2.0]
    assert pipeline.get_feature_names_out().tolist() == table.columns.tolist()


# ------------------------------------------------------------------- ProgramParser


def test_parse_all_kinds_of_sources(tmp_path):
    path = tmp_path / "k.c"
    path.write_text('#include "own.h"\nvoid f(int n) { (void)(n + SIZE); }')
    (tmp_path / "include").mkdir()
    (tmp_path / "include" / "own.h").write_text("#define SIZE EXTENT\n")
    parser = ProgramParser(include_dirs=[tmp_path / "include"], defines=["EXTENT=3"])
    nest = nest_of(JACOBI)
    found = parser.fit_transform([MATMUL, JACOBI.encode(), path, nest, None])
    assert found.dtype == object and found.shape == (5,)
    assert [type(unit) for unit in found[:3]] == [TranslationUnit] * 3
    assert found[2].path == str(path)
    assert found[3] is nest and found[4] is None


def test_a_bad_sample_is_named(tmp_path):
    X = [MATMUL, "int x;\nvoid f( {}", tmp_path / "missing.c"]
    with pytest.raises(SampleError, match=r"X\[1\]: <string>:2:") as caught:
        ProgramParser().transform(X)
    assert caught.value.index == 1
    assert isinstance(caught.value.__cause__, CSyntaxError)
    assert caught.value.__cause__.location.line == 2
    with pytest.raises(SampleError, match=r"X\[0\].*missing.c"):
        ProgramParser().transform(X[2:])


@pytest.mark.parametrize("n_jobs", [None, 2])
def test_a_bad_sample_does_not_end_the_batch(n_jobs):
    deep = "int f(void) { return " + "(" * 300 + "1" + ")" * 300 + "; }"
    deep = deep.replace("(1", "(1+1") + "int g(int a) { return a" + "+a" * 400 + "; }"
    X = ["", MATMUL, "void f( {}", deep, JACOBI]
    with pytest.warns(SampleWarning) as caught:
        found = ProgramParser(errors="nan", n_jobs=n_jobs).transform(X)
    messages = [str(item.message) for item in caught]
    assert [message.split(" is ")[0] for message in messages] == ["X[0]", "X[2]"]
    assert [unit is None for unit in found] == [True, False, True, False, False]
    nests = [find_loop_nests(found[i].function("f")) for i in (1, 4)]
    expected = LoopNestVectorizer().transform([nest_of(MATMUL), nest_of(JACOBI)])
    rows = LoopNestVectorizer().transform([nest for (nest,) in nests])
    assert (rows == expected).all()


def test_parser_refuses_a_single_text_and_other_types():
    with pytest.raises(TypeError, match="Wrap a single one in a list"):
        ProgramParser().transform(MATMUL)
    with pytest.raises(TypeError, match=r"X\[1\] must be str, .* got int"):
        ProgramParser(errors="nan").transform([MATMUL, 3])
    with pytest.raises(ValueError, match="language"):
        ProgramParser("fortran").transform([MATMUL])


def test_structs_without_a_name_survive_other_processes():
    text = """
        typedef struct { float x, y; } pair;
        void f(int n, pair *p) { for (int i = 0; i < n; i++) p[i].x = p[i].y; }"""
    units = ProgramParser(n_jobs=2).transform([text, text])
    rows = LoopNestVectorizer().transform(units)
    assert (rows == LoopNestVectorizer().transform([nest_of(text)])).all()


# ----------------------------------------------------------------------- in words


def test_describe():
    words = describe(nest_of(MATMUL), {"n": 500, "m": 550, "p": 600})
    assert list(words) == [
        "shape",
        "strides",
        "reuse",
        "operations",
        "intensity",
        "pattern",
    ]
    assert words["shape"] == "3 loops, i × j × k = 500 × 550 × 600 iterations = 165 M"
    assert words["strides"].startswith("reads 1 zero, 1 unit, 1 large; writes 1 zero")
    assert "sum over 1 loop, the innermost" in words["pattern"]
    assert "outermost loop looks parallel" in words["pattern"]
    assert "330 Mflop" in words["operations"]


def test_explain_row():
    names = LoopNestVectorizer().get_feature_names_out()
    (row,) = LoopNestVectorizer({"n": 100, "m": 50}).transform([nest_of(JACOBI)])
    lines = explain_row(names, row)
    assert lines[0] == "shape: 2 loops, 98 × 48 iterations = 4.7 k"
    assert lines[-1] == "pattern: stencil of 5 points; outermost loop looks parallel"
    assert len(explain_row(names, np.full(len(names), np.nan))) == 1
    with pytest.raises(ValueError, match="no feature 'shape_depth'"):
        explain_row(names[1:], row[1:])


# ---------------------------------------------------------------------- golden rows


def golden_rows():
    nests = [nest_of(text) for text in SOURCES.values()]
    return LoopNestVectorizer(GOLDEN_SIZES).transform(nests)


def test_golden_rows():
    with np.load(GOLDEN, allow_pickle=False) as stored:
        names, kernels, rows = (stored[key] for key in ("names", "kernels", "rows"))
    assert names.tolist() == [feature.name for feature in FEATURES]
    assert kernels.tolist() == list(SOURCES)
    np.testing.assert_allclose(golden_rows(), rows, rtol=1e-12)


if __name__ == "__main__":
    warnings.simplefilter("error")
    np.savez(
        GOLDEN,
        names=np.array([feature.name for feature in FEATURES]),
        kernels=np.array(list(SOURCES)),
        rows=golden_rows(),
    )


IR = "define i32 @f(i32 %x) {{\n  %y = add i32 %x, {0}\n  ret i32 %y\n}}\n"


@pytest.mark.parametrize("n_jobs", [None, 2])
def test_parser_reads_llvm_ir(tmp_path, n_jobs):
    path = tmp_path / "f.ll"
    path.write_text(IR.format(1))
    X = [path, IR.format(2), IR.format(3).encode(), "define nonsense", None]
    with pytest.warns(SampleWarning, match=r"X\[3\] is skipped: <string>:1:8"):
        modules = ProgramParser("llvm", errors="nan", n_jobs=n_jobs).transform(X)
    assert [module is None for module in modules] == [False] * 3 + [True] * 2
    assert [module.functions["f"].opcodes for module in modules[:3]] == [
        ("add", "ret")
    ] * 3
    assert modules[0].path == str(path)
    same = ProgramParser("llvm").transform(list(modules[:3]))
    assert all(one is other for one, other in zip(same, modules[:3], strict=True))
