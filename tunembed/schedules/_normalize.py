"""Bring a function into a normal form: simple nests, loops ordered by stride.

Trümper et al., "A Priori Loop Nest Normalization", arXiv 2412.20179: nests that differ
only in how they were written become alike, so that a schedule learnt on one fits
the others.
"""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import itertools
from dataclasses import replace

import islpy as isl

from tunembed.schedules._legality import is_parallel, judge
from tunembed.schedules._nests import perfect_chain
from tunembed.schedules._printer import Printer
from tunembed.schedules._schedule import Schedule
from tunembed.schedules._scop import EVERYTHING, Scop, ScopAccess, ScopStatement
from tunembed.schedules._step import Plan, Step
from tunembed.schedules._tree import (
    Loop,
    Node,
    ScheduleError,
    find_loop,
    loops_of,
    plain,
    statements_below,
)
from tunembed.schedules.steps import STEPS

_DEEPEST = 6


def normalize(plan: Plan) -> tuple[Plan, Schedule]:
    """Split loops as far as legal and order each nest's loops by stride.

    Parameters
    ----------
    plan : Plan
        In the order of the source.

    Returns
    -------
    plan : Plan
        In normal form.
    schedule : Schedule
        The legal steps that lead there.
    """
    if plan.scop.reasons:
        return plan, Schedule()
    plan, split = _split_all(plan)
    plan, ordered = _order_all(plan)
    return plan, Schedule((*split, *ordered))


def _legal(plan: Plan) -> bool:
    if not judge(plan.scop, plan.nodes, plan.dependences):
        return False
    try:
        Printer(plan.scop, plan.nodes, plan.dependences).body()
    except (ScheduleError, isl.Error):
        return False
    return True


def _split_all(plan: Plan) -> tuple[Plan, list[Step]]:
    """Distribute loops from the innermost outwards."""
    steps: list[Step] = []
    for name in [loop.name for loop in reversed(loops_of(plan.nodes))]:
        loop = find_loop(plan.nodes, name)
        if not loops_of(loop.body) and not _are_products(plan, loop):
            continue
        plan, found = _split_one(plan, name)
        steps += found
        plan, found = _split_moved(plan, name, statements_below((loop,)))
        steps += found
    return plan, steps


def _are_products(plan: Plan, loop: Loop) -> bool:
    """Return whether an innermost loop updates several results, each more than once.

    A loop for each passes over the operands again, which costs little beside what
    register tiles win on products.
    """
    statements = [plan.scop.statements[name] for name in statements_below((loop,))]
    return len(statements) > 1 and all(
        any(access.is_reduction for access in statement.accesses)
        and all(len(a.subscripts) < len(statement.dims) for a in statement.accesses)
        for statement in statements
    )


def _split_one(plan: Plan, name: str) -> tuple[Plan, list[Step]]:
    """Split a loop in front of every child where that is legal."""
    steps: list[Step] = []
    loop = find_loop(plan.nodes, name)
    heads = [_head(node) for node in loop.body[1:]]
    for head in heads:
        step = STEPS["fission"]((_holder(plan, head, name), head))
        expanded = _expansions(plan, loop)
        for attempt in (
            (step,),
            (*expanded, step),
            (*_privatizations(plan, loop), *expanded, step),
        ):
            tried = _try(plan, attempt)
            if tried is not None:
                plan = tried
                steps += attempt
                break
    return plan, steps


def _split_moved(plan: Plan, name: str, below: set[str]) -> tuple[Plan, list[Step]]:
    """Split off what can run behind all that follows it, where nothing else is legal.

    Such as the update of rows above in a product with half a symmetric matrix, which
    stands in front of the one that must come first.
    """
    for loop in loops_of(plan.nodes):
        if plain(loop.name) != plain(name) or not statements_below((loop,)) <= below:
            continue
        heads = [_head(node) for node in loop.body]
        for place, head in enumerate(heads[:-1]):
            moves = [STEPS["reorder"]((other, head)) for other in heads[place + 1 :]]
            attempt = (*moves, STEPS["fission"]((loop.name, head)))
            tried = _try(plan, attempt)
            if tried is not None:
                plan, more = _split_one(tried, loop.name)
                return plan, [*attempt, *more]
    return plan, []


def _head(node: Node) -> str:
    return min(statements_below((node,)), key=_number)


def _number(statement: str) -> tuple[int, str]:
    digits = "".join(filter(str.isdigit, statement))
    return int(digits or 0), statement


def _holder(plan: Plan, statement: str, name: str) -> str:
    """Return the part of the once single loop `name` that has `statement` now."""
    for loop in loops_of(plan.nodes):
        if statement in statements_below((loop,)) and plain(loop.name) == plain(name):
            return loop.name
    return name


def _expansions(plan: Plan, loop: Loop) -> tuple[Step, ...]:
    """Return the steps that give scalars declared in `loop` one element each."""
    below = statements_below((loop,))
    names = {
        access.array
        for statement in below
        for access in plan.scop.statements[statement].accesses
        if access.private and not access.subscripts
    }
    return tuple(STEPS["expand"]((name,)) for name in sorted(names))


