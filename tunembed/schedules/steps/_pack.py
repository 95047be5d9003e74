"""pack(A, k_t): work on a local copy of a part of an array."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace

from pycparser import c_ast

from tunembed.parsers import isl_name
from tunembed.schedules._buffers import moves_along
from tunembed.schedules._scop import ScopAccess
from tunembed.schedules._step import Plan, Step
from tunembed.schedules._tree import (
    Loop,
    Moves,
    Node,
    Pack,
    ScheduleError,
    find_loop,
    loops_of,
    rewrite_loop,
    statements_below,
)


class PackStep(Step):
    """Copy what one iteration of a loop uses of an array into a local buffer.

    ``transpose=true`` stores the buffer with its dimensions in reverse, so that an
    operand walked along a column is contiguous. Loops named behind the first choose
    among several uses of one array: ``pack(A, j_t, j)`` copies what moves with `j`,
    so ``A[j][k]`` and not ``A[i][k]``; ``pack(A, j_t, j, k)`` what moves with both.
    """

    kind = "pack"
    keywords = frozenset({"transpose"})
    array_first = True

    def validate(self) -> None:
        """Take an array, a loop and those that choose among its uses."""
        self.require(at_least=2)
        if self.sizes:
            raise ScheduleError(f"{self}: name one array and one loop")
        if not isinstance(self.options.get("transpose", False), bool):
            raise ScheduleError(f"{self}: transpose must be true or false")

    def without(self, loops: Collection[str]) -> Step | None:
        """Return the step, or None where it needs one of the loops.

        Without a loop that chooses among uses, others would be copied.
        """
        return None if set(loops) & set(self.loop_names()) else self

    def apply(self, plan: Plan) -> Plan:
        """Wrap the loop's body."""
        array, name, *moving = self.names

        def change(loop: Loop) -> tuple[Node, ...]:
            along = tuple(_dimensions(plan, loop, other) for other in moving)
            rank, written = usage(plan, array, loop, along)
            order = tuple(range(rank))
            if self.options.get("transpose", False):
                order = order[::-1]
            pack = Pack(array, f"{array}_tile", order, written, loop.body, along=along)
            return (replace(loop, body=(pack,)),)

        return plan.with_nodes(rewrite_loop(plan.nodes, name, change))


def _dimensions(plan: Plan, root: Loop, name: str) -> frozenset[tuple[str, str]]:
    """Return the statements and their dimensions that a loop in `root` runs over."""
    find_loop(root.body, name)
    return frozenset(
        (statement, dim)
        for loop in loops_of(root.body)
        if loop.name == name
        for statement, index in loop.index.items()
        for dim in plan.scop.statements[statement].dims
        if isl_name(dim) in re.findall(r"\w+", index)
    )


def usage(plan: Plan, array: str, loop: Loop, along: Moves = ()) -> tuple[int, bool]:
    """Return the number of subscripts of `array` below `loop`, and if it is written.

    Parameters
    ----------
    plan : Plan
    array : str
    loop : Loop
    along : Moves, default=()
        Look only at accesses that move with all of these loops.

    Raises
    ------
    ScheduleError
        If the array is not used there, or not through affine subscripts only.
    """
    found = [
        access
        for name in sorted(statements_below(loop.body))
        for access in plan.scop.statements[name].accesses
        if access.array == array and moves_along(name, access, along)
    ]
    if not found:
        raise ScheduleError(f"pack({array}): the array is not used in '{loop.name}'")
    for access in found:
        if access.node is None or access.private or None in access.subscripts:
            raise ScheduleError(f"pack({array}): not every subscript is affine")
        if "?" in access.inner_extents or _is_partly_linear(access):
            raise ScheduleError(f"pack({array}): its row length is not known")
        if not access.subscripts:
            raise ScheduleError(f"pack({array}): it is a scalar or seen as a whole")
    return len(found[0].subscripts), any(a.kind == "write" for a in found)


def _is_partly_linear(access: ScopAccess) -> bool:
    """Return whether one of several brackets holds a linear subscript."""
    return bool(access.inner_extents) and isinstance(
        getattr(access.node, "name", None), c_ast.ArrayRef
    )
