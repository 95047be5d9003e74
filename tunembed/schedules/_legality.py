"""Is a schedule tree legal? One judgement for all steps."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from dataclasses import dataclass

import islpy as isl

from tunembed.schedules._carried import CarriedBy
from tunembed.schedules._dependences import Dependence, Dependences
from tunembed.schedules._relations import (
    execution_order,
    instances_below,
    node_path,
    restriction,
)
from tunembed.schedules._scop import Scop
from tunembed.schedules._tree import (
    Leaf,
    Loop,
    Node,
    Pack,
    Restrict,
    loops_of,
    statements_below,
    walk,
)


@dataclass(frozen=True)
class Verdict:
    """Whether a schedule may be applied, and if not, why not.

    Attributes
    ----------
    legal : bool
    reason : str
        Names the array, both statements and the loop; empty when legal.
    permissions : tuple of str
        What the schedule was allowed to change, such as ``"reassociates"``.
    """

    legal: bool
    reason: str = ""
    permissions: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self.legal


def judge(scop: Scop, nodes: tuple[Node, ...], dependences: Dependences) -> Verdict:
    """Prove that `nodes` computes what `scop` computes, or say what breaks."""
    for reason in scop.reasons:
        return Verdict(False, reason)
    if _runs_backwards(scop, nodes, dependences.union):
        order = execution_order(scop, nodes)
        return Verdict(False, _broken(scop, dependences.binding, order))
    permissions = []
    if _runs_backwards(scop, nodes, dependences.reduction_union):
        permissions.append("reassociates")
    permissions += [
        dependence.closure.permission
        for dependence in dependences.idempotent
        if dependence.closure and _runs_backwards(scop, nodes, dependence.relation)
    ]
    if any(isinstance(node, Pack) and node.factors for node in walk(nodes)):
        permissions.append("distributes")
    for loop in loops_of(nodes):
        if loop.parallel or loop.simd:
            verdict = _concurrent(scop, nodes, loop, dependences)
            if not verdict:
                return verdict
            permissions += verdict.permissions
    return Verdict(True, "", tuple(dict.fromkeys(permissions)))


def _runs_backwards(
    scop: Scop, nodes: tuple[Node, ...], relation: isl.UnionMap
) -> bool:
    """Return whether some target runs no later than its source.

    Asked level by level: what an outer loop or the order of two subtrees keeps need not
    be looked at inside, which is far cheaper than to compare whole times.
    """
    if relation.is_empty():
        return False
    if len(nodes) != 1:
        return _is_out_of_order(scop, nodes, relation)
    (node,) = nodes
    if isinstance(node, Leaf):
        return True
    if isinstance(node, Loop):
        turn = _turns(scop, node)
        times = relation.apply_domain(turn).apply_range(turn)
        if not times.intersect(isl.UnionMap("{ [a] -> [b] : b < a }")).is_empty():
            return True
        relation = relation.intersect(turn.apply_range(turn.reverse()))
    elif isinstance(node, Restrict):
        inside = restriction(node)
        relation = relation.intersect_domain(inside).intersect_range(inside)
    return _runs_backwards(scop, node.body, relation)


def _is_out_of_order(
    scop: Scop, nodes: tuple[Node, ...], relation: isl.UnionMap
) -> bool:
    """Return the same for parts that run one after the other."""
    earlier = isl.UnionSet(f"[{scop.parameter_text}] -> {{ }}")
    for node in nodes:
        own = instances_below(scop, node)
        starting = relation.intersect_domain(own)
        if not starting.intersect_range(earlier).is_empty():
            return True
        if _runs_backwards(scop, (node,), starting.intersect_range(own)):
            return True
        earlier = earlier.union(own)
    return False


def _turns(scop: Scop, loop: Loop) -> isl.UnionMap:
    """Map the instances below a loop to its iterations."""
    pieces = [
        f"{scop.statements[name].tuple_text} -> [{loop.index[name]}]"
        for name in sorted(statements_below(loop.body))
    ]
    return isl.UnionMap(f"[{scop.parameter_text}] -> {{ {'; '.join(pieces)} }}")


def is_parallel(
    scop: Scop,
    nodes: tuple[Node, ...],
    loop: Loop,
    dependences: Dependences,
    *,
    reductions: bool = False,
) -> bool:
    """Return whether the iterations of `loop` may run in any order.

    Parameters
    ----------
    scop : Scop
    nodes : tuple of Node
        The tree.
    loop : Loop
        A loop of it.
    dependences : Dependences
    reductions : bool, default=False
        Whether updates by a reduction may be reordered.
    """
    bound = dependences.union.union(dependences.idempotent_union)
    carried = CarriedBy(scop, nodes, loop)
    if not carried(bound).is_empty():
        return False
    return reductions or carried(dependences.reduction_union).is_empty()


def _concurrent(
    scop: Scop, nodes: tuple[Node, ...], loop: Loop, dependences: Dependences
) -> Verdict:
    word = "parallel" if loop.parallel else "simd"
    verdict = _concurrent_at(scop, nodes, loop, loop, dependences, word)
    depth = loop.parallel.collapse if loop.parallel else 1
    inner = loop
    for _ in range(depth - 1):
        if len(inner.body) != 1 or not isinstance(inner.body[0], Loop):
            return Verdict(
                False, f"collapse({depth}) needs {depth} perfectly nested loops"
            )
        inner = inner.body[0]
        if verdict:
            verdict = _concurrent_at(scop, nodes, loop, inner, dependences, word)
    return verdict


def _concurrent_at(
    scop: Scop,
    nodes: tuple[Node, ...],
    outer: Loop,
    loop: Loop,
    dependences: Dependences,
    word: str,
) -> Verdict:
    carried = CarriedBy(scop, nodes, loop)
    for dependence in dependences.binding:
        relation = carried(dependence.relation)
        if not relation.is_empty():
            what = _describe(scop, dependence, relation)
            return Verdict(False, f"{word}({loop.name}): the loop carries {what}")
    permissions = []
    for dependence in dependences.idempotent:
        relation = carried(dependence.relation)
        if outer.simd and dependence.closure and not relation.is_empty():
            # A lane may read before or after one that stores what was there already.
            relation = relation.subtract(dependence.closure.silent(scop.parameter_text))
            permissions.append(dependence.closure.permission)
        if not relation.is_empty():
            what = _describe(scop, dependence, relation)
            return Verdict(False, f"{word}({loop.name}): the loop carries {what}")
    crossing = carried(dependences.reduction_union)
    if crossing.is_empty():
        return Verdict(True, "", tuple(permissions))
    arrays = sorted(
        d.array for d in dependences.reductions if not carried(d.relation).is_empty()
    )
    allowed = outer.simd or (outer.parallel is not None and outer.parallel.reduction)
    if allowed:
        return _private_copies(scop, nodes, loop, arrays, word)
    return Verdict(
        False,
        f"{word}({loop.name}): the loop carries a reduction into "
        f"'{arrays[0]}'; say reduction=true to make it private",
    )


def _private_copies(
    scop: Scop, nodes: tuple[Node, ...], loop: Loop, arrays: list[str], word: str
) -> Verdict:
    """Judge whether every lane or thread may sum into a copy of its own.

    Elements that are updated in a buffer of their own are told apart from the rest of
    their array when the buffer is printed.
    """
    above = [node for _, node in node_path(nodes, loop)]
    buffered = {n.array for n in above if isinstance(n, Pack) and n.updates_only}
    shared = set(arrays) - buffered
    for name in sorted(statements_below(loop.body)):
        for access in scop.statements[name].accesses:
            if access.array in shared and not access.is_reduction:
                return Verdict(
                    False,
                    f"{word}({loop.name}): '{access.array}' is reduced there and also "
                    f"used otherwise in {name} ({scop.statements[name].location})",
                )
    operators = {
        scop.statements[name].operator
        for name in statements_below(loop.body)
        for access in scop.statements[name].accesses
        if access.array in arrays and access.is_reduction
    }
    if len(operators) > len(arrays):
        return Verdict(False, f"{word}({loop.name}): reductions of different kinds")
    return Verdict(True, "", ("reassociates",))


def _broken(scop: Scop, binding: list[Dependence], order: isl.UnionMap) -> str:
    kept = order.lex_lt_union_map(order)
    for dependence in binding:
        rest = dependence.relation.subtract(kept)
        if not rest.is_empty():
            return "the new order breaks " + _describe(scop, dependence, rest)
    return "the new order breaks a dependence"


def _describe(scop: Scop, dependence: Dependence, relation: isl.UnionMap) -> str:
    pieces = relation.get_map_list()
    first = pieces.get_at(0)
    source = scop.statements[first.get_tuple_name(isl.dim_type.in_)]
    target = scop.statements[first.get_tuple_name(isl.dim_type.out)]
    distance = _distance(first)
    return (
        f"the dependence through '{dependence.array}' from {source.name} "
        f"({source.location}) to {target.name} ({target.location}){distance}"
    )


def _distance(relation: isl.Map) -> str:
    """Return the signs of a dependence distance over the common loops."""
    source = relation.dim(isl.dim_type.in_)
    target = relation.dim(isl.dim_type.out)
    common = min(source, target)
    if not common:
        return ""
    signs = []
    for d in range(common):
        signs.append(_sign(relation, d))
    return f", direction ({', '.join(signs)})"


def _sign(relation: isl.Map, d: int) -> str:
    less = relation.order_lt(isl.dim_type.in_, d, isl.dim_type.out, d).is_empty()
    equal = relation.equate(isl.dim_type.in_, d, isl.dim_type.out, d).is_empty()
    more = relation.order_gt(isl.dim_type.in_, d, isl.dim_type.out, d).is_empty()
    text = ("" if less else "<") + ("" if equal else "=") + ("" if more else ">")
    return "*" if text == "<=>" else text
