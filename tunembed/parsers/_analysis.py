"""Analyse one function."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from collections.abc import Iterable
from dataclasses import dataclass

from pycparser import c_ast

from tunembed.parsers._builder import Builder, shape_of
from tunembed.parsers._delinearize import Layouts
from tunembed.parsers._directives import Directive
from tunembed.parsers._model import Local, Node, Parameter, Symbol
from tunembed.parsers._scope import Scope
from tunembed.parsers._trees import c_text, descend
from tunembed.parsers._types import CType, TypeTable
from tunembed.parsers._writes import Writes

_LOOPS = (c_ast.For, c_ast.While, c_ast.DoWhile)
_ALLOCATORS = frozenset(
    "malloc calloc aligned_alloc _mm_malloc memalign polybench_alloc_data".split()
)


@dataclass(frozen=True)
class Analysis:
    """What :class:`Function` shows."""

    parameters: tuple[Parameter, ...]
    body: tuple[Node, ...]
    scopes: dict[str, tuple[Local, ...]]
    symbols: dict[str, Symbol]
    constants: dict[str, str]
    directives: tuple[Directive, ...]
    scalars_assigned: frozenset[str]


def analyse(node: c_ast.FuncDef, types: TypeTable, unit: c_ast.FileAST) -> Analysis:
    """Return the analysis of a function definition."""
    variables = _globals(unit, types)
    scope = Scope(types, variables, frozenset(variables))
    writes = scope.all_writes = scope.writes_of(node.body)
    declarations = _parameter_nodes(node)
    for decl in declarations:
        types.declare(decl)
        scope.variables[decl.name] = types.resolve(decl.type)
    names = {decl.name for decl in declarations}
    scope.globals -= names
    constants = _constants(node, types, writes, names)
    unchanged = {
        name
        for name in names
        if scope.variables[name].is_integer
        and name not in writes.counts
        and name not in writes.addressed
    }
    scope.stable = frozenset(unchanged | constants.keys())
    if any(isinstance(item, c_ast.Label) for item in descend(node.body)):
        scope.stable, constants = frozenset(unchanged), {}
    scope.wild = _wild_pointers(node, types)
    parameters = tuple(_parameter(decl, scope) for decl in declarations)
    layouts = Layouts()
    builder = Builder(layouts)
    body = builder.block(node.body, scope, None)
    if layouts.decide():
        builder = Builder(layouts)
        body = builder.block(node.body, scope, None)
    return Analysis(
        parameters,
        body,
        builder.locals(),
        scope.symbols,
        constants,
        tuple(builder.directives),
        _assigned_scalars(node, writes),
    )


def _globals(unit: c_ast.FileAST, types: TypeTable) -> dict[str, CType]:
    found = {}
    for item in unit.ext:
        if isinstance(item, c_ast.Decl) and item.name is not None:
            if not isinstance(item.type, c_ast.FuncDecl):
                found[item.name] = types.resolve(item.type)
    return found


def _parameter_nodes(node: c_ast.FuncDef) -> list[c_ast.Decl]:
    if node.param_decls:
        return [decl for decl in node.param_decls if decl.name]
    arguments = node.decl.type.args
    return [
        item
        for item in (arguments.params if arguments is not None else ())
        if isinstance(item, c_ast.Decl) and item.name
    ]


def _parameter(decl: c_ast.Decl, scope: Scope) -> Parameter:
    kind = scope.variables[decl.name]
    shape = shape_of(kind, scope)
    return Parameter(
        decl.name,
        kind.base,
        shape,
        bool(shape) and shape[0] is None,
        kind.is_const,
        kind.is_restrict,
        kind.is_struct,
    )


def _local_declarations(node: c_ast.Node) -> Iterable[c_ast.Decl]:
    return (
        item
        for item in descend(node)
        if isinstance(item, c_ast.Decl)
        and item.name
        and not isinstance(item.type, c_ast.FuncDecl)
    )


def _constants(
    node: c_ast.FuncDef, types: TypeTable, writes: Writes, parameters: set[str]
) -> dict[str, str]:
    """Return integer locals that are assigned once, outside loops."""
    looped: set[str] = set()
    values: dict[str, c_ast.Node] = {}
    for item, inside in _with_loops(node.body):
        name = None
        if isinstance(item, c_ast.Assignment) and isinstance(item.lvalue, c_ast.ID):
            name = item.lvalue.name
            values[name] = item.rvalue
        elif isinstance(item, c_ast.Decl):
            name = item.name
        if inside and name:
            looped.add(name)
    found: dict[str, str] = {}
    declared: dict[str, int] = {}
    for decl in _local_declarations(node.body):
        name = decl.name
        declared[name] = declared.get(name, 0) + 1
        if decl.init is not None:
            values[name] = decl.init
        fixed = writes.counts.get(name) == 1 and name not in writes.addressed
        if fixed and name not in looped and "static" not in decl.storage:
            if types.resolve(decl.type).is_integer and name in values | {name: 0}:
                found[name] = name
    return {
        name: c_text(values[name])
        for name in found
        if declared[name] == 1 and name in values and name not in parameters
    }


def _with_loops(node: c_ast.Node) -> Iterable[tuple[c_ast.Node, bool]]:
    """Yield all nodes and whether they stand inside a loop."""
    stack = [(node, False)]
    while stack:
        item, inside = stack.pop()
        yield item, inside
        inside = inside or isinstance(item, _LOOPS)
        stack.extend((child, inside) for child in item)


def _wild_pointers(node: c_ast.FuncDef, types: TypeTable) -> frozenset[str]:
    """Return local pointers that do not hold one fresh allocation."""
    values: dict[str, list[c_ast.Node]] = {}
    pointers: set[str] = set()
    for item in descend(node.body):
        if isinstance(item, c_ast.Decl) and item.name:
            if isinstance(item.type, c_ast.PtrDecl):
                pointers.add(item.name)
            if item.init is not None:
                values.setdefault(item.name, []).append(item.init)
        elif isinstance(item, c_ast.Assignment) and isinstance(item.lvalue, c_ast.ID):
            values.setdefault(item.lvalue.name, []).append(item.rvalue)
    return frozenset(
        name
        for name in pointers
        if len(values.get(name, ())) != 1 or not _is_fresh(values[name][0])
    )


def _is_fresh(node: c_ast.Node) -> bool:
    while isinstance(node, c_ast.Cast):
        node = node.expr
    return (
        isinstance(node, c_ast.FuncCall)
        and isinstance(node.name, c_ast.ID)
        and node.name.name in _ALLOCATORS
    )


def _assigned_scalars(node: c_ast.FuncDef, writes: Writes) -> frozenset[str]:
    declared = {
        item.name
        for item in _local_declarations(node.body)
        if item.init is not None and not isinstance(item.type, c_ast.ArrayDecl)
    }
    return frozenset(writes.assigned | writes.addressed | declared)
