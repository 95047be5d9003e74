"""Arrays that a program dumps as text."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import re
from collections.abc import Mapping

import numpy as np

_DUMP = re.compile(rb"begin dump:\s*([A-Za-z_]\w*)(.*?)end\s+dump:", re.DOTALL)

# Dumps are often rounded to two decimals, which hides errors: this prints the bits of
# the numbers instead, which is also faster. A format with one %f conversion is meant.
WIDE_FPRINTF = r"""
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
static int tunembed_number(FILE *file, double number) {
    char text[19] = "x0000000000000000 ";
    unsigned long long bits;
    memcpy(&bits, &number, sizeof bits);
    for (int k = 16; k > 0; k--, bits >>= 4) text[k] = "0123456789abcdef"[bits & 15];
    return fputs(text, file);
}
static int tunembed_fprintf(FILE *file, const char *format, ...) {
    const char *percent = strchr(format, '%');
    const char *end = percent ? percent + strcspn(percent, "diouxXeEfFgGaAcspn") : "";
    va_list list;
    int written;
    va_start(list, format);
    if (*end == 'f' && end[-1] != 'L' && !strchr(end, '%'))
        written = tunembed_number(file, va_arg(list, double));
    else
        written = vfprintf(file, format, list);
    va_end(list);
    return written;
}
#define fprintf tunembed_fprintf
"""


def parse_dump(text: bytes) -> dict[str, np.ndarray]:
    """Read arrays from a dump in the form of PolyBench.

    Parameters
    ----------
    text : bytes
        Numbers between lines ``begin dump: NAME`` and ``end   dump: NAME``: decimal
        ones or, by `WIDE_FPRINTF`, an ``x`` and the bits as 16 hexadecimal digits.

    Returns
    -------
    dict of str to ndarray
        Flat arrays: int64 where only integers are printed, float32 where all values are
        single precision numbers, else float64.
    """
    return {match[1].decode(): _numbers(match[2]) for match in _DUMP.finditer(text)}


def alike(
    got: Mapping[str, np.ndarray], expected: Mapping[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """Convert arrays to the types of others of the same name.

    Parameters
    ----------
    got, expected : mapping of str to ndarray
        Arrays by name.

    Returns
    -------
    dict of str to ndarray
        Arrays of ``got``, integers excepted: they never stand for rounded values.
    """
    return {
        name: array
        if name not in expected or expected[name].dtype.kind == "i"
        else array.astype(expected[name].dtype)
        for name, array in got.items()
    }


def _numbers(text: bytes) -> np.ndarray:
    if b"x" in text:
        values = _from_bits(text)
    else:
        tokens = text.split()
        if all(re.fullmatch(rb"[-+]?\d+", token) for token in tokens):
            return np.array([int(token) for token in tokens], dtype=np.int64)
        values = np.array([float(token) for token in tokens], dtype=np.float64)
    with np.errstate(all="ignore"):
        single = values.astype(np.float32)
    same = (single == values) | np.isnan(values)
    return single if same.all() else values


def _from_bits(text: bytes) -> np.ndarray:
    raw = bytes.fromhex(text.replace(b"x", b"").decode("ascii"))
    if len(raw) != 8 * text.count(b"x"):
        raise ValueError("The dump mixes floating point and other numbers.")
    return np.frombuffer(raw, dtype=">f8").astype(np.float64)
