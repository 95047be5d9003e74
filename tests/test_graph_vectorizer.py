"""GraphVectorizer and graph_hash: what counts in a program graph, and what does not."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import os
import pickle
import re
import subprocess
import sys
from collections import Counter, defaultdict

import numpy as np
import pytest
from scipy.sparse import issparse
from sklearn.base import clone
from sklearn.pipeline import FeatureUnion, Pipeline

from tunembed.features import (
    GraphVectorizer,
    ProgramParser,
    SampleError,
    SampleWarning,
    TokenVectorizer,
    _program_parser,
    graph_hash,
)
from tunembed.features._weisfeiler_lehman import (
    FLOWS,
    first_labels,
    neighbours_of,
    refined,
)
from tunembed.parsers import ProgramGraph, parse_llvm_ir, program_graph
from tunembed.parsers._ir._graph import FLOWS as GRAPH_FLOWS

MIRROR = "TUNEMBED_MIRROR"

SUM = """\
; ModuleID = 'sum.c'
source_filename = "sum.c"

define double @sum(ptr %x, i64 %n) #0 {
entry:
  br label %loop

loop:                                             ; preds = %loop, %entry
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %s = phi double [ 0.000000e+00, %entry ], [ %t, %loop ]
  %p = getelementptr inbounds double, ptr %x, i64 %i
  %v = load double, ptr %p, align 8
  %r = call double @sqrt(double %v)
  %t = fadd double %s, %r
  %next = add nuw nsw i64 %i, 1
  %done = icmp eq i64 %next, %n
  br i1 %done, label %exit, label %loop

exit:                                             ; preds = %loop
  %m = call double @scaled(double %t)
  ret double %m
}

define internal double @scaled(double %y) {
  %z = fmul double %y, 5.000000e-01
  ret double %z
}

declare double @sqrt(double)

attributes #0 = { nounwind }
"""
SMALL = "define i32 @f(i32 %x, i32 %y) { %z = sub i32 %x, %y  ret i32 %z }"
ADDS = "".join(f"  %v{n + 1} = add i32 %v{n}, %v{n}\n" for n in range(12))
CHAIN = f"define i32 @f(i32 %v0) {{\n{ADDS}  ret i32 %v12\n}}\n"
TYPED = """\
; ModuleID = 'old.ll'
define void @f(float addrspace(1)* nocapture %x, i32 %n) {
  %p = getelementptr inbounds float, float addrspace(1)* %x, i32 %n
  %v = load float, float addrspace(1)* %p, align 4
  store float %v, float addrspace(1)* %x, align 4
  ret void
}
"""


def row(text, **settings):
    return GraphVectorizer(**settings).fit_transform([parse_llvm_ir(text)])


def same(left, right):
    return (left != right).nnz == 0


def shortened(text):
    """Put the second function of a module in front of the first one."""
    first, second = re.findall(r"define .*?\n}\n", text, re.DOTALL)
    return text.replace(second, "").replace(first, f"{second}\n{first}")


GOLDEN = {
    247059: 1,
    291068: 1,
    434389: 1,
    487734: 1,
    521600: 1,
    615624: 1,
    653318: 3,
    661648: 1,
    802233: 1,
    1037874: 1,
}
GOLDEN_HASH = "f93ac3b73d8acb795230b696841dbcf7"
GOLDEN_HASH_OF_SUM = "379b7d56cde11f520b6b9f5c7a92a71c"

RENAMED = {
    "values": re.sub(r"%([a-z]\w*)", r"%some.\1", SUM)
    .replace("\nloop:", "\nsome.loop:")
    .replace("\nexit:", "\nsome.exit:")
    .replace("\nentry:", "\nsome.entry:"),
    "functions": SUM.replace("@sum", "@total").replace("@scaled", '@"half of"'),
    "order": shortened(SUM),
    "metadata": SUM.replace("align 8", "align 8, !tbaa !0") + "!0 = !{!1, !1, i64 0}\n"
    '!1 = !{!"double", !2}\n!2 = !{!"root"}\n',
    "attributes": SUM.replace("(ptr %x", "(ptr noundef readonly %x").replace(
        "nounwind }", "nounwind memory(none) }"
    ),
    "flags": SUM.replace("nuw nsw ", "").replace("inbounds ", ""),
    "debug": SUM.replace(
        "  %next =",
        "  call void @llvm.dbg.value(metadata i64 %i, metadata !1, metadata "
        "!DIExpression()), !dbg !2\n  %next =",
    )
    + """
