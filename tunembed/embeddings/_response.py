"""How samples respond: targets of any kind as a matrix to regress on."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.multiclass import type_of_target

Floats = NDArray[np.float64]


def read_response(y: Any, kind: str) -> Floats:
    """Return the response matrix (n_samples, n_responses), NaN where not known.

    Parameters
    ----------
    y : array-like or DataFrame
        Runtime table, metrics or labels.
    kind : {"auto", "runtimes", "metrics", "labels"}
        What `y` is. Automatically: a DataFrame holds runtimes, a one-dimensional array
        labels unless its numbers are not integers, any other array metrics.
    """
    if kind == "auto":
        kind = _guess(y)
    if kind == "labels":
        labels = np.asarray(y).ravel()
        return (labels[:, None] == np.unique(labels)).astype(np.float64)
    values = _numbers(y, kind)
    return _relative_log(values) if kind == "runtimes" else _standardized(values)


def _guess(y: Any) -> str:
    if hasattr(y, "columns"):
        return "runtimes"
    values = np.asarray(y)
    flat = values.ndim == 1 or values.shape[1] == 1
    if flat and (values.dtype.kind not in "fc" or not _continuous(values)):
        return "labels"
    return "metrics"


def _continuous(values: NDArray[Any]) -> bool:
    if not np.isfinite(values).all():
        return True
    return str(type_of_target(values.ravel())) == "continuous"


def _numbers(y: Any, kind: str) -> Floats:
    try:
        if hasattr(y, "columns"):
            values = y.to_numpy(dtype=np.float64, na_value=np.nan)
        else:
            values = np.asarray(y, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"y was read as {kind}, but not all of it is numeric ({error}). Labels are "
            "passed as a Series or an array."
        ) from error
    if values.ndim == 1:
        values = values[:, None]
    if np.isinf(values).any():
        raise ValueError(f"y was read as {kind} and contains infinity; use NaN.")
    return values


def _relative_log(seconds: Floats) -> Floats:
    """Return log-runtimes less the sample's mean over the configurations.

    What a program's absolute runtime is does not matter, only how it responds. Where
    not everything was measured, the mean is taken after each configuration's own.
    """
    if (seconds <= 0).any():
        row, column = np.argwhere(seconds <= 0)[0]
        raise ValueError(
            "y was read as a runtime table in seconds, which must be positive; got "
            f"{seconds[row, column]} in row {row}, column {column}. For other metrics "
            "say response='metrics'."
        )
    logs = np.log(seconds)
    # Alternating means: exact at once if all is known, a few rounds suffice if not.
    row_mean = np.zeros((len(logs), 1))
    for _ in range(20):
        row_mean = _mean(logs - _mean(logs - row_mean, axis=0), axis=1)
    relative: Floats = logs - row_mean
    relative -= _mean(relative, axis=0).mean()
    return relative


def _standardized(values: Floats) -> Floats:
    centered = values - _mean(values, axis=0)
    spread = np.sqrt(_mean(centered**2, axis=0))
    standardized: Floats = centered / np.where(spread > 0, spread, 1.0)
    return standardized


def _mean(values: Floats, axis: int) -> Floats:
    count = (~np.isnan(values)).sum(axis=axis, keepdims=True)
    mean: Floats = np.nan_to_num(values).sum(axis=axis, keepdims=True) / np.maximum(
        count, 1
    )
    return mean
