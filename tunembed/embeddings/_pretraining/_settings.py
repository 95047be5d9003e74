"""How large the networks are, and how they are trained."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from dataclasses import dataclass, field

from tunembed.embeddings._pretraining._objectives import OBJECTIVES

Sizes = dict[str, dict[str, int]]


def default_sizes() -> Sizes:
    """Return the sizes of the shipped encoder."""
    return {
        "pieces": {"components": 96, "longest": 24},
        "text": {"layers": 3, "heads": 4, "hidden": 192, "window": 64},
        "graph": {"components": 96, "layers": 4},
    }


@dataclass(frozen=True)
class Training:
    """How an encoder is trained.

    Parameters
    ----------
    sizes : dict
        Of the networks.
    n_pieces : int
        At most so many in the vocabulary.
    n_texts : int
        How many texts of nodes are told apart.
    objectives : tuple of str
        Of `OBJECTIVES`.
    modalities : tuple of str
        Which networks are trained; what needs the other one is left out.
    epochs : float
    batch_size : int
        Functions.
    learning_rate : float
    warmup : int
        Steps until the learning rate is reached; then it falls as a cosine does.
    held_out : float
        Share of the packages that only serve to assess.
    seed : int
    """

    sizes: Sizes = field(default_factory=default_sizes)
    n_pieces: int = 4096
    n_texts: int = 1024
    objectives: tuple[str, ...] = OBJECTIVES
    modalities: tuple[str, ...] = ("text", "graph")
    epochs: float = 3.0
    batch_size: int = 64
    learning_rate: float = 2e-3
    warmup: int = 300
    held_out: float = 0.05
    seed: int = 0

    def active(self) -> tuple[str, ...]:
        """Return the objectives for which all modalities are there."""
        needs = {"words": {"text"}, "nodes": {"graph"}, "edges": {"graph"}}
        needs["matching"] = {"text", "graph"}
        return tuple(
            name
            for name in self.objectives
            if needs.get(name, set()) <= set(self.modalities)
        )
