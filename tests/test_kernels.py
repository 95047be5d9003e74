"""Kernels: bad input never ends the run, good input is compared and timed."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import gc
import json
import os
import shutil
import signal
import subprocess
import sys
import textwrap
import time

import numpy as np
import pytest

from tunembed.kernels import (
    ArgumentError,
    ArgumentSpec,
    Build,
    CompileError,
    CrashError,
    Effort,
    Kernel,
    KernelError,
    KernelMemoryError,
    KernelTimeoutError,
    NondeterministicError,
    OutOfBoundsError,
    Tolerance,
    fingerprint_id,
    machine_fingerprint,
)

BODY = "for (int i = 0; i < n; i++) y[i] += a * x[i];"
SOURCE = "void axpy(int n, double a, const double x[n], double y[n]) {{ {} }}\n"
ORIGINAL = SOURCE.format(BODY)
ARGUMENTS = (
    ArgumentSpec("n", "int"),
    ArgumentSpec("a", "double"),
    ArgumentSpec("x", "double", ("n",)),
    ArgumentSpec("y", "double", ("n",)),
)
FAST = ("-O1",)


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory):
    before = os.environ.get("TUNEMBED_CACHE")
    os.environ["TUNEMBED_CACHE"] = str(tmp_path_factory.mktemp("cache"))
    yield
    if before is None:
        del os.environ["TUNEMBED_CACHE"]
    else:
        os.environ["TUNEMBED_CACHE"] = before


@pytest.fixture(scope="module")
def axpy():
    with Kernel(ORIGINAL, "axpy", ARGUMENTS, {"n": 1000}, flags=FAST) as kernel:
        yield kernel


def with_body(body, before=""):
    return f"{before}\n{SOURCE.format(body)}"


def make(source, function, arguments, sizes, **options):
    return Kernel(source, function, arguments, sizes, flags=FAST, **options)


ZOO = {
    "same": (BODY, "", "ok", "n=1 , n=2, n=13"),
    "reversed": (
        BODY.replace("i = 0; i < n; i++", "i = n - 1; i >= 0; i--"),
        "",
        "ok",
        "",
    ),
    "prints": (
        f'printf("done 1 2\\n"); puts("ready"); {BODY}',
        "#include <stdio.h>",
        "ok",
        "",
    ),
    "reads": (f"getchar(); {BODY}", "#include <stdio.h>", "ok", ""),
    "segfault": ("*(volatile int *)8 = n;", "", "crash", "SIGSEGV"),
    "divides by zero": (
        f"volatile int z = 0; y[0] = n / z; {BODY}",
        "",
        "crash",
        "SIGFPE",
    ),
    "aborts": (
        f"{BODY} assert(n < 0);",
        "#undef NDEBUG\n#include <assert.h>",
        "crash",
        "Assertion `n < 0' failed",
    ),
    "exits": (f"{BODY} exit(3);", "#include <stdlib.h>", "crash", "exit code 3"),
    "exits with success": (
        f"{BODY} _exit(0);",
        "#include <unistd.h>",
        "crash",
        "exit code 0",
    ),
    "endless": ("volatile int k = 1; while (k) {}", "", "timeout", "after 2 s"),
    "writes one past the end": (
        f"{BODY} y[n] = 0;",
        "",
        "out_of_bounds",
        "1 element(s) past the end of 'y'",
    ),
    "writes before the start": (
        f"{BODY} ((volatile double *)x)[-1] = 0;",
        "",
        "out_of_bounds",
        "1 element(s) before the start of 'x'",
    ),
    "reads far past the end": (
        f"{BODY} y[0] += ((volatile double *)x)[n + 600];",
        "",
        "out_of_bounds",
        "past the end of 'x'",
    ),
    "reads one past the end": (f"{BODY} y[0] += x[n];", "", "nan", "y[0]"),
    "one wrong element": (
        f"{BODY} if (n == 1000) y[n / 2] *= 1.0001;",
        "",
        "wrong",
        "y[500]",
    ),
    "wrong remainder": (
        BODY.replace("i < n", "i < (n < 4 ? n : n / 4 * 4)"),
        "",
        "wrong",
        "(at n=13)",
    ),
    "changes an input": (f"{BODY} ((double *)x)[0] = 5;", "", "wrong", "x[0] is 5.0"),
    "not a number": (f"{BODY} y[0] = 0.0 / (y[0] - y[0]);", "", "nan", "y[0] is"),
    "infinite": (f"{BODY} y[0] = 1 / (y[0] - y[0]);", "", "wrong", "y[0] is inf"),
    "uses an address": (
        f"{BODY} y[0] = (double)(size_t)&n;",
        "#include <stddef.h>",
        "nondeterministic",
        "y[0]",
    ),
    "uses the time": (
        f"{BODY} struct timespec t; timespec_get(&t, TIME_UTC); y[0] = t.tv_nsec;",
        "#include <time.h>",
        "nondeterministic",
        "y[0]",
    ),
    "allocates too much": (
        f"volatile char *p = malloc((size_t)1 << 40); p[0] = 1; {BODY}",
        "#include <stdlib.h>",
        "memory",
        "more memory",
    ),
    "overflows the stack": (
        f"volatile char big[n * 40000L]; big[0] = 1; {BODY}",
        "",
        "crash",
        "stack overflow",
    ),
    "syntax error": (f"{BODY}\n  y[0] = ;", "", "compile_error", "axpy.c:3:10: error"),
    "undefined function": (f"missing(); {BODY}", "", "crash", "symbol: missing"),
}


@pytest.mark.parametrize("name", ZOO)
def test_zoo(axpy, name):
    body, before, status, detail = ZOO[name]
    outcome = axpy.verify(with_body(body, before))
    assert outcome.status == status, outcome
    if name == "same":
        assert outcome.detail.startswith("equal at n=1, n=2, n=13, n=31, n=499, n=1000")
    else:
        assert detail in outcome.detail


@pytest.mark.parametrize(
    "source", ["", "void other(void) {}", "void axpy(int n) {}", "int axpy;"]
)
def test_a_candidate_without_the_function_does_not_compile(axpy, source):
    assert axpy.verify(source).status == "compile_error"


def test_a_race_is_found():
    source = """
    double total(int n, const double x[n]) {
        volatile double s = 0;
        for (int k = 0; k < 100 * n; k++) s += x[k % n];
        return s;
    }
    """
    racy = source.replace("for (", "\n#pragma omp parallel for\nfor (")
    arguments = (ARGUMENTS[0], ARGUMENTS[2])
    with make(source, "total", arguments, {"n": 200_000}) as kernel:
        assert kernel.verify(racy).status in ("wrong", "nondeterministic")
        assert kernel.verify(racy.replace("for\n", "for reduction(+:s)\n")).ok


def test_the_kernel_survives_the_zoo(axpy):
    assert axpy.verify(ORIGINAL).ok
    assert not axpy.skipped


def test_strict_demands_equal_bits(axpy):
    other = ORIGINAL.replace("a * x[i]", "a * x[i] * (1 + 3e-16)")
    assert axpy.verify(other).ok
    outcome = axpy.verify(other, Tolerance(strict=True))
    assert outcome.status == "wrong"
    assert "bitwise" in outcome.detail


@pytest.mark.parametrize(
    ("body", "error", "message"),
    [
        ("*(volatile int *)8 = n;", CrashError, "SIGSEGV"),
        ("while (1) { *(volatile double *)y = 0; }", KernelTimeoutError, "0.5 s"),
        ("y[n] = 0;", OutOfBoundsError, "1 element\\(s\\) past the end of 'y'"),
        ("y[0] = (double)(unsigned long)&n;", NondeterministicError, "runs .* differ"),
        ("y[0] = ;", CompileError, r"axpy.c:2:\d+: error"),
    ],
)
def test_a_bad_original_raises(body, error, message):
    with (
        make(with_body(body), "axpy", ARGUMENTS, {"n": 50}, timeout=0.5) as kernel,
        pytest.raises(error, match=message),
    ):
        kernel.verify(ORIGINAL)


def test_nan_where_the_original_has_it_is_accepted():
    source = with_body(f"{BODY} y[0] = 0.0 / 0.0; y[n - 1] = 1 / 0.0;")
    with make(source, "axpy", ARGUMENTS, {"n": 20}) as kernel:
        assert kernel.verify(source).ok
        assert kernel.verify(ORIGINAL).status == "wrong"


def test_sizes_at_which_the_original_fails_are_left_out():
    source = with_body(f"{BODY} if (n < 10) y[n + 1000] = 1;")
    with make(source, "axpy", ARGUMENTS, {"n": 50}) as kernel:
        assert kernel.verify(ORIGINAL).ok
        assert [sizes for sizes, _ in kernel.skipped] == [{"n": 1}, {"n": 2}]


def test_wrong_function_name():
    with (
        make(ORIGINAL, "gemm", ARGUMENTS, {"n": 5}) as kernel,
        pytest.raises(CompileError, match=r"'gemm' cannot be called .*\(is there such"),
    ):
        kernel.verify(ORIGINAL)


def test_sizes_too_large_are_refused_before_allocating():
    started = time.monotonic()
    specs = (
        ARGUMENTS[0],
        ARGUMENTS[1],
        *(ArgumentSpec(v, "double", ("n", "n", "n")) for v in "xy"),
    )
    with (
        make(ORIGINAL, "axpy", specs, {"n": 100_000}) as kernel,
        pytest.raises(KernelMemoryError, match="GiB .* at sizes {'n': 100000}"),
    ):
        kernel.verify(ORIGINAL)
    assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ({"m": 5}, "Unknown size name 'm'; known: n"),
        ({"n": -5}, "n=-5; expected an int >= 0"),
        ({"n": 2.5}, "n=2.5"),
    ],
)
def test_bad_sizes(sizes, message):
    with pytest.raises(ArgumentError, match=message):
        Kernel(ORIGINAL, "axpy", ARGUMENTS, sizes)


def test_size_beyond_the_c_type():
    with (
        Kernel(
            "int f(int n) { return n; }", "f", ARGUMENTS[:1], {"n": 2**31}
        ) as kernel,
        pytest.raises(ArgumentError, match="does not fit the C type int"),
    ):
        kernel.verify("")


def test_read_only_cache_falls_back_to_a_temporary_folder(monkeypatch, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")  # permissions do not stop root, a file as folder does
    monkeypatch.setenv("TUNEMBED_CACHE", str(blocked / "cache"))
    with make(ORIGINAL, "axpy", ARGUMENTS, {"n": 5}) as kernel:
        assert kernel.verify(ORIGINAL).ok


def test_objects_are_cached_by_content(monkeypatch, tmp_path):
    monkeypatch.setenv("TUNEMBED_CACHE", str(tmp_path))
    (tmp_path / "factor.h").write_text("#define FACTOR 2\n")
    build = Build(
        '#include "factor.h"\nint f = FACTOR;', FAST, include_dirs=(tmp_path,)
    )
    first = build.library()
    assert build.library() == first
    (tmp_path / "factor.h").write_text("#define FACTOR 3\n")
    assert build.library() != first
    assert Build(build.source, ("-O2",), include_dirs=(tmp_path,)).library() != first
    assert not list((tmp_path / "objects").glob("build-*"))


def test_arguments_of_every_kind():
    source = """
    #include <complex.h>
    float all(long n, float s, double complex z, int *i, float complex c[2 * n],
              char b[n], const int p[n + 1], double A[n][n]) {
        float total = s;
        for (long k = 0; k < n; k++) {
            i[k] += b[k] + p[k + 1] - p[k];
            c[2 * k] *= I + z;
            A[k][n - 1 - k] += 1;
            total += p[n] + creal(z);
        }
        return total;
    }
    """
    arguments = (
        ArgumentSpec("n", "long"),
        ArgumentSpec("s", "float"),
        ArgumentSpec("z", "double complex"),
        ArgumentSpec("i", "int", ("n",), fill="index:n"),
        ArgumentSpec("c", "float complex", ("2 * n",)),
        ArgumentSpec("b", "char", ("n",)),
        ArgumentSpec("p", "int", ("n + 1",), fill="offsets:3 * n"),
        ArgumentSpec("A", "double", ("n", "n"), fill="spd"),
    )
    with make(source, "all", arguments, {"n": 30}) as kernel:
        assert kernel.verify(source.replace("I + z", "z + I")).ok
        for old, new, what in [
            ("return total", "return total * 1.001f", "the returned value"),
            ("+= b[k]", "+= b[k] + (k == 7)", "i[7]"),
            ("*= I + z", "*= I + z * 1.001", "c[0]"),
        ]:
            outcome = kernel.verify(source.replace(old, new))
            assert outcome.status == "wrong"
            assert what in outcome.detail


@pytest.mark.parametrize(
    "returned", ["int", "unsigned long", "double", "char", "_Bool"]
)
def test_returned_values_are_compared(returned):
    source = f"{returned} count(int n) {{ return n % 7 == 1 ? 1 : 0; }}"
    with make(source, "count", (ArgumentSpec("n", "int"),), {"n": 50}) as kernel:
        assert kernel.verify(source).ok
        outcome = kernel.verify(source.replace("? 1", "? 2 * 0"))
        assert outcome.status == "wrong"
        assert "the returned value is 0" in outcome.detail


def test_arguments_from_a_callable():
    source = """
    void spmv(int n, const long *rows, const int *columns, const double *values,
              const double *x, double *y) {
        for (int i = 0; i < n; i++)
            for (long k = rows[i]; k < rows[i + 1]; k++)
                y[i] += values[k] * x[columns[k]];
    }
    """

    def csr(sizes, rng):
        n = sizes["n"]
        rows = np.concatenate([[0], np.cumsum(rng.integers(0, 5, n))])
        columns = rng.integers(0, n, rows[-1]).astype(np.int32)
        return {
            "n": n,
            "rows": rows,
            "columns": columns,
            "values": rng.random(rows[-1]),
            "x": rng.random(n),
            "y": np.zeros(n),
        }

    with make(source, "spmv", csr, {"n": 200}) as kernel:
        assert kernel.verify(source.replace("y[i] +=", "y[i] = y[i] +")).ok
        assert (
            kernel.verify(source.replace("k < rows", "k < -1 + rows")).status == "wrong"
        )


def test_callable_that_fails():
    def broken(sizes, rng):
        raise KeyError("m")

    with (
        make(ORIGINAL, "axpy", broken, {"n": 5}) as kernel,
        pytest.raises(ArgumentError, match=r"callable fails at sizes .*KeyError"),
    ):
        kernel.verify(ORIGINAL)


def test_static_function_in_a_file_with_main_and_headers(tmp_path):
    (tmp_path / "kernel.h").write_text("#define TWO 2.0\n")
    path = tmp_path / "kernel.c"
    path.write_text(
        '#include "kernel.h"\n// tunembed: sizes n=77\n'
        "static void twice(int n, double x[n]) {\n"
        "    for (int i = 0; i < n; i++) x[i] *= TWO;\n}\n"
        "int main(void) { return 0; }\n"
    )
    arguments = (ARGUMENTS[0], ARGUMENTS[2])
    with make(path, "twice", arguments, None) as kernel:
        assert kernel.sizes == {"n": 77}
        assert kernel.verify(path.read_text().replace("*= TWO", "+= x[i]")).ok
        outcome = kernel.verify(path.read_text().replace("TWO;", "THREE;"))
        assert "kernel.c:4:41: error" in outcome.detail


def test_sizes_are_grown_until_the_run_takes_a_while():
    specs = [ArgumentSpec(v, "float", ("n", "n")) for v in "CAB"]
    source = """
    void gemm(int n, float C[n][n], const float A[n][n], const float B[n][n]) {
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++)
                for (int k = 0; k < n; k++) C[i][j] += A[i][k] * B[k][j];
    }
    """
    with make(source, "gemm", (ARGUMENTS[0], *specs), None) as kernel:
        assert 80 < kernel.sizes["n"] < 1500


def test_same_seed_same_arguments():
    spec = ArgumentSpec("x", "double", ("n",))
    values = [spec.make({"n": 9}, np.random.default_rng(3)) for _ in range(2)]
    np.testing.assert_array_equal(*values)
    assert (values[0] >= 0.1).all()
    assert (values[0] < 1.1).all()


# -- timing ---------------------------------------------------------------------------


def test_measure_finds_the_faster_one_and_outlives_a_crash():
    slow = with_body("for (int r = 0; r < 20; r++) " + BODY.replace("+=", "="))
    fast = with_body(BODY.replace("+=", "="))
    candidates = [
        fast,
        with_body("*(volatile int *)8 = n;"),
        slow,
        with_body("y[0] = ;"),
        Build(fast, ("-O0",)),
    ]
    effort = Effort(budget=2, max_repetitions=8)
    with Kernel(slow, "axpy", ARGUMENTS, {"n": 20_000}, flags=FAST) as kernel:
        found = kernel.measure(candidates, effort)
    faster, crashed, equal, broken, _ = found
    assert faster.ratio > 3
    assert faster.ratio_interval[0] <= faster.ratio <= faster.ratio_interval[1]
    assert faster.interval[0] <= faster.seconds <= faster.interval[1]
    assert 0 < faster.seconds < faster.baseline_seconds < 0.1
    assert faster.cpu_seconds > 0
    assert crashed.outcome.status == "crash"
    assert crashed.stopped == "failed"
    assert crashed.repetitions == 0
    assert np.isnan(crashed.seconds)
    assert broken.outcome.status == "compile_error"
    assert equal.stopped == "slower"


def test_in_place_kernels_are_timed_on_fresh_data():
    source = with_body(
        "for (int i = 0; i < n; i++) y[i] = y[i] > 2 ? 1e300 : y[i] * 3;"
    )
    with Kernel(source, "axpy", ARGUMENTS, {"n": 100}, flags=FAST) as kernel:
        measured = kernel.measure([source], Effort(budget=1, max_repetitions=6))[0]
    assert measured.seconds < 1e-4
    assert measured.repetitions >= 3


def test_one_thread_is_timed_by_its_processor_time():
    parallel = with_body(f"\n#pragma omp parallel for\n{BODY}")
    with Kernel(parallel, "axpy", ARGUMENTS, {"n": 3000}) as kernel:
        effort = Effort(budget=1, max_repetitions=4)
        (measured,) = kernel.measure([parallel], effort, one_thread=True)
    assert measured.outcome.ok
    assert measured.seconds == measured.cpu_seconds > 0
    assert measured.waited == 0.0


def test_candidate_of_another_compiler():
    if shutil.which("clang-19") is None:
        pytest.skip("clang-19 is not installed")
    parallel = with_body(f"\n#pragma omp parallel for\n{BODY}")
    candidate = Build(parallel, ("-O2",), "clang-19")
    with make(parallel, "axpy", ARGUMENTS, {"n": 3000}) as kernel:
        assert kernel.verify(candidate).ok
        measured = kernel.measure([candidate], Effort(budget=1, max_repetitions=4))
    assert measured[0].outcome.ok


# -- processes and files --------------------------------------------------------------


def test_temporary_files_go(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    kernel = make(ORIGINAL, "axpy", ARGUMENTS, {"n": 10})
    assert (
        kernel.verify(with_body("volatile int z = 0; y[0] = n / z;")).status == "crash"
    )
    assert list(tmp_path.iterdir())
    kernel.close()
    del kernel
    gc.collect()
    assert not list(tmp_path.iterdir())


def test_interrupt_kills_the_worker_and_removes_the_files(tmp_path):
    script = textwrap.dedent(
        f"""
        from tunembed.kernels import ArgumentSpec, Kernel
        source = "void spin(int n) {{ volatile int k = n < 3; while (!k) {{}} }}"
        with Kernel(source, "spin", (ArgumentSpec("n", "int"),), {{"n": 9}},
                    timeout=60, flags={FAST!r}, verify_sizes=()) as kernel:
            print("go", flush=True)
            kernel.verify(source)
        """
    )
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    process = subprocess.Popen(
        [sys.executable, "-c", script],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A shell starts background jobs with SIGINT ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert process.stdout.readline() == "go\n"
    deadline = time.monotonic() + 20
    while not (workers := children(process.pid)) and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=20)
    assert "KeyboardInterrupt" in errors
    assert workers
    assert not any(os.path.exists(f"/proc/{pid}") for pid in workers)
    assert not list(tmp_path.iterdir())


def children(pid):
    path = f"/proc/{pid}/task/{pid}/children"
    if not os.path.exists(path):
        pytest.skip("this system does not list a process' children")
    with open(path) as file:
        return [c for c in file.read().split() if "output" not in c]


# -- machine --------------------------------------------------------------------------


def test_fingerprint_is_stable_and_json():
    first = machine_fingerprint()
    assert json.loads(json.dumps(first)) == first
    assert first["cores"] >= 1
    assert len(fingerprint_id(first)) == 12
    assert fingerprint_id(first) == fingerprint_id(machine_fingerprint())
    assert fingerprint_id(first) != fingerprint_id({**first, "cores": 10**6})


def test_errors_are_runtime_errors():
    assert issubclass(KernelError, RuntimeError)
    assert issubclass(ArgumentError, ValueError)
