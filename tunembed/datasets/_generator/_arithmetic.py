"""What a data type can do, and how operands are mixed at random."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from tunembed.datasets._generator._draw import Draw
from tunembed.datasets._generator._term import ATOM, Term

# Sums of a hundred thousand of these fit into 32 bits, products of two as well.
_LARGEST = 20_000
# An operation that writes its operands twice takes those of few leaves.
_FEW = 4


class Arithmetic:
    """Operations on the elements of a kernel's arrays.

    Parameters
    ----------
    dtype : {"double", "float", "int", "long"}
    wide : {"double", "float", "long"}
        Of sums.
    """

    def __init__(self, dtype: str, wide: str) -> None:
        self.is_real = dtype not in ("int", "long")
        self._literal_suffix = "f" if dtype == "float" else ""
        self._call_suffix = "f" if wide == "float" else ""

    def number(self, value: float) -> Term:
        """Return a literal; that of an integer type is rounded up."""
        if self.is_real:
            text = f"{value:.6g}"
            text = text if "." in text or "e" in text else f"{text}.0"
            return Term(text + self._literal_suffix)
        whole = int(-(-value // 1))
        return Term(str(whole), bound=abs(whole))

    def any_number(self, draw: Draw) -> Term:
        """Return a literal of moderate size."""
        if self.is_real:
            return self.number(draw.integer(1, 19) / 8)
        return self.number(draw.integer(2, 9))

    def call(self, function: str, *arguments: Term) -> Term:
        """Return a call of a mathematical function."""
        inside = ", ".join(str(argument) for argument in arguments)
        leaves = sum(argument.leaves for argument in arguments)
        return Term(f"{function}{self._call_suffix}({inside})", leaves=leaves)

    def magnitude(self, a: Term) -> Term:
        """Return the absolute value."""
        if self.is_real:
            return self.call("fabs", a)
        negative = Term(f"-{a.within(ATOM)}", bound=a.bound)
        return a.compare("<", Term("0")).choose(negative, a)

    def extreme(self, draw: Draw, operator: str, a: Term, b: Term) -> Term:
        """Return the smaller (``"<"``) or larger (``">"``) of two values."""
        if self.is_real and (draw.chance(50) or a.leaves + b.leaves > _FEW):
            return self.call("fmin" if operator == "<" else "fmax", a, b)
        return a.compare(operator, b).choose(a, b)


_Operation = Callable[[Draw, Arithmetic, Term, Term], Term]


def _add(_: Draw, __: Arithmetic, a: Term, b: Term) -> Term:
    return a + b


def _subtract(_: Draw, __: Arithmetic, a: Term, b: Term) -> Term:
    return a - b


def _multiply(_: Draw, __: Arithmetic, a: Term, b: Term) -> Term:
    return a * b


def _weigh(draw: Draw, arithmetic: Arithmetic, a: Term, b: Term) -> Term:
    return arithmetic.any_number(draw) * a + b


def _divide(_: Draw, arithmetic: Arithmetic, a: Term, b: Term) -> Term:
    return a / (arithmetic.number(1.5) + arithmetic.call("fabs", b))


def _root(_: Draw, arithmetic: Arithmetic, a: Term, b: Term) -> Term:
    return arithmetic.call("sqrt", arithmetic.magnitude(a)) + b


def _norm(_: Draw, arithmetic: Arithmetic, a: Term, b: Term) -> Term:
    return arithmetic.call("sqrt", a * a + b * b)


def _decay(_: Draw, arithmetic: Arithmetic, a: Term, b: Term) -> Term:
    positive = arithmetic.call("fabs", b)
    return a * arithmetic.call("exp", Term(f"-{positive}", leaves=b.leaves))


def _smaller(draw: Draw, arithmetic: Arithmetic, a: Term, b: Term) -> Term:
    return arithmetic.extreme(draw, "<", a, b)


def _larger(draw: Draw, arithmetic: Arithmetic, a: Term, b: Term) -> Term:
    return arithmetic.extreme(draw, ">", a, b)


def _choose(draw: Draw, arithmetic: Arithmetic, a: Term, b: Term) -> Term:
    return a.compare(">", b).choose(a - b, arithmetic.any_number(draw) * b)


def _remainder(draw: Draw, _: Arithmetic, a: Term, b: Term) -> Term:
    return a.modulo(draw.one_of((3, 7, 10, 16))) + b


def _quotient(draw: Draw, arithmetic: Arithmetic, a: Term, b: Term) -> Term:
    return a + b / arithmetic.any_number(draw)


def _bits(draw: Draw, _: Arithmetic, a: Term, b: Term) -> Term:
    return a.bits(draw.one_of(("&", "|", "^")), b)


_REAL: dict[str, tuple[_Operation, ...]] = {
    "sums": (_add, _subtract, _weigh),
    "products": (_add, _subtract, _multiply, _multiply),
    "divisions": (_add, _multiply, _divide),
    "roots": (_add, _multiply, _root, _norm),
    "exponentials": (_add, _multiply, _decay),
    "extremes": (_add, _weigh, _smaller, _larger),
    "choices": (_add, _multiply, _choose),
    "all": (_add, _subtract, _multiply, _divide, _norm, _smaller, _larger, _choose),
}
_INTEGER: dict[str, tuple[_Operation, ...]] = {
    "sums": (_add, _subtract, _weigh),
    "products": (_add, _subtract, _multiply),
    "quotients": (_add, _remainder, _quotient),
    "bits": (_add, _bits, _bits),
    "extremes": (_add, _smaller, _larger),
    "choices": (_subtract, _multiply, _choose),
}
_TWICE = {_norm, _choose, _smaller, _larger}


class Mix:
    """The operations that one kernel is made of.

    Parameters
    ----------
    draw : Draw
    arithmetic : Arithmetic
    """

    def __init__(self, draw: Draw, arithmetic: Arithmetic) -> None:
        mixes = _REAL if arithmetic.is_real else _INTEGER
        self._operations = mixes[draw.one_of(sorted(mixes))]
        self._draw, self._arithmetic = draw, arithmetic

    def combine(self, operands: Sequence[Term]) -> Term:
        """Return an expression of all operands, or of the only one and a literal."""
        draw, terms = self._draw, list(operands)
        if len(terms) == 1:
            terms.append(self._arithmetic.any_number(draw))
        while len(terms) > 1:
            first = draw.integer(0, len(terms) - 2)
            pair = terms[first : first + 2]
            terms[first : first + 2] = [self._apply(*pair)]
        return terms[0]

    def _apply(self, a: Term, b: Term) -> Term:
        draw, operation = self._draw, self._draw.one_of(self._operations)
        if operation in _TWICE and (a == b or a.leaves + b.leaves > _FEW):
            operation = _add
        result = operation(draw, self._arithmetic, a, b)
        if self._arithmetic.is_real or result.bound <= _LARGEST:
            return result
        reduced = result.modulo(draw.one_of((97, 255, 1009)))
        return replace(reduced, bound=1009)
