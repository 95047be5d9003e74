"""Speedup, regret and oracle share of chosen configurations, from measured runtimes."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["oracle_share", "regret_score", "speedup_score"]

_AVERAGES = ("geometric", "arithmetic", "none")


def speedup_score(
    runtimes: Any,
    chosen: ArrayLike,
    baseline: Hashable | ArrayLike,
    *,
    average: str = "geometric",
) -> float | NDArray[np.float64]:
    """Return how many times faster the chosen configurations are than the baseline.

    The speedup of a sample is ``runtime(baseline) / runtime(chosen)``; above 1 is
    faster. Papers report its geometric mean, which does not depend on which of the
    two is called the baseline [1]_; device-mapping papers also its arithmetic mean.

    Parameters
    ----------
    runtimes : DataFrame or array-like of shape (n_samples, n_configurations)
        Runtime table in seconds, NaN where not measured.
    chosen : array-like of shape (n_samples,)
        The configuration chosen for each sample: a column label of the DataFrame, or
        a column number if `runtimes` is an array.
    baseline : label or array-like of shape (n_samples,)
        The configuration to compare with: one for all samples, or one for each.
    average : {"geometric", "arithmetic", "none"}, default="geometric"
        How the samples are averaged; with ``"none"`` they are not.

    Returns
    -------
    float or ndarray of shape (n_samples,), dtype float64
        The (mean) speedup, without a unit.

    Raises
    ------
    ValueError
        If a runtime that is needed was not measured or is not a positive number, if a
        configuration is unknown, or if lengths differ.

    References
    ----------
    .. [1] P. J. Fleming, J. J. Wallace. "How not to lie with statistics: the correct
       way to summarize benchmark results". Communications of the ACM 29(3), 1986.

    Examples
    --------
    >>> import pandas as pd
    >>> runtimes = pd.DataFrame({"O3": [4.0, 1.0], "tile": [1.0, 1.0]})
    >>> speedup_score(runtimes, ["tile", "tile"], "O3")
    2.0
    >>> speedup_score(runtimes, ["tile", "tile"], "O3", average="arithmetic")
    2.5
    """
    table = _Table(runtimes)
    ratios = table.pick(baseline, "baseline") / table.pick(chosen, "chosen")
    return _average(ratios, average)


def regret_score(
    runtimes: Any, chosen: ArrayLike, *, average: str = "geometric"
) -> float | NDArray[np.float64]:
    """Return how much longer the chosen configurations run than the best ones.

    The regret of a sample is ``runtime(chosen) / runtime(best) - 1``, where *best* (the
    oracle) is the fastest configuration that was measured for it; 0 is perfect. The
    geometric mean is taken over the ratios, before 1 is subtracted.

    Parameters
    ----------
    runtimes : DataFrame or array-like of shape (n_samples, n_configurations)
        Runtime table in seconds, NaN where not measured.
    chosen : array-like of shape (n_samples,)
        The configuration chosen for each sample: a column label of the DataFrame, or
        a column number if `runtimes` is an array.
    average : {"geometric", "arithmetic", "none"}, default="geometric"
        How the samples are averaged; with ``"none"`` they are not.

    Returns
    -------
    float or ndarray of shape (n_samples,), dtype float64
        The (mean) regret, at least 0, without a unit.

    Raises
    ------
    ValueError
        As for :func:`speedup_score`.

    Examples
    --------
    >>> regret_score([[2.0, 1.0], [3.0, 6.0]], [0, 0], average="arithmetic")
    0.5
    """
    table = _Table(runtimes)
    return _average(table.pick(chosen, "chosen") / table.best(), average) - 1.0


def oracle_share(
    runtimes: Any, chosen: ArrayLike, *, average: str = "geometric"
) -> float | NDArray[np.float64]:
    """Return which share of the best possible speed the chosen configurations reach.

    The share of a sample is ``runtime(best) / runtime(chosen)``: the speedup reached,
    divided by that of the oracle, whatever the baseline. 1 is perfect. Papers write
    "reaches 93 % of the oracle".

    Parameters
    ----------
    runtimes : DataFrame or array-like of shape (n_samples, n_configurations)
        Runtime table in seconds, NaN where not measured.
    chosen : array-like of shape (n_samples,)
        The configuration chosen for each sample: a column label of the DataFrame, or
        a column number if `runtimes` is an array.
    average : {"geometric", "arithmetic", "none"}, default="geometric"
        How the samples are averaged; with ``"none"`` they are not.

    Returns
    -------
    float or ndarray of shape (n_samples,), dtype float64
        The (mean) share, above 0 and at most 1.

    Raises
    ------
    ValueError
        As for :func:`speedup_score`.

    Examples
    --------
    >>> oracle_share([[2.0, 1.0], [3.0, 6.0]], [0, 0], average="none")
    array([0.5, 1. ])
    """
    table = _Table(runtimes)
    return _average(table.best() / table.pick(chosen, "chosen"), average)


class _Table:
    """A checked runtime table."""

    def __init__(self, runtimes: Any) -> None:
        self.seconds = np.asarray(runtimes, dtype=np.float64)
        if self.seconds.ndim != 2 or 0 in self.seconds.shape:
            raise ValueError(
                "runtimes must have the shape (n_samples, n_configurations), both at "
                f"least 1; got {self.seconds.shape}."
            )
        is_frame = hasattr(runtimes, "columns")
        n_samples, n_columns = self.seconds.shape
        self.samples = list(runtimes.index) if is_frame else list(range(n_samples))
        columns = list(runtimes.columns) if is_frame else list(range(n_columns))
        self.columns = {label: number for number, label in enumerate(columns)}
        if len(self.columns) != len(columns):
            twice = next(c for c in columns if columns.count(c) > 1)
            raise ValueError(f"runtimes has two columns named {twice!r}.")
        wrong = np.argwhere((self.seconds <= 0) | np.isinf(self.seconds))
        if len(wrong):
            row, column = wrong[0]
            raise ValueError(
                f"runtimes must be positive and finite, or NaN where not measured; got "
                f"{self.seconds[row, column]} for sample {self.samples[row]!r}, "
                f"configuration {columns[column]!r}."
            )

    def pick(self, configurations: Any, role: str) -> NDArray[np.float64]:
        """Return the runtime of one configuration per sample, shape (n_samples,)."""
        labels = self._one_per_sample(configurations, role)
        for sample, label in zip(self.samples, labels, strict=True):
            if label not in self.columns:
                raise ValueError(
                    f"the {role} configuration {label!r} of sample {sample!r} is not a "
                    f"column of runtimes: {_shorten(list(self.columns))}."
                )
        rows = np.arange(len(self.seconds))
        picked = self.seconds[rows, [self.columns[label] for label in labels]]
        missing = np.flatnonzero(np.isnan(picked))
        if len(missing):
            raise ValueError(
                f"the {role} configuration {labels[missing[0]]!r} was not measured for "
                f"sample {self.samples[missing[0]]!r} ({len(missing)} such samples). "
                "Measure it, or choose among what was measured."
            )
        return picked

    def best(self) -> NDArray[np.float64]:
        """Return the shortest runtime of each sample, shape (n_samples,)."""
        best: NDArray[np.float64] = np.fmin.reduce(self.seconds, axis=1)
        missing = np.flatnonzero(np.isnan(best))
        if len(missing):
            raise ValueError(
                f"nothing was measured for sample {self.samples[missing[0]]!r}."
            )
        return best

    def _one_per_sample(self, configurations: Any, role: str) -> list[Hashable]:
        if role == "baseline" and self._is_label(configurations):
            return [configurations] * len(self.seconds)
        if isinstance(configurations, str) or not hasattr(configurations, "__len__"):
            if role == "baseline":
                return [configurations] * len(self.seconds)
            raise ValueError(
                f"{role} must hold one configuration per sample; got the single "
                f"{configurations!r}."
            )
        if len(configurations) != len(self.seconds):
            raise ValueError(
                f"{role} has {len(configurations)} entries, runtimes has "
                f"{len(self.seconds)} samples."
            )
        return list(configurations)

    def _is_label(self, configurations: Any) -> bool:
        return isinstance(configurations, Hashable) and configurations in self.columns


def _average(values: NDArray[np.float64], average: str) -> Any:
    if average == "geometric":
        return float(np.exp(np.log(values).mean()))
    if average == "arithmetic":
        return float(values.mean())
    if average == "none":
        return values
    raise ValueError(f"average must be one of {_AVERAGES}; got {average!r}.")


def _shorten(labels: Sequence[Hashable]) -> str:
    shown = ", ".join(repr(label) for label in labels[:10])
    return f"{shown}, ..." if len(labels) > 10 else shown
