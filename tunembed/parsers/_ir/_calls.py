"""Names of functions that are called but not defined."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import re

_OVERLOAD = re.compile(
    r"(?:\.(?:nx)?(?:v\d+)?(?:[ip]\d+|f16|bf16|f32|f64|f80|f128|ppcf128|isVoid)"
    r"|\.(?:nx)?v\d+\w+|\.s_\w+|\.sl_\w+"
    r"|\.p\d+(?:[if]\d+|v\d+\w+|s_\w+))+$"  # a pointer that says to what
)


_MANGLED = re.compile(r"_Z(\d+)(\w+)")


def plain_name(name: str) -> str:
    """Return the name of a function; of an intrinsic or overload that for all types.

    Parameters
    ----------
    name : str
        Without the ``@``.

    Returns
    -------
    str

    Examples
    --------
    >>> from tunembed.parsers import plain_name
    >>> plain_name("llvm.fmuladd.v4f32"), plain_name("sqrt")
    ('llvm.fmuladd', 'sqrt')
    >>> plain_name("_Z13get_global_idj")
    'get_global_id'
    """
    if name.startswith("llvm."):
        return _OVERLOAD.sub("", name)
    mangled = _MANGLED.match(name)
    return mangled[2][: int(mangled[1])] if mangled else name
