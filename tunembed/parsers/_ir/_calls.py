"""Names of functions that are called but not defined."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import re

_OVERLOAD = re.compile(
    r"(?:\.(?:nx)?(?:v\d+)?(?:[ip]\d+|f16|bf16|f32|f64|f80|f128|ppcf128|isVoid)"
    r"|\.(?:nx)?v\d+\w+|\.s_\w+|\.sl_\w+)+$"
)


def plain_name(name: str) -> str:
    """Return the name of a function; of an intrinsic that for all types.

    Parameters
    ----------
    name : str
        Without the ``@``.

    Examples
    --------
    >>> from tunembed.parsers._ir._calls import plain_name
    >>> plain_name("llvm.fmuladd.v4f32"), plain_name("sqrt")
    ('llvm.fmuladd', 'sqrt')
    """
    return _OVERLOAD.sub("", name) if name.startswith("llvm.") else name
