"""Which combination of the nests' options to try next."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from tunembed.schedules import Schedule
from tunembed.tuning._knowledge import combined_speedup
from tunembed.tuning._options import NestOptions, Option
from tunembed.tuning._resize import resized
from tunembed.tuning._view import View

# Both forms of a function are tried before variations of either.
_FIRST = 1e6
# What a schedule promises with a compiler it was not recommended for.
_OTHER_COMPILER = 0.85
# What the best one promises with another size.
_OTHER_SIZE = 0.85

_Key = tuple[str, tuple[int, ...], str]


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
        Its kind: at first that of the choice for the heaviest nest.
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
    compilers : sequence of str, default=("gcc",)
        Kinds of the compilers there are, the usual one first.
    plain : bool, default=False
        Whether a form without any schedule differs from the original even where it
        has no steps: by its flags.

    Notes
    -----
    What a combination promises is Amdahl's law over the shares of the nests. The best
    combination of every view comes first, then threads alone over all nests of the
    first view. Every measurement scales what its variations promise: those by one nest,
    and by the compiler; several are averaged. The normal form without any schedule is
    one of them, and all there is where neighbours are known but nothing of them fits.
    Whatever was the fastest so far is also varied by the sizes of its heaviest nest.
    """

    def __init__(
        self,
        found: Sequence[NestOptions],
        compilers: Sequence[str] = ("gcc",),
        *,
        plain: bool = False,
    ) -> None:
        self.compilers = tuple(compilers)
        self.plain = plain
        self.by_view: dict[str, list[NestOptions]] = {}
        for entry in found:
            self.by_view.setdefault(entry.view.name, []).append(entry)
        self.tried: set[_Key] = set()
        self.waiting: dict[_Key, float] = {}
        self.fastest = 1.0
        for name, entries in self.by_view.items():
            best = self._start(name, tuple(0 if e.options else -1 for e in entries))
            if best:
                self._around(best, 1.0, discount=0.97)
                self.waiting[best] = 2 * _FIRST + self._expected(*best[:2])
        first = next(iter(self.by_view), "")
        threads = self._start(
            first, tuple(e.threads for e in self.by_view.get(first, ()))
        )
        if threads:
            score = _FIRST + self._expected(*threads[:2])
            self.waiting[threads] = max(score, self.waiting.get(threads, 0.0))
        if not self.waiting:
            self._without_options()

    def next(self) -> Proposal | None:
        """Return the most promising combination not handed out yet."""
        if not self.waiting:
            return None
        key = max(self.waiting, key=lambda k: self.waiting[k])
        expected = self.waiting.pop(key)
        self.tried.add(key)
        return self._proposal(key, expected % _FIRST)

    def learn(self, proposal: Proposal, speedup: float) -> None:
        """Note a measured speedup; its variations become more, or less, promising."""
        key = (proposal.view.name, proposal.choice, proposal.compiler)
        expected = self._expected(*key[:2])
        self._around(key, max(speedup, 0.05) / expected, discount=1.0)
        if speedup > self.fastest:
            self.fastest = speedup
            self._resize(key, math.sqrt(speedup / expected))

    def _without_options(self) -> None:
        """Let the forms be tried where neighbours are known, but none helps a nest."""
        for name, entries in self.by_view.items():
            known = any(entry.neighbors for entry in entries)
            if known and (self.plain or len(entries[0].view.prefix)):
                for compiler in self.compilers:
                    self._add((name, (-1,) * len(entries), compiler), 1.0)

    def _start(self, name: str, choice: tuple[int, ...]) -> _Key | None:
        if max(choice, default=-1) < 0:
            return None
        return name, choice, self._compiler_of(name, choice)

    def _resize(self, key: _Key, scale: float) -> None:
        """Let the heaviest nest's option of the fastest combination vary in size."""
        name, choice, compiler = key
        place = self._heaviest(name, choice)
        entry = self.by_view[name][place]
        if choice[place] < 0:
            return
        chosen = entry.options[choice[place]]
        known = {str(option.schedule) for option in entry.options}
        new = [
            replace(chosen, schedule=schedule)
            for schedule in resized(chosen.schedule)
            if str(schedule) not in known
        ]
        self.by_view[name][place] = replace(entry, options=(*entry.options, *new))
        for option in range(len(entry.options), len(entry.options) + len(new)):
            varied = (*choice[:place], option, *choice[place + 1 :])
            score = self._expected(name, varied) * scale * _OTHER_SIZE
            self._add((name, varied, compiler), score)

    def _around(self, key: _Key, scale: float, *, discount: float) -> None:
        name, choice, compiler = key
        heaviest = self._heaviest(name, choice)
        for position, entry in enumerate(self.by_view[name]):
            for option in range(-1, len(entry.options)):
                varied = (*choice[:position], option, *choice[position + 1 :])
                steps = len(entry.view.prefix) or any(o >= 0 for o in varied)
                changed = steps or self.plain
                if varied == choice or not changed:
                    continue
                own = option >= 0 and position == heaviest
                used = entry.options[option].compiler if own else compiler
                score = self._expected(name, varied) * scale * discount
                self._add((name, varied, used), score)
        for other in self.compilers:
            if other != compiler:
                score = self._expected(name, choice) * scale * _OTHER_COMPILER
                self._add((name, choice, other), score)

    def _add(self, key: _Key, score: float) -> None:
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

    def _heaviest(self, name: str, choice: tuple[int, ...]) -> int:
        """Return which nest chooses the compiler."""
        shares = [entry.nest.share for entry in self.by_view[name]]
        chosen = [n for n, option in enumerate(choice) if option >= 0]
        return max(chosen or range(len(shares)), key=lambda n: shares[n])

    def _compiler_of(self, name: str, choice: tuple[int, ...]) -> str:
        heaviest = self._heaviest(name, choice)
        return self.by_view[name][heaviest].options[choice[heaviest]].compiler

    def _proposal(self, key: _Key, expected: float) -> Proposal:
        name, choice, compiler = key
        entries = self.by_view[name]
        chosen = [
            entry.options[option]
            for entry, option in zip(entries, choice, strict=True)
            if option >= 0
        ]
        schedule = Schedule()
        for option in chosen:
            schedule = schedule + option.schedule
        view = entries[0].view
        return Proposal(view, choice, compiler, schedule, expected, tuple(chosen))
