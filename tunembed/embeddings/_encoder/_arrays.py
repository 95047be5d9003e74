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
# Flow, position and direction: there, and back.
GATES = 2 * len(RELATIONS) * POSITIONS
_INSTRUCTION, _, _, _TYPE = range(len(NODE_KINDS))


class TextArrays(NamedTuple):
    """The statements of a function.

    Attributes
    ----------
    statements : list of str
        As of `tunembed.features.numbered_statements`.
    depths : ndarray of shape (n_statements,), dtype uint8
        How many loops are around each.
    """

    statements: list[str]
    depths: NDArray[np.uint8]


class GraphArrays(NamedTuple):
    """The program graph of a function.

    Attributes
    ----------
    texts : list of str
        Different texts of nodes.
    nodes : ndarray of shape (n_nodes,), dtype int32
        Of each node the place of its text.
    kinds : ndarray of shape (n_nodes,), dtype uint8
        0: instruction, 1: variable, 2: constant.
    depths : ndarray of shape (n_nodes,), dtype uint8
        How many loops are around an instruction; of other nodes 0.
    edges : ndarray of shape (n_edges, 2), dtype int32
        Sources and targets.
    relations : ndarray of shape (n_edges,), dtype uint8
        Place of the flow in `RELATIONS` times `POSITIONS`, plus the position.
    """

    texts: list[str]
    nodes: NDArray[np.int32]
    kinds: NDArray[np.uint8]
    depths: NDArray[np.uint8]
    edges: NDArray[np.int32]
    relations: NDArray[np.uint8]


def text_arrays(function: IRFunction) -> TextArrays:
    """Return the statements of a function."""
    numbered = numbered_statements(function)
    # -1, the opening, is the last entry: in no loop.
    around = np.append(_loops_around(function), np.uint8(0))
    places = np.array([number for number, _ in numbered])
    return TextArrays([text for _, text in numbered], around[places])


def _loops_around(function: IRFunction) -> NDArray[np.uint8]:
    """Return of each instruction how many loops are around it."""
    around = np.zeros(len(function.opcodes), dtype=np.uint8)
    for block, depth in zip(function.blocks, function.flow.depths, strict=True):
        around[block.start : block.stop] = min(depth, DEPTHS - 1)
    return around


def graph_arrays(function: IRFunction) -> GraphArrays:
    """Return the program graph of a function.

    Types are left out: variables and constants say them. So is the caller outside,
    which is the same for all.
    """
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
    depths[own] = _loops_around(function)
    used, nodes = np.unique(codes[kept], return_inverse=True)
    positions = np.minimum(graph.positions[inside], POSITIONS - 1)
    return GraphArrays(
        [texts[code] for code in used],
        nodes.astype(np.int32),
        graph.kinds[kept],
        depths[kept],
        number[edges[inside]],
        (flows[inside] * POSITIONS + positions).astype(np.uint8),
    )


def _relation(flow: str) -> int:
    return RELATIONS.index(flow) if flow in RELATIONS else -1
