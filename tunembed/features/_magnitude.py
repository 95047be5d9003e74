"""Numbers by sign and order of magnitude."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import math
import struct


def magnitude_of(value: int | float) -> str:
    """Return the class of a number.

    Parameters
    ----------
    value : int or float

    Returns
    -------
    str
        ``"<0>"``, ``"<1>"``, ``"<-1>"``, ``"<2^k>"`` for the numbers from ``2**k`` up
        to, and without, ``2**(k + 1)``, ``"<-2^k>"``, ``"<inf>"`` or ``"<nan>"``.

    Examples
    --------
    >>> from tunembed.features._magnitude import magnitude_of
    >>> [magnitude_of(value) for value in (0.0, 1, 1.5, 10, -0.25)]
    ['<0>', '<1>', '<2^0>', '<2^3>', '<-2^-2>']
    """
    if value == 0:
        return "<0>"
    if value != value:
        return "<nan>"
    sign = "-" if value < 0 else ""
    if abs(value) == 1:
        return f"<{sign}1>"
    if isinstance(value, int):
        return f"<{sign}2^{abs(value).bit_length() - 1}>"
    if math.isinf(value):
        return f"<{sign}inf>"
    return f"<{sign}2^{math.frexp(value)[1] - 1}>"


def ir_magnitude(text: str) -> str | None:
    """Return the class of a number in LLVM IR.

    Parameters
    ----------
    text : str
        ``"8"``, ``"1.5e+00"``, ``"true"``, or the bits of a floating point number,
        ``"0x3FF0000000000000"``.

    Returns
    -------
    str or None
        As of `magnitude_of`; None if it is no number.
    """
    if text in ("true", "false"):
        return "<1>" if text == "true" else "<0>"
    if text[0] not in "+-0123456789":
        return None
    try:
        if text.startswith("0x"):
            return magnitude_of(_from_bits(text[2:]))
        return magnitude_of(float(text) if "." in text else int(text))
    except ValueError:
        return None


def c_magnitude(text: str) -> str | None:
    """Return the class of a number in C.

    Parameters
    ----------
    text : str
        ``"10u"``, ``"0x1F"``, ``"017"``, ``"0b101"``, ``"1.5e3f"``, ``"0x1p-3"``.

    Returns
    -------
    str or None
        As of `magnitude_of`; None if it is no number.
    """
    word = text.lower().replace("'", "")
    try:
        if word.startswith("0x"):
            if "p" in word:
                return magnitude_of(float.fromhex(word.rstrip("fl")))
            return magnitude_of(int(word.rstrip("ul"), 16))
        if word.startswith("0b"):
            return magnitude_of(int(word.rstrip("ul"), 2))
        if any(letter in word for letter in ".ef"):
            return magnitude_of(float(word.rstrip("fl")))
        digits = word.rstrip("ul")
        return magnitude_of(int(digits, 8 if digits.startswith("0") else 10))
    except (ValueError, OverflowError):
        return None


def _from_bits(digits: str) -> float:
    """Return the number whose bits LLVM prints as hexadecimal digits.

    Half and bfloat start with H and R, x87's format with K. Of a quadruple (L) and of
    a double double (M) the half with sign and exponent comes second and first.
    """
    kind, rest = digits[0], digits[1:]
    if kind == "H":
        return float(struct.unpack(">e", bytes.fromhex(rest))[0])
    if kind == "R":
        return float(struct.unpack(">f", bytes.fromhex(f"{rest}0000"))[0])
    if kind == "K":
        return _long(rest[:4], int(rest[4:], 16) / 2**63)
    if kind == "L":
        return _long(rest[16:20], 1 + int(rest[20:] + rest[:16], 16) / 2**112)
    double = rest[:16] if kind == "M" else digits.zfill(16)
    return float(struct.unpack(">d", bytes.fromhex(double))[0])


def _long(head: str, significand: float) -> float:
    """Return a number from sign and exponent, 16 bits, and its significand."""
    bits = int(head, 16)
    sign, exponent = (-1 if bits >> 15 else 1), bits & 0x7FFF
    if exponent == 0x7FFF:
        return sign * math.inf if significand == 1 else math.nan
    try:
        return sign * math.ldexp(significand, exponent - 0x3FFF)
    except OverflowError:
        return sign * math.inf
