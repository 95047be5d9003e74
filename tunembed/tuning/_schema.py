"""The SQLite schema of a tuning database, and how a file with it is opened safely."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

APPLICATION_ID = 0x54554E45  # "TUNE", in the file's header

# Seconds to wait for another writer; one record takes milliseconds.
LOCK_TIMEOUT = 60.0

# Script n brings a file from schema n to n + 1, the first one an empty file to 1. Keys
# are 64-bit content hashes (`content_id`), so files merge without renumbering. A nest,
# a schedule, a configuration and a machine are stored once however many trials share
# them.
MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE feature_sets (id INTEGER PRIMARY KEY, names TEXT NOT NULL);
    CREATE TABLE machines (id INTEGER PRIMARY KEY, machine TEXT NOT NULL);
    CREATE TABLE configurations (id INTEGER PRIMARY KEY, configuration TEXT NOT NULL);
    CREATE TABLE schedules (
      id INTEGER PRIMARY KEY, schedule TEXT NOT NULL, schedule_json TEXT NOT NULL);
    CREATE TABLE nests (
      id INTEGER PRIMARY KEY,
      kernel TEXT NOT NULL, family TEXT NOT NULL, function TEXT NOT NULL,
      nest INTEGER NOT NULL, kernel_hash TEXT NOT NULL, nest_hash TEXT NOT NULL,
      sizes TEXT NOT NULL, roles TEXT NOT NULL,
      feature_set INTEGER NOT NULL REFERENCES feature_sets, features BLOB NOT NULL);
    CREATE TABLE records (
      id INTEGER PRIMARY KEY,
      nest_id INTEGER NOT NULL REFERENCES nests,
      machine INTEGER NOT NULL REFERENCES machines,
      schedule INTEGER NOT NULL REFERENCES schedules,
      configuration INTEGER NOT NULL REFERENCES configurations,
      baseline_seconds REAL, seconds REAL, speedup REAL, low REAL, high REAL,
      verified INTEGER NOT NULL, status TEXT NOT NULL, version TEXT NOT NULL,
      created TEXT NOT NULL, source TEXT NOT NULL);
    """,
)

_TABLES = {
    "feature_sets",
    "machines",
    "configurations",
    "schedules",
    "nests",
    "records",
}


class DatabaseError(ValueError):
    """A tuning database cannot be read or written; the message says which and why."""


@contextmanager
def reading(path: Path, *, immutable: bool = False) -> Iterator[sqlite3.Connection]:
    """Open a tuning database to read; the file is never changed.

    Parameters
    ----------
    path : Path
        An existing file.
    immutable : bool
        Promise that nobody writes to it, so that no lock is taken: for a file in a
        read-only folder.

    Yields
    ------
    sqlite3.Connection
        To the file, or to an upgraded copy in memory if its schema is an older one.

    Raises
    ------
    DatabaseError
        If it is not a tuning database, corrupt, or written by a newer version.
    """
    mode = "mode=ro&immutable=1" if immutable else "mode=ro"
    with _explaining(path), closing(_connect(path, mode)) as connection:
        version = _version(connection, path)
        if version == len(MIGRATIONS):
            _check_tables(connection, path)
            yield connection
            return
        with closing(sqlite3.connect(":memory:", isolation_level=None)) as copy:
            connection.backup(copy)
            _migrate(copy, version)
            yield copy


@contextmanager
def writing(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a tuning database in one write transaction, committed at the end.

    The file and its folder are created, or upgraded to the current schema, when needed.
    Other writers wait. Any exception, Ctrl-C included, rolls everything back.

    Parameters
    ----------
    path : Path

    Yields
    ------
    sqlite3.Connection

    Raises
    ------
    DatabaseError
        If it is not a tuning database, corrupt, locked, or cannot be written.
    """
    with _explaining(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with closing(_connect(path, "mode=rwc")) as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                version = _version(connection, path)
                _migrate(connection, version)
                _check_tables(connection, path)
                yield connection
            except BaseException:
                if connection.in_transaction:  # not if SQLite already rolled back
                    connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?{mode}",
        uri=True,
        timeout=LOCK_TIMEOUT,
        isolation_level=None,
    )
    connection.execute("PRAGMA trusted_schema = OFF")
    return connection


def _version(connection: sqlite3.Connection, path: Path) -> int:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (objects,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if version == 0 and objects == 0 and application == 0:
        return 0
    if application != APPLICATION_ID:
        raise DatabaseError(
            f"{path} is a database of another program, not a tuning database."
        )
    if version > len(MIGRATIONS):
        raise DatabaseError(
            f"{path} was written by a newer tunembed: it has schema {version}, this "
            f"version knows up to {len(MIGRATIONS)}. Upgrade tunembed, or choose "
            "another file with --database."
        )
    return version


def _migrate(connection: sqlite3.Connection, version: int) -> None:
    for script in MIGRATIONS[version:]:
        for statement in script.split(";"):
            connection.execute(statement)
    if version < len(MIGRATIONS):
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")


def _check_tables(connection: sqlite3.Connection, path: Path) -> None:
    rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    if missing := sorted(_TABLES - {name for (name,) in rows}):
        raise DatabaseError(f"{path} is corrupt: it has no table {missing[0]!r}.")


@contextmanager
def _explaining(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise DatabaseError(
            f"Cannot write the tuning database {path}: {error.strerror}. "
            "Choose another file with --database or TUNEMBED_DATABASE."
        ) from error
    except sqlite3.DatabaseError as error:
        raise DatabaseError(_explanation(path, error)) from error


def _explanation(path: Path, error: sqlite3.DatabaseError) -> str:
    reason = str(error)
    if "not a database" in reason:
        return f"{path} is not a tuning database ({reason})."
    if "locked" in reason:
        return (
            f"{path} is locked by another process for more than {LOCK_TIMEOUT:.0f} s. "
            "Try again, or choose another file with --database."
        )
    if "readonly" in reason or "unable to open" in reason:
        return (
            f"Cannot open the tuning database {path} ({reason}). "
            "Choose another file with --database or TUNEMBED_DATABASE."
        )
    if "disk is full" in reason:
        return f"Cannot write {path}: the disk is full. Earlier records are intact."
    return (
        f"{path} is corrupt ({reason}). Move it away to start a new one, or restore a "
        "copy."
    )
