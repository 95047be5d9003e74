"""Which combination of the nests' options to try next."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from tunembed.schedules import Schedule
from tunembed.tuning._knowledge import combined_speedup
from tunembed.tuning._options import NestOptions, Option
from tunembed.tuning._view import View

# Both forms of a function are tried before variations of either.
_FIRST = 1e6


@dataclass(frozen=True)
class Proposal:
    """One option, or none, for every nest of a view.

    Attributes
    ----------
    view : View
        Whose nests they are.
    choice : tuple of int
        Position of the option chosen for each nest; -1 for none.
    compiler : str
        Kind of the compiler, by the choice for the heaviest nest.
    schedule : Schedule
        The chosen options one after the other.
    expected_speedup : float
        Of the whole function.
    options : tuple of Option
        The chosen ones.
    """

    view: View
    choice: tuple[int, ...]
    compiler: str
    schedule: Schedule
    expected_speedup: float
    options: tuple[Option, ...] = field(default=(), repr=False)


class Proposals:
    """Hands out combinations: the most promising first, then around the best measured.

    Parameters
    ----------
    found : sequence of NestOptions
        Of all views; combinations stay within one.
    compiler : str, default="gcc"
        Kind of the compiler for a form that is tried without any schedule.

    Notes
    -----
    What a combination promises is Amdahl's law over the shares of the nests. The best
    combination of every view comes first; the normal form without any schedule is one
    of the others. Every measurement scales what its variations
    by one nest promise; several are averaged.
    """

    def __init__(self, found: Sequence[NestOptions], compiler: str = "gcc") -> None:
        self.compiler = compiler
        self.by_view: dict[str, list[NestOptions]] = {}
        for entry in found:
            self.by_view.setdefault(entry.view.name, []).append(entry)
        self.tried: set[tuple[str, tuple[int, ...]]] = set()
        self.waiting: dict[tuple[str, tuple[int, ...]], float] = {}
        for name, entries in self.by_view.items():
            start = tuple(0 if e.options else -1 for e in entries)
            if any(choice >= 0 for choice in start):
                self._around(name, start, 1.0, discount=0.97)
                self.waiting[(name, start)] = _FIRST + self._expected(name, start)

    def next(self) -> Proposal | None:
        """Return the most promising combination not handed out yet."""
        if not self.waiting:
            return None
        key = max(self.waiting, key=lambda k: self.waiting[k])
        expected = self.waiting.pop(key)
        self.tried.add(key)
        return self._proposal(*key, expected - _FIRST * (expected > _FIRST))

    def learn(self, proposal: Proposal, speedup: float) -> None:
        """Note a measured speedup; its variations become more, or less, promising."""
        name, choice = proposal.view.name, proposal.choice
        expected = self._expected(name, choice)
        self._around(name, choice, max(speedup, 0.05) / expected, discount=1.0)

    def _around(
        self, name: str, choice: tuple[int, ...], scale: float, *, discount: float
    ) -> None:
        for position, entry in enumerate(self.by_view[name]):
            for option in range(-1, len(entry.options)):
                varied = (*choice[:position], option, *choice[position + 1 :])
                changed = len(entry.view.prefix) or any(o >= 0 for o in varied)
                if varied != choice and changed:
                    score = self._expected(name, varied) * scale * discount
                    self._add(name, varied, score)

    def _add(self, name: str, choice: tuple[int, ...], score: float) -> None:
        key = (name, choice)
        if key not in self.tried:
            known = self.waiting.get(key, score)
            self.waiting[key] = known if known > _FIRST else math.sqrt(known * score)

    def _expected(self, name: str, choice: tuple[int, ...]) -> float:
        entries = self.by_view[name]
        speedups = [
            entry.options[option].expected_speedup if option >= 0 else 1.0
            for entry, option in zip(entries, choice, strict=True)
        ]
        return combined_speedup([e.nest.share for e in entries], speedups)

    def _proposal(
        self, name: str, choice: tuple[int, ...], expected: float
    ) -> Proposal:
        entries = self.by_view[name]
        chosen = [
            (entry.nest.share, entry.options[option])
            for entry, option in zip(entries, choice, strict=True)
            if option >= 0
        ]
        schedule = Schedule()
        for _, option in chosen:
            schedule = schedule + option.schedule
        compiler = self.compiler
        if chosen:
            compiler = max(chosen, key=lambda pair: pair[0])[1].compiler
        return Proposal(
            entries[0].view,
            choice,
            compiler,
            schedule,
            expected,
            tuple(option for _, option in chosen),
        )
