"""compile_to_ir: languages, levels, errors with places; clang where it is."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import shutil

import pytest

from tunembed import _toolchain
from tunembed.parsers import (
    CompileError,
    CompilerNotFoundError,
    EmptySourceError,
    LanguageError,
    compile_to_ir,
    program_graph,
)

CLANG = next((c for c in ("clang", "clang-19") if shutil.which(c)), None)
needs_clang = pytest.mark.skipif(CLANG is None, reason="clang is not installed")

OPENMP = """
#include <math.h>
int omp_get_thread_num(void);
void f(int n, double *x) {
#pragma omp parallel for
  for (int i = 0; i < n; i++)
    x[i] = sqrt(x[i]) + omp_get_thread_num();
}
"""
OPENCL = """
__kernel void f(__global float *x, __local float *y, int n) {
  int i = get_global_id(0);
  y[get_local_id(0)] = x[i];
  barrier(CLK_LOCAL_MEM_FENCE);
  if (i < n) x[i] = sqrt(y[0]);
}
"""
CUDA = """
extern "C" __global__ void f(int n, float *x, int *count) {
  __shared__ float y[128];
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  y[threadIdx.x] = i < n ? expf(x[i]) : 0.0f;
  __syncthreads();
  if (i < n) x[i] = fmaxf(y[127 - threadIdx.x], min(i, n));
  atomicAdd(count, 1);
}
"""


@needs_clang
@pytest.mark.parametrize(
    ("source", "language", "calls"),
    [
        (OPENMP, "c", {"@__kmpc_fork_call", "@sqrt", "@omp_get_thread_num"}),
        ('extern "C" int g(int); int f(int x) { return g(x); }', "c++", {"@g"}),
        (OPENCL, "opencl", {"@get_global_id", "@barrier"}),
        (CUDA, "cuda", {"@llvm.nvvm.read.ptx.sreg.tid.x", "@expf"}),
    ],
)
def test_languages(source, language, calls):
    module = compile_to_ir(source, language, opt_level="O1")
    called = {text for text in program_graph(module).texts if text[0] == "@"}
    assert calls <= called
    assert module.functions


@needs_clang
def test_levels_and_the_suffix(tmp_path):
    path = tmp_path / "k.cl"
    path.write_text(OPENCL)
    slow = compile_to_ir(path, opt_level="O0").functions["f"]
    fast = compile_to_ir(path, opt_level="O2").functions["f"]
    assert "alloca" in slow.opcodes
    assert "alloca" not in fast.opcodes


@needs_clang
def test_includes_and_macros(tmp_path):
    (tmp_path / "size.h").write_text("#define SIZE 8\n")
    (tmp_path / "k.c").write_text('#include "size.h"\nint f(void) { return SIZE * N; }')
    module = compile_to_ir(tmp_path / "k.c", defines=["N=3"])
    assert module.functions["f"].texts == ("i32 24",)
    elsewhere = '#include "size.h"\nint f(void) { return SIZE; }'
    module = compile_to_ir(elsewhere, include_dirs=[tmp_path])
    assert module.functions["f"].texts == ("i32 8",)


@needs_clang
def test_a_refused_program_names_the_place(tmp_path):
    path = tmp_path / "bad.c"
    path.write_text("void f(void) {\n  int x = y;\n}\n")
    with pytest.raises(CompileError, match=r"bad\.c:2:11: .*undeclared") as caught:
        compile_to_ir(path)
    assert caught.value.location.line == 2
    with pytest.raises(CompileError, match="<string>:1:10.*file not found"):
        compile_to_ir('#include "no.h"')
    with pytest.raises(EmptySourceError):
        compile_to_ir("int x;")


@needs_clang
def test_wrong_parameters():
    with pytest.raises(LanguageError, match="'fortran' is none of c, c"):
        compile_to_ir("", "fortran")
    with pytest.raises(ValueError, match="opt_level must be one of"):
        compile_to_ir("", opt_level="3")
    with pytest.raises(TypeError, match="str, bytes or Path, got int"):
        compile_to_ir(3)
    with pytest.raises(CompilerNotFoundError, match="tried 'gcc'"):
        compile_to_ir("", compiler="gcc")


def test_no_clang_at_all(monkeypatch):
    _toolchain._find_clang.cache_clear()
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(_toolchain.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(CompilerNotFoundError, match="clang-14 and ziglang.*pip"):
        compile_to_ir("void f(void) { }")
    _toolchain._find_clang.cache_clear()
