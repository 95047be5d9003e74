"""Sketches for tables over intervals: parsing, chains of products, folding."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from collections.abc import Iterator

from tunembed.schedules import Loop, Plan
from tunembed.tuning._applied import applied

# Ends per block; rows and columns of a register tile of doubles.
_SHAPES = ((64, 4, 8), (32, 4, 8), (48, 6, 8), (128, 4, 8))


def interval_sketches(plan: Plan, root: Loop, wide: bool) -> Iterator[str]:
    """Yield blocked computations of the tables that a nest fills.

    Parameters
    ----------
    plan : Plan
    root : Loop
        Outermost loop of the nest.
    wide : bool
        Whether twice as many elements fit into a register as doubles do.

    Yields
    ------
    text : str
        Of a schedule, the more promising first.
    """
    for array in _tables(plan, root):
        for size, rows, columns in _SHAPES:
            tile = f"i_m={rows}, j_m={columns * 2 if wide else columns}"
            yield "; ".join(
                [
                    f"intervals({array}={size})",
                    f"register_tile(k_m, {tile})",
                    "simd(j_e)",
                    'parallel(block, schedule="dynamic", chunk=1)',
                ]
            )


def _tables(plan: Plan, root: Loop) -> list[str]:
    """Return the arrays for which the step can be applied."""
    statements = [plan.scop.statements[name] for name in sorted(root.index)]
    updated = {
        access.array
        for statement in statements
        for access in statement.accesses
        if access.is_reduction and len(access.subscripts) == 2
    }
    return [
        array for array in sorted(updated) if applied(plan, f"intervals({array}=64)")
    ]
