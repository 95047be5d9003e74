"""The table of a benchmark, written row by row so that it can be resumed."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from platformdirs import user_cache_path

from tunembed import __version__
from tunembed.tuning._result import plain, plain_rows

if TYPE_CHECKING:
    import pandas as pd

Row = dict[str, Any]


class BenchmarkError(RuntimeError):
    """A benchmark cannot be run: it lacks its inputs, or what it compares with."""


@dataclass(frozen=True)
class BenchmarkResult:
    """A table and its summary.

    Attributes
    ----------
    table_ : DataFrame
        One row per kernel.
    summary_ : dict of str to float or str
        The figures that are published: counts, geometric means, the slowest.
    """

    table_: pd.DataFrame = field(repr=False)
    summary_: dict[str, Any]

    def to_json(self) -> str:
        """Return one JSON document."""
        summary = {name: plain(value) for name, value in self.summary_.items()}
        document = {"summary": summary, "rows": plain_rows(self.table_)}
        return json.dumps(document, indent=2)


class Checkpoint:
    """Rows that are finished, in a file of JSON lines.

    Parameters
    ----------
    name : str
        Of the benchmark.
    settings : mapping
        Rows made under other settings are not used again.
    """

    def __init__(self, name: str, settings: Mapping[str, Any]) -> None:
        self.path = user_cache_path("tunembed") / "benchmarks" / f"{name}.jsonl"
        self.settings = {**settings, "version": __version__}

    def row(self, key: str, make: Callable[[], Row]) -> Row:
        """Return the finished row of `key`, or make it and keep it.

        Parameters
        ----------
        key : str
            What the row is about, such as a kernel and its hash.
        make : callable
            Makes the row, a dict of plain values.

        Returns
        -------
        dict
        """
        for line in self._lines():
            if line["key"] == key and line["settings"] == self.settings:
                return line["row"]
        row = make()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        line = {"key": key, "settings": self.settings, "row": row}
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, default=float) + "\n")
        return row

    def _lines(self) -> list[dict[str, Any]]:
        if not self.path.exists():
            return []
        return [
            json.loads(line)
            for line in self.path.read_text(encoding="utf-8").splitlines()
            if line.endswith("}")
        ]


def geometric_mean(values: Any) -> float:
    """Return the geometric mean of the finite positive values; NaN without any."""
    kept = [v for v in map(_float, values) if math.isfinite(v) and v > 0]
    return float(np.exp(np.mean(np.log(kept)))) if kept else math.nan


def _float(value: Any) -> float:
    return math.nan if value is None else float(value)


def database_key(path: Path | str) -> str:
    """Return what identifies the state of a database file for a checkpoint."""
    file = Path(path)
    return f"{file.name}:{file.stat().st_size}" if file.exists() else "none"
