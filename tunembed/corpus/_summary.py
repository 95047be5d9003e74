"""A corpus in a few tables of counts."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from typing import TYPE_CHECKING

from tunembed.corpus._corpus import Corpus

if TYPE_CHECKING:
    import pandas as pd

_REASONS = ("copy", "near copy", "contaminated", "small", "large")


def summarize(corpus: Corpus) -> dict[str, pd.DataFrame]:
    """Return what is in a corpus, and what was left out.

    Parameters
    ----------
    corpus : Corpus

    Returns
    -------
    dict of str to DataFrame
        By title: by level, by origin, and by package with the largest first. A row has
        the number of functions kept, of different source functions among them, of their
        instructions, and of functions dropped, by reason.
    """
    functions, dropped = corpus.functions, corpus.dropped
    manifest = corpus.manifest()
    names = corpus.path.parent.name
    tables = {
        f"{names}: functions by level": _counts(functions, dropped, "level"),
        "By origin": _counts(functions, dropped, "origin"),
        "By package": _counts(functions, dropped, "package"),
    }
    is_problem = ~manifest["status"].isin(["done", "open"])
    if is_problem.any():
        columns = ["package", "version", "status"]
        tables["Packages that could not be had"] = manifest.loc[is_problem, columns]
    return tables


def _counts(
    functions: pd.DataFrame, dropped: pd.DataFrame, column: str
) -> pd.DataFrame:
    """Return the counts for every value of a column, and for all together."""
    import pandas as pd

    kept = functions.groupby(column).agg(
        functions=("id", "size"),
        sources=("source", "nunique"),
        instructions=("n_instructions", "sum"),
    )
    lost = dropped.pivot_table(
        index=column, columns="reason", values="number", aggfunc="sum", fill_value=0
    ).reindex(columns=list(_REASONS), fill_value=0)
    table = kept.join(lost, how="outer").fillna(0).astype(int)
    if column == "package":
        table = table.sort_values("functions", ascending=False)
    total = table.sum()
    total["sources"] = functions["source"].nunique()
    table = pd.concat([table, total.to_frame("all").T])
    return table.rename_axis(column).reset_index()
