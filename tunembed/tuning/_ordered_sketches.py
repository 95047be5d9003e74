"""Sketches for loops whose iterations must run in order: waves, cuts and rows.

None of their loops is parallel as it stands. Time tiles run several sweeps while data
are in the cache, and tiles on one wave run at once (Wolfe 1986; Wonnacott 2000); a loop
cut at the iteration that the others need has parallel parts; several rows of a
recurrence run side by side.
"""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from tunembed.schedules import Loop, perfect_chain

_TIME_TILES = ((16, 32), (32, 64), (8, 16), (16, 64), (4, 32))
_ROWS = (4, 8, 2)
_ROW_TILES = ((32, 128), (64, 256), (32, 256))


def ordered_sketches(root: Loop) -> list[Iterator[str]]:
    """Return what could be tried on a nest, one iterator per kind.

    Parameters
    ----------
    root : Loop
        Outermost loop of the nest.

    Returns
    -------
    list of iterator of str
        Texts of schedules, the more promising first.
    """
    return [_sweeps(root), _cuts(root), _rows(root)]


def _sweeps(root: Loop) -> Iterator[str]:
    """Yield time tiles over one or several sweeps inside of `root`."""
    inner = [node for node in root.body if isinstance(node, Loop)]
    if not inner or len(inner) < len(root.body):
        return
    edges, sweeps = _edges_and_sweeps(inner)
    first, *others = (loop.name for loop in sweeps)
    heads = [
        [*_sunk(edges, first), *_joined(first, others, lags)] for lags in _lags(others)
    ]
    for (time, block), head in itertools.product(_TIME_TILES, heads):
        for factor in (2, 1) if others else (1, 2):
            skewed = [*head, f"skew({root.name}, {first}={factor})"]
            tile = f"tile({root.name}={time}, {first}={block})"
            yield "; ".join([*skewed, tile, *_wave(root.name, first)])
            if not others:
                yield "; ".join([*skewed, tile])
        if not others:
            yield from _sweeps_with_rows(root, sweeps[0], time, block)
    for head in heads if others else []:
        yield "; ".join(head)


def _edges_and_sweeps(loops: list[Loop]) -> tuple[list[Loop], list[Loop]]:
    """Tell loops over an edge of the grid in front from those over all of it."""
    depth = [len(perfect_chain(loop)) for loop in loops]
    count = next(n for n, found in enumerate(depth) if found == max(depth))
    return loops[:count], loops[count:]


def _sunk(edges: list[Loop], first: str) -> list[str]:
    """Return the steps that bring edges into the first iteration of a sweep."""
    return [f"sink({name}, {first}, at=0)" for edge in edges for name in edge.index]


def _lags(others: Sequence[str]) -> list[tuple[int, ...]]:
    """Return by how many rows each sweep could stay behind the first one."""
    count = len(others)
    return list(
        dict.fromkeys(
            [
                tuple(range(1, count + 1)),
                (0,) * max(0, count - 1) + (1,) * min(1, count),
                (0,) * count,
            ]
        )
    )


def _joined(first: str, others: Sequence[str], lags: Sequence[int]) -> list[str]:
    """Return the steps that make one loop of several sweeps."""
    steps = []
    for name, lag in zip(others, lags, strict=True):
        steps += [f"shift({name}, by={lag})"] if lag else []
        steps.append(f"fuse({first}, {name})")
    return steps


def _sweeps_with_rows(root: Loop, inner: Loop, time: int, block: int) -> Iterator[str]:
    """Yield time tiles of a sweep in place, some of its rows side by side."""
    chain = [loop.name for loop in perfect_chain(inner)]
    if len(chain) < 2:
        return
    first, second = chain[:2]
    for lag in (1, 2):
        for rows in _ROWS[:2]:
            yield "; ".join(
                [
                    f"skew({root.name}, {first}=1, {second}=1)",
                    f"skew({first}, {second}={lag})",
                    f"tile({root.name}={time}, {first}={block})",
                    f"unroll_and_jam({first}={rows})",
                    *_wave(root.name, first),
                ]
            )


def _wave(outer: str, inner: str) -> list[str]:
    """Return the steps that run the tiles on one wave at once."""
    return [
        f"skew({outer}_t, {inner}_t=1)",
        f"interchange({inner}_t, {outer}_t)",
        f"parallel({outer}_t)",
    ]


def _cuts(root: Loop) -> Iterator[str]:
    """Yield cuts of the inner loops at the iteration of the outermost one."""
    outer, *inner = (loop.name for loop in perfect_chain(root))
    for depth in range(len(inner), 0, -1):
        cut = [text for name in inner[:depth] for text in _cut(name, outer)]
        for threads in _parts(inner[:1], "parallel"):
            lanes = _parts(inner[-1:] if depth == len(inner) > 1 else [], "simd")
            for last in lanes:
                yield "; ".join([*cut, *last, *threads])


def _cut(name: str, outer: str) -> list[str]:
    return [f"split({name}, {outer})", f"split({name}_r, {outer}=1)"]


def _parts(names: Sequence[str], step: str) -> list[list[str]]:
    """Return a step for both long parts of a loop, and no step."""
    both = [f"{step}({name}{part})" for name in names for part in ("", "_rr")]
    return [both, []] if both else [[]]


def _rows(root: Loop) -> Iterator[str]:
    """Yield rows of a recurrence side by side, and waves over blocks of them."""
    chain = [loop.name for loop in perfect_chain(root)]
    if len(chain) < 2:
        return
    row, column = chain[-2:]
    for lag in (1, 2):
        for rows in _ROWS:
            yield f"skew({row}, {column}={lag}); unroll_and_jam({row}={rows})"
    for height, width in _ROW_TILES:
        tile = f"tile({row}={height}, {column}={width})"
        wave = _wave(row, column)
        yield "; ".join([tile, *wave])
        yield "; ".join([f"skew({row}, {column}=1)", tile, *wave])
        jam = f"unroll_and_jam({row}=4)"
        yield "; ".join([f"skew({row}, {column}=1)", tile, jam, *wave])
