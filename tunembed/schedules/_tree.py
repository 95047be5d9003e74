"""The schedule tree: named loops over statements, in execution order."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

# For each of some loops the (statement, dimension) pairs that it runs over.
Moves = tuple[frozenset[tuple[str, str]], ...]


class ScheduleError(ValueError):
    """A schedule names something that is not there, or cannot be applied."""


@dataclass(frozen=True)
class Parallel:
    """OpenMP worksharing of one loop."""

    schedule: str = ""
    chunk: int = 0
    threads: int = 0
    collapse: int = 1
    reduction: bool = False


@dataclass(frozen=True)
class Leaf:
    """One statement; all its instances that reach this place of the tree.

    Attributes
    ----------
    statement : str
        Its name, such as ``"S0"``.
    """

    statement: str


@dataclass(frozen=True)
class Restrict:
    """Only the instances inside `domain` (isl text) reach `body`."""

    domain: str
    body: tuple[Node, ...]


@dataclass(frozen=True)
class Pack:
    """Below this node the elements of `array` live in the local `buffer`.

    `permutation` orders the dimensions of the buffer; `write_back` says that
    the body also writes the array, so the buffer is copied back. With `updates_only`
    the buffer stands for what reductions update; other accesses to the array must not
    touch that. With `in_registers` the compiler is to keep the buffer in registers.
    `factors` are parameters that every update multiplies by: the buffer holds the sums
    without them. With `along` only the accesses that move with all of some loops go to
    the buffer.
    """

    array: str
    buffer: str
    permutation: tuple[int, ...]
    write_back: bool
    body: tuple[Node, ...]
    updates_only: bool = False
    in_registers: bool = False
    factors: tuple[str, ...] = ()
    along: Moves = ()


@dataclass(frozen=True)
class Loop:
    """A loop; for every statement below, the function of its iterators it runs over.

    `index` maps a statement to quasi-affine text over that statement's
    dimensions, such as ``"32*floor(i/32)"`` for a tile loop.

    Attributes
    ----------
    name : str
        Unique in the tree: ``i``, ``i_2``, ``i_t``.
    index : mapping of str to str
        Statement -> isl text.
    body : tuple of Node
        What one iteration runs, in order.
    parallel : Parallel or None
        OpenMP worksharing of the iterations.
    simd : bool
        Whether iterations run in vector lanes.
    unroll : int
        How often the compiler is asked to repeat the body; 0 leaves it alone.
    step : int
        Distance between two values of the iterator; more than 1 in tile loops.
    written_out : bool
        Whether its iterations are printed one after the other, without a loop.
    """

    name: str
    index: Mapping[str, str]
    body: tuple[Node, ...]
    parallel: Parallel | None = None
    simd: bool = False
    unroll: int = 0
    step: int = 1
    written_out: bool = False


Node = Loop | Leaf | Restrict | Pack


def walk(nodes: tuple[Node, ...]) -> Iterator[Node]:
    """Yield every node in pre-order."""
    for node in nodes:
        yield node
        if not isinstance(node, Leaf):
            yield from walk(node.body)


def loops_of(nodes: tuple[Node, ...]) -> list[Loop]:
    """Return all loops in pre-order.

    Parameters
    ----------
    nodes : tuple of Node
        A tree, or a part of it.

    Returns
    -------
    loops : list of Loop
    """
    return [node for node in walk(nodes) if isinstance(node, Loop)]


def leaves_of(nodes: tuple[Node, ...]) -> list[str]:
    """Return the names of the statements in `nodes`, in order.

    Parameters
    ----------
    nodes : tuple of Node
        A tree, or a part of it.

    Returns
    -------
    names : list of str
        A statement that stands at several places occurs several times.
    """
    return [node.statement for node in walk(nodes) if isinstance(node, Leaf)]


def statements_below(nodes: tuple[Node, ...]) -> set[str]:
    """Return the names of the statements in `nodes`."""
    return {node.statement for node in walk(nodes) if isinstance(node, Leaf)}


def find_loop(nodes: tuple[Node, ...], name: str) -> Loop:
    """Return the loop called `name`.

    Raises
    ------
    ScheduleError
        When there is no such loop; the message lists the loops there are.
    """
    for loop in loops_of(nodes):
        if loop.name == name:
            return loop
    known = ", ".join(dict.fromkeys(loop.name for loop in loops_of(nodes)))
    raise ScheduleError(f"no loop named '{name}'; the loops are: {known or 'none'}")


def rewrite_loop(
    nodes: tuple[Node, ...], name: str, change: Callable[[Loop], tuple[Node, ...]]
) -> tuple[Node, ...]:
    """Replace every loop called `name` by what `change` makes of it."""
    find_loop(nodes, name)
    return _rewrite(nodes, name, change)


def _rewrite(
    nodes: tuple[Node, ...], name: str, change: Callable[[Loop], tuple[Node, ...]]
) -> tuple[Node, ...]:
    result: list[Node] = []
    for node in nodes:
        if isinstance(node, Loop) and node.name == name:
            result.extend(change(node))
        elif isinstance(node, Leaf):
            result.append(node)
        else:
            result.append(replace(node, body=_rewrite(node.body, name, change)))
    return tuple(result)


def prune(nodes: tuple[Node, ...], keep: set[str]) -> tuple[Node, ...]:
    """Keep only the leaves of the statements in `keep` and the nodes above them."""
    result: list[Node] = []
    for node in nodes:
        if isinstance(node, Leaf):
            if node.statement in keep:
                result.append(node)
            continue
        body = prune(node.body, keep)
        if not body:
            continue
        if isinstance(node, Loop):
            index = {s: text for s, text in node.index.items() if s in keep}
            result.append(replace(node, body=body, index=index))
        else:
            result.append(replace(node, body=body))
    return tuple(result)


def distinct(nodes: tuple[Node, ...]) -> tuple[Node, ...]:
    """Return the same tree with an object of its own for every loop and buffer."""
    return tuple(
        node if isinstance(node, Leaf) else replace(node, body=distinct(node.body))
        for node in nodes
    )


def plain(name: str) -> str:
    """Return the name of a loop without its number: ``i`` for ``i_3``."""
    return re.sub(r"_\d+$", "", name)


def fresh_names(nodes: tuple[Node, ...], name: str, count: int) -> list[str]:
    """Return the next free numbered names: ``i_2``, ``i_3``, ..."""
    taken = {loop.name for loop in loops_of(nodes)}
    numbered = (f"{plain(name)}_{number}" for number in itertools.count(2))
    return list(itertools.islice((n for n in numbered if n not in taken), count))


def tile_name(nodes: tuple[Node, ...], name: str) -> str:
    """Return the name of the next tile loop over `name`: ``i_t``, ``i_tt``, ..."""
    return _derived(nodes, f"{name}_", "t")


def rest_name(nodes: tuple[Node, ...], name: str) -> str:
    """Return the name of the rest of a loop's range: ``i_r``, ``i_rr``, ..."""
    return _derived(nodes, name if re.search("_r+$", name) else f"{name}_", "r")


def _derived(nodes: tuple[Node, ...], stem: str, letter: str) -> str:
    """Return a name that depends on the loop only, so that it can be used elsewhere."""
    taken = {loop.name for loop in loops_of(nodes)}
    wanted = stem + letter
    while wanted in taken:
        wanted += letter
    return wanted


def original(name: str) -> str:
    """Return the name of the loop that tiles and rests were made of: ``i``."""
    return re.sub(r"(_(t+|r+))+$", "", name)
