"""A CSV file that a survey appends to, so that it goes on where it stopped."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from tunembed._toolchain import Compiler
from tunembed.kernels import fingerprint_id, machine_fingerprint

_MACHINE = "# machine"


class RecordsError(ValueError):
    """A file is not one that the survey can append to."""


class Records:
    """Rows of a survey in a CSV file, with the machine of each.

    A machine is described once, by a line ``# machine ID JSON``; rows name it in their
    last column.

    Parameters
    ----------
    path : Path
        A new file, or one that the same survey has written to.
    columns : sequence of str
        Without the machine.
    subject : str
        The column that says what a row is about.
    compiler : Compiler
        Belongs to the machine.

    Raises
    ------
    RecordsError
        If the file has other columns.
    """

    def __init__(
        self, path: Path, columns: Sequence[str], subject: str, compiler: Compiler
    ) -> None:
        self.path = path
        self.columns = [*columns, "machine"]
        self.subject = subject
        self.machine = machine_fingerprint(compiler)
        self.machine_id = fingerprint_id(self.machine)
        self._text = path.read_text("utf-8") if path.exists() else ""
        rows = [line for line in self._text.splitlines() if line and line[0] != "#"]
        if rows and rows[0].split(",") != self.columns:
            raise RecordsError(
                f"{path} has the columns {rows[0]!r}, not those of this survey. "
                "Name a new file."
            )
        self._is_new = not rows

    def finished(self) -> set[str]:
        """Return the subjects that have rows of this machine."""
        lines = [line for line in self._text.splitlines() if not line.startswith("#")]
        return {
            row[self.subject]
            for row in csv.DictReader(lines)
            if row["machine"] == self.machine_id
        }

    def append(self, rows: Iterable[Mapping[str, object]]) -> None:
        """Write all rows of one subject at once.

        Parameters
        ----------
        rows : iterable of mapping
            Numbers are written with four digits.
        """
        text = io.StringIO()
        if f"{_MACHINE} {self.machine_id} " not in self._text:
            described = json.dumps(self.machine, sort_keys=True)
            text.write(f"{_MACHINE} {self.machine_id} {described}\n")
        writer = csv.DictWriter(text, self.columns, lineterminator="\n")
        if self._is_new:
            writer.writeheader()
            self._is_new = False
        for row in rows:
            cells = {name: _cell(value) for name, value in row.items()}
            writer.writerow({**cells, "machine": self.machine_id})
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(text.getvalue())
        self._text += text.getvalue()


def _cell(value: object) -> object:
    if isinstance(value, float):
        return "" if value != value else f"{value:.4g}"
    return value
