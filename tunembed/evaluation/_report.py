"""The scores of a task as a table in Markdown and as a plot."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd

from tunembed.evaluation._run import ALL

# Shown for all samples together, not for each part of them.
_TRIVIAL = ("baseline", "majority", "best constant", "1-NN", "auxiliary forest")
_COLUMNS = {
    "problem": "problem",
    "split": "split",
    "part": "part",
    "model": "model",
    "accuracy": "accuracy",
    "geo_speedup": "geometric mean",
    "interval": "95 % interval",
    "mean_speedup": "mean",
    "oracle_share": "of oracle",
    "abstention": "abstains",
}


def write_report(
    scores: pd.DataFrame, title: str, stem: str | os.PathLike[str]
) -> list[Path]:
    """Write scores as Markdown, and as a plot where matplotlib is installed.

    Parameters
    ----------
    scores : DataFrame
        As `run_task` returns.
    title : str
    stem : path-like
        Where to: ``stem.md`` and ``stem.svg``. Its folder is made if it is missing.

    Returns
    -------
    list of Path
        What was written.
    """
    stem = Path(stem)
    stem.parent.mkdir(parents=True, exist_ok=True)
    text = stem.with_suffix(".md")
    text.write_text(f"# {title}\n\n{as_markdown(scores)}\n", encoding="utf-8")
    try:
        import matplotlib  # noqa: F401
    except ImportError:
        return [text]
    plot = stem.with_suffix(".svg")
    _plot(scores, title, plot)
    return [text, plot]


def as_markdown(scores: pd.DataFrame) -> str:
    """Return scores as a table in Markdown, the trivial models for all samples only.

    Parameters
    ----------
    scores : DataFrame
        As `run_task` returns.

    Returns
    -------
    str
    """
    scores = scores[(scores["part"] == ALL) | ~scores["model"].isin(_TRIVIAL)]
    interval = [
        f"{low:.2f} to {high:.2f}"
        for low, high in zip(scores["low"], scores["high"], strict=True)
    ]
    table = scores.assign(interval=interval)
    for name in ("accuracy", "oracle_share", "abstention"):
        table[name] = [f"{value:.1%}" for value in table[name]]
    for name in ("geo_speedup", "mean_speedup"):
        table[name] = [f"{value:.3f}" for value in table[name]]
    rows = table[list(_COLUMNS)].astype(str).to_numpy().tolist()
    lines = [list(_COLUMNS.values()), ["---"] * len(_COLUMNS), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _plot(scores: pd.DataFrame, title: str, path: Path) -> None:
    """Draw the geometric means with their intervals, a panel for each problem."""
    from matplotlib.figure import Figure

    scores = scores[scores["part"] == ALL]
    problems = list(dict.fromkeys(scores["problem"]))
    splits = list(dict.fromkeys(scores["split"]))
    models = list(dict.fromkeys(scores["model"]))
    figure = Figure(figsize=(4.5 * len(problems) + 2, 0.45 * len(models) + 1.5))
    panels = figure.subplots(1, len(problems), squeeze=False, sharey=True)[0]
    for panel, problem in zip(panels, problems, strict=True):
        for place, split in enumerate(splits):
            part = scores[(scores["problem"] == problem) & (scores["split"] == split)]
            middle = part["geo_speedup"]
            offset = 0.6 * (place - (len(splits) - 1) / 2) / len(splits)
            heights = [models.index(model) + offset for model in part["model"]]
            reach = [middle - part["low"], part["high"] - middle]
            reach = [length.clip(lower=0) for length in reach]
            panel.errorbar(middle, heights, xerr=reach, fmt="o", ms=4, label=split)
        panel.axvline(1.0, color="grey", lw=0.8)
        panel.set(title=problem, xlabel="geometric mean speedup over the baseline")
        panel.set_yticks(range(len(models)), models)
    panels[0].invert_yaxis()
    panels[-1].legend(title="split by", loc="lower right", fontsize="small")
    figure.suptitle(title)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
