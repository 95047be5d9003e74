"""One data set with the models that are scored on it."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Problem:
    """One data set with the models that are scored on it.

    Attributes
    ----------
    name : str
        The platform, or the task if there is only one.
    dataset : Bunch
        With ``data``, ``target``, ``runtimes``, ``groups``, ``baseline``.
    models : mapping of str to (estimator, X)
        What is scored, and the features that each sees.
    splits : tuple of str
        As of `tunembed.model_selection.make_splits`, the easiest first.
    n_splits : int or None
        None: leave one group out.
    parts : mapping of str to ndarray of shape (n_samples,), dtype bool
        Samples that are reported apart as well.
    draw_by : str
        The column of ``groups`` that is drawn from for intervals under the usual split.
    """

    name: str
    dataset: Any
    models: Mapping[str, tuple[Any, Any]]
    splits: tuple[str, ...]
    n_splits: int | None = 10
    parts: Mapping[str, NDArray[np.bool_]] = field(default_factory=dict)
    draw_by: str = "application"
