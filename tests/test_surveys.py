"""Surveys: versions of loops, machine code, files that grow, and tiny real ones."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import math
import os

import pandas as pd
import pytest
from sklearn.utils import Bunch
from typer.testing import CliRunner

from tunembed._toolchain import Compiler, CompilerNotFoundError, find_compiler
from tunembed.cli._main import app
from tunembed.datasets._archive import MIRROR
from tunembed.kernels import ArgumentSpec
from tunembed.surveys import survey_openmp, survey_vectorization
from tunembed.surveys._machine_code import applied_factors, code_hashes
from tunembed.surveys._openmp import configurations, label, measure_run
from tunembed.surveys._openmp_kernels import openmp_kernels, read_kernel
from tunembed.surveys._records import Records, RecordsError
from tunembed.surveys._vectorization import SurveyError, choose_loops, measure_loop
from tunembed.surveys._versions import (
    ProgramTextError,
    same_but_for_names,
    take_apart,
    with_pragma,
    write_versions,
)

PROGRAM = """
#define BENCH(NAME, RUN_LINE, ITER, DIGEST_LINE) RUN_LINE;
int a[256];
unsigned short b[2+1][128];  // more
__attribute__((noinline))
void copy(int n) {
  int i;
  for (i = 0; i < 4; i++)
    for (int j = 0; j < 64; j++)
      a[j + 64 * i] += b[1][j] * n;
}
int main(int argc, char **argv) {
  BENCH("Copy", copy(3), 10, 0);
  return 0;
}
"""
PRAGMAS = ["vectorize_width(1) interleave_count(1)"] + [
    f"vectorize_width({width}) interleave_count(2)" for width in (4, 8, 8)
]
GCC = Compiler(("gcc",), "gcc", "12.2.0")


def clang():
    try:
        return find_compiler("clang-19")
    except CompilerNotFoundError:
        pytest.skip("there is no clang-19")


@pytest.fixture
def program():
    return take_apart(PROGRAM, "copy")


def test_a_program_is_taken_apart(program):
    assert program.function == "copy" and program.call == "copy(3)"
    assert program.arrays == ("a", "b") and program.local == ""
    assert program.bytes == 4 * 256 + 2 * 3 * 128
    with pytest.raises(ProgramTextError, match="no function, main or call"):
        take_apart(PROGRAM.replace("BENCH(", "BANK("), "copy")
    with pytest.raises(ProgramTextError, match="is not a number"):
        take_apart(PROGRAM.replace("a[256]", "a[N]"), "copy")


def test_names_do_not_make_another_program(program):
    renamed = PROGRAM.replace("a[", "q[").replace("copy", "move")
    assert same_but_for_names(take_apart(renamed, "move")) == same_but_for_names(
        program
    )
    longer = take_apart(PROGRAM.replace("64; j++", "60; j++"), "copy")
    assert same_but_for_names(longer) != same_but_for_names(program)


def test_the_pragma_goes_to_the_innermost_loop(program):
    text = with_pragma(program.text, "vectorize(enable)")
    before, after = text.split("#pragma clang loop vectorize(enable)\n")
    assert "i < 4" in before and after.lstrip().startswith("for (int j")
    versions = write_versions(program, PRAGMAS)
    assert versions.count("#pragma clang loop") == len(PRAGMAS)
    assert "tunembed_version_4(3)" in versions and "copy(" not in versions


def test_equal_code_has_equal_hashes():
    one = """
	.globl	tunembed_version_{0}
tunembed_version_{0}:   # @{0}
# %bb.0:
	movl	{1}(%rip), %eax   # comment
	jne	.LBB{0}_1
.LBB{0}_1:
	vmovups	.LCPI{0}_3(%rip), %zmm0
.Lfunc_end{0}:
	.size	tunembed_version_{0}, .Lfunc_end{0}-tunembed_version_{0}
