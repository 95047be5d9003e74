"""Evaluate C expressions over a dictionary memory and note every access."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import math
import operator
from abc import ABC, abstractmethod
from typing import Any, NamedTuple
from zlib import crc32

from pycparser import c_ast

from legality_oracle.outline import STEPS, is_integer, kind, walk

_MATH = {
    "sqrt": lambda x: math.sqrt(abs(x)),
    "exp": lambda x: math.exp(min(x, 50.0)),
    "fabs": abs,
    "fabsf": abs,
    "abs": abs,
    "sin": math.sin,
    "cos": math.cos,
    "fmax": max,
    "fmin": min,
    "fmaxf": max,
    "fminf": min,
    "pow": lambda x, y: (abs(x) + 1) ** min(y, 3),
    "conj": lambda z: complex(z).conjugate(),
    "creal": lambda z: complex(z).real,
    "sizeof": lambda x: 8,
}
_BINARY = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
    "&": operator.and_,
    "|": operator.or_,
    "^": operator.xor,
    "<<": lambda a, b: a << min(b, 40),
    ">>": operator.rshift,
}


class Return(Exception):
    """A ``return`` leaves its function; ``args[0]`` is the value."""


class Pointer(NamedTuple):
    """Address of an element: base object, offset in elements, remaining strides."""

    base: Any
    offset: int
    strides: tuple[int, ...]
    integer: bool


def pseudo_random(address: Any, integer: bool) -> float:
    """Return the first value at an address: the same for the same address."""
    key = crc32(str(address).encode()) >> 7
    return key % 5 if integer else (key % 89) / 8 - 4.5


def binary(op: str, left: Any, right: Any) -> Any:
    """Value of ``left op right`` by C's rules; a division by zero gives zero."""
    if isinstance(left, Pointer):
        shift = right * left.strides[0]
        return left._replace(offset=left.offset + (shift if op == "+" else -shift))
    if isinstance(right, Pointer):
        return binary(op, right, left)
    if op in "/%":
        if not right:
            return 0
        if isinstance(left, int) and isinstance(right, int):
            quotient = abs(left) // abs(right) * (1 if left * right >= 0 else -1)
            return quotient if op == "/" else left - quotient * right
        return left / right
    value = _BINARY[op](left, right)
    if isinstance(value, bool):
        return int(value)
    big = isinstance(value, float) and abs(value) > 1e100
    return 1.0 if big else value


def convert(value: Any, integer: bool) -> Any:
    """Convert a number to the kind of number its place holds."""
    if isinstance(value, complex):
        return int(value.real) if integer else value
    if integer:
        return int(value)
    return float(value)


