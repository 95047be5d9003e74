"""The graph modality: a network over the edges of graphs, in both directions."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tunembed.embeddings._encoder._layers import (
    Floats,
    layer_norm,
    linear,
    piece_sums,
    relu,
)


def read_graph(
    pieces: NDArray[np.int64],
    nodes: NDArray[np.int64],
    kinds: NDArray[np.uint8],
    depths: NDArray[np.uint8],
    edges: NDArray[np.int64],
    relations: NDArray[np.uint8],
    weights: dict[str, Floats],
) -> Floats:
    """Return one vector per node.

    Parameters
    ----------
    pieces : ndarray of shape (n_different, n_places)
        Numbers of the pieces of different texts of nodes; padding is 0.
    nodes : ndarray of shape (n_nodes,)
        Of each node its row in `pieces`.
    kinds, depths : ndarray of shape (n_nodes,)
    edges : ndarray of shape (n_edges, 2)
        Sources and targets.
    relations : ndarray of shape (n_edges,)
        Flow and position, as of `GraphArrays`.
    weights : dict of str to ndarray

    Returns
    -------
    ndarray of shape (n_nodes, n_components), dtype float32

    Notes
    -----
    What a node hears over an edge is the neighbour's vector, scaled component by
    component by a vector for flow, position and direction; the sum is divided by the
    root of the number of edges, after CompGCN [1]_.

    References
    ----------
    .. [1] S. Vashishth, S. Sanyal, V. Nitin, P. Talukdar. "Composition-based
       Multi-Relational Graph Convolutional Networks". ICLR 2020.
    """
    x = linear(piece_sums(pieces, weights), weights, "graph.enter")[nodes]
    x += weights["graph.kinds.weight"][kinds]
    x += weights["graph.depths.weight"][depths]
    forward = _Heard(edges[:, 0], edges[:, 1], relations, len(nodes))
    backward = _Heard(edges[:, 1], edges[:, 0], relations, len(nodes))
    layer = 0
    while f"graph.layers.{layer}.own.weight" in weights:
        name = f"graph.layers.{layer}"
        normal = layer_norm(x, weights, f"{name}.norm")
        inside = linear(normal, weights, f"{name}.own")
        for way, heard in (("forward", forward), ("backward", backward)):
            gates = weights[f"{name}.{way}_gates.weight"]
            inside += heard.sums(normal, gates) @ weights[f"{name}.{way}.weight"].T
        x = x + linear(relu(inside), weights, f"{name}.down")
        layer += 1
    return layer_norm(x, weights, "graph.norm")


class _Heard:
    """What every node hears from its neighbours in one direction."""

    def __init__(
        self,
        sources: NDArray[np.int64],
        targets: NDArray[np.int64],
        relations: NDArray[np.uint8],
        n_nodes: int,
    ) -> None:
        degrees = np.bincount(targets, minlength=n_nodes)
        shares = (1 / np.sqrt(np.maximum(degrees, 1))).astype(np.float32)
        self.parts = []
        for relation in np.unique(relations):
            of = relations == relation
            # Few nodes have, say, a seventh operand: only their rows are made.
            hearing, rows = np.unique(targets[of], return_inverse=True)
            values = shares[targets[of]]
            shape = len(hearing), n_nodes
            matrix = csr_array((values, (rows, sources[of])), shape=shape)
            self.parts.append((int(relation), hearing, matrix))

    def sums(self, x: Floats, gates: Floats) -> Floats:
        """Return the scaled sums, of shape (n_nodes, n_components)."""
        total = np.zeros_like(x)
        for relation, hearing, matrix in self.parts:
            heard = matrix @ x
            heard *= 1 + gates[relation]
            total[hearing] += heard
        return total