declare void @llvm.dbg.value(metadata, metadata, metadata)
!llvm.module.flags = !{!5}
!llvm.dbg.cu = !{!6}
!1 = !DILocalVariable(name: "i", scope: !3)
!2 = !DILocation(line: 1, scope: !3)
!3 = distinct !DISubprogram(name: "sum", unit: !6)
!5 = !{i32 2, !"Debug Info Version", i32 3}
!6 = distinct !DICompileUnit(language: DW_LANG_C99, file: !7, emissionKind: FullDebug)
!7 = !DIFile(filename: "sum.c", directory: ".")
""",
}


@pytest.mark.parametrize("what", RENAMED)
def test_what_does_not_count(what):
    text = RENAMED[what]
    assert text != SUM
    assert same(row(text), row(SUM))
    graphs = [program_graph(parse_llvm_ir(source)) for source in (text, SUM)]
    assert graph_hash(graphs[0]) == graph_hash(graphs[1])


CHANGED = {
    "opcode": SUM.replace("fmul double", "fdiv double"),
    "type": SUM.replace("i64", "i32"),
    "constant": SUM.replace("5.000000e-01", "2.000000e+00"),
    "callee": SUM.replace("@sqrt", "@fabs"),
    "operands": SUM.replace("fmul double %y, 5.000000e-01", "fmul double 0.5, %y"),
    "flow of data": SUM.replace("fadd double %s, %r", "fadd double %v, %r"),
    "flow of control": SUM.replace(
        "label %exit, label %loop", "label %loop, label %exit"
    ),
    "who is called": SUM.replace("call double @scaled", "call double @sqrt"),
}


@pytest.mark.parametrize("what", CHANGED)
def test_what_counts(what):
    text = CHANGED[what]
    assert text != SUM
    assert not same(row(text), row(SUM))
    graphs = [program_graph(parse_llvm_ir(source)) for source in (text, SUM)]
    assert graph_hash(graphs[0]) != graph_hash(graphs[1])


def test_golden_columns():
    """Models that were fitted on these columns must find the same ones again."""
    found = row(SMALL, n_iter=1, n_features=2**20, scale="count").tocoo()
    columns = dict(zip(found.col.tolist(), found.data.tolist(), strict=True))
    assert columns == GOLDEN


def test_golden_hash():
    assert graph_hash(program_graph(parse_llvm_ir(SMALL))) == GOLDEN_HASH
    assert graph_hash(program_graph(parse_llvm_ir(SUM))) == GOLDEN_HASH_OF_SUM


def test_hashes_do_not_depend_on_the_run():
    code = (
        "import sys; from tunembed.features import *; "
        "from tunembed.parsers import *; module = parse_llvm_ir(sys.argv[1]); "
        "print(graph_hash(program_graph(module)), "
        "*GraphVectorizer().transform([module]).indices)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, SUM],
        env=os.environ | {"PYTHONHASHSEED": "77"},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    digest, *indices = done.stdout.split()
    assert digest == GOLDEN_HASH_OF_SUM
    assert list(map(int, indices)) == row(SUM).indices.tolist()


@pytest.mark.parametrize("text", [SUM, CHAIN])
def test_labels_are_those_of_the_definition(text):
    """The hashed labels tell nodes apart exactly where nested tuples do."""
    graph = program_graph(parse_llvm_ir(text))
    labels = first_labels(graph, True, "exact")
    neighbours = neighbours_of(graph, FLOWS, "both")
    expected = list(zip(graph.kinds.tolist(), graph.node_texts(), strict=True))
    sizes = []
    for _ in range(5):
        pairs = set(zip(labels.tolist(), expected, strict=True))
        assert len(pairs) == len(set(labels.tolist())) == len(set(expected))
        sizes.append(len(pairs))
        heard = defaultdict(list)
        for (source, target), flow, position in zip(
            graph.edges.tolist(), graph.flows, graph.positions.tolist(), strict=True
        ):
            heard[target].append((0, flow, position, hash(expected[source])))
            heard[source].append((1, flow, position, hash(expected[target])))
        expected = [
            (text, tuple(sorted(heard[node]))) for node, text in enumerate(expected)
        ]
        labels = refined(labels, neighbours)
    assert sizes[0] < sizes[1] <= sizes[-1] <= len(graph)
    assert text == SUM or sizes == sorted(set(sizes))  # a chain is told apart slowly


def test_the_flows_are_those_of_the_graph():
    assert FLOWS == GRAPH_FLOWS


def test_iterations_add_labels():
    counts = [row(SUM, n_iter=n, scale="count").sum() for n in range(4)]
    graph = program_graph(parse_llvm_ir(SUM))
    nodes = np.count_nonzero(graph.kinds != 3)  # types have edges of flow "type" only
    assert counts == [nodes * (n + 1) for n in range(4)]


def test_kinds_alone():
    graph = program_graph(parse_llvm_ir(SUM))
    settings = {"node_texts": False, "n_iter": 0, "scale": "count"}
    found = GraphVectorizer(**settings, flows=FLOWS).transform([graph])
    kinds = Counter(graph.kinds.tolist())
    assert sorted(found.data) == sorted(kinds.values())


def test_scales():
    counts, logs, there = (
        row(SUM, scale=scale) for scale in ("count", "log", "binary")
    )
    assert counts.max() > 1
    np.testing.assert_array_equal(logs.toarray(), np.log2(1 + counts.toarray()))
    np.testing.assert_array_equal(there.toarray(), counts.toarray() > 0)
    assert counts.dtype == np.float64


def test_magnitudes_and_exact_constants():
    """5 and 6 are of one power of two, 5 and 9 are not."""
    text = "define i32 @f(i32 %x) {{ %y = add i32 %x, {}  ret i32 %y }}"
    texts = [text.format(n) for n in (5, 6, 9)]
    five, six, nine = (row(text) for text in texts)
    assert same(five, six)
    assert not same(five, nine)
    five, six, nine = (row(text, constants="exact") for text in texts)
    assert not same(five, six)
    hashes = {graph_hash(program_graph(parse_llvm_ir(text))) for text in texts}
    assert len(hashes) == 3


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("ret <2 x i32> <i32 5, i32 6>", "ret <2 x i32> <i32 7, i32 4>"),
        ("ret <2 x i32> zeroinitializer", "ret <2 x i32> <i32 0, i32 0>"),
        ("ret <2 x i32> <i32 5, i32 6>", "ret <2 x i32> <i32 5, i32 9>"),
    ],
)
def test_vectors_of_constants(left, right):
    texts = [f"define <2 x i32> @f() {{ {end} }}" for end in (left, right)]
    assert same(row(texts[0]), row(texts[1])) == ("9" not in right)


def test_parameters_have_no_order_but_operands_have_places():
    """Which parameter comes first is no edge of the graph."""
    swapped, twice = (
        SMALL.replace("%x, %y ", f"{new} ") for new in ("%y, %x", "%x, %x")
    )
    assert same(row(swapped), row(SMALL))
    assert not same(row(twice), row(SMALL))
    first, second = (SMALL.replace("%x, %y ", f"{new} ") for new in ("%x, 1", "1, %x"))
    assert not same(row(first), row(second))


def test_directions_and_flows():
    """Each way sees other neighbourhoods; only a node's own label is common."""
    rows = {way: row(SUM, n_iter=1, direction=way) for way in ("in", "out", "both")}
    assert not same(rows["in"], rows["out"])
    assert not same(rows["in"], rows["both"])
    flows = [row(SUM, flows=flows) for flows in (("data",), ("control",), ("call",))]
    assert not same(flows[0], flows[1])
    assert not same(flows[1], flows[2])
    only = row(SUM, flows=("control",), n_iter=0, scale="count")
    graph = program_graph(parse_llvm_ir(SUM))
    assert only.sum() == np.count_nonzero(graph.kinds == 0)


