"""From functions to rows, by both networks."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tunembed.embeddings._encoder._arrays import FunctionArrays
from tunembed.embeddings._encoder._graph import read_graph
from tunembed.embeddings._encoder._layers import Floats
from tunembed.embeddings._encoder._pool import pool
from tunembed.embeddings._encoder._text import read_text
from tunembed.embeddings._encoder._weights import Weights


def embed(
    programs: Sequence[Sequence[FunctionArrays]],
    weights: Weights,
    modalities: tuple[str, ...],
    poolings: tuple[str, ...],
) -> Floats:
    """Return one row per program.

    Parameters
    ----------
    programs : sequence of sequence of FunctionArrays
        The functions of each; at least one.
    weights : Weights
    modalities : tuple of {"text", "graph"}
    poolings : tuple of {"mean", "max", "loops"}

    Returns
    -------
    ndarray of shape (n_programs, n_components), dtype float32
        Modality by modality, pooling by pooling.
    """
    parts = {"text": _text_rows, "graph": _graph_rows}
    return np.hstack([parts[name](programs, weights, poolings) for name in modalities])


def _text_rows(
    programs: Sequence[Sequence[FunctionArrays]],
    weights: Weights,
    poolings: tuple[str, ...],
) -> Floats:
    functions = [function for program in programs for function in program]
    texts, codes = _numbered([function.statements for function in functions])
    depths = np.concatenate([function.depths for function in functions])
    vectors = read_text(
        weights.vocabulary.table(texts),
        codes,
        depths,
        np.array([len(function.statements) for function in functions]),
        weights.arrays,
        heads=weights.settings["text"]["heads"],
    )
    sizes = [sum(len(f.statements) for f in program) for program in programs]
    return pool(vectors, depths, _starts(sizes), poolings)


def _graph_rows(
    programs: Sequence[Sequence[FunctionArrays]],
    weights: Weights,
    poolings: tuple[str, ...],
) -> Floats:
    functions = [function for program in programs for function in program]
    texts, codes = _numbered([function.texts for function in functions])
    sizes = np.array([len(function.nodes) for function in functions])
    before = np.cumsum(sizes) - sizes
    text_counts = np.array([len(function.texts) for function in functions])
    first_text = np.cumsum(text_counts) - text_counts
    nodes = np.concatenate([f.nodes for f in functions])
    depths = np.concatenate([f.node_depths for f in functions])
    edge_counts = [len(function.edges) for function in functions]
    vectors = read_graph(
        weights.vocabulary.table(texts),
        codes[nodes + np.repeat(first_text, sizes)],
        np.concatenate([f.kinds for f in functions]),
        depths,
        np.concatenate([f.edges for f in functions])
        + np.repeat(before, edge_counts)[:, np.newaxis],
        np.concatenate([f.relations for f in functions]),
        weights.arrays,
    )
    counts = [sum(len(f.nodes) for f in program) for program in programs]
    return pool(vectors, depths, _starts(counts), poolings)


def _numbered(lists: list[list[str]]) -> tuple[list[str], NDArray[np.int64]]:
    """Return different texts, and of each text of the lists its place in them."""
    place_of: dict[str, int] = {}
    codes = [
        place_of.setdefault(text, len(place_of)) for texts in lists for text in texts
    ]
    return list(place_of), np.array(codes, dtype=np.int64)


def _starts(sizes: Sequence[int]) -> NDArray[np.int64]:
    ends = np.cumsum(np.array(sizes, dtype=np.int64))
    return ends - np.array(sizes, dtype=np.int64)
