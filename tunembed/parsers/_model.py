"""What a parsed C function is made of."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Union

from pycparser import c_ast

from tunembed.parsers._affine import Affine
from tunembed.parsers._directives import Directive
from tunembed.parsers._errors import Location

Node = Union["Loop", "Statement", "Guard"]


@dataclass(frozen=True)
class Parameter:
    """A parameter of a function.

    Attributes
    ----------
    name : str
    dtype : str
        Element type with typedefs resolved: ``"double"``, ``"unsigned long"``,
        ``"float complex"``, ``"struct node"``.
    shape : tuple of Affine or None
        Extents, outermost first; ``()`` for a scalar; None for an extent that the
        declaration does not give, as the first one of ``double *x``.
    is_pointer : bool
        Whether it is declared with ``*`` or with an empty first extent.
    is_const : bool
        Whether the elements are const.
    is_restrict : bool
    is_struct : bool
        Whether the element is a struct or union.
    """

    name: str
    dtype: str
    shape: tuple[Affine | None, ...] = ()
    is_pointer: bool = False
    is_const: bool = False
    is_restrict: bool = False
    is_struct: bool = False


@dataclass(frozen=True, eq=False)
class Local:
    """A variable declared inside a function.

    Attributes
    ----------
    name, dtype, shape, is_pointer
        As in :class:`Parameter`.
    loop : Loop or None
        The innermost loop whose body declares it; None for the function's body.
    location : Location
    """

    name: str
    dtype: str
    shape: tuple[Affine | None, ...]
    is_pointer: bool
    loop: Union["Loop", None]
    location: Location


@dataclass(frozen=True)
class Symbol:
    """A value that is only read and not affine, known by a name.

    Attributes
    ----------
    name : str
        ``"_p0"``, ``"_p1"``, ... unique in the function.
    expression : str
        C text.
    node : pycparser node
    iterators : frozenset of str
        Loops on which the value depends; empty for a parameter of the nest.
    arrays : frozenset of str
        Arrays and scalars it reads that are no parameters of the function by value.
    """

    name: str
    expression: str
    node: c_ast.Node = field(compare=False, repr=False)
    iterators: frozenset[str] = frozenset()
    arrays: frozenset[str] = frozenset()


@dataclass(frozen=True, eq=False)
class Access:
    """One read or write of an array element or a scalar.

    Attributes
    ----------
    array : str
        The name, or the path of a struct member: ``"p->x"``.
    subscripts : tuple of Affine or None
        One per dimension; None where not affine; ``()`` for a scalar.
    kind : {"read", "write"}
    node : pycparser node
        What stands in the source, to be substituted.
    is_pointer_linear : bool
        Whether a subscript was split: ``A[i * lda + j]`` into ``i`` and ``j``.
    base : str
        The variable at the start of the path: ``"p"`` for ``"p->x"``.
    shape : tuple of Affine or None
        Extents that the split subscripts have, None where unknown; else ``()``.
    assumptions : tuple of Affine
        Expressions over parameters that must be ``>= 0`` for the split to be right.
    """

    array: str
    subscripts: tuple[Affine | None, ...]
    kind: str
    node: c_ast.Node = field(repr=False)
    is_pointer_linear: bool = False
    base: str = ""
    shape: tuple[Affine | None, ...] = ()
    assumptions: tuple[Affine, ...] = ()

    @property
    def is_affine(self) -> bool:
        """Whether every subscript is affine."""
        return None not in self.subscripts


@dataclass(frozen=True, eq=False)
class Reduction:
    """An update that may be reordered: ``x = x op e``.

    Attributes
    ----------
    operator : {"+", "*", "min", "max", "&", "|", "^"}
    array : str
    subscripts : tuple of Affine or None
    reads : tuple of Access
        The reads of the updated element that belong to the update itself. The
        statement may read *other* elements of the same array (``A[i] -= A[k]``);
        those reads are no part of the reduction.
    write : Access
        The write that belongs to it.
    value : pycparser node or None
        What the element is updated with, ``e``; None if that is not one expression.
    """

    operator: str
    array: str
    subscripts: tuple[Affine | None, ...]
    reads: tuple[Access, ...] = field(repr=False)
    write: Access = field(repr=False)
    value: c_ast.Node | None = field(repr=False, default=None)


@dataclass(frozen=True, eq=False)
class Statement:
    """An assignment, a call, or something compound that is kept whole.

    Attributes
    ----------
    name : str
        ``"S0"``, ``"S1"``, ... in textual order.
    node : pycparser node
    accesses : tuple of Access
        Reads before the write.
    location : Location
    reduction : Reduction or None
    declares : tuple of str
        Variables that this statement declares.
    calls : tuple of str
        Functions called, with repetitions.
    operations : Counter of str
        Operators evaluated once per execution, without those inside subscripts:
        ``"+"``, ``"*"``, ``"/"``, ``"neg"``, ``"<"``, ``"?:"``.
    conditional : bool
        Whether its accesses happen only under a condition on data.
    opaque : bool
        Whether something inside is not understood; its accesses are then not complete.
    reasons : tuple of str
        Why it is opaque.
    body : tuple of Node
        For an opaque compound statement, what was understood inside.
    directives : tuple of Directive
        The pragmas in front of it, such as ``omp atomic``.
    """

    name: str
    node: c_ast.Node = field(repr=False)
    accesses: tuple[Access, ...]
    location: Location
    reduction: Reduction | None = None
    declares: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    operations: Counter[str] = field(default_factory=Counter)
    conditional: bool = False
    opaque: bool = False
    reasons: tuple[str, ...] = ()
    body: tuple[Node, ...] = field(default=(), repr=False)
    directives: tuple[Directive, ...] = ()


@dataclass(frozen=True, eq=False)
class Guard:
    """An ``if`` whose condition is affine.

    Attributes
    ----------
    conditions : tuple of Affine
        Each must be ``>= 0`` for the body to run.
    body, orelse : tuple of Node
    location : Location
    node : pycparser node
    """

    conditions: tuple[Affine, ...]
    body: tuple[Node, ...] = field(repr=False)
    orelse: tuple[Node, ...] = field(repr=False)
    location: Location
    node: c_ast.Node = field(repr=False)


@dataclass(frozen=True, eq=False)
class Loop:
    """A ``for`` loop.

    Attributes
    ----------
    iterator : str
    lower : tuple of Affine
        The loop starts at the largest of them.
    upper : tuple of Affine
        The loop ends before the smallest of them.
    step : int
        If negative, the loop runs from ``lower[0]`` down to, and excluding,
        ``upper[0]``. Zero if unknown.
    body : tuple of Node
    location : Location
    node : pycparser For
    directives : tuple of Directive
        The pragmas in front of it, outermost first.
    reasons : tuple of str
        Why it is not affine; ``()`` when it is.
    declares_iterator : bool
        Whether the header declares the iterator.
    declares : tuple of str
        Variables that the body declares outside inner loops.
    """

    iterator: str
    lower: tuple[Affine, ...]
    upper: tuple[Affine, ...]
    step: int
    body: tuple[Node, ...] = field(repr=False)
    location: Location
    node: c_ast.Node = field(repr=False)
    directives: tuple[Directive, ...] = ()
    reasons: tuple[str, ...] = ()
    declares_iterator: bool = False
    declares: tuple[str, ...] = ()


def children(node: Node, *, opaque: bool = False) -> tuple[Node, ...]:
    """Return the nodes directly inside a node.

    Parameters
    ----------
    node : Node
    opaque : bool, default=False
        Whether to look into opaque statements too.
    """
    if isinstance(node, Loop):
        return node.body
    if isinstance(node, Guard):
        return node.body + node.orelse
    return node.body if opaque else ()


def _walk(nodes: Iterable[Node], opaque: bool) -> Iterator[Node]:
    stack = list(nodes)[::-1]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(children(node, opaque=opaque)[::-1])


def walk_loops(nodes: Iterable[Node], *, opaque: bool = False) -> Iterator[Loop]:
    """Yield all loops in textual order, outer before inner.

    Parameters
    ----------
    nodes : iterable of Node
        A function's body, or any part of it.
    opaque : bool, default=False
        Whether to look into statements that are kept whole too.

    Returns
    -------
    iterator of Loop
    """
    return (node for node in _walk(nodes, opaque) if isinstance(node, Loop))


def walk_statements(
    nodes: Iterable[Node], *, opaque: bool = False
) -> Iterator[Statement]:
    """Yield all statements in textual order.

    Parameters
    ----------
    nodes : iterable of Node
        A function's body, or any part of it.
    opaque : bool, default=False
        Whether to look into statements that are kept whole too.

    Returns
    -------
    iterator of Statement
    """
    return (node for node in _walk(nodes, opaque) if isinstance(node, Statement))


def find(nodes: Iterable[Node], kind: type[Any]) -> Iterator[Any]:
    """Yield all nodes of a kind, those inside opaque statements included."""
    return (node for node in _walk(nodes, True) if isinstance(node, kind))
