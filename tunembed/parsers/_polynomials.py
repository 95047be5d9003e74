"""Integer expressions as polynomials."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from collections import Counter

from pycparser import c_ast

from tunembed.parsers._affine import Affine
from tunembed.parsers._expressions import to_affine
from tunembed.parsers._scope import Scope

Monomial = tuple[str, ...]
Polynomial = dict[Monomial, int]
_MAX_TERMS = 64


def from_affine(value: Affine) -> Polynomial:
    """Return an affine expression as a polynomial."""
    found: Polynomial = {(name,): f for name, f in value.coefficients.items()}
    if value.constant:
        found[()] = value.constant
    return found


def to_polynomial(
    node: c_ast.Node | Affine, scope: Scope, *, symbols: bool = True
) -> Polynomial | None:
    """Return an integer expression as a polynomial, None if it is none.

    Parameters
    ----------
    node : pycparser node or Affine
    scope : Scope
    symbols : bool, default=True
        Whether what is not a polynomial may become a symbol.
    """
    if isinstance(node, Affine):
        return from_affine(node)
    if isinstance(node, c_ast.UnaryOp) and node.op in ("+", "-"):
        inner = to_polynomial(node.expr, scope, symbols=symbols)
        sign = -1 if node.op == "-" else 1
        return None if inner is None else {k: sign * v for k, v in inner.items()}
    if isinstance(node, c_ast.Cast) and scope.type_of(node.expr).is_integer:
        if scope.types.resolve(node.to_type).is_integer:
            return to_polynomial(node.expr, scope, symbols=symbols)
    if isinstance(node, c_ast.BinaryOp) and node.op in ("+", "-", "*"):
        left = to_polynomial(node.left, scope, symbols=symbols)
        right = to_polynomial(node.right, scope, symbols=symbols)
        if left is None or right is None:
            return None
        if node.op == "*":
            return _product(left, right)
        return _sum(left, right, -1 if node.op == "-" else 1)
    value = to_affine(node, scope, symbols=symbols)
    return None if value is None else from_affine(value)


def _sum(left: Polynomial, right: Polynomial, sign: int) -> Polynomial:
    total = dict(left)
    for monomial, factor in right.items():
        total[monomial] = total.get(monomial, 0) + sign * factor
    return {monomial: factor for monomial, factor in total.items() if factor}


def _product(left: Polynomial, right: Polynomial) -> Polynomial | None:
    total: Polynomial = {}
    if len(left) * len(right) > _MAX_TERMS:
        return None
    for first, a in left.items():
        for second, b in right.items():
            monomial = tuple(sorted(first + second))
            total[monomial] = total.get(monomial, 0) + a * b
    return {monomial: factor for monomial, factor in total.items() if factor}


def divide(monomial: Monomial, divisor: Monomial) -> Monomial | None:
    """Return the quotient of two monomials, None if there is a remainder.

    >>> divide(("i", "m", "n"), ("m",)), divide(("i",), ("m",))
    (('i', 'n'), None)
    """
    rest = Counter(monomial)
    rest.subtract(Counter(divisor))
    if any(count < 0 for count in rest.values()):
        return None
    return tuple(sorted(rest.elements()))
