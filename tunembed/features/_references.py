"""Accesses to arrays: which loops move them, and by how much."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from pycparser import c_ast

from tunembed.features._arrays import Array
from tunembed.features._numbers import evaluate
from tunembed.features._tree import StatementInfo
from tunembed.parsers import Access

if TYPE_CHECKING:
    from tunembed.features._view import NestView

CACHE_LINE = 64.0
IRREGULAR = math.inf


@dataclass(frozen=True, eq=False)
class Reference:
    """An access to an array, at a place in a nest.

    Attributes
    ----------
    access : Access
    place : StatementInfo
    array : Array
    weight : float
        Executions per iteration of the main innermost loop.
    moves : tuple of dict of int to float
        For each dimension, how many elements of that dimension each loop moves it
        per iteration; infinite where that is not affine.
    sizes : tuple of float
        Bytes between neighbours in each dimension.
    extents : tuple of float or None
        Of each dimension, None where not known.
    """

    access: Access
    place: StatementInfo
    array: Array
    weight: float
    moves: tuple[dict[int, float], ...]
    sizes: tuple[float, ...]
    extents: tuple[float | None, ...]

    @property
    def is_write(self) -> bool:
        """Whether it is a write."""
        return self.access.kind == "write"

    @cached_property
    def loops(self) -> frozenset[int]:
        """The loops that move it."""
        return frozenset(index for move in self.moves for index in move)

    def advances(self, loop: int) -> bool:
        """Whether a loop surely moves it: not by a subscript that is not affine."""
        return loop in self.loops and math.isfinite(self.stride(loop))

    def stride(self, loop: int) -> float:
        """Return the bytes between two iterations of a loop, infinite if irregular."""
        total = 0.0
        for move, size in zip(self.moves, self.sizes, strict=True):
            total += move.get(loop, 0.0) * size
        return total

    def stride_class(self, loop: int) -> str:
        """Return the class of the stride.

        ``"zero"`` stays, ``"unit"`` goes to a neighbour, ``"small"`` stays within a
        cache line, ``"large"`` does not, ``"irregular"`` is not affine.
        """
        stride = abs(self.stride(loop))
        if math.isinf(stride) or math.isnan(stride):
            return "irregular"
        if not stride:
            return "zero"
        if stride <= self.array.itemsize:
            return "unit"
        return "small" if stride < CACHE_LINE else "large"

    @property
    def own_innermost(self) -> int:
        """The innermost loop around it."""
        return self.place.path[-1]


def references_of(view: "NestView") -> tuple[Reference, ...]:
    """Return all accesses to arrays of a nest."""
    found = []
    writers = _writers(view)
    for item in view.tree.statements:
        for access in item.statement.accesses:
            if access.subscripts:
                array = view.arrays[access.array]
                extents = _extents(view, access, array)
                found.append(
                    Reference(
                        access,
                        item,
                        array,
                        view.weights[item],
                        _moves(view, access, item, writers),
                        _sizes(view, access, extents, array),
                        extents,
                    )
                )
    return tuple(found)


def _writers(view: "NestView") -> dict[str, set[int]]:
    """Return, for each scalar that the nest writes, the loops around its writers."""
    found: dict[str, set[int]] = {}
    for item in view.tree.statements:
        for access in item.statement.accesses:
            if access.kind == "write" and not access.subscripts:
                found.setdefault(access.array, set()).update(item.path)
    return found


def _moves(
    view: "NestView",
    access: Access,
    place: StatementInfo,
    writers: dict[str, set[int]],
) -> tuple[dict[int, float], ...]:
    moves = []
    nodes = _subscript_nodes(access)
    for subscript, node in zip(access.subscripts, nodes, strict=True):
        move: dict[int, float] = {}
        if subscript is None:
            for index in _loops_in(view, node, place, writers):
                speed = _speed(view, node, index, place, writers)
                if speed:
                    move[index] = speed
        else:
            for name, factor in subscript.coefficients.items():
                loop = view.tree.resolve(name, place.path)
                if loop is not None:
                    move[loop] = float(factor * (view.tree[loop].loop.step or 1))
            _add_drift(view, move, place)
        moves.append(move)
    return tuple(moves)


def _add_drift(view: "NestView", move: dict[int, float], place: StatementInfo) -> None:
    """Add the loops that move the ranges of those which move a subscript."""
    for loop in reversed(place.path):
        if loop in move:
            speed = move[loop] / (view.tree[loop].loop.step or 1)
            for other, drift in view.extents[loop].drift.items():
                step = view.tree[other].loop.step or 1
                move[other] = move.get(other, 0.0) + speed * drift * step
                if not move[other]:
                    del move[other]


def _subscript_nodes(access: Access) -> list[c_ast.Node]:
    """Return the code of each subscript, the whole access where they are not apart."""
    chain = []
    node = access.node
    while isinstance(node, c_ast.ArrayRef):
        chain.append(node.subscript)
        node = node.name
    if len(chain) == len(access.subscripts):
        return chain[::-1]
    return [access.node] * len(access.subscripts)


def _loops_in(
    view: "NestView",
    node: c_ast.Node,
    place: StatementInfo,
    writers: dict[str, set[int]],
) -> set[int]:
    """Return the loops on which a subscript depends, scalars in between followed."""
    found: set[int] = set()
    for name in _names(node):
        index = view.tree.resolve(name, place.path)
        if index is not None:
            found.add(index)
        elif name in writers:
            found |= writers[name] & set(place.path)
    return found


def _speed(
    view: "NestView",
    node: c_ast.Node,
    loop: int,
    place: StatementInfo,
    writers: dict[str, set[int]],
) -> float:
    """Return how fast a subscript that is not affine moves, infinite if unknown.

    It is the mean difference over some iterations in the middle of the ranges, which
    is exact for ``i * lda + j``.
    """

    def subscript(shift: float) -> float | None:
        def lookup(name: str) -> float | None:
            index = view.tree.resolve(name, place.path)
            if index is not None:
                mean = view.extents[index].mean
                return math.floor(mean) + (shift if index == loop else 0)
            return None if name in writers else view.numbers.value(name)

        return evaluate(node, lookup)

    step = view.tree.loops[loop].loop.step or 1
    start, end = subscript(0.0), subscript(8.0 * step)
    return IRREGULAR if start is None or end is None else (end - start) / 8


def _names(node: c_ast.Node) -> Iterator[str]:
    stack = [node]
    while stack:
        item = stack.pop()
        if isinstance(item, c_ast.ID):
            yield item.name
        stack.extend(child for _, child in item.children())


def _sizes(
    view: "NestView",
    access: Access,
    extents: tuple[float | None, ...],
    array: Array,
) -> tuple[float, ...]:
    """Return the bytes between neighbours of each dimension."""
    inner = extents if access.shape else array.extents[: len(extents)]
    sizes: list[float] = []
    size = array.itemsize
    for extent in inner[::-1]:
        sizes.append(size)
        size *= extent or view.numbers.default
    if len(sizes) < len(extents):
        sizes.append(array.record)
    while len(sizes) < len(extents):
        sizes.append(sizes[-1] * view.numbers.default)
    return tuple(sizes[::-1])


def _extents(
    view: "NestView", access: Access, array: Array
) -> tuple[float | None, ...]:
    """Return the extent of each dimension, as far as known."""
    rank = len(access.subscripts)
    if len(access.shape) == rank:
        return tuple(
            None if extent is None else view.numbers.affine(extent)
            for extent in access.shape
        )
    return (None,) * (rank - len(array.extents)) + array.extents[:rank]
