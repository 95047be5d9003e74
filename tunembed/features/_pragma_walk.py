"""Where the directives, loops and calls of a C program stand."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from collections.abc import Iterator
from typing import NamedTuple

from pycparser import c_ast

from tunembed.parsers import (
    Directive,
    Function,
    LoopNest,
    TranslationUnit,
    read_pragma,
)

LOOPS = (c_ast.For, c_ast.While, c_ast.DoWhile)
# They say nothing about the statement behind them.
_STANDALONE = frozenset(
    "barrier taskwait taskyield flush cancel cancellation threadprivate declare end "
    "requires depobj interop error nothing".split()
)
_DATA = frozenset(("target update", "target enter data", "target exit data"))


class Place(NamedTuple):
    """A node of the syntax tree and what is around it.

    Attributes
    ----------
    node : pycparser node
    directive : Directive or None
        What it says if it is an OpenMP pragma.
    around : tuple of Directive
        Those whose statement it is in, or is, outermost first.
    depth : int
        The number of loops around it.
    """

    node: c_ast.Node
    directive: Directive | None
    around: tuple[Directive, ...]
    depth: int


def places_of(sample: TranslationUnit | Function | LoopNest) -> list[Place]:
    """Return all nodes of a program, in no particular order.

    Parameters
    ----------
    sample : TranslationUnit, Function or LoopNest
        Of a nest, the directives around it count as its own.
    """
    if isinstance(sample, TranslationUnit):
        outside = [_standing(item) for item in sample.directives if item.is_openmp]
        functions = sample.functions.values()
        return outside + [p for f in functions for p in places_of(f)]
    if isinstance(sample, Function):
        return list(_walk(sample.node.body, ()))
    root = sample.root.node
    for place in _walk(sample.function.node.body, ()):
        if place.node is root:
            inside = _walk(root, place.around)
            return [*map(_standing, place.around), *inside]
    return list(_walk(root, sample.root.directives))


def _standing(directive: Directive) -> Place:
    return Place(c_ast.EmptyStatement(), directive, (), 0)


def _walk(root: c_ast.Node, around: tuple[Directive, ...]) -> Iterator[Place]:
    stack = [Place(root, None, around, 0)]
    while stack:
        place = stack.pop()
        yield place
        depth = place.depth + isinstance(place.node, LOOPS)
        pending: tuple[Directive, ...] = ()
        for _, child in place.node.children():
            found = read_pragma(child) if isinstance(child, c_ast.Pragma) else None
            if found is None:
                stack.append(Place(child, None, place.around + pending, depth))
                pending = ()
            elif found.is_openmp:
                stack.append(Place(child, found, place.around, depth))
                pending += (found,) if _has_statement(found) else ()


def _has_statement(directive: Directive) -> bool:
    first = directive.name.partition(" ")[0]
    return first not in _STANDALONE and directive.name not in _DATA
