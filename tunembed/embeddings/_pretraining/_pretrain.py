"""From a corpus to a file of weights."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import torch

from tunembed.embeddings._encoder._weights import Weights, load_weights, save_weights
from tunembed.embeddings._pretraining._assess import assess
from tunembed.embeddings._pretraining._export import from_weights, to_weights
from tunembed.embeddings._pretraining._prepare import prepare
from tunembed.embeddings._pretraining._settings import Training
from tunembed.embeddings._pretraining._train import Run, set_up, train

Progress = Callable[[str, int, int, dict[str, float]], object]


def pretrain(
    corpus: Any,
    output: str | os.PathLike[str],
    *,
    folder: str | os.PathLike[str],
    training: Training | None = None,
    start: str | os.PathLike[str] | None = None,
    device: str = "auto",
    n_jobs: int | None = None,
    licence: str = "of the corpus",
    progress: Progress | None = None,
) -> Path:
    """Train an encoder on a corpus and write its weights.

    Parameters
    ----------
    corpus : Corpus
    output : path-like
        The file to write, ``.npz``.
    folder : path-like
        For the arrays of the corpus, checkpoints and curves; what is finished there is
        not done again.
    training : Training, optional
    start : path-like, optional
        Weights to go on from; their sizes and vocabulary are kept.
    device : str, default="auto"
        "cuda" where there is one, else "cpu".
    n_jobs : int, default=None
        Number of processes that read the corpus.
    licence : str
        Of the weights, for their card.
    progress : callable, default=None
        Called with the stage, the steps done, those of all, and losses.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    WorkFolderError
        If the folder holds the work of another training, or on another corpus.
    """
    training = training or Training()
    known = None if start is None else load_weights(start)
    if known is not None:
        training = _like(training, known)
    folder = Path(folder)
    prepared = prepare(
        corpus, folder / "arrays", n_jobs=n_jobs, progress=_stage("read", progress)
    )
    run = set_up(prepared, training, None if known is None else known.vocabulary)
    if known is not None:
        run.model.encoder.load_state_dict(from_weights(known).state_dict())
    run.start = None if start is None else _named(Path(start))
    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    train(run, folder, device=device, progress=_losses(progress))
    card = _card(run, licence)
    weights = to_weights(run.model.cpu().encoder, training.sizes, run.vocabulary, card)
    save_weights(output, weights)
    return Path(output)


def _like(training: Training, known: Weights) -> Training:
    options = {name: getattr(training, name) for name in asdict(training)}
    return Training(**options | {"sizes": known.settings})


def _named(weights: Path) -> str:
    """Return a name of weights that no others have."""
    digest = hashlib.sha256(weights.read_bytes()).hexdigest()
    return f"{weights.name}, sha256 {digest[:16]}"


def _card(run: Run, licence: str) -> dict[str, Any]:
    functions = run.batches.prepared.functions
    held_out = functions.iloc[run.assessed]
    return {
        "created": date.today().isoformat(),
        "licence": licence,
        "start": run.start,
        "functions": len(run.learnt),
        "functions_held_out": len(run.assessed),
        "packages": int(functions["package"].nunique()),
        "packages_held_out": sorted(map(str, held_out["package"].unique())),
        "median_instructions": int(functions["n_instructions"].median()),
        "levels": sorted(map(str, functions["level"].unique())),
        "training": {
            name: value
            for name, value in asdict(run.training).items()
            if name != "sizes"
        },
        "parameters": int(np.sum([p.numel() for p in run.model.encoder.parameters()])),
        "metrics": assess(run) if len(run.assessed) else {},
    }


def _stage(name: str, progress: Progress | None) -> Callable[[int, int], object] | None:
    if progress is None:
        return None
    return lambda done, total: progress(name, done, total, {})


def _losses(
    progress: Progress | None,
) -> Callable[[int, int, dict[str, float]], object] | None:
    if progress is None:
        return None
    return lambda done, total, losses: progress("train", done, total, losses)
