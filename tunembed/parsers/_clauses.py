"""The clauses of OpenMP directives, with typed values."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class ScheduleClause:
    """``schedule(modifier, modifier: kind, chunk)``; ``dist_schedule`` as well."""

    kind: str
    chunk: str | None = None
    modifiers: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReductionClause:
    """``reduction(modifier, operator: variables)``."""

    operator: str
    variables: tuple[str, ...]
    modifier: str | None = None


@dataclass(frozen=True)
class ListClause:
    """A list with something before or after it.

    Attributes
    ----------
    items : tuple of str
        The list or the expression.
    modifiers : tuple of str
        What stands before the colon: ``("tofrom",)`` of ``map(tofrom: a)``.
    argument : str or None
        What stands after the colon in ``linear(i: 2)`` and ``aligned(p: 64)``.
    """

    items: tuple[str, ...]
    modifiers: tuple[str, ...] = ()
    argument: str | None = None


_FLAGS = frozenset(
    "nowait untied mergeable nogroup inbranch notinbranch threads simd full read write "
    "update capture compare seq_cst acq_rel acquire release relaxed weak "
    "dynamic_allocators reverse_offload unified_address unified_shared_memory "
    "for parallel sections taskgroup".split()
)
_NAMES = frozenset(
    "private firstprivate shared copyin copyprivate uniform nontemporal inclusive "
    "exclusive use_device_ptr use_device_addr is_device_ptr has_device_addr enter "
    "link sizes".split()
)
_NUMBERS = frozenset("collapse ordered safelen simdlen partial".split())
_WORDS = frozenset(
    "default proc_bind bind at severity atomic_default_mem_order num_threads final "
    "priority thread_limit hint detach filter message nocontext novariants "
    "device_type init use destroy match otherwise holds absent contains fail "
    "allocator align argument initializer combiner".split()
)
_BEFORE = frozenset(
    "map depend device if grainsize num_tasks lastprivate allocate affinity to from "
    "doacross order defaultmap num_teams when uses_allocators append_args "
    "adjust_args".split()
)
_AFTER = frozenset({"linear", "aligned"})
_REPEATED = _BEFORE | _AFTER
_CLAUSE = re.compile(r"[\s,]*([A-Za-z_]\w*)\s*")


def read_clauses(text: str, directive: str) -> tuple[dict[str, Any], list[str]]:
    """Read what follows the name of a directive.

    Parameters
    ----------
    text : str
        ``"schedule(static, 4) nowait"``.
    directive : str
        The directive's name.

    Returns
    -------
    clauses : dict of str to object
        True for a clause without argument; int (str if not a literal) for
        ``collapse``, ``ordered``, ``safelen``, ``simdlen`` and ``partial``; a tuple of
        names for ``private``, ``shared`` and the like; a :class:`ScheduleClause`; a
        tuple of :class:`ReductionClause`; a tuple of :class:`ListClause` for clauses
        with modifiers (``map``, ``depend``, ``if``, ``linear``, ...); else the text.
        ``"argument"`` holds what stands in parentheses after the directive's name.
    problems : list of str
        What was not understood.
    """
    clauses: dict[str, Any] = {}
    problems: list[str] = []
    rest = text.strip()
    if rest.startswith("("):
        argument, rest = _parenthesis(rest, problems)
        clauses["argument"] = argument
    while rest.strip(" ,"):
        match = _CLAUSE.match(rest)
        if match is None:
            problems.append(f"cannot read {rest.strip()!r} of omp {directive}")
            break
        name, rest = match[1], rest[match.end() :]
        body = None
        if rest.startswith("("):
            body, rest = _parenthesis(rest, problems)
        _add(clauses, name, body, problems, directive)
    return clauses, problems


def _parenthesis(text: str, problems: list[str]) -> tuple[str, str]:
    depth = 0
    for index, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if depth == 0:
            return text[1:index].strip(), text[index + 1 :]
    problems.append(f"no closing parenthesis in {text!r}")
    return text[1:].strip(), ""


def _add(
    clauses: dict[str, Any],
    name: str,
    body: str | None,
    problems: list[str],
    directive: str,
) -> None:
    if body is None:
        if name not in _FLAGS and name not in ("ordered", "partial"):
            problems.append(f"clause {name!r} of omp {directive} is unknown here")
        clauses[name] = True
        return
    reader = _reader(name)
    if reader is None:
        problems.append(f"unknown clause {name!r} of omp {directive}")
        clauses[name] = body
        return
    try:
        value = reader(body)
    except ValueError as error:
        problems.append(f"clause {name}({body}) of omp {directive}: {error}")
        clauses.setdefault(name, body)
        return
    old = clauses.get(name)
    if isinstance(value, tuple) and isinstance(old, tuple):
        value = old + value
    elif old is not None and name != "argument":
        problems.append(f"clause {name!r} of omp {directive} occurs twice")
    clauses[name] = value


def _reader(name: str) -> Callable[[str], Any] | None:
    if name in ("schedule", "dist_schedule"):
        return _schedule
    if name in ("reduction", "in_reduction", "task_reduction"):
        return _reduction
    if name in _NAMES:
        return _names
    if name in _NUMBERS:
        return _number
    if name in _AFTER:
        return _after
    if name in _BEFORE:
        return _before
    return str if name in _WORDS or name in _FLAGS else None


def split_list(text: str) -> tuple[str, ...]:
    """Split at commas outside brackets.

    >>> split_list("a[0:n], b, f(x, y)")
    ('a[0:n]', 'b', 'f(x, y)')
    """
    return tuple(part.strip() for part in _split(text, ","))


def _split(text: str, separator: str) -> list[str]:
    parts, depth, start = [], 0, 0
    for index, letter in enumerate(text):
        depth += (letter in "([{") - (letter in ")]}")
        if letter == separator and depth == 0:
            parts.append(text[start:index])
            start = index + 1
    return [*parts, text[start:]]


def _names(text: str) -> tuple[str, ...]:
    items = split_list(text)
    if not all(items):
        raise ValueError("an item of the list is empty")
    return items


def _number(text: str) -> int | str:
    if not text:
        raise ValueError("a number is missing")
    return int(text) if text.isdigit() else text


def _schedule(text: str) -> ScheduleClause:
    *before, rest = _split(text, ":")
    kind, *chunk = split_list(rest)
    known = ("static", "dynamic", "guided", "auto", "runtime")
    if kind not in known or len(chunk) > 1 or len(before) > 1:
        raise ValueError(f"expected kind[, chunk] with kind one of {', '.join(known)}")
    modifiers = split_list(before[0]) if before else ()
    return ScheduleClause(kind, chunk[0] if chunk else None, modifiers)


def _reduction(text: str) -> tuple[ReductionClause, ...]:
    before, colon, items = text.partition(":")
    if not colon:
        raise ValueError("expected operator: list")
    *modifier, operator = split_list(before)
    return (
        ReductionClause(operator, _names(items), modifier[0] if modifier else None),
    )


def _before(text: str) -> tuple[ListClause, ...]:
    parts = _split(text, ":")
    if len(parts) == 1 or "?" in parts[0]:
        return (ListClause(split_list(text)),)
    modifiers = split_list(parts[0])
    return (ListClause(split_list(":".join(parts[1:])), modifiers),)


def _after(text: str) -> tuple[ListClause, ...]:
    items, *argument = _split(text, ":")
    old_form = re.fullmatch(r"\s*(val|ref|uval)\s*\((.*)\)\s*", items)
    modifiers: tuple[str, ...] = ()
    if old_form is not None:
        modifiers, items = (old_form[1],), old_form[2]
    rest = ":".join(argument).strip() if argument else None
    return (ListClause(_names(items), modifiers, rest),)
