"""Induction variables, trip counts and strides in LLVM IR, with clang where it is."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import shutil
import subprocess

import pytest

from tunembed.parsers import LoopAnalysis, parse_llvm_ir
from tunembed.parsers._ir._layout import Layout

CLANG = next((c for c in ("clang-19", "clang") if shutil.which(c)), None)
LEVELS = ["-O0", "-O1"]
needs_clang = pytest.mark.skipif(CLANG is None, reason="clang is not installed")


def analysis_of(text, name="f"):
    return LoopAnalysis(parse_llvm_ir(text).functions[name])


def compiled(source, level):
    command = [CLANG, level, "-S", "-emit-llvm", "-fno-unroll-loops", "-x", "c", "-"]
    command += ["-fno-vectorize", "-fno-slp-vectorize", "-o", "-"]
    run = subprocess.run(command, input=source, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return analysis_of(run.stdout)


def patterns(analysis, dtype):
    """Return pattern and stride of the accesses to elements, in textual order."""
    return [
        (access.pattern, access.stride)
        for access in analysis.accesses
        if access.dtype == dtype and access.pattern != "stack"
    ]


def loop(test, step=1, start=0, body=""):
    return f"""
define void @f(ptr %x, i64 %n) {{
entry:
  br label %header
header:
  %i = phi i64 [ {start}, %entry ], [ %next, %body ]
  %go = icmp {test}
  br i1 %go, label %body, label %exit
body:
  {body}
  %next = add i64 %i, {step}
  br label %header
exit:
  ret void
}}
"""


@pytest.mark.parametrize(
    ("test", "start", "step", "count"),
    [
        ("slt i64 %i, 10", 0, 1, 10),
        ("slt i64 %i, 10", 0, 3, 4),
        ("sle i64 %i, 10", 0, 1, 11),
        ("sgt i64 %i, 0", 10, -1, 10),
        ("sge i64 %i, 0", 10, -2, 6),
        ("ne i64 %i, 12", 0, 3, 4),
        ("ne i64 %i, 13", 0, 3, None),  # never equal, as far as sums go
        ("ult i64 %i, 10", 20, 1, 0),
        ("sgt i64 10, %i", 0, 1, 10),
        ("slt i64 %i, 10", 0, -1, None),  # until it wraps around
        ("slt i64 %i, %n", 0, 1, None),
        ("eq i64 %i, 5", 5, 1, 1),
    ],
)
def test_trip_counts(test, start, step, count):
    (found,) = analysis_of(loop(test, step, start)).loops
    assert found.trip_count == count
    (variable,) = found.inductions
    assert (variable.name, variable.step) == ("%i", step)
    assert variable.start.text == str(start)


def test_addresses_that_the_linker_knows_are_no_numbers():
    text = """
@x = global [8 x i32] zeroinitializer
define void @f() {
entry:
  br label %loop
loop:
  %p = phi ptr [ getelementptr inbounds (i8, ptr @x, i64 4), %entry ], [ %q, %loop ]
  store i32 0, ptr %p
  %q = getelementptr inbounds i32, ptr %p, i64 1
  %end = icmp eq ptr %q, getelementptr inbounds (i8, ptr @x, i64 32)
  br i1 %end, label %exit, label %loop
exit:
  ret void
}
"""
    analysis = analysis_of(text)
    assert analysis.loops[0].trip_count is None
    assert patterns(analysis, "i32") == [("consecutive", 4)]


def test_threads_next_to_each_other():
    text = """
define void @f(ptr %x, i32 %n) {
  %slot = alloca i64
  %g = call i64 @_Z13get_global_idj(i32 0)
  store i64 %g, ptr %slot
  %short = trunc i64 %g to i32
  %wide = sext i32 %short to i64
  %p = getelementptr float, ptr %x, i64 %wide
  %a = load float, ptr %p
  %up = shl i64 %g, 32
  %down = ashr exact i64 %up, 31
  %q = getelementptr float, ptr %x, i64 %down
  %b = load float, ptr %q
  %again = load i64, ptr %slot
  %r = getelementptr { float, double }, ptr %x, i64 %again, i32 1
  %c = load double, ptr %r
  %half = sdiv i64 %g, 2
  %s = getelementptr float, ptr %x, i64 %half
  %d = load float, ptr %s
  %e = load float, ptr %x
  ret void
}
declare i64 @_Z13get_global_idj(i32)
"""
    accesses = [a for a in analysis_of(text).accesses if a.pattern != "stack"]
    assert [a.thread_stride for a in accesses] == [4, 8, 16, None, 0]
    assert [a.is_even for a in accesses] == [True, True, True, False, True]


@pytest.mark.parametrize(
    ("end", "divergent"), [("%n", False), ("%g", True), ("%loaded", True)]
)
def test_loops_that_threads_leave_at_different_times(end, divergent):
    text = f"""
