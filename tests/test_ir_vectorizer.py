"""IRVectorizer: counters found by hand, and what must not change them."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import shutil

import numpy as np
import pytest
from sklearn.pipeline import FeatureUnion, make_pipeline

from tunembed.features import (
    IR_FEATURES,
    IRVectorizer,
    ProgramParser,
    SampleError,
)
from tunembed.features._ir_callees import kind_of_callee
from tunembed.parsers import compile_to_ir, parse_c, parse_llvm_ir

SCALE = """
define float @scale(ptr %x, i64 %n) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %p = getelementptr inbounds float, ptr %x, i64 %i
  %v = load float, ptr %p
  %w = fmul float %v, 2.0
  %r = call float @llvm.sqrt.f32(float %w)
  store float %r, ptr %p
  %next = add i64 %i, 1
  %more = icmp ult i64 %next, 100
  br i1 %more, label %loop, label %exit
exit:
  ret float 1.0
}
declare float @llvm.sqrt.f32(float)
"""
KERNEL = """
define void @f(ptr addrspace(1) %x, ptr addrspace(3) %y, i32 %n) {
  %g = call i64 @_Z13get_global_idj(i32 0)
  %other = call i64 @_Z13get_global_idj(i32 1)
  %row = mul i64 %other, 1000
  %at = add i64 %g, %row
  %p = getelementptr float, ptr addrspace(1) %x, i64 %at
  %v = load float, ptr addrspace(1) %p
  %q = getelementptr [16 x float], ptr addrspace(3) %y, i64 %g, i64 0
  store float %v, ptr addrspace(3) %q
  call void @_Z7barrierj(i32 1)
  %u = load float, ptr addrspace(3) %y
  %h = lshr i64 %g, 2
  %s = getelementptr float, ptr addrspace(1) %x, i64 %h
  store float %u, ptr addrspace(1) %s
  ret void
}
declare i64 @_Z13get_global_idj(i32)
declare void @_Z7barrierj(i32)
"""


def counters(text, **options):
    module = parse_llvm_ir(text)
    vectorizer = IRVectorizer(**options).set_output(transform="pandas")
    row = vectorizer.transform([module]).iloc[0]
    logs = {feature.name: feature.log for feature in IR_FEATURES}
    return {name: 2**value - 1 if logs[name] else value for name, value in row.items()}


def test_a_loop_by_hand():
    found = counters(SCALE)
    assert found["code_instructions"] == pytest.approx(11)
    assert found["code_blocks"] == pytest.approx(3)
    assert found["code_pointers"] == pytest.approx(1)
    assert found["mix_fmultiply"] == pytest.approx(1 / 11)
    assert found["mix_jump"] == found["mix_branch"] == pytest.approx(1 / 11)
    assert found["work_fmultiply"] == pytest.approx(100)
    assert found["work_root"] == pytest.approx(100)
    assert found["work_return"] == pytest.approx(1)
    assert found["loop_known"] == found["loop_counted"] == found["loop_depth"] == 1
    assert found["loop_trips"] == pytest.approx(100)
    assert found["loop_inside"] == pytest.approx(9 / 11)
    assert found["access_read"] == found["access_written"] == pytest.approx(100)
    assert found["access_bytes"] == pytest.approx(800)
    assert found["access_float"] == found["stride_consecutive"] == 1
    assert found["compute_flops"] == pytest.approx(200)
    assert found["compute_special"] == pytest.approx(0.5)
    assert found["intensity_bytes"] == pytest.approx(0.25)
    assert found["thread_uniform"] == 1


def test_loops_without_a_known_count():
    unknown = SCALE.replace("ult i64 %next, 100", "ult i64 %next, %n")
    assert counters(unknown, default_trips=7)["work_root"] == pytest.approx(7)
    assert counters(unknown)["loop_known"] == 0


def test_threads_by_hand():
    found = counters(KERNEL)
    assert found["work_position"] == pytest.approx(2)
    assert found["work_barrier"] == pytest.approx(1)
    assert found["access_local"] == pytest.approx(2)
    assert found["thread_coalesced"] == found["thread_near"] == 0.25
    assert found["thread_dimensions"] == 2
    assert found["thread_global"] == pytest.approx(2)
    assert found["thread_group"] == found["thread_far"] == 0
    assert found["thread_uniform"] == found["thread_irregular"] == 0.25
    assert found["thread_distance"] == pytest.approx((4 + 64 + 0) / 3)
    assert found["intensity_coalesced"] == pytest.approx(0.5)


def test_vectors_count_by_their_lanes():
    text = """
