"""A schedule: an ordered list of steps with a stable text and JSON form."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from tunembed.schedules._step import Step, Value
from tunembed.schedules._tree import ScheduleError
from tunembed.schedules.steps import STEPS

_CONSTANTS: dict[str, Value] = {"true": True, "false": False}


@dataclass(frozen=True)
class Schedule:
    """An ordered list of loop transformations.

    Parameters
    ----------
    steps : tuple of Step, default=()

    Examples
    --------
    >>> schedule = Schedule.parse("interchange(k, j); tile(i=32); parallel(i_t)")
    >>> str(schedule)
    'interchange(k, j); tile(i=32); parallel(i_t)'
    >>> Schedule.from_json(schedule.to_json()) == schedule
    True
    """

    steps: tuple[Step, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Schedule:
        """Read the text form; steps are separated by semicolons or line ends.

        Within the parentheses of a step a line end is a space.

        Raises
        ------
        ScheduleError
            (a `ValueError`) naming the step that is not understood.
        """
        pieces = [p.strip() for p in _BETWEEN_STEPS.split(text)]
        return cls(tuple(_parse_step(p) for p in pieces if p))

    @classmethod
    def from_json(cls, text: str) -> Schedule:
        """Read the JSON form.

        Raises
        ------
        ScheduleError
            (a `ValueError`) naming the entry that is not understood.
        """
        entries = json.loads(text)
        if not isinstance(entries, list):
            raise ScheduleError(f"a schedule is a list of steps, got {text[:80]}")
        return cls(tuple(_from_dict(entry) for entry in entries))

    def to_json(self) -> str:
        """Return the JSON form, a list of objects."""
        return json.dumps([step.to_dict() for step in self.steps])

    def renamed(self, loops: Mapping[str, str], arrays: Mapping[str, str]) -> Schedule:
        """Return the same schedule for other loops and arrays."""
        return Schedule(tuple(step.renamed(loops, arrays) for step in self.steps))

    def without(self, loops: Collection[str]) -> Schedule:
        """Return what the schedule says of the other loops."""
        steps = (step.without(loops) for step in self.steps)
        return Schedule(tuple(step for step in steps if step is not None))

    def __add__(self, other: Schedule) -> Schedule:
        return Schedule(self.steps + other.steps)

    def __len__(self) -> int:
        return len(self.steps)

    def __str__(self) -> str:
        return "; ".join(map(str, self.steps))


_BETWEEN_STEPS = re.compile(r"[;\n](?![^()]*\))")
_STEP = re.compile(r"\s*([A-Za-z]\w*)\s*\((.*)\)\s*", re.DOTALL)
_NAME = re.compile(r"[A-Za-z_]\w*(?:(?:\.|->|#)\w+)*")


def _parse_step(text: str) -> Step:
    found = _STEP.fullmatch(text)
    if not found:
        raise ScheduleError(f"cannot read the step '{text}': write name(arguments)")
    names: list[str] = []
    options: dict[str, Value] = {}
    for word in (w.strip() for w in found.group(2).split(",") if w.strip()):
        key, equals, value = (part.strip() for part in word.partition("="))
        if not _NAME.fullmatch(key):
            raise ScheduleError(f"'{text}': '{key}' is no name of a loop or an array")
        if not equals:
            names.append(key)
        elif key in options:
            raise ScheduleError(f"'{text}': '{key}' is given twice")
        else:
            options[key] = _value(value, text)
    return _make(found.group(1), tuple(names), options)


def _value(word: str, text: str) -> Value:
    if re.fullmatch(r"-?\d+", word):
        return int(word)
    plain = word.strip("\"'")
    if not re.fullmatch(r"\w+", plain):
        raise ScheduleError(f"'{text}': '{word}' is no number or word")
    return _CONSTANTS.get(plain, plain)


def _from_dict(entry: object) -> Step:
    if not isinstance(entry, dict):
        raise ScheduleError(f"cannot read the step {entry!r}")
    names = entry.get("names", ())
    options = entry.get("options", {})
    if (
        not isinstance(names, list)
        or not isinstance(options, dict)
        or not all(isinstance(value, Value) for value in options.values())
    ):
        raise ScheduleError(f"cannot read the step {entry!r}")
    return _make(str(entry.get("step")), tuple(map(str, names)), options)


def _make(kind: str, names: tuple[str, ...], options: dict[str, Value]) -> Step:
    if kind not in STEPS:
        raise ScheduleError(
            f"unknown step '{kind}'; the steps are {', '.join(sorted(STEPS))}"
        )
    return STEPS[kind](names, options)
