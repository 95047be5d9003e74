"""From a schedule tree to readable C."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import islpy as isl
from pycparser import c_ast

from tunembed.schedules._ast import generate_ast
from tunembed.schedules._buffers import Footprint, footprint
from tunembed.schedules._c_text import (
    HELPERS,
    StatementPrinter,
    affine_text,
    expression,
    minus,
)
from tunembed.schedules._declarations import declaration, first_user
from tunembed.schedules._dependences import Dependences, dtype_of
from tunembed.schedules._expansion import expansions
from tunembed.schedules._iterators import (
    index_type,
    is_unsigned,
    reads_unsigned,
    unsigned_values,
)
from tunembed.schedules._names import c_name, free_name, named_apart, words_of
from tunembed.schedules._pragmas import pragmas
from tunembed.schedules._relations import node_path
from tunembed.schedules._scop import Scop, ScopStatement
from tunembed.schedules._scopes import declare_locals
from tunembed.schedules._tree import (
    Loop,
    Node,
    Pack,
    ScheduleError,
    statements_below,
)


@dataclass
class _Buffer:
    """A buffer in force: what replaces the elements of an array."""

    pack: Pack
    box: Footprint
    origin: list[str]
    rank: int


@dataclass
class _State:
    """What is known at one place of the syntax tree."""

    names: dict[str, str] = field(default_factory=dict)
    pending: Loop | None = None
    path: tuple[Node, ...] = ()
    buffers: tuple[_Buffer, ...] = ()
    values: dict[str, str] = field(default_factory=dict)
    alone: bool = False
    collapsed: tuple[str, ...] = ()

    def copy(self) -> _State:
        return replace(self, names=dict(self.names), values=dict(self.values))


class Printer:
    """Prints the body of a function for a schedule tree.

    Parameters
    ----------
    scop : Scop
    nodes : tuple of Node
    dependences : Dependences
    """

    def __init__(
        self, scop: Scop, nodes: tuple[Node, ...], dependences: Dependences
    ) -> None:
        self.scop = scop
        self.nodes = named_apart(scop, nodes)
        self.dependences = dependences
        self.symbols = scop.function.symbols
        self.places = declare_locals(scop, self.nodes, dependences)
        self.expansions = expansions(scop)
        self.freed = False
        self.declared_inline: dict[str, str] = {}
        self.lines: list[str] = []
        self.depth = 1
        self.index_type = index_type(scop)
        self.unsigned = unsigned_values(scop)
        self.unsigned_bounds = {
            p.name for p in scop.function.parameters if is_unsigned(p.dtype)
        }

    def body(self) -> str:
        """Return the C text of the function's body, without the braces."""
        ast, self.marks = generate_ast(self.scop, self.nodes)
        for expansion in self.expansions.values():
            self._emit(expansion.allocation())
        self._declare(0, self.nodes)
        self._visit(ast, _State())
        if not self.freed:
            self._free()
        return "\n".join(self.lines) + "\n"

    def helpers(self) -> str:
        """Return the definitions that the printed body needs and the file lacks."""
        text = "\n".join(self.lines)
        source = self.scop.function.unit.text
        start = self.scop.function.source_range().definition[0]
        needed = []
        for name, code in HELPERS.items():
            if f"{name}(" not in text or code in source[:start]:
                continue
            if name in words_of(source):
                raise ScheduleError(
                    f"the new code needs a function '{name}', and the file uses that "
                    "name for something else: rename it"
                )
            needed.append(code)
        return "\n".join(needed)

    def _emit(self, text: str) -> None:
        indent = "    " * self.depth
        for line in text.split("\n"):
            self.lines.append(line if line.startswith("#") else f"{indent}{line}")

    def _visit(self, node: isl.AstNode, state: _State) -> None:
        kind = node.get_type()
        if kind == isl.ast_node_type.block:
            children = node.block_get_children()
            state = replace(state, alone=False)
            for n in range(children.n_ast_node()):
                self._visit(children.get_ast_node(n), state)
        elif kind == isl.ast_node_type.mark:
            self._mark(node, state)
        elif kind == isl.ast_node_type.for_:  # type: ignore[attr-defined]
            self._for(node, state)
        elif kind == isl.ast_node_type.if_:  # type: ignore[attr-defined]
            self._if(node, state)
        else:
            self._user(node, state)

    def _free(self) -> None:
        self.freed = True
        for expansion in self.expansions.values():
            self._emit(f"free({expansion.name});")

    def _mark(self, node: isl.AstNode, state: _State) -> None:
        marked = self.marks[int(node.mark_get_id().get_name().split()[1])]
        inner = state.copy()
        if isinstance(marked, Pack):
            self._pack(node, marked, inner)
            return
        if not isinstance(marked, Loop):
            raise TypeError(f"unexpected mark {marked!r}")
        inner.pending = marked
        inner.path = (*state.path, marked)
        self._visit(node.mark_get_node(), inner)

    def _for(self, node: isl.AstNode, state: _State) -> None:
        loop = state.pending
        if loop is None:
            raise ScheduleError("isl made a loop that the schedule does not have")
        inner = state.copy()
        inner.pending = None
        name = loop.name
        counter = node.for_get_iterator().get_id().get_name()
        down = _counts_down(loop)
        inner.names[counter] = f"-{name}" if down else name
        inner.values[loop.name] = inner.names[counter]
        header = self._header(node, inner, name, down)
        inner.collapsed = _collapsed(loop, state.collapsed, header)
        for pragma in pragmas(self.scop, self.nodes, self.dependences, loop):
            self._emit(pragma)
        self._emit(header + " {")
        self.depth += 1
        self._declare(id(loop), loop.body)
        self._visit(node.for_get_body(), replace(inner, alone=True))
        self.depth -= 1
        self._emit("}")

    def _header(self, node: isl.AstNode, state: _State, name: str, down: bool) -> str:
        rename = self._renamer(state)
        start = expression(node.for_get_init(), rename)
        step = expression(node.for_get_inc(), rename)
        condition = node.for_get_cond()
        if down:
            low = expression(condition.get_op_arg(1), rename)
            strict = condition.get_op_type() == isl.ast_expr_op_type.lt
            start, low = _negated(start), _negated(low)
            test = f"{name} {'>' if strict else '>='} {low}"
            change = f"{name}--" if step == "1" else f"{name} -= {step}"
        else:
            test = expression(condition, rename)
            change = f"{name}++" if step == "1" else f"{name} += {step}"
        return f"for ({self.index_type} {name} = {start}; {test}; {change})"

    def _if(self, node: isl.AstNode, state: _State) -> None:
        test = expression(node.if_get_cond(), self._renamer(state))
        self._emit(f"if ({test}) {{")
        self.depth += 1
        state = replace(state, alone=True)
        self._visit(node.if_get_then_node(), state)
        self.depth -= 1
        if node.if_has_else_node():
            self._emit("} else {")
            self.depth += 1
            self._visit(node.if_get_else_node(), state)
            self.depth -= 1
        self._emit("}")

    def _user(self, node: isl.AstNode, state: _State) -> None:
        call = node.user_get_expr()
        name = call.get_op_arg(0).get_id().get_name()
        statement = self.scop.statements[name]
        if isinstance(statement.node, c_ast.Return):
            self._free()
        rename = self._renamer(state)
        values = {
            dim: expression(call.get_op_arg(n + 1), rename)
            for n, dim in enumerate(statement.dims)
        }
        self._emit(self._statement(statement, values, state))

    def _statement(
        self, statement: ScopStatement, values: dict[str, str], state: _State
    ) -> str:
        names = {it: values[dim] for it, dim in statement.iterators.items()}
        casts = {
            it: self.unsigned[dim]
            for it, dim in statement.iterators.items()
            if dim in self.unsigned
        }
        printer = StatementPrinter(names, {}, casts)
        accesses: dict[int, str] = {}
        for access in statement.accesses:
            if access.node is None:
                continue
            if access.array in self.expansions:
                dims = [values[d] for d in self.scop.expanded[access.array]]
                element = self.expansions[access.array].element(dims)
                accesses[id(access.node)] = element
            for buffer in state.buffers:
                if buffer.pack.array == access.array:
                    element = _element(buffer, access.subscripts, values)
                    accesses[id(access.node)] = element
        printer.accesses = accesses
        node = statement.node
        if isinstance(node, c_ast.Decl):
            return self._assignment(statement, node, printer)
        for name, first in self.declared_inline.items():
            if first == statement.name:
                value = printer.visit(node.rvalue)
                return f"{declaration(self.scop, name)} = {value};"
        return printer.statement(node)

    def _assignment(
        self, statement: ScopStatement, node: c_ast.Decl, printer: StatementPrinter
    ) -> str:
        value = printer.visit(node.init)
        write = next(a for a in statement.accesses if a.kind == "write")
        if self.declared_inline.get(write.array) == statement.name:
            return f"{declaration(self.scop, write.array)} = {value};"
        return f"{printer.accesses.get(id(write.node), node.name)} = {value};"

    def _brackets(self, array: str, places: list[str]) -> str:
        """Return the subscripts of an element, linear where the source has them so."""
        inner = next(
            (
                access.inner_extents
                for statement in self.scop.statements.values()
                for access in statement.accesses
                if access.array == array and access.inner_extents
            ),
            (),
        )
        if not inner:
            return "".join(f"[{place}]" for place in places)
        text = places[0]
        for extent, place in zip(inner, places[1:], strict=True):
            text = f"{_factor(text)} * {_factor(extent)} + {place}"
        return f"[{text}]"

    def _memory(self, array: str, places: list[str], outer: _Buffer | None) -> str:
        """Return an element of an array, or of the buffer it lives in already."""
        if outer is None:
            return self._array(array) + self._brackets(array, places)
        kept = [d for d in outer.pack.permutation if outer.box.extents[d] > 1]
        inside = [f"[{minus(places[d], outer.origin[d])}]" for d in kept]
        return outer.pack.buffer + "".join(inside)

    def _array(self, name: str) -> str:
        expansion = self.expansions.get(name)
        return expansion.name if expansion else name.split("#")[0]

    def _declare(self, place: int, body: tuple[Node, ...]) -> None:
        for name in self.places.get(place, ()):
            first = first_user(self.scop, name, body)
            if first is not None:
                self.declared_inline[name] = first
            else:
                self._emit(f"{declaration(self.scop, name)};")

    def _pack(self, node: isl.AstNode, pack: Pack, state: _State) -> None:
        path = node_path(self.nodes, pack)[:-1]
        box = footprint(self.scop, path, pack)
        if pack.write_back and not box.exact:
            raise ScheduleError(
                f"pack({pack.array}): the part written there is no full box, it cannot "
                "be copied back"
            )
        outer = next(
            (b for b in reversed(state.buffers) if b.pack.array == pack.array), None
        )
        lower = [self._bound(p, box, state) for p in box.lower]
        upper = [self._bound(p, box, state) for p in box.upper]
        dtype = dtype_of(self.scop, pack.array)
        if not dtype:
            raise ScheduleError(f"pack({pack.array}): its element type is not known")
        keep = [d for d in pack.permutation if box.extents[d] > 1]
        shape = "".join(f"[{box.extents[d]}]" for d in keep)
        align = " __attribute__((aligned(64)))" if keep else ""
        if not state.alone:
            self._emit("{")
            self.depth += 1
        test = self._condition(box, state)
        if keep:
            self._emit(f"{dtype} {pack.buffer}{shape}{align};")
            self._guarded_copy(pack, outer, lower, upper, keep, test, back=False)
        else:
            value = self._memory(pack.array, lower, outer)
            value = f"{test} ? {value} : 0" if test else value
            self._emit(f"{dtype} {pack.buffer} = {value};")
        buffer = _Buffer(pack, box, lower, len(lower))
        state.buffers = (*state.buffers, buffer)
        state.path = (*state.path, pack)
        self._declare(id(pack), pack.body)
        self._visit(node.mark_get_node(), state)
        if pack.write_back:
            self._guarded_copy(pack, outer, lower, upper, keep, test, back=True)
        if not state.alone:
            self.depth -= 1
            self._emit("}")

    def _condition(self, box: Footprint, state: _State) -> str:
        """Return the test of whether anything is touched, empty if it always is."""
        if box.condition is None:
            return ""
        build = isl.AstBuild.from_context(isl.Set.universe(box.context.get_space()))
        test = expression(build.expr_from_set(box.condition), self._placed(state))
        return f"({test})"

    def _guarded_copy(
        self,
        pack: Pack,
        outer: _Buffer | None,
        lower: list[str],
        upper: list[str],
        keep: list[int],
        test: str,
        *,
        back: bool,
    ) -> None:
        if test:
            self._emit(f"if {test} {{")
            self.depth += 1
        self._copy(pack, outer, lower, upper, keep, back=back)
        if test:
            self.depth -= 1
            self._emit("}")

    def _copy(
        self,
        pack: Pack,
        outer: _Buffer | None,
        lower: list[str],
        upper: list[str],
        keep: list[int],
        *,
        back: bool,
    ) -> None:
        words = words_of(self.scop.function.unit.text)
        names = [free_name(f"at{d}", words) for d in range(len(lower))]
        places = [names[d] if d in keep else lower[d] for d in range(len(lower))]
        theirs = self._memory(pack.array, places, outer)
        local = "".join(f"[{minus(names[d], lower[d])}]" for d in keep)
        depth = self.depth
        for d in range(len(lower)):
            if d in keep:
                self._emit(
                    f"for ({self.index_type} {names[d]} = {lower[d]}; "
                    f"{names[d]} <= {upper[d]}; {names[d]}++)"
                )
                self.depth += 1
        ours = f"{pack.buffer}{local}"
        self._emit(f"{theirs} = {ours};" if back else f"{ours} = {theirs};")
        self.depth = depth

    def _placed(self, state: _State) -> Callable[[str], str]:
        """Return the renaming that also knows the values of the loops outside."""
        renamed = self._renamer(state)

        def rename(name: str) -> str:
            if name.startswith("at_"):
                return state.values[name[3:]]
            return renamed(name)

        return rename

    def _bound(self, value: isl.PwAff, box: Footprint, state: _State) -> str:
        build = isl.AstBuild.from_context(box.context)
        text = expression(build.expr_from_pw_aff(value), self._placed(state))
        return f"({text})" if "?" in text else text

    def _renamer(self, state: _State) -> Callable[[str], str]:
        def rename(name: str) -> str:
            if name in state.names:
                return state.names[name]
            if name in self.symbols:
                return self._symbol(name, state)
            return self._signed(c_name(name))

        return rename

    def _signed(self, name: str) -> str:
        """Return a parameter in bounds, where a negative number must not wrap."""
        return f"(long){name}" if name in self.unsigned_bounds else name

    def _symbol(self, name: str, state: _State) -> str:
        symbol = self.symbols[name]
        values: dict[str, str] = {}
        for loop in state.path:
            if isinstance(loop, Loop) and loop.name in state.values:
                below = statements_below(loop.body)
                for statement in sorted(below):
                    for iterator, dim in self.scop.statements[
                        statement
                    ].iterators.items():
                        if loop.index[statement] == dim:
                            values[iterator] = state.values[loop.name]
        missing = sorted(symbol.iterators - set(values))
        if missing:
            raise ScheduleError(
                f"the bound '{symbol.expression}' needs loop '{missing[0]}' outside"
            )
        text = f"({StatementPrinter(values, {}).visit(symbol.node)})"
        signed = not reads_unsigned(self.scop.function, symbol.node)
        return text if signed else f"(long){text}"


