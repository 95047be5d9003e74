"""Text to structure: C with OpenMP as functions, loop nests and directives."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from tunembed.parsers._affine import Affine, isl_name
from tunembed.parsers._directives import Directive
from tunembed.parsers._errors import (
    CompilerNotFoundError,
    CSyntaxError,
    EmptySourceError,
    FunctionNotFoundError,
    LanguageError,
    Location,
    MissingIncludeError,
    PreprocessorError,
    SourceError,
)
from tunembed.parsers._functions import Function, TranslationUnit
from tunembed.parsers._model import (
    Access,
    Guard,
    Local,
    Loop,
    Node,
    Parameter,
    Reduction,
    Statement,
    Symbol,
    walk_loops,
    walk_statements,
)
from tunembed.parsers._nests import LoopNest, find_loop_nests
from tunembed.parsers._parse import parse_c
from tunembed.parsers._reductions import extreme_of

__all__ = [
    "Access",
    "Affine",
    "CSyntaxError",
    "CompilerNotFoundError",
    "Directive",
    "EmptySourceError",
    "Function",
    "FunctionNotFoundError",
    "Guard",
    "LanguageError",
    "Local",
    "Location",
    "Loop",
    "LoopNest",
    "MissingIncludeError",
    "Node",
    "Parameter",
    "PreprocessorError",
    "Reduction",
    "SourceError",
    "Statement",
    "Symbol",
    "TranslationUnit",
    "extreme_of",
    "find_loop_nests",
    "isl_name",
    "parse_c",
    "walk_loops",
    "walk_statements",
]
