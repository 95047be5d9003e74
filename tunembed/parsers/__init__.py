"""Text to structure: C with OpenMP as loop nests, LLVM IR as program graphs."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from tunembed.parsers._affine import Affine, isl_name
from tunembed.parsers._directives import Directive
from tunembed.parsers._errors import (
    CompileError,
    CompilerNotFoundError,
    CSyntaxError,
    EmptySourceError,
    FunctionNotFoundError,
    IRSyntaxError,
    LanguageError,
    Location,
    MissingIncludeError,
    ParseError,
    PreprocessorError,
    SourceError,
)
from tunembed.parsers._functions import Function, TranslationUnit
from tunembed.parsers._ir._calls import plain_name
from tunembed.parsers._ir._compile import compile_to_ir
from tunembed.parsers._ir._flow import Flow, NaturalLoop
from tunembed.parsers._ir._graph import FLOWS, NODE_KINDS, ProgramGraph
from tunembed.parsers._ir._graph_builder import program_graph
from tunembed.parsers._ir._induction import Induction
from tunembed.parsers._ir._instructions import Instruction, Operand
from tunembed.parsers._ir._loops import IRLoop, LoopAnalysis, MemoryAccess
from tunembed.parsers._ir._module import Block, IRFunction, IRModule
from tunembed.parsers._ir._parse import parse_llvm_ir
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
from tunembed.parsers._pragmas import read_pragma
from tunembed.parsers._reductions import extreme_of

__all__ = [
    "FLOWS",
    "NODE_KINDS",
    "Access",
    "Affine",
    "Block",
    "CSyntaxError",
    "CompileError",
    "CompilerNotFoundError",
    "Directive",
    "EmptySourceError",
    "Flow",
    "Function",
    "FunctionNotFoundError",
    "Guard",
    "IRFunction",
    "IRLoop",
    "IRModule",
    "IRSyntaxError",
    "Induction",
    "Instruction",
    "LanguageError",
    "Local",
    "Location",
    "Loop",
    "LoopAnalysis",
    "LoopNest",
    "MissingIncludeError",
    "MemoryAccess",
    "NaturalLoop",
    "Node",
    "Operand",
    "ParseError",
    "Parameter",
    "PreprocessorError",
    "ProgramGraph",
    "Reduction",
    "SourceError",
    "Statement",
    "Symbol",
    "TranslationUnit",
    "compile_to_ir",
    "extreme_of",
    "find_loop_nests",
    "isl_name",
    "parse_c",
    "parse_llvm_ir",
    "plain_name",
    "program_graph",
    "read_pragma",
    "walk_loops",
    "walk_statements",
]
