"""Features of updates: what is reduced, by which operator, over which loops."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from collections.abc import Sequence

from tunembed.features._tree import StatementInfo
from tunembed.features._view import NestView
from tunembed.parsers import Reduction

Update = tuple[StatementInfo, Reduction]


def measure_reductions(view: NestView) -> dict[str, float]:
    """Return the features ``reduction_*``."""
    found = [
        (item, item.statement.reduction)
        for item in view.tree.statements
        if item.statement.reduction is not None
    ]
    operators = [reduction.operator for _, reduction in found]
    loops = [_reduced(view, item.path, reduction) for item, reduction in found]
    main = [
        reduced
        for (item, _), reduced in zip(found, loops, strict=True)
        if view.innermost in item.path
    ]
    return {
        "reduction_sum": operators.count("+"),
        "reduction_minmax": operators.count("min") + operators.count("max"),
        "reduction_other": sum(operator in "*&|^" for operator in operators),
        "reduction_scan": _count_scans(view, found, loops),
        "reduction_scalar": sum(not reduction.subscripts for _, reduction in found),
        "reduction_loops": max(map(len, loops), default=0),
        "reduction_inner": any(view.innermost in reduced for reduced in main),
        "reduction_outer": any(view.main[0] in reduced for reduced in loops),
    }


def _reduced(
    view: NestView, path: tuple[int, ...], reduction: Reduction
) -> frozenset[int]:
    """Return the loops around a reduction that do not move what it updates."""
    if not reduction.subscripts:
        if reduction.array in view.inside:
            path = path[len(_home(view, reduction.array)) :]
        return frozenset(path)
    (write,) = (item for item in view.references if item.access is reduction.write)
    return frozenset(index for index in path if not write.advances(index))


def _home(view: NestView, name: str) -> tuple[int, ...]:
    """Return the loops around the declaration of a variable."""
    for info in view.tree.loops:
        if name in info.loop.declares:
            return info.path
    for item in view.tree.statements:
        if name in item.statement.declares:
            return item.path
    return ()


def _count_scans(
    view: NestView, updates: Sequence[Update], loops: Sequence[frozenset[int]]
) -> int:
    """Count scalars whose intermediate values are used, as in a prefix sum.

    Those are scalars updated over a loop and read by another statement in that loop,
    and scalars computed from themselves in a way that is no reduction.
    """
    found = set()
    for (item, reduction), reduced in zip(updates, loops, strict=True):
        for other in view.tree.statements:
            if other is not item and reduced & set(other.path):
                if not reduction.subscripts and _reads(other, reduction.array):
                    inner = max(reduced)
                    if inner in other.path:
                        found.add(reduction.array)
    for item in view.tree.statements:
        if item.statement.reduction is None and not item.statement.opaque:
            for access in item.statement.accesses:
                if access.kind == "write" and not access.subscripts:
                    if _reads(item, access.array):
                        found.add(access.array)
    return len(found)


def _reads(item: StatementInfo, name: str) -> bool:
    return any(
        access.array == name and access.kind == "read"
        for access in item.statement.accesses
    )
