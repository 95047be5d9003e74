"""Keep the original for the case that pointers overlap or a test fails."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import copy
import re
from collections.abc import Sequence

from pycparser import c_ast, c_generator

from tunembed.schedules._closure_test import ElementTest
from tunembed.schedules._memory import Memory, overlaps
from tunembed.schedules._names import free_name, words_of
from tunembed.schedules._scop import Scop
from tunembed.schedules._tree import ScheduleError


def guard(
    scop: Scop,
    body: str,
    helpers: str,
    *,
    assume_noalias: bool = False,
    header: str = "",
    tests: Sequence[ElementTest] = (),
) -> str:
    """Return the file of the function with a new body.

    Where two pointers could overlap or elements must be tested, the new body moves to a
    function of its own with `restrict` parameters; the named one tests and falls back
    to the original.

    Parameters
    ----------
    scop : Scop
    body : str
        C text of the new body, without braces.
    helpers : str
        Definitions that the body needs.
    assume_noalias : bool, default=False
        Trust that no two pointers overlap.
    header : str
        A comment for the top of the file.
    tests : sequence of ElementTest
        Of the elements that the function is called with.
    """
    function = scop.function
    text = function.unit.text
    place = function.source_range()
    start, end = place.definition
    before, after = text[:start], text[end:]
    signature = text[start : place.body[0]]
    pairs = [] if assume_noalias else overlaps(scop)
    conditions = [*_assumptions(scop), *(_disjoint(a, b) for a, b in pairs)]
    reasons = ["the arrays do not overlap"] if conditions else []
    body = _constants(scop) + body
    if "malloc(" in body and "<stdlib.h>" not in before:
        before = f"#include <stdlib.h>\n{before}"
    if not conditions and not tests:
        tuned = f"{signature.rstrip()}\n{{\n{body}}}"
        return f"{header}{before}{helpers}{_gap(helpers)}{tuned}{after}"
    name = function.name
    words = words_of(text)
    original_name, tuned_name = (
        free_name(f"{name}_{suffix}", words) for suffix in ("original", "tuned")
    )
    original = _rename(scop, original_name)
    call = ", ".join(p.name for p in function.parameters)
    conditions += [f"{test.name}({call})" for test in tests]
    reasons += [test.reason for test in tests]
    helpers += "".join(f"\n{test.definition}" for test in tests)
    result = "" if _returns_nothing(scop) else "return "
    test = " &&\n        ".join(conditions)
    tuned = f"static {_restricted(scop, tuned_name)}\n{{\n{body}}}"
    chosen = (
        f"{signature.rstrip()}\n{{\n"
        f"    /* The fast version is right only where {' and '.join(reasons)}. */\n"
        f"    if ({test}) {{\n        {result}{tuned_name}({call});\n    }} else {{\n"
        f"        {result}{original_name}({call});\n    }}\n}}"
    )
    return (
        f"{header}{before}{helpers}{_gap(helpers)}static {original}\n\n{tuned}\n\n"
        f"{chosen}{after}"
    )


def _gap(helpers: str) -> str:
    return "\n" if helpers else ""


def _disjoint(a: Memory, b: Memory) -> str:
    for memory in (a, b):
        if memory.size is None:
            raise ScheduleError(
                f"'{a.name}' and '{b.name}' may overlap and the size of "
                f"'{memory.name}' is not known: declare it as an array with its "
                "size, say restrict, or use --assume-noalias"
            )
    return (
        f"((const char *)({a.address}) + {a.size} "
        f"<= (const char *)({b.address}) ||\n"
        f"         (const char *)({b.address}) + {b.size} "
        f"<= (const char *)({a.address}))"
    )


def _assumptions(scop: Scop) -> list[str]:
    texts = []
    for statement in scop.statements.values():
        source = statement.source
        for access in source.accesses if source is not None else ():
            for assumption in access.assumptions:
                names = {n for n in assumption.names() if n in scop.function.symbols}
                text = assumption.to_c()
                for name in names:
                    symbol = scop.function.symbols[name]
                    if symbol.iterators:
                        raise ScheduleError(
                            f"{statement.location}: the subscripts of "
                            f"'{access.array}' cannot be separated"
                        )
                    text = text.replace(name, f"({symbol.expression})")
                texts.append(f"{text} >= 0")
    return list(dict.fromkeys(texts))


def _constants(scop: Scop) -> str:
    lines = []
    for name, expression in scop.function.constants.items():
        lines.append(f"    const int {name} = {expression};\n")
    return "".join(lines)


def _returns_nothing(scop: Scop) -> bool:
    kind = scop.function.node.decl.type.type
    return isinstance(kind, c_ast.TypeDecl) and getattr(kind.type, "names", None) == [
        "void"
    ]


def _rename(scop: Scop, name: str) -> str:
    function = scop.function
    text = function.unit.text
    place = function.source_range()
    whole = text[slice(*place.definition)]
    offset = place.name[0] - place.definition[0]
    renamed = whole[:offset] + name + whole[offset + len(function.name) :]
    return re.sub(r"^((static|inline)\s+)+", "", renamed)


def _restricted(scop: Scop, name: str) -> str:
    declared = copy.deepcopy(scop.function.node.decl)
    declared.storage, declared.funcspec = [], []
    declared.name = name
    inner = declared.type.type
    while not isinstance(inner, c_ast.TypeDecl):
        inner = inner.type
    inner.declname = name
    parameters = {p.name: p for p in scop.function.parameters}
    for argument in declared.type.args.params if declared.type.args else ():
        found = parameters.get(str(getattr(argument, "name", "")))
        if found is not None and not found.is_struct:
            _add_restrict(argument.type)
    return c_generator.CGenerator().visit(declared)


def _add_restrict(node: c_ast.Node) -> None:
    if isinstance(node, c_ast.ArrayDecl) and "restrict" not in node.dim_quals:
        node.dim_quals = ["restrict", *node.dim_quals]
    elif isinstance(node, c_ast.PtrDecl) and "restrict" not in node.quals:
        node.quals = [*node.quals, "restrict"]
