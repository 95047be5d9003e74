"""The records of a survey that ship with the package: rows, and their machine."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import gzip
import io
import json
from importlib.resources import files
from typing import Any

import pandas as pd

FOLDER = files("tunembed.datasets") / "records"
BASELINE = "baseline"
_MACHINE = "# machine "


def read_records(name: str, machine: str | None) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Read the rows of one machine.

    Parameters
    ----------
    name : str
        Of the file, without ``.csv.gz``.
    machine : str or None
        An identifier, or its beginning; None: the machine with most rows.

    Returns
    -------
    rows : DataFrame
        In the order in which they were measured.
    machine : dict
        Its fingerprint, with the compiler, and ``id``.

    Raises
    ------
    ValueError
        If there are no rows of such a machine, or of several.
    """
    text = gzip.decompress((FOLDER / f"{name}.csv.gz").read_bytes()).decode()
    lines = text.splitlines(keepends=True)
    described = [line[len(_MACHINE) :] for line in lines if line.startswith(_MACHINE)]
    known = {
        key: json.loads(value)
        for key, _, value in (line.partition(" ") for line in described)
    }
    plain = io.StringIO("".join(line for line in lines if line[0] != "#"))
    # An outcome or a label is a word; nothing else is a missing value than no text.
    rows = pd.read_csv(plain, keep_default_na=False, na_values=[""])
    counts = rows["machine"].value_counts()
    found = [key for key in counts.index if key.startswith(machine or "")]
    if not found or (machine and len(found) > 1):
        raise ValueError(
            f"machine must be the beginning of one of {sorted(counts.index)}, "
            f"got {machine!r}"
        )
    chosen = rows[rows["machine"] == found[0]].reset_index(drop=True)
    return chosen.drop(columns="machine"), {"id": found[0], **known[found[0]]}


def describe_machine(machine: dict[str, Any]) -> str:
    """Return a machine in a few words."""
    return (
        f"{machine['cpu']}, {machine['cores']} cores, "
        f"{machine['memory_gib']} GiB, {machine['compiler']}"
    )


def to_table(rows: pd.DataFrame, index: str, values: str) -> pd.DataFrame:
    """Return a row per subject, a column per configuration, in order of appearance.

    Parameters
    ----------
    rows : DataFrame
        With ``configuration``.
    index, values : str
        Columns.
    """
    last = rows.drop_duplicates([index, "configuration"], keep="last")
    table = last.pivot(index=index, columns="configuration", values=values)
    table = table.reindex(
        index=list(dict.fromkeys(rows[index])),
        columns=list(dict.fromkeys(rows["configuration"])),
    )
    return table.rename_axis(index=None, columns=None)
