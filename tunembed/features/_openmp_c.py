"""Features of the OpenMP directives of C."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from statistics import fmean
from typing import Any

from pycparser import c_ast

from tunembed.features._pragma_walk import LOOPS, Place, places_of
from tunembed.parsers import Directive, Function, LoopNest, TranslationUnit

SHARING = frozenset(("for", "distribute", "loop"))
_WAITING = frozenset(("for", "sections", "single", "scope"))
SCHEDULES = ("static", "dynamic", "guided", "auto", "runtime")
_OPERATORS = {
    **dict.fromkeys("+-", "sum"),
    "*": "product",
    **dict.fromkeys(("min", "max"), "extreme"),
    **dict.fromkeys("&|^", "bits"),
}
REDUCTIONS = ("sum", "product", "extreme", "bits", "other")
_TARGET_DATA = frozenset(("data", "update"))


def measure_openmp_c(
    sample: TranslationUnit | Function | LoopNest,
) -> dict[str, float]:
    """Return all features of a program by name, before the logarithms.

    Parameters
    ----------
    sample : TranslationUnit, Function or LoopNest
    """
    places = places_of(sample)
    directives = [place.directive for place in places if place.directive is not None]
    values = _regions(places) | _shared_loops(places) | _clauses(directives)
    values |= _reductions(directives) | _synchronization(directives)
    return values | _tasks_and_targets(directives) | _calls(places)


def _regions(places: Sequence[Place]) -> dict[str, float]:
    found = _having(places, {"parallel"})
    clauses = [directive.clauses for directive, _ in found]
    inside = [
        any("parallel" in _words(directive) for directive in place.around)
        for place in places
        if isinstance(place.node, LOOPS)
    ]
    return {
        "region_parallel": len(found),
        "region_conditional": sum("if" in item for item in clauses),
        "region_sized": sum("num_threads" in item for item in clauses),
        "region_threads": _largest(item.get("num_threads") for item in clauses),
        "region_bound": sum("proc_bind" in item for item in clauses),
        "region_depth": mean_of(depth for _, depth in found),
        "region_share": mean_of(inside),
    }


def _shared_loops(places: Sequence[Place]) -> dict[str, float]:
    found = _having(places, SHARING)
    kinds: Counter[str] = Counter()
    chunks: list[Any] = []
    for directive, _ in found:
        clause = directive.clauses.get("schedule")
        kind = getattr(clause, "kind", "static")
        chunk = getattr(clause, "chunk", None)
        is_by_one = chunk is None and kind in ("dynamic", "guided")
        kinds[kind] += 1
        chunks.append(1 if is_by_one else chunk)
    return {
        "loop_shared": len(found),
        "loop_depth": mean_of(depth for _, depth in found),
        "loop_chunk": _largest(chunks),
        "loop_ordered": sum("ordered" in item.clauses for item, _ in found),
        **{f"loop_{kind}": kinds[kind] for kind in SCHEDULES},
    }


def _clauses(directives: Sequence[Directive]) -> dict[str, float]:
    """Return what only the clauses say."""
    lists = ("private", "firstprivate", "shared")
    copied = _size(directives, "copyin") + _size(directives, "copyprivate")
    return {
        "loop_nowait": sum("nowait" in item.clauses for item in directives),
        **{
            f"loop_{name}": _largest(item.clauses.get(name) for item in directives)
            for name in ("collapse", "simdlen", "safelen")
        },
        **{f"data_{name}": _size(directives, name) for name in lists},
        "data_lastprivate": _items(directives, "lastprivate"),
        "data_copied": copied,
        "data_linear": _items(directives, "linear"),
        "target_maps": _items(directives, "map"),
    }


def _reductions(directives: Sequence[Directive]) -> dict[str, float]:
    found: Counter[str] = Counter()
    for directive in directives:
        for clause in _parts(directive, "reduction"):
            found[_OPERATORS.get(clause.operator, "other")] += len(clause.variables)
    return {f"reduce_{name}": found[name] for name in REDUCTIONS}


def _synchronization(directives: Sequence[Directive]) -> dict[str, float]:
    names = Counter(directive.name for directive in directives)
    waiting = [
        item
        for item in directives
        if _WAITING & _words(item)
        and "parallel" not in _words(item)
        and "nowait" not in item.clauses
    ]
    return {
        "sync_barriers": names["barrier"] + len(waiting),
        "sync_atomics": names["atomic"],
        "sync_critical": names["critical"],
        "sync_single": names["single"],
        "sync_master": _number(directives, {"master", "masked"}),
        "sync_ordered": names["ordered"],
        "sync_flush": names["flush"],
        "sync_sections": _number(directives, {"sections"}),
    }


def _tasks_and_targets(directives: Sequence[Directive]) -> dict[str, float]:
    names = Counter(directive.name for directive in directives)
    tasks = [item for item in directives if item.name == "task"]
    data = [item for item in directives if _is_target_data(item)]
    loops = [item for item in directives if "taskloop" in _words(item)]
    grouped = sum("nogroup" not in item.clauses for item in loops)
    return {
        "loop_simd": _number(directives, {"simd"}),
        "task_tasks": len(tasks),
        "task_loops": len(loops),
        "task_dependences": _items(tasks, "depend"),
        "task_waits": names["taskwait"] + names["taskgroup"] + grouped,
        "target_regions": _number(directives, {"target"}) - len(data),
        "target_teams": _number(directives, {"teams"}),
        "target_data": len(data),
    }


def _calls(places: Iterable[Place]) -> dict[str, float]:
    found: Counter[str] = Counter()
    for place in places:
        if isinstance(place.node, c_ast.FuncCall):
            name = getattr(place.node.name, "name", "")
            if isinstance(name, str) and name.startswith("omp_"):
                found[call_group(name)] += 1
    return {f"call_{name}": found[name] for name in ("queries", "settings", "locks")}


def call_group(name: str) -> str:
    """Return the group of a function of the OpenMP runtime, ``omp_...``."""
    if "_lock" in name or "nest_lock" in name:
        return "locks"
    return "settings" if name.startswith("omp_set_") else "queries"


def _words(directive: Directive) -> frozenset[str]:
    """Return the words of its name, none if it only declares something."""
    words = frozenset(directive.name.split())
    return frozenset() if "declare" in words else words


def _having(
    places: Iterable[Place], words: Iterable[str]
) -> list[tuple[Directive, int]]:
    """Return directives with one of the words in their names, and their depths."""
    wanted = frozenset(words)
    return [
        (place.directive, place.depth)
        for place in places
        if place.directive is not None and wanted & _words(place.directive)
    ]


def _number(directives: Iterable[Directive], words: set[str]) -> int:
    return sum(bool(words & _words(directive)) for directive in directives)


def _is_target_data(directive: Directive) -> bool:
    words = _words(directive)
    return "target" in words and bool(_TARGET_DATA & words)


def _parts(directive: Directive, name: str) -> Iterator[Any]:
    """Yield the parts of a clause that has some; a text was not understood."""
    value = directive.clauses.get(name)
    if isinstance(value, tuple):
        yield from value


def _size(directives: Iterable[Directive], name: str) -> int:
    return sum(len(list(_parts(directive, name))) for directive in directives)


def _items(directives: Iterable[Directive], name: str) -> int:
    return sum(len(c.items) for item in directives for c in _parts(item, name))


def _largest(values: Iterable[Any]) -> float:
    """Return the largest constant, 0 if there is none."""
    texts = (str(value) for value in values)
    return float(max((int(text) for text in texts if text.isdecimal()), default=0))


def mean_of(values: Iterable[float]) -> float:
    """Return the mean, 0 of nothing."""
    found = list(values)
    return fmean(found) if found else 0.0
