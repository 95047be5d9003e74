"""A function in one form: its nests with roles, features and shares of work."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from tunembed.features import LoopNestVectorizer
from tunembed.parsers import Function, LoopNest
from tunembed.parsers import Loop as SourceLoop
from tunembed.schedules import (
    Leaf,
    Loop,
    Plan,
    Roles,
    Schedule,
    ScheduleError,
    apply_schedule,
    extent,
    leaves_of,
    loops_of,
    nests_of,
    normalize,
    prepare,
    roles_of,
)
from tunembed.schedules import Node as TreeNode

# Starting threads costs about as much as this many operations.
_WORTH_THREADS = 40_000
# What a call of a mathematical function costs, in operations of a vectorised loop.
_CALL = 40


@dataclass(frozen=True)
class Nest:
    """One nest of a view.

    Attributes
    ----------
    index : int
        Position among the nests of the view.
    loop : Loop
        Its root in the plan's tree.
    roles : Roles
        What its loops and arrays do, by which schedules are matched.
    features : ndarray of shape (n_features,)
        As of `LoopNestVectorizer`; not a number where a feature is unknown.
    share : float
        Estimated share of the function's work.
    structure : str
        Hash of the nest up to names, sizes and data types.
    source : LoopNest
        The nest in the words of the parser.
    operations : float
        Estimated operations of one run of the nest.
    """

    index: int
    loop: Loop
    roles: Roles
    features: np.ndarray
    share: float
    structure: str
    source: LoopNest
    operations: float = math.inf

    @property
    def is_fine(self) -> bool:
        """Whether one run is too short to be worth starting threads."""
        return self.operations < _WORTH_THREADS


@dataclass(frozen=True)
class View:
    """A function in normal form, or as it was written.

    Attributes
    ----------
    name : {"normal", "raw", "whole"}
        In normal form; as it was written; or that, with each outermost loop as one
        nest, for schedules across the sweeps of a loop over time.
    plan : Plan
        The function with `prefix` applied.
    prefix : Schedule
        The steps that lead from the source to this form.
    nests : tuple of Nest
        In textual order.
    sizes : mapping of str to int
        Values of the function's parameters.
    """

    name: str
    plan: Plan
    prefix: Schedule
    nests: tuple[Nest, ...]
    sizes: Mapping[str, int] = field(default_factory=dict)

    def threads_for(self, nest: Nest, schedule: Schedule) -> Schedule:
        """Return a step for threads over the outermost loop of a scheduled nest.

        It is empty where the schedule does not fit. Whether the step is legal is not
        judged.
        """
        try:
            plan = apply_schedule(self.plan, schedule)
        except ScheduleError:
            return Schedule()
        wanted = set(nest.loop.index)
        for loop in loops_of(plan.nodes):
            if set(loop.index) <= wanted:
                return Schedule.parse(f"parallel({loop.name})")
        return Schedule()

    def starts_threads_too_often(self, schedule: Schedule) -> str:
        """Return the loop whose threads would be started for next to nothing, or ''.

        Parameters
        ----------
        schedule : Schedule
            For this view.

        Raises
        ------
        ScheduleError
            When it cannot be applied.
        """
        plan = apply_schedule(self.plan, schedule)
        for outer in loops_of(plan.nodes):
            for loop in loops_of(outer.body):
                if loop.parallel is None:
                    continue
                if not self.is_worth_threads(loop, plan):
                    return loop.name
        return ""

    def is_worth_threads(self, loop: Loop, plan: Plan | None = None) -> bool:
        """Return whether one run of a loop is long enough to start threads for it.

        Parameters
        ----------
        loop : Loop
        plan : Plan, optional
            Whose loop it is; this view's if not given.
        """
        work = _work_below(plan or self.plan, (loop,), self.sizes)
        return work >= _WORTH_THREADS


def views_of(
    function: Function, sizes: Mapping[str, int], *, strict_fp: bool = False
) -> list[View]:
    """Return the forms in which `function` is compared with what is known.

    Parameters
    ----------
    function : Function
        What is tuned.
    sizes : mapping of str to int
        Values of its parameters, for features and shares.
    strict_fp : bool, default=False
        Normalize without reassociation.

    Returns
    -------
    list of View
        The normal form; then the function as it was written, if that is another; then
        with its outermost loops whole, if nests are smaller.
    """
    raw = prepare(function, strict_fp=strict_fp)
    normal, prefix = normalize(raw)
    views = [_view("normal", normal, prefix, sizes)]
    if len(prefix):
        views.append(_view("raw", raw, Schedule(), sizes))
    whole = [node for node in raw.nodes if isinstance(node, Loop)]
    if not raw.scop.reasons and whole != nests_of(raw):
        views.append(_view("whole", raw, Schedule(), sizes, whole))
    return views


def _view(
    name: str,
    plan: Plan,
    prefix: Schedule,
    sizes: Mapping[str, int],
    roots: list[Loop] | None = None,
) -> View:
    if roots is None:
        roots = nests_of(plan) if not plan.scop.reasons else []
    roots = [root for root in roots if _is_of_source(plan, root)]
    once = [_work_below(plan, (root,), sizes) for root in roots]
    runs = [_outer_extent(plan, root, sizes) for root in roots]
    work = [w * r for w, r in zip(once, runs, strict=True)]
    total = sum(work) or 1.0
    vectorizer = LoopNestVectorizer(sizes=dict(sizes), errors="nan")
    sources = [source_nest(plan, root, n) for n, root in enumerate(roots)]
    rows = vectorizer.transform(sources) if sources else []
    nests = tuple(
        Nest(
            n,
            root,
            roles_of(plan, root, sizes),
            np.asarray(rows[n], dtype=float),
            work[n] / total,
            structure_hash(plan, root),
            sources[n],
            once[n] if runs[n] > 1 else math.inf,
        )
        for n, root in enumerate(roots)
    )
    return View(name, plan, prefix, nests, sizes)


def source_nest(plan: Plan, root: Loop, index: int) -> LoopNest:
    """Return a nest in the parser's words, its loops in the order of the tree."""
    return LoopNest(plan.scop.function, _source_loop(plan, root), index)


