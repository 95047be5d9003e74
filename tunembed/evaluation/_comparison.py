"""Score representations of programs on tuning tasks, by the same model on top."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.sparse import issparse
from sklearn.utils import Bunch
from threadpoolctl import threadpool_limits

from tunembed.evaluation._blocks import PROGRAM, blocks
from tunembed.evaluation._head import Head
from tunembed.evaluation._ir2vec import UnavailableError
from tunembed.evaluation._programs import PROGRAM_TASKS, ProgramProblem
from tunembed.evaluation._representations import Representation, all_representations
from tunembed.model_selection import (
    USUAL,
    bootstrap_interval,
    evaluate,
    make_splits,
    summarize,
)

GROUPED = "grouped"
KINDS = (USUAL, GROUPED)
# Another one looks at the data, which are only the number of the program here.
_TRIVIAL = ("baseline", "majority", "best constant")


class Comparison(NamedTuple):
    """What representations reach.

    Attributes
    ----------
    scores : DataFrame
        One row per ``task``, ``problem``, ``split`` (usual or grouped) and ``model``,
        a representation, a trivial model or the oracle, with the scores of
        `tunembed.model_selection.summarize`; ``by``, what the split keeps together;
        ``low`` and ``high``, the 95 % interval of the geometric mean speedup; and
        ``missing``, the share of programs that have no vector.
    skipped : dict of str to str
        Representation or task -> why it could not be scored.
    """

    scores: pd.DataFrame
    skipped: dict[str, str]


def compare_representations(
    tasks: Sequence[str] | None = None,
    representations: Sequence[str] | Mapping[str, Representation | None] | None = None,
    *,
    splits: Sequence[str] = KINDS,
    seeds: Sequence[int] = (0, 1, 2),
    weights: Any = "default",
    n_jobs: int | None = None,
    progress: Callable[[int, int], object] | None = None,
    **download: Any,
) -> Comparison:
    """Score representations of programs on published tuning tasks.

    Every representation gets the same small model on top, `Head`. What a
    representation itself learns from a data set, it learns from training samples.

    Parameters
    ----------
    tasks : sequence of str, default=None
        Of ``PROGRAM_TASKS``; None: all.
    representations : sequence of str or mapping of str to callable, default=None
        Of `REPRESENTATIONS`, or your own by name: what makes vectors, (n_modules,
        n_features), of a sequence of `IRModule` or None. None: all.
    splits : sequence of {"usual", "grouped"}, default=("usual", "grouped")
    seeds : sequence of int, default=(0, 1, 2)
        Of folds.
    weights : "default" or path-like, default="default"
        Of the encoder, unless `representations` are your own.
    n_jobs : int, default=None
        Number of processes, as of `joblib.Parallel`.
    progress : callable, default=None
        Called with the number of finished folds, and of all.
    **download
        ``data_home``, ``n_retries`` and ``delay`` of the loaders.

    Returns
    -------
    Comparison

    Raises
    ------
    ValueError
        If there is no such task, representation or split.
    """
    tasks = list(PROGRAM_TASKS) if tasks is None else list(tasks)
    chosen = _chosen(representations, weights)
    _check("task", tasks, PROGRAM_TASKS)
    _check("split", splits, KINDS)
    problems: list[tuple[str, ProgramProblem]] = []
    skipped = {}
    for task in tasks:
        try:
            problems += [(task, found) for found in PROGRAM_TASKS[task](**download)]
        except OSError as error:
            skipped[task] = str(error)
    found, more = compare_on(
        problems, chosen, splits=splits, seeds=seeds, n_jobs=n_jobs, progress=progress
    )
    return Comparison(found, skipped | more)


def compare_on(
    problems: Iterable[tuple[str, ProgramProblem]],
    representations: Mapping[str, Representation | None],
    *,
    splits: Sequence[str] = KINDS,
    seeds: Sequence[int] = (0, 1, 2),
    n_jobs: int | None = None,
    progress: Callable[[int, int], object] | None = None,
) -> Comparison:
    """Score representations on given problems; as of `compare_representations`.

    Parameters
    ----------
    problems : iterable of (str, ProgramProblem)
        With the tasks that they belong to.
    representations : mapping of str to callable or None
        None looks at no program.
    splits, seeds, n_jobs, progress
        As of `compare_representations`.

    Returns
    -------
    Comparison
    """
    skipped: dict[str, str] = {}
    jobs = []
    for task, problem in problems:
        for name, make in representations.items():
            # Without a program and without columns there is nothing to learn from.
            blind = make is None and not problem.auxiliary.shape[1]
            if name not in skipped and not blind:
                try:
                    problem.programs.table(name, make)
                    jobs += [(task, problem, kind, name, make) for kind in splits]
                except UnavailableError as error:
                    skipped[name] = str(error)
    done = total = 0

    def finished() -> None:
        nonlocal done
        done += 1
        if progress is not None:
            progress(done, total)

    frames = []
    seen = set()
    # More threads than the one that is needed wait for each other. Of some labels there
    # are fewer samples than folds, which is no reason to warn once per fold.
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The least populated class in y")
        total = sum(_folds(problem, kind, seeds) for _, problem, kind, _, _ in jobs)
        for task, problem, kind, name, make in jobs:
            first = (problem.name, kind) not in seen
            seen.add((problem.name, kind))
            rows = _score(problem, kind, name, make, seeds, n_jobs, finished, first)
            rows.insert(0, "task", task)
            frames.append(rows)
    scores = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()
    return Comparison(scores, skipped)


def _chosen(
    names: Sequence[str] | Mapping[str, Representation | None] | None, weights: Any
) -> Mapping[str, Representation | None]:
    if isinstance(names, Mapping):
        return names
    known = all_representations(weights)
    names = list(known) if names is None else names
    _check("representation", names, known)
    return {name: known[name] for name in names}


def _check(what: str, names: Sequence[str], known: Iterable[str]) -> None:
    for name in names:
        if name not in known:
            raise ValueError(
                f"there is no {what} {name!r}; there are {', '.join(known)}"
            )


def _by(problem: ProgramProblem, kind: str) -> str:
    return problem.splits[KINDS.index(kind)]


def _folds(problem: ProgramProblem, kind: str, seeds: Sequence[int]) -> int:
    by = _by(problem, kind)
    return len(seeds) * len(
        make_splits(problem.dataset, by, n_splits=problem.n_splits, random_state=0)
    )


def _score(
    problem: ProgramProblem,
    kind: str,
    name: str,
    make: Representation | None,
    seeds: Sequence[int],
    n_jobs: int | None,
    finished: Callable[[], object],
    trivial: bool,
) -> pd.DataFrame:
    table = problem.programs.table(name, make)
    model = Head(partial(blocks, table), problem.dataset.baseline)
    by = _by(problem, kind)
    found = evaluate(
        _numeric(problem),
        {name: model},
        X=problem.auxiliary.assign(**{PROGRAM: problem.rows}),
        splits=[by],
        seeds=seeds,
        n_splits=problem.n_splits,
        trivial=trivial,
        n_jobs=n_jobs,
        on_fold=finished,
        return_recommendations=True,
    )
    kept = (*_TRIVIAL, "oracle", name) if trivial else (name,)
    found = found[found["model"].isin(kept)]
    scores = summarize(found)
    groups = problem.dataset.groups[problem.splits[1]].astype(str).to_numpy()
    intervals = [
        bootstrap_interval(found[found["model"] == model], groups)
        for model in scores["model"]
    ]
    scores = scores.rename(columns={"split": "by"})
    scores.insert(0, "problem", problem.name)
    scores.insert(1, "split", kind)
    scores["low"], scores["high"] = zip(*intervals, strict=True)
    scores["missing"] = np.where(scores["model"] == name, _missing(table), 0.0)
    return scores


def _numeric(problem: ProgramProblem) -> Any:
    """Return the data set with numbers as data, which trivial models ask for."""
    data = pd.DataFrame({PROGRAM: problem.rows.astype(float)})
    names = {"feature_names": list(data), "auxiliary": []}
    return Bunch(**problem.dataset | {"data": data} | names)


def _missing(table: Any) -> float:
    """Return the share of programs without a vector."""
    if table is None:
        return 0.0
    if issparse(table):
        return float((np.diff(table.indptr) == 0).mean())
    return float(np.isnan(np.asarray(table)).any(axis=1).mean())
