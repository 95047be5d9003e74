"""A function as isl sets and relations: domains, accesses, execution order."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import islpy as isl

from tunembed.parsers import (
    Affine,
    Function,
    Local,
    Location,
    Statement,
    isl_name,
)
from tunembed.parsers import Loop as SourceLoop
from tunembed.schedules._tree import Node

if TYPE_CHECKING:
    from pycparser import c_ast

EVERYTHING = "*"


@dataclass(frozen=True)
class ScopAccess:
    """One access of a statement; subscripts are over the statement's dimensions.

    `private` are the leading subscripts added because the variable exists once
    per iteration of these loops; they do not stand in the source. `indirect` are the
    dimensions on which subscripts depend that are not affine. `inner_extents` are the
    C texts of all extents but the first where the source has one linear subscript.
    """

    array: str
    subscripts: tuple[Affine | None, ...]
    kind: str
    node: c_ast.Node | None
    is_reduction: bool = False
    private: tuple[str, ...] = ()
    indirect: frozenset[str] = frozenset()
    inner_extents: tuple[str, ...] = ()

    def moves_with(self, dims: Collection[str]) -> bool:
        """Return whether some subscript depends on one of these dimensions."""
        affine = (s for s in self.subscripts if s is not None)
        return any(set(dims) & subscript.names() for subscript in affine)

    def step_along(self, dims: Collection[str]) -> tuple[int, int]:
        """Return how an access moves where some dimensions grow by one.

        Parameters
        ----------
        dims : collection of str

        Returns
        -------
        place, factor : int
            The subscript that moves through memory farthest, counted from the last one,
            and by how much it changes; (0, 0) if none does. What is not affine is left
            out.
        """
        found = (0, 0)
        for place, subscript in enumerate(reversed(self.subscripts)):
            known = subscript.coefficient if subscript is not None else None
            factor = max((abs(known(dim)) for dim in dims), default=0) if known else 0
            found = (place, factor) if factor else found
        return found

    def relation(self, statement: ScopStatement, parameters: str) -> isl.Map:
        """Return the isl map from instances to elements."""
        names = [f"x{d}" for d in range(len(self.private) + len(self.subscripts))]
        exact = [Affine.variable(dim) for dim in self.private]
        equal = [
            f"{name} = {subscript.to_isl()}"
            for name, subscript in zip(names, [*exact, *self.subscripts], strict=True)
            if subscript is not None
        ]
        condition = " and ".join(equal) or "true"
        return isl.Map(
            f"[{parameters}] -> {{ {statement.tuple_text} -> "
            f"{array_tuple(self.array)}[{', '.join(names)}] : {condition} }}"
        )


@dataclass(frozen=True)
class ScopStatement:
    """A statement with its loops.

    Attributes
    ----------
    dims : tuple of str
        Unique names of the loops around it, outermost first.
    iterators : mapping of str to str
        C iterator -> dimension.
    constraints : tuple of str
        isl constraints of the domain.
    loose : tuple of str
        Those of them that hold for every value of a bound read from memory.
    """

    name: str
    dims: tuple[str, ...]
    iterators: Mapping[str, str]
    constraints: tuple[str, ...]
    loose: tuple[str, ...]
    accesses: tuple[ScopAccess, ...]
    source: Statement | None
    node: c_ast.Node
    location: Location
    operator: str | None = None
    operations: Counter[str] = field(default_factory=Counter)
    conditional: bool = False
    opaque: bool = False

    @property
    def tuple_text(self) -> str:
        """The statement's isl tuple, ``S0[i, j]``."""
        return f"{self.name}[{', '.join(map(isl_name, self.dims))}]"

    def uses(self, array: str) -> bool:
        """Return whether the statement reads or writes an array or variable."""
        return any(access.array == array for access in self.accesses)


@dataclass(frozen=True)
class Scop:
    """All statements of a function, their order and where they touch memory.

    Attributes
    ----------
    function : Function
        Where the statements come from.
    statements : mapping of str to ScopStatement
        By name, in textual order.
    tree : tuple of Node
        The original execution order.
    parameters : tuple of str
        Names that are constant in the function: sizes and symbols.
    privates : mapping of str to Local
        The local variables.
    expanded : mapping of str to tuple of str
        Variables with one element per iteration -> the loops that they run over.
    reasons : tuple of str
        Why nothing can be proven; empty when everything is understood.
    loop_sources : mapping of str to parsers.Loop
        Name of a loop of `tree` -> the loop of the source.
    """

    function: Function
    statements: Mapping[str, ScopStatement]
    tree: tuple[Node, ...]
    parameters: tuple[str, ...]
    privates: Mapping[str, Local]
    expanded: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    reasons: tuple[str, ...] = ()
    loop_sources: Mapping[str, SourceLoop] = field(default_factory=dict)

    @property
    def parameter_text(self) -> str:
        """The parameters as isl text."""
        return ", ".join(map(isl_name, self.parameters))

    def domain(self, name: str, *, loose: bool = False) -> isl.Set:
        """Return the iteration domain of a statement.

        Parameters
        ----------
        name : str
            Of a statement.
        loose : bool, default=False
            Leave out bounds read from memory: they differ from one outer
            iteration to the next, so dependences must hold for all of them.

        Returns
        -------
        domain : isl.Set
            The values of its loops' iterators.
        """
        statement = self.statements[name]
        constraints = statement.loose if loose else statement.constraints
        return isl.Set(
            f"[{self.parameter_text}] -> {{ {statement.tuple_text} : "
            f"{' and '.join(constraints) or 'true'} }}"
        )

    def domains(self, names: Sequence[str], *, loose: bool = False) -> isl.UnionSet:
        """Return the union of the domains of some statements."""
        union = isl.UnionSet(f"[{self.parameter_text}] -> {{ }}")
        for name in names:
            union = union.union(isl.UnionSet(self.domain(name, loose=loose)))
        return union


def array_tuple(array: str) -> str:
    """Return an isl tuple name for an array or the path of a member."""
    text = (
        array.replace("->", "__")
        .replace(".", "_")
        .replace("#", "_scope")
        .replace("*", "any_")
    )
    return f"M_{text}"
