"""Train an encoder: checkpoints, resuming, curves."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import csv
import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from tunembed.embeddings._encoder._vocabulary import Vocabulary
from tunembed.embeddings._pretraining._batches import Batches
from tunembed.embeddings._pretraining._hold_out import held_out
from tunembed.embeddings._pretraining._objectives import Pretrainer
from tunembed.embeddings._pretraining._pieces import learn_pieces
from tunembed.embeddings._pretraining._prepare import (
    Prepared,
    WorkFolderError,
    word_counts,
)
from tunembed.embeddings._pretraining._settings import Training

_LOG_EVERY = 50
_SAVE_EVERY = 500
_CLIP = 1.0
# Errors of standardised counters are small numbers beside the other losses.
_WEIGHTS = {"counters": 4.0, "optimised": 4.0}


@dataclass
class Run:
    """A training with all it needs.

    Attributes
    ----------
    training : Training
    vocabulary : Vocabulary
    batches : Batches
    model : Pretrainer
    learnt, assessed : ndarray of int
        Numbers of functions.
    start : str, optional
        The weights it goes on from.
    """

    training: Training
    vocabulary: Vocabulary
    batches: Batches
    model: Pretrainer
    learnt: NDArray[np.int64]
    assessed: NDArray[np.int64]
    start: str | None = None

    def identity(self) -> dict[str, Any]:
        """Return what decides what becomes of it, beside the corpus."""
        return asdict(self.training) | {"start": self.start}


def set_up(
    prepared: Prepared, training: Training, vocabulary: Vocabulary | None = None
) -> Run:
    """Return a training that has not begun."""
    torch.manual_seed(training.seed)
    aside = held_out(prepared.functions, training.held_out)
    if vocabulary is None:
        longest = training.sizes["pieces"]["longest"]
        counts = word_counts(prepared, ~aside)
        vocabulary = learn_pieces(counts, training.n_pieces, longest)
    batches = Batches(
        prepared,
        vocabulary,
        window=training.sizes["text"]["window"],
        n_texts=training.n_texts,
        counters=standardised(prepared.counters, ~aside),
        learnt=~aside,
    )
    model = Pretrainer(
        training.sizes,
        len(vocabulary),
        training.n_texts,
        prepared.counters.shape[1],
        training.modalities,
    )
    return Run(
        training,
        vocabulary,
        batches,
        model,
        np.flatnonzero(~aside),
        np.flatnonzero(aside),
    )


def standardised(
    counters: NDArray[np.float16], learnt: NDArray[np.bool_]
) -> NDArray[np.float32]:
    """Return columns with mean 0 and deviation 1 over what is learnt from."""
    table = np.nan_to_num(counters.astype(np.float32))
    mean, deviation = table[learnt].mean(0), table[learnt].std(0)
    table = (table - mean) / np.where(deviation > 0, deviation, 1)
    return np.clip(table, -5, 5).astype(np.float32)


def train(
    run: Run,
    folder: Path,
    *,
    device: str = "cpu",
    progress: Callable[[int, int, dict[str, float]], object] | None = None,
) -> None:
    """Train; go on where the checkpoint of a folder stops.

    Parameters
    ----------
    run : Run
        Its model is changed.
    folder : Path
        Gets ``checkpoint.pt`` and ``curves.csv``.
    device : str, default="cpu"
    progress : callable, default=None
        Called with the number of steps done, of all, and the mean losses of late.

    Raises
    ------
    WorkFolderError
        If the checkpoint there is of another training.
    """
    training = run.training
    model = run.model.to(device)
    per_epoch = len(run.batches.order(run.learnt, training.batch_size, _rng(training)))
    total = max(1, round(training.epochs * per_epoch))
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=training.learning_rate, weight_decay=0.01
    )
    folder.mkdir(parents=True, exist_ok=True)
    done = _resume(folder / "checkpoint.pt", run, optimizer)
    _shorten(folder / "curves.csv", done)
    names = training.active()
    recent: dict[str, float] = dict.fromkeys(names, 0.0)
    model.train()
    start = time.monotonic()
    while done < total:
        epoch, skipped = divmod(done, per_epoch)
        source = np.random.default_rng([training.seed, epoch])
        parts = run.batches.order(run.learnt, training.batch_size, source)
        source = np.random.default_rng([training.seed, epoch, skipped])
        for batch in run.batches.iterate(parts[skipped:], source):
            for group in optimizer.param_groups:
                group["lr"] = training.learning_rate * rate(
                    done, total, training.warmup
                )
            with torch.autocast(device, torch.bfloat16):
                losses = model(batch.to(device))
            optimizer.zero_grad()
            sum(_WEIGHTS.get(name, 1.0) * losses[name] for name in names).backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), _CLIP)
            optimizer.step()
            done += 1
            for name in names:
                recent[name] += float(losses[name].detach()) / _LOG_EVERY
            if done % _LOG_EVERY == 0:
                _log(folder / "curves.csv", done, time.monotonic() - start, recent)
                if progress is not None:
                    progress(done, total, recent)
                recent = dict.fromkeys(names, 0.0)
            if done % _SAVE_EVERY == 0 or done == total:
                _save(folder / "checkpoint.pt", run, optimizer, done)
            if done == total:
                break


def rate(done: int, total: int, warmup: int) -> float:
    """Return the share of the learning rate at a step."""
    if done < warmup:
        return (done + 1) / warmup
    share = (done - warmup) / max(1, total - warmup)
    return 0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * share))


def _rng(training: Training) -> np.random.Generator:
    return np.random.default_rng(training.seed)


def _resume(path: Path, run: Run, optimizer: Any) -> int:
    if not path.exists():
        return 0
    found = torch.load(path, map_location="cpu", weights_only=True)
    before, now = found["run"], run.identity()
    changed = [name for name in now if before[name] != now[name]]
    if changed:
        raise WorkFolderError(
            f"{path.parent} holds a training with other {' and '.join(changed)} "
            f"({', '.join(f'{before[name]} then, {now[name]} now' for name in changed)}"
            "); use another folder, or delete it"
        )
    run.model.load_state_dict(found["model"])
    optimizer.load_state_dict(found["optimizer"])
    return int(found["done"])


def _save(path: Path, run: Run, optimizer: Any, done: int) -> None:
    """Write a checkpoint; one that is there stays whole until the new one is."""
    new = path.with_suffix(".new")
    state = {"model": run.model.state_dict(), "optimizer": optimizer.state_dict()}
    torch.save(state | {"run": run.identity(), "done": done}, new)
    new.replace(path)


def _shorten(path: Path, done: int) -> None:
    """Drop the losses of steps that are done again."""
    if path.exists():
        curves = pd.read_csv(path)
        curves[curves["step"] <= done].to_csv(path, index=False)


def _log(path: Path, step: int, seconds: float, losses: dict[str, float]) -> None:
    is_new = not path.exists()
    with path.open("a", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        if is_new:
            writer.writerow(["step", "seconds", *losses])
        writer.writerow(
            [step, round(seconds, 1), *(f"{v:.4f}" for v in losses.values())]
        )
