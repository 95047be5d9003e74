"""What every objective and every modality of the encoder is good for.

Run it from the root of the repository, with the extra ``pretrain``::

    python tests/benchmarks/encoder_ablations.py CORPUS WORK --epochs 0.25

Every variant is trained from nothing, by the same budget and the same seed, and then
scored on the grouped splits of all tuning tasks. What is finished is not done again.
``ablations.csv`` is left in the folder; the same table is printed.
"""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import argparse
import sys
from pathlib import Path

import pandas as pd

from tunembed.corpus import Corpus
from tunembed.embeddings import MIREncoder
from tunembed.embeddings._pretraining import Training
from tunembed.evaluation import compare_representations, encoder, overview

OBJECTIVES = Training().objectives
SHOWN = (
    "words_accuracy",
    "words_perplexity",
    "matching_accuracy",
    "matching_first",
    "retrieval_at_1",
)


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
    if weights.exists():
        return MIREncoder(weights)

    def say(stage, done, total, losses):
        sys.stderr.write(f"\r{name}: {stage} {done} of {total}   ")

    return MIREncoder.pretrain(
        corpus, weights, folder=folder, training=training, n_jobs=-1, progress=say
    )


def scores(weights, modality, seeds):
    """Return the shares of the oracle by task, and their mean."""
    chosen = {"encoder": encoder(modality, weights=weights)}
    found = compare_representations(
        representations=chosen, splits=("grouped",), seeds=range(seeds), n_jobs=-1
    )
    return overview(found.scores, "grouped").loc["encoder"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--epochs", type=float, default=0.25)
    parser.add_argument("--seeds", type=int, default=1)
    asked = parser.parse_args()
    (asked.work / "arrays").mkdir(parents=True, exist_ok=True)
    table = asked.work / "ablations.csv"
    rows = pd.read_csv(table, index_col=0).to_dict("index") if table.exists() else {}
    for name, training, modality in variants():
        if name in rows:
            continue
        model = trained(
            Corpus(asked.corpus), asked.work, name, training | {"epochs": asked.epochs}
        )
        metrics = model.read_card()["metrics"]
        reached = {key: metrics[key] for key in SHOWN if key in metrics}
        rows[name] = reached | dict(scores(model.weights, modality, asked.seeds))
        pd.DataFrame.from_dict(rows, "index").to_csv(table)
    sys.stdout.write(pd.DataFrame.from_dict(rows, "index").round(3).to_string() + "\n")


if __name__ == "__main__":
    main()
