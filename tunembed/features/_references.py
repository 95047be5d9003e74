"""Accesses to arrays: which loops move them, and by how much."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import math
from collections.abc import Iterator
from dataclasses import dataclass
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
    """

    access: Access
    place: StatementInfo
    array: Array
    weight: float
    moves: tuple[dict[int, float], ...]
    sizes: tuple[float, ...]

    @property
    def is_write(self) -> bool:
        """Whether it is a write."""
        return self.access.kind == "write"

    @property
    def loops(self) -> frozenset[int]:
        """The loops that move it."""
        return frozenset(index for move in self.moves for index in move)

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
                found.append(
                    Reference(
                        access,
                        item,
                        array,
                        view.weights[item],
                        _moves(view, access, item, writers),
                        _sizes(view, access, array),
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
                index = view.tree.resolve(name, place.path)
                if index is not None:
                    step = view.tree.loops[index].loop.step or 1
                    move[index] = float(factor * step)
        moves.append(move)
    return tuple(moves)


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


def _sizes(view: "NestView", access: Access, array: Array) -> tuple[float, ...]:
    """Return the bytes between neighbours of each dimension."""
    rank = len(access.subscripts)
    sizes: list[float] = []
    size = array.itemsize
    unknown = view.numbers.default
    for extent in extents_of(view, access, array)[::-1]:
        sizes.append(size)
        size *= unknown if extent is None else extent
    if len(sizes) < rank:
        sizes.append(array.record)
    while len(sizes) < rank:
        sizes.append(sizes[-1] * unknown)
    return tuple(sizes[::-1])


def extents_of(
    view: "NestView", access: Access, array: Array
) -> tuple[float | None, ...]:
    """Return the extents of the last dimensions of an access, as far as known."""
    if access.shape:
        return tuple(
            None if extent is None else view.numbers.affine(extent)
            for extent in access.shape
        )
    return array.extents[: len(access.subscripts)]
