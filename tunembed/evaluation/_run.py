"""Score all models of a task, under all of its splits."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pandas as pd

from tunembed.evaluation._problem import Problem
from tunembed.evaluation._tasks import TASKS
from tunembed.model_selection import (
    USUAL,
    bootstrap_interval,
    evaluate,
    make_splits,
    summarize,
)

ALL = "all"


def run_task(
    name: str,
    *,
    splits: Sequence[str] | None = None,
    seeds: Sequence[int] = (0, 1, 2),
    n_jobs: int | None = None,
    progress: Callable[[int, int], object] | None = None,
    **download: Any,
) -> pd.DataFrame:
    """Score a published task, by the models that this package recommends for it.

    Parameters
    ----------
    name : str
        Which task: one of `TASKS`, such as ``"devmap"``.
    splits : sequence of str, default=None
        Some of the task's splits; None: all.
    seeds : sequence of int, default=(0, 1, 2)
        Of folds and models.
    n_jobs : int, default=None
        Number of processes, as of `joblib.Parallel`.
    progress : callable, default=None
        Called with the number of finished folds, and of all.
    **download
        ``data_home``, ``n_retries`` and ``delay`` of the loaders.

    Returns
    -------
    DataFrame
        As of `run_problems`.

    Raises
    ------
    ValueError
        If there is no such task or split.
    OSError
        If its data can neither be found nor fetched.
    """
    if name not in TASKS:
        known = ", ".join(TASKS)
        raise ValueError(f"there is no task {name!r}; there are {known}")
    task = TASKS[name]
    unknown = set(splits or ()) - set(task.splits)
    if unknown:
        raise ValueError(
            f"{name} has no split {sorted(unknown)[0]!r}; it has "
            f"{', '.join(task.splits)}"
        )
    problems = task.problems(**download)
    return run_problems(
        problems, splits=splits, seeds=seeds, n_jobs=n_jobs, progress=progress
    )


def run_problems(
    problems: Iterable[Problem],
    *,
    splits: Sequence[str] | None = None,
    seeds: Sequence[int] = (0, 1, 2),
    n_jobs: int | None = None,
    progress: Callable[[int, int], object] | None = None,
) -> pd.DataFrame:
    """Score models on data sets.

    Parameters
    ----------
    problems : iterable of Problem
    splits : sequence of str, default=None
        Some of the problems' splits; None: all.
    seeds : sequence of int, default=(0, 1, 2)
        Of folds and models.
    n_jobs : int, default=None
        Number of processes, as of `joblib.Parallel`.
    progress : callable, default=None
        Called with the number of finished folds, and of all.

    Returns
    -------
    DataFrame
        One row per ``problem``, ``split``, ``part`` of the samples and ``model``, with
        the scores of `tunembed.model_selection.summarize`, and ``low`` and ``high``,
        the 95 % interval of the geometric mean speedup over groups of the split drawn
        anew; the models are not fitted anew. Trivial models come last in each block,
        then the oracle.
    """
    problems = list(problems)
    jobs = [
        (problem, split, number, name)
        for problem in problems
        for split in problem.splits
        if splits is None or split in splits
        for number, name in enumerate(problem.models)
    ]
    counts = [_folds(problem, split, seeds) for problem, split, _, _ in jobs]
    done = 0

    def finished() -> None:
        nonlocal done
        done += 1
        if progress is not None:
            progress(done, sum(counts))

    parts = []
    for problem, split, number, name in jobs:
        estimator, X = problem.models[name]
        found = evaluate(
            problem.dataset,
            {name: estimator},
            X=X,
            splits=[split],
            seeds=seeds,
            n_splits=problem.n_splits,
            trivial=number == len(problem.models) - 1,
            n_jobs=n_jobs,
            on_fold=finished,
            return_recommendations=True,
        )
        if number < len(problem.models) - 1:
            found = found[found["model"] == name]
        parts.append(_scores(problem, found))
    return pd.concat(parts, ignore_index=True)


def _folds(problem: Problem, split: str, seeds: Sequence[int]) -> int:
    return len(seeds) * len(
        make_splits(problem.dataset, split, n_splits=problem.n_splits, random_state=0)
    )


def _scores(problem: Problem, found: pd.DataFrame) -> pd.DataFrame:
    """Return scores of all samples and of the parts, with intervals."""
    split = found["split"].iloc[0]
    by = problem.draw_by if split == USUAL else split
    groups = problem.dataset.groups[by].astype(str).to_numpy()
    frames = []
    for part, inside in {ALL: None, **problem.parts}.items():
        rows = found if inside is None else found[inside[found["sample"].to_numpy()]]
        table = summarize(rows)
        intervals = [
            bootstrap_interval(rows[rows["model"] == model], groups)
            for model in table["model"]
        ]
        table.insert(0, "problem", problem.name)
        table.insert(2, "part", part)
        table["low"] = [low for low, _ in intervals]
        table["high"] = [high for _, high in intervals]
        frames.append(table)
    return pd.concat(frames, ignore_index=True)