def _privatizations(plan: Plan, loop: Loop) -> tuple[Step, ...]:
    """Return the steps that give arrays reused in `loop` elements per iteration.

    Only where that takes no more memory than an array that is there already.
    """
    below = [plan.scop.statements[name] for name in sorted(statements_below((loop,)))]
    ranks = {len(a.subscripts) for s in below for a in s.accesses}
    written = {
        a.array
        for s in below
        for a in s.accesses
        if a.kind == "write"
        and loop.name in s.dims
        and len(a.subscripts) + s.dims.index(loop.name) + 1 in ranks
    }
    steps = []
    for array in sorted(written - set(plan.scop.privates)):
        step = STEPS["privatize"]((array, loop.name))
        try:
            done = step.apply(plan)
        except ScheduleError:
            continue
        own = set(done.scop.expanded) - set(plan.scop.expanded)
        if all(_takes_little(done.scop, name, below) for name in own):
            steps.append(step)
    return tuple(steps)


def _takes_little(scop: Scop, name: str, statements: list[ScopStatement]) -> bool:
    """Return whether another array has an element for each of those of a new one."""
    wanted = _footprint(scop, name, statements)
    arrays = {a.array for s in statements for a in s.accesses} - {name, EVERYTHING}
    return any(
        found.dim(isl.dim_type.set) == wanted.dim(isl.dim_type.set)
        and wanted.is_subset(found)
        for found in (_footprint(scop, array, statements) for array in sorted(arrays))
    )


def _footprint(scop: Scop, array: str, statements: list[ScopStatement]) -> isl.Set:
    parts = []
    for statement in (scop.statements[s.name] for s in statements):
        for access in statement.accesses:
            if access.array == array:
                relation = access.relation(statement, scop.parameter_text)
                parts.append(scop.domain(statement.name).apply(relation))
    union = isl.Set(f"[{scop.parameter_text}] -> {{ [] : false }}")
    for part in parts:
        found = part.reset_tuple_id()
        union = found if union.is_empty() else union.union(found)
    return union


def _try(plan: Plan, steps: tuple[Step, ...]) -> Plan | None:
    try:
        for step in steps:
            plan = step.apply(plan)
    except ScheduleError:
        return None
    return plan if _legal(plan) else None


def _order_all(plan: Plan) -> tuple[Plan, list[Step]]:
    steps: list[Step] = []
    done: set[str] = set()
    for name in [loop.name for loop in loops_of(plan.nodes)]:
        if name in done:
            continue
        chain = perfect_chain(find_loop(plan.nodes, name))
        done |= {loop.name for loop in chain}
        if len(chain) > _DEEPEST:
            continue
        plan, step = _order(plan, chain) if len(chain) > 1 else _eager(plan, chain[0])
        if step is not None:
            steps.append(step)
    return plan, steps


def _order(plan: Plan, chain: list[Loop]) -> tuple[Plan, Step | None]:
    names = [loop.name for loop in chain]
    costs = {loop.name: _stride_cost(plan, loop) for loop in chain}
    free = {
        loop.name: is_parallel(plan.scop, plan.nodes, loop, plan.dependences)
        for loop in chain
    }

    def key(order: tuple[str, ...]) -> tuple:
        strides = tuple(costs[name] for name in reversed(order))
        moved = tuple(names.index(name) for name in order)
        return (strides[0], not free[order[0]], strides[1:], moved)

    for order in sorted(itertools.permutations(names), key=key):
        if list(order) == names:
            return plan, None
        step = STEPS["interchange"](order)
        tried = _try(plan, (step,))
        if tried is not None:
            return tried, step
    return plan, None


def _eager(plan: Plan, outer: Loop) -> tuple[Plan, Step | None]:
    """Exchange two loops with statements after the inner one, for shorter strides."""
    inner = outer.body[0]
    if not isinstance(inner, Loop) or loops_of(inner.body) or len(outer.body) < 2:
        return plan, None
    if _stride_cost(plan, inner) <= _stride_cost(plan, replace(outer, body=(inner,))):
        return plan, None
    step = STEPS["interchange"]((inner.name, outer.name))
    tried = _try(plan, (step,))
    return (plan, None) if tried is None else (tried, step)


def _stride_cost(plan: Plan, loop: Loop) -> float:
    """Return how badly memory is walked with `loop` innermost: 0 is best."""
    cost = 0.0
    for name in statements_below(loop.body):
        dim = loop.index[name].removeprefix("-")
        for access in plan.scop.statements[name].accesses:
            cost += _access_cost(access, dim)
    return cost


def _access_cost(access: ScopAccess, dim: str) -> float:
    if not access.subscripts:
        return 0.0
    place, factor = access.step_along({dim})
    direct = 16.0 + place if place else float(min(factor, 8))
    return max(16.0, direct) if dim in access.indirect else direct
