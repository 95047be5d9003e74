"""A function of LLVM IR as the encoder reads it: statements, nodes and edges."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tunembed.features import node_words, numbered_statements
from tunembed.parsers import FLOWS, NODE_KINDS, IRFunction, program_graph

# Nested deeper, or an operand further behind, is not told apart.
DEPTHS = 8
POSITIONS = 8
RELATIONS = ("control", "data", "call")
_INSTRUCTION, _, _, _TYPE = range(len(NODE_KINDS))


class FunctionArrays(NamedTuple):
    """What the encoder reads of a function.

    Attributes
    ----------
    statements : list of str
        As of `tunembed.features.numbered_statements`.
    depths : ndarray of shape (n_statements,), dtype uint8
        How many loops are around each.
    texts : list of str
        Different texts of nodes.
    nodes : ndarray of shape (n_nodes,), dtype int32
        Of each node the place of its text.
    kinds : ndarray of shape (n_nodes,), dtype uint8
        0: instruction, 1: variable, 2: constant.
    node_depths : ndarray of shape (n_nodes,), dtype uint8
        How many loops are around an instruction; of other nodes 0.
    edges : ndarray of shape (n_edges, 2), dtype int32
        Sources and targets.
    relations : ndarray of shape (n_edges,), dtype uint8
        Place of the flow in `RELATIONS` times `POSITIONS`, plus the position.
    """

    statements: list[str]
    depths: NDArray[np.uint8]
    texts: list[str]
    nodes: NDArray[np.int32]
    kinds: NDArray[np.uint8]
    node_depths: NDArray[np.uint8]
    edges: NDArray[np.int32]
    relations: NDArray[np.uint8]


def read_function(function: IRFunction) -> FunctionArrays:
    """Return the arrays of a function.

    Types are left out of the graph: variables and constants say them. So is the caller
    outside, which is the same for all.
    """
    around = np.zeros(len(function.opcodes) + 1, dtype=np.uint8)  # -1: the opening
    for block, depth in zip(function.blocks, function.flow.depths, strict=True):
        around[block.start : block.stop] = min(depth, DEPTHS - 1)
    numbered = numbered_statements(function)
    places = np.array([number for number, _ in numbered])
    return FunctionArrays(
        [text for _, text in numbered], around[places], *_graph(function, around[:-1])
    )


def _graph(
    function: IRFunction, around: NDArray[np.uint8]
) -> tuple[
    list[str],
    NDArray[np.int32],
    NDArray[np.uint8],
    NDArray[np.uint8],
    NDArray[np.int32],
    NDArray[np.uint8],
]:
    graph = program_graph(function)
    texts, codes = node_words(graph)
    kept = graph.kinds != _TYPE
    kept[0] = False
    number = np.cumsum(kept, dtype=np.int32) - 1
    edges = graph.edges
    flows = np.array([_relation(flow) for flow in FLOWS])[graph.flows]
    inside = kept[edges[:, 0]] & kept[edges[:, 1]] & (flows >= 0)
    depths = np.zeros(len(graph), dtype=np.uint8)
    own = np.flatnonzero((graph.kinds == _INSTRUCTION) & (graph.owners >= 0))
    depths[own] = around
    used, nodes = np.unique(codes[kept], return_inverse=True)
    positions = np.minimum(graph.positions[inside], POSITIONS - 1)
    return (
        [texts[code] for code in used],
        nodes.astype(np.int32),
        graph.kinds[kept],
        depths[kept],
        number[edges[inside]],
        (flows[inside] * POSITIONS + positions).astype(np.uint8),
    )


def _relation(flow: str) -> int:
    return RELATIONS.index(flow) if flow in RELATIONS else -1
