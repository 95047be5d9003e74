"""TokenVectorizer: programs as words, and words as columns."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import os
import pickle
import re

import numpy as np
import pytest
from scipy.sparse import issparse
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

from tunembed.features import (
    ProgramParser,
    SampleError,
    SampleWarning,
    TokenVectorizer,
    normalized_statements,
    normalized_tokens,
)
from tunembed.features._c_tokens import c_statements, c_tokens
from tunembed.features._known_callees import known_callee
from tunembed.features._magnitude import c_magnitude, ir_magnitude, magnitude_of
from tunembed.features._normalize import plain_constant, plain_type, split_constant
from tunembed.parsers import find_loop_nests, parse_c, parse_llvm_ir

MIRROR = "TUNEMBED_MIRROR"

KERNEL = """\
; ModuleID = 'kernel.ll'
%struct.point = type { float, float }
@table = internal addrspace(2) constant [4 x float] zeroinitializer

define spir_kernel void @k(ptr addrspace(1) nocapture %out, i32 %n, %struct.point %q) {
entry:
  %id = tail call spir_func i64 @_Z13get_global_idj(i32 0) #2
  %x = trunc i64 %id to i32
  %small = icmp slt i32 %x, %n
  br i1 %small, label %then, label %exit

then:                                             ; preds = %entry
  %p = getelementptr inbounds float, ptr addrspace(1) %out, i64 %id
  %v = load float, ptr addrspace(1) %p, align 4, !tbaa !0
  %w = fmul fast float %v, 2.500000e+00
  %u = call float @llvm.fma.f32(float %w, float %v, float -1.000000e+00)
  store float %u, ptr addrspace(1) %p, align 4
  call void @helper(ptr @helper, i32 100)
  switch i32 %x, label %exit [
    i32 0, label %then
    i32 1, label %then
  ]

exit:                                             ; preds = %then, %then, %then, %entry
  %r = phi i32 [ 0, %entry ], [ %n, %then ], [ %n, %then ], [ %n, %then ]
  %old = atomicrmw add ptr addrspace(1) %out, i32 %r seq_cst
  ret void
}

define internal void @helper(ptr %f, i32 %many) {
  %a = alloca [100 x i32], align 16
  call void @llvm.lifetime.start.p0(i64 400, ptr %a)
  ret void
}

declare spir_func i64 @_Z13get_global_idj(i32)
declare float @llvm.fma.f32(float, float, float)
declare void @llvm.lifetime.start.p0(i64, ptr)
attributes #2 = { nounwind }
!0 = !{!1, !1, i64 0}
!1 = !{!"float", !2}
!2 = !{!"root"}
"""
STATEMENTS = [
    "define ptr.as1 i32 %",
    "call @get_global_id i64 <0>",
    "trunc i32 %v",
    "icmp slt i32 %v %v",
    "br %v",
    "getelementptr float %v.as1 %v",
    "load float %v.as1",
    "fmul fast float %v <2^1>",
    "call @llvm.fma float %v %v <-1>",
    "store float %v %v.as1",
    "call @f void @f <2^6>",
    "switch i32 %v <2^1>",
    "phi i32 %v <0>",
    "atomicrmw add seq_cst i32 %v.as1 %v",
    "ret void",
    "define ptr i32",
    "alloca [<2^6>xi32]",
    "ret void",
]
ADD = "define i32 @{0}(i32 %{1}) {{ %{2} = add i32 %{1}, {3}  ret i32 %{2} }}"
ADDS = [ADD.format("f", "x", "y", n) for n in (1, 2, 3, 9)]
C = """\
#include <math.h>
#define HALF 0.5 \\
    + 0
