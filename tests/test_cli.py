"""The command line: exit codes, one clear line for bad input, tables and JSON."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import json
import math
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import tunembed
from test_database import make_record, make_several
from tunembed.cli import main
from tunembed.parsers import parse_c
from tunembed.tuning import TuningDatabase

KERNEL = "void f(int n, double x[n]) { for (int i = 0; i < n; i++) x[i] = 0; }\n"


class Output:
    def __init__(self, code, captured):
        self.code, self.out, self.err = code, captured.out, captured.err


@pytest.fixture
def run(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("TUNEMBED_DATABASE", str(tmp_path / "user.sqlite"))
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr("tunembed.tuning._database.SHIPPED", tmp_path / "none.sqlite")

    def run(*arguments):
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        return Output(ended.value.code, capsys.readouterr())

    return run


@pytest.fixture
def kernel(tmp_path):
    path = tmp_path / "f.c"
    path.write_text(KERNEL)
    return path


@pytest.fixture
def database(tmp_path):
    database = TuningDatabase(tmp_path / "user.sqlite", shipped=False)
    database.append(make_several())
    return database


class Result:
    """What `tunembed.tune` returns, without measuring anything."""

    def __init__(self, speedup):
        self.function_ = "f"
        self.speedup_ = speedup
        self.speedup_interval_ = (speedup - 0.1, speedup + 0.1)
        self.baseline_seconds_, self.seconds_ = 0.02, 0.02 / speedup
        self.schedule_ = "parallel(i)"
        self.source_ = "/* tuned */\n" + KERNEL
        self.verified_ = True
        self.refusals_ = {"'x' and 'y' may overlap: use --assume-noalias": 3, "no": 1}
        self.neighbors_ = pd.DataFrame({"kernel": ["axpy"], "distance": [0.25]})
        good = [1, "parallel(i)", True, "", True, "ok", 0.01, speedup, 1.9, 2.1]
        bad = [2, "tile(i=32)", False, "i carries S0", None, "illegal"]
        columns = "trial schedule legal reason verified status seconds speedup low high"
        self.trials_ = pd.DataFrame(
            [good, [*bad, *[math.nan] * 4]], columns=columns.split()
        )

    def to_json(self):
        return json.dumps({"function": self.function_, "speedup": self.speedup_})


@pytest.fixture
def tune(monkeypatch):
    """Replace `tunembed.tune`; what it was called with is in the list."""
    calls = []

    def fake(kernel, **options):
        calls.append({"kernel": kernel, **options})
        progress = options["progress"]
        progress({"kind": "parsed", "function": "f"})
        progress({"kind": "normalized"})
        progress({"kind": "neighbors"})
        trial = {"kind": "trial", "schedule": "parallel(i)", "status": "ok"}
        progress({**trial, "verified": True, "speedup": 2.0})
        progress({**trial, "verified": False, "status": "crash", "speedup": math.nan})
        progress({"kind": "done"})
        if isinstance(fake.outcome, BaseException):
            raise fake.outcome
        return fake.outcome

    fake.outcome = Result(2.0)
    fake.calls = calls
    monkeypatch.setattr(tunembed, "tune", fake, raising=False)
    return fake


# The command itself


def test_version_and_help(run):
    assert run("--version").out == f"tunembed {tunembed.__version__}\n"
    shown = run("--help")
    assert shown.code == 0
    for command in ("tune", "explain", "campaign", "benchmark", "db"):
        assert command in shown.out
    assert run("tune", "--help").code == 0


@pytest.mark.parametrize("arguments", [["nonsense"], ["tune"], ["tune", "--nonsense"]])
def test_wrong_usage(run, arguments):
    shown = run(*arguments)
    assert shown.code == 2
    assert shown.out == "" and shown.err


def test_completion():
    environment = {**os.environ, "_TUNEMBED_COMPLETE": "source_bash"}
    done = subprocess.run(
        [sys.executable, "-c", "from tunembed.cli import main; main()"],
        env=environment,
        cwd=Path(tunembed.__file__).parents[1],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert "complete" in done.stdout and "tunembed" in done.stdout


# tune


def test_tune_writes_the_faster_source(run, kernel, tune):
    shown = run("tune", kernel)
    assert shown.code == 0
    assert kernel.with_name("f.tuned.c").read_text() == Result(2.0).source_
    assert "2.00× [1.90, 2.10] faster, 20 ms to 10 ms" in shown.out
    assert "axpy" in shown.out and "i carries S0" in shown.out
    assert "crash" in shown.err and "2.00×" in shown.err
    assert sorted(p.name for p in kernel.parent.iterdir()) == ["f.c", "f.tuned.c"]


def test_tune_keeps_the_original(run, kernel, tune):
    tune.outcome = Result(1.0)
    shown = run("tune", kernel)
    assert shown.code == 3
    assert "is kept as it is" in shown.out
    assert not kernel.with_name("f.tuned.c").exists()


def test_tune_without_trials(run, kernel, tune):
    tune.outcome = Result(1.0)
    tune.outcome.trials_ = pd.DataFrame()
    shown = run("tune", kernel)
    assert shown.code == 3 and "Nothing was tried" in shown.out
    assert "3 of 4 refused: 'x' and 'y' may overlap: use --assume" in shown.out


@pytest.mark.parametrize(("speedup", "code"), [(2.0, 0), (1.0, 3)])
def test_tune_json_is_one_document(run, kernel, tune, speedup, code):
    tune.outcome = Result(speedup)
    shown = run("tune", kernel, "--json")
    assert shown.code == code
    assert json.loads(shown.out) == {"function": "f", "speedup": speedup}


def test_tune_passes_its_options_on(run, kernel, tune, tmp_path):
    (tmp_path / "inputs.py").write_text("def make(sizes, rng):\n    return {}\n")
    output = tmp_path / "out.c"
    options = ["--size", "ni=10,nj=20", "--size", "nk=30", "--function", "f"]
    options += ["--trials", 3, "--arguments", tmp_path / "inputs.py:make"]
    options += ["--database", tmp_path / "other.sqlite", "--output", output]
    options += ["--strict-fp", "--threads", 2, "--budget", 1.5, "--seed", 7]
    options += ["--flags", "-O2 -DX='a b'", "--assume-noalias"]
    assert run("tune", kernel, *options).code == 0
    (call,) = tune.calls
    assert call["sizes"] == {"ni": 10, "nj": 20, "nk": 30}
    assert call["arguments"]({}, None) == {}
    assert call["database"].path == tmp_path / "other.sqlite"
    assert call["flags"] == ["-O2", "-DX=a b"]
    assert (call["trials"], call["threads"], call["budget"]) == (3, 2, 1.5)
    assert call["strict_fp"] and call["assume_noalias"]
    assert (call["random_state"], call["function"]) == (7, "f")
    assert output.exists()


def test_tune_interrupted(run, kernel, tune):
    tune.outcome = KeyboardInterrupt()
    shown = run("tune", kernel)
    assert shown.code == 130
    assert "Every finished trial is in the tuning database" in shown.err
    assert shown.out == ""


def test_bad_input_is_one_line(run, kernel, tune):
    try:
        parse_c("void f(void) { int x = ; }", filename="bad.c")
    except ValueError as error:
        tune.outcome = error
    shown = run("tune", kernel, "--json")
    assert shown.code == 2 and shown.out == ""
    assert shown.err.splitlines()[-1].startswith("tunembed: bad.c:")


def test_a_bug_keeps_its_traceback(kernel, tune, monkeypatch):
    tune.outcome = ValueError("a bug")
    with pytest.raises(ValueError, match="a bug"):
        main(["tune", str(kernel)])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--size", "ni"], "A size is NAME=INTEGER, 1 or more, such as ni=1000"),
        (["--size", "ni=0"], "Got 'ni=0'"),
        (["--size", "ni=1,ni=2"], "Size ni is given twice: 1, 2"),
        (["--arguments", "inputs.py"], "--arguments takes FILE.py:CALLABLE"),
        (["--arguments", "none.py:f"], "There is no file none.py"),
        (["--flags", "'"], "Cannot split --flags"),
        (["--output", "/none/out.c"], "There is no folder /none for out.c"),
        (["--output", "/"], "/ is a folder"),
    ],
)
def test_tune_refuses(run, kernel, tune, options, message):
    shown = run("tune", kernel, *options)
    assert shown.code == 2 and shown.out == ""
    assert message in shown.err and len(shown.err.splitlines()) == 1
    assert not tune.calls


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("def f(:\n", "inputs.py:1: SyntaxError"),
        ("x = 1\ny = z\n", "inputs.py:2: NameError"),
        ("make = 1\n", "inputs.py has no callable 'make'"),
    ],
)
def test_arguments_file_that_fails(run, kernel, tune, tmp_path, text, message):
    (tmp_path / "inputs.py").write_text(text)
    shown = run("tune", kernel, "--arguments", tmp_path / "inputs.py:make")
    assert shown.code == 2 and message in shown.err


def test_kernel_that_is_not_there(run, tmp_path, tune):
    assert "none.c is not there" in run("tune", tmp_path / "none.c").err
    assert "a folder, not a C file" in run("tune", tmp_path).err
    assert "is not there" in run("explain", tmp_path / "none.c").err
    assert "There is no C file" in run("campaign", tmp_path).err


def test_the_kernel_is_not_overwritten(run, kernel, tune):
    shown = run("tune", kernel, "--output", kernel)
    assert shown.code == 2 and "is the kernel itself" in shown.err
    assert kernel.read_text() == KERNEL


def test_read_only_output_folder(run, kernel, tune, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK)
    shown = run("tune", kernel)
    assert shown.code == 2 and "read-only" in shown.err
    assert not tune.calls


def test_corrupt_database(run, kernel, monkeypatch, tmp_path):
    def read(kernel, **options):
        options["database"].records()

    monkeypatch.setattr(tunembed, "tune", read, raising=False)
    (tmp_path / "bad.sqlite").write_text("nonsense" * 1000)
    shown = run("tune", kernel, "--database", tmp_path / "bad.sqlite")
    assert shown.code == 2
    assert "bad.sqlite is not a tuning database" in shown.err


# explain, campaign, benchmark


class Explanation:
    """What `tunembed.explain` returns."""

    nests_ = pd.DataFrame({"nest": ["f:0"], "loops": ["i"], "affine": [True]})
    features_ = pd.DataFrame({"feature": ["depth"], "f:0": [1.0]})
    neighbors_ = pd.DataFrame({"nest": ["f:0"], "kernel": ["axpy"], "distance": [0.25]})
    schedules_ = pd.DataFrame({"schedule": ["parallel(i)"], "legal": [True]})

    def to_json(self):
        return json.dumps({"nests": [{"nest": "f:0"}]})


def test_explain(run, kernel, monkeypatch):
    calls = []

    def explain(kernel, **options):
        calls.append(options)
        return Explanation()

    monkeypatch.setattr(tunembed, "explain", explain, raising=False)
    shown = run("explain", kernel, "--size", "n=10")
    assert shown.code == 0 and calls[0]["sizes"] == {"n": 10}
    for text in ("f:0", "depth", "axpy", "0.25", "parallel(i)", "yes"):
        assert text in shown.out
    assert json.loads(run("explain", kernel, "--json").out) == {
        "nests": [{"nest": "f:0"}]
    }


def test_campaign(run, kernel, monkeypatch):
    def campaign(kernels, **options):
        event = {"kind": "kernel", "number": 1, "total": 1, "kernel": "f"}
        options["progress"]({**event, "speedup": 2.5, "status": "searched"})
        names = [path.stem for path in kernels]
        return pd.DataFrame({"kernel": names, "best": [2.5], "status": "searched"})

    monkeypatch.setattr(tunembed.tuning, "campaign", campaign, raising=False)
    for target in (kernel, kernel.parent):
        shown = run("campaign", target, "--trials", 5)
        assert shown.code == 0
        assert "2.5" in shown.out and "1/1  f " in shown.err


@pytest.mark.parametrize(("second", "code"), [("failed: b", 2), ("known", 0)])
def test_campaign_with_failures(run, kernel, monkeypatch, second, code):
    summary = pd.DataFrame({"kernel": ["f", "g"], "status": ["failed: a", second]})
    monkeypatch.setattr(tunembed.tuning, "campaign", lambda *_, **__: summary)
    shown = run("campaign", kernel)
    assert shown.code == code and "failed: a" in shown.out


class Benchmark:
    """What a benchmark returns."""

    table_ = pd.DataFrame({"kernel": ["f"], "speedup": [math.nan]})
    summary_ = {"geometric_mean": 1.5, "machine": {"cores": 2}}

    def to_json(self):
        return json.dumps({"summary": self.summary_})


@pytest.mark.parametrize(
    ("command", "options"),
    [("own", ["."]), ("polybench", ["--path", "."]), ("spmm", [])],
)
def test_benchmark(run, monkeypatch, tmp_path, command, options):
    monkeypatch.chdir(tmp_path)
    name = f"benchmark_{command}"
    monkeypatch.setattr(tunembed.tuning, name, lambda *a, **k: Benchmark(), False)
    shown = run("benchmark", command, *options)
    assert shown.code == 0
    assert "geometric mean" in shown.out and "1.5" in shown.out and "–" in shown.out
    assert json.loads(run("benchmark", command, *options, "--json").out)["summary"]


# db


def test_db_info(run, database):
    shown = run("db", "info")
    assert shown.code == 0
    assert str(database.path) in shown.out.replace("\n", "")
    assert "dense, stencil" in shown.out
    found = json.loads(run("db", "info", "--json").out)
    assert found["path"] == str(database.path)
    assert found["sources"] == {"campaign": 4, "tune": 1}


def test_db_export_import_merge(run, database, tmp_path):
    shown = run("db", "export", tmp_path / "records.csv")
    assert shown.code == 0 and shown.out.startswith("5 records in")
    other = tmp_path / "other.sqlite"
    shown = run("db", "import", tmp_path / "records.csv", "--database", other)
    assert f"5 new records in {other}" in shown.out
    TuningDatabase(other, shipped=False).append(make_record(9))
    shown = run("db", "merge", other)
    assert shown.code == 0 and "1 new records" in shown.out
    assert len(TuningDatabase(database.path, shipped=False)) == 6


def test_db_refuses(run, tmp_path):
    commands = [
        ("info", "--database", tmp_path / "none.sqlite"),
        ("export", tmp_path / "records.csv"),
        ("import", tmp_path / "none.csv"),
        ("merge", tmp_path / "none.sqlite"),
    ]
    for command in commands:
        shown = run("db", *command)
        assert shown.code == 2 and shown.out == ""
        assert len(shown.err.splitlines()) == 1
    assert not list(tmp_path.iterdir())


def test_db_with_a_corrupt_file(run, tmp_path):
    (tmp_path / "user.sqlite").write_text("nonsense" * 1000)
    shown = run("db", "info")
    assert shown.code == 2 and "is not a tuning database" in shown.err


def test_benchmark_refuses_a_missing_folder(run, tmp_path):
    shown = run("benchmark", "polybench", "--path", tmp_path / "none")
    assert shown.code == 2 and "There is no folder" in shown.err
    assert run("benchmark", "own", tmp_path / "none").code == 2


# -- a schedule of one's own -----------------------------------------------------------

COLUMNS = """\
void f(int n, double x[restrict n], const double A[restrict n][n])
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++)
            x[i] += A[i][j];
}
"""


@pytest.fixture
def columns(tmp_path):
    path = tmp_path / "columns.c"
    path.write_text(COLUMNS)
    return path


def test_apply_writes_the_scheduled_kernel(run, columns):
    done = run("apply", columns, "--schedule", "tile(i=32); parallel(i_t); simd(j)")
    written = columns.with_name("columns.scheduled.c")
    assert done.code == 0
    assert f"{written}: tile(i=32); parallel(i_t); simd(j)" in done.out
    assert "uses a permission: reassociates" in done.out
    assert "#pragma omp parallel for" in written.read_text()
    assert columns.read_text() == COLUMNS


@pytest.mark.parametrize(
    ("schedule", "message"),
    [
        ("parallel(j)", "not legal: parallel(j): the loop carries a reduction"),
        ("tile(q=3)", "not legal: no loop named 'q'; the loops are: i, j"),
        ("twist(i)", "unknown step 'twist'"),
    ],
)
def test_apply_says_why_not(run, columns, schedule, message):
    done = run("apply", columns, "--schedule", schedule)
    assert (done.code, done.out) == (2, "")
    assert message in done.err
    assert not columns.with_name("columns.scheduled.c").exists()


def test_apply_keeps_every_rounding_when_told_to(run, columns):
    done = run("apply", columns, "--schedule", "simd(j)", "--strict-fp")
    assert done.code == 2 and "simd(j)" in done.err


def test_apply_does_not_overwrite_the_kernel(run, columns):
    done = run("apply", columns, "--schedule", "parallel(i)", "-o", columns)
    assert done.code == 2 and "is the kernel itself" in done.err


def test_explain_a_schedule_step_by_step(run, columns):
    done = run(
        "explain", columns, "--json", "--schedule", "parallel(j); tile(i=8); simd(j)"
    )
    first, second, third = json.loads(done.out)
    assert (done.code, first["legal"], first["step"]) == (0, False, "parallel(j)")
    assert "the loop carries a reduction into 'x'" in first["reason"]
    assert second["does"].startswith("Strip-mine loops")
    assert third["step"] == "simd(j)"


def test_explain_a_schedule_as_a_table(run, columns):
    done = run("explain", columns, "--schedule", "interchange(j, i); parallel(i)")
    assert done.code == 0
    assert "interchange(j, i)" in done.out and "Steps" in done.out


def test_explain_what_every_step_buys(run, columns):
    steps = "parallel(j); interchange(j, i); parallel(i)"
    done = run(
        *("explain", columns, "--schedule", steps, "--measure", "--json"),
        *("--size", "n=60"),
    )
    assert done.code == 0, done.err
    rows = json.loads(done.out)
    assert [row["step"] for row in rows] == steps.split("; ")
    assert {row["status"] for row in rows} == {"illegal"}

    done = run(
        *("explain", columns, "--schedule", "simd(j); parallel(i)"),
        *("--measure", "--size", "n=60", "--threads", "1"),
    )
    assert done.code == 0, done.err
    assert "speedup" in done.out and "ok" in done.out
    assert max(map(len, done.out.splitlines())) <= 80


def test_explain_measures_only_a_schedule(run, columns):
    done = run("explain", columns, "--measure")
    assert (done.code, done.out) == (2, "")
    assert "--measure needs a --schedule" in done.err
