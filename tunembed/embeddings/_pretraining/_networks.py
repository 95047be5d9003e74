"""The networks of the encoder in torch; its arrays have the names of those in numpy."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import torch
from torch import Tensor, nn

from tunembed.embeddings._encoder._arrays import DEPTHS, GATES

Settings = dict[str, dict[str, int]]


class Encoder(nn.Module):
    """Both networks over one table of pieces.

    Parameters
    ----------
    settings : dict
        As of the weights.
    n_pieces : int
    """

    def __init__(self, settings: Settings, n_pieces: int) -> None:
        super().__init__()
        width, longest = (settings["pieces"][k] for k in ("components", "longest"))
        self.pieces = nn.Embedding(n_pieces, width, padding_idx=0)
        self.places = nn.Embedding(longest, width)
        self.text = Text(width, **settings["text"])
        self.graph = Graph(width, **settings["graph"])
        nn.init.normal_(self.pieces.weight, std=0.5)
        nn.init.normal_(self.places.weight, std=0.5)

    def sums(self, pieces: Tensor) -> Tensor:
        """Return one vector per row of pieces."""
        there = (pieces != 0).float()
        scale = 1 + self.places.weight[: pieces.shape[1]]
        total = (self.pieces(pieces) * scale * there[..., None]).sum(1)
        found: Tensor = total / there.sum(1).clamp(min=1).sqrt()[:, None]
        return found


class FeedForward(nn.Module):
    """What a normalised two-layer network adds."""

    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.up = nn.Linear(width, hidden)
        self.down = nn.Linear(hidden, width)

    def forward(self, x: Tensor) -> Tensor:
        """Return x and what is added to it."""
        found: Tensor = x + self.down(self.up(self.norm(x)).relu())
        return found


class TextLayer(FeedForward):
    """One layer of a transformer."""

    def __init__(self, width: int, hidden: int, heads: int) -> None:
        super().__init__(width, hidden)
        self.heads = heads
        self.attend_norm = nn.LayerNorm(width)
        self.attend = nn.Linear(width, 3 * width)
        self.output = nn.Linear(width, width)

    def forward(self, x: Tensor, there: Tensor | None = None) -> Tensor:
        """Return x after attention to where `there` is true."""
        count, size, width = x.shape
        three = self.attend(self.attend_norm(x))
        three = three.view(count, size, 3, self.heads, width // self.heads)
        query, key, value = three.permute(2, 0, 3, 1, 4)
        mask = None if there is None else there[:, None, None, :]
        # In half precision it is slower on processors.
        with torch.autocast(x.device.type, enabled=False):
            mixed = nn.functional.scaled_dot_product_attention(
                query.float(), key.float(), value.float(), mask
            )
        mixed = mixed.transpose(1, 2).reshape(count, size, width)
        return super().forward(x + self.output(mixed))


class Text(nn.Module):
    """The text modality."""

    def __init__(
        self, width: int, *, layers: int, heads: int, hidden: int, window: int
    ) -> None:
        super().__init__()
        self.statement = FeedForward(width, hidden)
        self.positions = nn.Embedding(window, width)
        self.depths = nn.Embedding(DEPTHS, width)
        self.layers = nn.ModuleList(
            TextLayer(width, hidden, heads) for _ in range(layers)
        )
        self.norm = nn.LayerNorm(width)
        for table in (self.positions, self.depths):
            nn.init.normal_(table.weight, std=0.1)

    def forward(
        self, sums: Tensor, rows: Tensor, there: Tensor, depths: Tensor
    ) -> Tensor:
        """Return one vector per statement.

        Parameters
        ----------
        sums : Tensor of shape (n_statements, width)
        rows : Tensor of shape (n_windows, longest window)
            Places of statements; any where `there` is false.
        there : Tensor of shape (n_windows, longest window), dtype bool
        depths : Tensor of shape (n_statements,)
        """
        vectors = self.statement(sums) + self.depths(depths)
        x = vectors[rows] + self.positions.weight[: rows.shape[1]]
        for layer in self.layers:
            x = layer(x, there)
        x = self.norm(x)
        result = torch.zeros_like(vectors, dtype=x.dtype)
        result[rows[there]] = x[there]
        return result


class GraphLayer(nn.Module):
    """What a node and its neighbours say."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.own = nn.Linear(width, width)
        self.gates = nn.Embedding(GATES, width)
        self.heard = nn.Linear(width, width, bias=False)
        self.down = nn.Linear(width, width)
        nn.init.normal_(self.gates.weight, std=0.3)

    def forward(self, x: Tensor, edges: Tensor, relations: Tensor) -> Tensor:
        """Return x and what is added to it."""
        normal = self.norm(x)
        source, target = edges
        heard = sums(normal, source, target, self.gates(relations))
        back = self.gates(relations + GATES // 2)
        heard = heard + sums(normal, target, source, back)
        inside = self.own(normal) + self.heard(heard)
        found: Tensor = x + self.down(inside.relu())
        return found


def sums(x: Tensor, source: Tensor, target: Tensor, gates: Tensor) -> Tensor:
    """Return what every node hears, divided by the root of its number of edges."""
    degrees = torch.bincount(target, minlength=len(x)).clamp(min=1).sqrt()
    heard = x[source] * (1 + gates)
    total = torch.zeros_like(x, dtype=heard.dtype).index_add_(0, target, heard)
    return total / degrees[:, None]


class Graph(nn.Module):
    """The graph modality."""

    def __init__(self, width: int, *, components: int, layers: int) -> None:
        super().__init__()
        self.enter = nn.Linear(width, components)
        self.kinds = nn.Embedding(3, components)
        self.depths = nn.Embedding(DEPTHS, components)
        self.layers = nn.ModuleList(GraphLayer(components) for _ in range(layers))
        self.norm = nn.LayerNorm(components)
        for table in (self.kinds, self.depths):
            nn.init.normal_(table.weight, std=0.3)

    def forward(
        self,
        sums: Tensor,
        kinds: Tensor,
        depths: Tensor,
        edges: Tensor,
        relations: Tensor,
    ) -> Tensor:
        """Return one vector per node.

        Parameters
        ----------
        sums : Tensor of shape (n_nodes, width)
        kinds, depths : Tensor of shape (n_nodes,)
        edges : Tensor of shape (2, n_edges)
        relations : Tensor of shape (n_edges,)
        """
        x = self.enter(sums) + self.kinds(kinds) + self.depths(depths)
        for layer in self.layers:
            x = layer(x, edges, relations)
        found: Tensor = self.norm(x)
        return found
