"""How good an encoder is on packages that it was not trained on."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional as F

from tunembed.embeddings._pretraining._batches import NOT_ASKED
from tunembed.embeddings._pretraining._ngram import NGram
from tunembed.embeddings._pretraining._objectives import hardest, pool
from tunembed.embeddings._pretraining._train import Run

# Functions whose words the n-gram models count.
_COUNTED = 20_000
_ORDER = 5


def assess(run: Run, *, n_functions: int = 4000, seed: int = 0) -> dict[str, float]:
    """Return what an encoder reaches on functions that were held out.

    Parameters
    ----------
    run : Run
    n_functions : int, default=4000
        At most so many.
    seed : int, default=0
        Of what is hidden.

    Returns
    -------
    dict of str to float
        Shares of right answers, perplexities, losses, by name; only of objectives that
        were trained.
    """
    model, trained = run.model.cpu().eval(), run.training.active()
    source = np.random.default_rng(seed)
    chosen = run.assessed
    if len(chosen) > n_functions:
        # Neighbours in the corpus: those of one package, at all levels.
        start = int(source.integers(len(chosen) - n_functions))
        chosen = chosen[start : start + n_functions]
    parts = run.batches.order(chosen, run.training.batch_size, source)
    found: dict[str, float] = {"functions": float(sum(map(len, parts)))}
    with torch.no_grad():
        if "words" in trained:
            found |= _words(run, parts, source)
        if "matching" in trained:
            found |= _matching(run, parts, source)
        found |= _retrieval(run, parts, source)
    model.train()
    return {name: round(value, 4) for name, value in found.items()}


def _words(
    run: Run, parts: list[NDArray[np.int64]], source: np.random.Generator
) -> dict[str, float]:
    """Return accuracy and perplexity of hidden words, beside n-gram models.

    Those know all the words in front of a hidden one, hidden ones too.
    """
    model = run.model
    right, losses, contexts, answers = 0, 0.0, [], []
    grams = [NGram(len(run.vocabulary), order) for order in (1, _ORDER)]
    learnt = source.permutation(run.learnt)[:_COUNTED]
    texts = [_stream(run, number) for number in learnt]
    grams = [gram.fit(texts) for gram in grams]
    for part in parts:
        batch = run.batches.make(part, source)
        statements, _ = model.vectors(batch)
        table = model.encoder.pieces.weight
        logits, wanted = model.words(statements, batch.asked, table)
        right += int((logits.argmax(1) == wanted).sum())
        losses += float(F.cross_entropy(logits, wanted, reduction="sum"))
        asked = batch.asked.numpy()
        pieces = np.where(asked != NOT_ASKED, asked, batch.pieces.numpy())
        owners = batch.text_owners.numpy()
        for number in range(len(part)):
            of = owners == number
            there = pieces[of] != 0
            stream = pieces[of][there]
            hidden = (asked[of] != NOT_ASKED)[there]
            contexts.append(grams[1].contexts(stream)[hidden])
            answers.append(stream[hidden])
    words = np.concatenate(answers)
    before = np.vstack(contexts)
    found = {
        "words_accuracy": right / len(words),
        "words_perplexity": float(np.exp(losses / len(words))),
    }
    for name, gram in zip(("unigram", "5gram"), grams, strict=True):
        front = before if gram.order > 1 else before[:, :0]
        found[f"{name}_accuracy"] = float(np.mean(gram.predict(front) == words))
        chances = gram.probabilities(front, words)
        found[f"{name}_perplexity"] = float(np.exp(-np.log(chances).mean()))
    return found


def _stream(run: Run, number: int) -> NDArray[np.int64]:
    """Return the pieces of a function, one statement after the other."""
    prepared = run.batches.prepared
    first, last = prepared.starts["statements"][number : number + 2]
    pieces = run.batches.pieces[prepared.columns["statements"][first:last]]
    return pieces[pieces != 0].astype(np.int64)


def _matching(
    run: Run, parts: list[NDArray[np.int64]], source: np.random.Generator
) -> dict[str, float]:
    """Return how many pairs are judged rightly: own ones, and the hardest wrong ones.

    A wrong partner is the most similar one of 64 functions of the same size.
    """
    model, right, count, first = run.model, 0, 0, 0
    for part in parts:
        batch = run.batches.make(part, source, hide=False)
        pooled = pool(batch, *model.vectors(batch))
        text, graph = model.matching.project(pooled.text, pooled.graph)
        alike = text @ graph.T
        same = batch.sources[:, None] == batch.sources[None, :]
        if bool(same.all()):
            continue
        wrong_graph, wrong_text = hardest(alike, same)
        judged = [
            model.matching.judge(text, graph) > 0,
            model.matching.judge(text, graph) > 0,
            model.matching.judge(text, graph[wrong_graph]) <= 0,
            model.matching.judge(text[wrong_text], graph) <= 0,
        ]
        right += int(sum(answer.sum() for answer in judged))
        count += 4 * len(part)
        own = torch.eye(len(part), dtype=torch.bool)
        best = alike.masked_fill(same & ~own, -1.0).argmax(1)
        first += int((best == torch.arange(len(part))).sum())
    return {"matching_accuracy": right / count, "matching_first": 4 * first / count}


def _retrieval(
    run: Run, parts: list[NDArray[np.int64]], source: np.random.Generator
) -> dict[str, float]:
    """Return how often the nearest function is the same source at another level."""
    rows, sources = [], []
    for part in parts:
        batch = run.batches.make(part, source, hide=False)
        pooled = pool(batch, *run.model.vectors(batch))
        trained = [getattr(pooled, name) for name in run.training.modalities]
        rows.append(torch.cat(trained, 1))
        sources.append(batch.sources)
    table, of = torch.cat(rows), torch.cat(sources)
    table = F.normalize((table - table.mean(0)) / table.std(0).clamp(min=1e-6), dim=1)
    alike = table @ table.T
    alike.fill_diagonal_(-2.0)
    nearest = alike.argmax(1)
    siblings = (of[:, None] == of[None, :]).sum(1) > 1
    return {"retrieval_at_1": float((of[nearest] == of)[siblings].float().mean())}