define void @f(ptr %x, i64 %n) {{
entry:
  %g = call i64 @_Z12get_local_idj(i32 1)
  %p = getelementptr i64, ptr %x, i64 %g
  %loaded = load i64, ptr %p
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %next = add i64 %i, 1
  %more = icmp ult i64 %next, {end}
  br i1 %more, label %loop, label %exit
exit:
  ret void
}}
declare i64 @_Z12get_local_idj(i32)
"""
    analysis = analysis_of(text)
    assert analysis.loops[0].is_divergent is divergent
    assert [a.thread_stride for a in analysis.accesses] == [0]


def test_a_loop_with_two_exits_has_no_known_count():
    text = loop("slt i64 %i, 10").replace(
        "br label %header\nexit", "%b = icmp eq ptr %x, null\n"
        "  br i1 %b, label %exit, label %header\nexit"
    )  # fmt: skip
    assert analysis_of(text).loops[0].trip_count is None


@pytest.mark.parametrize(
    ("body", "pattern", "stride"),
    [
        ("%p = getelementptr float, ptr %x, i64 %i", "consecutive", 4),
        ("%p = getelementptr [8 x float], ptr %x, i64 %i, i64 3", "strided", 32),
        ("%p = getelementptr float, ptr %x, i64 %n", "invariant", 0),
        ("%k = sub i64 %n, %i\n  %p = getelementptr float, ptr %x, i64 %k",
         "consecutive", -4),
        ("%k = mul i64 %i, %n\n  %p = getelementptr float, ptr %x, i64 %k",
         "strided", None),
        ("%k = load i64, ptr %x\n  %p = getelementptr float, ptr %x, i64 %k",
         "invariant", 0),
        ("%q = getelementptr i64, ptr %x, i64 %i\n  %k = load i64, ptr %q\n"
         "  %p = getelementptr float, ptr %x, i64 %k", "indirect", None),
        ("%k = call i64 @g()\n  %p = getelementptr float, ptr %x, i64 %k",
         "unknown", None),
        ("%p = getelementptr { i8, float, [2 x i16] }, ptr %x, i64 %i, i32 1",
         "strided", 12),
    ],
)  # fmt: skip
def test_strides(body, pattern, stride):
    text = loop("slt i64 %i, %n", body=f"{body}\n  store float 1.0, ptr %p")
    analysis = analysis_of(f"{text}\ndeclare i64 @g()\n")
    assert patterns(analysis, "float") == [(pattern, stride)]


def test_outside_of_loops():
    text = "define void @f(ptr addrspace(3) %x) {\n  %v = load i32, ptr addrspace(3) %x"
    (access,) = analysis_of(f"{text}\n  ret void\n}}").accesses
    assert (access.pattern, access.stride, access.address_space) == ("once", None, 3)


@needs_clang
@pytest.mark.parametrize("level", LEVELS)
def test_product_of_matrices(level):
    analysis = compiled(
        """void f(double C[64][64], double A[64][64], double B[64][64]) {
          for (int i = 0; i < 64; i++)
            for (int j = 0; j < 32; j++)
              for (int k = 0; k < 16; k += 2)
                C[i][j] += A[i][k] * B[k][j];
        }""",
        level,
    )
    assert [found.trip_count for found in analysis.loops] == [64, 32, 8]
    assert [found.natural.depth for found in analysis.loops] == [1, 2, 3]
    found = patterns(analysis, "double")
    assert ("strided", 2 * 8) in found  # A
    assert ("strided", 2 * 64 * 8) in found  # B
    assert not {"unknown", "indirect"} & {pattern for pattern, _ in found}


@needs_clang
@pytest.mark.parametrize("level", LEVELS)
def test_gather_and_runtime_bounds(level):
    analysis = compiled(
        """void f(int n, double *y, const double *x, const int *at) {
          for (int i = n - 1; i >= 0; i--)
            y[i] = x[at[i]];
        }""",
        level,
    )
    (only,) = analysis.loops
    assert only.trip_count is None
    assert {variable.step for variable in only.inductions} == {-1}
    assert patterns(analysis, "double") == [("indirect", None), ("consecutive", -8)]
    assert patterns(analysis, "i32") == [("consecutive", -4)]


@needs_clang
@pytest.mark.parametrize("level", LEVELS)
def test_one_variable_of_several_loops(level):
    analysis = compiled(
        """void f(int n, double *y) {
          int i;
          for (i = 0; i < 10; i++) y[i] = 1;
          for (i = 0; i < n; i += 3) y[2 * i] = 2;
        }""",
        level,
    )
    assert patterns(analysis, "double") == [("consecutive", 8), ("strided", 48)]


@pytest.mark.parametrize(
    ("dtype", "size"),
    [
        ("i1", 1),
        ("i24", 4),
        ("i64", 8),
        ("ptr addrspace(1)", 8),
        ("[3 x [5 x float]]", 60),
        ("<4 x double>", 32),
        ("{ i8, double, i8 }", 24),
        ("<{ i8, double, i8 }>", 10),
        ("%pair", 16),
        ("[2 x %pair]", 32),
        ("%unknown", 0),
        ("%endless", 0),
    ],
)
def test_sizes_of_types(dtype, size):
    layout = Layout("%pair = type { i32, double }\n%endless = type { %endless }\n")
    assert layout.size(dtype) == size


def test_offsets_in_structs():
    layout = Layout("")
    assert [layout.offset("{ i8, i32, double }", n) for n in range(3)] == [0, 4, 8]
    assert [layout.offset("<{ i8, i32 }>", n) for n in range(2)] == [0, 1]


@needs_clang
@pytest.mark.parametrize(
    ("body", "count"),
    [
        ("int s = 0; while (s < 10) { x[s] = c; if (c) s++; }", None),
        ("int s = 0; do { x[s] = c; s++; } while (s < 10);", 10),
        ("for (int s = 0; s < 10; s++) { int t = s; x[t] = c; }", 10),
    ],
)
def test_variables_on_the_stack_that_change_early_or_not_always(body, count):
    analysis = compiled(f"void f(int *x, int c) {{ {body} }}", "-O0")
    assert [loop.trip_count for loop in analysis.loops] == [count]
