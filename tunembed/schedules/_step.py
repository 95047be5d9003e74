"""What every step of a schedule has in common: text, JSON, names, application."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from tunembed.schedules._dependences import Dependences
from tunembed.schedules._scop import Scop
from tunembed.schedules._tree import Node, ScheduleError, distinct

Value = int | str | bool


@dataclass(frozen=True)
class Plan:
    """A function on its way through the steps.

    Attributes
    ----------
    scop : Scop
    nodes : tuple of Node
        The schedule tree.
    dependences : Dependences
        Of the original order.
    """

    scop: Scop
    nodes: tuple[Node, ...]
    dependences: Dependences

    def with_nodes(self, nodes: tuple[Node, ...]) -> Plan:
        """Return the plan with another tree, every node of it an object of its own.

        A node is known by its identity: one that stood at two places would be judged,
        and its buffers measured, at the first of them only.

        Parameters
        ----------
        nodes : tuple of Node

        Returns
        -------
        plan : Plan
        """
        return replace(self, nodes=distinct(nodes))


@dataclass(frozen=True)
class Step(ABC):
    """One loop transformation.

    Attributes
    ----------
    names : tuple of str
        The positional arguments: loops, statements or arrays.
    options : mapping
        The keyword arguments; a keyword may be the name of a loop.
    """

    kind: ClassVar[str]
    keywords: ClassVar[frozenset[str]] = frozenset()
    array_first: ClassVar[bool] = False

    names: tuple[str, ...] = ()
    options: Mapping[str, Value] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.validate()

    @abstractmethod
    def validate(self) -> None:
        """Raise `ScheduleError` where the arguments make no sense in any program."""

    @abstractmethod
    def apply(self, plan: Plan) -> Plan:
        """Return the transformed plan; whether it is legal is judged later."""

    @property
    def sizes(self) -> dict[str, int]:
        """The options that give a loop a size."""
        found = {}
        for name, value in self.options.items():
            if name not in self.keywords:
                if not isinstance(value, int):
                    raise ScheduleError(
                        f"{self.kind}: the size of '{name}' must be positive, got "
                        f"'{value}'"
                    )
                found[name] = int(value)
        return found

    def loop_names(self) -> tuple[str, ...]:
        """Return the loops that the step names."""
        names = self.names[1:] if self.array_first else self.names
        return (*names, *self.sizes)

    def array_names(self) -> tuple[str, ...]:
        """Return the arrays that the step names."""
        return self.names[:1] if self.array_first else ()

    def renamed(self, loops: Mapping[str, str], arrays: Mapping[str, str]) -> Step:
        """Return the same step for other loops and arrays."""
        names = [
            (arrays if self.array_first and n == 0 else loops).get(name, name)
            for n, name in enumerate(self.names)
        ]
        options = {
            key if key in self.keywords else loops.get(key, key): value
            for key, value in self.options.items()
        }
        return type(self)(tuple(names), options)

    def without(self, loops: Collection[str]) -> Step | None:
        """Return the step for the loops that remain, or None where it needs them."""
        if not set(loops) & set(self.loop_names()):
            return self
        names = tuple(name for name in self.names if name not in loops)
        options = {k: v for k, v in self.options.items() if k not in loops}
        try:
            return type(self)(names, options)
        except ScheduleError:
            return None

    def __str__(self) -> str:
        words = [*self.names, *(f"{k}={_word(v)}" for k, v in self.options.items())]
        return f"{self.kind}({', '.join(words)})"

    def to_dict(self) -> dict[str, Any]:
        """Return a form for JSON."""
        return {
            "step": self.kind,
            "names": list(self.names),
            "options": dict(self.options),
        }

    def require(self, *, at_least: int = 0, sizes: bool = False) -> None:
        """Check the number of names and that sizes are positive."""
        if len(self.names) < at_least:
            raise ScheduleError(f"{self}: name at least {at_least} loops")
        if sizes and not self.sizes:
            raise ScheduleError(f"{self}: give a size, as in {self.kind}(i=32)")
        for name, size in self.sizes.items():
            if isinstance(self.options[name], bool) or size < 1:
                raise ScheduleError(f"{self}: the size of '{name}' must be positive")
        unknown = set(self.sizes) & {"schedule", "chunk", "threads", "collapse"}
        if unknown:
            raise ScheduleError(f"{self}: unknown option '{sorted(unknown)[0]}'")


def _word(value: Value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int) else f'"{value}"'
