"""Put what was found into a corpus, copies left out."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict

import numpy as np

from tunembed.corpus._package import Package
from tunembed.corpus._signature import ALIKE, SKETCH
from tunembed.corpus._work import Found, FoundModule, FoundUnit

_BAND = 4
# How many functions one band may bring up for comparison.
_MOST_COMPARED = 64
_KEYS = np.dtype([("tokens", "<i8"), ("graph", "<i8"), ("sketch", "<u4", (SKETCH,))])
_FILE_BITS = 20


class Known:
    """The functions that are there already, to be compared with."""

    def __init__(self) -> None:
        self.tokens: set[int] = set()
        self.graphs: set[int] = set()
        self._bands: dict[tuple[int, bytes], list[int]] = defaultdict(list)
        self._sketches: list[np.ndarray] = []
        self._sources: list[int] = []

    def add(self, tokens: int, graph: int, sketch: bytes, source: int) -> None:
        """Remember a function."""
        number = len(self._sketches)
        self.tokens.add(tokens)
        self.graphs.add(graph)
        self._sketches.append(np.frombuffer(sketch, dtype="<u4"))
        self._sources.append(source)
        for band in _bands(sketch):
            self._bands[band].append(number)

    def reason(self, found: Found, source: int) -> str:
        """Return whether a function is a copy of one that is there.

        The same function at another level is a copy only if its words or its graph are
        the same.
        """
        if found.tokens in self.tokens:
            return "copy"
        if found.graph in self.graphs or self._is_alike(found.sketch, source):
            return "near copy"
        return ""

    def _is_alike(self, sketch: bytes, source: int) -> bool:
        own = np.frombuffer(sketch, dtype="<u4")
        compared: set[int] = set()
        for band in _bands(sketch):
            compared.update(self._bands.get(band, ())[-_MOST_COMPARED:])
        return any(
            self._sources[number] != source
            and int((self._sketches[number] == own).sum()) >= ALIKE
            for number in compared
        )


def _bands(sketch: bytes) -> list[tuple[int, bytes]]:
    width = 4 * _BAND
    return [
        (start, sketch[start : start + width]) for start in range(0, len(sketch), width)
    ]


class Store:
    """A corpus that grows.

    Parameters
    ----------
    connection : sqlite3.Connection
        As of `tunembed.corpus._schema.writing`.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.known = Known()
        self.n_functions = 0
        rows = connection.execute("SELECT signature, source FROM functions ORDER BY id")
        for signature, source in rows:
            (keys,) = np.frombuffer(signature, dtype=_KEYS)
            self._remember(
                int(keys["tokens"]),
                int(keys["graph"]),
                keys["sketch"].tobytes(),
                source,
            )

    def settings(self) -> dict[str, str]:
        """Return with which settings it is built."""
        rows = self.connection.execute("SELECT name, value FROM settings")
        return dict(rows.fetchall())

    def note(self, values: dict[str, str]) -> None:
        """Note with which settings it is built."""
        self.connection.executemany(
            "INSERT OR REPLACE INTO settings VALUES (?, ?)", values.items()
        )

    def finished(self) -> set[str]:
        """Return the names of the packages that need nothing more."""
        rows = self.connection.execute("SELECT name FROM packages WHERE status='done'")
        return {name for (name,) in rows}

    def open(self, package: Package, license: str) -> tuple[int, set[str]]:
        """Return a package's number, and the paths of its files that are there."""
        self.connection.execute(
            "INSERT INTO packages (name, version, license, domain, origin, status, "
            "seconds) VALUES (?, ?, ?, ?, ?, 'open', 0) ON CONFLICT (name) DO UPDATE "
            "SET version = excluded.version, license = excluded.license",
            (package.name, package.version, license, package.domain, package.origin),
        )
        (number,) = self.connection.execute(
            "SELECT id FROM packages WHERE name = ?", (package.name,)
        ).fetchone()
        rows = self.connection.execute(
            "SELECT path FROM files WHERE package = ?", (number,)
        )
        return number, {path for (path,) in rows}

    def close(self, package: int, status: str, seconds: float) -> None:
        """Note that a package needs nothing more, or what is wrong with it."""
        self.connection.execute(
            "UPDATE packages SET status = ?, seconds = seconds + ? WHERE id = ?",
            (status, seconds, package),
        )

    def add(self, package: int, units: list[FoundUnit]) -> None:
        """Add what was found in units, all of it or nothing."""
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            for unit in units:
                self._add_unit(package, unit)
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")

    def _add_unit(self, package: int, unit: FoundUnit) -> None:
        file = self.connection.execute(
            "INSERT INTO files (package, path, sha256, status) VALUES (?, ?, ?, ?)",
            (package, unit.path, unit.sha256, unit.status),
        ).lastrowid
        assert file is not None
        names: dict[str, int] = {}
        for module in unit.modules:
            dropped = self._add_module(file, module, names)
            self.connection.executemany(
                "INSERT INTO dropped VALUES (?, ?, ?, ?) ON CONFLICT (package, level, "
                "reason) DO UPDATE SET number = number + excluded.number",
                [(package, module.level, why, n) for why, n in dropped.items()],
            )

    def _add_module(
        self, file: int, module: FoundModule, names: dict[str, int]
    ) -> Counter[str]:
        """Add the functions that are new; return how many are not, by reason."""
        dropped: Counter[str] = Counter()
        number = None
        for found in module.functions:
            place = names.setdefault(found.name, len(names))
            source = (file << _FILE_BITS) + place
            reason = found.reason or self.known.reason(found, source)
            if reason:
                dropped[reason] += 1
                if found.tokens:  # what has the same words shares its fate
                    self.known.tokens.add(found.tokens)
                continue
            if number is None:
                number = self.connection.execute(
                    "INSERT INTO modules (file, level, text) VALUES (?, ?, ?)",
                    (file, module.level, module.text),
                ).lastrowid
            self._add_function(number, source, found)
        return dropped

    def _add_function(self, module: int | None, source: int, found: Found) -> None:
        keys = np.zeros((), dtype=_KEYS)
        keys["tokens"], keys["graph"] = found.tokens, found.graph
        keys["sketch"] = np.frombuffer(found.sketch, dtype="<u4")
        self.connection.execute(
            "INSERT INTO functions (module, name, source, n_instructions, signature) "
            "VALUES (?, ?, ?, ?, ?)",
            (module, found.name, source, found.n_instructions, keys.tobytes()),
        )
        self._remember(found.tokens, found.graph, found.sketch, source)

    def _remember(self, tokens: int, graph: int, sketch: bytes, source: int) -> None:
        self.known.add(tokens, graph, sketch, source)
        self.n_functions += 1
