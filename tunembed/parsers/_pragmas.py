"""Pragmas as pycparser gives them."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from pycparser import c_ast

from tunembed.parsers._directives import Directive, read_directive
from tunembed.parsers._errors import Location


def read_pragma(node: c_ast.Pragma) -> Directive:
    """Return the directive that a pragma says.

    Parameters
    ----------
    node : pycparser Pragma
        Where it stands in the syntax tree tells what it is about.

    Returns
    -------
    Directive
        With a name and clauses if it is one of OpenMP.

    See Also
    --------
    parse_c : The directives of loops and functions, sorted already.
    """
    coord = node.coord
    place = Location(coord.file, coord.line, coord.column or 0)
    text = node.string
    return read_directive(text if isinstance(text, str) else "", place)
