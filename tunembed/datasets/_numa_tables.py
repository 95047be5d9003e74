"""The files of the NUMA data set: tables of measurements, and features of regions."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import io
import re
from collections.abc import Iterable

import pandas as pd

FOLDER = "data-executions-time-energy"
STATISTICS = "communication-matrix/statistics-comm-page.csv"
TABLE = re.compile(rf"{FOLDER}/(values|stability)/conf[12]_(time_med|energy)\.csv")
FLAG = "-O3_"
PARAMETERS = [
    "threads",
    "nodes",
    "nodes_again",
    "placement",
    "hyperthreads",
    "prefetcher_mask",
    "pages",
]
METRICS = {
    "CH": "heterogeneity",
    "CHv2": "heterogeneity_v2",
    "CA": "amount",
    "CB": "balance",
    "CBv2": "balance_v2",
    "CC": "centrality",
    "NBC": "neighbor_fraction",
    "SP(16)": "split_fraction_16",
}
COLUMNS = {
    **{short: f"accesses_{metric}" for short, metric in METRICS.items()},
    **{f"P-{short}": f"pages_{metric}" for short, metric in METRICS.items()},
}


def is_wanted(path: str) -> bool:
    """Say whether a file of the archive is read."""
    return path == STATISTICS or TABLE.fullmatch(path) is not None


def read_table(
    members: dict[str, bytes], kind: str, measure: str, name: str
) -> pd.DataFrame:
    """Return a row per region and a column per configuration.

    Parameters
    ----------
    members : dict of str to bytes
    kind : {"values", "stability"}
    measure : {"time_med", "energy"}
    name : {"conf1", "conf2"}

    Returns
    -------
    DataFrame
    """
    content = members[f"{FOLDER}/{kind}/{name}_{measure}.csv"]
    # Rows, but not the header, end in a separator: without index_col=False, pandas
    # takes the regions for an index without a name, and shifts all columns by one.
    table = pd.read_csv(io.BytesIO(content), sep=";", index_col=False)
    return table.set_index("regions").rename(columns=lambda c: c.removeprefix(FLAG))


def read_statistics(content: bytes) -> pd.DataFrame:
    """Return the features of regions by their name and input.

    Parameters
    ----------
    content : bytes
        A row per region, input and number of threads.

    Returns
    -------
    DataFrame
    """
    table = pd.read_csv(io.BytesIO(content)).rename(columns=COLUMNS)
    # One region was traced twice; the authors use what comes first.
    table = table.drop_duplicates(["application", "conf", "threads"])
    wide = table.pivot(index=["application", "conf"], columns="threads")
    wide.columns = [f"{metric}_{threads}" for metric, threads in wide.columns]
    return wide


def configuration_parameters(configurations: Iterable[str]) -> pd.DataFrame:
    """Return the parts of configurations, a row for each, labelled by it.

    Parameters
    ----------
    configurations : iterable of str

    Returns
    -------
    DataFrame
    """
    labels = list(configurations)
    parts = [label.split("_") for label in labels]
    table = pd.DataFrame(parts, index=labels, columns=PARAMETERS)
    numbers = ["threads", "nodes", "hyperthreads", "prefetcher_mask"]
    return table.drop(columns="nodes_again").astype(dict.fromkeys(numbers, int))
