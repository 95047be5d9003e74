"""Storage of expanded variables: one element per iteration."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from dataclasses import dataclass

import islpy as isl

from tunembed.schedules._c_text import expression, minus
from tunembed.schedules._names import c_name, free_name, words_of
from tunembed.schedules._scop import Scop
from tunembed.schedules._tree import ScheduleError


@dataclass(frozen=True)
class Expansion:
    """A variable with elements for every iteration of some loops.

    Attributes
    ----------
    name : str
        Name of the array in C.
    dtype : str
    lower, extents : tuple of str
        C texts: the first value of each subscript, and how many there are.
    """

    name: str
    dtype: str
    lower: tuple[str, ...]
    extents: tuple[str, ...]

    def allocation(self) -> str:
        """Return the C statement that makes room."""
        inner = "".join(f"[{extent}]" for extent in self.extents[1:])
        pointer = f"(*{self.name}){inner}" if inner else f"*{self.name}"
        return (
            f"{self.dtype} {pointer} = "
            f"malloc(sizeof(*{self.name}) * (size_t)({self.extents[0]}) + 1);"
        )

    def element(self, places: list[str]) -> str:
        """Return the element for one iteration."""
        pairs = zip(places, self.lower, strict=True)
        return self.name + "".join(f"[{minus(p, low)}]" for p, low in pairs)


def expansions(scop: Scop) -> dict[str, Expansion]:
    """Return the storage of every expanded variable."""
    taken = set(words_of(scop.function.unit.text))
    found = {}
    for name in scop.expanded:
        array = free_name(f"{scop.privates[name].name}_x", taken)
        taken.add(array)
        found[name] = _expansion(scop, name, array)
    return found


def _expansion(scop: Scop, name: str, array: str) -> Expansion:
    box: isl.Set | None = None
    for statement in scop.statements.values():
        for access in statement.accesses:
            if access.array == name:
                relation = access.relation(statement, scop.parameter_text)
                found = scop.domain(statement.name).apply(relation).reset_tuple_id()
                box = found if box is None else box.union(found)
    if box is None:
        raise ScheduleError(f"expand({name}): the variable is not used")
    build = isl.AstBuild.from_context(box.params())
    lower, extents = [], []
    for d in range(box.dim(isl.dim_type.set)):
        try:
            low = box.dim_min(d).gist(box.params())
            high = box.dim_max(d).gist(box.params())
        except isl.Error:
            raise ScheduleError(f"expand({name}): a loop has no end") from None
        size = high.sub(low).add_constant_val(1)
        lower.append(_text(scop, build, low))
        extents.append(_text(scop, build, size))
    return Expansion(array, scop.privates[name].dtype, tuple(lower), tuple(extents))


def _text(scop: Scop, build: isl.AstBuild, value: isl.PwAff) -> str:
    def rename(name: str) -> str:
        symbol = scop.function.symbols.get(name)
        if symbol is None:
            return c_name(name)
        if symbol.iterators:
            raise ScheduleError(f"the range '{symbol.expression}' varies")
        return f"({symbol.expression})"

    return expression(build.expr_from_pw_aff(value), rename)
