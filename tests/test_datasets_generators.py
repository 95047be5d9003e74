"""Data sets that are made, or shipped: generated kernels, runtime tables, records."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import GroupKFold, cross_val_score
from sklearn.neighbors import KNeighborsRegressor

from tunembed.datasets import (
    _loop_nests,
    _tuning_records,
    load_tuning_records,
    make_loop_nests,
    make_runtime_table,
)
from tunembed.datasets._generator._term import Term, shift
from tunembed.estimators import NearestNeighborRecommender
from tunembed.kernels import Kernel
from tunembed.kernels._expression import evaluate
from tunembed.metrics import speedup_score
from tunembed.parsers import find_loop_nests, parse_c, walk_loops
from tunembed.schedules import Schedule, prepare, transform
from tunembed.tuning import TuningDatabase, TuningRecord
from tunembed.tuning._arguments import argument_specs
from tunembed.tuning._knowledge import Knowledge

DATA = Path(__file__).parent / "data"
COMPILERS = [name for name in ("cc", "clang", "clang-19") if shutil.which(name)]
CC = shutil.which("cc")
needs_compiler = pytest.mark.skipif(CC is None, reason="no C compiler")

# A change here changes everybody's corpora; it belongs into the changelog.
TEXTS = "0a8392c873dac33e3f8dcb96123fdf53266f93c2453e1e238a2a52b11c1f8210"
N_FAMILIES = 18
# Where the dependence analysis understands what is generated, but for rare cases.
PROVABLE = [
    "convolution",
    "layout",
    "matrix-product",
    "matrix-vector",
    "pipeline",
    "pooling",
    "stencil",
    "triangular",
]
_WORD = re.compile(r"[A-Za-z_]\w*|\d[\w.]*|\S")
_KEPT = set("for if else continue const restrict".split())
_TYPES = set("double float int long".split())


def renamed(text, *, abstract=False):
    """Return a text with names numbered; abstract: also without types and numbers."""
    names, words = {}, []
    for word in _WORD.findall(re.sub(r"^#.*", "", text, flags=re.MULTILINE)):
        if abstract and word in ("const", "restrict"):
            continue
        if word[0].isdigit():
            word = "0" if abstract else word
        elif word in _TYPES:
            word = "type" if abstract else word
        elif word.isidentifier() and word not in _KEPT:
            word = re.sub("^(exp|fabs|fmax|fmin|log|sqrt)f$", r"\1", word)
            word = names.setdefault(word, f"v{len(names)}")
        words.append(word)
    return " ".join(words)


def functions(texts, names):
    return [parse_c(t).functions[n] for t, n in zip(texts, names, strict=True)]


# Generated loop nests


def test_same_seed_same_texts_everywhere():
    nests = make_loop_nests(200, openmp=True, random_state=0)
    digest = hashlib.sha256("".join(nests.data).encode()).hexdigest()
    assert digest == TEXTS
    again = make_loop_nests(200, openmp=True, random_state=0)
    assert again.data == nests.data
    pd.testing.assert_frame_equal(again.groups, nests.groups)
    assert make_loop_nests(50, openmp=True, random_state=0).data == nests.data[:50]
    assert make_loop_nests(50, openmp=True, random_state=1).data != nests.data[:50]


def test_families_and_names():
    nests = make_loop_nests(3 * N_FAMILIES, random_state=5)
    families = pd.Series(nests.target).value_counts()
    assert len(families) == N_FAMILIES and set(families) == {3}
    assert list(nests.groups["family"]) == list(nests.target)
    assert list(nests.groups["kernel"]) == nests.names
    assert len(set(nests.names)) == len(nests.data)
    for name, text in zip(nests.names, nests.data, strict=True):
        assert re.findall(r"^void (\w+)\(", text, re.MULTILINE) == [name]
    assert nests.DESCR and nests.license and nests.references
    assert nests.runtimes is None and nests.configurations is None
    X, y = make_loop_nests(3 * N_FAMILIES, random_state=5, return_X_y=True)
    assert X == nests.data and list(y) == list(nests.target)


def test_only_some_families():
    nests = make_loop_nests(5, families=["scan", "sparse", "scan"], random_state=0)
    counts = pd.Series(nests.target).value_counts()
    assert set(counts.index) == {"scan", "sparse"} and set(counts) == {2, 3}


def test_no_two_are_the_same():
    nests = make_loop_nests(500, random_state=0)
    assert len({renamed(text) for text in nests.data}) == 500
    assert nests.groups["template"].nunique() >= 450


def test_a_template_is_one_structure():
    nests = make_loop_nests(600, families=["pooling", "scan"], random_state=0)
    flat = re.compile(r"\w \*")
    shapes = pd.Series([renamed(text, abstract=True) for text in nests.data])
    shaped = pd.Series([flat.search(text) is None for text in nests.data])
    templates = nests.groups["template"]
    assert templates[shaped].duplicated().sum() > 10
    pairs = pd.DataFrame({"shape": shapes[shaped], "template": templates[shaped]})
    assert (pairs.groupby("template")["shape"].nunique() == 1).all()
    assert (pairs.groupby("shape")["template"].nunique() == 1).all()


def test_all_kinds_of_writing_occur():
    text = "\n".join(make_loop_nests(300, openmp=True, random_state=0).data)
    for pattern in (
        r"const float \w+\[",
        r"const double \w+\[restrict ",
        r"const int \w+\[",
        r"const \w+ \*restrict \w",
        r"const \w+ \*\w",
        r"long \w+ = 0;",
        r"float \w+ = 0\.0f;",
        r"-- ?\)|--\) ",
        r"\+= [234]\)",
        r"< \(\w+ \+ \d < \w+ \?",
        r"sqrtf?\(",
        r"\? ",
        r"fmaxf?\(",
        r" / ",
        r" % \d",
        r"\w\[\w+\[\w+\]\]",
        r"continue;",
        r"} else {",
        r"parallel for collapse\(2\)",
        r"parallel for simd",
        r"schedule\(dynamic, 4\)",
        r"omp simd reduction\(\+:",
        r"reduction\(max:",
    ):
        assert re.search(pattern, text), pattern


@pytest.mark.parametrize("compiler", COMPILERS)
@pytest.mark.parametrize("openmp", [False, True])
def test_compiles_without_warnings(compiler, openmp, tmp_path):
    nests = make_loop_nests(14 * N_FAMILIES, openmp=openmp, random_state=7)
    # One that lacks its header must not find it above.
    texts = sorted(nests.data, key=lambda text: text.startswith("#include"))
    (tmp_path / "all.c").write_text("\n".join(texts))
    flags = ["-std=c99", "-Wall", "-Wextra", "-Werror", "-fopenmp", "-c", "all.c"]
    done = subprocess.run(
        [compiler, *flags], cwd=tmp_path, capture_output=True, text=True, timeout=240
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "all.o").stat().st_size > 10_000


def test_is_parsed_with_its_pragmas():
    nests = make_loop_nests(4 * N_FAMILIES, openmp=True, random_state=11)
    marked = 0
    parsed = functions(nests.data, nests.names)
    for text, function in zip(nests.data, parsed, strict=True):
        assert find_loop_nests(function), text
        loops = walk_loops(function.body, opaque=True)
        directives = [directive for loop in loops for directive in loop.directives]
        assert len(directives) == text.count("#pragma"), text
        assert not [problem for d in directives for problem in d.problems]
        marked += bool(directives)
    assert marked > 0.7 * len(nests.data)


def test_pragmas_change_nothing_else():
    options = {"families": ["stencil", "sweep", "scan"], "random_state": 2}
    plain = make_loop_nests(60, **options)
    marked = make_loop_nests(60, openmp=True, **options)

    def words(text):
        kept = re.sub(r"^#pragma.*\n", "", text, flags=re.MULTILINE)
        return re.sub(r"[{}\s]", "", kept)

    assert not any("#pragma" in text for text in plain.data)
    assert list(map(words, plain.data)) == list(map(words, marked.data))
    pd.testing.assert_frame_equal(plain.groups, marked.groups)


def test_pragmas_are_proven_legal():
    options = {"families": PROVABLE, "random_state": 13}
    plain = make_loop_nests(4 * len(PROVABLE), **options)
    marked = make_loop_nests(4 * len(PROVABLE), openmp=True, **options)
    proven = 0
    for one, two in zip(
        functions(plain.data, plain.names),
        functions(marked.data, marked.names),
        strict=True,
    ):
        plan = prepare(one, strict_fp=False)
        seen = []
        for loop in walk_loops(two.body):
            seen.append(loop.iterator)
            if not loop.directives:
                continue
            count = seen.count(loop.iterator)
            step = loop.iterator if count == 1 else f"{loop.iterator}_{count}"
            if "reduction" in loop.directives[0].text:
                step += ", reduction=true"
            schedule = Schedule.parse(f"parallel({step})")
            done = transform(plan, schedule, assume_noalias=True)
            assert done.verdict, f"{two.unit.text}\n{step}: {done.verdict.reason}"
            proven += 1
    assert proven > 3 * len(PROVABLE)


SIZES = ((1,), (2, 3, 2, 4), (7, 5, 9, 6, 4, 3), (11, 11, 10, 7, 5))


def calls(name, specs):
    """Yield C blocks that run a kernel without and with its pragmas and compare."""
    names = [spec.name for spec in specs if spec.is_size]
    for number, values in enumerate(SIZES):
        sizes = {n: values[k % len(values)] for k, n in enumerate(names)}
        before, arguments, others, after = [f"state = {number};"], [], [], []
        for spec in specs:
            if not spec.shape:
                value = str(sizes.get(spec.name, 0.7))
                arguments.append(value)
                others.append(value)
                continue
            # A stencil without an interior touches less than nothing.
            n = max(0, int(np.prod([evaluate(e, sizes) for e in spec.shape])))
            kind, _, extent = spec.fill.partition(":")
            made = f"make_{spec.dtype}({n})"
            if extent:
                made = f"make_{'index' if kind == 'index' else 'offsets'}"
                made += f"({n}, {evaluate(extent, sizes)})"
            size = f"{n} * sizeof({spec.dtype})"
            before.append(f"{spec.dtype} *a_{spec.name} = {made};")
            before.append(f"{spec.dtype} *b_{spec.name} = copy(a_{spec.name}, {size});")
            arguments.append(f"(void *)a_{spec.name}")
            others.append(f"(void *)b_{spec.name}")
            pair = f"a_{spec.name}, b_{spec.name}, {n}"
            after.append(f'compare_{spec.dtype}("{name} {spec.name}", {pair});')
        run = f"{name}({', '.join(arguments)}); {name}_omp({', '.join(others)});"
        yield "{ " + "\n".join([*before, run, *after]) + " }"


def sanitizes(folder):
    """Whether programs with sanitizers are built and run here."""
    (folder / "empty.c").write_text("int main(void) { return 0; }\n")
    build = [CC, "-fopenmp", "-fsanitize=address,undefined", "empty.c", "-o", "empty"]
    if subprocess.run(build, cwd=folder, capture_output=True).returncode:
        return False
    done = subprocess.run([folder / "empty"], capture_output=True)
    return done.returncode == 0


@needs_compiler
def test_runs_within_its_arrays_and_alike_with_threads(tmp_path):
    if not sanitizes(tmp_path):
        pytest.skip("the compiler has no sanitizers")
    options = {"random_state": 17}
    plain = make_loop_nests(6 * N_FAMILIES, **options)
    marked = make_loop_nests(6 * N_FAMILIES, openmp=True, **options)
    parts = ['#include "generated_kernels.h"']
    blocks = []
    for name, one, two in zip(plain.names, plain.data, marked.data, strict=True):
        parts += [one, two.replace(f"void {name}(", f"void {name}_omp(")]
        blocks += calls(name, argument_specs(parse_c(one).functions[name]))
    counted = f'printf("%d calls", {len(blocks)});'
    parts += ["int main(void) {", *blocks, counted, "return failures; }\n"]
    (tmp_path / "all.c").write_text("\n".join(parts))
    checks = "address,undefined,float-cast-overflow,float-divide-by-zero"
    flags = ["-std=c99", "-g", "-fopenmp", f"-fsanitize={checks}", f"-I{DATA}"]
    build = [CC, *flags, "-fno-sanitize-recover=all", "all.c", "-o", "all", "-lm"]
    done = subprocess.run(build, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    environment = {
        **os.environ,
        "OMP_NUM_THREADS": "3",
        "ASAN_OPTIONS": "detect_leaks=0",
    }
    done = subprocess.run(
        [tmp_path / "all"], env=environment, capture_output=True, text=True, timeout=240
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout == f"{6 * N_FAMILIES * len(SIZES)} calls"


@needs_compiler
@pytest.mark.parametrize("family", ["gather-scatter", "reduction", "stencil", "sparse"])
def test_is_a_kernel_for_tuning(family, compiled):
    options = {"families": [family], "random_state": 3}
    (text,), (name,) = (make_loop_nests(1, **options)[key] for key in ("data", "names"))
    (marked,) = make_loop_nests(1, openmp=True, **options).data
    specs = argument_specs(parse_c(text).functions[name])
    sizes = {spec.name: 40 for spec in specs if spec.is_size}
    with Kernel(text, name, specs, sizes, threads=2) as kernel:
        assert kernel.verify(marked).status == "ok"
        end = list(re.finditer(r" [+-]?= ", text))[-1].end()
        broken = f"{text[:end]}7 + {text[end:]}"
        assert kernel.verify(broken).status == "wrong"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"families": ["stencil", "knitting"]}, "families must be one of .*'knitting'"),
        ({"families": []}, "families is empty"),
        ({"n_samples": 0}, "n_samples"),
        ({"openmp": "yes"}, "openmp"),
    ],
)
def test_wrong_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        make_loop_nests(**arguments)


def test_a_family_may_end(monkeypatch):
    make, seeds = _loop_nests.make_kernel, []

    def one_of_three(family, name, seed, *, openmp):
        seeds.append(seed)
        return make(family, name, seed % 3, openmp=openmp)

    monkeypatch.setattr(_loop_nests, "make_kernel", one_of_three)
    assert len(make_loop_nests(3, families=["scan"], random_state=0).data) == 3
    seeds.clear()
    with pytest.raises(ValueError, match="after 3 kernels, none of 200 .*'scan'"):
        make_loop_nests(4, families=["scan"], random_state=0)
    assert len(seeds) > 200


def test_parentheses_are_where_they_are_needed():
    a, b, c = Term("a"), Term("b"), Term("c")
    assert str(a - (b - c)) == "a - (b - c)"
    assert str((a + b) * (a + c)) == "(a + b) * (a + c)"
    assert str(a / (b * c)) == "a / (b * c)"
    assert str(a.compare("<", b).choose(a, b) + c) == "(a < b ? a : b) + c"
    assert str(a.compare("<", b).both(b.compare("<", c))) == "a < b && b < c"
    assert str((a + b).bits("&", c)) == "(a + b) & c"
    assert [shift("n + 1", by) for by in (-2, -1, 2)] == ["n - 1", "n", "n + 3"]


# Tuning records


def database():
    """Return the shipped records alone."""
    return TuningDatabase(Path("nowhere") / "tuning.sqlite")


@pytest.mark.parametrize("view", ["normal", "raw", "whole"])
def test_records_are_what_tuning_knows(view):
    records = load_tuning_records(view, as_frame=True)
    names = tuple(records.feature_names)
    known = Knowledge(database(), view, names, {"gcc", "clang"})
    assert len(records.data) == known.size > 10
    pd.testing.assert_frame_equal(records.runtimes, known.runtimes, check_names=False)
    features, _, _ = database().features(known.nests, feature_names=names)
    assert records.data.to_numpy().dtype == np.float32
    np.testing.assert_array_equal(records.data, features)
    for column in ("kernel", "family", "nest", "sizes"):
        assert records.groups[column].tolist() == known.nests[column].tolist()
    assert records.groups["structure"].tolist() == known.nests["nest_hash"].tolist()
    assert set(records.groups["view"]) == {view}
    assert database().features()[1] == names


def test_records_as_a_data_set():
    records = load_tuning_records()
    assert isinstance(records.data, np.ndarray) and records.data.ndim == 2
    assert records.configurations == list(records.runtimes.columns)
    assert records.configurations[0] == "baseline"
    assert set(records.target) <= set(records.configurations)
    best = [records.runtimes.loc[row, c] for row, c in enumerate(records.target)]
    np.testing.assert_array_equal(best, records.runtimes.min(axis=1))
    assert speedup_score(records.runtimes, records.target, "baseline") > 1.5
    assert f"{len(records.data)} loop nests" in records.DESCR
    assert records.groups["machine"].iloc[0] in records.DESCR
    X, y = load_tuning_records(return_X_y=True)
    assert X.shape == records.data.shape and list(y) == list(records.target)
    with pytest.raises(ValueError, match=r"view must be one of .*, got 'rear'"):
        load_tuning_records("rear")


def record(
    machine, seconds, *, compiler="gcc", schedule="", names=("a", "b"), **changes
):
    fields = {
        "kernel": "gemm",
        "family": "dense",
        "function": "gemm",
        "nest": 0,
        "kernel_hash": "a" * 64,
        "nest_hash": "b" * 64,
        "sizes": {"n": 100},
        "features": range(len(names)),
        "feature_names": names,
        "roles": {},
        "schedule": schedule,
        "schedule_json": [],
        "configuration": {"view": "raw", "compiler": compiler},
        "baseline_seconds": 1.0,
        "seconds": seconds,
        "speedup": 1.0 / seconds,
        "verified": True,
        "machine": {"cpu": "x", "cores": machine, "memory_gib": 8},
        "source": "campaign",
    }
    return TuningRecord(**{**fields, **changes})


def test_records_of_two_machines_and_two_feature_sets(tmp_path, monkeypatch):
    store = TuningDatabase(tmp_path / "tuning.sqlite", shipped=False)
    other = {"kernel": "dot", "names": ("a", "b", "c")}
    store.append(
        [
            record(1, 0.5),
            record(1, 0.25, compiler="clang"),
            record(1, 0.125, schedule="tile(L0=8)"),
            record(2, 0.75),
            record(2, 0.01, schedule="tile(L0=8)", verified=False, status="wrong"),
            record(2, 0.8, schedule="tile(L0=8)", **other),
        ]
    )
    monkeypatch.setattr(_tuning_records, "DATABASE", store.path)
    records = load_tuning_records("raw", as_frame=True)
    table = records.runtimes.assign(
        kernel=records.groups["kernel"], machine=records.groups["machine"]
    ).set_index(["kernel", "machine"])
    assert len(table) == 3
    one = table.loc[("gemm", "x, 1 cores, 8 GiB")]
    assert one["baseline"] == 0.5 and one["raw | clang | "] == 0.25
    assert one["raw | gcc | tile(L0=8)"] == 0.125
    two = table.loc[("gemm", "x, 2 cores, 8 GiB")]
    assert two["baseline"] == 0.75 and two.notna().sum() == 2
    assert table.loc[("dot", "x, 2 cores, 8 GiB"), "baseline"] == 1.0
    assert records.feature_names == ["a", "b", "c"]
    by_kernel = records.data.set_axis(records.groups["kernel"])
    assert by_kernel.loc["dot"].tolist() == [0, 1, 2]
    assert by_kernel.loc["gemm", "c"].isna().all()
    assert by_kernel.loc["gemm", "b"].tolist() == [1, 1]


def test_records_are_read_without_tuning(tmp_path):
    code = (
        "import sys; from tunembed.datasets import load_tuning_records;"
        "load_tuning_records(); print(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    modules = set(done.stdout.split())
    assert "tunembed.datasets" in modules and "sqlite3" in modules
    assert not {"tunembed.tuning", "tunembed.kernels", "islpy"} & modules


# Runtime tables


def test_runtime_table():
    table = make_runtime_table(200, 8, noise=0.1, random_state=0, as_frame=True)
    assert table.data.shape == (200, 20) and table.runtimes.shape == (200, 8)
    assert table.configurations == list(table.runtimes) == [f"c{k}" for k in range(8)]
    assert table.feature_names == list(table.data)
    assert len(set(table.informative)) == 5 and set(table.informative) < set(table.data)
    assert (table.runtimes > 0).all(axis=None)
    assert (table.target == table.runtimes.idxmin(axis=1)).all()
    assert table.groups["group"].nunique() == 50
    noise = np.log(table.runtimes / table.oracle)
    assert noise.to_numpy().std() == pytest.approx(0.1, rel=0.1)
    X, y = make_runtime_table(200, 8, noise=0.1, random_state=0, return_X_y=True)
    np.testing.assert_array_equal(X, table.data)
    np.testing.assert_array_equal(y, table.target)
    other = make_runtime_table(200, 8, noise=0.1, random_state=1)
    assert not np.array_equal(other.data, table.data)


def log_ratios(runtimes):
    return np.log(runtimes.div(runtimes["c0"], axis=0))


@pytest.mark.parametrize("rank", [1, 3])
def test_log_ratios_are_of_low_rank(rank):
    table = make_runtime_table(100, 8, rank=rank, noise=0.0, random_state=0)
    pd.testing.assert_frame_equal(table.runtimes, table.oracle)
    ratios = log_ratios(table.oracle).to_numpy()
    assert np.linalg.matrix_rank(ratios, tol=1e-8) == rank
    assert ratios[:, 1:].std() == pytest.approx(0.5, rel=0.2)


def test_only_informative_features_count():
    options = {"n_informative": 3, "n_groups": 600, "random_state": 0}
    table = make_runtime_table(600, as_frame=True, **options)
    ratios = log_ratios(table.oracle)
    model = KNeighborsRegressor(10)
    others = table.data.drop(columns=table.informative)
    assert cross_val_score(model, table.data[table.informative], ratios).min() > 0.6
    assert cross_val_score(model, others, ratios).max() < 0.1


def test_copies_leak():
    table = make_runtime_table(200, n_groups=40, random_state=0)
    ratios, groups = log_ratios(table.runtimes), table.groups["group"]
    model = KNeighborsRegressor(1)
    apart = cross_val_score(model, table.data, ratios, groups=groups, cv=GroupKFold(5))
    assert cross_val_score(model, table.data, ratios, cv=5).mean() > 0.8
    assert apart.mean() < 0.3


def test_missing_times():
    table = make_runtime_table(300, missing=0.4, random_state=0)
    gaps = table.runtimes.isna()
    assert gaps.iloc[:, 1:].to_numpy().mean() == pytest.approx(0.4, abs=0.03)
    assert not gaps["c0"].any() and table.oracle.notna().all(axis=None)


def test_a_recommender_learns_it():
    table = make_runtime_table(400, n_informative=2, n_features=3, random_state=0)
    train, test = next(GroupKFold(4).split(table.data, groups=table.groups["group"]))
    groups = table.groups["group"].iloc[train]
    model = NearestNeighborRecommender()
    model.fit(table.data[train], table.runtimes.iloc[train], groups=groups)
    chosen = model.predict(table.data[test])
    assert speedup_score(table.oracle.iloc[test], chosen, "c0") > 1.3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n_configurations": 1}, "n_configurations"),
        ({"n_features": 3}, "n_informative must be at most n_features, 3; got 5"),
        ({"rank": 12}, "rank must be at most n_configurations - 1, 11; got 12"),
        ({"n_groups": 101}, "n_groups must be at most n_samples, 100; got 101"),
        ({"missing": 1.0}, "missing"),
        ({"noise": -1.0}, "noise"),
    ],
)
def test_wrong_numbers_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        make_runtime_table(**arguments)
