"""What `tune` returns."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class TuneResult:
    """The outcome of tuning one function.

    Attributes
    ----------
    function_ : str
        Name of the function.
    baseline_seconds_, seconds_ : float
        Median seconds of the original and of the version that is returned.
    speedup_ : float
        Ratio of both, measured in turns; 1 when the original is kept.
    speedup_interval_ : tuple of float
        Its 95 % interval.
    schedule_ : str
        Text of the schedule; empty when the original is kept.
    source_ : str
        The tuned C file; the original when nothing was faster.
    verified_ : bool
        Whether the returned version was compared with the original.
    neighbors_ : DataFrame
        The nearest known nests: nest, share, kernel, family, distance.
    trials_ : DataFrame
        One row per trial, see `Attempt.to_row`.
    compiler_, flags_ : str, tuple of str
        How the returned version is to be compiled.
    permissions_ : tuple of str
        What the schedule was allowed to change, such as ``"reassociates"``.
    refusals_ : dict of str to int
        Why suggested schedules are not legal here, and for how many each reason holds,
        the most frequent first.
    """

    function_: str
    baseline_seconds_: float
    seconds_: float
    speedup_: float
    speedup_interval_: tuple[float, float]
    schedule_: str
    source_: str = field(repr=False)
    verified_: bool
    neighbors_: pd.DataFrame = field(repr=False)
    trials_: pd.DataFrame = field(repr=False)
    compiler_: str = ""
    flags_: tuple[str, ...] = ()
    permissions_: tuple[str, ...] = ()
    refusals_: dict[str, int] = field(default_factory=dict, repr=False)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values; not measured numbers are None."""
        return {
            "function": self.function_,
            "baseline_seconds": _number(self.baseline_seconds_),
            "seconds": _number(self.seconds_),
            "speedup": _number(self.speedup_),
            "speedup_interval": [_number(x) for x in self.speedup_interval_],
            "schedule": self.schedule_,
            "verified": self.verified_,
            "compiler": self.compiler_,
            "flags": list(self.flags_),
            "permissions": list(self.permissions_),
            "refusals": dict(self.refusals_),
            "neighbors": plain_rows(self.neighbors_),
            "trials": plain_rows(self.trials_),
        }

    def to_json(self) -> str:
        """Return one JSON document."""
        return json.dumps(self.to_dict(), indent=2)


def plain_rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return a table as a list of plain dicts; not a number becomes None."""
    return [
        {str(k): plain(v) for k, v in row.items()}
        for row in frame.to_dict(orient="records")
    ]


def plain(value: Any) -> Any:
    """Return a value that JSON knows; not a number becomes None."""
    value = value.item() if hasattr(value, "item") else value
    return _number(value) if isinstance(value, float) else value


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
