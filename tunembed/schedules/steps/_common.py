"""Tree surgery that several steps share."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from tunembed.schedules._relations import node_path
from tunembed.schedules._step import Plan, Step
from tunembed.schedules._tree import (
    Leaf,
    Loop,
    Node,
    Restrict,
    ScheduleError,
    find_loop,
    loops_of,
    statements_below,
)


class ArrayStep(Step):
    """A step for what is done with an array, whatever the loops look like."""

    def validate(self) -> None:
        """One array and a size."""
        self.require(sizes=True)
        if self.names or len(self.sizes) != 1:
            raise ScheduleError(
                f"{self}: name one array and a size, as in {self.kind}(A=64)"
            )

    def loop_names(self) -> tuple[str, ...]:
        """Return none."""
        return ()

    def array_names(self) -> tuple[str, ...]:
        """Return the array."""
        return tuple(self.sizes)

    def renamed(self, loops: Mapping[str, str], arrays: Mapping[str, str]) -> Step:
        """Return the same step for another array."""
        return type(self)((), {arrays.get(k, k): v for k, v in self.options.items()})


def outermost(nodes: tuple[Node, ...], names: Sequence[str]) -> Loop:
    """Return the one of the named loops that contains all the others."""
    loops = [find_loop(nodes, name) for name in names]
    for loop in loops:
        inside = {found.name for found in loops_of((loop,))}
        if set(names) <= inside:
            return loop
    raise ScheduleError(f"the loops {', '.join(names)} are not nested in each other")


def chain_from(loop: Loop, names: Sequence[str]) -> list[Loop]:
    """Return the perfectly nested loops from `loop` down to the last named one."""
    chain = [loop]
    missing = set(names) - {loop.name}
    while missing:
        body = chain[-1].body
        if len(body) != 1 or not isinstance(body[0], Loop):
            raise ScheduleError(
                f"loop '{sorted(missing)[0]}' is not perfectly nested in "
                f"'{loop.name}': split the loops between them by fission first"
            )
        chain.append(body[0])
        missing.discard(body[0].name)
    return chain


def nest(chain: Sequence[Loop], body: tuple[Node, ...]) -> Loop:
    """Return the loops of `chain`, outermost first, around `body`."""
    for loop in reversed(chain):
        body = (replace(loop, body=body),)
    return body[0]  # type: ignore[return-value]


def tile_index(loop: Loop, size: int) -> dict[str, str]:
    """Return the index of the tile loop over `loop`."""
    return {s: f"{size}*floor(({text})/{size})" for s, text in loop.index.items()}


def child_with(step: Step, loop: Loop, what: str) -> int:
    """Return the position in a loop's body of the child with a statement or loop."""
    for place, node in enumerate(loop.body):
        if what in statements_below((node,)) | {n.name for n in loops_of((node,))}:
            return place
    raise ScheduleError(f"{step}: no statement or loop {what} in '{loop.name}'")


def require_whole(outer: Loop, inner: Loop) -> None:
    """Check that every statement below `outer` is also below `inner`."""
    rest = statements_below((outer,)) - statements_below((inner,))
    if rest:
        raise ScheduleError(
            f"statement {sorted(rest)[0]} is inside '{outer.name}' but outside "
            f"'{inner.name}': split it off by fission first"
        )


def innermost(nodes: tuple[Node, ...]) -> bool:
    """Return whether `nodes` are statements only."""
    return all(isinstance(node, Leaf) for node in nodes)


def inside_restrictions(plan: Plan, loop: Loop, body: tuple[Node, ...]) -> Node:
    """Return `body` inside the restrictions that hold at `loop`."""
    found: Node = replace(loop, body=body)
    for _, node in node_path(plan.nodes, loop)[:-1]:
        if isinstance(node, Restrict):
            found = Restrict(node.domain, (found,))
    return found


def restrictions_outside(nodes: tuple[Node, ...]) -> tuple[Node, ...]:
    """Move what restricts all of a loop's body in front of the loop.

    Loops with nothing but a restriction between them are then perfectly nested.
    """
    found: list[Node] = []
    for node in nodes:
        if isinstance(node, Leaf):
            found.append(node)
            continue
        body = restrictions_outside(node.body)
        only = body[0] if len(body) == 1 else None
        if isinstance(node, Loop) and isinstance(only, Restrict):
            found.append(Restrict(only.domain, (replace(node, body=only.body),)))
        else:
            found.append(replace(node, body=body))
    return tuple(found)


def signed_like(index: str, value: str) -> str:
    """Return a value of the iterator as loops that count down see it: negated."""
    return f"-({value})" if counts_down(index) else value


def counts_down(index: str) -> bool:
    """Return whether a loop, or the one that it is the tile loop of, counts down."""
    return re.match(r"(\d+\*floor\(\()*-", index) is not None
