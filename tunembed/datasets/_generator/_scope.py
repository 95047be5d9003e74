"""What a kernel declares: sizes, arrays, scalars, iterators."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from tunembed.datasets._generator._arithmetic import Arithmetic, Mix
from tunembed.datasets._generator._code import Loop
from tunembed.datasets._generator._draw import Draw
from tunembed.datasets._generator._spelling import Spelling
from tunembed.datasets._generator._term import ATOM, INTEGER_BOUND, SUM, Term

_NAME = re.compile(r"[A-Za-z_]\w*")
# What a sum of integers counts for where it is an operand.
_WIDE_BOUND = 10_000


class Axis(NamedTuple):
    """One dimension of an iteration space."""

    iterator: str
    extent: str

    def loop(self, lower: str = "0", upper: str = "", **options: object) -> Loop:
        """Return the loop over it, or over a part of it."""
        return Loop(self.iterator, lower, upper or self.extent, **options)  # type: ignore[arg-type]


@dataclass
class Array:
    """A parameter that is an array.

    Parameters
    ----------
    name, dtype : str
    extents : tuple of str
    role : {"input", "output", "index"}
    is_flat : bool
    """

    name: str
    dtype: str
    extents: tuple[str, ...]
    role: str
    is_flat: bool

    @property
    def is_written(self) -> bool:
        """Whether the kernel changes it."""
        return self.role == "output"

    def at(self, *subscripts: str) -> Term:
        """Return an element."""
        bound = _WIDE_BOUND if self.dtype == "long" else INTEGER_BOUND
        if not self.is_flat:
            inside = "][".join(subscripts)
            return Term(f"{self.name}[{inside}]", bound=bound)
        place = _sum(subscripts[0])
        for subscript, extent in zip(subscripts[1:], self.extents[1:], strict=True):
            place = place * _sum(extent) + _sum(subscript)
        return Term(f"{self.name}[{place}]", bound=bound)

    def declaration(self, restrict: bool) -> str:
        """Return the parameter's declaration."""
        const = "" if self.is_written else "const "
        if self.is_flat:
            return f"{const}{self.dtype} *{'restrict ' * restrict}{self.name}"
        first, *others = self.extents
        inner = "".join(f"[{extent}]" for extent in others)
        outer = f"[{'restrict ' * restrict}{first}]"
        return f"{const}{self.dtype} {self.name}{outer}{inner}"


class Scope:
    """The parameters of a kernel in the making.

    Parameters
    ----------
    draw : Draw
        Of everything but the spelling.
    spelling : Spelling
    """

    def __init__(self, draw: Draw, spelling: Spelling) -> None:
        self.draw = draw
        self.arithmetic = Arithmetic(spelling.dtype, spelling.wide)
        self.mix = Mix(draw, self.arithmetic)
        self.dtype, self.wide = spelling.dtype, spelling.wide
        self.arrays: list[Array] = []
        self._spelling = spelling
        self._extents: list[str] = []
        self._sizes: list[str] = []
        self._scalars: list[str] = []

    def size(self, role: str = "size") -> str:
        """Return a new integer parameter, at least 1."""
        self._sizes.append(self._spelling.name(role))
        return self._sizes[-1]

    def axes(self, rank: int, taken: int = 0, square: bool | None = None) -> list[Axis]:
        """Return dimensions; the same ones again each time.

        Parameters
        ----------
        rank : int
        taken : int, default=0
            How many iterators are in use around them.
        square : bool, optional
            Whether all have one extent; mostly not, if not said.
        """
        while len(self._extents) < rank:
            again = square if square is not None else self.draw.chance(12)
            last = self._extents[-1:] if again else []
            self._extents += last or [self.size()]
        names = self._spelling.iterators[taken : taken + rank]
        return [Axis(*pair) for pair in zip(names, self._extents, strict=False)]

    def axis(self, extent: str, taken: int) -> Axis:
        """Return one more dimension, inside of so many loops."""
        return Axis(self._spelling.iterators[taken], extent)

    def array(
        self, *extents: str, role: str = "input", dtype: str = "", shaped: bool = False
    ) -> Array:
        """Declare an array.

        Parameters
        ----------
        *extents : str
        role : {"input", "output", "index"}, default="input"
        dtype : str, optional
            That of the kernel if not given.
        shaped : bool, default=False
            Whether its type must show its extents.
        """
        array = Array(
            self._spelling.name(role),
            dtype or ("int" if role == "index" else self.dtype),
            extents,
            role,
            self._spelling.is_flat and not shaped,
        )
        self.arrays.append(array)
        return array

    def elements(self) -> list[Array]:
        """Return the arrays of numbers that the kernel computes with."""
        types = {self.dtype, self.wide} if self.arithmetic.is_real else {self.dtype}
        return [a for a in self.arrays if a.dtype in types and a.role != "index"]

    def over(self, axes: Sequence[Axis], **options: object) -> tuple[Array, Term]:
        """Declare an array over some dimensions; return it and its element there."""
        array = self.array(*(axis.extent for axis in axes), **options)  # type: ignore[arg-type]
        return array, array.at(*(axis.iterator for axis in axes))

    def result(self, axes: Sequence[Axis], dtype: str = "") -> Term:
        """Return an element of a new output, or its only one if there are no axes."""
        dtype = dtype or self.wide
        if not axes:
            return self.array("1", role="output", dtype=dtype).at("0")
        return self.over(axes, role="output", dtype=dtype)[1]

    def scalar(self) -> Term:
        """Return a scalar parameter, or a literal where it would look like a size."""
        if not self.arithmetic.is_real:
            return self.arithmetic.any_number(self.draw)
        self._scalars.append(self._spelling.name("scalar"))
        return Term(self._scalars[-1])

    def temporary(self, value: Term, dtype: str = "") -> tuple[str, Term]:
        """Return the declaration of a local scalar, and the scalar."""
        name = self._spelling.name("temporary")
        declaration = f"{dtype or self.dtype} {name} = {value};"
        return declaration, replace(value, text=name, level=ATOM, leaves=1)

    def accumulator(self) -> tuple[str, Term]:
        """Return the declaration of a sum that is zero yet, and the sum."""
        zero = Arithmetic(self.wide, self.wide).number(0)
        return self.temporary(replace(zero, bound=_WIDE_BOUND), self.wide)

    def compute(self, operands: Sequence[Term]) -> tuple[list[str], Term]:
        """Return statements for intermediate values, and a value of all operands."""
        draw, lines = self.draw, []
        operands = draw.shuffled(operands)
        if len(operands) > 2 and draw.chance(40):
            cut = draw.integer(2, len(operands) - 1)
            line, term = self.temporary(self.mix.combine(operands[:cut]))
            lines, operands = [line], [*operands[cut:], term]
        return lines, self.mix.combine(operands)

    def parameters(self, body: str) -> list[str]:
        """Return the declarations of what a body uses: sizes, scalars, arrays."""
        used = set(_NAME.findall(body))
        arrays = [
            array.declaration(self._spelling.is_restrict)
            for array in self.arrays
            if array.name in used
        ]
        used.update(_NAME.findall(" ".join(arrays)))
        return [
            *(f"int {name}" for name in self._sizes if name in used),
            *(f"{self.dtype} {name}" for name in self._scalars if name in used),
            *arrays,
        ]


def _sum(text: str) -> Term:
    return Term(text, ATOM if text.isidentifier() or text.isdigit() else SUM)
