"""Where in the new tree every local variable is declared."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import islpy as isl

from tunembed.schedules._dependences import Dependences
from tunembed.schedules._relations import Path, leaf_paths, prefix_map
from tunembed.schedules._scop import Scop, ScopStatement
from tunembed.schedules._tree import Node, ScheduleError


def declare_locals(
    scop: Scop, nodes: tuple[Node, ...], dependences: Dependences
) -> dict[int, list[str]]:
    """Choose the innermost place that sees every use of each local variable.

    Copies of a loop body, for full and for partial tiles, have one place each.

    Returns
    -------
    places : dict of int to list of str
        ``id`` of a node (0 for the function's body) -> variables to declare there.

    Raises
    ------
    ScheduleError
        When iterations that each had a variable of their own would share one.
    """
    places: dict[int, list[str]] = {}
    for name in scop.privates:
        users = [s for s in scop.statements.values() if s.uses(name)]
        if users and name not in scop.expanded:
            names = {statement.name for statement in users}
            paths = [p for p in leaf_paths(nodes) if p[-1][1].statement in names]  # type: ignore[union-attr]
            flows = [d.relation for d in dependences.all if d.array == name]
            for copy in _copies(scop, paths, flows):
                node = _place(scop, copy, name, users, flows)
                places.setdefault(node, []).append(name)
    for together in places.values():
        _check_distinct(scop, together)
    return places


def _check_distinct(scop: Scop, names: list[str]) -> None:
    """Refuse two variables that are both called the same in C in one place."""
    called = [scop.privates[name].name for name in names]
    for name, text in zip(names, called, strict=True):
        if called.count(text) > 1:
            raise ScheduleError(
                f"several variables '{text}' meet in one place: expand({name}) first"
            )


def _copies(
    scop: Scop, paths: list[Path], flows: list[isl.UnionMap]
) -> list[list[Path]]:
    """Split the places of some statements where no value goes from one to another."""
    depth = len(_common(paths))
    groups: dict[int, list[Path]] = {}
    for path in paths:
        groups.setdefault(id(path[depth][1]), []).append(path)
    if len(groups) < 2:
        return [paths]
    seen = {key: _instances(scop, group) for key, group in groups.items()}
    for inside in seen.values():
        for flow in flows:
            if not flow.intersect_domain(inside).range().is_subset(inside):
                return [paths]
    return [part for group in groups.values() for part in _copies(scop, group, flows)]


def _instances(scop: Scop, paths: list[Path]) -> isl.UnionSet:
    found = isl.UnionSet(f"[{scop.parameter_text}] -> {{ }}")
    for path in paths:
        statement = path[-1][1].statement  # type: ignore[union-attr]
        found = found.union(prefix_map(scop, (), path[:-1], {statement}).domain())
    return found.intersect(scop.domains(sorted(_statements(paths))))


def _statements(paths: list[Path]) -> set[str]:
    return {path[-1][1].statement for path in paths}  # type: ignore[union-attr]


def _place(
    scop: Scop,
    paths: list[Path],
    name: str,
    users: list[ScopStatement],
    flows: list[isl.UnionMap],
) -> int:
    common = _common(paths)
    names = _statements(paths)
    domain = _instances(scop, paths)
    inside = [flow.intersect_domain(domain) for flow in flows]
    for depth in range(len(common), -1, -1):
        path = common[:depth]
        here = _same(scop, path, names)
        if all(flow.is_subset(here) for flow in inside):
            _check_shared(scop, name, users, here, domain)
            return id(path[-1][1]) if path else 0
    raise ScheduleError(f"no place to declare '{name}'")


def _common(paths: list[Path]) -> Path:
    common = paths[0][:-1]
    for path in paths[1:]:
        shared = 0
        while (
            shared < min(len(common), len(path) - 1)
            and common[shared][1] is path[shared][1]
        ):
            shared += 1
        common = common[:shared]
    return common


def _same(scop: Scop, path: Path, names: set[str]) -> isl.UnionMap:
    prefix = prefix_map(scop, (), path, names)
    return prefix.apply_range(prefix.reverse())


def _check_shared(
    scop: Scop,
    name: str,
    users: list[ScopStatement],
    here: isl.UnionMap,
    domain: isl.UnionSet,
) -> None:
    own = isl.UnionMap(f"[{scop.parameter_text}] -> {{ }}")
    for statement in users:
        private = [a.private for a in statement.accesses if a.array == name]
        dims = ", ".join(max(private, key=lambda loops: len(tuple(loops)), default=()))
        own = own.union(
            isl.UnionMap(
                f"[{scop.parameter_text}] -> {{ {statement.tuple_text} -> [{dims}] }}"
            )
        )
    own = own.intersect_domain(domain)
    shared = here.intersect_domain(domain).intersect_range(domain)
    if not shared.is_subset(own.apply_range(own.reverse())):
        loops = sorted(
            {d for s in users for a in s.accesses if a.array == name for d in a.private}
        )
        raise ScheduleError(
            f"'{name}' is one variable per iteration of ({', '.join(loops)}), but "
            f"these iterations now interleave: expand({name}) first"
        )
