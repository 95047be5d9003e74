"""The tuning database: every measured trial, in one SQLite file."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from platformdirs import user_data_path

from tunembed.tuning import _exchange, _tables
from tunembed.tuning._records import TuningRecord
from tunembed.tuning._schema import MIGRATIONS, DatabaseError, reading, writing

if TYPE_CHECKING:
    import pandas as pd

SHIPPED = Path(__file__).parent / "data" / "tuning.sqlite"

_T = TypeVar("_T")


class TuningDatabase:
    """All tuning records of one file, and read-only those that ship with tunembed.

    Records are appended one transaction at a time and survive any interruption; several
    processes may append to the same file. Nothing in a file is ever executed.

    Parameters
    ----------
    path : path-like or None
        The SQLite file. It is created by the first `append`. None takes the environment
        variable ``TUNEMBED_DATABASE``, or else ``tuning.sqlite`` in the user's data
        folder.
    shipped : bool
        Whether the records that ship with the package are seen as well.

    Attributes
    ----------
    path : Path
        The file that `append` writes.

    Examples
    --------
    >>> import tempfile
    >>> folder = tempfile.mkdtemp()
    >>> database = TuningDatabase(f"{folder}/mine.sqlite", shipped=False)
    >>> len(database)
    0
    """

    def __init__(
        self, path: str | os.PathLike[str] | None = None, *, shipped: bool = True
    ) -> None:
        self.path = default_path() if path is None else Path(path)
        self.shipped = shipped

    def __repr__(self) -> str:
        return f"TuningDatabase({str(self.path)!r}, shipped={self.shipped})"

    def __len__(self) -> int:
        return len({key for ids in self._each(_tables.record_ids) for key in ids})

    def __iter__(self) -> Iterator[TuningRecord]:
        """Yield every record, validated, once."""
        seen: set[int] = set()
        for records in self._each(_tables.load_records):
            for record in records:
                if record.id not in seen:
                    seen.add(record.id)
                    yield record

    def append(self, records: TuningRecord | Iterable[TuningRecord]) -> int:
        """Add records in one transaction; those already there are left alone.

        Parameters
        ----------
        records : TuningRecord or iterable of TuningRecord

        Returns
        -------
        int
            How many were new.

        Raises
        ------
        DatabaseError
            If the file cannot be written; then none was added.
        """
        if isinstance(records, TuningRecord):
            records = [records]
        with writing(self.path) as connection:
            return _tables.insert(connection, records)

    def records(self, **filters: Any) -> "pd.DataFrame":
        """Return the records as a table, oldest first.

        Parameters
        ----------
        **filters : value or collection of values
            By column: only rows whose value is the given one, or one of the given ones.

        Returns
        -------
        DataFrame
            One row per record. Columns: ``id``, ``nest_id``, ``machine_id``, and the
            fields of `TuningRecord` except the features and the machine's fingerprint;
            structured fields are JSON text, times are float64 seconds.

        Raises
        ------
        DatabaseError
            If a file cannot be read.
        TypeError
            If a filter is not a column.
        """
        import pandas as pd

        tables = self._each(_tables.load_frame) or [_tables.empty_frame()]
        table = tables[0]
        if len(tables) > 1:
            table = pd.concat(tables, ignore_index=True).drop_duplicates("id")
        for column, wanted in filters.items():
            if column not in table:
                raise TypeError(
                    f"No column {column!r} to filter by. Choose among {[*table]}."
                )
            one = isinstance(wanted, str) or not isinstance(wanted, Iterable)
            table = table[table[column].isin([wanted] if one else list(wanted))]
        table = table.sort_values(["created", "id"], kind="stable")
        return table.reset_index(drop=True)

    def features(
        self,
        records: "pd.DataFrame | None" = None,
        *,
        feature_names: Sequence[str] | None = None,
    ) -> tuple[np.ndarray, tuple[str, ...], np.ndarray]:
        """Return the features of the nests of some records.

        Parameters
        ----------
        records : DataFrame or None
            Rows of `records()`; None: all of them.
        feature_names : sequence of str or None
            The columns wanted; None: those of the nest with the most features. A column
            that a nest does not have is NaN there.

        Returns
        -------
        matrix : ndarray of shape (n_records, n_features), float32
        feature_names : tuple of str
        ids : ndarray of shape (n_records,), int64
            The ``id`` of each row's record.

        Raises
        ------
        DatabaseError
            If a file cannot be read, or a record's nest is not there.
        """
        if records is None:
            records = self.records()
        nests = _tables.Nests()
        for part in self._each(_tables.load_nests):
            nests.update(part)
        names = nests.longest_names() if feature_names is None else tuple(feature_names)
        keys, rows = np.unique(records["nest_id"].to_numpy(), return_inverse=True)
        matrix = nests.matrix([int(key) for key in keys], names)
        return matrix[rows], names, records["id"].to_numpy()

    def machines(self) -> dict[str, str]:
        """Return the fingerprint, as JSON text, of every machine by its id."""
        return {k: v for m in self._each(_tables.machines) for k, v in m.items()}

    def info(self) -> dict[str, Any]:
        """Return what is in the database, as plain JSON values.

        Returns
        -------
        dict
            ``path``, ``exists``, ``bytes``, ``schema``, ``shipped_path``,
            ``shipped_records``, ``records``, ``nests``, ``kernels``, ``families``,
            ``machines``, ``verified``, ``sources``, ``created``.
        """
        table = self.records()
        shipped = self._shipped_path()
        exists = self.path.exists()
        return {
            "path": str(self.path),
            "exists": exists,
            "bytes": self.path.stat().st_size if exists else 0,
            "schema": len(MIGRATIONS),
            "shipped_path": None if shipped is None else str(shipped),
            "shipped_records": 0 if shipped is None else self._count_shipped(),
            "records": len(table),
            "nests": int(table["nest_id"].nunique()),
            "kernels": int(table["kernel"].nunique()),
            "families": sorted(table["family"].unique().tolist()),
            "machines": sorted(table["machine_id"].unique().tolist()),
            "verified": int(table["verified"].sum()),
            "sources": {k: int(v) for k, v in table["source"].value_counts().items()},
            "created": [*table["created"].iloc[[0, -1]]] if len(table) else [],
        }

    def merge(self, other: "TuningDatabase | str | os.PathLike[str]") -> int:
        """Add every record of another database, each validated.

        Parameters
        ----------
        other : TuningDatabase or path-like

        Returns
        -------
        int
            How many were new.

        Raises
        ------
        DatabaseError
            If the other file is missing or not sound; then nothing was added.
        """
        if not isinstance(other, TuningDatabase):
            other = TuningDatabase(other, shipped=False)
            if not other.path.is_file():
                raise DatabaseError(f"There is no tuning database {other.path}.")
        return self.append(list(other))

    def export(self, path: str | os.PathLike[str]) -> int:
        """Write all records to a file; its suffix names the format.

        Parameters
        ----------
        path : path-like
            Ends in ``.csv``, ``.json``, ``.parquet`` (one flat row per record, features
            in columns ``feature.<name>``) or ``.sqlite``. Replaced if it exists.

        Returns
        -------
        int
            How many were written.

        Raises
        ------
        DatabaseError
            If the suffix is not known or the file cannot be written.
        """
        target = Path(path)
        if target.exists() and self.path.exists() and target.samefile(self.path):
            raise DatabaseError(f"{target} is the database itself; export elsewhere.")
        records = list(self)
        with _exchange.replacing(target) as draft:
            if _exchange.format_of(target) == "sqlite":
                TuningDatabase(draft, shipped=False).append(records)
            else:
                _exchange.write(draft, records, _exchange.format_of(target))
        return len(records)

    def import_(self, path: str | os.PathLike[str]) -> int:
        """Add the records of an exported file, each validated.

        Parameters
        ----------
        path : path-like
            Ends in ``.csv``, ``.json``, ``.parquet`` or ``.sqlite``. It is not trusted.

        Returns
        -------
        int
            How many were new.

        Raises
        ------
        DatabaseError
            If anything in the file is wrong; the message says in which record. Then
            nothing was added.
        """
        source = Path(path)
        if _exchange.format_of(source) == "sqlite":
            return self.merge(source)
        return self.append(list(_exchange.read(source)))

    def _each(self, load: Callable[[sqlite3.Connection, Path], _T]) -> list[_T]:
        """Call `load(connection, path)` on every file that exists, the user's first."""
        parts = []
        if self.path.exists():
            with reading(self.path) as connection:
                parts.append(load(connection, self.path))
        if (shipped := self._shipped_path()) is not None:
            with reading(shipped, immutable=True) as connection:
                parts.append(load(connection, shipped))
        return parts

    def _shipped_path(self) -> Path | None:
        return SHIPPED if self.shipped and SHIPPED.exists() else None

    def _count_shipped(self) -> int:
        with reading(SHIPPED, immutable=True) as connection:
            return len(_tables.record_ids(connection, SHIPPED))


def default_path() -> Path:
    """Return where the user's database is, whether or not it exists yet."""
    named = os.environ.get("TUNEMBED_DATABASE")
    return Path(named) if named else user_data_path("tunembed") / "tuning.sqlite"