"""
    text = "".join([one.format(0, "a"), one.format(1, "a"), one.format(2, "b")])
    hashes = code_hashes(text)
    assert hashes[0] == hashes[1] != hashes[2] and set(hashes) == {0, 1, 2}


def test_remarks_say_what_was_applied():
    remarks = (
        "tunembed_version_0:3:2: remark: vectorized loop (vectorization width: 16, "
        "interleaved count: 4) [-Rpass=loop-vectorize]\n"
        "tunembed_version_2:3:2: remark: interleaved loop (interleaved count: 8) "
        "[-Rpass=loop-vectorize]\n"
        "other.c:3:2: remark: interleaved loop (interleaved count: 2)\n"
    )
    assert applied_factors(remarks) == {0: "16x4", 2: "1x8"}


def test_a_loop_is_measured_once_per_code(program):
    rows = measure_loop(program, PRAGMAS, clang(), 5, 0)
    versions = [row["versions"].split(" ") for row in rows]
    assert versions[0][0] == "baseline"
    assert sorted(sum(versions, [])) == ["1x1", "4x2", "8x2", "8x2", "baseline"]
    # The same pragma twice is the same code.
    assert any(found.count("8x2") == 2 for found in versions)
    assert rows[0]["ratio"] == 1.0
    for row in rows:
        assert row["outcome"] == "ok" and row["repetitions"] == 5
        assert row["low"] <= row["ratio"] <= row["high"]
        assert row["seconds"] * row["ratio"] == pytest.approx(rows[0]["seconds"])


def test_a_wrong_version_is_found(program, monkeypatch):
    found = clang()
    monkeypatch.setattr(
        "tunembed.surveys._vectorization.write_versions",
        lambda *given: write_versions(*given).replace("b[1][j] * n", "b[1][j]", 1),
    )
    rows = measure_loop(program, PRAGMAS[:1], found, 5, 0)
    assert [row["outcome"] for row in rows] == ["ok", "wrong"]
    assert math.isnan(rows[1]["seconds"])


def test_loops_are_dealt_from_all_sources():
    other = PROGRAM.replace("+=", "-=")
    texts = [PROGRAM, PROGRAM.replace("a[", "q["), other, PROGRAM.replace("64", "32")]
    groups = pd.DataFrame({"kernel": ["copy"] * 4, "source": ["x", "x", "y", "x"]})
    dataset = Bunch(data=texts, groups=groups)
    chosen = choose_loops(dataset, 10, 0)
    sources = [groups["source"][row] for row, _ in chosen]
    assert sources == ["x", "y", "x"]  # without the one that differs in a name
    assert choose_loops(dataset, 2, 0) == chosen[:2]


def test_records_grow_and_know_their_machine(tmp_path):
    path = tmp_path / "folder" / "rows.csv"
    records = Records(path, ["run", "seconds"], "run", GCC)
    records.append([{"run": "one", "seconds": 0.123456}])
    again = Records(path, ["run", "seconds"], "run", GCC)
    assert again.finished() == {"one"}
    again.append([{"run": "two", "seconds": float("nan")}])
    lines = path.read_text().splitlines()
    assert lines[0].startswith(f"# machine {again.machine_id} {{")
    assert lines[1:] == [
        "run,seconds,machine",
        f"one,0.1235,{again.machine_id}",
        f"two,,{again.machine_id}",
    ]
    elsewhere = Records(path, ["run", "seconds"], "run", Compiler(("x",), "gcc", "9"))
    assert elsewhere.finished() == set()
    with pytest.raises(RecordsError, match="not those of this survey"):
        Records(path, ["run", "joules"], "run", GCC)


@pytest.mark.skipif(not os.environ.get(MIRROR), reason=f"{MIRROR} is not set")
def test_a_survey_of_loops_goes_on_where_it_stopped(tmp_path):
    clang()
    path, steps = tmp_path / "loops.csv", []
    options = {"repetitions": 5, "pragmas": PRAGMAS[1:3]}
    assert survey_vectorization(path, loops=1, **options) == 1
    count = survey_vectorization(
        path, loops=2, **options, progress=lambda *step: steps.append(step)
    )
    assert count == 1 and steps[-1] == (2, 2)
    rows = pd.read_csv(path, comment="#")
    assert rows["loop"].nunique() == 2 and (rows["outcome"] == "ok").all()


def test_only_clang_knows_the_pragma(tmp_path):
    with pytest.raises(SurveyError, match="name a clang"):
        survey_vectorization(tmp_path / "rows.csv", compiler="gcc")


def test_every_shipped_kernel_is_read():
    kernels = openmp_kernels()
    assert len(kernels) >= 40
    assert len({kernel.name for kernel in kernels}) == len(kernels)
    for kernel in kernels:
        assert "schedule(runtime)" in kernel.source, kernel.name
        assert list(kernel.sizes) == ["small", "medium", "large"]
        text = kernel.configured(2, "guided", 8)
        assert "omp_set_schedule(omp_sched_guided, 8)" in text
        names = {a.name for a in kernel.arguments if a.is_size}
        assert all(set(sizes) == names for sizes in kernel.sizes.values())


def test_a_header_says_what_a_signature_does_not():
    kernel = read_kernel(
        "/* f: x.\n * tunembed: family sparse\n * tunembed: small n=3 m=6\n"
        " * tunembed: fill at index:m\n */\n"
        "void f(int n, int m, const int at[restrict n + 1], double y[m])\n"
        "{\n    for (int i = 0; i < n; i++)\n        y[at[i]] = 0.0;\n}\n"
    )
    assert kernel.family == "sparse" and kernel.sizes == {"small": {"n": 3, "m": 6}}
    assert kernel.arguments[2] == ArgumentSpec("at", "int", ("n + 1",), "index:m")


def test_configurations_begin_with_the_baseline():
    found = configurations(6)
    assert found[0] == (6, "static", 0)
    assert [threads for threads, *_ in found[::15]] == [6, 1, 2, 4]
    assert len(set(map(label, found))) == len(found) == 60
    assert label((4, "dynamic", 8)) == "4 dynamic,8"


def test_a_kernel_is_verified_and_timed(monkeypatch):
    compiler = clang()
    monkeypatch.setattr("tunembed.surveys._openmp.CHUNKS", (0, 8))
    kernel = next(k for k in openmp_kernels() if k.name == "row_prefix")
    rows = measure_run(kernel, "small", 2, compiler, 1, 0)
    assert rows[0]["configuration"] == "2 static" and len(rows) == 12
    assert all(row["outcome"] in ("ok", "timeout") for row in rows)
    assert rows[0]["low"] <= rows[0]["seconds"] <= rows[0]["high"]


def test_a_survey_of_kernels_goes_on_where_it_stopped(tmp_path, monkeypatch):
    path = tmp_path / "rows.csv"
    measured = []

    def pretend(kernel, size, *_):
        measured.append((kernel.name, size))
        return [{"configuration": "1 static", "seconds": 1.0, "outcome": "ok"}]

    monkeypatch.setattr("tunembed.surveys._openmp.measure_run", pretend)
    assert survey_openmp(path, kernels=1, sizes=["small"], compiler=None) == 1
    assert survey_openmp(path, kernels=2, compiler=None) == 5
    assert len(measured) == len(set(measured)) == 6
    rows = pd.read_csv(path, comment="#")
    assert rows["run"].tolist()[0] == f"{measured[0][0]}/small"


def test_the_command_says_what_was_measured(tmp_path, monkeypatch):
    monkeypatch.setattr(
        "tunembed.surveys._openmp.measure_run", lambda *_: [{"seconds": 1.0}]
    )
    path = tmp_path / "rows.csv"
    command = ["survey", "openmp", str(path), "--kernels", "1", "--compiler", "cc"]
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 0, done.output
    assert "3 kernels at a size were measured now" in done.output
    path.write_text("other,columns\n")
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 2 and "Name a new file" in done.output


def test_the_command_names_a_missing_compiler(tmp_path):
    command = ["survey", "vectorization", str(tmp_path / "rows.csv")]
    done = CliRunner().invoke(app, [*command, "--compiler", "no-such-compiler"])
    assert done.exit_code == 2 and "no-such-compiler" in done.output
