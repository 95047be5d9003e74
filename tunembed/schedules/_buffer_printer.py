"""The C text of buffers: their declarations, their elements, what is copied."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tunembed.schedules._buffers import ON_STACK, Footprint
from tunembed.schedules._c_text import affine_text, minus
from tunembed.schedules._expansion import Expansion
from tunembed.schedules._names import free_name, words_of
from tunembed.schedules._scop import Scop, ScopAccess
from tunembed.schedules._tree import Pack

_STRIP = 8
_IN_CACHE = 2048


@dataclass(frozen=True)
class Buffer:
    """A buffer in force: what replaces the elements of an array.

    Parameters
    ----------
    pack : Pack
    box : Footprint
        What part of the array it holds.
    lower, upper : list of str
        C text of the first and the last place in every dimension of the array.
    dtype : str
        C type of an element.
    test : str
        C text, true if anything is touched; empty if something always is.
    sizes : list of str
        C text of its size in every dimension.
    is_filled : bool
        Whether the array is copied into it.
    back : str or None
        C text, true if it must be copied back; empty if it always must, None if it
        never must.
    """

    pack: Pack
    box: Footprint
    lower: list[str]
    upper: list[str]
    dtype: str
    test: str
    sizes: list[str]
    is_filled: bool = True
    back: str | None = ""

    @property
    def kept(self) -> list[int]:
        """The array's dimensions that the buffer has too, in the buffer's order."""
        return [d for d in self.pack.permutation if self.box.extents[d] != 1]

    @property
    def is_long_transpose(self) -> bool:
        """Whether rows of the array become columns of more than a first-level cache."""
        turned = self.kept and self.kept[-1] != max(self.kept)
        return bool(turned) and self._elements > _IN_CACHE

    @property
    def is_allocated(self) -> bool:
        """Whether the buffer is too large for the stack, or may be."""
        return self._elements > ON_STACK

    @property
    def may_be_small(self) -> bool:
        """Whether its size is not constant."""
        return None in self.box.extents

    @property
    def _elements(self) -> int:
        return math.prod(extent or ON_STACK + 1 for extent in self.box.extents)

    def element(self, places: Mapping[int, str] | Sequence[str]) -> str:
        """Return the element that holds the one of the array at `places`."""
        inside = [f"[{minus(places[d], self.lower[d])}]" for d in self.kept]
        return self.pack.buffer + "".join(inside)

    def accessed(self, access: ScopAccess, values: Mapping[str, str]) -> str:
        """Return the element that `access` means where the loops have `values`."""
        known = {d: s for d, s in enumerate(access.subscripts) if s is not None}
        return self.element({d: affine_text(s, values) for d, s in known.items()})


class BufferPrinter:
    """Prints how buffers are filled and written back.

    Parameters
    ----------
    scop : Scop
    expansions : mapping of str to Expansion
        The arrays that take the place of variables.
    index_type : str
        C type of loop counters.
    """

    def __init__(
        self, scop: Scop, expansions: Mapping[str, Expansion], index_type: str
    ) -> None:
        self.scop = scop
        self.expansions = expansions
        self.index_type = index_type
        self.words = words_of(scop.function.unit.text)

    def filled(self, buffer: Buffer, outer: Buffer | None) -> list[str]:
        """Return the lines that declare a buffer and copy the array into it.

        Parameters
        ----------
        buffer : Buffer
        outer : Buffer or None
            The buffer in which the array lives there already.

        Returns
        -------
        list of str
        """
        name, kept = buffer.pack.buffer, buffer.kept
        if kept:
            copies = self.copied(buffer, outer, back=False) if buffer.is_filled else []
            return [*self._declared(buffer), *copies]
        if buffer.pack.factors:
            return [f"{buffer.dtype} {name} = 0;"]
        value = self._memory(buffer.pack.array, buffer.lower, outer)
        value = f"{buffer.test} ? {value} : 0" if buffer.test else value
        return [f"{buffer.dtype} {name} = {value};"]

    def _declared(self, buffer: Buffer) -> list[str]:
        """Return the lines that declare a buffer of one dimension or more.

        Only through a restricted pointer do compilers see that writing to other local
        arrays leaves this one alone, and keep those in registers.
        """
        name, dtype = buffer.pack.buffer, buffer.dtype
        sizes = [buffer.box.extents[d] or buffer.sizes[d] for d in buffer.kept]
        shape = "".join(f"[{size}]" for size in sizes)
        aligned = "__attribute__((aligned(64)))"
        if buffer.pack.in_registers:
            return [f"{dtype} {name}{shape} {aligned};"]
        inner = "".join(f"[{size}]" for size in sizes[1:])
        pointer = f"(*restrict {name}){inner}" if inner else f"*restrict {name}"
        store = self._store(buffer)
        if not buffer.is_allocated:
            return [
                f"{dtype} {store}{shape} {aligned};",
                f"{dtype} {pointer} = {store};",
            ]
        total = f"sizeof(*{name}) * (size_t)({sizes[0]})"
        if not buffer.may_be_small:
            return [f"{dtype} {pointer} = malloc({total});"]
        # Allocating large blocks again and again costs more than filling them.
        place = f"{total} <= sizeof({store}) ? (void *){store} : malloc({total})"
        return [
            f"{dtype} {store}[{ON_STACK}] {aligned};",
            f"{dtype} {pointer} = {place};",
        ]

    def released(self, buffer: Buffer) -> list[str]:
        """Return the lines that free a buffer."""
        name = buffer.pack.buffer
        if not buffer.is_allocated:
            return []
        if not buffer.may_be_small:
            return [f"free({name});"]
        return [f"if ((void *){name} != (void *){self._store(buffer)}) free({name});"]

    def _store(self, buffer: Buffer) -> str:
        return free_name(f"{buffer.pack.buffer}_data", self.words)

    def copied(self, buffer: Buffer, outer: Buffer | None, *, back: bool) -> list[str]:
        """Return the lines that copy an array into its buffer, or back."""
        if back and buffer.back is None:
            return []
        copy = self._copy(buffer, outer, back=back)
        tests = [test for test in (buffer.test, back and buffer.back) if test]
        if not tests:
            return copy
        test = tests[0] if len(tests) == 1 else f"({' && '.join(tests)})"
        return [f"if {test} {{", *(f"    {line}" for line in copy), "}"]

    def _copy(self, buffer: Buffer, outer: Buffer | None, *, back: bool) -> list[str]:
        places = list(buffer.lower)
        for d in buffer.kept:
            places[d] = free_name(f"at{d}", self.words)
        lines = []
        first, last = dict(enumerate(buffer.lower)), dict(enumerate(buffer.upper))
        if buffer.is_long_transpose:
            # A strip of the array's rows at a time, for both sides to stay in cache.
            d = max(buffer.kept)
            strip = free_name(f"{places[d]}_t", self.words)
            lines.append(self._loop(strip, first[d], last[d], f"{strip} += {_STRIP}"))
            end = f"{strip} + {_STRIP - 1}"
            first[d], last[d] = strip, f"({end} < {last[d]} ? {end} : {last[d]})"
        for d in sorted(buffer.kept):
            name = places[d]
            lines.append(self._loop(name, first[d], last[d], f"{name}++"))
        theirs = self._memory(buffer.pack.array, places, outer)
        ours = buffer.element(places)
        factors = buffer.pack.factors
        if back and factors:
            lines.append(f"{theirs} += {' * '.join((*factors, ours))};")
        elif back:
            lines.append(f"{theirs} = {ours};")
        else:
            lines.append(f"{ours} = {'0' if factors else theirs};")
        return [f"{'    ' * depth}{line}" for depth, line in enumerate(lines)]

    def _loop(self, name: str, first: str, last: str, change: str) -> str:
        return f"for ({self.index_type} {name} = {first}; {name} <= {last}; {change})"

    def _memory(self, array: str, places: list[str], outer: Buffer | None) -> str:
        """Return an element of an array, or of the buffer it lives in already."""
        if outer is not None:
            return outer.element(places)
        if array in self.expansions:
            return self.expansions[array].element(places)
        return array.split("#")[0] + self._brackets(array, places)

    def _brackets(self, array: str, places: list[str]) -> str:
        """Return the subscripts of an element, linear where the source has them so."""
        inner = next(
            (
                access.inner_extents
                for statement in self.scop.statements.values()
                for access in statement.accesses
                if access.array == array and access.inner_extents
            ),
            (),
        )
        if not inner:
            return "".join(f"[{place}]" for place in places)
        text = places[0]
        for extent, place in zip(inner, places[1:], strict=True):
            text = f"{_factor(text)} * {_factor(extent)} + {place}"
        return f"[{text}]"


def _factor(text: str) -> str:
    return text if text.isidentifier() or text.isdigit() else f"({text})"
