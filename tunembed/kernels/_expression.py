"""Evaluate C integer expressions over size names, without eval."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import ast
from collections.abc import Mapping
from functools import lru_cache

from tunembed.kernels._outcome import ArgumentError

_LONGEST = 500


def evaluate(expression: str, sizes: Mapping[str, int]) -> int:
    """Evaluate a C integer expression.

    Integers, names, ``+ - * / %`` and parentheses are understood. Division and
    remainder are C's: they truncate toward zero.

    Parameters
    ----------
    expression : str
        For example ``"2 * n + 1"``.
    sizes : mapping of str to int
        The names' values.

    Returns
    -------
    int
        The value.

    Raises
    ------
    ArgumentError
        On anything else, an unknown name or a division by zero.

    Examples
    --------
    >>> evaluate("(n + 1) / 2", {"n": 6})
    3
    """
    return _value(_parse(expression), expression, sizes)


def names_in(expression: str) -> frozenset[str]:
    """Return the names that a C integer expression reads.

    Parameters
    ----------
    expression : str
        As for `evaluate`.

    Returns
    -------
    frozenset of str
        Its names.

    Examples
    --------
    >>> sorted(names_in("n * (m + 1)"))
    ['m', 'n']
    """
    tree = _parse(expression)
    return frozenset(n.id for n in ast.walk(tree) if isinstance(n, ast.Name))


@lru_cache(maxsize=1024)
def _parse(expression: str) -> ast.expr:
    if len(expression) > _LONGEST:
        raise ArgumentError(
            f"The expression {expression[:40]!r}... exceeds {_LONGEST} characters."
        )
    try:
        return ast.parse(expression.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise _not_understood(expression) from error


def _value(node: ast.expr, expression: str, sizes: Mapping[str, int]) -> int:
    match node:
        case ast.Constant(value=int() as value) if not isinstance(value, bool):
            return value
        case ast.Name(id=name) if name in sizes:
            return int(sizes[name])
        case ast.Name(id=name):
            known = ", ".join(sorted(sizes)) or "none"
            raise ArgumentError(
                f"Unknown size name '{name}' in {expression!r}; known: {known}."
            )
        case ast.UnaryOp(op=ast.USub() | ast.UAdd() as sign, operand=operand):
            value = _value(operand, expression, sizes)
            return -value if isinstance(sign, ast.USub) else value
        case ast.BinOp(left=left, op=operator, right=right):
            return _binary(
                operator,
                _value(left, expression, sizes),
                _value(right, expression, sizes),
                expression,
            )
    raise _not_understood(expression)


def _binary(operator: ast.operator, left: int, right: int, expression: str) -> int:
    match operator:
        case ast.Add():
            return left + right
        case ast.Sub():
            return left - right
        case ast.Mult():
            return left * right
        case ast.Div() | ast.Mod() if right == 0:
            raise ArgumentError(f"Division by zero in {expression!r}.")
        case ast.Div():
            return _quotient(left, right)
        case ast.Mod():
            return left - right * _quotient(left, right)
    raise _not_understood(expression)


def _quotient(left: int, right: int) -> int:
    quotient = abs(left) // abs(right)
    return quotient if (left < 0) == (right < 0) else -quotient


def _not_understood(expression: str) -> ArgumentError:
    return ArgumentError(
        f"Got the expression {expression!r}; expected integers, size names, + - * / % "
        "and parentheses."
    )