def _is_of_source(plan: Plan, root: Loop) -> bool:
    """Return whether a nest is one of the source, and not a copy that a step added."""
    dims = plan.scop.statements[leaves_of((root,))[0]].dims
    return all(dim in plan.scop.loop_sources for dim in dims)


def _source_loop(plan: Plan, loop: Loop) -> SourceLoop:
    statement = leaves_of((loop,))[0]
    dim = loop.index[statement].removeprefix("-")
    origin = plan.scop.loop_sources[dim]
    return replace(origin, body=_source_nodes(plan, loop.body))


def _source_nodes(plan: Plan, nodes: tuple[TreeNode, ...]) -> tuple:
    found: list = []
    for node in nodes:
        if isinstance(node, Loop):
            found.append(_source_loop(plan, node))
        else:
            for name in leaves_of((node,)):
                source = plan.scop.statements[name].source
                if source is not None:
                    found.append(source)
    return tuple(found)


def _work_below(
    plan: Plan, nodes: tuple[TreeNode, ...], sizes: Mapping[str, int], times: float = 1
) -> float:
    """Return the estimated number of operations of one run of `nodes`."""
    total = 0.0
    for node in nodes:
        if isinstance(node, Leaf):
            total += times * _weight(plan, node.statement)
            continue
        inside = extent(plan, node, sizes) if isinstance(node, Loop) else 1.0
        total += _work_below(plan, node.body, sizes, times * inside)
    return total


def _weight(plan: Plan, name: str) -> float:
    statement = plan.scop.statements[name]
    calls = len(statement.source.calls) if statement.source else 4
    return 1 + sum(statement.operations.values()) + _CALL * calls


def _outer_extent(plan: Plan, root: Loop, sizes: Mapping[str, int]) -> float:
    """Return how often a nest runs: the product of the loops around it."""
    times = 1.0
    nodes = plan.nodes
    while True:
        around = [
            node
            for node in nodes
            if isinstance(node, Loop)
            and node is not root
            and set(leaves_of((root,))) <= set(leaves_of((node,)))
        ]
        if not around:
            return times
        times *= extent(plan, around[0], sizes)
        nodes = around[0].body


def structure_hash(plan: Plan, root: Loop) -> str:
    """Return a hash of a nest that ignores names, sizes and data types."""
    text = _structure(plan, (root,), {}, {})
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def _structure(
    plan: Plan,
    nodes: tuple[TreeNode, ...],
    loops: dict[str, str],
    arrays: dict[str, str],
) -> str:
    pieces = []
    for node in nodes:
        if isinstance(node, Loop):
            inner = dict(loops)
            for name in leaves_of((node,)):
                dim = node.index[name].removeprefix("-")
                inner.setdefault(dim, f"L{len(set(loops.values()))}")
            pieces.append(f"for({_structure(plan, node.body, inner, arrays)})")
        else:
            for name in leaves_of((node,)):
                pieces.append(_statement_text(plan, name, loops, arrays))
    return ";".join(pieces)


def _statement_text(
    plan: Plan, name: str, loops: dict[str, str], arrays: dict[str, str]
) -> str:
    statement = plan.scop.statements[name]
    words = [f"{k}{v}" for k, v in sorted(statement.operations.items())]
    for access in statement.accesses:
        array = arrays.setdefault(access.array, f"A{len(arrays)}")
        subscripts = []
        for subscript in access.subscripts:
            if subscript is None:
                subscripts.append("?")
                continue
            known = {k: v for k, v in subscript.coefficients.items() if k in loops}
            terms = sorted(f"{f}{loops[k]}" for k, f in known.items())
            offset = subscript.constant if len(known) == len(subscript.names()) else "p"
            subscripts.append(f"{'+'.join(terms)}+{offset}")
        words.append(f"{access.kind[0]}{array}[{','.join(subscripts)}]")
    return " ".join(words)
