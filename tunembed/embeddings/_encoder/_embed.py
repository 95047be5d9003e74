"""From functions to rows, by both networks."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tunembed.embeddings._encoder._arrays import (
    GraphArrays,
    TextArrays,
    graph_arrays,
    text_arrays,
)
from tunembed.embeddings._encoder._graph import read_graph
from tunembed.embeddings._encoder._layers import Floats
from tunembed.embeddings._encoder._pool import pool
from tunembed.embeddings._encoder._text import read_text
from tunembed.embeddings._encoder._weights import Weights
from tunembed.parsers import IRFunction


def embed(
    programs: Sequence[Sequence[IRFunction]],
    weights: Weights,
    modalities: tuple[str, ...],
    poolings: tuple[str, ...],
) -> Floats:
    """Return one row per program.

    Parameters
    ----------
    programs : sequence of sequence of IRFunction
        The functions of each; at least one.
    weights : Weights
    modalities : tuple of {"text", "graph"}
    poolings : tuple of {"mean", "max", "loops"}

    Returns
    -------
    ndarray of shape (n_programs, n_components), dtype float32
        Modality by modality, pooling by pooling.
    """
    # Function by function: what is read last of one is at hand for the other modality.
    read = [
        [_ARRAYS[name](function) for name in modalities]
        for program in programs
        for function in program
    ]
    columns = zip(modalities, zip(*read, strict=True), strict=True)
    return np.hstack(
        [_ROWS[name](programs, found, weights, poolings) for name, found in columns]
    )


def _text_rows(
    programs: Sequence[Sequence[IRFunction]],
    functions: Sequence[TextArrays],
    weights: Weights,
    poolings: tuple[str, ...],
) -> Floats:
    texts, codes = _numbered([function.statements for function in functions])
    depths = np.concatenate([function.depths for function in functions])
    lengths = [len(function.statements) for function in functions]
    vectors = read_text(
        weights.vocabulary.table(texts),
        codes,
        depths,
        np.array(lengths),
        weights.arrays,
        heads=weights.settings["text"]["heads"],
    )
    return pool(vectors, depths, _program_starts(programs, lengths), poolings)


def _graph_rows(
    programs: Sequence[Sequence[IRFunction]],
    functions: Sequence[GraphArrays],
    weights: Weights,
    poolings: tuple[str, ...],
) -> Floats:
    texts, codes = _numbered([function.texts for function in functions])
    sizes = np.array([len(function.nodes) for function in functions])
    before = np.cumsum(sizes) - sizes
    text_counts = np.array([len(function.texts) for function in functions])
    first_text = np.cumsum(text_counts) - text_counts
    nodes = np.concatenate([f.nodes for f in functions])
    depths = np.concatenate([f.depths for f in functions])
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
    return pool(vectors, depths, _program_starts(programs, sizes), poolings)


def _numbered(lists: list[list[str]]) -> tuple[list[str], NDArray[np.int64]]:
    """Return different texts, and of each text of the lists its place in them."""
    place_of: dict[str, int] = {}
    codes = [
        place_of.setdefault(text, len(place_of)) for texts in lists for text in texts
    ]
    return list(place_of), np.array(codes, dtype=np.int64)


def _program_starts(
    programs: Sequence[Sequence[IRFunction]], sizes: Sequence[int] | NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return where each program's vectors start, given the sizes of functions."""
    before = np.concatenate([[0], np.cumsum(sizes)])
    counts = [len(program) for program in programs]
    first: NDArray[np.int64] = before[np.cumsum([0, *counts[:-1]])]
    return first


_ARRAYS: dict[str, Callable[[IRFunction], Any]] = {
    "text": text_arrays,
    "graph": graph_arrays,
}
_ROWS: dict[str, Callable[..., Floats]] = {"text": _text_rows, "graph": _graph_rows}
