"""Program graphs: instructions, values and types, and what flows between them."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import networkx as nx
import numpy as np

NODE_KINDS = ("instruction", "variable", "constant", "type")
FLOWS = ("control", "data", "call", "type")
NO_FUNCTION = -1


@dataclass(frozen=True, eq=False)
class ProgramGraph:
    """A program as a directed multigraph, after ProGraML.

    Attributes
    ----------
    kinds : ndarray of shape (n_nodes,), dtype uint8
        Of each node the place of its kind in ``("instruction", "variable", "constant",
        "type")``.
    text_codes : ndarray of shape (n_nodes,), dtype int32
        Of each node the place of its text in `texts`.
    texts : tuple of str
        Of an instruction the opcode, of a function that is only declared its name with
        the ``@``, of a variable its type, of a constant its type and value, of a type
        itself.
    owners : ndarray of shape (n_nodes,), dtype int32
        Of each node the place of its function in `functions`, -1 for those of none:
        global variables, types, declared functions, the caller outside.
    functions : tuple of str
        Names of the functions that are in it with their bodies.
    edges : ndarray of shape (n_edges, 2), dtype int32
        Source and target, in ascending order.
    flows : ndarray of shape (n_edges,), dtype uint8
        Of each edge the place of its flow in ``("control", "data", "call", "type")``.
    positions : ndarray of shape (n_edges,), dtype int32
        Which branch, operand or argument an edge is.

    References
    ----------
    .. [1] C. Cummins et al. "ProGraML: A Graph-based Program Representation for Data
       Flow Analysis and Compiler Optimizations". ICML 2021, section 3.
    """

    kinds: np.ndarray
    text_codes: np.ndarray
    texts: tuple[str, ...]
    owners: np.ndarray
    functions: tuple[str, ...]
    edges: np.ndarray
    flows: np.ndarray
    positions: np.ndarray

    def __len__(self) -> int:
        return len(self.kinds)

    def __repr__(self) -> str:
        return f"<ProgramGraph: {len(self)} nodes, {len(self.edges)} edges>"

    def node_texts(self) -> list[str]:
        """Return the text of each node."""
        return [self.texts[code] for code in self.text_codes]

    def to_networkx(self) -> nx.MultiDiGraph:
        """Return the same graph with attributes instead of arrays.

        Returns
        -------
        networkx.MultiDiGraph
            Nodes are numbered and have ``kind``, ``text`` and ``function`` (None for
            those of no function); edges have ``flow`` and ``position``. The graph's
            own attribute ``functions`` lists the functions.
        """
        graph = nx.MultiDiGraph(functions=self.functions)
        owners = [*self.functions, None]
        for node, (kind, code, owner) in enumerate(
            zip(self.kinds, self.text_codes, self.owners, strict=True)
        ):
            graph.add_node(
                node,
                kind=NODE_KINDS[kind],
                text=self.texts[code],
                function=owners[owner],
            )
        for (source, target), flow, position in zip(
            self.edges.tolist(), self.flows, self.positions.tolist(), strict=True
        ):
            graph.add_edge(source, target, flow=FLOWS[flow], position=position)
        return graph

    @classmethod
    def from_networkx(cls, graph: nx.MultiDiGraph) -> ProgramGraph:
        """Return a graph with the attributes that `to_networkx` gives.

        Parameters
        ----------
        graph : networkx.MultiDiGraph

        Returns
        -------
        ProgramGraph

        Raises
        ------
        ValueError
            If a node or edge lacks an attribute or has an unknown kind or flow.
        """
        number = {node: n for n, node in enumerate(graph.nodes)}
        try:
            nodes = [
                (data["kind"], data["text"], data["function"])
                for _, data in graph.nodes.data()
            ]
            edges = [
                (number[source], number[target], data["flow"], data["position"])
                for source, target, data in graph.edges.data()
            ]
            functions = tuple(graph.graph["functions"])
            owners = {name: n for n, name in enumerate(functions)} | {None: NO_FUNCTION}
            texts = tuple(dict.fromkeys(text for _, text, _ in nodes))
            codes = {text: n for n, text in enumerate(texts)}
            return assembled(
                [NODE_KINDS.index(kind) for kind, _, _ in nodes],
                [codes[text] for _, text, _ in nodes],
                texts,
                [owners[owner] for _, _, owner in nodes],
                functions,
                [(s, t, FLOWS.index(flow), p) for s, t, flow, p in edges],
            )
        except (KeyError, ValueError) as error:
            raise ValueError(f"this is no program graph: {error}") from None


def assembled(
    kinds: Sequence[int],
    codes: Sequence[int],
    texts: Sequence[str],
    owners: Sequence[int],
    functions: Sequence[str],
    edges: Sequence[tuple[Any, ...]],
) -> ProgramGraph:
    """Return a graph from lists; an edge is source, target, flow and position."""
    table = np.array(edges, dtype=np.int32).reshape(-1, 4)
    table = table[np.lexsort(table.T[[3, 2, 1, 0]])]
    return ProgramGraph(
        np.array(kinds, dtype=np.uint8),
        np.array(codes, dtype=np.int32),
        tuple(texts),
        np.array(owners, dtype=np.int32),
        tuple(functions),
        np.ascontiguousarray(table[:, :2]),
        table[:, 2].astype(np.uint8),
        np.ascontiguousarray(table[:, 3]),
    )
