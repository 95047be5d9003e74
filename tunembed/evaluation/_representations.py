"""Ways to make a vector of a program that is given as LLVM IR."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tunembed.embeddings import MIREncoder, WeightsError
from tunembed.evaluation._ir2vec import UnavailableError, ir2vec_vectors
from tunembed.features import GraphVectorizer, IRVectorizer, TokenVectorizer
from tunembed.parsers import IRModule

Modules = Sequence[IRModule | None]
Representation = Callable[[Modules], Any]


def counters(modules: Modules) -> Any:
    """Return named counters, shape (n_modules, n_counters)."""
    return IRVectorizer(errors="nan").transform(list(modules))


def tokens(modules: Modules) -> Any:
    """Return counts of statements and of pairs of them, sparse.

    Which of them there are is known of all programs. That lets nothing through: those
    that no training program has are left out before anything is learnt.
    """
    return TokenVectorizer((1, 2), errors="nan").fit_transform(list(modules))


def subtrees(modules: Modules) -> Any:
    """Return counts of hashed subtrees of the program graph, sparse."""
    return GraphVectorizer(errors="nan").transform(list(modules))


def encoder(modality: str = "both", **options: Any) -> Representation:
    """Return what embeds modules by the frozen encoder.

    Parameters
    ----------
    modality : {"both", "text", "graph"}, default="both"
    **options
        Further ones of `tunembed.embeddings.MIREncoder`, such as weights or pooling.

    Returns
    -------
    callable
        For `compare_representations`. It raises `UnavailableError` without weights.
    """

    def embed(modules: Modules) -> Any:
        try:
            transformer = MIREncoder(modality=modality, errors="nan", **options)
            return transformer.fit_transform(list(modules))
        except OSError as error:
            named = options.get("weights", "default")
            raise UnavailableError(f"there are no weights {str(named)!r}") from error
        except WeightsError as error:
            raise UnavailableError(f"the encoder cannot be used: {error}") from error

    return embed


def all_representations(weights: Any = "default") -> dict[str, Representation | None]:
    """Return all representations by name.

    Parameters
    ----------
    weights : "default" or path-like, default="default"
        Of the encoder.

    Returns
    -------
    dict of str to callable or None
        None: nothing is known of the program, only the auxiliary columns are seen.
    """
    return {
        "auxiliary": None,
        "counters": counters,
        "tokens": tokens,
        "graph": subtrees,
        "ir2vec": ir2vec_vectors,
        "encoder-text": encoder("text", weights=weights),
        "encoder-graph": encoder("graph", weights=weights),
        "encoder": encoder(weights=weights),
    }


REPRESENTATIONS = all_representations()
# Those that know no programs but the training samples.
NOT_PRETRAINED = ("auxiliary", "counters", "tokens", "graph")
