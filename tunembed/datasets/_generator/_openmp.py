"""OpenMP pragmas where the loops allow them."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from collections.abc import Sequence

from tunembed.datasets._generator._code import Branch, Loop, Node, walk
from tunembed.datasets._generator._draw import Draw

_SCHEDULES = ("", "", "static", "static, 8", "dynamic", "dynamic, 4", "guided")


def add_pragmas(nodes: Sequence[Node], draw: Draw) -> None:
    """Put pragmas in front of loops, of one at least if any loop may have one."""
    _share(nodes, draw)
    parallel = [loop for loop in walk(nodes) if loop.parallel]
    if parallel and not any(loop.pragma for loop in parallel):
        _divide(parallel[0], draw)


def _share(nodes: Sequence[Node], draw: Draw) -> None:
    """Divide some loops among threads, none inside of another one."""
    for node in nodes:
        if isinstance(node, Branch):
            _share([*node.body, *node.orelse], draw)
        elif isinstance(node, Loop):
            if node.parallel and draw.chance(75):
                _vectorize(_divide(node, draw), draw)
            else:
                _share(node.body, draw)


def _divide(loop: Loop, draw: Draw) -> list[Node]:
    """Mark a loop, and return what is below the mark."""
    words, body = ["#pragma omp parallel for"], loop.body
    if _is_innermost(loop) and draw.chance(30):
        words.append("simd")
    inner = _perfect(loop)
    if inner is not None and draw.chance(30):
        words.append("collapse(2)")
        body = inner.body
    if schedule := draw.one_of(_SCHEDULES):
        words.append(f"schedule({schedule})")
    loop.pragma = " ".join(words + _clauses(loop))
    return body


def _perfect(loop: Loop) -> Loop | None:
    """Return the only thing in a loop, if it is a loop that may be merged with it."""
    (first, *rest) = loop.body
    if rest or not isinstance(first, Loop) or not first.parallel:
        return None
    bounds = f"{first.lower} {first.upper}".replace("(", " ").replace(")", " ").split()
    is_rectangle = loop.iterator not in bounds and first.reductions == loop.reductions
    return first if is_rectangle and "[" not in "".join(bounds) else None


def _vectorize(nodes: Sequence[Node], draw: Draw) -> None:
    """Mark some innermost loops for vector instructions."""
    for loop in walk(nodes):
        if _is_innermost(loop) and loop.parallel and draw.chance(35):
            loop.pragma = " ".join(["#pragma omp simd", *_clauses(loop)])


def _is_innermost(loop: Loop) -> bool:
    return not any(isinstance(node, Loop | Branch) for node in loop.body)


def _clauses(loop: Loop) -> list[str]:
    names: dict[str, list[str]] = {}
    for operator, name in loop.reductions:
        names.setdefault(operator, []).append(name)
    return [f"reduction({key}:{','.join(group)})" for key, group in names.items()]
