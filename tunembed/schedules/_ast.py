"""From a schedule tree to isl's syntax tree of loops."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import islpy as isl

from tunembed.schedules._limits import MOST_OPERATIONS_TO_PRINT, limited_operations
from tunembed.schedules._relations import (
    Path,
    instances_below,
    leaf_paths,
    times_reached,
)
from tunembed.schedules._scop import Scop
from tunembed.schedules._tree import Leaf, Loop, Node, Pack, Restrict, statements_below


def generate_ast(scop: Scop, nodes: tuple[Node, ...]) -> tuple[isl.AstNode, list[Node]]:
    """Let isl generate the loops of `nodes`.

    Returns
    -------
    ast : isl.AstNode
        Marks named ``"node <n>"`` stand in front of every loop and buffer, and
        ``"copy <n>"`` in front of every iteration of a loop that is written out.
    marks : list of Node
        The n-th mark's node.
    """
    writer = _ScheduleWriter(scop)
    names = [path[-1][1].statement for path in leaf_paths(nodes)]  # type: ignore[union-attr]
    domain = scop.domains(sorted(set(names)))
    child = writer.body(nodes, ())
    text = f'{{ domain: "{domain}"{child} }}'
    schedule = isl.Schedule.read_from_str(isl.DEFAULT_CONTEXT, text)
    build = isl.AstBuild.from_context(_context(scop))
    with limited_operations(MOST_OPERATIONS_TO_PRINT):
        return build.node_from_schedule(schedule), writer.marks


def _context(scop: Scop) -> isl.Set:
    """Return what is assumed of the parameters.

    A range read from memory (``rowptr[i] .. rowptr[i + 1]``) may be taken as not
    empty: the printed loop tests its bounds anyway, and a test moved out of the
    loop over ``i`` could not be printed.
    """
    context = isl.Set(f"[{scop.parameter_text}] -> {{ : }}")
    for statement in scop.statements.values():
        varying = set(statement.constraints) - set(statement.loose)
        if varying:
            domain = scop.domain(statement.name).params()
            loose = scop.domain(statement.name, loose=True).params()
            context = context.intersect(domain.gist(loose))
    return context


class _ScheduleWriter:
    """Writes isl's textual schedule tree."""

    def __init__(self, scop: Scop) -> None:
        self.scop = scop
        self.marks: list[Node] = []

    def body(self, nodes: tuple[Node, ...], above: Path) -> str:
        if len(nodes) == 1 and not isinstance(nodes[0], Restrict):
            text = self._node(nodes[0], above)
            return f", child: {text}" if text else ""
        filters = [self._filter(node, above) for node in nodes]
        return f", child: {{ sequence: [ {', '.join(filters)} ] }}"

    def _filter(self, node: Node, above: Path) -> str:
        if isinstance(node, Restrict):
            child = self.body(node.body, (*above, (0, node)))
            return f'{{ filter: "{node.domain}"{child} }}'
        text = self._node(node, above)
        child = f", child: {text}" if text else ""
        return f'{{ filter: "{instances_below(self.scop, node)}"{child} }}'

    def _node(self, node: Node, above: Path) -> str:
        if isinstance(node, Leaf):
            return ""
        number = len(self.marks)
        self.marks.append(node)
        mark = f'mark: "node {number}"'
        path = (*above, (0, node))
        if isinstance(node, Pack):
            child = self.body(node.body, path) or self._point(node)
            marked = f"{{ {mark}{child} }}"
            # Without it a buffer would be filled and written back where the loops
            # inside have no iteration, and what it stands for may not exist.
            guard = times_reached(self.scop, path)
            return f'{{ guard: "{guard}", child: {marked} }}'
        if not isinstance(node, Loop):
            raise TypeError(f"cannot schedule {node!r}")
        pieces = [
            f"{self.scop.statements[name].tuple_text} -> [({node.index[name]})]"
            for name in sorted(statements_below(node.body))
        ]
        band = f"{self._prefix} [{{ {'; '.join(pieces)} }}]"
        child = self.body(node.body, path)
        if node.written_out:
            copy = f'mark: "copy {number}"{child or self._point(node)}'
            child = f', options: "{{ unroll[x] }}", child: {{ {copy} }}'
        return f'{{ {mark}, child: {{ schedule: "{band}"{child} }} }}'

    def _point(self, node: Pack | Loop) -> str:
        """Return a band of one iteration: a mark needs something below it."""
        names = sorted(statements_below(node.body))
        pieces = [f"{self.scop.statements[n].tuple_text} -> [(0)]" for n in names]
        return f', child: {{ schedule: "{self._prefix} [{{ {"; ".join(pieces)} }}]" }}'

    @property
    def _prefix(self) -> str:
        # isl reads "[] -> [...]" as a band without loops.
        text = self.scop.parameter_text
        return f"[{text}] ->" if text else ""


def outer_loops(path: Path) -> list[Loop]:
    """Return the loops on a path, outermost first."""
    return [node for _, node in path if isinstance(node, Loop)]
