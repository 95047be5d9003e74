"""Run-time tests of what a closure needs to hold of its elements."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import copy
from collections.abc import Collection
from dataclasses import dataclass

from pycparser import c_ast, c_generator

from tunembed.parsers import Affine
from tunembed.schedules._closure import Closure
from tunembed.schedules._names import free_name, words_of
from tunembed.schedules._scop import Scop
from tunembed.schedules._tree import ScheduleError


@dataclass(frozen=True)
class ElementTest:
    """A C function that says whether a closure may run in another order.

    Attributes
    ----------
    name : str
        Of the function; it has the parameters of the scheduled one.
    definition : str
    reason : str
        What holds where it returns true.
    """

    name: str
    definition: str
    reason: str


def element_tests(scop: Scop, closures: list[Closure]) -> list[ElementTest]:
    """Return a test for every closure that needs one.

    Parameters
    ----------
    scop : Scop
    closures : list of Closure
        Those whose idempotence is used.

    Raises
    ------
    ScheduleError
        If the elements cannot be walked over by two loops.
    """
    return [_test(scop, closure) for closure in closures if closure.condition]


def _test(scop: Scop, closure: Closure) -> ElementTest:
    statement = scop.statements[closure.statement]
    source = statement.source
    if source is None or source.reduction is None:
        raise ScheduleError(f"'{closure.array}' cannot be tested before its loops")
    element = c_generator.CGenerator().visit(source.reduction.write.node)
    name = free_name(
        f"{scop.function.name}_{closure.name.replace('-', '_')}",
        words_of(scop.function.unit.text),
    )
    constants = scop.function.constants.items()
    lines = [f"    const int {constant} = {text};" for constant, text in constants]
    indent = "    "
    for dim in statement.dims[1:]:
        lines.append(f"{indent}{_loop(scop, dim)}")
        indent += "    "
    condition = closure.condition.replace("{x}", element)
    lines += [f"{indent}if (!({condition}))", f"{indent}    return 0;"]
    lines += ["    return 1;", "}"]
    declaration = _declaration(scop, name)
    lines = [*_unused(scop, words_of("\n".join(lines))), *lines]
    reason = condition.replace(element, "every element")
    text = f"/* No way around a cycle is an improvement where {reason}. */\n"
    text += "\n".join([f"static {declaration}", "{", *lines]) + "\n"
    return ElementTest(name, text, f"{condition} everywhere")


def _unused(scop: Scop, used: Collection[str]) -> list[str]:
    """Return lines that keep compilers from reporting parameters without use."""
    names = [parameter.name for parameter in scop.function.parameters]
    return [f"    (void){name};" for name in names if name not in used]


def _loop(scop: Scop, dim: str) -> str:
    loop = scop.loop_sources[dim]
    if len(loop.lower) != 1 or len(loop.upper) != 1:
        raise ScheduleError(f"{loop.location}: the loop has several bounds")
    lower, upper = (_c_text(scop, b) for b in (loop.lower[0], loop.upper[0]))
    i = loop.iterator
    increment = f"{i}++" if loop.step == 1 else f"{i} += {loop.step}"
    return f"for (long {i} = {lower}; {i} < {upper}; {increment})"


def _c_text(scop: Scop, bound: Affine) -> str:
    text = bound.to_c()
    for name in bound.names():
        if name in scop.function.symbols:
            text = text.replace(name, f"({scop.function.symbols[name].expression})")
    return text


def _declaration(scop: Scop, name: str) -> str:
    """Return the declaration of the function, as one that returns an int."""
    declared = copy.deepcopy(scop.function.node.decl)
    declared.storage, declared.funcspec, declared.name = [], [], name
    declared.type.type = c_ast.TypeDecl(
        name, [], None, c_ast.IdentifierType(["int"]), declared.coord
    )
    return c_generator.CGenerator().visit(declared)
