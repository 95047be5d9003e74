"""The tree as isl relations: the time at which each instance runs."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import islpy as isl

from tunembed.schedules._scop import Scop
from tunembed.schedules._tree import Leaf, Loop, Node, Restrict, statements_below, walk

Path = tuple[tuple[int, Node], ...]


def leaf_paths(nodes: tuple[Node, ...], prefix: Path = ()) -> Iterator[Path]:
    """Yield for every leaf the nodes from the root to it with their positions."""
    for position, node in enumerate(nodes):
        path = (*prefix, (position, node))
        if isinstance(node, Leaf):
            yield path
        else:
            yield from leaf_paths(node.body, path)


def node_path(nodes: tuple[Node, ...], wanted: Node) -> Path:
    """Return the path to a node of the tree, the node included."""
    for path in leaf_paths(nodes):
        for depth, (_, node) in enumerate(path):
            if node is wanted:
                return path[: depth + 1]
    raise KeyError(wanted)


def execution_order(scop: Scop, nodes: tuple[Node, ...]) -> isl.UnionMap:
    """Return the map from instances to their time, a vector compared lexically."""
    paths = list(leaf_paths(nodes))
    length = max(len(_time(path)) for path in paths) if paths else 0
    union = isl.UnionMap(f"[{scop.parameter_text}] -> {{ }}")
    for path in paths:
        time = _time(path)
        time += ["0"] * (length - len(time))
        union = union.union(_map(scop, path, time))
    return union


def prefix_map(
    scop: Scop, nodes: tuple[Node, ...], path: Path, statements: set[str]
) -> isl.UnionMap:
    """Return the map from instances below `path` to the values of its loops."""
    union = isl.UnionMap(f"[{scop.parameter_text}] -> {{ }}")
    loops = [node for _, node in path if isinstance(node, Loop)]
    restricts: Path = tuple((0, n) for _, n in path if isinstance(n, Restrict))
    for statement in sorted(statements):
        time = [loop.index[statement] for loop in loops]
        here: Path = (*restricts, (0, Leaf(statement)))
        union = union.union(_map(scop, here, time))
    if path and any(isinstance(node, Restrict) for node in walk((path[-1][1],))):
        reached = instances_below(scop, path[-1][1])
        rest = scop.domains(sorted(statements)).subtract(reached)
        if not rest.is_empty():
            union = union.intersect_domain(reached)
    return union


def times_reached(scop: Scop, path: Path) -> isl.Set | None:
    """Return the values of the loops on a path for which anything is below it."""
    below = statements_below((path[-1][1],))
    instances = scop.domains(sorted(below))
    times = prefix_map(scop, (), path, below).intersect_domain(instances).range()
    return None if times.is_empty() else isl.Set.from_union_set(times)


def instances_below(scop: Scop, node: Node) -> isl.UnionSet:
    """Return the instances that get through the restrictions inside a node."""
    union = isl.UnionSet(f"[{scop.parameter_text}] -> {{ }}")
    for path in leaf_paths((node,)):
        statement = scop.statements[path[-1][1].statement]  # type: ignore[union-attr]
        text = f"[{scop.parameter_text}] -> {{ {statement.tuple_text} }}"
        found = isl.UnionSet(text)
        for _, above in path:
            if isinstance(above, Restrict):
                found = found.intersect(restriction(above))
        union = union.union(found)
    return union.coalesce()


def restriction(node: Restrict) -> isl.UnionSet:
    """Return the instances that get through one restriction."""
    return _parsed(node.domain)


@lru_cache(maxsize=1024)
def _parsed(domain: str) -> isl.UnionSet:
    # Trees are asked again and again, and to read the text takes most of an answer.
    return isl.UnionSet(domain)


def _time(path: Path) -> list[str]:
    statement = path[-1][1].statement  # type: ignore[union-attr]
    time: list[str] = []
    for position, node in path:
        time.append(str(position))
        if isinstance(node, Loop):
            time.append(node.index[statement])
    return time


def _map(scop: Scop, path: Path, time: list[str]) -> isl.UnionMap:
    name = path[-1][1].statement  # type: ignore[union-attr]
    text = scop.statements[name].tuple_text
    found = isl.UnionMap(
        f"[{scop.parameter_text}] -> {{ {text} -> [{', '.join(time)}] }}"
    )
    for _, node in path:
        if isinstance(node, Restrict):
            found = found.intersect_domain(restriction(node))
    return found
