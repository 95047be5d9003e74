"""Runtime tables as targets: reading, checking, log-ratios to the baseline."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from collections.abc import Hashable, Iterable, Sequence
from difflib import get_close_matches
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray


class RuntimeTable(NamedTuple):
    """Checked runtimes in seconds, (n_samples, n_configurations), NaN: not measured."""

    configurations: list[Hashable]
    seconds: NDArray[np.float64]


def is_runtime_table(y: Any) -> bool:
    """Whether a target is a DataFrame, that is, a runtime table."""
    return hasattr(y, "columns") and hasattr(y, "iloc")


def read_runtime_table(y: Any) -> RuntimeTable:
    """Return the checked content of a DataFrame of runtimes in seconds."""
    configurations = list(y.columns)
    if len(set(configurations)) != len(configurations):
        twice = next(c for c in configurations if configurations.count(c) > 1)
        raise ValueError(f"the runtime table y has two columns named {twice!r}.")
    try:
        seconds = y.to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError) as error:
        raise ValueError(
            "y is a DataFrame and so a runtime table in seconds, but not all of its "
            f"columns are numeric ({error}). Pass labels as a Series or an array."
        ) from error
    wrong = np.argwhere((seconds <= 0) | np.isinf(seconds))
    if len(wrong):
        row, column = wrong[0]
        raise ValueError(
            "runtimes must be positive and finite, or NaN where not measured; got "
            f"{seconds[row, column]} for sample {y.index[row]!r}, configuration "
            f"{configurations[column]!r}."
        )
    return RuntimeTable(configurations, seconds)


def column_of(configurations: Sequence[Hashable], baseline: Hashable) -> int:
    """Return the column of the baseline, or say which columns there are."""
    if baseline in configurations:
        return configurations.index(baseline)
    names = [str(c) for c in configurations]
    close = get_close_matches(str(baseline), names, n=3) or names[:10]
    raise ValueError(
        f"the baseline {baseline!r} is not a column of the runtime table y; "
        f"{len(names)} columns, among them {', '.join(map(repr, close))}."
    )


def log_ratios(table: RuntimeTable, baseline: int) -> NDArray[np.float64]:
    """Return log(runtime / runtime of the baseline), below 0 where faster."""
    reference = table.seconds[:, baseline, None]
    missing = np.flatnonzero(np.isnan(reference))
    if len(missing):
        raise ValueError(
            f"the baseline {table.configurations[baseline]!r} was not measured for "
            f"sample number {missing[0]} ({len(missing)} such samples): without it "
            "there is no speedup. Measure it or drop the sample."
        )
    ratios: NDArray[np.float64] = np.log(table.seconds / reference)
    return ratios


def align_columns(
    values: NDArray[np.float64], have: Sequence[Hashable], want: Sequence[Hashable]
) -> NDArray[np.float64]:
    """Return the columns of `values` in the order `want`, NaN for those not there."""
    aligned = np.full((len(values), len(want)), np.nan)
    position = {label: number for number, label in enumerate(want)}
    kept = [number for number, label in enumerate(have) if label in position]
    aligned[:, [position[have[number]] for number in kept]] = values[:, kept]
    return aligned


def as_label_array(labels: Iterable[Hashable]) -> NDArray[Any]:
    """Return labels as a 1-D array, of objects unless they are all of one type."""
    labels = list(labels)
    kinds = {type(label) for label in labels}
    if len(kinds) == 1 and not kinds & {tuple, frozenset}:
        array = np.asarray(labels)
        if array.ndim == 1:
            return array
    boxed = np.empty(len(labels), dtype=object)
    boxed[:] = labels
    return boxed
