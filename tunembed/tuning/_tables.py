"""Rows in and out of the tables of a tuning database."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import json
import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tunembed.tuning._records import (
    NEST_FIELDS,
    RECORD_FIELDS,
    TIME_FIELDS,
    TuningRecord,
    content_id,
    machine_id,
)
from tunembed.tuning._schema import DatabaseError

if TYPE_CHECKING:
    import pandas as pd

# Tables beside `records` that the frame takes columns from: key column -> columns.
_JOINED = {
    "nests": ("nest_id", NEST_FIELDS),
    "schedules": ("schedule", ("schedule", "schedule_json")),
    "configurations": ("configuration", ("configuration",)),
    "machines": ("machine", ("machine",)),
}
_KEYS = ("id", "nest_id", "machine", "schedule", "configuration")
_DTYPES = {
    **dict.fromkeys(("id", "nest_id", "nest"), "int64"),
    **dict.fromkeys(TIME_FIELDS, "float64"),
    "verified": "bool",
}


def insert(connection: sqlite3.Connection, records: Iterable[TuningRecord]) -> int:
    """Insert records and what they refer to; return how many were new."""
    known: set[int] = set()

    def put(table: str, key: int, *values: Any) -> int:
        if key not in known:
            known.add(key)
            _insert(connection, table, key, *values)
        return key

    new = 0
    for record in records:
        names = json.dumps(record.feature_names)
        feature_set = put("feature_sets", content_id("features", names), names)
        nest = record.nest_id
        if nest not in known:
            fields = (getattr(record, name) for name in NEST_FIELDS)
            blob = record.features.astype("<f4").tobytes()
            put("nests", nest, *fields, feature_set, blob)
        text, form = record.schedule, record.schedule_json
        configuration = record.configuration
        new += _insert(
            connection,
            "records",
            record.id,
            nest,
            put("machines", content_id(record.machine), record.machine),
            put("schedules", content_id("schedule", text, form), text, form),
            put("configurations", content_id("flags", configuration), configuration),
            *(_sql(getattr(record, name)) for name in RECORD_FIELDS),
        )
    return new


def record_ids(connection: sqlite3.Connection, path: Path) -> list[int]:
    """Return the key of every record."""
    return [key for (key,) in connection.execute("SELECT id FROM records")]


def machines(connection: sqlite3.Connection, path: Path) -> dict[str, str]:
    """Return every machine's fingerprint by its readable id."""
    rows = connection.execute("SELECT machine FROM machines").fetchall()
    try:
        return {machine_id(text): text for (text,) in rows}
    except (TypeError, ValueError) as error:
        raise DatabaseError(f"{path} is corrupt: a machine is not JSON.") from error


