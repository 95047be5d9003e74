"""A schedule: an ordered list of steps with a stable text and JSON form."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import ast
import json
import re
from collections.abc import Mapping
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

        Raises
        ------
        ScheduleError
            (a `ValueError`) naming the step that is not understood.
        """
        pieces = [p.strip() for p in re.split(r"[;\n]", text)]
        return cls(tuple(_parse_step(p) for p in pieces if p))

    @classmethod
    def from_json(cls, text: str) -> Schedule:
        """Read the JSON form."""
        return cls(tuple(_from_dict(entry) for entry in json.loads(text)))

    def to_json(self) -> str:
        """Return the JSON form, a list of objects."""
        return json.dumps([step.to_dict() for step in self.steps])

    def renamed(self, loops: Mapping[str, str], arrays: Mapping[str, str]) -> Schedule:
        """Return the same schedule for other loops and arrays."""
        return Schedule(tuple(step.renamed(loops, arrays) for step in self.steps))

    def __add__(self, other: Schedule) -> Schedule:
        return Schedule(self.steps + other.steps)

    def __len__(self) -> int:
        return len(self.steps)

    def __str__(self) -> str:
        return "; ".join(map(str, self.steps))


def _parse_step(text: str) -> Step:
    try:
        # A register tile names its inner loop after the sizes; Python wants
        # positional arguments first.
        call = ast.parse(_positional_first(text), mode="eval").body
    except SyntaxError:
        raise ScheduleError(f"cannot read the step '{text}'") from None
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
        raise ScheduleError(f"cannot read the step '{text}': write name(arguments)")
    names = tuple(_name(argument, text) for argument in call.args)
    options = {k.arg or "": _value(k.value, text) for k in call.keywords}
    return _make(call.func.id, names, options)


def _positional_first(text: str) -> str:
    found = re.fullmatch(r"\s*(\w+)\s*\((.*)\)\s*", text, re.DOTALL)
    if not found:
        return text
    words = [w.strip() for w in found.group(2).split(",") if w.strip()]
    words.sort(key=lambda word: "=" in word)
    return f"{found.group(1)}({', '.join(words)})"


def _name(node: ast.expr, text: str) -> str:
    try:
        name = ast.unparse(node)
    except ValueError:
        name = ""
    if not re.fullmatch(r"[A-Za-z_][\w.]*", name):
        raise ScheduleError(f"'{text}': '{name}' is no name of a loop or an array")
    return name


def _value(node: ast.expr, text: str) -> Value:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | str | bool):
        return node.value
    if isinstance(node, ast.Name):
        return _CONSTANTS.get(node.id, node.id)
    raise ScheduleError(f"'{text}': '{ast.unparse(node)}' is no number or word")


def _from_dict(entry: Mapping[str, object]) -> Step:
    names = entry.get("names", ())
    options = entry.get("options", {})
    if not isinstance(names, list) or not isinstance(options, dict):
        raise ScheduleError(f"cannot read the step {entry!r}")
    return _make(str(entry.get("step")), tuple(map(str, names)), options)


def _make(kind: str, names: tuple[str, ...], options: dict[str, Value]) -> Step:
    if kind not in STEPS:
        raise ScheduleError(
            f"unknown step '{kind}'; the steps are {', '.join(sorted(STEPS))}"
        )
    return STEPS[kind](names, options)
