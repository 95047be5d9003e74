"""Sketches for recurrences of independent rows: rows side by side in vector lanes.

In ``for i for j x[i][j] += a * x[i][j - 1]`` rows are independent and elements of a row
are not. A block of rows is moved innermost; a copy with rows and columns exchanged
makes what the lanes touch contiguous.
"""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from collections.abc import Collection, Iterator

from tunembed.schedules import Loop, Plan, perfect_chain

_ROWS = (16, 8, 32)


def lane_sketches(plan: Plan, root: Loop, free: Collection[str]) -> Iterator[str]:
    """Yield blocks of rows in lanes, with and without copies of what they touch.

    Parameters
    ----------
    plan : Plan
    root : Loop
        Outermost loop of the nest.
    free : collection of str
        Names of the loops whose iterations are independent.

    Yields
    ------
    text : str
        Of a schedule, the more promising first.
    """
    chain = [loop.name for loop in perfect_chain(root)]
    rows = [name for name in chain[:-1] if name in free]
    if not rows or chain[-1] in free:
        return
    row, column = rows[-1], chain[-1]
    turned = _turned(plan, root, row, column)
    for size in _ROWS:
        lanes = [f"tile({row}={size})", f"interchange({column}, {row})", f"simd({row})"]
        copies = [f"pack({array}, {row}_t, transpose=true)" for array in turned]
        yield "; ".join([*lanes, *copies, f"parallel({row}_t)"])
        if copies:
            yield "; ".join([*lanes, f"parallel({row}_t)"])


def _turned(plan: Plan, root: Loop, row: str, column: str) -> list[str]:
    """Return the arrays that have a row's elements one behind the other."""
    loops = {loop.name: loop for loop in perfect_chain(root)}
    found = []
    for name in sorted(root.index):
        over, along = (loops[n].index[name].removeprefix("-") for n in (row, column))
        for access in plan.scop.statements[name].accesses:
            *outer, last = access.subscripts or (None,)
            if last is None or None in outer or last.coefficient(over):
                continue
            if last.coefficient(along) and any(s.coefficient(over) for s in outer if s):
                found.append(access.array)
    return list(dict.fromkeys(found))
