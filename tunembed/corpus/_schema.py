"""The SQLite schema of a corpus, and how a file with it is opened safely."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tunembed.corpus._errors import CorpusError

FILE = "corpus.sqlite"
APPLICATION_ID = 0x54554E43  # "TUNC", in the file's header
VERSION = 1
_LOCK_TIMEOUT = 60.0

# Functions are those that were kept; of the others only the numbers are known, in
# `dropped`. `signature` holds what a later function is compared with.
_SCRIPT = """
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE packages (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, version TEXT NOT NULL,
  license TEXT NOT NULL, domain TEXT NOT NULL, origin TEXT NOT NULL,
  status TEXT NOT NULL, seconds REAL NOT NULL);
CREATE TABLE files (
  id INTEGER PRIMARY KEY, package INTEGER NOT NULL REFERENCES packages,
  path TEXT NOT NULL, sha256 TEXT NOT NULL, status TEXT NOT NULL,
  UNIQUE (package, path));
CREATE TABLE modules (
  id INTEGER PRIMARY KEY, file INTEGER NOT NULL REFERENCES files,
  level TEXT NOT NULL, text BLOB NOT NULL);
CREATE TABLE functions (
  id INTEGER PRIMARY KEY, module INTEGER NOT NULL REFERENCES modules,
  name TEXT NOT NULL, source INTEGER NOT NULL, n_instructions INTEGER NOT NULL,
  signature BLOB NOT NULL);
CREATE TABLE dropped (
  package INTEGER NOT NULL REFERENCES packages, level TEXT NOT NULL,
  reason TEXT NOT NULL, number INTEGER NOT NULL,
  PRIMARY KEY (package, level, reason))
"""
_TABLES = {"settings", "packages", "files", "modules", "functions", "dropped"}


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a corpus to read; the file is never changed.

    Parameters
    ----------
    path : Path
        The SQLite file.

    Yields
    ------
    sqlite3.Connection

    Raises
    ------
    CorpusError
        If it is not there, no corpus, damaged, or of another version.
    """
    if not path.is_file():
        raise CorpusError(
            f"There is no corpus at {path.parent}: {path.name} is not there. Build one "
            "with: tunembed corpus build DIRECTORY"
        )
    with explaining(path), closing(_connect(path, "mode=ro")) as connection:
        _check(connection, path)
        yield connection


@contextmanager
def writing(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a corpus to add to it; it is created if it is not there.

    Parameters
    ----------
    path : Path
        The SQLite file.

    Yields
    ------
    sqlite3.Connection
        Whoever writes opens and commits transactions.

    Raises
    ------
    CorpusError
        If it is no corpus, damaged, of another version, locked, or cannot be written.
    """
    with explaining(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with closing(_connect(path, "mode=rwc")) as connection:
            connection.execute("BEGIN IMMEDIATE")
            (objects,) = connection.execute(
                "SELECT count(*) FROM sqlite_master"
            ).fetchone()
            if not objects:
                _create(connection)
            connection.execute("COMMIT")
            _check(connection, path)
            yield connection


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?{mode}",
        uri=True,
        timeout=_LOCK_TIMEOUT,
        isolation_level=None,
    )
    connection.execute("PRAGMA trusted_schema = OFF")
    return connection


def _create(connection: sqlite3.Connection) -> None:
    for statement in _SCRIPT.split(";"):
        connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {VERSION}")


def _check(connection: sqlite3.Connection, path: Path) -> None:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION_ID:
        raise CorpusError(f"{path} is a database of another program, not a corpus.")
    if version != VERSION:
        raise CorpusError(
            f"{path} has schema {version}, this version of tunembed reads {VERSION}. "
            "Build the corpus anew in another folder, or install the version of "
            "tunembed that wrote it."
        )
    rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    if missing := sorted(_TABLES - {name for (name,) in rows}):
        raise CorpusError(f"{path} is damaged: it has no table {missing[0]!r}.")


@contextmanager
def explaining(path: Path) -> Iterator[None]:
    """Turn what SQLite and the file system complain about into a `CorpusError`.

    Parameters
    ----------
    path : Path
        The SQLite file.
    """
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise CorpusError(_explanation(path, str(error))) from error


def _explanation(path: Path, reason: str) -> str:
    if "locked" in reason:
        return (
            f"{path} is locked by another process for more than "
            f"{_LOCK_TIMEOUT:.0f} s: only one may build a corpus."
        )
    if "readonly" in reason or "unable to open" in reason:
        return f"{path} cannot be opened ({reason})."
    if "disk is full" in reason:
        return f"{path} cannot be written: the disk is full. What was there is intact."
    return f"{path} is damaged ({reason}). Build the corpus anew in another folder."
