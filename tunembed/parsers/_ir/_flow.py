"""Control flow between the blocks of a function: dominators, natural loops."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import networkx as nx


@dataclass(frozen=True)
class NaturalLoop:
    """The blocks that run again and again (Aho, Sethi, Ullman 1986, section 10.4).

    Attributes
    ----------
    header : int
        The block that dominates all others of the loop.
    blocks : frozenset of int
        All of them, those of inner loops included.
    latches : tuple of int
        The blocks that branch back to the header.
    depth : int
        One for a loop that is in no other.
    """

    header: int
    blocks: frozenset[int]
    latches: tuple[int, ...]
    depth: int


class Flow:
    """The control flow graph of a function.

    Parameters
    ----------
    successors : sequence of tuple of int
        Of each block, the entry first, the blocks that may come next.
    """

    def __init__(self, successors: Sequence[tuple[int, ...]]) -> None:
        self.successors = tuple(successors)

    @cached_property
    def predecessors(self) -> tuple[tuple[int, ...], ...]:
        """Of each block, the blocks that may come before."""
        found: list[list[int]] = [[] for _ in self.successors]
        for block, after in enumerate(self.successors):
            for target in after:
                found[target].append(block)
        return tuple(map(tuple, found))

    @cached_property
    def dominators(self) -> dict[int, int]:
        """Of each block that can be reached, its immediate dominator.

        The entry is its own.
        """
        graph = nx.DiGraph()
        graph.add_node(0)
        graph.add_edges_from(
            (block, target)
            for block, after in enumerate(self.successors)
            for target in after
        )
        found = nx.immediate_dominators(graph, 0)
        found[0] = 0  # not there since networkx 3.6
        return found

    def dominates(self, over: int, block: int) -> bool:
        """Return whether every way to `block` leads through `over`."""
        while block != over and self.dominators[block] != block:
            block = self.dominators[block]
        return block == over

    @cached_property
    def loops(self) -> tuple[NaturalLoop, ...]:
        """The natural loops by header, outer ones before those inside."""
        if not self._goes_back:
            return ()
        bodies: dict[int, set[int]] = {}
        latches: dict[int, list[int]] = {}
        for block, after in enumerate(self.successors):
            for target in after:
                if block in self.dominators and self.dominates(target, block):
                    bodies.setdefault(target, {target}).update(
                        self._reaching(block, target)
                    )
                    latches.setdefault(target, []).append(block)
        ordered = sorted(bodies, key=lambda header: (-len(bodies[header]), header))
        return tuple(
            NaturalLoop(
                header,
                frozenset(bodies[header]),
                tuple(latches[header]),
                sum(header in body for body in bodies.values()),
            )
            for header in ordered
        )

    @cached_property
    def depths(self) -> tuple[int, ...]:
        """Of each block, in how many loops it is."""
        depths = [0] * len(self.successors)
        for loop in self.loops:
            for block in loop.blocks:
                depths[block] += 1
        return tuple(depths)

    @property
    def _goes_back(self) -> bool:
        """Whether a block is followed by one that is not behind it: else no loops."""
        return any(
            target <= block
            for block, after in enumerate(self.successors)
            for target in after
        )

    def _reaching(self, latch: int, header: int) -> set[int]:
        """Return the blocks from which a latch is reached without the header."""
        found = {latch}
        waiting = [latch] if latch != header else []
        while waiting:
            for block in self.predecessors[waiting.pop()]:
                if block not in found and block != header:
                    if block in self.dominators:
                        found.add(block)
                        waiting.append(block)
        return found