define <4 x float> @f(<4 x float> %x, ptr %p) {
  %y = fadd <4 x float> %x, %x
  store volatile <4 x float> %y, ptr %p
  ret <4 x float> %y
}"""
    found = counters(text)
    assert found["compute_flops"] == pytest.approx(4)
    assert found["compute_lanes"] == 4
    assert found["access_width"] == pytest.approx(16)
    assert found["access_vector"] == found["access_float"] == 1
    assert found["access_volatile"] == pytest.approx(1)


def test_names_debug_lines_and_the_order_of_functions_change_nothing():
    other = "define i32 @g(i32 %x) {\n  ret i32 %x\n}\n"
    renamed = KERNEL.replace("%at", "%where").replace("@f(", "@kernel(")
    renamed += '!llvm.module.flags = !{!0}\n!0 = !{i32 2, !"Debug Info", i32 3}\n'
    first, second = parse_llvm_ir(KERNEL + other), parse_llvm_ir(other + renamed)
    rows = IRVectorizer().transform([first, second])
    np.testing.assert_array_equal(rows[0], rows[1])


def test_a_module_is_the_sum_of_its_functions():
    module = parse_llvm_ir(SCALE + KERNEL)
    names = list(IRVectorizer().get_feature_names_out())
    columns = [names.index(name) for name in ("code_instructions", "work_load")]
    *parts, whole = (
        2 ** IRVectorizer().transform([*module.functions.values(), module])[:, columns]
        - 1
    )
    np.testing.assert_allclose(sum(parts), whole)


def test_every_number_is_finite_and_every_kind_is_shown():
    rows = IRVectorizer().transform([parse_llvm_ir(SCALE), parse_llvm_ir(KERNEL)])
    assert rows.shape == (2, len(IR_FEATURES))
    assert np.isfinite(rows).all()
    assert len({feature.name for feature in IR_FEATURES}) == len(IR_FEATURES)
    mix = [f.name.startswith("mix_") for f in IR_FEATURES]
    np.testing.assert_allclose(rows[:, mix].sum(axis=1), 1)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("llvm.dbg.value", "nothing"),
        ("llvm.lifetime.start.p0", "nothing"),
        ("llvm.fmuladd.v4f32", "fma"),
        ("_Z3madfff", "fma"),
        ("_Z3maxdd", "extreme"),
        ("llvm.smin.i32", "select"),
        ("llvm.vector.reduce.add.v4i32", "select"),
        ("llvm.vector.reduce.fmax.v4f32", "extreme"),
        ("fabs", "extreme"),
        ("_Z11native_sqrtf", "root"),
        ("llvm.pow.f64", "transcendental"),
        ("_Z5log10f", "transcendental"),
        ("llvm.floor.f32", "rounding"),
        ("_Z13get_global_idj", "position"),
        ("llvm.nvvm.read.ptx.sreg.tid.x", "position"),
        ("_Z7barrierj", "barrier"),
        ("llvm.nvvm.barrier0", "barrier"),
        ("_Z8atom_addPU8CLglobalVii", "atomic"),
        ("llvm.memcpy.p0.p0.i64", "copy"),
        ("malloc", "allocate"),
        ("__kmpc_for_static_init_4", "runtime"),
        ("minimal", "function"),
        ("expand", "function"),
        ("", "function"),
    ],
)
def test_what_callees_do(name, kind):
    assert kind_of_callee(name) == kind


def test_what_is_missing_and_what_is_wrong():
    module = parse_llvm_ir(SCALE)
    with pytest.raises(SampleError, match=r"X\[1\]: nothing was parsed"):
        IRVectorizer().transform([module, None])
    rows = IRVectorizer(errors="nan").transform([None, module])
    assert np.isnan(rows[0]).all() and np.isfinite(rows[1]).all()
    unit = parse_c("void f(int n) { }")
    with pytest.raises(TypeError, match=r"X\[0\] must be IRModule or IRFunction"):
        IRVectorizer().transform([unit])
    assert IRVectorizer().transform([]).shape == (0, len(IR_FEATURES))


def test_in_a_pipeline_and_in_other_processes():
    texts = [SCALE, KERNEL, SCALE.replace("100", "64")]
    alone = make_pipeline(ProgramParser("llvm"), IRVectorizer()).transform(texts)
    union = FeatureUnion([("one", IRVectorizer()), ("two", IRVectorizer(n_jobs=2))])
    both = make_pipeline(ProgramParser("llvm"), union).transform(texts)
    np.testing.assert_array_equal(both, np.hstack([alone, alone]))


@pytest.mark.skipif(
    not any(map(shutil.which, ("clang-19", "clang"))), reason="clang is not installed"
)
def test_optimised_or_not_the_work_is_the_same():
    source = """
void f(double *restrict x, const double *restrict y) {
    for (int i = 0; i < 100; i++)
        for (int j = 0; j < 50; j++)
            x[i] += y[i * 50 + j] * 2.0;
}"""
    modules = [compile_to_ir(source, "c", opt_level=level) for level in ("O0", "O1")]
    names = list(IRVectorizer().get_feature_names_out())
    rows = IRVectorizer().transform(modules)
    for name in ("work_fadd", "work_fmultiply", "loop_depth", "loop_trips"):
        before, after = rows[:, names.index(name)]
        assert before == pytest.approx(after, rel=0.02), name
