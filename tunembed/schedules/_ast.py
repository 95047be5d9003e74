"""From a schedule tree to isl's syntax tree of loops."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from dataclasses import dataclass

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


@dataclass
class Generated:
    """The loops that isl made of a tree.

    Attributes
    ----------
    ast : isl.AstNode
        Marks named ``"node <n>"`` stand in front of every loop and buffer, and
        ``"copy <n>"`` in front of every iteration of a loop that is written out.
    marks : list of Node
        The n-th mark's node.
    builds : dict of str to isl.AstBuild
        Name of a mark's annotation -> what isl knew there.
    """

    scop: Scop
    ast: isl.AstNode
    marks: list[Node]
    builds: dict[str, isl.AstBuild]

    def value(self, mark: isl.AstNode, loop: Loop) -> isl.AstExpr:
        """Return the value at a mark of a loop around it that isl left out.

        Raises
        ------
        isl.Error
            If it is not the same for all that runs below.
        """
        build = self.builds[mark.get_annotation().get_name()]
        index = isl.UnionMap(f"{_prefix(self.scop)} {_index(self.scop, loop)}")
        times = build.get_schedule().reverse()
        values = isl.Map.from_union_map(times.apply_range(index))
        exact = isl.PwMultiAff.from_map(values).coalesce()
        return build.expr_from_pw_aff(exact.get_pw_aff(0).gist(values.domain()))


def generate_ast(scop: Scop, nodes: tuple[Node, ...]) -> Generated:
    """Let isl generate the loops of `nodes`."""
    writer = _ScheduleWriter(scop)
    names = [path[-1][1].statement for path in leaf_paths(nodes)]  # type: ignore[union-attr]
    domain = scop.domains(sorted(set(names)))
    child = writer.body(nodes, ())
    text = f'{{ domain: "{domain}"{child} }}'
    schedule = isl.Schedule.read_from_str(isl.DEFAULT_CONTEXT, text)
    builds: dict[str, isl.AstBuild] = {}

    def remember(mark: isl.AstNode, build: isl.AstBuild) -> isl.AstNode:
        name = f"build {len(builds)}"
        builds[name] = build.copy()
        return mark.set_annotation(isl.Id(name))

    build = isl.AstBuild.from_context(_context(scop))
    build, _ = build.set_after_each_mark(remember)
    with limited_operations(MOST_OPERATIONS_TO_PRINT):
        ast = build.node_from_schedule(schedule)
    return Generated(scop, ast, writer.marks, builds)


def left_out(node: isl.AstNode, *, inside: bool = False) -> set[str]:
    """Return the statements below a loop's mark that are in no loop made of it.

    Parameters
    ----------
    node : isl.AstNode
        What the mark stands in front of.
    inside : bool, default=False
        Whether another mark was passed: loops from there on are others.
    """
    kind = node.get_type()
    if kind == isl.ast_node_type.for_:  # type: ignore[attr-defined]
        return left_out(node.for_get_body(), inside=True) if inside else set()
    if kind == isl.ast_node_type.mark:
        return left_out(node.mark_get_node(), inside=True)
    if kind == isl.ast_node_type.user:
        return {node.user_get_expr().get_op_arg(0).get_id().get_name()}
    if kind == isl.ast_node_type.block:
        children = node.block_get_children()
        parts = [children.get_ast_node(n) for n in range(children.n_ast_node())]
    else:
        parts = [node.if_get_then_node()]
        parts += [node.if_get_else_node()] if node.if_has_else_node() else []
    return set().union(*(left_out(part, inside=inside) for part in parts))


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
            if guard is None:
                return marked
            return f'{{ guard: "{guard}", child: {marked} }}'
        if not isinstance(node, Loop):
            raise TypeError(f"cannot schedule {node!r}")
        band = f"{_prefix(self.scop)} [{_index(self.scop, node)}]"
        child = self.body(node.body, path)
        if node.written_out:
            copy = f'mark: "copy {number}"{child or self._point(node)}'
            child = f', options: "{{ unroll[x] }}", child: {{ {copy} }}'
        return f'{{ {mark}, child: {{ schedule: "{band}"{child} }} }}'

    def _point(self, node: Pack | Loop) -> str:
        """Return a band of one iteration: a mark needs something below it."""
        names = sorted(statements_below(node.body))
        pieces = [f"{self.scop.statements[n].tuple_text} -> [(0)]" for n in names]
        band = f"{_prefix(self.scop)} [{{ {'; '.join(pieces)} }}]"
        return f', child: {{ schedule: "{band}" }}'


def _index(scop: Scop, loop: Loop) -> str:
    """Return isl text: of every instance below a loop its iteration."""
    pieces = [
        f"{scop.statements[name].tuple_text} -> [({loop.index[name]})]"
        for name in sorted(statements_below(loop.body))
    ]
    return f"{{ {'; '.join(pieces)} }}"


def _prefix(scop: Scop) -> str:
    # isl reads "[] -> [...]" as a band without loops.
    return f"[{scop.parameter_text}] ->" if scop.parameter_text else ""
