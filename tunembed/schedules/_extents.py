"""Sizes of array parameters: how much of them a function touches at most."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from tunembed.parsers import Affine, Function, Parameter


def array_extents(function: Function, parameter: Parameter) -> str | None:
    """Return C text for the number of elements that a function may touch, or None.

    Parameters
    ----------
    function : Function
    parameter : Parameter
        An array or a pointer.

    Returns
    -------
    str or None
        The declared size; else that of the largest subscripts; None if unknown.
    """
    dimensions: list[str] = []
    if parameter.shape and None not in parameter.shape:
        dimensions = [_text(function, e) for e in parameter.shape if e is not None]
    else:
        for found in function.extents.get(parameter.name, ((),)):
            if not found:
                return None
            dimensions.append(_largest(function, found))
    return " * ".join(dimensions)


def extent_bytes(function: Function, parameter: Parameter) -> str | None:
    """Return C text for the size in bytes of what is touched, or None.

    Parameters
    ----------
    function : Function
    parameter : Parameter
    """
    count = array_extents(function, parameter)
    return None if count is None else f"(long)sizeof({parameter.dtype}) * {count}"


def _largest(function: Function, found: tuple[Affine, ...]) -> str:
    """Return text that is at least each of some extents."""
    best: dict[tuple[tuple[str, int], ...], Affine] = {}
    for extent in found:
        key = tuple(extent.coefficients.items())
        if key not in best or best[key].constant < extent.constant:
            best[key] = extent
    return f"({' + '.join(_text(function, e) for e in best.values())})"


def _text(function: Function, extent: Affine) -> str:
    text = extent.to_c()
    for name, symbol in function.symbols.items():
        if name in extent.names():
            text = text.replace(name, f"({symbol.expression})")
    return f"({text})"