def _element(buffer: _Buffer, subscripts, values: Mapping[str, str]) -> str:
    text = buffer.pack.buffer
    for d in buffer.pack.permutation:
        if buffer.box.extents[d] > 1:
            place = affine_text(subscripts[d], values)
            text += f"[{minus(place, buffer.origin[d])}]"
    return text


def _collapsed(loop: Loop, outer: tuple[str, ...], header: str) -> tuple[str, ...]:
    """Return the loop whose iterations the next loops inside are collapsed with.

    It is repeated as often as there are loops left to collapse.
    """
    if loop.parallel and loop.parallel.collapse > 1:
        return (loop.name,) * (loop.parallel.collapse - 1)
    if outer and outer[0] in re.findall(r"\w+", header):
        raise ScheduleError(
            f"collapse: the range of '{loop.name}' depends on '{outer[0]}'"
        )
    return outer[1:]


def _factor(text: str) -> str:
    return text if text.isidentifier() or text.isdigit() else f"({text})"


def _counts_down(loop: Loop) -> bool:
    return all(re.fullmatch(r"-\w+", text) for text in loop.index.values())


def _negated(text: str) -> str:
    if text.startswith("-") and text[1:].replace("_", "").isalnum():
        return text[1:]
    return text if text == "0" else f"-({text})"
