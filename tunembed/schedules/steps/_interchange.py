"""interchange(i, j, k): a new order for nested loops."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from dataclasses import replace

from tunembed.schedules._step import Plan, Step
from tunembed.schedules._tree import (
    Loop,
    Node,
    Restrict,
    ScheduleError,
    rewrite_loop,
    statements_below,
)
from tunembed.schedules.steps._common import chain_from, nest, outermost


class Interchange(Step):
    """Reorder nested loops; the names are listed from the outermost.

    Two loops need not be perfectly nested. What follows the inner one, in
    ``for j { for k<j A[j] -= A[k] * L[j][k]; A[j] /= L[j][j]; }``, then runs as soon as
    the inner loop is complete for it: ``interchange(k, j)`` makes
    ``for k { A[k] /= L[k][k]; for j>k A[j] -= A[k] * L[j][k]; }``. That turns the lazy
    (left-looking) form of a factorisation or a triangular solve into the eager one.
    """

    kind = "interchange"

    def validate(self) -> None:
        """Two different loops at least."""
        self.require(at_least=2)
        if len(set(self.names)) != len(self.names) or self.options:
            raise ScheduleError(f"{self}: name different loops, without sizes")

    def apply(self, plan: Plan) -> Plan:
        """Put the named loops in the listed order, in the places they have."""
        first = outermost(plan.nodes, self.names)

        def change(loop: Loop) -> tuple[Node, ...]:
            if self._is_lazy(loop):
                return (_eager(loop),)
            chain = chain_from(loop, self.names)
            by_name = {found.name: found for found in chain}
            order = iter(self.names)
            moved = [
                by_name[next(order)] if found.name in self.names else found
                for found in chain
            ]
            return (nest(moved, chain[-1].body),)

        return plan.with_nodes(rewrite_loop(plan.nodes, first.name, change))

    def _is_lazy(self, loop: Loop) -> bool:
        """Return whether more than the inner one of two loops is in the outer one."""
        inner, *rest = loop.body
        if isinstance(inner, Restrict) and len(inner.body) == 1:
            inner = inner.body[0]
        return (
            bool(rest)
            and isinstance(inner, Loop)
            and self.names == (inner.name, loop.name)
        )


def _eager(outer: Loop) -> Loop:
    """Run what follows the inner loop in front of what uses it.

    An iteration of the new outer loop is one of the inner loop for the statements in
    it, and the iteration of the old outer loop with the same value for the others.
    """
    first, *rest = outer.body
    inner = first.body[0] if isinstance(first, Restrict) else first
    assert isinstance(inner, Loop)
    after = {name: outer.index[name] for name in statements_below(tuple(rest))}
    within = {name: outer.index[name] for name in statements_below((inner,))}
    moved: Node = replace(outer, index=within, body=inner.body)
    if isinstance(first, Restrict):
        moved = Restrict(first.domain, (moved,))
    return replace(inner, index={**inner.index, **after}, body=(*rest, moved))
