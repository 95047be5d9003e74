"""Weisfeiler-Lehman labels of the nodes of program graphs."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import hashlib
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tunembed.features._normalize import (
    plain_constant,
    plain_type,
    split_constant,
    without_names,
)
from tunembed.parsers import FLOWS, NODE_KINDS, ProgramGraph

_INSTRUCTION = NODE_KINDS.index("instruction")
_LAST_POSITION = 15
_MOST_ROUNDS = 32

Labels = NDArray[np.uint64]


class Neighbours(NamedTuple):
    """Who sends labels to whom.

    Attributes
    ----------
    sources, targets : ndarray of shape (n_messages,), dtype int64
    salts : ndarray of shape (n_messages,), dtype uint64
        One number for every flow, position and direction.
    """

    sources: NDArray[np.int64]
    targets: NDArray[np.int64]
    salts: Labels


def mix(values: Labels) -> Labels:
    """Return 64-bit numbers in which every bit depends on all bits of the given ones.

    References
    ----------
    .. [1] G. L. Steele, D. Lea, C. H. Flood. "Fast Splittable Pseudorandom Number
       Generators". OOPSLA 2014, figure 17. :doi:`10.1145/2660193.2660195`
    """
    mixed = values + np.uint64(0x9E3779B97F4A7C15)
    mixed ^= mixed >> np.uint64(30)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    mixed ^= mixed >> np.uint64(27)
    mixed *= np.uint64(0x94D049BB133111EB)
    mixed ^= mixed >> np.uint64(31)
    return mixed


def first_labels(graph: ProgramGraph, texts: bool, constants: str) -> Labels:
    """Return the label of each node by itself.

    Parameters
    ----------
    graph : ProgramGraph
    texts : bool
        Whether it says more than the node's kind.
    constants : {"magnitude", "exact"}
        How much it says of a constant.
    """
    pairs = (graph.kinds.astype(np.int64) << 32) | graph.text_codes
    found, places = np.unique(pairs, return_inverse=True)
    labels = [
        _text_label(int(pair) >> 32, graph.texts[pair & 0xFFFFFFFF], texts, constants)
        for pair in found
    ]
    return np.array(labels, dtype=np.uint64)[places]


@lru_cache(maxsize=1 << 16)
def _text_label(kind: int, text: str, texts: bool, constants: str) -> int:
    shown = _shown(kind, text, constants) if texts else ""
    data = f"{NODE_KINDS[kind]}\0{shown}".encode(errors="surrogatepass")
    return int.from_bytes(hashlib.blake2b(data, digest_size=8).digest(), "little")


def _shown(kind: int, text: str, constants: str) -> str:
    """Return what of a node's text goes into its label: no names of the program's."""
    if kind == _INSTRUCTION:
        return text
    if NODE_KINDS[kind] != "constant":
        return plain_type(text) if constants == "magnitude" else without_names(text)
    dtype, value = split_constant(text)
    plain = plain_constant(value)
    if constants == "magnitude":
        return f"{plain_type(dtype)} {plain}"
    is_value = plain.startswith("<")  # else the word for an expression
    return f"{without_names(dtype)} {without_names(value) if is_value else plain}"


def neighbours_of(
    graph: ProgramGraph, flows: Iterable[str], direction: str
) -> Neighbours:
    """Return along which edges labels travel.

    Parameters
    ----------
    graph : ProgramGraph
    flows : iterable of {"control", "data", "call", "type"}
    direction : {"both", "in", "out"}
        Whether a node hears from where its edges come, from where they lead, or both.
    """
    codes = [FLOWS.index(flow) for flow in flows]
    chosen = np.isin(graph.flows, codes)
    edges = graph.edges[chosen].astype(np.int64)
    positions = np.clip(graph.positions[chosen], 0, _LAST_POSITION).astype(np.uint64)
    salts = positions * np.uint64(len(FLOWS)) + graph.flows[chosen]
    sources, targets = edges[:, 0], edges[:, 1]
    incoming = (sources, targets, mix(salts * np.uint64(2)))
    outgoing = (targets, sources, mix(salts * np.uint64(2) + np.uint64(1)))
    ways = {"in": [incoming], "out": [outgoing], "both": [incoming, outgoing]}
    parts = zip(*ways[direction], strict=True)
    return Neighbours(*(np.concatenate(part) for part in parts))


def refined(labels: Labels, neighbours: Neighbours) -> Labels:
    """Return the labels after every node has heard those of its neighbours."""
    sources, targets, salts = neighbours
    heard = np.zeros_like(labels)
    np.add.at(heard, targets, mix(labels[sources] + salts))
    return mix(mix(labels) + heard)


def take_part(graph: ProgramGraph, neighbours: Neighbours) -> NDArray[np.bool_]:
    """Return which nodes have neighbours or are instructions."""
    found = graph.kinds == _INSTRUCTION
    found[neighbours.sources] = True
    found[neighbours.targets] = True
    return found


def graph_hash(graph: ProgramGraph) -> str:
    """Return a text that is the same for programs that are the same up to names.

    Of names, only those of functions that are declared and not defined count. Metadata
    and the order of functions and blocks do not count.

    Parameters
    ----------
    graph : ProgramGraph
        As of `tunembed.parsers.program_graph`.

    Returns
    -------
    str
        32 hexadecimal digits, those of another machine and version too.

    Raises
    ------
    TypeError
        If it is no program graph.

    Notes
    -----
    Nodes are told apart by Weisfeiler-Lehman refinement [1]_ over all edges in both
    directions, for 32 rounds or until there are no more different labels than before;
    the sorted labels are hashed. What the graph does not have, the text cannot say:
    flags such as ``nsw``, predicates of comparisons, alignments, initial values of
    global variables and the types that ``getelementptr`` and ``alloca`` name. Programs
    with equal texts are near copies that a split should keep together; they need not be
    equal.

    References
    ----------
    .. [1] N. Shervashidze, P. Schweitzer, E. J. van Leeuwen, K. Mehlhorn, K. M.
       Borgwardt. "Weisfeiler-Lehman Graph Kernels". JMLR 12, 2011.

    Examples
    --------
    >>> from tunembed.features import graph_hash
    >>> from tunembed.parsers import parse_llvm_ir, program_graph
    >>> text = "define i32 @f(i32 %x) { %y = add i32 %x, 1  ret i32 %y }"
    >>> graph = program_graph(parse_llvm_ir(text))
    >>> other = program_graph(parse_llvm_ir(text.replace("%y", "%sum")))
    >>> graph_hash(graph) == graph_hash(other)
    True
    """
    if not isinstance(graph, ProgramGraph):
        raise TypeError(
            f"graph must be a ProgramGraph, got {type(graph).__name__}; "
            "tunembed.parsers.program_graph makes one of a parsed module"
        )
    labels = first_labels(graph, True, "exact")
    neighbours = neighbours_of(graph, FLOWS, "both")
    different = len(np.unique(labels))
    for _ in range(_MOST_ROUNDS):
        labels = refined(labels, neighbours)
        before, different = different, len(np.unique(labels))
        if different <= before:
            break
    data = np.sort(labels).astype("<u8").tobytes()
    return hashlib.blake2b(data, digest_size=16).hexdigest()