def load_records(connection: sqlite3.Connection, path: Path) -> list[TuningRecord]:
    """Return every record, validated as if it came from a stranger."""
    (checked,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if checked != "ok":
        raise DatabaseError(f"{path} is corrupt ({checked}). Restore a copy.")
    columns = [*NEST_FIELDS, *RECORD_FIELDS]
    columns += ["machine", "schedule", "schedule_json", "configuration"]
    rows = connection.execute(
        f"""
        SELECT {_listed("n", NEST_FIELDS)}, {_listed("r", RECORD_FIELDS)},
          m.machine, s.schedule, s.schedule_json, c.configuration, n.features, f.names
        FROM records r LEFT JOIN nests n ON n.id = r.nest_id
          LEFT JOIN machines m ON m.id = r.machine
          LEFT JOIN schedules s ON s.id = r.schedule
          LEFT JOIN configurations c ON c.id = r.configuration
          LEFT JOIN feature_sets f ON f.id = n.feature_set
        ORDER BY r.created, r.id
        """
    )
    records = []
    for number, (*values, blob, names) in enumerate(rows, start=1):
        try:
            records.append(
                TuningRecord(
                    **dict(zip(columns, values, strict=True)),
                    features=np.frombuffer(blob, dtype="<f4"),
                    feature_names=tuple(json.loads(names)),
                )
            )
        except (TypeError, ValueError) as error:
            raise DatabaseError(f"{path}: record {number}: {error}") from error
    return records


def load_frame(connection: sqlite3.Connection, path: Path) -> "pd.DataFrame":
    """Return the records as a table; see `TuningDatabase.records`."""
    columns = (*_KEYS, *RECORD_FIELDS)
    frame = _query(connection, "records", columns)
    if frame.empty:
        return empty_frame()
    for table, (key, names) in _JOINED.items():
        other = _query(connection, table, ("id", *names)).set_index("id")
        where = other.index.get_indexer(frame[key])
        if (where < 0).any():
            raise DatabaseError(f"{path} is corrupt: {table} has no row for a record.")
        for name in names:
            frame[name] = other[name].array.take(where)
    try:
        frame["machine_id"] = frame.pop("machine").map(machine_id)
        return frame.astype(_DTYPES)
    except (TypeError, ValueError) as error:
        raise DatabaseError(f"{path} is corrupt: {error}") from error


def empty_frame() -> "pd.DataFrame":
    """Return the table of a database without records."""
    import pandas as pd

    columns = ["id", "nest_id", *RECORD_FIELDS]
    columns += [name for _, names in _JOINED.values() for name in names]
    columns = [name if name != "machine" else "machine_id" for name in columns]
    frame = pd.DataFrame({name: pd.Series(dtype="str") for name in columns})
    return frame.astype(_DTYPES)


class Nests:
    """The features of nests, whichever features each has."""

    def __init__(self) -> None:
        self.names: dict[int, tuple[str, ...]] = {}
        self.rows: dict[int, tuple[int, bytes]] = {}

    def update(self, other: "Nests") -> None:
        """Take over another file's nests."""
        self.names.update(other.names)
        self.rows.update(other.rows)

    def longest_names(self) -> tuple[str, ...]:
        """Return the largest feature set; the last in order if several are."""
        return max(self.names.values(), key=lambda n: (len(n), n), default=())

    def matrix(self, keys: Sequence[int], names: tuple[str, ...]) -> np.ndarray:
        """Return one row per nest, one column per name, NaN where there is none."""
        if missing := [key for key in keys if key not in self.rows]:
            raise DatabaseError(f"There is no nest {missing[0]} in the database.")
        matrix = np.empty((len(keys), len(names)), dtype=np.float32)
        sets = np.array([self.rows[key][0] for key in keys], dtype=np.int64)
        for feature_set in np.unique(sets):
            own = self.names[int(feature_set)]
            chosen = np.flatnonzero(sets == feature_set).tolist()
            blob = b"".join(self.rows[keys[i]][1] for i in chosen)
            values = np.frombuffer(blob, dtype="<f4").reshape(len(chosen), len(own))
            position = {name: i for i, name in enumerate(own)}
            target = [i for i, name in enumerate(names) if name in position]
            source = [position[names[i]] for i in target]
            block = np.full((len(chosen), len(names)), np.nan, dtype=np.float32)
            block[:, target] = values[:, source]
            matrix[chosen] = block
        return matrix


def load_nests(connection: sqlite3.Connection, path: Path) -> Nests:
    """Return the features of every nest of a file."""
    nests = Nests()
    for key, text in connection.execute("SELECT id, names FROM feature_sets"):
        try:
            nests.names[key] = tuple(map(str, json.loads(text)))
        except (TypeError, ValueError) as error:
            raise DatabaseError(f"{path}: feature set {key}: {error}") from error
    for key, feature_set, blob in connection.execute(
        "SELECT id, feature_set, features FROM nests"
    ):
        names = nests.names.get(feature_set)
        if names is None or not isinstance(blob, bytes) or len(blob) != 4 * len(names):
            raise DatabaseError(f"{path} is corrupt: nest {key} has no sound features.")
        nests.rows[key] = (feature_set, blob)
    return nests


def _insert(connection: sqlite3.Connection, table: str, *values: Any) -> int:
    marks = ", ".join("?" * len(values))
    cursor = connection.execute(
        f"INSERT OR IGNORE INTO {table} VALUES ({marks})", values
    )
    return cursor.rowcount


def _query(
    connection: sqlite3.Connection, table: str, columns: Sequence[str]
) -> "pd.DataFrame":
    import pandas as pd

    rows = connection.execute(f"SELECT {', '.join(columns)} FROM {table}").fetchall()
    return pd.DataFrame(rows, columns=[*columns])


def _listed(table: str, columns: Sequence[str]) -> str:
    return ", ".join(f"{table}.{name}" for name in columns)


def _sql(value: Any) -> Any:
    """NaN is NULL in SQL; a truth value an integer."""
    return int(value) if isinstance(value, bool) else value
