"""Why a kernel would be tuned as it would be, without running anything."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tunembed.features import LoopNestVectorizer, describe
from tunembed.kernels import (
    BASELINE_FLAGS,
    ArgumentError,
    available_cores,
    declared_sizes,
)
from tunembed.parsers import Function
from tunembed.tuning._attempt import Workbench
from tunembed.tuning._choice import as_source, choose_function
from tunembed.tuning._database import TuningDatabase
from tunembed.tuning._options import NestOptions, find_options
from tunembed.tuning._result import plain_rows
from tunembed.tuning._tune import neighbor_rows
from tunembed.tuning._view import views_of

if TYPE_CHECKING:
    import pandas as pd

_DEFAULT_SIZE = 1000


@dataclass(frozen=True)
class Explanation:
    """What the database says about a kernel.

    Attributes
    ----------
    nests_ : DataFrame
        One row per nest and form: share of the work, shape, strides, reuse, operation
        mix, arithmetic intensity.
    features_ : DataFrame
        The eight features of each nest that are farthest from zero.
    neighbors_ : DataFrame
        The nearest known nests with their distance.
    schedules_ : DataFrame
        What would be tried, what was refused and why.
    """

    nests_: pd.DataFrame = field(repr=False)
    features_: pd.DataFrame = field(repr=False)
    neighbors_: pd.DataFrame = field(repr=False)
    schedules_: pd.DataFrame = field(repr=False)

    def to_json(self) -> str:
        """Return one JSON document."""
        names = ("nests", "features", "neighbors", "schedules")
        rows = {name: plain_rows(getattr(self, f"{name}_")) for name in names}
        return json.dumps(rows, indent=2)


def explain(
    kernel: str | Path,
    *,
    function: str | None = None,
    sizes: Mapping[str, int] | None = None,
    trials: int = 10,
    database: TuningDatabase | None = None,
    strict_fp: bool = False,
    assume_noalias: bool = False,
) -> Explanation:
    """Describe a kernel's nests, their neighbours and what these suggest.

    Parameters
    ----------
    kernel : str or Path
        A C file, or C text.
    function : str, optional
        Which function; the only one with loops if not given.
    sizes : mapping of str to int, optional
        Values of the parameters; those that the file declares, else 1000.
    trials : int, default=10
        How many suggestions are listed per nest.
    database : TuningDatabase, optional
        The user's and the shipped one if not given.
    strict_fp, assume_noalias : bool, default=False
        As for `tune`.

    Returns
    -------
    Explanation

    Raises
    ------
    SourceError
        If the file cannot be parsed or has no such function.
    ArgumentError
        If a size is not a parameter of the function.
    DatabaseError
        If the database cannot be read.
    """
    import pandas as pd

    chosen = choose_function(as_source(kernel), function)
    used = _sizes(chosen, sizes or {})
    bench = Workbench(
        None, BASELINE_FLAGS, strict_fp=strict_fp, assume_noalias=assume_noalias
    )
    views = views_of(chosen, used, strict_fp=strict_fp)
    found = find_options(
        views,
        TuningDatabase() if database is None else database,
        bench,
        threads=available_cores(),
    )
    found.sort(key=lambda entry: (entry.view.name, -entry.nest.share))
    return Explanation(
        pd.DataFrame([_nest_row(entry, used) for entry in found]),
        pd.DataFrame(_feature_rows(found)),
        pd.DataFrame(neighbor_rows(found)),
        pd.DataFrame([r for entry in found for r in _schedule_rows(entry, trials)]),
    )


def _sizes(function: Function, given: Mapping[str, int]) -> dict[str, int]:
    names = {
        p.name
        for p in function.parameters
        if not p.shape and not p.is_pointer and "int" in p.dtype
    }
    unknown = sorted(set(given) - names)
    if unknown:
        raise ArgumentError(
            f"{function.location}: there is no size '{unknown[0]}'; the sizes of "
            f"'{function.name}' are {', '.join(sorted(names)) or 'none'}"
        )
    sizes = dict.fromkeys(names, _DEFAULT_SIZE)
    return {**sizes, **declared_sizes(function.unit.text), **given}


def _nest_row(entry: NestOptions, sizes: Mapping[str, int]) -> dict[str, Any]:
    location = entry.nest.source.root.location
    return {
        "form": entry.view.name,
        "nest": entry.nest.index,
        "at": str(location),
        "share": round(entry.nest.share, 3),
        **describe(entry.nest.source, sizes),
    }


def _feature_rows(found: list[NestOptions]) -> list[dict[str, Any]]:
    names = LoopNestVectorizer().get_feature_names_out()
    rows = []
    for entry in found:
        values = np.nan_to_num(entry.nest.features)
        for position in np.argsort(-np.abs(values), kind="stable")[:8]:
            rows.append(
                {
                    "form": entry.view.name,
                    "nest": entry.nest.index,
                    "feature": str(names[position]),
                    "value": round(float(values[position]), 3),
                }
            )
    return rows


def _schedule_rows(entry: NestOptions, most: int) -> list[dict[str, Any]]:
    base = {"form": entry.view.name, "nest": entry.nest.index}
    rows = [
        {
            **base,
            "schedule": str(option.schedule),
            "compiler": option.compiler,
            "expected": round(option.expected_speedup, 2),
            "confidence": round(option.confidence, 2),
            "learnt_from": option.neighbor.kernel if option.neighbor else "",
            "refused": "",
        }
        for option in entry.options[:most]
    ]
    return rows + [
        {
            **base,
            "schedule": refusal.schedule,
            "compiler": "",
            "expected": float("nan"),
            "confidence": float("nan"),
            "learnt_from": "",
            "refused": refusal.reason,
        }
        for refusal in entry.refused[:2]
    ]
