"""What every objective and every modality of the encoder is good for.

Run it from the root of the repository, with the extra ``pretrain``::

    python tests/benchmarks/encoder_ablations.py CORPUS WORK --epochs 0.2 \\
        --output docs/results

Every variant is trained from nothing, by the same budget and the same seed, and then
scored on the grouped splits of all tuning tasks. No training that is finished is done
again.
"""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

import pandas as pd

from tunembed.corpus import Corpus
from tunembed.embeddings import MIREncoder
from tunembed.embeddings._pretraining import Training
from tunembed.evaluation import compare_representations, encoder, overview

OBJECTIVES = Training().objectives
SHOWN = {
    "words_accuracy": "words",
    "words_perplexity": "perplexity",
    "matching_accuracy": "matching",
    "retrieval_at_1": "retrieval at 1",
}
INTRODUCTION = """\
Each variant is trained from nothing on the corpus, {epochs:g} of a pass, all with one
seed. Words, matching and retrieval are of held-out packages; then follow the shares of
the oracle on tuning tasks, grouped splits, {seeds} seeds, by the model of
`tunembed compare`. Perplexity is no share.
"""


def variants():
    """Return names, what training is different, and which modality is used."""
    yield "all", {}, "both"
    for left_out in OBJECTIVES:
        kept = tuple(name for name in OBJECTIVES if name != left_out)
        yield f"without {left_out}", {"objectives": kept}, "both"
    for modality in ("text", "graph"):
        yield f"only {modality}", {"modalities": (modality,)}, modality


def trained(corpus, work, name, training):
    """Return the encoder of a variant; all read the corpus only once."""
    folder = work / name.replace(" ", "-")
    folder.mkdir(parents=True, exist_ok=True)
    arrays = folder / "arrays"
    if not arrays.exists():
        arrays.symlink_to((work / "arrays").absolute())
    weights = folder / "weights.npz"
    if weights.exists() and is_of(weights, Training(**training)):
        return MIREncoder(weights)

    def say(stage, done, total, losses):
        sys.stderr.write(f"\r{name}: {stage} {done} of {total}   ")

    return MIREncoder.pretrain(
        corpus, weights, folder=folder, training=training, n_jobs=-1, progress=say
    )


def is_of(weights, training):
    """Return whether weights were trained as asked."""
    found = MIREncoder(weights).read_card()["training"]
    asked = json.loads(json.dumps(asdict(training)))
    return all(asked[name] == value for name, value in found.items())


def scores(models, seeds):
    """Return the shares of the oracle by variant and task, and their means."""
    chosen = {
        name: encoder(modality, weights=models[name].weights)
        for name, _, modality in variants()
    }

    def say(done, total):
        sys.stderr.write(f"\rfold {done} of {total}   ")

    found = compare_representations(
        representations=chosen,
        splits=("grouped",),
        seeds=range(seeds),
        n_jobs=-1,
        progress=say,
    )
    return overview(found.scores, "grouped").loc[list(models)]


def page(table, epochs, seeds):
    """Return a page with the table, shares in percent."""
    cells = (table * 100).map("{:.1f}".format)
    cells["perplexity"] = table["perplexity"].map("{:.2f}".format)
    cells = cells.replace("nan", "")
    head = ["variant", *cells]
    rows = [head, ["---"] * len(head), *cells.reset_index().values.tolist()]
    lines = [f"| {' | '.join(row)} |" for row in rows]
    introduction = INTRODUCTION.format(epochs=epochs, seeds=seeds)
    return "\n".join(["# Ablations of the encoder", "", introduction, *lines, ""])


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--epochs", type=float, default=0.2)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--output", type=Path)
    asked = parser.parse_args()
    (asked.work / "arrays").mkdir(parents=True, exist_ok=True)
    corpus = Corpus(asked.corpus)
    models = {
        name: trained(corpus, asked.work, name, training | {"epochs": asked.epochs})
        for name, training, _ in variants()
    }
    metrics = {name: model.read_card()["metrics"] for name, model in models.items()}
    reached = pd.DataFrame.from_dict(metrics, "index").reindex(columns=list(SHOWN))
    table = reached.rename(columns=SHOWN).join(scores(models, asked.seeds))
    text = page(table, asked.epochs, asked.seeds)
    sys.stdout.write(text)
    if asked.output is not None:
        (asked.output / "ablations.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
