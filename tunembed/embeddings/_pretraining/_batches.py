"""Batches of functions of about the same size, and what of them is hidden."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch import Tensor

from tunembed.embeddings._encoder._text import windows
from tunembed.embeddings._encoder._vocabulary import MASK, SPECIAL, Vocabulary
from tunembed.embeddings._pretraining._prepare import Prepared

# Windows of a function that are read at most: a longer one is cut.
_MOST_WINDOWS = 4
# Statements of a batch, and functions of one of long functions.
_MOST_STATEMENTS = 5000
_FEWEST = 12
# Share of the words, nodes and edges that are hidden.
_HIDDEN = 0.15
NOT_ASKED = -100


class Batch(NamedTuple):
    """Functions as tensors; what is hidden, is replaced already.

    Attributes
    ----------
    pieces : Tensor of shape (n_statements, n_places)
    asked : Tensor of the same shape
        The piece that was hidden, -100 elsewhere.
    rows, there : Tensor of shape (n_windows, longest window)
    depths : Tensor of shape (n_statements,)
    text_owners : Tensor of shape (n_statements,)
        Which function.
    node_pieces : Tensor of shape (n_nodes, n_places)
    node_asked : Tensor of shape (n_nodes,)
        The place of the text that was hidden, -100 elsewhere.
    node_shown : Tensor of shape (n_nodes,)
        The place of a text that was not hidden, of as many nodes; -100 elsewhere.
    kinds, node_depths, node_owners : Tensor of shape (n_nodes,)
    edges : Tensor of shape (2, n_edges)
    relations : Tensor of shape (n_edges,)
    hidden_edges : Tensor of shape (2, n_hidden)
    hidden_relations : Tensor of shape (n_hidden,)
    far_targets : Tensor of shape (n_hidden,)
        For each hidden edge any node of the same function.
    sources : Tensor of shape (n_functions,)
        The same for a function at all levels of optimisation.
    counters, optimised : Tensor of shape (n_functions, n_counters)
        Of the function, and of the same one at the highest level there is.
    """

    pieces: Tensor
    asked: Tensor
    rows: Tensor
    there: Tensor
    depths: Tensor
    text_owners: Tensor
    node_pieces: Tensor
    node_asked: Tensor
    node_shown: Tensor
    kinds: Tensor
    node_depths: Tensor
    node_owners: Tensor
    edges: Tensor
    relations: Tensor
    hidden_edges: Tensor
    hidden_relations: Tensor
    far_targets: Tensor
    sources: Tensor
    counters: Tensor
    optimised: Tensor

    def to(self, device: str) -> Batch:
        """Return the batch on another device."""
        return Batch(*(tensor.to(device, non_blocking=True) for tensor in self))


class Batches:
    """Makes batches.

    Parameters
    ----------
    prepared : Prepared
    vocabulary : Vocabulary
    window : int
        How many statements are read together.
    n_texts : int
        How many of the most frequent texts of nodes are asked for.
    counters : ndarray of shape (n_functions, n_counters), dtype float32
        Standardised.
    learnt : ndarray of shape (n_functions,), dtype bool
        Whose texts of nodes are counted.
    """

    def __init__(
        self,
        prepared: Prepared,
        vocabulary: Vocabulary,
        *,
        window: int,
        n_texts: int,
        counters: NDArray[np.float32],
        learnt: NDArray[np.bool_],
    ) -> None:
        self.prepared = prepared
        self.window = window
        self.counters = counters
        self.n_pieces = len(vocabulary)
        self.pieces = vocabulary.table(prepared.texts).astype(np.int16)
        sizes = np.diff(prepared.starts["nodes"])
        used = prepared.columns["nodes"][np.repeat(learnt, sizes)]
        counts = np.bincount(used, minlength=len(prepared.texts))
        frequent = np.argsort(-counts, kind="stable")[:n_texts]
        self.class_of = np.full(len(prepared.texts), NOT_ASKED, dtype=np.int64)
        self.class_of[frequent] = np.arange(len(frequent))
        self.sizes = np.diff(prepared.starts["statements"])
        self.sources = prepared.functions["source"].to_numpy()
        self.highest = highest_levels(prepared.functions)

    def order(
        self, chosen: NDArray[np.int64], size: int, source: np.random.Generator
    ) -> list[NDArray[np.int64]]:
        """Return an epoch: batches of functions of about the same length, shuffled.

        Those of a batch are hard to tell apart by their length. Long functions come in
        smaller batches, so that none needs much more memory than others.
        """
        noise = source.uniform(0.9, 1.1, len(chosen))
        ordered = chosen[np.argsort(self.sizes[chosen] * noise, kind="stable")]
        parts, begin = [], 0
        while begin < len(ordered):
            longest = self.sizes[ordered[begin : begin + size]].max()
            stop = begin + max(_FEWEST, min(size, _MOST_STATEMENTS // int(longest)))
            parts.append(ordered[begin:stop])
            begin = stop
        parts = [part for part in parts if len(part) > 1]
        return [parts[number] for number in source.permutation(len(parts))]

    def iterate(
        self, parts: list[NDArray[np.int64]], source: np.random.Generator
    ) -> Iterator[Batch]:
        """Yield batches of the functions with these numbers."""
        for part in parts:
            yield self.make(part, source)

    def make(
        self,
        part: NDArray[np.int64],
        source: np.random.Generator,
        *,
        hide: bool = True,
    ) -> Batch:
        """Return the batch of the functions with these numbers."""
        share = _HIDDEN if hide else 0.0
        fields = self._text(part, source, share) | self._graph(part, source, share)
        fields["sources"] = self.sources[part]
        fields["counters"] = self.counters[part]
        fields["optimised"] = self.counters[self.highest[part]]
        return Batch(**{k: torch.from_numpy(np.asarray(v)) for k, v in fields.items()})

    def _text(
        self, part: NDArray[np.int64], source: np.random.Generator, share: float
    ) -> dict[str, NDArray[Any]]:
        starts, columns = self.prepared.starts["statements"], self.prepared.columns
        lengths = np.minimum(self.sizes[part], _MOST_WINDOWS * self.window)
        chosen = _ranges(starts[part], lengths)
        pieces = self.pieces[columns["statements"][chosen]].astype(np.int64)
        pieces = pieces[:, : max(1, int((pieces != 0).sum(1).max()))]
        hidden = (source.random(pieces.shape) < share) & (pieces != 0)
        asked = np.where(hidden, pieces, NOT_ASKED)
        how = source.random(pieces.shape)
        pieces = np.where(hidden & (how < 0.8), MASK, pieces)
        others = source.integers(len(SPECIAL), self.n_pieces, pieces.shape)
        pieces = np.where(hidden & (how > 0.9), others, pieces)
        begin, sizes = windows(lengths, self.window)
        places = np.arange(sizes.max())
        there = places < sizes[:, np.newaxis]
        return {
            "pieces": pieces,
            "asked": asked,
            "rows": np.where(there, begin[:, np.newaxis] + places, 0),
            "there": there,
            "depths": columns["depths"][chosen].astype(np.int64),
            "text_owners": np.repeat(np.arange(len(part)), lengths),
        }

    def _graph(
        self, part: NDArray[np.int64], source: np.random.Generator, share: float
    ) -> dict[str, NDArray[Any]]:
        starts, columns = self.prepared.starts, self.prepared.columns
        first = starts["nodes"][part]
        counts = starts["nodes"][part + 1] - first
        chosen = _ranges(first, counts)
        texts = columns["nodes"][chosen]
        pieces = self.pieces[texts].astype(np.int64)
        pieces = pieces[:, : max(1, int((pieces != 0).sum(1).max()))]
        hidden = source.random(len(texts)) < share
        pieces[hidden] = 0
        pieces[hidden, 0] = MASK
        classes = self.class_of[texts]
        shown = (source.random(len(texts)) < share) & ~hidden
        before = np.cumsum(counts) - counts
        edge_starts = starts["edges"][part]
        edge_counts = starts["edges"][part + 1] - edge_starts
        inside = _ranges(edge_starts, edge_counts)
        edges = columns["edges"][inside].astype(np.int64)
        edges += np.repeat(before, edge_counts)[:, np.newaxis]
        relations = columns["relations"][inside].astype(np.int64)
        dropped = source.random(len(edges)) < share
        of = np.repeat(np.arange(len(part)), edge_counts)[dropped]
        return {
            "node_pieces": pieces,
            "node_asked": np.where(hidden, classes, NOT_ASKED),
            "node_shown": np.where(shown, classes, NOT_ASKED),
            "kinds": columns["kinds"][chosen].astype(np.int64),
            "node_depths": columns["node_depths"][chosen].astype(np.int64),
            "node_owners": np.repeat(np.arange(len(part)), counts),
            "edges": np.ascontiguousarray(edges[~dropped].T),
            "relations": relations[~dropped],
            "hidden_edges": np.ascontiguousarray(edges[dropped].T),
            "hidden_relations": relations[dropped],
            "far_targets": before[of]
            + (source.random(len(of)) * counts[of]).astype(int),
        }


def highest_levels(functions: pd.DataFrame) -> NDArray[np.int64]:
    """Return of each function the row of the same one at the highest level there is.

    Parameters
    ----------
    functions : DataFrame
        With the columns source and level.
    """
    rows = pd.Series(np.arange(len(functions)))
    ordered = functions["level"].reset_index(drop=True).sort_values(kind="stable").index
    sources = functions["source"].reset_index(drop=True)
    last = rows[ordered].groupby(sources[ordered], sort=False).transform("last")
    return last.sort_index().to_numpy()


def _ranges(starts: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return all numbers of ranges, one range after the other."""
    before = np.cumsum(lengths) - lengths
    return np.arange(lengths.sum()) + np.repeat(starts - before, lengths)
