"""The shipped tuning records as a data set: loop nests and how fast recipes ran."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from importlib.resources import as_file, files
from typing import Any

import numpy as np
import pandas as pd
from sklearn.utils import Bunch

from tunembed.datasets._bunch import check_choice, finished

DATABASE = files("tunembed") / "tuning" / "data" / "tuning.sqlite"
VIEWS = {
    "normal": "split into simple nests, their loops ordered by stride",
    "raw": "as it was written",
    "whole": "as it was written, each outermost loop as one nest",
}
BASELINE = "baseline"
LICENSE = "BSD-3-Clause"
DESCR = """\
Tuning records
--------------

{rows} loop nests of {kernels} kernels, written for tunembed, each run with some of
{columns} recipes: the form of the nest, a compiler, a schedule. In this view a function
is {view}. Measured on {machines}.

Columns of ``data``: the features of ``LoopNestVectorizer`` at the measured sizes.
``runtimes`` are those of the whole kernel, so that a nest with little of the work gains
little, and only of results that were verified. ``"{baseline}"`` is the form of the nest
without any schedule, by the slower of the compilers, or the kernel as it was written
where that was not measured. A schedule's merit is what it adds to that.

Which recipes a nest was run with was not left to chance: a search tried what fits its
kind, the more promising ones first. NaN is no sign of a bad recipe. ``target`` is the
best of those that were tried, often the form itself by the better compiler. Nests of
one ``structure`` are near copies: keep them, or the whole ``family``, on one side of a
split.
"""
REFERENCES = [
    "L. Trümper, T. Ben-Nun, P. Schaad, A. Calotoiu, T. Hoefler. Performance "
    "Embeddings: A Similarity-Based Transfer Tuning Approach to Performance "
    "Optimization. ICS 2023.",
]

# What tells one row from another; then what else is said of it.
_ROW = ["nest_id", "machine_id"]
_GROUPS = ["kernel", "family", "nest", "structure", "sizes", "view", "machine"]
_RECORDS = """
SELECT r.nest_id, r.machine AS machine_id, n.kernel, n.family, n.nest,
  n.nest_hash AS structure, n.sizes, m.machine, c.configuration, s.schedule,
  r.baseline_seconds, r.speedup
FROM records r JOIN nests n ON n.id = r.nest_id
  JOIN machines m ON m.id = r.machine
  JOIN configurations c ON c.id = r.configuration
  JOIN schedules s ON s.id = r.schedule
WHERE r.verified AND r.seconds > 0 AND r.speedup > 0
ORDER BY r.created, r.id
"""
_FEATURES = """
SELECT n.id, n.features, f.names
FROM nests n JOIN feature_sets f ON f.id = n.feature_set
"""


def load_tuning_records(
    view: str = "normal", *, return_X_y: bool = False, as_frame: bool = False
) -> Any:
    """Load the tuning records that ship with tunembed as a data set.

    They are what `tunembed tune` asks: the runtime table and the features of its
    transfer tuning [1]_, without your own records.

    Parameters
    ----------
    view : {"normal", "raw", "whole"}, default="normal"
        In which form of the functions nests are looked at: split into simple nests
        with loops ordered by stride; as written; as written with each outermost loop
        as one nest.
    return_X_y : bool, default=False
        Return ``(data, target)`` only.
    as_frame : bool, default=False
        Whether ``data`` and ``target`` are pandas objects.

    Returns
    -------
    data : Bunch
        ``data`` of shape (n_nests, n_features), float32, ``target`` (the fastest
        recipe, or ``"baseline"``), ``runtimes`` (a DataFrame in seconds, a row per nest
        and machine, a column per recipe, NaN where not measured), ``configurations``,
        ``groups`` (a DataFrame: kernel, family, nest, structure, sizes, view,
        machine), ``feature_names``, ``DESCR``, ``license``, ``references``.
    (data, target) : tuple
        If `return_X_y`.

    Raises
    ------
    ValueError
        If the view is not known.

    References
    ----------
    .. [1] L. Trümper, T. Ben-Nun, P. Schaad, A. Calotoiu, T. Hoefler. "Performance
       Embeddings: A Similarity-Based Transfer Tuning Approach to Performance
       Optimization". ICS 2023.

    Examples
    --------
    >>> from tunembed.datasets import load_tuning_records
    >>> records = load_tuning_records()
    >>> records.configurations[0]
    'baseline'
    >>> bool(records.runtimes["baseline"].notna().all())
    True
    """
    check_choice("view", view, VIEWS)
    with (
        as_file(DATABASE) as path,
        closing(
            sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)
        ) as connection,
    ):
        records = pd.read_sql_query(_RECORDS, connection)
        features = _features(connection)
    settings = pd.DataFrame(list(map(json.loads, records.pop("configuration"))))
    records = records.join(settings[["view", "compiler"]])
    records = records[records["view"] == view]
    nests = records.drop_duplicates(_ROW)
    runtimes = _runtimes(records).reindex(pd.MultiIndex.from_frame(nests[_ROW]))
    runtimes = runtimes.rename_axis(columns=None).reset_index(drop=True)
    machines = nests["machine"].map(_machine)
    groups = nests.assign(machine=machines)[_GROUPS].reset_index(drop=True)
    bunch = Bunch(
        data=features.loc[nests["nest_id"]].reset_index(drop=True),
        target=runtimes.idxmin(axis=1).astype(object),
        runtimes=runtimes,
        configurations=list(runtimes.columns),
        groups=groups,
        DESCR=DESCR.format(
            rows=len(groups),
            kernels=groups["kernel"].nunique(),
            columns=runtimes.shape[1] - 1,
            view=VIEWS[view],
            machines="; ".join(machines.unique()),
            baseline=BASELINE,
        ),
        license=LICENSE,
        references=REFERENCES,
    )
    return finished(bunch, return_X_y=return_X_y, as_frame=as_frame)


def _features(connection: sqlite3.Connection) -> pd.DataFrame:
    """Return a row per nest, a column per feature of the largest set of them."""
    table = pd.read_sql_query(_FEATURES, connection, index_col="id")
    sets = {text: json.loads(text) for text in table["names"].unique()}
    rows = [
        dict(zip(sets[row.names], np.frombuffer(row.features, "<f4"), strict=True))
        for row in table.itertuples()
    ]
    columns = max(sets.values(), key=lambda names: (len(names), names))
    return pd.DataFrame(rows, table.index, columns, dtype=np.float32)


def _runtimes(records: pd.DataFrame) -> pd.DataFrame:
    """Return seconds: a row per nest and machine, the baseline and every recipe.

    Original and candidate ran in turns; their ratio says more than the times.
    """
    labels = records["view"] + " | " + records["compiler"] + " | " + records["schedule"]
    seconds = records["baseline_seconds"] / records["speedup"]
    runtimes = records.assign(label=labels, seconds=seconds).pivot_table(
        index=_ROW, columns="label", values="seconds", aggfunc="median"
    )
    written = records.groupby(_ROW)["baseline_seconds"].median()
    unscheduled = runtimes[labels[records["schedule"] == ""].unique()].max(axis=1)
    runtimes.insert(0, BASELINE, unscheduled.fillna(written))
    return runtimes


def _machine(text: str) -> str:
    """Return the short description of a machine from its fingerprint."""
    machine = json.loads(text)
    return f"{machine['cpu']}, {machine['cores']} cores, {machine['memory_gib']} GiB"
