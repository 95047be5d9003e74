"""Numbers for the names in a nest's expressions: sizes, constants, symbols."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import ast
import math
import operator
from collections.abc import Callable, Mapping

from pycparser import c_ast

from tunembed.parsers import Affine, Function

Lookup = Callable[[str], float | None]

_OPERATORS: dict[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": lambda a, b: math.trunc(a / b),
    "%": math.fmod,
    "<<": lambda a, b: a * 2.0 ** min(b, 64),
    ">>": lambda a, b: math.floor(a / 2.0 ** min(b, 64)),
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}
_PYTHON = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.Mod: "%",
    ast.LShift: "<<",
    ast.RShift: ">>",
}
_EXTREMES: dict[str, Callable[[list[float]], float]] = {
    **dict.fromkeys(("min", "MIN", "imin"), min),
    **dict.fromkeys(("max", "MAX", "imax"), max),
}


def evaluate(node: c_ast.Node | None, lookup: Lookup) -> float | None:
    """Return the value of a C expression, None if it cannot be known.

    Parameters
    ----------
    node : pycparser node or None
    lookup : callable
        Returns the value of a name, or None.
    """
    if isinstance(node, c_ast.Constant):
        return _literal(node.value)
    if isinstance(node, c_ast.ID):
        return lookup(node.name)
    if isinstance(node, c_ast.Cast):
        return evaluate(node.expr, lookup)
    if isinstance(node, c_ast.UnaryOp) and node.op in ("+", "-"):
        inner = evaluate(node.expr, lookup)
        return -inner if inner is not None and node.op == "-" else inner
    if isinstance(node, c_ast.BinaryOp):
        values = evaluate(node.left, lookup), evaluate(node.right, lookup)
        return _apply(node.op, *values)
    if isinstance(node, c_ast.TernaryOp):
        test = evaluate(node.cond, lookup)
        if test is None:
            return None
        return evaluate(node.iftrue if test else node.iffalse, lookup)
    if isinstance(node, c_ast.FuncCall) and isinstance(node.name, c_ast.ID):
        if node.name.name in _EXTREMES and node.args is not None:
            found = [evaluate(item, lookup) for item in node.args.exprs]
            known = [value for value in found if value is not None]
            if known and len(known) == len(found):
                return _EXTREMES[node.name.name](known)
    return None


def evaluate_text(text: str, lookup: Lookup) -> float | None:
    """Return the value of a short C expression of names and arithmetic."""
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError):
        return None
    return _python(tree, lookup)


def _python(node: ast.expr, lookup: Lookup) -> float | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
        return node.value
    if isinstance(node, ast.Name):
        return lookup(node.id)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = _python(node.operand, lookup)
        return None if inner is None else -inner
    if isinstance(node, ast.BinOp) and type(node.op) in _PYTHON:
        values = _python(node.left, lookup), _python(node.right, lookup)
        return _apply(_PYTHON[type(node.op)], *values)
    return None


def _apply(op: str, left: float | None, right: float | None) -> float | None:
    if left is None or right is None or op not in _OPERATORS:
        return None
    if op in ("/", "%") and not right:
        return None
    return float(_OPERATORS[op](left, right))


def _literal(text: str) -> float | None:
    digits = text.rstrip("uUlL")
    octal = len(digits) > 1 and digits[0] == "0" and digits.isdigit()
    try:
        return float(int(digits, 8 if octal else 0))
    except ValueError:
        return None


class Numbers:
    """Values of parameters, integer constants and symbols of a function.

    Parameters
    ----------
    function : Function
    sizes : mapping of str to int
        Values of parameters, by name; of a member, by path (``"g->n"``).
    default_size : float
        The value of every other name.

    Attributes
    ----------
    default : float
        The same.
    """

    def __init__(
        self, function: Function, sizes: Mapping[str, int], default_size: float
    ) -> None:
        self._function = function
        self._sizes = sizes
        self.default = default_size
        self._known: dict[str, float | None] = {}

    def given(self, name: str) -> float | None:
        """Return the value of a name as far as the sizes tell it, else None."""
        if name not in self._known:
            self._known[name] = None  # a constant may be defined by itself
            self._known[name] = self._find(name)
        return self._known[name]

    def value(self, name: str) -> float:
        """Return the value of a name, the default if the sizes do not tell it."""
        found = self.given(name)
        if found is None:
            found = self._find(name, self._or_default)
        return self.default if found is None else found

    def affine(self, expression: Affine) -> float:
        """Return the value of an affine expression of parameters."""
        total = float(expression.constant)
        for name, factor in expression.coefficients.items():
            total += factor * self.value(name)
        return total

    def given_affine(self, expression: Affine | None) -> float | None:
        """Return the value of an affine expression if the sizes tell all names."""
        if expression is None:
            return None
        if any(self.given(name) is None for name in expression.coefficients):
            return None
        return self.affine(expression)

    def _or_default(self, name: str) -> float:
        found = self.given(name)
        return self.default if found is None else found

    def _find(self, name: str, lookup: Lookup | None = None) -> float | None:
        lookup = lookup or self.given
        if name in self._sizes:
            return float(self._sizes[name])
        symbol = self._function.symbols.get(name)
        if symbol is not None:
            if symbol.expression in self._sizes:
                return float(self._sizes[symbol.expression])
            return evaluate(symbol.node, lookup) if not symbol.iterators else None
        if name in self._function.constants:
            return evaluate_text(self._function.constants[name], lookup)
        return None
