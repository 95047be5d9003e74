"""C expressions as affine expressions, or as symbols where they are not."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import math

from pycparser import c_ast

from tunembed.parsers._affine import Affine
from tunembed.parsers._model import Symbol
from tunembed.parsers._scope import Scope
from tunembed.parsers._trees import base_name, c_text, descend, path_of

_MINIMA = frozenset({"min", "MIN", "fmin", "fminf", "imin", "Min"})
_MAXIMA = frozenset({"max", "MAX", "fmax", "fmaxf", "imax", "Max"})
_SYMBOLIC = frozenset(
    "+ - * / % << >> & | ^ && || < > <= >= == != ~ !".split() + ["+", "-"]
)


def integer_constant(text: str) -> int | None:
    """Return the value of an integer or character literal.

    >>> integer_constant("0x10UL"), integer_constant("010"), integer_constant("'a'")
    (16, 8, 97)
    """
    if text.startswith("'"):
        return ord(text[1]) if len(text) == 3 and text[1] != "\\" else None
    digits = text.rstrip("uUlL")
    try:
        if digits[:2].lower() in ("0x", "0b"):
            return int(digits, 0)
        return int(digits, 8 if digits.startswith("0") else 10)
    except ValueError:
        return None


def to_affine(
    node: c_ast.Node, scope: Scope, *, varying: bool = False, symbols: bool = True
) -> Affine | None:
    """Return an integer expression as an affine one.

    Parameters
    ----------
    node : pycparser node
    scope : Scope
        What is visible at the expression.
    varying : bool, default=False
        Whether symbols may depend on iterators.
    symbols : bool, default=True
        Whether symbols are made at all.

    Returns
    -------
    Affine or None
        None if it is neither affine nor a symbol, or not an integer.
    """
    found = _direct(node, scope, varying, symbols)
    if found is None and symbols:
        return _symbol(node, scope, varying)
    return found


def _direct(
    node: c_ast.Node, scope: Scope, varying: bool, symbols: bool
) -> Affine | None:
    if isinstance(node, c_ast.Constant):
        value = integer_constant(node.value) if _is_integer_literal(node) else None
        return None if value is None else Affine(constant=value)
    if isinstance(node, c_ast.ID):
        return _name(node.name, scope)
    if isinstance(node, c_ast.Cast):
        if scope.types.resolve(node.to_type).is_integer:
            if scope.type_of(node.expr).is_integer:
                return to_affine(node.expr, scope, varying=varying, symbols=symbols)
        return None
    if isinstance(node, c_ast.UnaryOp) and node.op in ("+", "-"):
        inner = to_affine(node.expr, scope, varying=varying, symbols=symbols)
        return inner if inner is None or node.op == "+" else -inner
    if isinstance(node, c_ast.BinaryOp) and node.op in ("+", "-", "*", "/", "<<", "%"):
        return _binary(node, scope, varying, symbols)
    return None


def _is_integer_literal(node: c_ast.Constant) -> bool:
    return node.type == "char" or "int" in node.type


def _name(name: str, scope: Scope) -> Affine | None:
    if name in scope.values:
        return scope.values[name]
    if name in scope.iterators or name in scope.stable:
        return Affine.variable(name)
    if name not in scope.variables:
        return _enumerator(name, scope, 0)
    return None


def _enumerator(name: str, scope: Scope, depth: int) -> Affine | None:
    value = scope.types.constants.get(name)
    if value is None or depth > 100:
        return None
    if isinstance(value, tuple):
        if not value[0]:
            return Affine(constant=value[1])
        start = _enumerator(value[0], scope, depth + 1)
        return None if start is None else start + value[1]
    found = to_affine(value, scope, symbols=False)
    return found if found is not None and found.is_constant else None


def _binary(
    node: c_ast.BinaryOp, scope: Scope, varying: bool, symbols: bool
) -> Affine | None:
    left = to_affine(node.left, scope, varying=varying, symbols=False)
    right = to_affine(node.right, scope, varying=varying, symbols=False)
    if node.op in ("+", "-"):
        if left is None and symbols:
            left = to_affine(node.left, scope, varying=varying)
        if right is None and symbols:
            right = to_affine(node.right, scope, varying=varying)
        if left is None or right is None:
            return None
        return left + right if node.op == "+" else left - right
    if node.op == "*" and symbols:
        if left is not None and left.is_constant and right is None:
            right = to_affine(node.right, scope, varying=varying)
        if right is not None and right.is_constant and left is None:
            left = to_affine(node.left, scope, varying=varying)
    if left is None or right is None:
        return None
    if node.op == "*" and (left.is_constant or right.is_constant):
        return right * left.constant if left.is_constant else left * right.constant
    if node.op == "<<" and right.is_constant and 0 <= right.constant < 63:
        return left * 2**right.constant
    if node.op == "/" and right.is_constant and right.constant:
        return _divide(left, right.constant)
    if node.op == "%" and left.is_constant and right.is_constant and right.constant:
        return Affine(constant=int(math.fmod(left.constant, right.constant)))
    return None


def _divide(left: Affine, divisor: int) -> Affine | None:
    if left.is_constant:
        quotient = abs(left.constant) // abs(divisor)
        return Affine(constant=quotient if left.constant * divisor >= 0 else -quotient)
    if left.constant % divisor or any(v % divisor for v in left.coefficients.values()):
        return None
    divided = {name: v // divisor for name, v in left.coefficients.items()}
    return Affine(divided, left.constant // divisor)


def _symbol(node: c_ast.Node, scope: Scope, varying: bool) -> Affine | None:
    if not scope.type_of(node).is_integer:
        return None
    iterators: set[str] = set()
    arrays: set[str] = set()
    members = {
        id(item.name) for item in descend(node) if isinstance(item, c_ast.StructRef)
    }
    for item in descend(node):
        if isinstance(item, c_ast.StructRef):
            path = path_of(item)
            if id(item) not in members and not _member(path, scope, arrays):
                return None
        elif id(item) in members and isinstance(item, c_ast.ID):
            continue
        elif isinstance(item, c_ast.ID):
            if not _read_only(item.name, scope, iterators, arrays):
                return None
        elif isinstance(item, (c_ast.BinaryOp, c_ast.UnaryOp)):
            if item.op not in _SYMBOLIC and item.op not in ("*", "sizeof"):
                return None
        elif isinstance(item, (c_ast.FuncCall, c_ast.Assignment, c_ast.ExprList)):
            return None
    if iterators and not varying:
        return None
    text = c_text(node)
    key = (text, frozenset(iterators), id(scope.writes.node) if scope.writes else 0)
    name = scope.symbol_keys.get(key)
    if name is None:
        name = f"_p{len(scope.symbols)}"
        scope.symbol_keys[key] = name
        scope.symbols[name] = Symbol(
            name, text, node, frozenset(iterators), frozenset(arrays)
        )
    return Affine.variable(name)


def _member(path: str | None, scope: Scope, arrays: set[str]) -> bool:
    """Whether a struct's member keeps its value inside the nest."""
    if path is None:
        return False
    if scope.writes is not None:
        if scope.writes.changes(path) or scope.writes.unknown_calls:
            return False
    arrays.add(path)
    return True