def test_typed_pointers_read_like_plain_ones():
    plain = TYPED.replace("float addrspace(1)*", "ptr addrspace(1)")
    assert plain != TYPED
    assert same(row(TYPED), row(plain))


def test_overloads_of_old_and_new_intrinsics_are_one():
    text = """
define void @f(ptr %p) {{
  call void @llvm.memset.{}.i64(ptr %p, i8 0, i64 8, i1 false)
  ret void
}}
declare void @llvm.memset.{}.i64(ptr, i8, i64, i1)
"""
    rows = [row(text.format(kind, kind)) for kind in ("p0", "p0i8")]
    assert same(*rows)


def test_modules_functions_and_graphs():
    module = parse_llvm_ir(SUM)
    vectorizer = GraphVectorizer()
    found = vectorizer.transform(
        [module, program_graph(module), module.functions["scaled"]]
    )
    assert issparse(found) and found.format == "csr" and found.has_sorted_indices
    assert found.shape == (3, 2**14)
    assert same(found[0], found[1])
    assert 0 < found[2].nnz < found[0].nnz
    graph = ProgramGraph.from_networkx(program_graph(module).to_networkx())
    assert graph_hash(graph) == graph_hash(program_graph(module))


def test_few_columns_hold_all_labels():
    full, few = (row(SUM, n_features=n, scale="count") for n in (2**14, 7))
    assert few.shape == (1, 7)
    assert few.sum() == full.sum()


