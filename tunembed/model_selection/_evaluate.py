"""Cross-validated scores of recommenders, beside those of trivial ones."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.pipeline import Pipeline
from sklearn.utils.parallel import Parallel, delayed

from tunembed.model_selection._scores import summarize
from tunembed.model_selection._splits import USUAL, group_labels, make_splits
from tunembed.model_selection._trivial import trivial_models

ORACLE = "oracle"


class _Fold(NamedTuple):
    split: str
    seed: int
    train: NDArray[np.intp]
    test: NDArray[np.intp]


def evaluate(
    dataset: Any,
    estimator: Any,
    *,
    X: Any = None,
    splits: Sequence[str] = (USUAL, "application"),
    seeds: Sequence[int] = (0, 1, 2),
    n_splits: int | None = 10,
    calibrate_by: str | None = None,
    trivial: bool = True,
    n_jobs: int | None = None,
    on_fold: Callable[[], object] | None = None,
    return_recommendations: bool = False,
) -> pd.DataFrame:
    """Score estimators by cross-validation, with the trivial ones beside them.

    Parameters
    ----------
    dataset : Bunch
        With ``data``, ``target``, ``runtimes``, ``groups`` and ``baseline``, as the
        loaders of `tunembed.datasets` return; ``auxiliary`` names the columns of
        ``data`` that say nothing of the program.
    estimator : estimator or mapping of str to estimator
        What is scored; more than one by name. An estimator with ``rank``, or a pipeline
        that ends with one, is fitted to the runtime table, any other one to labels.
    X : array-like of shape (n_samples, n_features) or sequence, default=None
        What estimators are fitted to instead of ``dataset.data``.
    splits : sequence of str, default=("usual", "application")
        As of `make_splits`.
    seeds : sequence of int, default=(0, 1, 2)
        Each gives other folds, and other random states of the estimators. Folds that
        leave one group out are the same for all.
    n_splits : int or None, default=10
        As of `make_splits`.
    calibrate_by : str, default=None
        The column of ``groups`` that is given to ``fit`` as ``groups``, where it takes
        them. None: the split's own, none for the usual one.
    trivial : bool, default=True
        Whether the trivial estimators are scored as well: the baseline, the most
        frequent best and the best constant configuration, the nearest neighbour, a
        forest of the auxiliary columns.
    n_jobs : int, default=None
        Number of processes, as of `joblib.Parallel`.
    on_fold : callable, default=None
        Called after each fold, for a progress bar.
    return_recommendations : bool, default=False
        Return what was recommended instead of the scores.

    Returns
    -------
    DataFrame
        Scores, one row per split and model, as `summarize` describes; the last model of
        each split is the oracle. Or one row per split, seed, model and sample with
        ``chosen``, ``abstained``, ``correct``, ``speedup`` and ``oracle_share``. What
        was chosen but not measured counts as wrong, and runs like the baseline.

    Raises
    ------
    ValueError
        If a model has the name of a trivial one, or there are no such groups.

    Examples
    --------
    >>> from tunembed.datasets import make_runtime_table
    >>> from tunembed.estimators import NearestNeighborRecommender
    >>> from tunembed.model_selection import evaluate
    >>> scores = evaluate(
    ...     make_runtime_table(60, random_state=0),
    ...     NearestNeighborRecommender(),
    ...     splits=["group"],
    ...     seeds=[0],
    ...     n_splits=3,
    ... )
    >>> scores["model"].tolist()
    ['NearestNeighborRecommender', 'baseline', 'majority', 'best constant', '1-NN', \
'oracle']
    """
    models = _named(estimator)
    taken = {*trivial_models(dataset.baseline, np.empty(0, np.intp), 0), ORACLE}
    if taken & set(models):
        raise ValueError(
            f"{sorted(taken & set(models))[0]!r} is a trivial model's name"
        )
    X = dataset.data if X is None else X
    folds = [
        _Fold(split, seed, *fold)
        for split in splits
        for seed in seeds
        for fold in make_splits(dataset, split, n_splits=n_splits, random_state=seed)
    ]
    tasks = Parallel(n_jobs=n_jobs, return_as="generator")(
        delayed(_score_fold)(dataset, X, models, fold, calibrate_by, trivial)
        for fold in folds
    )
    parts = []
    for part in tasks:
        parts.append(part)
        if on_fold is not None:
            on_fold()
    recommendations = pd.concat(parts, ignore_index=True)
    order = [*dict.fromkeys(recommendations["model"])]
    for column, names in (("model", order), ("split", list(splits))):
        places = {name: n for n, name in enumerate(names)}
        recommendations = recommendations.sort_values(
            column,
            key=lambda found, places=places: found.map(places),
            kind="stable",
            ignore_index=True,
        )
    return recommendations if return_recommendations else summarize(recommendations)


def _named(estimator: Any) -> dict[str, Any]:
    if isinstance(estimator, Mapping):
        return dict(estimator)
    last = estimator[-1] if isinstance(estimator, Pipeline) else estimator
    return {type(last).__name__: estimator}


def _score_fold(
    dataset: Any,
    X: Any,
    models: Mapping[str, Any],
    fold: _Fold,
    calibrate_by: str | None,
    trivial: bool,
) -> pd.DataFrame:
    """Fit every model to one fold's training samples and score it on the others."""
    by = calibrate_by or (None if fold.split == USUAL else fold.split)
    groups = None if by is None else group_labels(dataset, by)[fold.train]
    parts = []
    for name, model in models.items():
        fitted = clone(model)
        _seed(fitted, fold.seed)
        _fit(fitted, _take(X, fold.train), dataset, fold.train, groups)
        chosen = _recommend(fitted, _take(X, fold.test))
        parts.append(_scored(dataset, fold, name, *chosen))
    if trivial:
        parts += _score_trivial(dataset, fold)
    best = dataset.runtimes.iloc[fold.test].idxmin(axis=1).to_list()
    parts.append(_scored(dataset, fold, ORACLE, best, np.zeros(len(best), dtype=bool)))
    return pd.concat(parts, ignore_index=True)


