"""The lines of C that are being printed, with the scopes that are open."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tunembed.schedules._tree import ScheduleError


@dataclass
class _Scope:
    """Braces that are open.

    ``start`` is the number of its first line, ``variables`` says which variable each
    name stands for that is declared directly in it.
    """

    start: int
    depth: int
    repeated: bool
    variables: dict[str, str] = field(default_factory=dict)


class Code:
    """Lines of a function's body, indented by the braces around them.

    Attributes
    ----------
    lines : list of str
    """

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._scopes = [_Scope(0, 1, repeated=True)]

    def emit(self, *texts: str) -> None:
        """Add lines to the innermost scope."""
        indent = "    " * self._scopes[-1].depth
        for line in "\n".join(texts).split("\n"):
            self.lines.append(line if line.startswith("#") else f"{indent}{line}")

    @contextmanager
    def braces(
        self, start: str = "{", end: str = "}", *, repeated: bool = False
    ) -> Iterator[None]:
        """Put what is emitted meanwhile into a scope of its own.

        Parameters
        ----------
        start, end : str
            The lines around it; an empty `end` is left out.
        repeated : bool, default=False
            Whether it is the body of a loop.
        """
        self.emit(start)
        depth = self._scopes[-1].depth + 1
        self._scopes.append(_Scope(len(self.lines), depth, repeated))
        yield
        self._scopes.pop()
        if end:
            self.emit(end)

    def declares(self, name: str, variable: str) -> None:
        """Note that the innermost scope declares a variable."""
        self._scopes[-1].variables[name] = variable

    def declare_around(self, name: str, variable: str, text: str) -> None:
        """Declare a variable at the start of the iteration that is being printed.

        Parameters
        ----------
        name : str
            What it is called in C.
        variable : str
            Which of the variables of that name it is.
        text : str
            The declaration.

        Raises
        ------
        ScheduleError
            If another variable is called the same there.
        """
        for scope in reversed(self._scopes):
            if scope.variables.get(name, variable) != variable:
                raise ScheduleError(
                    f"several variables '{name}' meet in one place: "
                    f"expand({variable}) first"
                )
            if scope.repeated:
                break
        if name not in scope.variables:
            scope.variables[name] = variable
            self.lines.insert(scope.start, "    " * scope.depth + text)
