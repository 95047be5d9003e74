"""Collect what an expression reads, writes, calls and computes."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from collections import Counter

from pycparser import c_ast

from tunembed.parsers._affine import Affine
from tunembed.parsers._delinearize import Layouts
from tunembed.parsers._expressions import to_affine
from tunembed.parsers._model import Access
from tunembed.parsers._pointers import locate
from tunembed.parsers._pure import PURE
from tunembed.parsers._scope import Pointer, Scope
from tunembed.parsers._trees import c_text, descend

_ALLOCATORS = frozenset({"malloc", "calloc", "realloc", "aligned_alloc", "free"})


class Collector:
    """Walks expressions of one statement.

    Parameters
    ----------
    scope : Scope
    layouts : Layouts
        How pointers with linear subscripts are split.

    Attributes
    ----------
    accesses : list of Access
    calls : list of str
    operations : Counter of str
    reasons : list of str
        What is not understood.
    """

    def __init__(self, scope: Scope, layouts: Layouts) -> None:
        self.scope = scope
        self.layouts = layouts
        self.accesses: list[Access] = []
        self.calls: list[str] = []
        self.operations: Counter[str] = Counter()
        self.reasons: list[str] = []

    def read(self, node: c_ast.Node | None) -> None:
        """Collect an expression whose value is used."""
        if node is None or isinstance(node, (c_ast.Constant, c_ast.Typename)):
            return
        if isinstance(node, (c_ast.ID, c_ast.ArrayRef, c_ast.StructRef)):
            self.access(node, "read")
        elif isinstance(node, c_ast.Assignment):
            self.assign(node)
        elif isinstance(node, c_ast.UnaryOp):
            self._unary(node)
        elif isinstance(node, c_ast.BinaryOp):
            self.read(node.left)
            self.read(node.right)
            self.operations[node.op] += 1
        elif isinstance(node, c_ast.TernaryOp):
            for part in (node.cond, node.iftrue, node.iffalse):
                self.read(part)
            self.operations["?:"] += 1
        elif isinstance(node, c_ast.FuncCall):
            self._call(node)
        elif isinstance(node, c_ast.Cast):
            self.read(node.expr)
        else:
            for _, child in node.children():
                self.read(child)

    def assign(self, node: c_ast.Assignment) -> None:
        """Collect an assignment."""
        self.value(node.rvalue)
        if node.op == "=":
            self.access(node.lvalue, "write")
        else:
            self.operations[node.op[:-1]] += 1
            self._update(node.lvalue)

    def value(self, node: c_ast.Node) -> None:
        """Collect the value of an assignment; that may be where a pointer points."""
        if not isinstance(node, c_ast.UnaryOp) or node.op != "&":
            self.read(node)
            return
        pointer = locate(node.expr, self.scope)
        for item in pointer.subscripts if pointer is not None else ():
            if isinstance(item, c_ast.Node):
                self._read_inside(item)

    def _unary(self, node: c_ast.UnaryOp) -> None:
        if node.op in ("++", "--", "p++", "p--"):
            self.operations[node.op.strip("p")[0]] += 1
            self._update(node.expr)
        elif node.op == "*":
            self.access(node, "read")
        elif node.op == "&":
            self._address(node)
        elif node.op not in ("sizeof", "_Alignof"):
            self.read(node.expr)
            if node.op != "+":
                self.operations["neg" if node.op == "-" else node.op] += 1

    def _update(self, node: c_ast.Node) -> None:
        """Collect the read and the write of what is changed.

        What has no place is only read: once for each of a chain of changes, not twice.
        """
        self.access(node, "read")
        if locate(node, self.scope) is not None:
            self.access(node, "write")

    def _address(self, node: c_ast.UnaryOp) -> None:
        pointer = locate(node.expr, self.scope)
        self.reasons.append(f"takes the address {c_text(node)}")
        if pointer is not None:
            self._whole(pointer, node)

    def _whole(self, pointer: Pointer, node: c_ast.Node) -> None:
        for kind in ("read", "write"):
            self.accesses.append(
                Access(pointer.array, (None,), kind, node, base=pointer.base)
            )

    def _call(self, node: c_ast.FuncCall) -> None:
        name = node.name.name if isinstance(node.name, c_ast.ID) else c_text(node.name)
        self.calls.append(name)
        if name not in PURE:
            self.reasons.append(f"calls {name}")
        for argument in node.args.exprs if node.args else ():
            if name not in PURE and self.scope.type_of(argument).layers:
                pointer = locate(argument, self.scope)
                if pointer is not None:
                    self._whole(pointer, argument)
                    continue
            self.read(argument)

    def access(self, node: c_ast.Node, kind: str) -> None:
        """Collect one access and what its subscripts read."""
        pointer = locate(node, self.scope)
        if pointer is None:
            self.reasons.append(f"pointer chasing in {c_text(node)}")
            for _, child in node.children():
                self.read(child)
            return
        if self._is_known_value(pointer, kind):
            return
        if pointer.problem:
            self.reasons.append(pointer.problem)
        for subscript in pointer.subscripts:
            if isinstance(subscript, c_ast.Node):
                self._read_inside(subscript)
        self._check_pointer(pointer)
        writes = self.scope.all_writes
        if kind == "read" and writes is not None and pointer.array in writes.iterators:
            self.reasons.append(f"iterator {pointer.array} is used outside its loop")
        self.accesses.append(self._make(pointer, node, kind))

    def write_declared(self, node: c_ast.ID) -> None:
        """Collect the write that an initialiser is."""
        kind = self.scope.variables.get(node.name)
        rank = 0
        if kind is not None and kind.layers and kind.layers[0][0] == "array":
            rank = len(kind.layers)
        empty = (None,) * rank
        self.accesses.append(Access(node.name, empty, "write", node, False, node.name))

    def _is_known_value(self, pointer: Pointer, kind: str) -> bool:
        name = pointer.array
        if pointer.subscripts or kind == "write":
            return False
        if name in self.scope.types.constants and name not in self.scope.variables:
            return True
        if name not in self.scope.variables and name == pointer.base:
            return True
        return name in self.scope.iterators

    def _check_pointer(self, pointer: Pointer) -> None:
        scope = self.scope
        kind = scope.variables.get(pointer.base)
        if kind is not None and kind.is_volatile:
            self.reasons.append(f"volatile variable {pointer.base}")
        if kind is not None and kind.layers and scope.writes is not None:
            if kind.layers[0][0] == "ptr" and pointer.base in scope.moved_pointers():
                self.reasons.append(f"pointer {pointer.base} is assigned in the nest")
        if pointer.base in scope.wild and pointer.array == pointer.base:
            if pointer.subscripts:
                self.reasons.append(
                    f"pointer {pointer.base} may point into another array"
                )

    def _read_inside(self, node: c_ast.Node) -> None:
        """Collect the reads inside a subscript, without its operations."""
        operations, self.operations = self.operations, Counter()
        for item in _outermost(node):
            if isinstance(item, c_ast.ID) and (
                item.name in self.scope.iterators or item.name in self.scope.stable
            ):
                continue
            self.read(item)
        self.operations = operations

    def _make(self, pointer: Pointer, node: c_ast.Node, kind: str) -> Access:
        values: list[Affine | None] = []
        for subscript in pointer.subscripts:
            if isinstance(subscript, Affine):
                values.append(subscript)
            else:
                values.append(to_affine(subscript, self.scope))
        if pointer.problem:
            values = [None] * max(len(values), 1)
        split = self.layouts.split(pointer, self.scope)
        if split is not None:
            return Access(
                pointer.array,
                split.subscripts,
                kind,
                node,
                True,
                pointer.base,
                split.shape,
                split.assumptions,
            )
        return Access(pointer.array, tuple(values), kind, node, False, pointer.base)


def _outermost(node: c_ast.Node) -> list[c_ast.Node]:
    """Return the lvalues, calls and assignments inside, without what they contain."""
    found: list[c_ast.Node] = []
    stack = [node]
    while stack:
        item = stack.pop()
        lvalue = isinstance(item, (c_ast.ID, c_ast.ArrayRef, c_ast.StructRef))
        if lvalue or isinstance(item, (c_ast.FuncCall, c_ast.Assignment)):
            found.append(item)
        elif isinstance(item, c_ast.UnaryOp) and item.op != "-":
            found.append(item)
        else:
            stack.extend([child for _, child in item.children()][::-1])
    return found


def reads_memory(node: c_ast.Node) -> bool:
    """Whether an expression contains a subscript, member or dereference."""
    return any(
        isinstance(item, (c_ast.ArrayRef, c_ast.StructRef))
        or (isinstance(item, c_ast.UnaryOp) and item.op == "*")
        for item in descend(node)
    )
