"""What the networks are trained for."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from tunembed.embeddings._encoder._arrays import POSITIONS, RELATIONS
from tunembed.embeddings._encoder._pool import TRIPS
from tunembed.embeddings._pretraining._batches import NOT_ASKED, Batch
from tunembed.embeddings._pretraining._networks import Encoder, Settings

OBJECTIVES = ("words", "nodes", "edges", "matching", "counters", "optimised")
_NARROW = 32
_TEMPERATURE = 0.1


class Pooled(NamedTuple):
    """Vectors of functions, of either modality."""

    text: Tensor
    graph: Tensor
    text_loops: Tensor
    graph_loops: Tensor
    sizes: Tensor


class Pretrainer(nn.Module):
    """An encoder with the heads that its objectives need.

    Parameters
    ----------
    settings : dict
    n_pieces, n_texts, n_counters : int
    modalities : sequence of {"text", "graph"}
        Those that counters are read from.
    """

    def __init__(
        self,
        settings: Settings,
        n_pieces: int,
        n_texts: int,
        n_counters: int,
        modalities: Sequence[str] = ("text", "graph"),
    ) -> None:
        super().__init__()
        width, inner = settings["pieces"]["components"], settings["graph"]["components"]
        self.encoder = Encoder(settings, n_pieces)
        self.words = Words(width, settings["pieces"]["longest"], n_pieces)
        self.auto = AutoEncoder(inner, n_texts)
        self.matching = Matching(width, inner)
        widths = {"text": width, "graph": inner}
        read_from = {name: widths[name] for name in modalities}
        self.counters = Readouts(read_from, n_counters)
        self.optimised = Readouts(read_from, n_counters)

    def forward(self, batch: Batch) -> dict[str, Tensor]:
        """Return the losses, by the names of `OBJECTIVES`."""
        statements, nodes = (x.float() for x in self.vectors(batch))
        pooled = pool(batch, statements, nodes)
        table = self.encoder.pieces.weight
        text_nodes, edges = self.auto(nodes, batch)
        return {
            "words": F.cross_entropy(*self.words(statements, batch.asked, table)),
            "nodes": text_nodes,
            "edges": edges,
            "matching": self.matching.loss(pooled.text, pooled.graph, batch.sources),
            "counters": self.counters.loss(pooled, batch.counters),
            "optimised": self.optimised.loss(pooled, batch.optimised),
        }

    def vectors(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Return one vector per statement, and one per node."""
        encoder = self.encoder
        statements = encoder.text(
            encoder.sums(batch.pieces), batch.rows, batch.there, batch.depths
        )
        nodes = encoder.graph(
            encoder.sums(batch.node_pieces),
            batch.kinds,
            batch.node_depths,
            batch.edges,
            batch.relations,
        )
        return statements, nodes


class Readouts(nn.Module):
    """Counters read from the pooled vectors of either modality, by a linear map.

    Parameters
    ----------
    widths : dict of str to int
        Modality -> number of components.
    n_counters : int
    """

    def __init__(self, widths: dict[str, int], n_counters: int) -> None:
        super().__init__()
        self.heads = nn.ModuleDict(
            {
                name: nn.Linear(2 * width + 1, n_counters)
                for name, width in widths.items()
            }
        )

    def loss(self, pooled: Pooled, wanted: Tensor) -> Tensor:
        """Return the sum of the losses of the modalities."""
        parts = {
            "text": (pooled.text, pooled.text_loops),
            "graph": (pooled.graph, pooled.graph_loops),
        }
        losses = []
        for name, head in self.heads.items():
            found = head(torch.cat([*parts[name], pooled.sizes], 1))
            losses.append(F.smooth_l1_loss(found.float(), wanted))
        return torch.stack(losses).sum()


