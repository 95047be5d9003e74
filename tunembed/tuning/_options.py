"""Which schedules could be tried on each nest of a function, learnt from neighbours."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from tunembed.features import LoopNestVectorizer
from tunembed.schedules import Schedule, ScheduleError, match
from tunembed.tuning._attempt import Workbench
from tunembed.tuning._database import TuningDatabase
from tunembed.tuning._knowledge import Knowledge, Neighbor, Suggestion
from tunembed.tuning._threads import plain_threads
from tunembed.tuning._view import Nest, View

# Nests with less of the work than this are left as they are.
_SMALLEST_SHARE = 0.004
_MOST_OPTIONS = 8
_LIGHT_SHARE = 0.1
_LIGHT_OPTIONS = 2
_LOOKED_AT = 60
_REPEATED = 0.85


@dataclass(frozen=True)
class Option:
    """A legal schedule for one nest, and the neighbour it came from, if any."""

    schedule: Schedule
    compiler: str
    expected_speedup: float
    confidence: float
    neighbor: Neighbor | None


@dataclass(frozen=True)
class Refusal:
    """A neighbour's schedule that is not legal here."""

    schedule: str
    reason: str


@dataclass(frozen=True)
class NestOptions:
    """What is known about one nest: its neighbours, and what they suggest.

    Attributes
    ----------
    view : View
        The form of the function whose nest it is.
    nest : Nest
    neighbors : tuple of Neighbor
        The nearest known nests.
    options : tuple of Option
        The most promising first.
    refused : tuple of Refusal
    threads : int
        Position of the option that only starts threads; -1 where none does.
    """

    view: View
    nest: Nest
    neighbors: tuple[Neighbor, ...]
    options: tuple[Option, ...]
    refused: tuple[Refusal, ...]
    threads: int = -1


def find_options(
    views: Sequence[View],
    database: TuningDatabase,
    bench: Workbench,
    *,
    threads: int,
    exclude_families: Collection[str] = (),
    exclude_structures: Collection[str] = (),
) -> list[NestOptions]:
    """Ask the database about every nest of every view.

    Parameters
    ----------
    views : sequence of View
        The forms of one function.
    database : TuningDatabase
        What is known.
    bench : Workbench
        Judges whether a neighbour's schedule is legal here; nothing is run.
    threads : int
        How many there are; with more than one, threads alone are an option.
    exclude_families, exclude_structures : collection of str
        What the database must not use.

    Returns
    -------
    list of NestOptions
        One for every nest that is worth it, in the order of the views.
    """
    names = tuple(LoopNestVectorizer().get_feature_names_out())
    found = []
    for view in views:
        knowledge = Knowledge(
            database,
            view.name,
            names,
            bench.compilers,
            exclude_families=exclude_families,
            exclude_structures=exclude_structures,
        )
        for nest in view.nests:
            if nest.share >= _SMALLEST_SHARE:
                asked = _ask(view, nest, knowledge, bench)
                found.append(_with_threads(asked, bench) if threads > 1 else asked)
    return found


def count_refusals(found: Sequence[NestOptions]) -> dict[str, int]:
    """Return for how many schedules each refusal holds, the most frequent first."""
    reasons = Counter(refusal.reason for entry in found for refusal in entry.refused)
    return dict(reasons.most_common())


def _ask(view: View, nest: Nest, knowledge: Knowledge, bench: Workbench) -> NestOptions:
    neighbors = tuple(knowledge.neighbors(nest.features))
    most = _MOST_OPTIONS if nest.share >= _LIGHT_SHARE else _LIGHT_OPTIONS
    options: dict[str, Option] = {}
    refused: list[Refusal] = []
    for suggestions in knowledge.suggest(nest.features, k=_LOOKED_AT):
        for option in _varied(_matching(view, nest, suggestions, refused)):
            if len(options) >= most:
                break
            text = str(option.schedule)
            if text in options:
                continue
            reason = _reason_against(view, option, bench)
            if reason:
                refused.append(Refusal(text, reason))
            else:
                options[text] = option
        if len(options) >= most:
            break
    unique = tuple(dict.fromkeys(refused))
    ranked = sorted(options.values(), key=lambda option: -option.expected_speedup)
    return NestOptions(view, nest, neighbors, tuple(ranked), unique)


def _with_threads(asked: NestOptions, bench: Workbench) -> NestOptions:
    """Mark the option that only starts threads; add it where it is missing and legal.

    What no neighbour suggests promises no more than what they do.
    """
    schedule = plain_threads(asked.view, asked.nest)
    texts = [str(option.schedule) for option in asked.options]
    if str(schedule) in texts:
        return replace(asked, threads=texts.index(str(schedule)))
    expected = min([option.expected_speedup for option in asked.options], default=1.0)
    plain = Option(schedule, next(iter(bench.compilers)), expected, 0.0, None)
    if not schedule.steps or _reason_against(asked.view, plain, bench):
        return asked
    options = (*asked.options, plain)
    return replace(asked, options=options, threads=len(options) - 1)


def _reason_against(view: View, option: Option, bench: Workbench) -> str:
    """Return why a schedule cannot, or need not, be tried; empty if it can."""
    attempt = bench.prepare(view.plan, Schedule(), option.schedule, option.compiler)
    if not attempt.legal:
        return attempt.reason
    fine = view.starts_threads_too_often(option.schedule)
    return f"parallel({fine}): too little work to start threads for" if fine else ""


def _matching(
    view: View,
    nest: Nest,
    suggestions: Sequence[Suggestion],
    refused: list[Refusal],
) -> list[Option]:
    """Return the neighbours' schedules in the names of this nest, each once.

    It is for the compiler with which it promises most; others are tried later.
    """
    found: dict[str, Option] = {}
    for suggestion in suggestions:
        if suggestion.expected_speedup < 1.0:
            continue
        schedule = _matched(suggestion, view, nest, refused)
        if schedule is None or (nest.is_fine and "parallel(" in str(schedule)):
            continue
        option = _option(schedule, suggestion)
        found.setdefault(str(schedule), option)
    return list(found.values())


def _varied(options: list[Option]) -> list[Option]:
    """Order options so that ten trials see different ideas, not one with ten sizes.

    The n-th schedule with the same steps counts for less and less.
    """
    seen: Counter[str] = Counter()
    rated = []
    for option in sorted(options, key=lambda o: -o.expected_speedup):
        idea = re.sub(r"=[^,)]*|, (schedule|chunk)\b", "", str(option.schedule))
        rated.append(
            replace(
                option,
                expected_speedup=option.expected_speedup * _REPEATED ** seen[idea],
            )
        )
        seen[idea] += 1
    return sorted(rated, key=lambda o: -o.expected_speedup)


def _matched(
    suggestion: Suggestion, view: View, nest: Nest, refused: list[Refusal]
) -> Schedule | None:
    schedule = suggestion.recipe.schedule
    try:
        matched = match(schedule, suggestion.roles, nest.roles)
    except ScheduleError as error:
        refused.append(Refusal(str(schedule), str(error)))
        return None
    if schedule.steps and not matched.steps:
        refused.append(Refusal(str(schedule), "the nest has none of its loops"))
        return None
    if "parallel(" in str(schedule) and "parallel(" not in str(matched):
        return matched + view.threads_for(nest, matched)
    return matched


def _option(schedule: Schedule, suggestion: Suggestion) -> Option:
    return Option(
        schedule,
        suggestion.recipe.compiler,
        suggestion.expected_speedup,
        suggestion.confidence,
        suggestion.neighbor,
    )
