"""What every loader returns in the end."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd
from sklearn.utils import Bunch


def finished(bunch: Bunch, *, return_X_y: bool, as_frame: bool) -> Any:
    """Return a bunch whose data and target are pandas objects as a loader should.

    Parameters
    ----------
    bunch : Bunch
        Its data are a DataFrame, or a Series of texts; its target may be None.
    return_X_y : bool
        Return data and target only.
    as_frame : bool
        Leave them as they are, instead of making them arrays, or a list of texts.

    Returns
    -------
    Bunch or tuple
    """
    data, target = bunch["data"], bunch["target"]
    is_table = isinstance(data, pd.DataFrame)
    bunch["feature_names"] = list(data.columns) if is_table else None
    if not as_frame:
        bunch["data"] = data.to_numpy() if is_table else data.tolist()
        bunch["target"] = None if target is None else target.to_numpy()
    return (bunch["data"], bunch["target"]) if return_X_y else bunch


def check_choice(name: str, value: str, known: Iterable[str]) -> None:
    """Raise a ValueError for a parameter that is none of the known values."""
    if value not in known:
        raise ValueError(f"{name} must be one of {sorted(known)}, got {value!r}")
