"""Run a small C function step by step and record which memory each statement touches.

It shares no code with the library: values are Python numbers, memory is a dictionary,
and every executed statement leaves its loop iterators and its accesses behind.
"""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import Any

from pycparser import c_ast

from legality_oracle.expressions import Expressions, Pointer, Return, pseudo_random
from legality_oracle.outline import (
    Guard,
    Loop,
    Outline,
    Stmt,
    assigned,
    is_integer,
    iterator,
    kind,
    leaves,
    parse,
    walk,
)
from legality_oracle.reductions import reduction_form

LIMIT = 60_000


class Break(Exception):
    """A ``break`` leaves its loop."""


class Continue(Exception):
    """A ``continue`` starts the next iteration."""


@dataclass
class Instance:
    """One execution of a statement: its iterators, accesses and reduction, if any."""

    stmt: str
    iterators: dict[str, int]
    reads: list[Any] = field(default_factory=list)
    writes: list[Any] = field(default_factory=list)
    reduction: tuple[str, Any, bool] | None = None


class Trace(Expressions):
    """Interpreter of one call; ``instances`` is what it executed, in order."""

    def __init__(self, text: str, sizes: dict[str, int]) -> None:
        function, functions, variables = parse(text)
        self.outline = Outline(function)
        super().__init__(functions, self.outline.iterators)
        self.instances: list[Instance] = []
        self.iterators: dict[str, int] = {}
        self._control: list[Any] = []
        self._steps = 0
        for item in (*variables, *function.decl.type.args.params):
            self._parameter(item, sizes)
        try:
            self._run(self.outline.body)
        except Return:
            pass

    def _parameter(self, node: Any, sizes: dict[str, int]) -> None:
        dims, name = kind(node)
        integer = is_integer(name)
        if dims:
            value: Any = Pointer(node.name, 0, self.strides(dims), integer)
        elif integer:
            value = sizes.get(node.name, 3)
        else:
            value = pseudo_random(node.name, False)
        self.memory["scalar", node.name] = value
        self.scopes[0][node.name] = (("scalar", node.name), integer)

    @cached_property
    def conflicts(self) -> list[tuple[Any, Instance, Instance]]:
        """Address and instances of every pair of accesses, one of them a write."""
        touched: dict[Any, dict[int, tuple[Instance, bool]]] = defaultdict(dict)
        for number, item in enumerate(self.instances):
            for address in item.reads:
                touched[address].setdefault(number, (item, False))
            for address in item.writes:
                touched[address][number] = (item, True)
        return [
            (address, early, late)
            for address, users in touched.items()
            if any(writes for _, writes in users.values())
            for k, (late, late_writes) in enumerate(users.values())
            for early, early_writes in islice(users.values(), k)
            if early_writes or late_writes
        ]

    # -- what schedules reorder: loops, guards, statements -----------------------

    def _run(self, nodes: list[Any]) -> None:
        self.scopes.append({})
        try:
            for node in nodes:
                self._visit(node)
        finally:
            self.scopes.pop()

    def _visit(self, node: Any) -> None:
        if isinstance(node, Loop):
            self._loop(node)
        elif isinstance(node, Guard):
            self._run(node.children if self.eval(node.node.cond) else node.orelse)
        elif not node.name:
            self.declare(node.node)
        else:
            self._statement(node)

    def _loop(self, loop: Loop) -> None:
        node, kept, name = loop.node, len(self._control), iterator(loop.node)
        unsteady = leaves(node.stmt) or self._moves(loop)
        self.scopes.append({})
        try:
            self.execute(node.init)
            while self._header(node.cond):
                if unsteady:
                    self._control.append(("control", loop.name))
                self.iterators[loop.name] = self.value_of(name)
                if not self._iteration(loop):
                    break
                self.execute(node.next)
                del self._control[kept:]
        finally:
            self.iterators.pop(loop.name, None)
            del self._control[kept:]
            self.scopes.pop()

    def _iteration(self, loop: Loop) -> bool:
        """Run the body once; ``False`` after a ``break``."""
        try:
            self._run(loop.children)
        except Continue:
            return True
        except Break:
            return False
        return True

    def _header(self, node: Any) -> bool:
        """Evaluate a loop condition: the whole body depends on what it reads."""
        outer, self.current = self.current, Instance("", {})
        try:
            return bool(self.eval(node))
        finally:
            self._control += self.current.reads
            self.current = outer

    def _moves(self, loop: Loop) -> bool:
        """Say whether the body of a loop changes the loop's own iterator."""
        name = iterator(loop.node)
        nested = {iterator(n) for n in walk(loop.node.stmt) if isinstance(n, c_ast.For)}
        return name in assigned(loop.node.stmt) - nested

    def _statement(self, stmt: Stmt) -> None:
        node = stmt.node
        item = Instance(stmt.name, dict(self.iterators), list(self._control))
        self.instances.append(item)
        for loop in self.iterators:
            if leaves(node) or loop.split("_")[0] in assigned(node):
                item.writes.append(("control", loop))
        form = reduction_form(node)
        if form is not None:
            item.reduction = self._reduction(*form)
        self.current = item
        try:
            self.execute(node)
        finally:
            self.current = None

    def _reduction(self, operator: str, target: Any, value: Any) -> Any:
        """Return operator, address and floatness, if reordering keeps the result."""
        if assigned(value) or not self.is_pure(value):
            return None
        address, integer = self.address(target)
        self.current = probe = Instance("", {})
        floating = not isinstance(self.eval(value), int)
        self.current = None
        if address in probe.reads or address in self._control:
            return None
        if integer and floating:
            return None
        return operator, address, not integer

    # -- what happens inside one statement ----------------------------------------

    def execute(self, node: Any) -> None:
        """Execute one C statement, whatever it is made of."""
        self._steps += 1
        if self._steps > LIMIT:
            raise RuntimeError("the function runs too long for the oracle")
        if node is None or isinstance(node, (c_ast.EmptyStatement, c_ast.Pragma)):
            return
        method = getattr(self, f"_do_{type(node).__name__.lower()}", None)
        if method is None:
            self.eval(node)
        else:
            method(node)

    def _do_compound(self, node: Any) -> None:
        self.scopes.append({})
        try:
            for item in node.block_items or []:
                self.execute(item)
        finally:
            self.scopes.pop()

    def _do_if(self, node: Any) -> None:
        self.execute(node.iftrue if self.eval(node.cond) else node.iffalse)

    def _do_while(self, node: Any) -> None:
        self._repeat(node, None)

    def _do_for(self, node: Any) -> None:
        self.scopes.append({})
        try:
            self.execute(node.init)
            self._repeat(node, node.next)
        finally:
            self.scopes.pop()

    def _repeat(self, node: Any, step: Any) -> None:
        while node.cond is None or self.eval(node.cond):
            try:
                self.execute(node.stmt)
            except Continue:
                pass
            except Break:
                break
            self.execute(step)

    def _do_break(self, node: Any) -> None:
        raise Break

    def _do_continue(self, node: Any) -> None:
        raise Continue

    def _do_return(self, node: Any) -> None:
        raise Return(self.eval(node.expr) if node.expr else None)

    def _do_decllist(self, node: Any) -> None:
        for declaration in node.decls:
            self.declare(declaration)

    def _do_decl(self, node: Any) -> None:
        self.declare(node)