def test_missing_samples():
    module = parse_llvm_ir(SUM)
    with pytest.raises(SampleError, match=r"X\[1\]: nothing was parsed") as error:
        GraphVectorizer().transform([module, None])
    assert error.value.index == 1
    found = GraphVectorizer(errors="nan").transform([None, module, None])
    assert found[[0, 2]].nnz == 0
    assert same(found[1], row(SUM))
    assert GraphVectorizer(errors="nan").transform([None]).shape == (1, 2**14)
    assert GraphVectorizer().transform([]).shape == (0, 2**14)


@pytest.mark.parametrize(
    ("settings", "X", "error", "message"),
    [
        ({}, ["define"], TypeError, r"X\[0\] must be IRModule, .*got str.*ProgramPars"),
        ({}, "define", TypeError, "must be a sequence"),
        ({"flows": ("time",)}, [], ValueError, "got 'time'"),
        ({"n_iter": -1}, [], ValueError, "'n_iter' parameter"),
        ({"n_features": 0}, [], ValueError, "'n_features' parameter"),
        ({"scale": "tfidf"}, [], ValueError, "'scale' parameter"),
    ],
)
def test_wrong_input(settings, X, error, message):
    with pytest.raises(error, match=message):
        GraphVectorizer(**settings).transform(X)


def test_graph_hash_of_something_else():
    with pytest.raises(TypeError, match="ProgramGraph, got IRModule"):
        graph_hash(parse_llvm_ir(SMALL))


def test_clones_and_copies_do_the_same():
    vectorizer = GraphVectorizer(2, n_features=99, direction="in")
    expected = vectorizer.fit_transform([parse_llvm_ir(SUM)])
    for copy in (clone(vectorizer), pickle.loads(pickle.dumps(vectorizer))):
        assert same(copy.transform([parse_llvm_ir(SUM)]), expected)


def test_output():
    vectorizer = GraphVectorizer(n_features=3)
    assert vectorizer.get_feature_names_out().tolist() == [
        "subtree0",
        "subtree1",
        "subtree2",
    ]
    vectorizer.set_output(transform="pandas")
    with pytest.raises(ValueError, match="sparse"):
        vectorizer.transform([parse_llvm_ir(SUM)])


def pipeline(n_jobs=None):
    union = FeatureUnion(
        [
            ("graph", GraphVectorizer(n_jobs=n_jobs, errors="nan")),
            ("tokens", TokenVectorizer(n_jobs=n_jobs, errors="nan")),
        ]
    )
    return Pipeline([("parse", ProgramParser("llvm", errors="nan")), ("union", union)])


def test_a_union_parses_each_text_once(monkeypatch):
    calls = []

    def counted(source):
        calls.append(source)
        return parse_llvm_ir(source)

    monkeypatch.setattr(_program_parser, "parse_llvm_ir", counted)
    texts = [SUM, SMALL, TYPED]
    found = pipeline().fit_transform(texts)
    assert calls == texts
    names = pipeline().fit(texts)[-1].get_feature_names_out()
    assert found.shape == (3, len(names))
    assert names[0] == "graph__subtree0"
    assert "tokens__fmul double %v <2^-1>" in names


def test_processes_find_the_same():
    texts = [SUM, "no module", SMALL, TYPED]
    with pytest.warns(SampleWarning, match=r"X\[1\]"):
        expected = pipeline().fit_transform(texts)
    with pytest.warns(SampleWarning, match=r"X\[1\]"):
        found = pipeline(n_jobs=2).fit_transform(texts)
    assert expected[1].nnz == 0
    assert same(found, expected)


@pytest.mark.skipif(not os.environ.get(MIRROR), reason=f"{MIRROR} is not set")
def test_real_kernels(tmp_path):
    """Equal texts have equal rows and hashes; what a macro sets apart has not."""
    from tunembed.datasets import fetch_device_mapping

    runs = fetch_device_mapping(data_home=tmp_path)
    texts = list(dict.fromkeys(runs.ir))[:40]
    modules = ProgramParser("llvm", errors="nan").fit_transform([*texts, texts[0]])
    graphs = [program_graph(module) for module in modules]
    rows = GraphVectorizer().transform(graphs)
    assert same(rows[0], rows[-1])
    hashes = [graph_hash(graph) for graph in graphs]
    assert hashes[0] == hashes[-1]
    assert len(set(hashes)) > 20
    for left, right in zip(*np.triu_indices(len(graphs), 1), strict=True):
        if hashes[left] == hashes[right]:
            assert same(rows[left], rows[right])
