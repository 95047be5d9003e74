"""The C text that lets the worker call a function of any signature."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from collections.abc import Sequence

import numpy as np

_RESULTS = {1: "<i8", 2: "<f8", 3: "<f4", 4: "<c16", 5: "<c8"}

# The call goes through a volatile pointer, so that the compiler cannot specialise the
# function for this caller. Without a value `tunembed_expression` is an int.
_TEMPLATE = """
#define tunembed_same(T) \\
    __builtin_types_compatible_p(__typeof__(tunembed_expression), T)
#define tunembed_invoke tunembed_function({arguments})
#define tunembed_is_void \\
    __builtin_types_compatible_p(__typeof__(tunembed_invoke), void)
#define tunembed_expression \\
    __builtin_choose_expr(tunembed_is_void, (tunembed_invoke, 0), tunembed_invoke)
__attribute__((visibility("default")))
int tunembed_call(void **tunembed_a, void *tunembed_result) {{
    __typeof__(&{function}) volatile tunembed_function = {function};
    __typeof__(tunembed_expression) tunembed_value = tunembed_expression;
    if (tunembed_is_void) return 0;
    if (tunembed_same(double)) {{
        __builtin_memcpy(tunembed_result, &tunembed_value, sizeof tunembed_value);
        return 2;
    }}
    if (tunembed_same(float)) {{
        __builtin_memcpy(tunembed_result, &tunembed_value, sizeof tunembed_value);
        return 3;
    }}
    if (tunembed_same(double _Complex)) {{
        __builtin_memcpy(tunembed_result, &tunembed_value, sizeof tunembed_value);
        return 4;
    }}
    if (tunembed_same(float _Complex)) {{
        __builtin_memcpy(tunembed_result, &tunembed_value, sizeof tunembed_value);
        return 5;
    }}
    if (sizeof tunembed_value <= 8 && ({integers})) {{
        __builtin_memcpy(tunembed_result, &tunembed_value, sizeof tunembed_value);
        return 1;
    }}
    return 0;
}}
"""
_INTEGERS = (
    "int",
    "unsigned",
    "long",
    "unsigned long",
    "long long",
    "unsigned long long",
    "short",
    "unsigned short",
    "char",
    "signed char",
    "unsigned char",
    "_Bool",
)


def call_text(function: str, arguments: Sequence[tuple[str, str]]) -> str:
    """Write the trampoline ``tunembed_call``, to be appended to the source.

    Arrays are passed as ``void *``. Scalars are read as long long, double or double
    complex and converted to the given C type, or to the parameter's.

    Parameters
    ----------
    function : str
        Name of the function to call.
    arguments : sequence of (str, str)
        For each argument the worker's kind (``"a"`` array, ``"i"``, ``"d"``, ``"c"``)
        and the C type of a scalar, ``""`` if unknown.

    Returns
    -------
    str
        C text.
    """
    kinds = {"i": "long long", "d": "double", "c": "double _Complex"}
    passed = []
    for k, (kind, dtype) in enumerate(arguments):
        if kind == "a":
            passed.append(f"tunembed_a[{k}]")
        else:
            cast = f"({dtype.replace('complex', '_Complex')})" if dtype else ""
            passed.append(f"{cast}*(const {kinds[kind]} *)tunembed_a[{k}]")
    return _TEMPLATE.format(
        function=function,
        arguments=", ".join(passed),
        integers=" || ".join(f"tunembed_same({t})" for t in _INTEGERS),
    )


def read_result(header: np.ndarray) -> np.ndarray | None:
    """Read the returned value.

    Parameters
    ----------
    header : ndarray of uint8, shape (64,)
        The first bytes of a dumped file.

    Returns
    -------
    ndarray of shape (1,) or None
        The value; None for ``void``, structures and pointers.
    """
    kind = int(header[32:36].view("<i4")[0])
    if kind not in _RESULTS:
        return None
    dtype = np.dtype(_RESULTS[kind])
    return header[: dtype.itemsize].view(dtype)
