"""How the names of an isl expression read at one place of the new code."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import islpy as isl

from tunembed.schedules._buffer_printer import Buffer
from tunembed.schedules._buffers import Footprint
from tunembed.schedules._c_text import StatementPrinter, expression
from tunembed.schedules._iterators import is_unsigned, reads_unsigned
from tunembed.schedules._names import c_name
from tunembed.schedules._scop import Scop
from tunembed.schedules._tree import Loop, Node, ScheduleError, statements_below


@dataclass
class Place:
    """What is known at one place of the syntax tree.

    Parameters
    ----------
    names : dict of str to str
        C text of isl's loop counters.
    pending : Loop or None
        The loop whose ``for`` comes next.
    path : tuple of Node
        The loops and packs around it, the outermost first.
    buffers : tuple of Buffer
        Those in force, the innermost last.
    values : dict of str to str
        C text of the loops of the schedule.
    alone : bool
        Whether it is all that the braces around it hold.
    collapsed : tuple of str
        The loops whose ranges must not depend on the loop around them.
    """

    names: dict[str, str] = field(default_factory=dict)
    pending: Loop | None = None
    path: tuple[Node, ...] = ()
    buffers: tuple[Buffer, ...] = ()
    values: dict[str, str] = field(default_factory=dict)
    alone: bool = False
    collapsed: tuple[str, ...] = ()

    def copy(self) -> Place:
        """Return the same place, with names that can be added to."""
        return replace(self, names=dict(self.names), values=dict(self.values))


class Namer:
    """Knows the C text of isl's names.

    Parameters
    ----------
    scop : Scop
    """

    def __init__(self, scop: Scop) -> None:
        self.scop = scop
        self.symbols = scop.function.symbols
        self.unsigned_bounds = {
            p.name for p in scop.function.parameters if is_unsigned(p.dtype)
        }

    def at(self, place: Place) -> Callable[[str], str]:
        """Return what turns a name of isl into C at `place`."""

        def rename(name: str) -> str:
            if name in place.names:
                return place.names[name]
            if name in self.symbols:
                return self._symbol(name, place)
            return self._signed(c_name(name))

        return rename

    def bound(self, value: isl.PwAff, box: Footprint, place: Place) -> str:
        """Return the C text of a bound of the box that a buffer holds."""
        build = isl.AstBuild.from_context(box.context)
        text = expression(build.expr_from_pw_aff(value), self._around(place))
        return f"({text})" if "?" in text else text

    def condition(self, box: Footprint, place: Place) -> str:
        """Return the test of whether anything is touched, empty if it always is."""
        if box.condition is None:
            return ""
        return self.test(box.condition, place)

    def test(self, values: isl.Set, place: Place) -> str:
        """Return the test of whether the loops outside have some of these values."""
        build = isl.AstBuild.from_context(isl.Set.universe(values.get_space()))
        test = expression(build.expr_from_set(values), self._around(place))
        return f"({test})"

    def _around(self, place: Place) -> Callable[[str], str]:
        """Return the renaming that also knows the values of the loops outside."""
        renamed = self.at(place)

        def rename(name: str) -> str:
            if name.startswith("at_"):
                if name[3:] not in place.values:
                    raise ScheduleError(
                        f"a buffer's place depends on '{name[3:]}', which is no loop "
                        "in the new code"
                    )
                return place.values[name[3:]]
            return renamed(name)

        return rename

    def _signed(self, name: str) -> str:
        """Return a parameter in bounds, where a negative number must not wrap."""
        return f"(long){name}" if name in self.unsigned_bounds else name

    def _symbol(self, name: str, place: Place) -> str:
        symbol = self.symbols[name]
        values: dict[str, str] = {}
        for loop in place.path:
            if isinstance(loop, Loop) and loop.name in place.values:
                values |= self._iterators(loop, place.values[loop.name])
        missing = sorted(symbol.iterators - set(values))
        if missing:
            raise ScheduleError(
                f"the bound '{symbol.expression}' needs loop '{missing[0]}' outside"
            )
        text = f"({StatementPrinter(values, {}).visit(symbol.node)})"
        signed = not reads_unsigned(self.scop.function, symbol.node)
        return text if signed else f"(long){text}"

    def _iterators(self, loop: Loop, value: str) -> dict[str, str]:
        """Return the iterators of the source that `loop` runs through unchanged."""
        return {
            iterator: value
            for statement in sorted(statements_below(loop.body))
            for iterator, dim in self.scop.statements[statement].iterators.items()
            if loop.index[statement] == dim
        }
