"""The frozen encoder: rows, what must not change them, and files of weights."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import json
import pickle
import subprocess
from pathlib import Path

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from tunembed._toolchain import find_clang
from tunembed.embeddings import MIREncoder, WeightsError
from tunembed.embeddings._encoder._arrays import graph_arrays, text_arrays
from tunembed.embeddings._encoder._text import windows
from tunembed.embeddings._encoder._vocabulary import (
    MASK,
    SPECIAL,
    UNKNOWN,
    Vocabulary,
)
from tunembed.embeddings._encoder._weights import (
    Weights,
    expected_shapes,
    load_weights,
    save_weights,
)
from tunembed.embeddings._mirencoder import DEFAULT
from tunembed.features import ProgramParser, SampleError
from tunembed.parsers import CompilerNotFoundError, compile_to_ir, parse_llvm_ir

SIZES = {
    "pieces": {"components": 16, "longest": 8},
    "text": {"layers": 2, "heads": 2, "hidden": 24, "window": 8},
    "graph": {"components": 12, "layers": 2},
}
WORDS = "define ret add sub mul load store br icmp phi call getelementptr i32 i64 ptr"
PIECES = [*SPECIAL, *WORDS.split(), "double", "%v", "<", "##1", "##>", "@f", "slt"]
LOOP = """
define double @sum(i64 %n, ptr %x) {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %s = phi double [ 0.0, %entry ], [ %t, %loop ]
  %p = getelementptr double, ptr %x, i64 %i
  %v = load double, ptr %p
  %t = fadd double %s, %v
  %next = add i64 %i, 1
  %c = icmp slt i64 %next, %n
  br i1 %c, label %loop, label %done
done:
  ret double %t
}
"""
TWICE = "define i32 @twice(i32 %x) { %y = add i32 %x, %x  ret i32 %y }\n"
OTHER = "define i32 @other(i32 %x) { %y = sub i32 7, %x  ret i32 %y }\n"


def random_weights(seed=0):
    source = np.random.default_rng(seed)
    arrays = {
        name: source.normal(scale=0.3, size=shape).astype(np.float16).astype(np.float32)
        for name, shape in expected_shapes(SIZES, len(PIECES)).items()
    }
    vocabulary = Vocabulary(PIECES, SIZES["pieces"]["longest"])
    return Weights(SIZES, {"licence": "none"}, vocabulary, arrays)


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    path = tmp_path_factory.mktemp("weights") / "small.npz"
    save_weights(path, random_weights())
    return path


@pytest.fixture(scope="module")
def encoder(weights):
    return MIREncoder(weights)


def parsed(*texts):
    return ProgramParser("llvm").transform(list(texts))


def test_rows_and_names(encoder):
    modules = parsed(LOOP, TWICE, LOOP + TWICE)
    rows = encoder.fit(modules).transform(modules)
    assert rows.shape == (3, 28) and rows.dtype == np.float32
    assert np.isfinite(rows).all() and np.ptp(rows, axis=0).min() > 0
    names = encoder.get_feature_names_out()
    assert names[0] == "text_mean0" and names[-1] == "graph_mean11"
    frame = clone(encoder).set_output(transform="pandas").transform(modules)
    assert list(frame) == list(names)


@pytest.mark.parametrize(
    ("modality", "pooling", "width"),
    [
        ("text", "mean", 16),
        ("graph", "max", 12),
        ("both", ("mean", "loops"), 56),
        ("text", ["max"], 16),
    ],
)
def test_modalities_and_poolings(weights, modality, pooling, width):
    encoder = MIREncoder(weights, modality=modality, pooling=pooling)
    rows = encoder.transform(parsed(LOOP))
    assert rows.shape == (1, width) == (1, len(encoder.get_feature_names_out()))


def test_modalities_are_parts_of_both(weights, encoder):
    modules = parsed(LOOP, TWICE)
    parts = [
        MIREncoder(weights, modality=m).transform(modules) for m in ("text", "graph")
    ]
    np.testing.assert_allclose(np.hstack(parts), encoder.transform(modules), atol=1e-6)


def test_loops_weigh_more(weights):
    encoder = MIREncoder(weights, modality="text", pooling="loops")
    mean = MIREncoder(weights, modality="text")
    straight, looped = parsed(TWICE, LOOP)
    np.testing.assert_allclose(
        encoder.transform([straight]), mean.transform([straight]), atol=1e-6
    )
    assert np.abs(encoder.transform([looped]) - mean.transform([looped])).max() > 0.01


@pytest.mark.parametrize(
    "same",
    [
        LOOP.replace("%next", "%further")
        .replace("@sum", "@total")
        .replace("loop", "l"),
        LOOP.replace("load double, ptr %p", "load double, ptr %p, !tbaa !0")
        + '!0 = !{!1, !1, i64 0}\n!1 = !{!"double", !2, i64 0}\n!2 = !{!"root"}\n',
        '; a comment\ntarget triple = "x86_64-pc-linux-gnu"\n' + LOOP,
    ],
    ids=["names", "metadata", "comment"],
)
def test_what_says_nothing_changes_nothing(encoder, same):
    rows = encoder.transform(parsed(LOOP, same))
    np.testing.assert_allclose(rows[0], rows[1], atol=1e-6)


def test_debug_information_changes_nothing(encoder, tmp_path):
    try:
        clang = find_clang()
    except CompilerNotFoundError as error:
        pytest.skip(str(error))
    source = tmp_path / "f.c"
    source.write_text("double f(int n, double *x) { int i = n / 2; return x[i]; }")
    rows = []
    for option in ("-g0", "-g"):
        output = tmp_path / f"f{option}.ll"
        command = [*clang.path, "-O1", option, "-S", "-emit-llvm", source]
        subprocess.run([*command, "-o", output], check=True)
        rows.append(encoder.transform([parse_llvm_ir(output)])[0])
    assert "DILocalVariable" in output.read_text()
    np.testing.assert_allclose(rows[0], rows[1], atol=1e-6)


def test_order_of_functions_changes_nothing(encoder):
    rows = encoder.transform(parsed(LOOP + TWICE + OTHER, OTHER + LOOP + TWICE))
    np.testing.assert_allclose(rows[0], rows[1], atol=1e-6)


def test_different_programs_differ(encoder):
    rows = encoder.transform(parsed(TWICE, OTHER, TWICE.replace("add", "mul")))
    assert np.abs(rows[0] - rows[1]).max() > 1e-3
    assert np.abs(rows[0] - rows[2]).max() > 1e-3


def test_operands_have_an_order(weights):
    """The graph tells ``x - y`` from ``y - x``; as text they are the same."""
    one = (
        "define i32 @f(i32 %x) { %y = mul i32 %x, %x  %z = sub i32 %x, %y  ret i32 %z }"
    )
    other = one.replace("%x, %y ", "%y, %x ")
    text = MIREncoder(weights, modality="text").transform(parsed(one, other))
    graph = MIREncoder(weights, modality="graph").transform(parsed(one, other))
    np.testing.assert_allclose(text[0], text[1], atol=1e-6)
    assert np.abs(graph[0] - graph[1]).max() > 1e-4


def test_batches_and_processes_change_nothing(weights):
    modules = parsed(LOOP, TWICE, OTHER, LOOP + OTHER, TWICE + OTHER)
    rows = MIREncoder(weights).transform(modules)
    for options in ({"batch_size": 1}, {"batch_size": 2, "n_jobs": 2}):
        other = MIREncoder(weights, **options).transform(modules)
        np.testing.assert_allclose(other, rows, atol=1e-5)


def test_long_functions_are_read_in_windows(weights):
    body = "".join(f"%v{n} = add i32 %v{n - 1}, 3\n" for n in range(1, 400))
    text = f"define i32 @f(i32 %v0) {{\n{body}ret i32 %v399\n}}\n"
    longer = text.replace("add i32 %v398, 3", "mul i32 %v398, 3")
    rows = MIREncoder(weights).transform(parsed(text, longer))
    assert np.isfinite(rows).all()
    assert np.abs(rows[0] - rows[1]).max() > 1e-5  # the last window counts


def test_windows_cover_every_statement_once():
    starts, sizes = windows(np.array([3, 17, 8, 1]), 8)
    covered = np.concatenate(
        [np.arange(a, a + b) for a, b in zip(starts, sizes, strict=True)]
    )
    np.testing.assert_array_equal(covered, np.arange(29))
    assert sizes.max() <= 8 and sizes.min() >= 1
    assert len(starts) == 1 + 3 + 1 + 1


def test_functions_by_themselves(encoder):
    module, single = parsed(LOOP + TWICE, OTHER)
    frame = encoder.transform_functions([module, single])
    assert list(frame.index) == [(0, "sum"), (0, "twice"), (1, "other")]
    alone = encoder.transform([module.functions["twice"]])
    np.testing.assert_allclose(frame.loc[(0, "twice")], alone[0], atol=1e-6)
    assert list(frame.columns) == list(encoder.get_feature_names_out())


def test_missing_samples(weights):
    module = parsed(LOOP)[0]
    with pytest.raises(SampleError, match=r"X\[1\]: nothing was parsed"):
        MIREncoder(weights).transform([module, None])
    rows = MIREncoder(weights, errors="nan").transform([module, None])
    assert np.isfinite(rows[0]).all() and np.isnan(rows[1]).all()
    with pytest.raises(TypeError, match=r"X\[0\] must be .* got str"):
        MIREncoder(weights).transform([LOOP])
    assert MIREncoder(weights).transform([]).shape == (0, 28)


def test_in_a_pipeline(weights):
    pipe = make_pipeline(ProgramParser("llvm"), MIREncoder(weights), StandardScaler())
    rows = pipe.fit_transform([LOOP, TWICE, OTHER])
    np.testing.assert_allclose(rows.mean(axis=0), 0, atol=1e-5)


def test_arrays_of_a_function():
    function = parse_llvm_ir(LOOP).functions["sum"]
    text, graph = text_arrays(function), graph_arrays(function)
    assert text.statements[0] == "define i64 ptr"
    assert text.depths.tolist() == [0, 0, *[1] * 8, 0]
    assert graph.depths.max() == 1
    assert "double <0>" in graph.texts and "fadd" in graph.texts
    assert graph.edges.max() < len(graph.nodes)
    assert set(graph.kinds.tolist()) == {0, 1, 2}
    # br i1: the branch back and the one out differ in position.
    control = graph.relations[graph.relations < 8]
    assert set(control.tolist()) == {0, 1}


def test_words_are_cut_into_the_longest_pieces():
    vocabulary = Vocabulary([*SPECIAL, "a", "ab", "##c", "##cd", "x"], 3)
    assert vocabulary.encode("abcd") == (4, 6)
    assert vocabulary.encode("abx x") == (UNKNOWN, 7)
    assert vocabulary.encode("x x x x") == (7, 7, 7)  # no more than the longest
    table = vocabulary.table(["x", "abcd"])
    np.testing.assert_array_equal(table, [[7, 0], [4, 6]])
    assert MASK not in table


def test_bad_parameters(weights):
    modules = parsed(TWICE)
    with pytest.raises(ValueError, match="'modality' parameter"):
        MIREncoder(weights, modality="image").transform(modules)
    with pytest.raises(ValueError, match="pooling must be of"):
        MIREncoder(weights, pooling=("mean", "median")).transform(modules)
    with pytest.raises(ValueError, match="at least one"):
        MIREncoder(weights, pooling=()).transform(modules)
    with pytest.raises(FileNotFoundError, match="there are no weights at"):
        MIREncoder(weights.with_name("absent.npz")).transform(modules)


def test_weights_survive_the_file(weights):
    kept, read = random_weights(), load_weights(weights)
    assert read.card == {"licence": "none"} and read.settings == SIZES
    assert read.vocabulary.pieces == kept.vocabulary.pieces
    for name, array in kept.arrays.items():
        np.testing.assert_array_equal(read.arrays[name], array)


def _rewritten(weights, path, **changes):
    """Write the arrays of a file with changes; None leaves one out."""
    with np.load(weights) as archive:
        arrays = dict(archive) | changes
    np.savez(path, **{name: a for name, a in arrays.items() if a is not None})
    return path


def _with_header(weights, path, **changes):
    with np.load(weights) as archive:
        header = json.loads(str(archive["header"])) | changes
    return _rewritten(weights, path, header=np.array(json.dumps(header)))


def test_damaged_weights(weights, tmp_path):
    path = tmp_path / "bad.npz"
    cases = {
        r"'text.norm.bias' has shape \(3,\)": {"text.norm.bias": np.zeros(3, "f2")},
        "lacks array 'text.norm.bias'": {"text.norm.bias": None},
        "superfluous array 'more'": {"more": np.zeros(1, "f2")},
        "infinite or missing": {"text.norm.bias": np.full(16, np.nan, "f2")},
        "dtype int64": {"text.norm.bias": np.zeros(16, "i8")},
        "header or vocabulary is missing": {"header": None},
        "its vocabulary is damaged": {"vocabulary": np.array(["a"] * len(PIECES))},
    }
    for message, changes in cases.items():
        with pytest.raises(WeightsError, match=message):
            load_weights(_rewritten(weights, path, **changes))
    with pytest.raises(WeightsError, match="has format 99, this release reads"):
        load_weights(_with_header(weights, path, format=99))
    with pytest.raises(WeightsError, match="its settings are not those"):
        load_weights(_with_header(weights, path, settings={"text": {"layers": -1}}))


class Evil:
    """Would raise when it is loaded."""

    def __reduce__(self):
        return (exec, ("raise SystemExit('a pickle was loaded')",))


def test_pickles_are_never_loaded(weights, tmp_path):
    path = tmp_path / "evil.npz"
    evil = np.array([Evil()], dtype=object)
    _rewritten(weights, path, **{"text.norm.bias": evil})
    with pytest.raises(WeightsError, match="pickled objects are never loaded"):
        load_weights(path)
    path.write_bytes(pickle.dumps([1]))
    with pytest.raises(WeightsError, match="is no .npz file of plain arrays"):
        load_weights(path)
    path.write_bytes(weights.read_bytes()[:-200])
    with pytest.raises(WeightsError, match="is no .npz file of plain arrays"):
        load_weights(path)


def test_changed_weights_are_read_again(weights, tmp_path):
    path = tmp_path / "own.npz"
    save_weights(path, random_weights(1))
    modules = parsed(TWICE)
    first = MIREncoder(path).transform(modules)
    save_weights(path, random_weights(2))
    assert np.abs(MIREncoder(path).transform(modules) - first).max() > 1e-3


GOLDEN = Path(__file__).parent / "data" / "mirencoder_golden.npz"


def test_shipped_weights_give_the_golden_rows():
    """Written by ``np.savez(GOLDEN, rows=MIREncoder().transform(modules))``."""
    rows = MIREncoder().transform(parsed(LOOP, TWICE, LOOP + OTHER))
    with np.load(GOLDEN) as archive:
        np.testing.assert_allclose(rows, archive["rows"], atol=1e-4)


def test_the_card_says_where_the_weights_come_from():
    card = MIREncoder().read_card()
    assert card["functions"] > 10_000 and card["licence"]
    assert set(card["metrics"]) >= {"words_perplexity", "matching_accuracy"}
    assert len(card["packages_held_out"]) >= 1
    assert not set(card["packages_held_out"]) & {"polybench", "rodinia", "npb"}


def test_the_shipped_weights_are_small():
    assert DEFAULT.stat().st_size < 8_000_000


def in_a_loop(body):
    head = "void f(int n, double *x, double *y, double a)"
    return f"{head} {{ for (int i = 0; i < n; i++) {{ {body} }} }}"


def over_a_table(outer, inner):
    loops = " ".join(f"for (int {n} = 0; {n} < n; {n}++)" for n in (outer, inner))
    return f"void f(int n, double A[n][n], double a) {{ {loops} A[i][j] *= a; }}"


REWRITTEN = {
    "renamed": (
        in_a_loop("x[i] = a * x[i];"),
        "void f(int m, double *u, double *v, double s) "
        "{ for (int j = 0; j < m; j++) { double t = s * u[j]; u[j] = t; } }",
    ),
    "operands": (in_a_loop("x[i] = a * x[i];"), in_a_loop("x[i] = x[i] * a;")),
    "statements": (
        in_a_loop("x[i] = a * x[i]; y[i] = y[i] + a;"),
        in_a_loop("y[i] = y[i] + a; x[i] = a * x[i];"),
    ),
    "interchanged": (over_a_table("i", "j"), over_a_table("j", "i")),
}
OTHERS = [
    "int f(int n, int *x) "
    "{ int s = 0; for (int i = 0; i < n; i++) s ^= x[i]; return s; }",
    "double f(double a, double b) { return a > b ? a / b : b - a; }",
    "void f(int n, double A[n][n]) { for (int i = 1; i < n; i++) "
    "for (int j = 1; j < n; j++) A[i][j] += A[i - 1][j] * A[i][j - 1]; }",
    "char *f(char *s, int c) { while (*s && *s != c) s++; return *s ? s : 0; }",
]


@pytest.mark.parametrize("name", list(REWRITTEN))
def test_rewritten_programs_are_near(name):
    try:
        modules = [compile_to_ir(text) for text in (*REWRITTEN[name], *OTHERS)]
    except CompilerNotFoundError as error:
        pytest.skip(str(error))
    rows = StandardScaler().fit_transform(MIREncoder().transform(modules))
    distances = np.linalg.norm(rows[1:] - rows[0], axis=1)
    assert distances[0] < 0.5 * distances[1:].min()
