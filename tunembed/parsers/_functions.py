"""Functions and translation units."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from pycparser import c_ast

from tunembed.parsers._affine import Affine
from tunembed.parsers._analysis import Analysis, analyse
from tunembed.parsers._directives import Directive
from tunembed.parsers._errors import FunctionNotFoundError, Location
from tunembed.parsers._model import Local, Node, Parameter, Symbol
from tunembed.parsers._positions import SourceRange, find_function
from tunembed.parsers._pragmas import read_pragma
from tunembed.parsers._recursion import deep_recursion
from tunembed.parsers._roles import Roles, extents
from tunembed.parsers._types import TypeTable


class Function:
    """A function that a translation unit defines; its body is analysed on demand.

    Attributes
    ----------
    name : str
    node : pycparser FuncDef
    location : Location
    unit : TranslationUnit
    """

    def __init__(
        self, node: c_ast.FuncDef, location: Location, unit: "TranslationUnit"
    ) -> None:
        self.name: str = node.decl.name
        self.node = node
        self.location = location
        self.unit = unit

    @cached_property
    def _analysis(self) -> Analysis:
        with deep_recursion(self.location):
            return analyse(self.node, self.unit.types, self.unit.ast)

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The parameters in order."""
        return self._analysis.parameters

    @property
    def body(self) -> tuple[Node, ...]:
        """Loops, guards and statements in textual order."""
        return self._analysis.body

    @property
    def locals(self) -> Mapping[str, Local]:
        """The local variables; the first one where a name is declared twice."""
        return {name: found[0] for name, found in self._analysis.scopes.items()}

    @property
    def scopes(self) -> Mapping[str, tuple[Local, ...]]:
        """All declarations of each local name, in textual order."""
        return self._analysis.scopes

    @property
    def symbols(self) -> Mapping[str, Symbol]:
        """The symbols that stand for what is not affine."""
        return self._analysis.symbols

    @property
    def constants(self) -> Mapping[str, str]:
        """Integer locals assigned once before the loops, with their C expressions.

        They occur as names in affine expressions, as integer parameters do.
        """
        return self._analysis.constants

    @property
    def directives(self) -> tuple[Directive, ...]:
        """Pragmas that belong to no loop, such as ``omp parallel``."""
        return self._analysis.directives

    @property
    def scalars_assigned(self) -> frozenset[str]:
        """Scalars and pointers that the function assigns, declarations included."""
        return self._analysis.scalars_assigned

    @cached_property
    def index_arrays(self) -> Mapping[str, str | None]:
        """Integer arrays used in subscripts; values are the extents they index.

        ``{"col": "m"}`` for ``x[col[k]]`` with ``double x[m]``; None if unknown.
        """
        return Roles(self.node, self.parameters).index_arrays()

    @cached_property
    def offset_arrays(self) -> Mapping[str, str | None]:
        """Integer arrays used as loop bounds; values are the totals they count to.

        ``{"rowptr": "nnz"}`` for ``for (k = rowptr[i]; k < rowptr[i + 1]; k++)`` around
        ``val[k]`` with ``double val[nnz]``; None if unknown.
        """
        return Roles(self.node, self.parameters).offset_arrays()

    @cached_property
    def extents(self) -> Mapping[str, tuple[tuple[Affine, ...], ...]]:
        """How large each array parameter must be; see :func:`extents`."""
        parameters = {item.name for item in self.parameters if not item.shape}
        fixed = parameters | self.constants.keys()
        fixed |= {name for name, item in self.symbols.items() if not item.iterators}
        return extents(self.body, self.parameters, frozenset(fixed))

    def source_range(self) -> SourceRange:
        """Return where the definition, its name and its body stand in ``unit.text``.

        Returns
        -------
        SourceRange

        Raises
        ------
        FunctionNotFoundError
            If the text does not show it, as when a macro makes the function.
        """
        found = find_function(self.unit.text, self.name, self.location.line)
        if found is None:
            raise FunctionNotFoundError(
                f"the text of function {self.name!r} was not found; a macro or an "
                "included file may define it",
                self.location,
            )
        return found

    def __repr__(self) -> str:
        return f"<Function {self.name} at {self.location}>"


@dataclass(eq=False)
class TranslationUnit:
    """A parsed C file.

    Attributes
    ----------
    path : str
        The name of the file, as locations print it.
    text : str
        The original text, before preprocessing.
    ast : pycparser FileAST
    functions : dict of str to Function
        Those that the file itself defines, included headers apart.
    types : TypeTable
    """

    path: str
    text: str = field(repr=False)
    ast: c_ast.FileAST = field(repr=False)
    functions: dict[str, Function] = field(default_factory=dict)
    types: TypeTable = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.types = TypeTable(self.ast)
        for node in self.ast.ext:
            if isinstance(node, c_ast.FuncDef):
                coord = node.decl.coord
                location = Location(coord.file, coord.line, coord.column or 0)
                self.functions[node.decl.name] = Function(node, location, self)

    @property
    def directives(self) -> tuple[Directive, ...]:
        """Pragmas outside functions, such as ``omp threadprivate``."""
        return tuple(
            read_pragma(node) for node in self.ast.ext if isinstance(node, c_ast.Pragma)
        )

    def function(self, name: str) -> Function:
        """Return a function by name.

        Parameters
        ----------
        name : str

        Returns
        -------
        Function

        Raises
        ------
        FunctionNotFoundError
            If the file does not define it.
        """
        if name not in self.functions:
            known = ", ".join(self.functions) or "none"
            raise FunctionNotFoundError(
                f"no function {name!r}; the file defines: {known}", Location(self.path)
            )
        return self.functions[name]
