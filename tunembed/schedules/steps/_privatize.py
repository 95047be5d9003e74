"""privatize(t, i): an array of its own for every iteration of a loop."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import islpy as isl
from pycparser import c_ast

from tunembed.parsers import Affine, Local, isl_name
from tunembed.schedules._dependences import Dependences, dtype_of
from tunembed.schedules._names import c_name, free_name, words_of
from tunembed.schedules._privatization import is_written_first, uses_of
from tunembed.schedules._scop import Scop, ScopAccess, ScopStatement
from tunembed.schedules._step import Plan, Step
from tunembed.schedules._tree import Leaf, Loop, Node, ScheduleError, statements_below


class Privatize(Step):
    """Give every iteration of a loop, and of those around it, an array of its own.

    For arrays that every iteration writes before it reads them: iterations then no
    longer share it, so that fission, interchange and threads become legal. What the
    last iteration leaves is copied back behind the nest (Maydan, Amarasinghe & Lam,
    POPL 1993).
    """

    kind = "privatize"
    array_first = True

    def validate(self) -> None:
        """One array and one loop."""
        self.require(at_least=2)
        if len(self.names) != 2 or self.options:
            raise ScheduleError(f"{self}: name one array and one loop")

    def apply(self, plan: Plan) -> Plan:
        """Add the iterations to the subscripts and a copy of the last one's values."""
        array, loop = self.names
        scop = plan.scop
        users = self._users(scop, array)
        loops = self._loops(users, loop)
        if not is_written_first(scop, array, loops):
            raise ScheduleError(
                f"{self}: some iteration reads '{array}' before it writes it"
            )
        number = 1 + max(int(re.sub(r"\D", "", name) or 0) for name in scop.statements)
        own = free_name(f"{array}#2", scop.privates)
        copy = _copy_back(scop, array, own, users, loops, f"S{number}")
        location = users[0].location
        local = Local(array, dtype_of(scop, array), (), False, None, location)
        statements = {
            name: _with_own(statement, array, own, loops)
            for name, statement in scop.statements.items()
        }
        scop = replace(
            scop,
            statements={**statements, copy.name: copy},
            tree=_behind(scop.tree, users[0].name, copy),
            privates={**scop.privates, own: local},
            expanded={**scop.expanded, own: loops},
        )
        nodes = _behind(plan.nodes, users[0].name, copy)
        dependences = Dependences(scop, strict_fp=plan.dependences.strict_fp)
        return Plan(scop, plan.nodes, dependences).with_nodes(nodes)

    def _users(self, scop: Scop, array: str) -> list[ScopStatement]:
        uses = uses_of(scop, array)
        if uses is None or len(uses) != 1 or array in scop.expanded:
            raise ScheduleError(f"{self}: '{array}' is not used in exactly one nest")
        accesses = [access for _, access in uses[0].accesses]
        if any(a.private or None in a.subscripts or not a.subscripts for a in accesses):
            raise ScheduleError(
                f"{self}: '{array}' is declared inside a loop, or no array with affine "
                "subscripts"
            )
        found = {statement.name: statement for statement, _ in uses[0].accesses}
        users = list(found.values())
        if any(s.conditional or s.constraints != s.loose for s in users):
            raise ScheduleError(
                f"{self}: whether '{array}' is used depends on data: its last values "
                "are not known"
            )
        return users

    def _loops(self, users: list[ScopStatement], loop: str) -> tuple[str, ...]:
        """Return the loop and those around it."""
        if any(loop not in statement.dims for statement in users):
            raise ScheduleError(f"{self}: '{loop}' is not around every use")
        dims = users[0].dims
        return dims[: dims.index(loop) + 1]


def _with_own(
    statement: ScopStatement, array: str, own: str, loops: tuple[str, ...]
) -> ScopStatement:
    added = tuple(Affine.variable(dim) for dim in loops)
    accesses = tuple(
        replace(a, array=own, subscripts=(*added, *a.subscripts), inner_extents=())
        if a.array == array
        else a
        for a in statement.accesses
    )
    return replace(statement, accesses=accesses)


def _behind(
    nodes: tuple[Node, ...], user: str, copy: ScopStatement
) -> tuple[Node, ...]:
    """Add the loops of the copy behind the last nest that uses the array."""
    body: tuple[Node, ...] = (Leaf(copy.name),)
    for dim in reversed(copy.dims):
        body = (Loop(name=dim, index={copy.name: isl_name(dim)}, body=body),)
    place = max(n for n, node in enumerate(nodes) if user in statements_below((node,)))
    return (*nodes[: place + 1], *body, *nodes[place + 1 :])