class Words(nn.Module):
    """Which piece was hidden at a place of a statement."""

    def __init__(self, width: int, longest: int, n_pieces: int) -> None:
        super().__init__()
        self.up = nn.Linear(width, width)
        self.places = nn.Embedding(longest, width)
        self.norm = nn.LayerNorm(width)
        self.bias = nn.Parameter(torch.zeros(n_pieces))

    def forward(
        self, statements: Tensor, asked: Tensor, table: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Return logits of the hidden pieces, and what they were."""
        row, place = torch.nonzero(asked != NOT_ASKED, as_tuple=True)
        inside = (self.up(statements[row]) + self.places(place)).relu()
        logits = self.norm(inside) @ table.T * table.shape[1] ** -0.5 + self.bias
        return logits.float(), asked[row, place]


class AutoEncoder(nn.Module):
    """Nodes and edges from a few numbers per node."""

    def __init__(self, width: int, n_texts: int) -> None:
        super().__init__()
        self.narrow = nn.Linear(width, _NARROW)
        self.up = nn.Linear(_NARROW, width)
        self.texts = nn.Linear(width, n_texts)
        self.pairs = nn.Parameter(torch.randn(len(RELATIONS), _NARROW, _NARROW) * 0.1)
        self.shift = nn.Parameter(torch.zeros(len(RELATIONS)))

    def forward(self, nodes: Tensor, batch: Batch) -> tuple[Tensor, Tensor]:
        """Return the losses of nodes, hidden and shown, and of hidden edges."""
        latent = self.narrow(nodes)
        hidden = self._texts(latent, batch.node_asked)
        shown = self._texts(latent, batch.node_shown)
        flows = batch.hidden_relations // POSITIONS
        source, target = batch.hidden_edges
        right = self._score(latent[source], latent[target], flows)
        wrong = self._score(latent[source], latent[batch.far_targets], flows)
        edges = F.softplus(-right).mean() + F.softplus(wrong).mean()
        return hidden + 0.2 * shown, edges

    def _texts(self, latent: Tensor, asked: Tensor) -> Tensor:
        there = asked != NOT_ASKED
        logits = self.texts(self.up(latent[there]).relu())
        return F.cross_entropy(logits.float(), asked[there])

    def _score(self, source: Tensor, target: Tensor, flows: Tensor) -> Tensor:
        mapped = torch.bmm(source[:, None], self.pairs[flows])[:, 0]
        found: Tensor = (mapped * target).sum(1) + self.shift[flows]
        return found


class Matching(nn.Module):
    """Whether a text and a graph are the same program's."""

    def __init__(self, width: int, inner: int) -> None:
        super().__init__()
        shared = min(width, inner)
        self.text = nn.Linear(width, shared)
        self.graph = nn.Linear(inner, shared)
        self.up = nn.Linear(2 * shared, shared)
        self.down = nn.Linear(shared, 1)

    def loss(self, text: Tensor, graph: Tensor, sources: Tensor) -> Tensor:
        """Return the loss: contrast within the batch, and hard pairs told apart.

        The same source at another level is no wrong partner.
        """
        text, graph = self.project(text, graph)
        alike = text @ graph.T / _TEMPERATURE
        same = sources[:, None] == sources[None, :]
        own = torch.eye(len(sources), dtype=torch.bool, device=text.device)
        alike = alike.masked_fill(same & ~own, float("-inf"))
        wanted = torch.arange(len(sources), device=text.device)
        contrast = F.cross_entropy(alike, wanted) + F.cross_entropy(alike.T, wanted)
        if bool(same.all()):
            return contrast
        right = self.judge(text, graph)
        hard_graph, hard_text = hardest(alike, same)
        wrong = torch.cat(
            [self.judge(text, graph[hard_graph]), self.judge(text[hard_text], graph)]
        )
        pairs = F.softplus(-right).mean() + F.softplus(wrong).mean()
        return 0.5 * contrast + pairs

    def project(self, text: Tensor, graph: Tensor) -> tuple[Tensor, Tensor]:
        """Return vectors of length 1 that can be compared."""
        return F.normalize(self.text(text), dim=1), F.normalize(
            self.graph(graph), dim=1
        )

    def judge(self, text: Tensor, graph: Tensor) -> Tensor:
        """Return the logit that projected vectors are the same program's."""
        pair = torch.cat([text * graph, (text - graph).abs()], 1)
        found: Tensor = self.down(self.up(pair * len(text[0]) ** 0.5).relu())[:, 0]
        return found


def hardest(alike: Tensor, same: Tensor) -> tuple[Tensor, Tensor]:
    """Return for each text the most similar wrong graph, and the other way round."""
    wrong = alike.detach().masked_fill(same, float("-inf"))
    return wrong.argmax(1), wrong.argmax(0)


def pool(batch: Batch, statements: Tensor, nodes: Tensor) -> Pooled:
    """Return the vectors of functions."""
    count = len(batch.sources)
    sizes = torch.bincount(batch.text_owners, minlength=count).float().log2()[:, None]
    loops = TRIPS ** batch.depths.float()
    node_loops = TRIPS ** batch.node_depths.float()
    one, node_one = torch.ones_like(loops), torch.ones_like(node_loops)
    return Pooled(
        _mean(statements, one, batch.text_owners, count),
        _mean(nodes, node_one, batch.node_owners, count),
        _mean(statements, loops, batch.text_owners, count),
        _mean(nodes, node_loops, batch.node_owners, count),
        sizes,
    )


def _mean(x: Tensor, weights: Tensor, owners: Tensor, count: int) -> Tensor:
    total = x.new_zeros(count, x.shape[1]).index_add_(0, owners, x * weights[:, None])
    return total / x.new_zeros(count).index_add_(0, owners, weights)[:, None]
