"""Parsed programs of either language as words."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from typing import NamedTuple

from tunembed.features._c_tokens import c_statements, c_tokens
from tunembed.features._ir_tokens import ir_statements, ir_tokens
from tunembed.parsers import Function, IRFunction, IRModule, TranslationUnit

PROGRAMS = (IRModule, IRFunction, TranslationUnit, Function)
Program = IRModule | IRFunction | TranslationUnit | Function


class CText(NamedTuple):
    """The text of C, and the names of the functions that its program defines."""

    text: str
    defined: frozenset[str]


Source = IRModule | IRFunction | CText


def normalized_tokens(program: Program) -> list[str]:
    """Return a program as a sequence of words without names and exact numbers.

    Parameters
    ----------
    program : IRModule, IRFunction, TranslationUnit or Function

    Returns
    -------
    list of str
        Of LLVM IR: ``"define"`` and the types of a function's parameters; ``"label"``
        for every block; of instructions the opcode, predicates, orderings and fast math
        flags, the callee, types, and for operands ``"%v"`` (a local value), ``"@g"`` (a
        global one), ``"@f"`` (a function) or the class of a constant. Of C: keywords,
        operators, the words of pragmas, and ``"ID"``, ``"STR"``, ``"CHR"``.

    Raises
    ------
    TypeError
        If it is no parsed program.
    FunctionNotFoundError
        If the text of a C function is not to be found, as when a macro makes it.

    Notes
    -----
    Numbers become ``"<0>"``, ``"<1>"``, ``"<-1>"`` or a power of two, ``"<2^3>"`` for 8
    to 15. Callees keep their names if those mean the same everywhere (intrinsics, the
    standard library, OpenCL, OpenMP's runtime) and the program does not define them.
    Attributes, metadata, alignments, flags such as ``nsw``, and calls such as
    ``llvm.dbg.value`` and ``llvm.lifetime.start`` are left out; pointers are ``"ptr"``,
    in another address space ``"ptr.as1"``. C is not preprocessed: macros are names, and
    both sides of an ``#ifdef`` are read.

    Examples
    --------
    >>> from tunembed.features import normalized_tokens
    >>> from tunembed.parsers import parse_llvm_ir
    >>> text = "define i32 @f(i32 %x) { %y = add nsw i32 %x, 9  ret i32 %y }"
    >>> normalized_tokens(parse_llvm_ir(text))
    ['define', 'i32', 'label', 'add', 'i32', '%v', '<2^3>', 'ret', 'i32', '%v']
    """
    return tokens_of(source_of(program))


def normalized_statements(program: Program) -> list[str]:
    """Return a program as a sequence of statements without names and exact numbers.

    Parameters
    ----------
    program : IRModule, IRFunction, TranslationUnit or Function

    Returns
    -------
    list of str
        Of LLVM IR one per instruction, after inst2vec [1]_: opcode, type and kinds of
        operands; and one per function, ``"define"`` and the types of its parameters. Of
        C what stands between ``;``, ``{`` and ``}``, and one per pragma.

    Raises
    ------
    TypeError
        If it is no parsed program.
    FunctionNotFoundError
        If the text of a C function is not to be found.

    See Also
    --------
    normalized_tokens : Says what becomes of names and numbers.

    References
    ----------
    .. [1] T. Ben-Nun, A. S. Jakobovits, T. Hoefler. "Neural Code Comprehension: A
       Learnable Representation of Code Semantics". NeurIPS 2018, section 4.

    Examples
    --------
    >>> from tunembed.features import normalized_statements
    >>> from tunembed.parsers import parse_llvm_ir
    >>> text = "define i32 @f(i32 %x) { %y = add nsw i32 %x, 9  ret i32 %y }"
    >>> normalized_statements(parse_llvm_ir(text))
    ['define i32', 'add i32 %v <2^3>', 'ret i32 %v']
    """
    return statements_of(source_of(program))


def source_of(program: Program) -> Source:
    """Return what the words of a program are read from: no syntax tree of C.

    Raises
    ------
    TypeError, FunctionNotFoundError
        As of `normalized_tokens`.
    """
    if isinstance(program, (IRModule, IRFunction)):
        return program
    if isinstance(program, TranslationUnit):
        return CText(program.text, frozenset(program.functions))
    if isinstance(program, Function):
        start, stop = program.source_range().definition
        return CText(program.unit.text[start:stop], frozenset(program.unit.functions))
    names = ", ".join(kind.__name__ for kind in PROGRAMS)
    raise TypeError(f"program must be one of {names}, got {type(program).__name__}")


def tokens_of(source: Source) -> list[str]:
    """Return tokens; see `normalized_tokens`."""
    if isinstance(source, CText):
        return c_tokens(*source)
    return ir_tokens(_functions(source))


def statements_of(source: Source) -> list[str]:
    """Return statements; see `normalized_statements`."""
    if isinstance(source, CText):
        return c_statements(*source)
    return ir_statements(_functions(source))


def _functions(source: IRModule | IRFunction) -> list[IRFunction]:
    if isinstance(source, IRFunction):
        return [source]
    return list(source.functions.values())