def _score_trivial(dataset: Any, fold: _Fold) -> list[pd.DataFrame]:
    data = np.asarray(dataset.data, dtype=np.float64)
    names = list(dataset.feature_names)
    auxiliary = [names.index(name) for name in dataset.get("auxiliary", [])]
    parts = []
    for name, model in trivial_models(
        dataset.baseline, np.array(auxiliary, dtype=np.intp), fold.seed
    ).items():
        model.fit(data[fold.train], dataset.runtimes.iloc[fold.train])
        chosen = list(model.predict(data[fold.test]))
        sure = np.zeros(len(chosen), dtype=bool)
        parts.append(_scored(dataset, fold, name, chosen, sure))
    return parts


def _seed(model: Any, seed: int) -> None:
    """Set all random states of an estimator, those of its parts as well."""
    names = [
        name
        for name in model.get_params(deep=True)
        if name == "random_state" or name.endswith("__random_state")
    ]
    model.set_params(**dict.fromkeys(names, seed))


def _fit(
    model: Any,
    X: Any,
    dataset: Any,
    rows: NDArray[np.intp],
    groups: NDArray[Any] | None,
) -> None:
    last = model[-1] if isinstance(model, Pipeline) else model
    if not hasattr(last, "rank"):
        model.fit(X, np.asarray(dataset.target)[rows])
        return
    options = {}
    if "groups" in inspect.signature(last.fit).parameters:
        prefix = f"{model.steps[-1][0]}__" if isinstance(model, Pipeline) else ""
        options[f"{prefix}groups"] = groups
    model.fit(X, dataset.runtimes.iloc[rows], **options)


def _recommend(model: Any, X: Any) -> tuple[list[Any], NDArray[np.bool_]]:
    """Return the configuration of each sample, and for which it was for want of any."""
    last = model[-1] if isinstance(model, Pipeline) else model
    if not hasattr(last, "rank"):
        return list(model.predict(X)), np.zeros(len(X), dtype=bool)
    if isinstance(model, Pipeline) and len(model) > 1:
        X = model[:-1].transform(X)
    ranked = last.rank(X, 1)
    return ranked["configuration"].to_list(), ranked["abstained"].to_numpy(dtype=bool)


def _scored(
    dataset: Any,
    fold: _Fold,
    name: str,
    chosen: Sequence[Any],
    abstained: NDArray[np.bool_],
) -> pd.DataFrame:
    table = dataset.runtimes.iloc[fold.test]
    seconds = table.to_numpy()
    baseline = table[dataset.baseline].to_numpy()
    column = {label: n for n, label in enumerate(table.columns)}
    taken = seconds[np.arange(len(seconds)), [column[label] for label in chosen]]
    measured = ~np.isnan(taken)
    taken = np.where(measured, taken, baseline)
    best = np.nanmin(seconds, axis=1)
    return pd.DataFrame(
        {
            "split": fold.split,
            "seed": fold.seed,
            "model": name,
            "sample": fold.test,
            "chosen": pd.Series(list(chosen), dtype=object),
            "abstained": abstained,
            "correct": measured & (taken == best),
            "speedup": baseline / taken,
            "oracle_share": best / taken,
        }
    )


def _take(X: Any, rows: NDArray[np.intp]) -> Any:
    if hasattr(X, "iloc"):
        return X.iloc[rows]
    return X[rows] if hasattr(X, "shape") else [X[row] for row in rows]
