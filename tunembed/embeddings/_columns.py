"""Which columns a selector means: a prefix, names, numbers, a mask or a callable."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from typing import Any

import numpy as np
from numpy.typing import NDArray


def select_columns(
    selector: Any, X: Any, names: NDArray[Any] | None, n_columns: int, parameter: str
) -> NDArray[np.intp]:
    """Return the sorted numbers of the selected columns.

    `names` are the names of the features, None if they have none; a callable selector
    is given `X` as the user passed it; `parameter` is named in errors.
    """
    if callable(selector):
        selector = selector(X)
    if selector is None:
        return np.empty(0, dtype=np.intp)
    if isinstance(selector, str):
        prefix = selector
        selector = [
            name for name in _named(names, parameter) if name.startswith(prefix)
        ]
        if not selector:
            raise ValueError(
                f"no feature name starts with {parameter}={prefix!r}; the names begin "
                f"with {', '.join(map(repr, _named(names, parameter)[:5]))}."
            )
    chosen = np.asarray(selector)
    if chosen.size == 0:
        return np.empty(0, dtype=np.intp)
    if chosen.dtype.kind in "OUT":
        return _numbers_of(list(selector), _named(names, parameter), parameter)
    if chosen.dtype.kind == "b" and chosen.shape == (n_columns,):
        return np.flatnonzero(chosen)
    if chosen.dtype.kind not in "iu" or chosen.ndim != 1:
        raise ValueError(
            f"{parameter} must be a prefix, names, column numbers, a mask of the "
            f"{n_columns} columns, or a callable that returns one; got {selector!r}."
        )
    outside = chosen[(chosen < -n_columns) | (chosen >= n_columns)]
    if len(outside):
        raise ValueError(
            f"{parameter} names column {outside[0]}, but X has {n_columns} columns."
        )
    return np.unique(chosen % n_columns).astype(np.intp)


def _named(names: NDArray[Any] | None, parameter: str) -> list[str]:
    if names is None:
        raise ValueError(
            f"{parameter} selects columns by name, but X has no feature names. Pass a "
            "DataFrame, or column numbers."
        )
    return [str(name) for name in names]


def _numbers_of(
    wanted: list[str], names: list[str], parameter: str
) -> NDArray[np.intp]:
    unknown = [name for name in wanted if name not in names]
    if unknown:
        raise ValueError(f"{parameter} names {unknown[0]!r}, which X does not have.")
    return np.unique([names.index(name) for name in wanted]).astype(np.intp)
