"""What representations reach, as tables in Markdown and as a plot."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd

from tunembed.evaluation._comparison import Comparison
from tunembed.evaluation._representations import NOT_PRETRAINED
from tunembed.model_selection import USUAL

TITLE = "Representations of programs"
MEAN = "mean over tasks"
_INTRODUCTION = """\
Every representation has the same model on top, of its first 64 principal components
and the auxiliary columns: a Gaussian process with an exponential kernel, a quarter of
the program, a quarter of the auxiliary columns, and half of both at once. It is the
same for all; its constants were chosen with scores on these tasks in view. `auxiliary`
sees no program. Shown is the share of the oracle's speed (geometric mean), and behind
it the geometric mean speedup over the baseline. A task's problems count once together
in the mean over tasks.
"""
# What is left out together where nothing is kept together.
_SAMPLE = {USUAL: "sample"}
_FULL = {
    "problem": "problem",
    "split": "split",
    "by": "by",
    "model": "representation",
    "accuracy": "accuracy",
    "oracle_share": "of oracle",
    "geo_speedup": "geometric mean",
    "interval": "95 % interval",
    "missing": "without vector",
}


def overview(scores: pd.DataFrame, split: str) -> pd.DataFrame:
    """Return the shares of the oracle under a split, and their mean over the tasks.

    Parameters
    ----------
    scores : DataFrame
        Of a `Comparison`.
    split : {"usual", "grouped"}

    Returns
    -------
    DataFrame
        A row per model, a column per problem, and the mean over tasks last; NaN where
        a model was not scored.
    """
    part = scores[scores["split"] == split]
    table = part.pivot(index="model", columns="problem", values="oracle_share")
    each = part.groupby(["task", "model"])["oracle_share"].mean().unstack("task")
    table = table[list(dict.fromkeys(part["problem"]))]
    table[MEAN] = each.mean(axis=1, skipna=False)
    return table.loc[_ordered(part["model"])]


def lead(scores: pd.DataFrame, split: str, model: str = "encoder") -> pd.Series:
    """Return by how much a model is ahead of the best one that is not pretrained.

    Parameters
    ----------
    scores : DataFrame
        Of a `Comparison`.
    split : {"usual", "grouped"}
    model : str, default="encoder"

    Returns
    -------
    Series
        The difference of the shares of the oracle, for each problem and for the mean
        over tasks; NaN where either was not scored.
    """
    table = overview(scores, split)
    others = table.loc[table.index.intersection(NOT_PRETRAINED)]
    difference: pd.Series = table.reindex([model]).loc[model] - others.max()
    return difference


def write_comparison(
    comparison: Comparison, stem: str | os.PathLike[str], command: str
) -> list[Path]:
    """Write a comparison as Markdown, and as a plot where matplotlib is installed.

    Parameters
    ----------
    comparison : Comparison
    stem : path-like
        Where to: ``stem.md`` and ``stem.svg``. Its folder is made if it is missing.
    command : str
        What prints it.

    Returns
    -------
    list of Path
        What was written.
    """
    stem = Path(stem)
    stem.parent.mkdir(parents=True, exist_ok=True)
    text = stem.with_suffix(".md")
    text.write_text(as_markdown(comparison, command), encoding="utf-8")
    try:
        import matplotlib  # noqa: F401
    except ImportError:
        return [text]
    plot = stem.with_suffix(".svg")
    _plot(comparison.scores, plot)
    return [text, plot]


def as_markdown(comparison: Comparison, command: str) -> str:
    """Return a page with the overviews and all scores.

    Parameters
    ----------
    comparison : Comparison
    command : str

    Returns
    -------
    str
    """
    scores = comparison.scores
    parts = [f"# {TITLE}", f"```bash\n{command}\n```", _INTRODUCTION.strip()]
    for split in dict.fromkeys(scores["split"]):
        parts += [f"## {split.capitalize()} split", _overview_lines(scores, split)]
    if comparison.skipped:
        reasons = [f"* `{name}`: {why}" for name, why in comparison.skipped.items()]
        parts += ["## Not scored", "\n".join(reasons)]
    parts += ["## All scores", _full_lines(scores)]
    return "\n\n".join(parts) + "\n"


def _overview_lines(scores: pd.DataFrame, split: str) -> str:
    shares = overview(scores, split)
    part = scores[scores["split"] == split]
    by = part.drop_duplicates("problem").set_index("problem")["by"]
    speedups = part.pivot(index="model", columns="problem", values="geo_speedup")
    head = [f"{name}, by {_SAMPLE.get(by[name], by[name])}" for name in by.index]
    lines = []
    for model, row in shares.iterrows():
        cells = [
            f"{row[name]:.1%} ({speedups.loc[model, name]:.3f})"
            if row[name] == row[name]
            else ""
            for name in by.index
        ]
        mean = f"{row[MEAN]:.1%}" if row[MEAN] == row[MEAN] else ""
        lines.append([str(model), *cells, mean])
    if "encoder" in shares.index:
        ahead = [f"{100 * value:+.1f}" for value in lead(scores, split)]
        lines.append(["encoder, ahead of the best not pretrained", *ahead])
    return _table(["representation", *head, MEAN], lines)


def _full_lines(scores: pd.DataFrame) -> str:
    table = scores.assign(
        interval=[
            f"{low:.2f} to {high:.2f}"
            for low, high in zip(scores["low"], scores["high"], strict=True)
        ]
    )
    for name in ("accuracy", "oracle_share", "missing"):
        table[name] = [f"{value:.1%}" for value in table[name]]
    table["geo_speedup"] = [f"{value:.3f}" for value in table["geo_speedup"]]
    return _table(list(_FULL.values()), table[list(_FULL)].astype(str).values.tolist())


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _ordered(models: pd.Series) -> list[str]:
    """Return trivial models first, the oracle last."""
    names = list(dict.fromkeys(models))
    trivial = [n for n in ("baseline", "majority", "best constant") if n in names]
    last = ["oracle"] if "oracle" in names else []
    return [*trivial, *(n for n in names if n not in (*trivial, *last)), *last]


def _plot(scores: pd.DataFrame, path: Path) -> None:
    """Draw the shares of the oracle, a panel for each problem and one for the mean."""
    from matplotlib.figure import Figure

    splits = list(dict.fromkeys(scores["split"]))
    tables = {split: overview(scores, split).drop("oracle") for split in splits}
    models = list(tables[splits[0]].index)
    names = list(tables[splits[0]].columns)
    figure = Figure(figsize=(2.6 * len(names) + 2, 0.32 * len(models) + 1.6))
    panels = figure.subplots(1, len(names), squeeze=False, sharey=True)[0]
    for panel, name in zip(panels, names, strict=True):
        for place, (split, table) in enumerate(tables.items()):
            offset = 0.3 * (place - (len(splits) - 1) / 2)
            heights = [models.index(model) + offset for model in table.index]
            panel.plot(100 * table[name], heights, "o", ms=4, label=split)
        panel.set(title=name, xlabel="% of oracle")
        panel.grid(axis="x", lw=0.4)
        panel.set_yticks(range(len(models)), models)
    panels[0].invert_yaxis()
    panels[0].legend(title="split", fontsize="small")
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
