"""Which functions only serve to assess an encoder."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import hashlib

import numpy as np
import pandas as pd
from numpy.typing import NDArray


def held_out(functions: pd.DataFrame, share: float) -> NDArray[np.bool_]:
    """Return which functions are of packages that are held out.

    Packages are chosen by a hash of their names, until they have the wanted share of
    the functions; one with more than twice that is never chosen.

    Parameters
    ----------
    functions : DataFrame
        With a column ``package``.
    share : float
        Between 0 and 1.
    """
    sizes = functions["package"].value_counts()
    wanted = share * len(functions)
    order = sorted(sizes.index, key=lambda name: hashlib.sha256(name.encode()).digest())
    chosen, count = set(), 0
    for package in order:
        if sizes[package] <= 2 * wanted and count + sizes[package] <= 1.2 * wanted:
            chosen.add(package)
            count += sizes[package]
    return functions["package"].isin(chosen).to_numpy()
