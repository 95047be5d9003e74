"""From a schedule tree to readable C."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import re
from contextlib import nullcontext
from dataclasses import replace

import islpy as isl
from pycparser import c_ast

from tunembed.schedules._ast import generate_ast, left_out
from tunembed.schedules._buffer_printer import Buffer, BufferPrinter
from tunembed.schedules._buffers import (
    Footprint,
    footprint,
    is_packed,
    is_separate,
    is_written_first,
)
from tunembed.schedules._c_text import (
    HELPERS,
    StatementPrinter,
    affine_text,
    expression,
)
from tunembed.schedules._code import Code
from tunembed.schedules._declarations import declaration, first_user
from tunembed.schedules._dependences import Dependences, dtype_of
from tunembed.schedules._expansion import expansions
from tunembed.schedules._factors import without_factors
from tunembed.schedules._iterators import index_type, unsigned_values
from tunembed.schedules._liveness import used_later
from tunembed.schedules._names import free_name, named_apart, words_of
from tunembed.schedules._place import Namer, Place
from tunembed.schedules._pragmas import pragmas
from tunembed.schedules._relations import Path, node_path
from tunembed.schedules._scop import Scop, ScopStatement
from tunembed.schedules._scopes import declare_locals
from tunembed.schedules._tree import (
    Leaf,
    Loop,
    Node,
    Pack,
    ScheduleError,
    statements_below,
)


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
        self.declared_at = declare_locals(scop, self.nodes, dependences)
        self.expansions = expansions(scop)
        self.freed = False
        self.declared_inline: dict[str, str] = {}
        self.code = Code()
        self.index_type = index_type(scop)
        self.unsigned = unsigned_values(scop)
        self.namer = Namer(scop)
        self.buffers = BufferPrinter(scop, self.expansions, self.index_type)

    def body(self) -> str:
        """Return the C text of the function's body, without the braces."""
        self.generated = generate_ast(self.scop, self.nodes)
        for expansion in self.expansions.values():
            self.code.emit(expansion.allocation())
        self._declare(0, self.nodes)
        self._visit(self.generated.ast, Place())
        if not self.freed:
            self._free()
        return "\n".join(self.code.lines) + "\n"

    def helpers(self) -> str:
        """Return the definitions that the printed body needs and the file lacks."""
        text = "\n".join(self.code.lines)
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

    def _visit(self, node: isl.AstNode, place: Place) -> None:
        kind = node.get_type()
        if kind == isl.ast_node_type.block:
            children = node.block_get_children()
            place = replace(place, alone=False)
            for n in range(children.n_ast_node()):
                self._visit(children.get_ast_node(n), place)
        elif kind == isl.ast_node_type.mark:
            self._mark(node, place)
        elif kind == isl.ast_node_type.for_:  # type: ignore[attr-defined]
            self._for(node, place)
        elif kind == isl.ast_node_type.if_:  # type: ignore[attr-defined]
            self._if(node, place)
        else:
            self._user(node, place)

    def _free(self) -> None:
        self.freed = True
        for expansion in self.expansions.values():
            self.code.emit(f"free({expansion.name});")

    def _mark(self, node: isl.AstNode, place: Place) -> None:
        kind, number = node.mark_get_id().get_name().split()
        marked = self.generated.marks[int(number)]
        inner = place.copy()
        if kind == "copy":
            self._copy(node, marked, inner)
            return
        if isinstance(marked, Pack):
            self._pack(node, marked, inner)
            return
        if not isinstance(marked, Loop):
            raise TypeError(f"unexpected mark {marked!r}")
        inner.pending = marked
        inner.path = (*place.path, marked)
        child = node.mark_get_node()
        if not marked.written_out:
            self._declare_around(marked, left_out(child))
        self._visit(child, inner)

    def _copy(self, node: isl.AstNode, loop: Node, place: Place) -> None:
        """Print one iteration of a loop that is written out, in a scope if needed."""
        needs_scope = bool(self.declared_at.get(id(loop))) and not place.alone
        with self.code.braces() if needs_scope else nullcontext():
            self._declare(id(loop), () if isinstance(loop, Leaf) else loop.body)
            self._visit(node.mark_get_node(), place)

    def _for(self, node: isl.AstNode, place: Place) -> None:
        loop = place.pending
        if loop is None:
            raise ScheduleError("isl made a loop that the schedule does not have")
        inner = place.copy()
        inner.pending = None
        name = loop.name
        counter = node.for_get_iterator().get_id().get_name()
        down = _counts_down(loop)
        inner.names[counter] = f"-{name}" if down else name
        inner.values[loop.name] = inner.names[counter]
        header = self._header(node, inner, name, down)
        inner.collapsed = _collapsed(loop, place.collapsed, header)
        for pragma in pragmas(self.scop, self.nodes, self.dependences, loop):
            self.code.emit(pragma)
        outside = dict(self.declared_inline)
        with self.code.braces(header + " {", repeated=True):
            self._declare(id(loop), loop.body)
            self._visit(node.for_get_body(), replace(inner, alone=True))
        self.declared_inline = outside

    def _header(self, node: isl.AstNode, place: Place, name: str, down: bool) -> str:
        rename = self.namer.at(place)
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

    def _if(self, node: isl.AstNode, place: Place) -> None:
        test = expression(node.if_get_cond(), self.namer.at(place))
        place = replace(place, alone=True)
        both = node.if_has_else_node()
        with self.code.braces(f"if ({test}) {{", end="" if both else "}"):
            self._visit(node.if_get_then_node(), place)
        if both:
            with self.code.braces("} else {"):
                self._visit(node.if_get_else_node(), place)

    def _user(self, node: isl.AstNode, place: Place) -> None:
        call = node.user_get_expr()
        name = call.get_op_arg(0).get_id().get_name()
        statement = self.scop.statements[name]
        if isinstance(statement.node, c_ast.Return):
            self._free()
        rename = self.namer.at(place)
        values = {
            dim: expression(call.get_op_arg(n + 1), rename)
            for n, dim in enumerate(statement.dims)
        }
        self.code.emit(self._statement(statement, values, place))

    def _statement(
        self, statement: ScopStatement, values: dict[str, str], place: Place
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
                places = [affine_text(s, values) for s in access.subscripts if s]
                element = self.expansions[access.array].element(places)
                accesses[id(access.node)] = element
            for buffer in place.buffers:
                if is_packed(statement.name, access, buffer.pack):
                    accesses[id(access.node)] = buffer.accessed(access, values)
        printer.accesses = accesses
        node = statement.node
        for buffer in place.buffers:
            written = any(a.array == buffer.pack.array for a in statement.accesses)
            if buffer.pack.factors and written:
                node = without_factors(node, buffer.pack.factors)
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

    def _declare(self, owner: int, body: tuple[Node, ...]) -> None:
        for name in self.declared_at.get(owner, ()):
            self.code.declares(self.scop.privates[name].name, name)
            first = first_user(self.scop, name, body)
            if first is not None:
                self.declared_inline[name] = first
            else:
                self.declared_inline.pop(name, None)
                self.code.emit(f"{declaration(self.scop, name)};")

    def _declare_around(self, loop: Loop, statements: set[str]) -> None:
        """Declare the variables of a loop for the statements that are outside of it."""
        for name in self.declared_at.get(id(loop), ()):
            if not any(self.scop.statements[s].uses(name) for s in statements):
                continue
            self.declared_inline.pop(name, None)
            called = self.scop.privates[name].name
            self.code.declare_around(called, name, f"{declaration(self.scop, name)};")

    def _pack(self, node: isl.AstNode, pack: Pack, place: Place) -> None:
        self._bind_loops(node, place)
        buffer = self._buffer(pack, place)
        outer = self._holding(pack, place)
        with nullcontext() if place.alone else self.code.braces():
            buffer = self._named_origin(buffer)
            self.code.emit(*self.buffers.filled(buffer, outer))
            place.buffers = (*place.buffers, buffer)
            place.path = (*place.path, pack)
            self._declare(id(pack), pack.body)
            self._visit(node.mark_get_node(), place)
            if pack.write_back:
                for line in self.buffers.copied(buffer, outer, back=True):
                    self.code.emit(line)
            for line in self.buffers.released(buffer):
                self.code.emit(line)

    def _holding(self, pack: Pack, place: Place) -> Buffer | None:
        """Return the buffer in which lives already what goes to another one inside."""
        packed = [
            (name, access)
            for name in statements_below(pack.body)
            for access in self.scop.statements[name].accesses
            if is_packed(name, access, pack)
        ]
        for outer in reversed(place.buffers):
            there = [is_packed(name, access, outer.pack) for name, access in packed]
            if all(there):
                return outer
            if any(there):
                raise ScheduleError(
                    f"pack({pack.array}): only some of these uses are in the buffer "
                    "around it"
                )
        return None

    def _bind_loops(self, mark: isl.AstNode, place: Place) -> None:
        """Give the loops that isl left out, having one iteration, their value."""
        for loop in place.path:
            if isinstance(loop, Loop) and loop.name not in place.values:
                value = self.generated.value(mark, loop)
                text = expression(value, self.namer.at(place))
                place.values[loop.name] = (
                    text if text.isidentifier() or text.isdigit() else f"({text})"
                )

    def _named_origin(self, buffer: Buffer) -> Buffer:
        """Print names for the places where the buffer starts, if they are not plain."""
        lower = list(buffer.lower)
        for d in buffer.kept:
            if "?" in lower[d]:
                name = f"{buffer.pack.buffer}_from{d}"
                name = free_name(name, words_of(self.scop.function.unit.text))
                self.code.emit(f"{self.index_type} {name} = {lower[d][1:-1]};")
                lower[d] = name
        return replace(buffer, lower=lower)

    def _buffer(self, pack: Pack, place: Place) -> Buffer:
        path = node_path(self.nodes, pack)[:-1]
        box = footprint(self.scop, path, pack)
        if not is_separate(self.scop, path, pack):
            raise ScheduleError(
                f"'{pack.array}' is updated in a buffer there, and the same elements "
                "are used otherwise"
            )
        if pack.write_back and not box.exact:
            raise ScheduleError(
                f"pack({pack.array}): the part written there is no full box, it cannot "
                "be copied back"
            )
        lower = [self.namer.bound(p, box, place) for p in box.lower]
        upper = [self.namer.bound(p, box, place) for p in box.upper]
        dtype = dtype_of(self.scop, pack.array)
        if not dtype:
            raise ScheduleError(f"pack({pack.array}): its element type is not known")
        test = self.namer.condition(box, place)
        # Sums start with what is there.
        starts = pack.in_registers or not pack.write_back
        filled = starts or not is_written_first(self.scop, path, pack)
        sizes = [self.namer.bound(p, box, place) for p in box.sizes]
        back = self._back(pack, path, box, place)
        return Buffer(pack, box, lower, upper, dtype, test, sizes, filled, back)

    def _back(self, pack: Pack, path: Path, box: Footprint, place: Place) -> str | None:
        """Return when a buffer must be copied back, None for never."""
        if pack.in_registers or pack.array in self.dependences.closures:
            return ""
        values = used_later(self.scop, path, pack) if pack.write_back else None
        if values is None or box.context.is_subset(values):
            return ""
        if values.is_empty():
            return None
        return self.namer.test(values.gist(box.context), place)


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


def _counts_down(loop: Loop) -> bool:
    return all(re.fullmatch(r"-\w+", text) for text in loop.index.values())


def _negated(text: str) -> str:
    if text.startswith("-") and text[1:].replace("_", "").isalnum():
        return text[1:]
    return text if text == "0" else f"-({text})"
