"""What to pass to a C function, from its signature and what it does with it."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from tunembed.kernels import ArgumentError, ArgumentSpec
from tunembed.parsers import Function, Parameter
from tunembed.schedules import array_extents


def argument_specs(function: Function) -> list[ArgumentSpec]:
    """Describe the arguments of `function`.

    Shapes come from the declarations, or from the largest subscripts. Integer arrays
    that are used as subscripts get valid indices; those that bound a loop as
    ``a[i] .. a[i + 1]`` get rising offsets, as the row pointers of CSR.

    Parameters
    ----------
    function : Function
        What is to be called.

    Returns
    -------
    list of ArgumentSpec
        In the order of the parameters.

    Raises
    ------
    ArgumentError
        When the size of an argument cannot be told.
    """
    return [_spec(function, parameter) for parameter in function.parameters]


def _spec(function: Function, parameter: Parameter) -> ArgumentSpec:
    if not parameter.shape and not parameter.is_pointer:
        return ArgumentSpec(parameter.name, parameter.dtype)
    if parameter.is_struct:
        raise ArgumentError(
            f"{function.location}: '{parameter.name}' is a struct; make the arguments "
            "yourself with --arguments FILE.py:CALLABLE"
        )
    shape, fill = _shape(function, parameter), _fill(function, parameter)
    return ArgumentSpec(parameter.name, parameter.dtype, shape, fill)


def _shape(function: Function, parameter: Parameter) -> tuple[str, ...]:
    found = array_extents(function, parameter)
    if found is None:
        raise ArgumentError(
            f"{function.location}: the size of '{parameter.name}' is unknown; declare "
            "it as an array ('double A[n][m]'), or use --arguments FILE.py:CALLABLE"
        )
    return (found,)


def _fill(function: Function, parameter: Parameter) -> str:
    if parameter.name in function.offset_arrays:
        return f"offsets:{function.offset_arrays[parameter.name]}"
    if parameter.name in function.index_arrays:
        return f"index:{function.index_arrays[parameter.name]}"
    return "random"
