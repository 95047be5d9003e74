"""How fast loops run by vectorisation width and interleave count."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import os
from typing import Any

import pandas as pd
from sklearn.utils import Bunch

from tunembed.datasets._bunch import finished
from tunembed.datasets._survey_records import (
    BASELINE,
    describe_machine,
    read_records,
    to_table,
)
from tunembed.datasets._vectorization_loops import (
    INTERLEAVES,
    LICENSE,
    REFERENCES,
    WIDTHS,
    fetch_vectorization_loops,
)

DESCR = """\
Runtimes of vectorised loops
----------------------------

{rows} loops of `fetch_vectorization_loops`, {sources} different programs around
{kernels} functions, each timed under all {configurations} pairs of vectorisation width
and interleave count, ``#pragma clang loop vectorize_width(VF) interleave_count(IF)``,
and without a pragma: ``"{baseline}"``, what the compiler chooses by ``-O3
-march=native``. ``runtimes`` are seconds of one call. Measured on {machine}, by
`tunembed survey vectorization`; no two of the loops are the same but for names.

What is the same machine code was measured once: on average a loop has {codes:.1f}
different codes for its {columns} columns. ``applied`` says what the compiler made of
each, such as ``"16x4"``; ``"1x1"``: neither vectorised nor interleaved. It ignores a
pragma where it cannot or need not follow it: a width above the number of iterations,
say. ``spread`` is half the width of the 95 % interval of the ratio to the baseline.

All programs compute with integers; all arrays are filled. The largest have 16 MiB.
"""


def load_vectorization_runtimes(
    machine: str | None = None,
    *,
    programs: bool = True,
    data_home: str | os.PathLike[str] | None = None,
    return_X_y: bool = False,
    as_frame: bool = False,
    n_retries: int = 3,
    delay: float = 1.0,
) -> Any:
    """Load how fast loops ran by vectorisation width and interleave count.

    The runtimes ship with tunembed; the programs are those of NeuroVectorizer [1]_.

    Parameters
    ----------
    machine : str, default=None
        The identifier of a machine, or its beginning; None: the one with most rows.
    programs : bool, default=True
        Whether `fetch_vectorization_loops` is asked for the programs. Otherwise
        ``data`` are their names, and nothing is fetched.
    data_home : path-like, optional
        Where archives are kept; scikit-learn's data home if not given.
    return_X_y : bool, default=False
        Return ``(data, target)`` only.
    as_frame : bool, default=False
        Whether ``data`` and ``target`` are Series.
    n_retries : int, default=3
    delay : float, default=1.0
        Seconds between them.

    Returns
    -------
    data : Bunch
        ``data`` (a list of texts, for `tunembed.features.ProgramParser`), ``target``
        (the fastest column of each row), ``runtimes`` (a DataFrame in seconds, a row
        per loop, a column per configuration, NaN where its result was wrong),
        ``configurations`` (the baseline, then the texts that follow ``#pragma clang
        loop``), ``factors`` (a DataFrame, a row per configuration: vectorize_width,
        interleave_count, 0 for the baseline), ``applied`` and ``spread`` (DataFrames
        like ``runtimes``), ``groups`` (a DataFrame: kernel, the function with the loop,
        and source, the same for programs that differ in names and numbers only),
        ``names``, ``baseline``, ``auxiliary`` (none), ``machine`` (a dict),
        ``feature_names`` (None), ``DESCR``, ``license``, ``references``.
    (data, target) : tuple
        If `return_X_y`.

    Raises
    ------
    OSError
        If the programs can neither be found nor fetched.
    ValueError
        If there are no runtimes of the machine, or the files not those that are known.

    References
    ----------
    .. [1] A. Haj-Ali et al. "NeuroVectorizer: End-to-End Vectorization with Deep
       Reinforcement Learning". CGO 2020.

    Examples
    --------
    >>> from tunembed.datasets import load_vectorization_runtimes
    >>> loops = load_vectorization_runtimes(programs=False)
    >>> loops.runtimes.shape[1], loops.baseline
    (36, 'baseline')
    """
    rows, about = read_records("vectorization", machine)
    codes = len(rows) / rows["loop"].nunique()
    rows = rows.assign(configuration=rows["versions"].str.split(" "))
    rows = rows.explode("configuration", ignore_index=True)
    rows["spread"] = (rows["high"] - rows["low"]) / (2 * rows["ratio"])
    factors = _factors()
    tables = {}
    for name in ("seconds", "applied", "spread"):
        table = to_table(rows, "loop", name)[[BASELINE, *factors["short"].iloc[1:]]]
        names = list(table.index)
        tables[name] = table.reset_index(drop=True).set_axis(factors.index, axis=1)
    runtimes = tables["seconds"]
    first = rows.drop_duplicates("loop").set_index("loop")
    groups = first.loc[names, ["kernel", "source"]].reset_index(drop=True)
    options = {"data_home": data_home, "n_retries": n_retries, "delay": delay}
    texts = _programs(names, **options) if programs else names
    bunch = Bunch(
        data=pd.Series(texts, dtype=object, name="program"),
        target=runtimes.idxmin(axis=1).astype(object),
        runtimes=runtimes,
        configurations=list(runtimes.columns),
        factors=factors.drop(columns="short"),
        applied=tables["applied"],
        spread=tables["spread"],
        groups=groups,
        names=names,
        baseline=BASELINE,
        auxiliary=[],
        machine=about,
        DESCR=DESCR.format(
            rows=len(names),
            sources=groups["source"].nunique(),
            kernels=groups["kernel"].nunique(),
            configurations=len(factors) - 1,
            columns=len(factors),
            codes=codes,
            baseline=BASELINE,
            machine=describe_machine(about),
        ),
        license=LICENSE,
        references=REFERENCES,
    )
    return finished(bunch, return_X_y=return_X_y, as_frame=as_frame)


def _factors() -> pd.DataFrame:
    """Return both factors of each configuration, and its name in the records."""
    pairs = [(0, 0), *((width, count) for width in WIDTHS for count in INTERLEAVES)]
    table = pd.DataFrame(pairs, columns=["vectorize_width", "interleave_count"])
    table["short"] = [f"{width}x{count}" for width, count in pairs]
    table.index = pd.Index(
        [BASELINE]
        + [f"vectorize_width({w}) interleave_count({c})" for w, c in pairs[1:]]
    )
    return table


def _programs(names: list[str], **options: Any) -> list[str]:
    loops = fetch_vectorization_loops(**options)
    texts = dict(zip(loops.names, loops.data, strict=True))
    return [texts[name] for name in names]
