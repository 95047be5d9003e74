"""Which of an application's two inputs is the small one, in the NUMA data set."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import numpy as np
import pandas as pd

from tunembed.datasets._numa_regions import describe_regions
from tunembed.datasets._numa_tables import read_table

INPUTS = ("conf1", "conf2")
SIZES = ("small", "large")
# Two inputs whose times differ by less than this are of the same size.
SAME = 1.05


def choose_inputs(members: dict[str, bytes], size: str) -> pd.Series:
    """Return for every region with times the input that is small, or large.

    Inputs belong to an application: all its regions are run on the same one. Where the
    first one takes longer than the second one, the first one is large. Single regions
    would not do: some take as long on both.

    Parameters
    ----------
    members : dict of str to bytes
    size : {"small", "large"}

    Returns
    -------
    Series of str
        By region, in the order of the files.
    """
    first, second = (read_table(members, "values", "time_med", i) for i in INPUTS)
    second = second.reindex(first.index)
    ratio = np.log(first.where(first > 0) / second.where(second > 0)).mean(axis=1)
    applications = describe_regions(first.index)["application"].to_numpy()
    is_swapped = ratio.groupby(applications).transform("mean") > np.log(SAME)
    number = SIZES.index(size)
    chosen = np.where(is_swapped, INPUTS[1 - number], INPUTS[number])
    return pd.Series(chosen, index=first.index)


def read_inputs(
    members: dict[str, bytes], kind: str, measure: str, inputs: pd.Series
) -> pd.DataFrame:
    """Return a table with the row of every region from that of its input.

    Parameters
    ----------
    members : dict of str to bytes
    kind, measure : str
        As of `read_table`.
    inputs : Series of str

    Returns
    -------
    DataFrame
        NaN where a region was not run on that input.
    """
    tables = [
        read_table(members, kind, measure, name).reindex(inputs.index[inputs == name])
        for name in INPUTS
    ]
    return pd.concat(tables).loc[inputs.index]
