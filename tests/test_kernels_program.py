"""Whole programs that time themselves and dump their arrays."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from dataclasses import replace

import numpy as np
import pytest

from tunembed.kernels import (
    CompileError,
    CrashError,
    Effort,
    KernelTimeoutError,
    Program,
    Tolerance,
    measure_programs,
)

SOURCE = """
#include <stdio.h>
#include "size.h"
double A[N][N];
int main(int argc, char **argv) {
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) A[i][j] = (i * j % 7) / 3.0;
    /* work */
#ifdef POLYBENCH_TIME
    printf("%0.6f\\n", SECONDS);
#endif
#ifdef POLYBENCH_DUMP_ARRAYS
    fprintf(stderr, "==BEGIN DUMP_ARRAYS==\\nbegin dump: %s", "A");
    for (int i = 0; i < N * N; i++) {
        if (i % 20 == 0) fprintf(stderr, "\\n");
        fprintf(stderr, "%0.2lf ", A[i / N][i % N]);
    }
    fprintf(stderr, "\\nend   dump: %s\\nbegin dump: k %d\\nend   dump: k\\n", "A", N);
#endif
    return 0;
}
"""


@pytest.fixture(scope="module", autouse=True)
def _own_cache(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TUNEMBED_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture
def program(tmp_path):
    (tmp_path / "size.h").write_text("#define N 30\n")
    path = tmp_path / "main.c"
    path.write_text(SOURCE)
    return Program((path,), defines=("SECONDS=0.25",), flags=("-O1",))


def changed(program, old, new, **options):
    text = program.sources[0].read_text().replace(old, new)
    folder = program.sources[0].parent
    return replace(program, sources=(text,), include_dirs=(folder,), **options)


def test_time_and_outputs(program):
    assert program.run_time(2) == [0.25, 0.25]
    outputs = program.outputs()
    i, j = np.indices((30, 30))
    np.testing.assert_array_equal(outputs["A"], (i * j % 7 / 3.0).ravel())
    assert outputs["A"].dtype == np.float64
    np.testing.assert_array_equal(outputs["k"], [30])


def test_digits_beyond_those_printed_are_compared(program):
    small = changed(program, "/* work */", "A[3][4] += 1e-6;")
    outcome = program.verify(small)
    assert outcome.status == "wrong"
    assert outcome.detail.startswith("A[94] is")
    assert program.verify(small, Tolerance(atol=1e-5)).ok
    assert program.verify(replace(program, flags=("-O2",))).ok


def test_as_much_may_differ_as_rounding_changes_in_the_original(program):
    work = "volatile double x = 1e8; double v = x; A[0][0] += (v + 0.3) - v;"
    flags = ("-O1", "-ffast-math")
    original = changed(program, "/* work */", work, flags=flags)
    near = changed(program, "/* work */", "A[0][0] += 0.3 + 4e-9;")
    far = changed(program, "/* work */", "A[0][0] += 0.3 + 1e-6;")
    assert original.verify(near).ok
    assert original.verify(far).status == "wrong"
    assert original.verify(near, Tolerance(strict=True)).status == "wrong"


def test_an_original_that_fails_in_a_plain_build_allows_no_more(program):
    work = "if (!__FAST_MATH__) return 3;"
    text = "#ifndef __FAST_MATH__\n#define __FAST_MATH__ 0\n#endif\n" + SOURCE
    program.sources[0].write_text(text)
    original = changed(program, "/* work */", work, flags=("-O1", "-ffast-math"))
    candidate = changed(program, "/* work */", "A[0][0] += 1e-8;")
    assert original.verify(candidate).status == "wrong"


@pytest.mark.parametrize(
    ("work", "status", "detail"),
    [
        ("*(volatile int *)8 = 1;", "crash", "SIGSEGV"),
        ("return 3;", "crash", "exit code 3"),
        ("for (volatile int k = 1; k;) {}", "timeout", "0.5 s"),
        ("A[0][0] = 0.0 / (A[0][0] - A[0][0]);", "nan", "A[0]"),
        ("A[0][0] = (unsigned long)&argc;", "nondeterministic", "A[0]"),
        ("A[0][0] = ;", "compile_error", "source0.c:8:11: error"),
        ("#undef POLYBENCH_DUMP_ARRAYS", "crash", "no arrays"),
    ],
)
def test_bad_candidates_are_outcomes(program, work, status, detail):
    bad = changed(program, "    /* work */", work, timeout=0.5)
    outcome = program.verify(bad)
    assert outcome.status == status
    assert detail in outcome.detail


def test_a_bad_original_raises(program):
    with pytest.raises(CrashError, match="program.*SIGSEGV"):
        changed(program, "/* work */", "*(volatile int *)8 = 1;").outputs()
    with pytest.raises(KernelTimeoutError):
        changed(program, "/* work */", "for (;;);", timeout=0.3).run_time()
    with pytest.raises(CrashError, match="prints no time"):
        changed(program, "%0.6f", "").run_time()
    with pytest.raises(CompileError, match="size.h"):
        replace(program, sources=(SOURCE,)).build()


def test_programs_are_measured_in_turns(program):
    half = replace(program, defines=("SECONDS=0.125",))
    broken = changed(program, "/* work */", "*(volatile int *)8 = 1;")
    wrong = changed(program, "/* work */", "nonsense")
    effort = Effort(max_repetitions=7)
    faster, same, crashed, rejected = measure_programs(
        [program, half, program, broken, wrong], effort
    )
    assert faster.ratio == 2
    assert faster.ratio_interval == (2, 2)
    assert faster.stopped == "precise"
    assert faster.repetitions == 6
    assert same.ratio == 1
    assert crashed.outcome.status == "crash"
    assert rejected.outcome.status == "compile_error"
    with pytest.raises(ValueError, match="at least the baseline"):
        measure_programs([])
