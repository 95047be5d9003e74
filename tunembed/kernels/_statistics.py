"""Medians and their confidence intervals."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np


def median_interval(
    values: Sequence[float], confidence: float = 0.95
) -> tuple[float, float, float]:
    """Median and its distribution-free confidence interval.

    The interval runs from one order statistic to another. Their ranks are the narrowest
    symmetric ones that a binomial distribution with p = 1/2 allows [1]_. Fewer than six
    values cannot give 95 %: then it is their range.

    Parameters
    ----------
    values : sequence of float
        At least one.
    confidence : float, default=0.95
        Coverage.

    Returns
    -------
    median, low, high : float
        The median and its interval.

    References
    ----------
    .. [1] H. A. David, H. N. Nagaraja, "Order Statistics", 3rd ed., Wiley, 2003,
       section 7.1.

    Examples
    --------
    >>> median_interval([3.0, 1.0, 2.0])
    (2.0, 1.0, 3.0)
    """
    ordered = np.sort(np.asarray(values, dtype=np.float64))
    rank = _rank(len(ordered), confidence)
    middle = float(np.median(ordered))
    return middle, float(ordered[rank]), float(ordered[len(ordered) - 1 - rank])


@lru_cache(maxsize=1024)
def _rank(count: int, confidence: float) -> int:
    rank, outside = 0, 2.0**-count
    while rank + 1 <= (count - 1) // 2:
        outside += math.comb(count, rank + 1) * 2.0**-count
        if 2 * outside > 1 - confidence:
            break
        rank += 1
    return rank
