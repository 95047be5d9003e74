"""Bad input to the whole command: one clear message, exit code 2, nothing lost."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import functools
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

import tunembed
import tunembed.tuning._tune as tuning
from conftest import KERNELS
from tunembed.cli import main
from tunembed.kernels import Kernel
from tunembed.tuning import TuningDatabase

LOOP = "void f(int n, double x[n])\n{\n    for (int i = 0; i < n; i++)\n        %s\n}\n"


class Output:
    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err


@pytest.fixture
def run(capsys, monkeypatch, tmp_path, compiled):
    monkeypatch.setenv("TUNEMBED_DATABASE", str(tmp_path / "user.sqlite"))
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr("tunembed.tuning._database.SHIPPED", tmp_path / "none.sqlite")
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        return Output(ended.value.code, *capsys.readouterr())

    return run


@pytest.fixture
def refused(run, tmp_path):
    """Run a command on a C text; return its one line of complaint."""

    def refused(text, *options, command="tune", name="k.c"):
        (tmp_path / name).write_text(text)
        shown = run(command, name, *options)
        assert shown.code == 2, shown.out + shown.err
        assert shown.out == ""
        (line,) = shown.err.splitlines()
        assert line.startswith("tunembed: ")
        assert [p.name for p in tmp_path.iterdir()] == [name]
        return line.removeprefix("tunembed: ")

    return refused


# What cannot be read


@pytest.mark.parametrize("command", ["tune", "explain"])
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "k.c: the file holds no C code"),
        ("/* nothing */\n", "k.c: the file holds no C code"),
        (LOOP % "x[i] = ;", "k.c:4:16: syntax error"),
        (LOOP % "x[i] = 1", "k.c:5:1: syntax error"),
        ((LOOP % "x[i] = 0;").replace("}", ""), "k.c:4:17: syntax error: at end of"),
        (
            '#include "none.h"\n' + LOOP % "x[i] = 0;",
            'k.c:1:10: included file "none.h"',
        ),
        ("int x;\n", "k.c: the file defines no function"),
        ("\nvoid f(int n) { n++; }\n", "k.c:2:6: no function has a loop (f)"),
        (
            "#include <vector>\nvoid f(std::vector<double>& x) { x.clear(); }\n",
            "k.c:1: this is C++",
        ),
        (
            LOOP % "x[i] = 0;" + (LOOP % "x[i] = 1;").replace("f(", "g("),
            "k.c:1:6: several functions have loops (f, g): choose one with --function",
        ),
    ],
)
def test_text(refused, command, text, message):
    assert refused(text, command=command).startswith(message)


@pytest.mark.parametrize("command", ["tune", "explain"])
def test_names_that_are_not_there(refused, command):
    text = "void g(void) { }\n" + LOOP % "x[i] = 0;"
    message = refused(text, "--function", "h", command=command)
    assert message == "k.c: no function 'h'; the file defines: g, f"
    message = refused(text, "--function", "g", command=command)
    assert message.startswith("k.c:1:6: the function 'g' has no loops")
    message = refused(text, "--size", "q=3", command=command)
    assert "size" in message and "'q'" in message and message.rstrip(".").endswith("n")


def test_a_cpp_file(refused):
    text = "template <class T> void f(T& x) { for (auto& y : x) y = 0; }\n"
    assert "C++" in refused(text, name="k.cpp")


def test_bytes_that_are_no_text(run, tmp_path):
    (tmp_path / "k.c").write_bytes(bytes(range(256)) * 4)
    shown = run("tune", "k.c")
    assert shown.code == 2 and len(shown.err.splitlines()) == 1


def test_old_style_c_is_understood(run, tmp_path):
    text = "void f(n, x) int n; double *x;\n{ for (int i = 0; i < n; i++) x[i] = 1; }\n"
    (tmp_path / "k.c").write_text(text)
    assert run("explain", "k.c").code == 0


# What cannot be run


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("x[i] = missing;", "k.c:4:16: error: 'missing' undeclared"),
        ("x[i] = *(double *)0;", "SIGSEGV"),
        ("x[i] = 1 / (i - i);", "SIG"),
        ("x[i + n] = 1.0;", "past the end of 'x'"),
        ("x[i - 2] = 1.0;", "before the start of 'x'"),
        ("x[i] = abort_now();", "abort_now"),
        ("x[i] = getpid();", "two runs on the same input differ"),
    ],
)
def test_kernels_that_fail(refused, statement, message):
    text = "int getpid(void);\n" if "getpid" in statement else ""
    found = refused(text + LOOP % statement, "--size", "n=20")
    assert found.startswith("The original 'f'") and message in found


def test_a_kernel_that_does_not_end(refused, monkeypatch):
    limited = functools.partial(Kernel, timeout=0.5, verify_sizes=[])
    monkeypatch.setattr(tuning, "Kernel", limited)
    text = "{ volatile int on = 1; while (on) { } x[i] = 0.0; }"
    assert "no result after 0.5 s" in refused(LOOP % text, "--size", "n=20")


def test_too_large(refused):
    text = "void f(int n, double x[n][n]) { for (int i = 0; i < n; i++) x[i][0] = 1; }"
    message = refused(text, "--size", "n=1000000")
    assert "GiB" in message and "Choose smaller sizes" in message


def test_flags_that_no_compiler_knows(refused):
    message = refused(LOOP % "x[i] = 0;", "--size", "n=20", "--flags", "-fnonsense")
    assert "does not compile" in message and "-fnonsense" in message


def test_arguments_that_cannot_be_made(refused):
    text = "struct s { int a; };\nvoid f(int n, struct s *p) "
    text += "{ for (int i = 0; i < n; i++) p[i].a = 0; }"
    assert refused(text).startswith("k.c:2:6: 'p' is a struct; make the arguments")


def test_arguments_that_do_not_fit(run, tmp_path):
    (tmp_path / "k.c").write_text(LOOP % "x[i] = 0;")
    (tmp_path / "inputs.py").write_text("def make(sizes, rng):\n    return {'n': 3}\n")
    shown = run("tune", "k.c", "--arguments", "inputs.py:make")
    assert shown.code == 2 and len(shown.err.splitlines()) == 1


def test_no_compiler(tmp_path, compiled):
    (tmp_path / "k.c").write_text(LOOP % "x[i] = 0;")
    for environment in ({"PATH": str(tmp_path)}, {"CC": str(tmp_path / "none")}):
        done = subprocess.run(
            [sys.executable, "-m", "tunembed", "tune", str(tmp_path / "k.c")],
            env=process_environment(tmp_path) | {"CC": ""} | environment,
            capture_output=True,
            text=True,
            timeout=100,
        )
        if done.returncode != 2 and "PATH" in environment:
            pytest.skip("the package ziglang brings a compiler")
        assert done.returncode == 2 and done.stdout == ""
        (line,) = done.stderr.splitlines()
        assert "ompiler" in line and "pip install tunembed[toolchain]" in line


# Where nothing can be written or read


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_read_only_folder(run, tmp_path):
    folder = tmp_path / "locked"
    folder.mkdir()
    (folder / "k.c").write_text(LOOP % "x[i] = 0;")
    folder.chmod(0o500)
    shown = run("tune", "locked/k.c", "--size", "n=20")
    folder.chmod(0o700)
    assert shown.code == 2 and "read-only" in shown.err


def test_damaged_database(run, tmp_path):
    (tmp_path / "k.c").write_text(LOOP % "x[i] = 2.0 * x[i];")
    (tmp_path / "bad.sqlite").write_text("nonsense" * 1000)
    for command in (["tune", "k.c", "--size", "n=20"], ["explain", "k.c"]):
        shown = run(*command, "--database", "bad.sqlite")
        assert shown.code == 2
        assert "bad.sqlite is not a tuning database" in shown.err.splitlines()[-1]
    assert (tmp_path / "bad.sqlite").read_text() == "nonsense" * 1000


def test_newer_database(run, tmp_path, store):
    with sqlite3.connect(store.path) as connection:
        connection.execute("PRAGMA user_version = 999")
    connection.close()
    (tmp_path / "k.c").write_text(LOOP % "x[i] = 2.0 * x[i];")
    shown = run("tune", "k.c", "--size", "n=20", "--database", store.path)
    assert shown.code == 2 and "newer" in shown.err.splitlines()[-1]


def test_benchmarks_without_inputs(run, tmp_path, monkeypatch):
    shown = run("benchmark", "polybench", "--path", tmp_path)
    assert shown.code == 2 and "not a copy of PolyBench" in shown.err
    shown = run("benchmark", "own", tmp_path)
    assert shown.code == 2 and "no C file" in shown.err
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    shown = run("benchmark", "spmm")
    assert shown.code == 2 and "MKL is not installed" in shown.err


# What works


def test_from_text_to_tuned_file(run, tmp_path, store):
    (tmp_path / "k.c").write_text(KERNELS["product"].replace("+=", "+= 3.0 *"))
    options = ["--database", store.path, "--threads", 1, "--trials", 2]
    shown = run("tune", "k.c", "--size", "n=110", "--json", *options)
    document = json.loads(shown.out)
    assert shown.code == 0 and document["speedup"] > 1.0
    assert "tuned by tunembed" in (tmp_path / "k.tuned.c").read_text()
    table = run("explain", "k.c", *options[:2]).out
    assert "product" in table and "Schedules that would be tried" in table


def test_nothing_is_known(run, tmp_path):
    (tmp_path / "k.c").write_text(LOOP % "x[i] = 2.0 * x[i];")
    shown = run("tune", "k.c", "--size", "n=20")
    assert shown.code == 3 and "Nothing was tried" in shown.out
    assert [p.name for p in tmp_path.iterdir()] == ["k.c"]


# Ctrl-C


def process_environment(folder):
    """Return the environment of a process whose files all lie in `folder`."""
    scratch = folder / "scratch"
    scratch.mkdir(exist_ok=True)
    return {
        **os.environ,
        "PYTHONPATH": str(Path(tunembed.__file__).parents[1]),
        "TUNEMBED_DATABASE": str(folder / "user.sqlite"),
        "TMPDIR": str(scratch),
        "NO_COLOR": "1",
    }


def heed_interrupts():
    """Undo that a shell starts background jobs with SIGINT ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_interrupt(tmp_path, campaigned):
    """The first trial is kept, temporary files go, nothing is written."""
    text = KERNELS["product"].replace("+=", "+= 3.0 *")
    (tmp_path / "k.c").write_text(text)
    shutil.copy(campaigned.database, tmp_path / "user.sqlite")
    command = [sys.executable, "-m", "tunembed", "tune", "k.c", "--size", "n=110"]
    process = subprocess.Popen(
        [*command, "--threads", "1", "--trials", "200"],
        cwd=tmp_path,
        env=process_environment(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=heed_interrupts,
    )
    try:
        first = process.stderr.readline()
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 130, first + err
    assert "1/" in first or "×" in first or "–" in first
    last = err.splitlines()[-1]
    assert last == (
        "tunembed: Interrupted. Every finished trial is in the tuning database."
    )
    assert out == ""
    before = TuningDatabase(campaigned.database, shipped=False)
    after = TuningDatabase(tmp_path / "user.sqlite", shipped=False)
    assert len(after) > len(before)
    assert set(after.records()["source"]) == {"campaign", "tune"}
    assert not list((tmp_path / "scratch").iterdir())
    assert not (tmp_path / "k.tuned.c").exists()
    assert (tmp_path / "k.c").read_text() == text
