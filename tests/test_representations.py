"""Representations of programs under the same models: what is learnt from what."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import os
import tarfile
from functools import partial

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix
from sklearn.utils import Bunch
from typer.testing import CliRunner

from tunembed.cli._main import app
from tunembed.datasets import _numa_sources, fetch_numa_sources
from tunembed.datasets._archive import MIRROR, digest
from tunembed.evaluation import (
    REPRESENTATIONS,
    Comparison,
    compare_representations,
    encoder,
    lead,
    overview,
    write_comparison,
)
from tunembed.evaluation._blocks import PROGRAM, blocks
from tunembed.evaluation._comparison import compare_on
from tunembed.evaluation._comparison_report import MEAN, as_markdown
from tunembed.evaluation._head import Head, cover, kernel
from tunembed.evaluation._ir2vec import UnavailableError, readable
from tunembed.evaluation._programs import ProgramProblem, Programs
from tunembed.evaluation._regions import compile_regions, mark_region, region_of
from tunembed.parsers import CompilerNotFoundError, compile_to_ir, parse_llvm_ir

LOADS = "\n".join(f"  %v{n} = load float, ptr %p" for n in range(20))
ADDS = "\n".join(f"  %s{n} = fadd float %x, %x" for n in range(20))


def program(number):
    """Return a module that loads much if the number is odd, and computes otherwise."""
    body = LOADS if number % 2 else ADDS
    lines = body.splitlines()[: 8 + number]
    text = "\n".join(lines)
    return parse_llvm_ir(
        f"define void @f{number}(ptr %p, float %x) {{\n{text}\n  ret void\n}}"
    )


@pytest.fixture(scope="module")
def problem():
    """Return a task that is easy for who looks at the programs, and else hopeless."""
    count = 12
    rows = np.repeat(np.arange(count), 3)
    gpu = rows % 2
    rng = np.random.default_rng(0)
    runtimes = pd.DataFrame({"CPU": 1.0, "GPU": np.where(gpu, 0.5, 2.0)})
    runtimes *= np.exp(0.02 * rng.normal(size=runtimes.shape))
    auxiliary = pd.DataFrame({"size": rng.normal(size=len(rows))})
    dataset = Bunch(
        data=auxiliary,
        feature_names=["size"],
        target=runtimes.idxmin(axis=1).to_numpy(),
        runtimes=runtimes,
        groups=pd.DataFrame({"program": rows}),
        baseline="CPU",
    )
    programs = Programs([program(number) for number in range(count)])
    return ProgramProblem(
        "made", dataset, programs, rows, auxiliary, ("usual", "program"), n_splits=3
    )


@pytest.fixture(scope="module")
def comparison(problem):
    steps = []
    wanted = ("auxiliary", "counters", "tokens", "graph")
    made = {name: REPRESENTATIONS[name] for name in wanted}
    found = compare_on(
        [("task", problem)],
        made,
        splits=["grouped"],
        seeds=[0],
        progress=lambda *step: steps.append(step),
    )
    assert steps[-1] == (12, 12)
    return found


def share(comparison, model):
    (value,) = comparison.scores.set_index("model").loc[[model], "oracle_share"]
    return value


@pytest.mark.parametrize("name", ["counters", "tokens", "graph"])
def test_programs_of_held_out_groups_are_understood(comparison, name):
    assert share(comparison, name) > 0.95
    assert share(comparison, "auxiliary") < 0.8


def test_trivial_models_stand_beside_once_per_split(comparison):
    scores = comparison.scores
    assert not scores.duplicated(["problem", "split", "model"]).any()
    assert {"baseline", "best constant", "oracle"} <= set(scores["model"])
    assert (scores.loc[scores["model"] == "oracle", "oracle_share"] == 1.0).all()


def test_the_overview_is_in_order_and_has_means(comparison):
    table = overview(comparison.scores, "grouped")
    assert table.index[0] == "baseline" and table.index[-1] == "oracle"
    assert table.loc["tokens", MEAN] == table.loc["tokens", "made"]


def test_a_task_counts_once_in_the_mean():
    rows = [
        {
            "task": task,
            "problem": name,
            "split": "usual",
            "model": "m",
            "oracle_share": v,
        }
        for task, name, v in (("a", "a1", 0.2), ("a", "a2", 0.4), ("b", "b", 0.9))
    ]
    assert overview(pd.DataFrame(rows), "usual").loc["m", MEAN] == pytest.approx(0.6)


def test_the_lead_is_over_the_best_that_is_not_pretrained():
    shares = {"counters": 0.7, "tokens": 0.8, "ir2vec": 0.99, "encoder": 0.85}
    rows = [
        {"task": "a", "problem": "a", "split": "usual", "model": m, "oracle_share": v}
        for m, v in shares.items()
    ]
    scores = pd.DataFrame(rows)
    assert lead(scores, "usual")["a"] == pytest.approx(0.05)
    assert lead(scores, "usual", "ir2vec")[MEAN] == pytest.approx(0.19)
    assert np.isnan(lead(scores, "usual", "mine")["a"])


def test_the_page_says_what_was_skipped(comparison, tmp_path):
    found = Comparison(comparison.scores, {"ir2vec": "no such package"})
    text, *plot = write_comparison(found, tmp_path / "out" / "page", "the command")
    page = text.read_text("utf-8")
    assert "the command" in page and "* `ir2vec`: no such package" in page
    assert all(path.suffix == ".svg" and path.stat().st_size for path in plot)
    assert page == as_markdown(found, "the command")


def test_what_cannot_be_had_is_skipped_with_its_reason(problem):
    def fails(modules):
        raise UnavailableError("no weights")

    found = compare_on([("task", problem)], {"mine": fails}, seeds=[0])
    assert found.skipped == {"mine": "no weights"} and found.scores.empty


def test_an_encoder_without_weights_is_skipped(problem, tmp_path):
    made = {"encoder": encoder(weights=tmp_path / "none.npz")}
    found = compare_on([("task", problem)], made, seeds=[0])
    assert "none.npz" in found.skipped["encoder"]


def test_programs_without_a_vector_are_counted_and_filled_in(problem):
    def half(modules):
        rows = np.ones((len(modules), 2))
        rows[::2] = np.nan
        rows[1::2, 0] = np.arange(len(modules) // 2)
        return rows

    found = compare_on([("task", problem)], {"half": half}, splits=["usual"], seeds=[0])
    scores = found.scores.set_index("model")
    assert scores.loc["half", "missing"] == 0.5
    assert np.isfinite(scores.loc["half", "oracle_share"])


def test_vectors_are_computed_once():
    calls = []

    def make(modules):
        calls.append(len(modules))
        return np.zeros((len(modules), 1))

    programs = Programs([None, None])
    assert programs.table("mine", make) is programs.table("mine", make)
    assert calls == [2]


def samples(rows):
    return pd.DataFrame({"size": np.arange(len(rows), dtype=float), PROGRAM: rows})


@pytest.mark.parametrize("sparse", [False, True])
def test_nothing_is_learnt_from_test_rows(sparse):
    """Whatever the rows of test programs hold, training samples look the same."""
    rng = np.random.default_rng(0)
    table = rng.poisson(2.0, size=(30, 12)).astype(float)
    table[:20, 0] = 0.0  # what only test programs have
    other = table.copy()
    other[20:] = rng.poisson(50.0, size=(10, 12))
    train = samples(np.arange(20))
    found = []
    for version in (table, other):
        given = csr_matrix(version) if sparse else version
        found.append(blocks(given, 4).fit(train).transform(train))
    np.testing.assert_array_equal(*found)


def test_words_that_no_training_program_has_change_nothing():
    rng = np.random.default_rng(0)
    known = rng.poisson(2.0, size=(12, 6)).astype(float)
    more = np.hstack([known, np.zeros((12, 3))])
    more[10:, 6:] = 7.0
    train, test = samples(np.arange(10)), samples(np.arange(10, 12))
    rows = [
        blocks(csr_matrix(table), 3).fit(train).transform(test)
        for table in (known, more)
    ]
    np.testing.assert_allclose(*rows, atol=1e-12)


def test_blocks_weigh_the_same():
    rng = np.random.default_rng(0)
    table = rng.normal(size=(40, 9)) * 100.0
    made = blocks(table, 5).fit_transform(samples(np.arange(40)))
    variances = made.var(axis=0)
    assert made.shape == (40, 6)
    assert variances[:5].sum() == pytest.approx(1.0)
    assert variances[5] == pytest.approx(1.0)


@pytest.mark.parametrize(("program", "auxiliary"), [(3, 2), (3, 0), (0, 2)])
def test_runs_of_near_programs_are_alike(program, auxiliary):
    alike = kernel(program, auxiliary)
    base, near, far = np.zeros((3, program + auxiliary))
    near, far = near + 0.1, far + 10.0
    values = alike(np.array([base]), np.array([base, near, far]))[0]
    assert values[0] == pytest.approx(1.0)
    assert values[0] > values[1] > 0.7 and values[2] < 0.01


def test_program_and_run_alone_are_a_quarter_each():
    alike = kernel(1, 1)
    here, other = np.array([[0.0, 0.0]]), np.array([[100.0, 0.0]])
    assert alike(here, other)[0, 0] == pytest.approx(0.25)
    assert alike(here, other[:, ::-1])[0, 0] == pytest.approx(0.25)


def test_what_near_programs_gain_by_comes_first(problem):
    table = problem.programs.table("counters", REPRESENTATIONS["counters"])
    X = problem.auxiliary.assign(**{PROGRAM: problem.rows})
    model = Head(partial(blocks, table), "CPU").fit(X, problem.dataset.runtimes)
    ranked = model.rank(X.iloc[[0, 3]], 2)
    assert ranked["configuration"].tolist() == ["CPU", "GPU", "GPU", "CPU"]
    assert ranked["expected_speedup"].iloc[2] > 1.2


def test_far_from_all_programs_the_mean_gain_is_expected(problem):
    """Five of six known programs are faster on the GPU: far from all, so is any."""
    known = [0, 1, 3, 5, 7, 9]
    rng = np.random.default_rng(0)
    vectors = rng.normal(0.0, 0.1, size=(12, 4))
    vectors[:, 0] += np.arange(12) % 2
    vectors[10] = 0.0, 9.0, -9.0, 9.0  # even, but like no other
    X = problem.auxiliary.assign(**{PROGRAM: problem.rows, "size": 0.0})
    train = X[np.isin(problem.rows, known)]
    model = Head(partial(blocks, vectors), "CPU")
    model.fit(train, problem.dataset.runtimes.loc[train.index])

    def best(number):
        ranked = model.rank(X[problem.rows == number][:1], 1)
        return ranked["configuration"][0], np.log(ranked["expected_speedup"][0])

    assert best(0)[0] == "CPU"
    device, gain = best(10)
    assert device == "GPU" and gain == pytest.approx(0.5 * 4 / 6, abs=0.1)
    assert best(9)[1] > gain


def test_a_cover_keeps_what_helps_someone():
    table = pd.DataFrame(
        {
            "base": [1.0, 1.0, 1.0],
            "good": [0.9, 0.9, np.nan],
            "special": [9.0, 9.0, 0.1],
            "copy": [0.95, 0.95, 2.0],
        }
    )
    assert cover(table, "base", 3) == ["base", "good", "special"]
    assert cover(table, "base", 4) == list(table)


def test_ir2vec_is_given_what_an_old_llvm_reads():
    text = (
        "define void @f(ptr noundef captures(none) %p) #0 {\n"
        "  %a = zext nneg i32 %x to i64, !noundef !3\n"
        "  %b = fmul <2 x float> %v, splat (float 2.0)\n"
        "  %c = add <2 x i32> %v, <2 x i32> splat (i32 1)\n"
        "}\nattributes #0 = { nocreateundeforpoison }"
    )
    found = readable(text)
    assert "captures" not in found and "nneg" not in found
    assert "@f_function(" in found and "!noundef" in found
    assert "<2 x i32> <i32 1, i32 1>" in found
    assert found.endswith("attributes #0 = { nounwind }")


SOURCE = """\
static void twice(double *x, int n) { for (int i = 0; i < n; i++) x[i] *= 2; }
void f(double *x, int n) {
#pragma omp parallel for
  for (int i = 0; i < n; i++) x[i] = 1;
#pragma omp parallel
  twice(x, n);
}
"""


def test_a_region_is_marked_behind_its_directive():
    lines = mark_region(SOURCE, 3).splitlines()
    assert lines[2] == "#pragma omp parallel for proc_bind(spread)"
    assert mark_region(SOURCE, 5).count("proc_bind") == 1
    with pytest.raises(ValueError, match="line 4 has no"):
        mark_region(SOURCE, 4)


def compiled(text, **options):
    try:
        return compile_to_ir(text, **options)
    except CompilerNotFoundError as error:
        pytest.skip(str(error))


def test_a_region_is_its_function_and_what_that_calls():
    level = {"opt_level": "O0"}
    loop, calling = (
        region_of(compiled(mark_region(SOURCE, line), **level)) for line in (3, 5)
    )
    assert len(loop.functions) == 1 and "f" not in loop.functions
    assert "twice" in calling.functions and len(calling.functions) == 2
    with pytest.raises(ValueError, match="no marked region was outlined"):
        region_of(compiled(SOURCE, **level))


def test_regions_that_do_not_compile_are_none():
    compiled(SOURCE)
    regions = pd.DataFrame(
        {
            "region": ["good", "bad", "old"],
            "file": ["a/f.c", "a/g.c", "a/h.c"],
            "line": [3, 1, 4],
            "folders": [(), (), ("b",)],
            "defines": [(), (), ("N=3",)],
        }
    )
    files = {
        "a/f.c": SOURCE.encode(),
        "a/g.c": b"#pragma omp parallel\n",
        # Implicit int and an implicit declaration, as C had before 1999.
        "a/h.c": b'#include "own.h"\ng(x) double *x; {\nh();\n'
        b"#pragma omp parallel\nx[0] = N; }\n",
        "b/own.h": b"",
    }
    modules, problems = compile_regions(regions, files)
    assert [module is None for module in modules] == [False, True, False]
    assert len(problems) == 1 and problems[0].startswith("bad: a/g.c")


def test_sources_come_with_the_lines_of_regions(tmp_path, monkeypatch):
    inside = {
        "example/hpc/NPB3.0-omp-C/CG/cg.c": b"int main() {}",
        "example/hpc/Quicksilver/src/main.cc": b"",
    }
    archive = _numa_sources.ARCHIVE
    path = tmp_path / archive.repository / f"{archive.commit}.tar.gz"
    path.parent.mkdir(parents=True)
    with tarfile.open(path, "w:gz") as file:
        for name, content in inside.items():
            (tmp_path / "member").write_bytes(content)
            file.add(tmp_path / "member", f"corhpex-share-{archive.commit}/{name}")
    wanted = dict([*inside.items()][:1])
    monkeypatch.setenv(MIRROR, str(tmp_path))
    monkeypatch.setattr(_numa_sources, "SHA256", digest(wanted))
    names = ["__cere__cg_conj_grad_551", "__cere__main_main_549"]
    found = fetch_numa_sources(names, data_home=tmp_path / "home")
    assert found.regions["line"].tolist() == [551, 549]
    assert found.regions["file"][1].endswith("heartwall/main.c")
    assert found.files["NPB3.0-omp-C/CG/cg.c"] == b"int main() {}"
    assert b"#define NA 14000\n" in found.files["NPB3.0-omp-C/CG/npbparams.h"]
    assert "Quicksilver/src/main.cc" not in found.files


def test_unknown_names_are_refused():
    with pytest.raises(ValueError, match="no representation 'magic'; there are aux"):
        compare_representations(["devmap"], ["magic"])
    with pytest.raises(ValueError, match="no task 'sorting'"):
        compare_representations(["sorting"])
    done = CliRunner().invoke(app, ["compare", "--split", "colour"])
    assert done.exit_code == 2 and "no split 'colour'" in done.output


@pytest.mark.skipif(not os.environ.get(MIRROR), reason=f"{MIRROR} is not set")
def test_the_command_prints_a_table_and_writes_a_page(tmp_path):
    arguments = ["compare", "--task", "coarsening", "--representation", "auxiliary"]
    arguments += ["--split", "grouped", "--seeds", "1", "--output", str(tmp_path)]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.output
    assert "grouped split" in done.output and "auxiliary" in done.output
    page = (tmp_path / "representations.md").read_text("utf-8")
    assert "tunembed compare --task coarsening --representation auxiliary" in page
