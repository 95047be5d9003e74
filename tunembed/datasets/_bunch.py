"""What every loader returns in the end."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sklearn.utils import Bunch


def finished(bunch: Bunch, *, return_X_y: bool, as_frame: bool) -> Any:
    """Return a bunch whose data and target are pandas objects as a loader should.

    Parameters
    ----------
    bunch : Bunch
    return_X_y : bool
        Return data and target only.
    as_frame : bool
        Leave them as they are, instead of making them arrays.

    Returns
    -------
    Bunch or tuple
    """
    bunch["feature_names"] = list(bunch["data"].columns)
    if not as_frame:
        bunch["data"] = bunch["data"].to_numpy()
        bunch["target"] = bunch["target"].to_numpy()
    return (bunch["data"], bunch["target"]) if return_X_y else bunch


def check_platform(platform: str, known: Iterable[str]) -> None:
    """Raise a ValueError for a platform of which there are no times."""
    if platform not in known:
        raise ValueError(f"platform must be one of {sorted(known)}, got {platform!r}")