def _copy_back(
    scop: Scop,
    array: str,
    own: str,
    users: list[ScopStatement],
    loops: tuple[str, ...],
    name: str,
) -> ScopStatement:
    """Return the statement that copies what the last iteration wrote."""
    last = _last_writer(scop, array, users, loops)
    words = words_of(scop.function.unit.text)
    count = last.dim(isl.dim_type.in_)
    dims = tuple(free_name(f"{array}_{n}", words) for n in range(count))
    written = next(
        a
        for statement in users
        for a in statement.accesses
        if a.array == array and a.kind == "write"
    )
    node = _element(written, dims)
    read = _element(written, dims)
    iterations = _affine(scop, last, dims)
    elements = tuple(Affine.variable(dim) for dim in dims)
    constraints = (_condition(last.domain(), dims),)
    return ScopStatement(
        name=name,
        dims=dims,
        iterators={dim: dim for dim in dims},
        constraints=constraints,
        loose=constraints,
        accesses=(
            ScopAccess(own, (*iterations, *elements), "read", read),
            ScopAccess(
                array, elements, "write", node, inner_extents=written.inner_extents
            ),
        ),
        source=None,
        node=c_ast.Assignment("=", node, read),
        location=users[0].location,
    )


def _last_writer(
    scop: Scop, array: str, users: list[ScopStatement], loops: tuple[str, ...]
) -> isl.Map:
    """Relate every element to the iteration of the loops that writes it last."""
    if any(scop.loop_sources[dim].step < 0 for dim in loops):
        raise ScheduleError(f"privatize({array}): a loop counts down")
    found: isl.Map | None = None
    for statement in users:
        for access in statement.accesses:
            if access.array == array and access.kind == "write":
                relation = access.relation(statement, scop.parameter_text)
                relation = relation.intersect_domain(scop.domain(statement.name))
                text = f"{statement.tuple_text} -> [{', '.join(map(isl_name, loops))}]"
                here = isl.Map(f"[{scop.parameter_text}] -> {{ {text} }}")
                writer = relation.reset_tuple_id(isl.dim_type.out).reverse()
                writer = writer.apply_range(here)
                found = writer if found is None else found.union(writer)
    if found is None:
        raise ScheduleError(f"privatize({array}): it is not written")
    return found.lexmax().coalesce()


def _affine(scop: Scop, last: isl.Map, dims: Sequence[str]) -> tuple[Affine, ...]:
    """Return the last iteration as affine functions of the element."""
    pieces: list[isl.MultiAff] = []
    isl.PwMultiAff.from_map(last).foreach_piece(lambda _, aff: pieces.append(aff))
    if len(pieces) != 1:
        raise ScheduleError(
            "privatize: which iteration is the last differs from element to element"
        )
    return tuple(
        _of_aff(pieces[0].get_aff(n), dims)
        for n in range(pieces[0].dim(isl.dim_type.out))
    )


def _of_aff(aff: isl.Aff, dims: Sequence[str]) -> Affine:
    if aff.dim(isl.dim_type.div) or not aff.get_denominator_val().is_one():
        raise ScheduleError("privatize: the last iteration is not affine")
    value = Affine({}, aff.get_constant_val().to_python())
    parameters = [
        c_name(aff.get_dim_name(isl.dim_type.param, n) or "")
        for n in range(aff.dim(isl.dim_type.param))
    ]
    kinds = ((isl.dim_type.param, parameters), (isl.dim_type.in_, dims))
    for kind, names in kinds:
        for n in range(aff.dim(kind)):
            factor = aff.get_coefficient_val(kind, n).to_python()
            value = value + Affine({names[n]: factor})
    return value


def _condition(domain: isl.Set, dims: Sequence[str]) -> str:
    """Return which elements are written, as isl text over their subscripts."""
    pieces = domain.coalesce().get_basic_set_list()
    texts = []
    for n in range(pieces.n_basic_set()):
        terms = []
        for constraint in pieces.get_at(n).get_constraints():
            value = _of_aff(constraint.get_aff(), dims).to_isl()
            terms.append(f"{value} {'=' if constraint.is_equality() else '>='} 0")
        texts.append(" and ".join(terms) or "true")
    return f"({' or '.join(f'({text})' for text in texts)})"


def _element(access: ScopAccess, dims: Sequence[str]) -> c_ast.Node:
    """Return ``t[t_0][t_1]``, linear where the source has it so."""
    node = access.node
    while isinstance(node, c_ast.ArrayRef):
        node = node.name
    if access.inner_extents or not isinstance(node, c_ast.ID):
        raise ScheduleError("privatize: the array is no plain name with brackets")
    for dim in dims:
        node = c_ast.ArrayRef(node, c_ast.ID(dim))
    return node
