"""Read pragmas."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import re

from pycparser import c_ast

from tunembed.parsers._directives import Directive
from tunembed.parsers._errors import Location

_LOOP_WORDS = frozenset("for simd taskloop loop distribute tile unroll".split())


def read_pragma(node: c_ast.Pragma) -> Directive:
    """Return the directive that a pragma says."""
    text = " ".join((node.string or "").split())
    coord = node.coord
    location = Location(coord.file, coord.line, coord.column or 0)
    words = re.match(r"omp\s+([a-z ]+?)\s*(?=$|[a-z_]+\s*\(|,)", text)
    name = words[1].strip() if words else text
    return Directive(name, {}, location, text)


def belongs_to_loop(directive: Directive) -> bool:
    """Whether a directive in front of a loop belongs to it."""
    if not directive.text.startswith("omp"):
        return True
    return bool(_LOOP_WORDS & set(directive.name.split()))
