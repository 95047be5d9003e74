"""Control flow, natural loops and the program graph of LLVM IR."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import networkx as nx
import numpy as np
import pytest

from tunembed.parsers import Flow, ProgramGraph, parse_llvm_ir, program_graph

CALLS = """
@limit = global i32 7

define i32 @main(i32 %x) {
  %a = call i32 @twice(i32 %x)
  %b = call float @llvm.sqrt.f32(float 2.0)
  call void (ptr, i32, ptr, ...) @__kmpc_fork_call(ptr null, i32 0, ptr @main.body)
  %c = load i32, ptr @limit
  %d = add i32 %a, %c
  ret i32 %d
}
define internal i32 @twice(i32 %y) {
  %z = add i32 %y, %y
  %w = mul i32 %z, 3
  ret i32 %w
}
define internal void @main.body(ptr %id) {
  store i32 3, ptr @limit
  ret void
}
declare float @llvm.sqrt.f32(float)
declare void @__kmpc_fork_call(ptr, i32, ptr, ...)
"""
BRANCH = """
define i32 @f(i1 %c) {
  br i1 %c, label %then, label %else
then:
  br label %end
else:
  br label %end
end:
  %r = phi i32 [ 1, %then ], [ 2, %else ]
  ret i32 %r
}
"""


def edges(graph, flow):
    """Return the edges of a flow as pairs of numbered texts, with their positions."""
    texts = [f"{n} {text}" for n, text in enumerate(graph.node_texts())]
    found = graph.to_networkx().edges.data()
    return {
        (texts[source], texts[target], data["position"])
        for source, target, data in found
        if data["flow"] == flow
    }


def same(left, right):
    arrays = ("kinds", "text_codes", "owners", "edges", "flows", "positions")
    assert left.texts == right.texts
    assert left.functions == right.functions
    for name in arrays:
        np.testing.assert_array_equal(getattr(left, name), getattr(right, name))


def test_nested_loops():
    #   0 -> 1 -> 2 -> 3 -> 2, 3 -> 4 -> 1, 4 -> 5
    flow = Flow([(1,), (2,), (3,), (2, 4), (1, 5), ()])
    outer, inner = flow.loops
    assert (outer.header, outer.blocks, outer.latches) == (1, {1, 2, 3, 4}, (4,))
    assert (inner.header, inner.blocks, inner.latches) == (2, {2, 3}, (3,))
    assert (outer.depth, inner.depth) == (1, 2)
    assert flow.depths == (0, 1, 2, 2, 1, 0)
    assert flow.dominators == {0: 0, 1: 0, 2: 1, 3: 2, 4: 3, 5: 4}


def test_loops_that_share_a_header_are_one():
    flow = Flow([(1,), (2, 3), (1,), (1, 4), ()])
    (loop,) = flow.loops
    assert (loop.blocks, loop.latches) == ({1, 2, 3}, (2, 3))


def test_a_block_that_follows_itself_is_a_loop():
    (loop,) = Flow([(1,), (1, 2), ()]).loops
    assert (loop.header, loop.blocks, loop.latches) == (1, {1}, (1,))


def test_no_natural_loop():
    assert Flow([(1, 2), (2,), ()]).loops == ()
    # Two ways into a cycle: neither of its blocks dominates the other.
    assert Flow([(1, 2), (2,), (1, 3), ()]).loops == ()
    # A cycle that nothing reaches.
    flow = Flow([(), (2,), (1,)])
    assert flow.loops == ()
    assert flow.depths == (0, 0, 0)


def test_control_and_data_of_a_branch():
    graph = program_graph(parse_llvm_ir(BRANCH))
    assert graph.node_texts()[:6] == ["[external]", "br", "br", "br", "phi", "ret"]
    assert edges(graph, "control") == {
        ("1 br", "2 br", 0),
        ("1 br", "3 br", 1),
        ("2 br", "4 phi", 0),
        ("3 br", "4 phi", 0),
        ("4 phi", "5 ret", 0),
    }
    found = edges(graph, "data")
    data = {(source.partition(" ")[2], target, at) for source, target, at in found}
    assert data == {
        ("i1", "1 br", 0),
        ("i32 1", "4 phi", 0),
        ("i32 2", "4 phi", 1),
        ("i32", "5 ret", 0),
        ("phi", "8 i32", 0),
    }


def test_calls_lead_into_bodies_and_back():
    graph = program_graph(parse_llvm_ir(CALLS))
    named = {
        (source.partition(" ")[2], target.partition(" ")[2])
        for source, target, _ in edges(graph, "call")
    }
    assert ("call", "add") in named  # main to twice
    assert ("ret", "call") in named  # and back
    assert ("call", "@llvm.sqrt") in named
    assert ("call", "@__kmpc_fork_call") in named
    assert ("@__kmpc_fork_call", "store") in named  # the outlined body
    assert ("ret", "@__kmpc_fork_call") in named
    assert ("[external]", "call") in named  # main, whom nobody here calls
    assert ("[external]", "store") not in named
    assert graph.functions == ("main", "twice", "main.body")


def test_a_global_variable_is_one_node():
    graph = program_graph(parse_llvm_ir(CALLS)).to_networkx()
    shared = [
        n
        for n, d in graph.nodes.data()
        if d["kind"] == "variable" and not d["function"]
    ]
    users = {graph.nodes[user]["text"] for n in shared for user in graph.successors(n)}
    assert {"load", "store"} <= users


def test_the_graph_of_one_function():
    module = parse_llvm_ir(CALLS)
    graph = program_graph(module.functions["twice"])
    assert graph.functions == ("twice",)
    texts = graph.node_texts()
    assert texts[:4] == ["[external]", "add", "mul", "ret"]
    assert sorted(texts[4:]) == ["i32", "i32", "i32", "i32", "i32 3"]
    main = program_graph(module.functions["main"])
    assert "@twice" in main.node_texts()  # not defined there


def test_to_networkx_and_back():
    graph = program_graph(parse_llvm_ir(CALLS))
    there = graph.to_networkx()
    assert isinstance(there, nx.MultiDiGraph)
    assert len(there) == len(graph) == len(graph.kinds)
    assert there.number_of_edges() == len(graph.edges)
    same(ProgramGraph.from_networkx(there), graph)


def test_values_do_not_depend_on_names():
    renamed = CALLS.replace("%y", "%other").replace("%z", "%thing")
    same(program_graph(parse_llvm_ir(renamed)), program_graph(parse_llvm_ir(CALLS)))


@pytest.mark.parametrize(
    "change",
    [
        lambda g: g.add_node("new"),
        lambda g: g.add_edge(0, 1, flow="time", position=0),
        lambda g: g.graph.clear(),
        lambda g: g.nodes[1].update(function="nobody"),
    ],
)
def test_other_graphs_are_refused(change):
    graph = program_graph(parse_llvm_ir(BRANCH)).to_networkx()
    change(graph)
    with pytest.raises(ValueError, match="no program graph"):
        ProgramGraph.from_networkx(graph)


def test_wrong_type():
    with pytest.raises(TypeError, match="IRModule or IRFunction, got str"):
        program_graph("define void @f() { ret void }")