class Expressions(ABC):
    """Memory, scopes and the value of every C expression."""

    current: Any = None

    def __init__(self, functions: dict[str, Any], iterators: set[str]) -> None:
        self.functions = functions
        self.memory: dict[Any, Any] = {}
        self.scopes: list[dict[str, Any]] = [{}]
        self._iterator_names = iterators
        self._fresh = 0

    @abstractmethod
    def execute(self, node: Any) -> None:
        """Execute a statement (the interpreter of statements says how)."""

    def eval(self, node: Any) -> Any:
        """Value of a C expression; its accesses are noted on the way."""
        return getattr(self, f"_ev_{type(node).__name__.lower()}")(node)

    def is_pure(self, node: Any) -> bool:
        """Say whether an expression calls only mathematical functions."""
        calls = [n.name.name for n in walk(node) if isinstance(n, c_ast.FuncCall)]
        return all(name in _MATH for name in calls)

    def strides(self, dims: list[Any]) -> tuple[int, ...]:
        """Strides in elements of an array with these dimensions."""
        strides = [1]
        for dim in reversed(dims[1:]):
            strides.append(strides[-1] * int(self.eval(dim)))
        return tuple(reversed(strides))

    def declare(self, node: Any) -> None:
        """Give a declared variable fresh memory: every iteration has its own."""
        dims, name = kind(node)
        self._fresh += 1
        integer = is_integer(name)
        address = ("local", node.name, self._fresh)
        value: Any = 0 if integer else 0.0
        if dims and dims[0] is not None:
            value = Pointer(address, 0, self.strides(dims), integer)
        self.memory[address] = value
        if node.init is not None:
            value = self.eval(node.init)
            self.memory[address] = value if dims else convert(value, integer)
            self._note("writes", address, node.name)
        self.scopes[-1][node.name] = (address, integer)

    def value_of(self, name: str) -> Any:
        """Value of a scalar, without noting an access."""
        return self.memory[self._lookup(name)[0]]

    def address(self, node: Any) -> tuple[Any, bool]:
        """Return the address that an lvalue names and whether it holds an integer."""
        if isinstance(node, c_ast.ID):
            return self._lookup(node.name)
        if isinstance(node, c_ast.ArrayRef):
            return self._element(self.eval(node.name), self.eval(node.subscript))
        if isinstance(node, c_ast.UnaryOp) and node.op == "*":
            return self._element(self.eval(node.expr), 0)
        if isinstance(node, c_ast.StructRef):
            if node.type == "->":
                inner, _ = self._element(self.eval(node.name), 0)
            else:
                inner, _ = self.address(node.name)
            return (*inner, f".{node.field.name}"), False
        raise TypeError(f"the oracle does not know this lvalue: {node}")

    def _element(self, pointer: Pointer, index: int) -> tuple[Any, bool]:
        offset = pointer.offset + int(index) * pointer.strides[0]
        if pointer.base[0] == "address of":
            return pointer.base[1], pointer.integer
        if len(pointer.strides) > 1:
            rest = pointer.strides[1:]
            return pointer._replace(offset=offset, strides=rest), pointer.integer
        return (pointer.base, offset), pointer.integer

    def _lookup(self, name: str) -> tuple[Any, bool]:
        for scope in reversed(self.scopes):
            if name in scope:
                return scope[name]
        raise KeyError(f"no variable {name!r}")

    def _note(self, what: str, address: Any, name: str = "") -> None:
        if self.current is not None and name not in self._iterator_names:
            getattr(self.current, what).append(address)

    def _load(self, address: Any, integer: bool, name: str = "") -> Any:
        if isinstance(address, Pointer):
            return address
        if address not in self.memory:
            self.memory[address] = pseudo_random(address, integer)
        self._note("reads", address, name)
        return self.memory[address]

    def _store(self, node: Any, value: Any) -> Any:
        address, integer = self.address(node)
        if not isinstance(value, Pointer):
            value = convert(value, integer)
        self.memory[address] = value
        self._note("writes", address, getattr(node, "name", None) or "")
        return value

    # -- one method for each kind of node ------------------------------------------

    def _ev_constant(self, node: Any) -> Any:
        if node.type == "string":
            return node.value
        if "int" in node.type:
            return int(node.value.rstrip("uUlL"), 0)
        return float(node.value.rstrip("fFlL"))

    def _ev_id(self, node: Any) -> Any:
        return self._load(*self._lookup(node.name), node.name)

    def _ev_arrayref(self, node: Any) -> Any:
        return self._load(*self.address(node))

    _ev_structref = _ev_arrayref

    def _ev_cast(self, node: Any) -> Any:
        value = self.eval(node.expr)
        dims, name = kind(node.to_type)
        return value if dims else convert(value, is_integer(name))

    def _ev_ternaryop(self, node: Any) -> Any:
        return self.eval(node.iftrue if self.eval(node.cond) else node.iffalse)

    def _ev_exprlist(self, node: Any) -> Any:
        return [self.eval(item) for item in node.exprs][-1]

    def _ev_assignment(self, node: Any) -> Any:
        value = self.eval(node.rvalue)
        if node.op != "=":
            value = binary(node.op[:-1], self.eval(node.lvalue), value)
        return self._store(node.lvalue, value)

    def _ev_binaryop(self, node: Any) -> Any:
        left = self.eval(node.left)
        if node.op == "&&":
            return int(bool(left) and bool(self.eval(node.right)))
        if node.op == "||":
            return int(bool(left) or bool(self.eval(node.right)))
        return binary(node.op, left, self.eval(node.right))

    def _ev_unaryop(self, node: Any) -> Any:
        if node.op == "&":
            address, integer = self.address(node.expr)
            if isinstance(address, Pointer):
                return address
            if len(address) == 2 and isinstance(address[1], int):
                return Pointer(address[0], address[1], (1,), integer)
            return Pointer(("address of", address), 0, (1,), integer)
        if node.op == "*":
            return self._load(*self.address(node))
        value = self.eval(node.expr)
        if node.op in STEPS:
            after = binary(node.op[-1], value, 1)
            self._store(node.expr, after)
            return value if node.op[0] == "p" else after
        return {"-": lambda: -value, "!": lambda: int(not value)}[node.op]()

    def _ev_funccall(self, node: Any) -> Any:
        name = node.name.name
        values = [self.eval(item) for item in (node.args.exprs if node.args else [])]
        if name in _MATH:
            return _MATH[name](*values)
        if name in self.functions:
            return self._call(self.functions[name], values)
        self._note("reads", ("world",))
        self._note("writes", ("world",))
        return 1.5

    def _call(self, function: Any, values: list[Any]) -> Any:
        outer, self.scopes = self.scopes, [self.scopes[0], {}]
        parameters = function.decl.type.args.params
        try:
            for parameter, value in zip(parameters, values, strict=True):
                self.declare(parameter)
                self.memory[self._lookup(parameter.name)[0]] = value
            self.execute(function.body)
        except Return as result:
            return result.args[0]
        finally:
            self.scopes = outer
        return None


def is_known_function(name: str) -> bool:
    """Say whether a name is a mathematical function without memory."""
    return name in _MATH
