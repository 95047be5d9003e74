"""Tuning records as CSV, JSON and Parquet files, for other tools."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import csv
import json
import math
import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tunembed.tuning._records import FEATURE_PREFIX, TuningRecord
from tunembed.tuning._schema import DatabaseError

_FORMATS = {
    ".csv": "csv",
    ".json": "json",
    ".parquet": "parquet",
    ".sqlite": "sqlite",
    ".db": "sqlite",
}
_JSON_FORMAT = "tunembed tuning records"


def format_of(path: Path) -> str:
    """Return the format that a file's suffix names."""
    try:
        return _FORMATS[path.suffix.lower()]
    except KeyError:
        raise DatabaseError(
            f"Cannot tell the format of {path} from its suffix {path.suffix!r}. "
            f"Choose one of {', '.join(_FORMATS)}."
        ) from None


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """Yield an empty draft beside the target; it replaces the target at the end.

    If anything goes wrong, the target stays as it was and no draft is left.
    """
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        os.close(handle)
    except OSError as error:
        raise DatabaseError(f"Cannot write {target}: {error.strerror}.") from error
    draft = Path(name)
    try:
        yield draft
        draft.chmod(0o644)
        draft.replace(target)
    except OSError as error:
        raise DatabaseError(f"Cannot write {target}: {error.strerror}.") from error
    finally:
        draft.unlink(missing_ok=True)


def write(path: Path, records: Sequence[TuningRecord], format: str) -> None:
    """Write records as flat rows; NaN and absent features stay different."""
    rows = [record.to_row() for record in records]
    columns = list(dict.fromkeys(name for row in rows for name in row))
    {"csv": _write_csv, "json": _write_json, "parquet": _write_parquet}[format](
        path, rows, columns
    )


def read(path: Path) -> Iterator[TuningRecord]:
    """Yield the records of a file, each validated.

    Raises
    ------
    DatabaseError
        If the file or a record is not sound; the message says where.
    """
    load = {"csv": _read_csv, "json": _read_json, "parquet": _read_parquet}
    try:
        for where, row in load[format_of(path)](path):
            try:
                yield TuningRecord.from_row(row)
            except ValueError as error:
                raise DatabaseError(f"{path}:{where}: {error}") from error
    except OSError as error:
        raise DatabaseError(f"Cannot read {path}: {error.strerror}.") from error
    except (UnicodeDecodeError, csv.Error, RecursionError) as error:
        raise DatabaseError(f"{path} is not a sound file: {error}") from error


def _write_csv(path: Path, rows: Iterable[dict[str, Any]], columns: list[str]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)


def _read_csv(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    with path.open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file, strict=True)
        if not reader.fieldnames:
            raise DatabaseError(f"{path} is empty.")
        for row in reader:
            line = reader.line_num
            if None in row or None in row.values():
                raise DatabaseError(
                    f"{path}:{line}: the row has another number of cells than the head."
                )
            yield line, _present(row, absent="")


def _write_json(path: Path, rows: Iterable[dict[str, Any]], columns: list[str]) -> None:
    plain = [{k: None if _is_nan(v) else v for k, v in row.items()} for row in rows]
    document = {"format": _JSON_FORMAT, "records": plain}
    path.write_text(json.dumps(document, indent=0, allow_nan=False), encoding="utf-8")


def _read_json(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    try:
        document = json.loads(path.read_text("utf-8"))
    except json.JSONDecodeError as error:
        place = f"{error.lineno}:{error.colno}"
        raise DatabaseError(f"{path}:{place}: not JSON ({error.msg}).") from error
    if not isinstance(document, dict) or document.get("format") != _JSON_FORMAT:
        raise DatabaseError(f"{path} has no tuning records: no {_JSON_FORMAT!r} in it.")
    rows = document.get("records")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise DatabaseError(f"{path}: 'records' must be a list of objects.")
    for number, row in enumerate(rows, start=1):
        yield f"record {number}", row


def _write_parquet(
    path: Path, rows: Sequence[dict[str, Any]], columns: list[str]
) -> None:
    arrow, parquet = _pyarrow()
    data = {name: [row.get(name) for row in rows] for name in columns}
    parquet.write_table(
        arrow.table({k: arrow.array(v, from_pandas=False) for k, v in data.items()}),
        path,
        compression="zstd",
    )


def _read_parquet(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    arrow, parquet = _pyarrow()
    try:
        table = parquet.read_table(path)
    except arrow.ArrowException as error:
        raise DatabaseError(f"{path} is not a Parquet file: {error}") from error
    for number, row in enumerate(table.to_pylist(), start=1):
        yield f"record {number}", _present(row, absent=None)


def _pyarrow() -> tuple[Any, Any]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise DatabaseError(
            "Parquet files need pyarrow: pip install 'tunembed[parquet]'."
        ) from error
    return pyarrow, pyarrow.parquet


def _present(row: dict[str, Any], absent: Any) -> dict[str, Any]:
    """Leave out the features that a record does not have."""
    return {
        name: value
        for name, value in row.items()
        if value != absent or not name.startswith(FEATURE_PREFIX)
    }


def _is_nan(value: Any) -> bool:
    return isinstance(value, float) and math.isnan(value)