/* not "this" */
static double mean(int n, const double *restrict x) // nor this
{
    double sum = 0x0.0p0, c = 'c';
    #pragma omp parallel for reduction(+: sum) \\
        schedule(dynamic, 16)
    for (int i = 0; i < n; i++) {
        sum += HALF * sqrt(x[i]);
        if (sum >= 1e6f) puts("a\\"b;{");
    }
    return sum / scaled(n);
}
double scaled(int sqrt) { return sqrt; }
"""


def modules(texts):
    return [parse_llvm_ir(text) for text in texts]


def test_statements_of_ir():
    assert normalized_statements(parse_llvm_ir(KERNEL)) == STATEMENTS


def test_tokens_of_ir():
    words = normalized_tokens(parse_llvm_ir(KERNEL))
    text = " ".join(words)
    start = "define ptr.as1 i32 % label call @get_global_id i64 i32 <0> trunc i32 i64"
    assert text.startswith(start)
    assert "load float ptr.as1 %v fmul fast float %v <2^1>" in text
    assert "getelementptr float ptr.as1 %v i64 %v" in text
    assert "call @f void ptr @f i32 <2^6> switch" in text
    assert words.count("label") == 4
    assert not any(" " in word for word in words)


def test_words_of_one_function():
    module = parse_llvm_ir(KERNEL)
    helper = normalized_statements(module.functions["helper"])
    assert helper == STATEMENTS[-3:]
    assert normalized_statements(module)[-3:] == helper


def test_names_metadata_and_attributes_do_not_count():
    renamed = re.sub(r"%(?!struct)([a-z]\w*)", r"%other.\1", KERNEL)
    renamed = re.sub(r"^([a-z]+):", r"other.\1:", renamed, flags=re.MULTILINE)
    renamed = renamed.replace("@helper", "@assistant").replace("%struct.point", "%pair")
    renamed = renamed.replace(", !tbaa !0", "").replace(" nocapture", " align 8")
    for read in (normalized_statements, normalized_tokens):
        assert read(parse_llvm_ir(renamed)) == read(parse_llvm_ir(KERNEL))


def test_typed_pointers_read_like_plain_ones():
    typed = """\
; ModuleID = 'old.ll'
define void @f(float addrspace(1)* nocapture %x, i32 %n) {
  %p = getelementptr inbounds float, float addrspace(1)* %x, i32 %n
  %v = load float, float addrspace(1)* %p, align 4
  store float %v, float addrspace(1)* %x, align 4
  ret void
}
"""
    plain = typed.replace("float addrspace(1)*", "ptr addrspace(1)")
    for read in (normalized_statements, normalized_tokens):
        assert read(parse_llvm_ir(typed)) == read(parse_llvm_ir(plain))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, "<0>"),
        (-0.0, "<0>"),
        (1, "<1>"),
        (-1.0, "<-1>"),
        (2, "<2^1>"),
        (3, "<2^1>"),
        (1023, "<2^9>"),
        (1024, "<2^10>"),
        (-5, "<-2^2>"),
        (2**400, "<2^400>"),
        (0.75, "<2^-1>"),
        (1.5, "<2^0>"),
        (float("inf"), "<inf>"),
        (-float("inf"), "<-inf>"),
        (float("nan"), "<nan>"),
    ],
)
def test_magnitudes(value, expected):
    assert magnitude_of(value) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("7", "<2^2>"),
        ("-1", "<-1>"),
        ("true", "<1>"),
        ("false", "<0>"),
        ("1.500000e+00", "<2^0>"),
        ("0x3FB99999A0000000", "<2^-4>"),
        ("0x7FF8000000000000", "<nan>"),
        ("0xH3C00", "<1>"),
        ("0xR4080", "<2^2>"),
        ("0xK4000C000000000000000", "<2^1>"),
        ("0xKFFFF8000000000000000", "<-inf>"),
        ("0xL00000000000000004000800000000000", "<2^1>"),
        ("0xL00000000000000007FFF000000000000", "<inf>"),
        ("0xM40080000000000000000000000000000", "<2^1>"),
        ("null", None),
    ],
)
def test_magnitudes_of_ir(text, expected):
    assert ir_magnitude(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10u", "<2^3>"),
        ("0x1FuLL", "<2^4>"),
        ("017", "<2^3>"),
        ("0b101", "<2^2>"),
        ("1.5e3f", "<2^10>"),
        (".5", "<2^-1>"),
        ("1.", "<1>"),
        ("0x1p-3", "<2^-3>"),
        ("1'000", "<2^9>"),
        ("08", None),
        ("1e99999", "<inf>"),
    ],
)
def test_magnitudes_of_c(text, expected):
    assert c_magnitude(text) == expected


@pytest.mark.parametrize(
    ("text", "dtype", "value", "plain"),
    [
        ("i32 7", "i32", "7", "<2^2>"),
        (" 1", "", "1", "<1>"),
        ("ptr addrspace(1) null", "ptr addrspace(1)", "null", "null"),
        ("<2 x i32> splat(i32 1)", "<2 x i32>", "splat(i32 1)", "<1>"),
        ("<2 x i1> <i1 true, i1 0>", "<2 x i1>", "<i1 true, i1 0>", "<mixed>"),
        ("[2 x [1 x i8]] zeroinitializer", "[2 x [1 x i8]]", "zeroinitializer", "<0>"),
        ('[2 x i8] c"a,"', "[2 x i8]", 'c"a,"', "<string>"),
        ("{ i32, i8 } { i32 3, i8 2 }", "{ i32, i8 }", "{ i32 3, i8 2 }", "<2^1>"),
        ('%"a b" undef', '%"a b"', "undef", "undef"),
        ('target("x.y", 1) poison', 'target("x.y", 1)', "poison", "poison"),
        (
            "ptr getelementptr inbounds(i8, ptr @x, i64 8)",
            "ptr",
            "getelementptr inbounds(i8, ptr @x, i64 8)",
            "getelementptr",
        ),
    ],
)
def test_constants(text, dtype, value, plain):
    assert split_constant(text) == (dtype, value)
    assert plain_constant(value) == plain


def test_types():
    assert plain_type("[100 x [3 x %struct.p]]") == "[<2^6> x [<2^1> x %]]"
    assert plain_type("<4 x float>") == "<4 x float>"


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("llvm.fma.v4f32", "llvm.fma"),
        ("_Z13get_global_idj", "get_global_id"),
        ("__kmpc_fork_call", "__kmpc_fork_call"),
        ("omp_get_thread_num", "omp_get_thread_num"),
        ("sqrtf", "sqrtf"),
        ("malloc", "malloc"),
        ("solve", None),
        ("_Z5solvei", None),
    ],
)
def test_known_callees(name, plain):
    assert known_callee(name) == plain


def test_statements_of_c():
    assert c_statements(C, {"mean", "scaled"}) == [
        "static double ID ( int ID , const double * restrict ID )",
        "double ID = <0> , ID = CHR",
        "#pragma omp parallel for reduction ( + : ID ) schedule ( dynamic , <2^4> )",
        "for ( int ID = <0> ; ID < ID ; ID ++ )",
        "ID += ID * sqrt ( ID [ ID ] )",
        "if ( ID >= <2^19> ) puts ( STR )",
        "return ID / ID ( ID )",
        "double ID ( int ID )",
        "return ID",
    ]
    own = c_statements(C.replace("scaled(int", "sqrt(int"), {"sqrt"})
    assert "ID += ID * ID ( ID [ ID ] )" in own


def test_tokens_of_c():
    words = c_tokens("#if A\nint x = a->b << 2; // x\n#endif\n__inline__ _Bool f();")
    assert words == "int ID = ID -> ID << <2^1> ; inline bool ID ( ) ;".split()
    assert c_tokens("x = 1\n#pragma omp barrier\ny;")[3:] == [
        "#pragma",
        "omp",
        "barrier",
        "ID",
        ";",
    ]


def test_parsed_c():
    unit = parse_c(C)
    assert normalized_tokens(unit) == c_tokens(C, unit.functions)
    statements = normalized_statements(unit.function("scaled"))
    assert statements == ["double ID ( int ID )", "return ID"]
    table = TokenVectorizer(ngram_range=(1, 1)).fit([unit, unit.function("mean")])
    assert (
        "#pragma omp parallel for reduction ( + : ID ) schedule ( dynamic , <2^4> )"
        in (table.vocabulary_)
    )


@pytest.mark.parametrize("read", [normalized_tokens, normalized_statements])
def test_words_of_something_else(read):
    (nest,) = find_loop_nests(parse_c(C).function("mean"))
    with pytest.raises(TypeError, match="one of IRModule, .*got LoopNest"):
        read(nest)


def test_counts_are_those_of_scikit_learn():
    parsed = modules([*ADDS, KERNEL])
    for level, read in (
        ("token", normalized_tokens),
        ("statement", normalized_statements),
    ):
        lists = [read(module) for module in parsed]
        for settings in ({}, {"min_df": 2}, {"min_df": 0.5}):
            vectorizer = TokenVectorizer((1, 1), level=level, **settings)
            found = vectorizer.fit_transform(parsed)
            counter = CountVectorizer(analyzer=lambda words: words, **settings)
            expected = counter.fit_transform(lists)
            names = counter.get_feature_names_out()
            assert vectorizer.get_feature_names_out().tolist() == names.tolist()
            np.testing.assert_array_equal(found.toarray(), expected.toarray())
            assert issparse(found) and found.format == "csr"
            assert found.dtype == np.float64


def test_sequences_of_words():
    vectorizer = TokenVectorizer((2, 3), level="token").fit(modules(ADDS[:1]))
    assert vectorizer.get_feature_names_out().tolist() == [
        "%v <1>",
        "%v <1> ret",
        "<1> ret",
        "<1> ret i32",
        "add i32",
        "add i32 %v",
        "define i32",
        "define i32 label",
        "i32 %v",
        "i32 %v <1>",
        "i32 label",
        "i32 label add",
        "label add",
        "label add i32",
        "ret i32",
        "ret i32 %v",
    ]
    found = vectorizer.transform(modules(ADDS[:1])).toarray()
    assert found.sum() == (10 - 1) + (10 - 2)
    assert found[0, vectorizer.vocabulary_["i32 %v"]] == 2
    names = TokenVectorizer().fit(modules(ADDS[:1])).get_feature_names_out()
    assert "add i32 %v <1> ; ret i32 %v" in names


def test_new_words_are_left_out():
    vectorizer = TokenVectorizer((1, 1)).fit(modules(ADDS[:1]))
    found = vectorizer.transform(modules([ADDS[3], ADDS[0]])).toarray()
    names = vectorizer.get_feature_names_out().tolist()
    assert names == ["add i32 %v <1>", "define i32", "ret i32 %v"]
    assert found.tolist() == [[0, 1, 1], [1, 1, 1]]


def test_weightings():
    parsed = modules([*ADDS, KERNEL])
    counts, there, weights = (
        TokenVectorizer(weighting=name).fit_transform(parsed).toarray()
        for name in ("count", "binary", "tfidf")
    )
    assert counts.max() == 2
    np.testing.assert_array_equal(there, counts > 0)
    lists = [normalized_statements(module) for module in parsed]
    expected = TfidfVectorizer(analyzer=lambda words: words).fit_transform(lists)
    found = TokenVectorizer((1, 1), weighting="tfidf").fit_transform(parsed)
    np.testing.assert_allclose(found.toarray(), expected.toarray())
    np.testing.assert_allclose(np.linalg.norm(weights, axis=1), 1)


@pytest.mark.parametrize("weighting", ["count", "binary", "tfidf"])
def test_what_is_fitted_is_kept(weighting):
    """Transforming what was fitted gives what fitting gave."""
    parsed = modules([*ADDS, KERNEL])
    vectorizer = TokenVectorizer(weighting=weighting, max_features=9)
    expected = vectorizer.fit_transform(parsed)
    assert expected.shape == (5, 9)
    for same in (vectorizer, pickle.loads(pickle.dumps(vectorizer))):
        np.testing.assert_array_equal(
            same.transform(parsed).toarray(), expected.toarray()
        )
    again = clone(vectorizer).fit_transform(parsed)
    np.testing.assert_array_equal(again.toarray(), expected.toarray())


def test_the_largest_columns_are_kept():
    """Equal ones in the order of the alphabet, on every machine."""
    parsed = modules(ADDS)
    full = TokenVectorizer((1, 1)).fit(parsed)
    sums = np.asarray(full.transform(parsed).sum(axis=0)).ravel()
    names = full.get_feature_names_out()
    order = sorted(range(len(names)), key=lambda n: (-sums[n], names[n]))
    for number in range(1, len(names) + 2):
        few = TokenVectorizer((1, 1), max_features=number).fit(parsed)
        expected = sorted(names[n] for n in order[:number])
        assert few.get_feature_names_out().tolist() == expected
        assert list(few.vocabulary_.values()) == list(range(len(expected)))


def test_missing_samples():
    parsed = [None, *modules(ADDS), None]
    with pytest.raises(SampleError, match=r"X\[0\]: nothing was parsed"):
        TokenVectorizer().fit(parsed)
    for weighting in ("count", "tfidf"):
        vectorizer = TokenVectorizer(
            errors="nan", weighting=weighting, min_df=0.9, level="token"
        )
        found = vectorizer.fit_transform(parsed)
        assert found[[0, 5]].nnz == 0
        expected = TokenVectorizer(weighting=weighting, min_df=0.9, level="token")
        np.testing.assert_array_equal(
            found[1:5].toarray(), expected.fit_transform(parsed[1:5]).toarray()
        )
    assert vectorizer.transform([None]).shape == (1, len(vectorizer.vocabulary_))
    assert vectorizer.transform([]).shape == (0, len(vectorizer.vocabulary_))


def test_a_function_that_a_macro_makes():
    text = "#define MAKE(name) int name(int x) { return x; }\nMAKE(f)\nint g(void) {}"
    unit = parse_c(text)
    samples = [unit.function("g"), unit.function("f")]
    with pytest.raises(SampleError, match=r"X\[1\].*'f' was not found"):
        TokenVectorizer().fit(samples)
    with pytest.warns(SampleWarning, match=r"X\[1\] is skipped"):
        found = TokenVectorizer(errors="nan").fit_transform(samples)
    assert found[0].nnz and not found[1].nnz


def test_processes_find_the_same():
    parsed = [*modules([*ADDS, KERNEL]), parse_c(C), parse_c(C).function("mean")]
    expected = TokenVectorizer().fit_transform(parsed)
    found = TokenVectorizer(n_jobs=2).fit_transform(parsed)
    np.testing.assert_array_equal(found.toarray(), expected.toarray())


@pytest.mark.parametrize(
    ("settings", "X", "error", "message"),
    [
        ({}, ["define"], TypeError, r"X\[0\] must be IRModule, .*got str.*ProgramPars"),
        ({}, "define", TypeError, "must be a sequence"),
        ({}, [], ValueError, "empty vocabulary"),
        ({"ngram_range": (2, 1)}, [], ValueError, r"smaller one first, got \(2, 1\)"),
        ({"ngram_range": (0, 1)}, [], ValueError, "ngram_range"),
        ({"ngram_range": (1,)}, [], ValueError, "ngram_range"),
        ({"level": "line"}, [], ValueError, "'level' parameter"),
        ({"min_df": 0}, [], ValueError, "'min_df' parameter"),
        ({"weighting": "log"}, [], ValueError, "'weighting' parameter"),
    ],
)
def test_wrong_input(settings, X, error, message):
    with pytest.raises(error, match=message):
        TokenVectorizer(**settings).fit(X)


def test_not_fitted():
    with pytest.raises(NotFittedError):
        TokenVectorizer().transform([])
    with pytest.raises(NotFittedError):
        TokenVectorizer().get_feature_names_out()


def test_output():
    vectorizer = TokenVectorizer().set_output(transform="pandas")
    with pytest.raises(ValueError, match="sparse"):
        vectorizer.fit_transform(modules(ADDS))


@pytest.mark.skipif(not os.environ.get(MIRROR), reason=f"{MIRROR} is not set")
def test_real_kernels(tmp_path):
    """Few words are enough for many kernels, and none of them is a kernel's name."""
    from tunembed.datasets import fetch_device_mapping

    runs = fetch_device_mapping(data_home=tmp_path)
    parsed = ProgramParser("llvm", errors="nan").fit_transform(runs.ir[::20])
    vectorizer = TokenVectorizer((1, 1), level="token", errors="nan")
    found = vectorizer.fit_transform(parsed)
    assert 50 < found.shape[1] < 500
    words = vectorizer.vocabulary_
    assert {"@get_global_id", "%v", "<0>", "load", "float", "label"} <= set(words)
    own = {name for module in parsed if module for name in module.functions}
    assert not own & {word.removeprefix("@") for word in words}
