"""What integer arrays hold, and how large arrays must be."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from collections.abc import Iterable, Iterator

from pycparser import c_ast

from tunembed.parsers._affine import Affine
from tunembed.parsers._model import Access, Guard, Loop, Node, Parameter, Statement
from tunembed.parsers._ranges import Range, bounds, range_of_loop
from tunembed.parsers._trees import base_name, descend

_MAX_STEPS = 3


class Roles:
    """Finds the roles of the parameters of one function.

    Parameters
    ----------
    node : pycparser FuncDef
    parameters : tuple of Parameter
    """

    def __init__(self, node: c_ast.FuncDef, parameters: Iterable[Parameter]) -> None:
        self._body = node.body
        self._arrays = {item.name: item for item in parameters if item.shape}
        self._integers = {
            name for name, item in self._arrays.items() if _is_integer(item.dtype)
        }
        self._values: dict[str, list[c_ast.Node]] = {}
        self._starts: dict[str, list[c_ast.Node]] = {}
        self._sort_assignments()

    def _sort_assignments(self) -> None:
        headers: set[int] = set()
        for item in descend(self._body):
            if isinstance(item, c_ast.For) and item.init is not None:
                for name, value in _assignments(item.init):
                    self._starts.setdefault(name, []).append(value)
                headers.update(id(part) for part in descend(item.init))
            elif id(item) not in headers:
                for name, value in _assignments(item):
                    self._values.setdefault(name, []).append(value)

    def index_arrays(self) -> dict[str, str | None]:
        """Return integer arrays used in subscripts, with the extent they index.

        The extent is the C text of the indexed array's extent in that dimension, None
        if its declaration does not say.
        """
        found: dict[str, str | None] = {}
        for array, position, subscript in _subscripts(self._body):
            for name in self._sources(subscript, 0):
                extent = self._extent(array, position)
                if found.get(name) is None:
                    found[name] = extent
        return found

    def offset_arrays(self) -> dict[str, str | None]:
        """Return integer arrays used as loop bounds, with what they count.

        The value is the C text of the extent of an array that the loop's iterator
        indexes alone, None if no declaration says.
        """
        found: dict[str, str | None] = {}
        for loop in descend(self._body):
            if not isinstance(loop, c_ast.For) or loop.cond is None:
                continue
            header = [value for _, value in _assignments(loop.init)] + [loop.cond]
            iterators = {name for name, _ in _assignments(loop.init)}
            names = {name for part in header for name in self._sources(part, 0)}
            for name in sorted(names):
                if found.get(name) is None:
                    found[name] = self._indexed_by(loop.stmt, iterators)
        return found

    def _indexed_by(self, body: c_ast.Node, iterators: set[str]) -> str | None:
        for array, position, subscript in _subscripts(body):
            if isinstance(subscript, c_ast.ID) and subscript.name in iterators:
                extent = self._extent(array, position)
                if extent is not None:
                    return extent
        return None

    def _extent(self, array: str, position: int) -> str | None:
        shape = self._arrays[array].shape if array in self._arrays else ()
        extent = shape[position] if position < len(shape) else None
        return None if extent is None else extent.to_c()

    def _sources(self, node: c_ast.Node, steps: int) -> Iterator[str]:
        """Yield the integer arrays whose elements an expression uses."""
        inside: set[int] = set()
        for item in descend(node):
            if isinstance(item, c_ast.ArrayRef) and id(item) not in inside:
                name = base_name(item)
                if name in self._integers:
                    yield name
                inside.update(id(part) for part in descend(item))
            elif isinstance(item, c_ast.ID) and id(item) not in inside:
                for value in self._values.get(item.name, ()):
                    if steps < _MAX_STEPS:
                        yield from self._sources(value, steps + 1)


def _is_integer(dtype: str) -> bool:
    words = {"int", "long", "short", "char", "bool"}
    return bool(words & set(dtype.split())) and "double" not in dtype


def _assignments(node: c_ast.Node | None) -> list[tuple[str, c_ast.Node]]:
    if isinstance(node, c_ast.Decl) and node.init is not None:
        return [(node.name, node.init)]
    if isinstance(node, c_ast.Assignment) and isinstance(node.lvalue, c_ast.ID):
        return [(node.lvalue.name, node.rvalue)]
    if isinstance(node, (c_ast.DeclList, c_ast.ExprList)):
        return [pair for _, part in node.children() for pair in _assignments(part)]
    return []


def _subscripts(node: c_ast.Node) -> Iterator[tuple[str, int, c_ast.Node]]:
    """Yield array, dimension and expression of every subscript."""
    for item in descend(node):
        if isinstance(item, c_ast.ArrayRef):
            name, rank, inner = base_name(item), 0, item.name
            while isinstance(inner, c_ast.ArrayRef):
                rank, inner = rank + 1, inner.name
            if name is not None:
                yield name, rank, item.subscript


def extents(
    body: Iterable[Node], parameters: Iterable[Parameter], fixed: frozenset[str]
) -> dict[str, tuple[tuple[Affine, ...], ...]]:
    """Return how large each array parameter must be.

    Parameters
    ----------
    body : iterable of Node
    parameters : iterable of Parameter
    fixed : frozenset of str
        Names that may occur in the result.

    Returns
    -------
    dict of str to tuple of tuple of Affine
        For each array and dimension the expressions of which the largest is the
        extent: the declared one, else one per access; ``()`` where unknown. A pointer
        whose subscripts were split has as many dimensions as those.
    """
    needed: dict[str, list[list[Affine]]] = {}
    for access, ranges in _placed(body, ()):
        if not access.subscripts:
            continue
        sizes = needed.setdefault(access.array, [[] for _ in access.subscripts])
        for index, subscript in enumerate(access.subscripts[: len(sizes)]):
            known = access.shape[index] if index < len(access.shape) else None
            if known is None and subscript is not None:
                ends = bounds(subscript, ranges, largest=True)
                ends = tuple(end for end in ends if end.names() <= fixed)
                known = ends[0] + 1 if ends else None
            if known is not None and known not in sizes[index]:
                sizes[index].append(known)
    found = {}
    for parameter in parameters:
        rows = needed.get(parameter.name, [[] for _ in parameter.shape])
        if parameter.shape and None not in parameter.shape:
            rows = [[extent] for extent in parameter.shape if extent is not None]
        elif len(rows) == len(parameter.shape):
            rows = [
                row if extent is None else [extent]
                for row, extent in zip(rows, parameter.shape, strict=True)
            ]
        if parameter.shape:
            found[parameter.name] = tuple(tuple(row) for row in rows)
    return found


def _placed(
    nodes: Iterable[Node], ranges: tuple[Range, ...]
) -> Iterator[tuple[Access, tuple[Range, ...]]]:
    """Yield all accesses with the ranges of the loops around."""
    for node in nodes:
        if isinstance(node, Statement):
            for access in node.accesses:
                yield access, ranges
        elif isinstance(node, Guard):
            yield from _placed(node.body + node.orelse, ranges)
        elif isinstance(node, Loop):
            item = range_of_loop(node.iterator, node.lower, node.upper, node.step)
            yield from _placed(node.body, (*ranges, item))
