"""The graph modality: a network over the edges of graphs, in both directions."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tunembed.embeddings._encoder._arrays import GATES
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
    component by a vector for flow, position and direction; the sum of either direction
    is divided by the root of the number of edges, after CompGCN [1]_.

    References
    ----------
    .. [1] S. Vashishth, S. Sanyal, V. Nitin, P. Talukdar. "Composition-based
       Multi-Relational Graph Convolutional Networks". ICLR 2020.
    """
    x = linear(piece_sums(pieces, weights), weights, "graph.enter")[nodes]
    x += weights["graph.kinds.weight"][kinds]
    x += weights["graph.depths.weight"][depths]
    speakers, ways, hearing = _both_directions(edges, relations, len(nodes))
    layer = 0
    while f"graph.layers.{layer}.own.weight" in weights:
        name = f"graph.layers.{layer}"
        normal = layer_norm(x, weights, f"{name}.norm")
        said = normal[speakers]
        said *= (1 + weights[f"{name}.gates.weight"])[ways]
        inside = linear(normal, weights, f"{name}.own")
        inside += (hearing @ said) @ weights[f"{name}.heard.weight"].T
        x = x + linear(relu(inside), weights, f"{name}.down")
        layer += 1
    return layer_norm(x, weights, "graph.norm")


def _both_directions(
    edges: NDArray[np.int64], relations: NDArray[np.uint8], n_nodes: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], csr_array]:
    """Return of every edge there and back: who speaks, over which relation, who hears.

    The last one is a matrix of shape (n_nodes, 2 * n_edges).
    """
    sources, targets = edges.T
    listeners = np.concatenate([targets, sources])
    shares = [
        np.sqrt(1 / np.bincount(nodes, minlength=n_nodes)[nodes])
        for nodes in (targets, sources)
    ]
    values = np.concatenate(shares).astype(np.float32)
    numbers = np.arange(len(listeners))
    hearing = csr_array((values, (listeners, numbers)), shape=(n_nodes, len(listeners)))
    ways = np.concatenate([relations, relations + np.uint8(GATES // 2)])
    return np.concatenate([sources, targets]), ways.astype(np.int64), hearing