def _read_only(name: str, scope: Scope, iterators: set[str], arrays: set[str]) -> bool:
    """Whether a name keeps its value inside the nest; sorts it into the sets."""
    if name in scope.iterators:
        iterators.add(name)
        return True
    if name in scope.values:
        iterators.update(scope.values[name].names() & set(scope.iterators))
        return True
    if name in scope.stable or name in scope.types.constants:
        return True
    if name not in scope.variables:
        return False
    if scope.writes is not None:
        if scope.writes.changes(name):
            return False
        if scope.all_writes is not None and name in scope.all_writes.addressed:
            return False
        if name in scope.globals and scope.writes.unknown_calls:
            return False
    arrays.add(name)
    return True


def extremes(node: c_ast.Node, scope: Scope, kind: str) -> tuple[Affine, ...] | None:
    """Return the arguments of a minimum or maximum, flattened.

    Parameters
    ----------
    node : pycparser node
        ``a < b ? a : b``, ``MIN(a, b)``, sums of such with affine terms, or any
        affine expression, which counts as the minimum of itself.
    scope : Scope
    kind : {"min", "max"}

    Returns
    -------
    tuple of Affine, or None
    """
    if isinstance(node, c_ast.Cast) and scope.types.resolve(node.to_type).is_integer:
        inner = extremes(node.expr, scope, kind)
        if inner is not None and len(inner) > 1:
            return inner
    if isinstance(node, c_ast.ID) and node.name in scope.extremes:
        known, values = scope.extremes[node.name]
        return values if known == kind else None
    pair = _arguments(node, kind)
    if pair is not None:
        left, right = (extremes(part, scope, kind) for part in pair)
        return None if left is None or right is None else left + right
    if isinstance(node, c_ast.BinaryOp) and node.op in ("+", "-"):
        several = _shifted(node, scope, kind)
        if several is not None:
            return several
    found = to_affine(node, scope, varying=True)
    return None if found is None else (found,)


def _shifted(
    node: c_ast.BinaryOp, scope: Scope, kind: str
) -> tuple[Affine, ...] | None:
    """Return a minimum or maximum plus or minus an affine term."""
    left = extremes(node.left, scope, kind)
    if left is None:
        return None
    if len(left) > 1:
        shift = to_affine(node.right, scope, varying=True)
        if shift is None:
            return None
        return tuple(item + (shift if node.op == "+" else -shift) for item in left)
    if node.op == "-":
        return None
    right = extremes(node.right, scope, kind)
    if right is None or len(right) < 2:
        return None
    return tuple(item + left[0] for item in right)


def _arguments(node: c_ast.Node, kind: str) -> tuple[c_ast.Node, c_ast.Node] | None:
    names = _MINIMA if kind == "min" else _MAXIMA
    if isinstance(node, c_ast.FuncCall) and base_name(node.name) in names:
        if node.args is not None and len(node.args.exprs) == 2:
            return node.args.exprs[0], node.args.exprs[1]
    found = extreme_of_ternary(node)
    return found[1:] if found is not None and found[0] == kind else None


def extreme_of_ternary(
    node: c_ast.Node,
) -> tuple[str, c_ast.Node, c_ast.Node] | None:
    """Recognise ``a < b ? a : b``; return the kind and the two arguments."""
    if not isinstance(node, c_ast.TernaryOp):
        return None
    test = node.cond
    if not isinstance(test, c_ast.BinaryOp) or test.op not in ("<", "<=", ">", ">="):
        return None
    texts = [c_text(part) for part in (test.left, test.right)]
    chosen = [c_text(part) for part in (node.iftrue, node.iffalse)]
    smaller_first = test.op in ("<", "<=")
    if chosen == texts:
        return ("min" if smaller_first else "max"), test.left, test.right
    if chosen == texts[::-1]:
        return ("max" if smaller_first else "min"), test.left, test.right
    return None
