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
    node: c_ast.Node | Affine,
    scope: Scope,
    *,
    symbols: bool = True,
    atoms: dict[str, Affine] | None = None,
) -> Polynomial | None:
    """Return an integer expression as a polynomial, None if it is none.

    Parameters
    ----------
    node : pycparser node or Affine
    scope : Scope
    symbols : bool, default=True
        Whether what is not a polynomial may become a symbol.
    atoms : dict of str to Affine, optional
        If given, a factor that is a sum of parameters, ``n + 2``, stays one name; its
        value is put here.
    """
    if isinstance(node, Affine):
        return from_affine(node)
    if isinstance(node, c_ast.UnaryOp) and node.op in ("+", "-"):
        inner = to_polynomial(node.expr, scope, symbols=symbols, atoms=atoms)
        sign = -1 if node.op == "-" else 1
        return None if inner is None else {k: sign * v for k, v in inner.items()}
    if isinstance(node, c_ast.Cast) and scope.type_of(node.expr).is_integer:
        if scope.types.resolve(node.to_type).is_integer:
            return to_polynomial(node.expr, scope, symbols=symbols, atoms=atoms)
    if isinstance(node, c_ast.BinaryOp) and node.op in ("+", "-", "*"):
        left, right = (
            to_polynomial(part, scope, symbols=symbols, atoms=atoms)
            for part in (node.left, node.right)
        )
        if left is None or right is None:
            return None
        if node.op == "*":
            if atoms is not None:
                left, right = _atom(left, scope, atoms), _atom(right, scope, atoms)
            return _product(left, right)
        return _sum(left, right, -1 if node.op == "-" else 1)
    value = to_affine(node, scope, symbols=symbols)
    return None if value is None else from_affine(value)


def _atom(factor: Polynomial, scope: Scope, atoms: dict[str, Affine]) -> Polynomial:
    """Return a sum of parameters as a single name."""
    names = {name for monomial in factor for name in monomial}
    linear = all(len(monomial) <= 1 for monomial in factor)
    if len(factor) < 2 or not linear or not names <= scope.parameter_names():
        return factor
    value = Affine({key[0]: f for key, f in factor.items() if key}, factor.get((), 0))
    atoms[f"({value.to_c()})"] = value
    return {(f"({value.to_c()})",): 1}


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
