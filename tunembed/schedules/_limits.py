"""A limit on how long isl may think about one schedule."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import islpy as isl

# A few seconds each. Counted, not timed: a verdict must not depend on the machine.
MOST_OPERATIONS = 8_000_000
MOST_OPERATIONS_TO_PRINT = 2_500_000


@contextmanager
def limited_operations(most: int = MOST_OPERATIONS) -> Iterator[None]:
    """Let isl raise `islpy.Error` after so many of its operations.

    Parameters
    ----------
    most : int
        How many operations are allowed inside. Those before are forgotten.
    """
    context = isl.DEFAULT_CONTEXT
    before = context.get_max_operations()
    context.reset_operations()
    context.set_max_operations(most)
    try:
        yield
    finally:
        context.set_max_operations(before)
        context.reset_operations()
