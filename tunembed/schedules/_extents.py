"""How many bytes of a parameter does a function touch at most?"""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import islpy as isl

from tunembed.parsers import Function, Parameter
from tunembed.schedules._c_text import expression
from tunembed.schedules._scop import Scop, build_scop


def extent_bytes(scop: Scop, parameter: Parameter) -> str | None:
    """Return C text for the size in bytes from the pointer on, or None.

    Declared sizes are used where there are any; else the largest subscript.
    """
    size = f"sizeof({parameter.dtype})"
    if parameter.shape and None not in parameter.shape:
        extents = [_extent_text(scop, e.to_c()) for e in parameter.shape if e]
        return " * ".join(["(long)" + size, *extents])
    last = _last_element(scop, parameter)
    return None if last is None else f"(long){size} * ({last} + 1)"


def array_extents(function: Function, parameter: Parameter) -> str | None:
    """Return C text for the number of elements that a function may touch, or None.

    Parameters
    ----------
    function : Function
    parameter : Parameter
        A pointer without declared size.
    """
    last = _last_element(build_scop(function), parameter)
    return None if last is None else f"{last} + 1".replace("(long)", "")


def _extent_text(scop: Scop, text: str) -> str:
    for name, symbol in scop.function.symbols.items():
        text = text.replace(name, f"({symbol.expression})")
    return f"({text})"


def _last_element(scop: Scop, parameter: Parameter) -> str | None:
    inner = parameter.shape[1:]
    touched: isl.Set | None = None
    strides: tuple[str, ...] = ()
    for statement in scop.statements.values():
        for access in statement.accesses:
            if access.array == parameter.name:
                if None in access.subscripts or not access.subscripts:
                    return None
                relation = access.relation(statement, scop.parameter_text)
                found = scop.domain(statement.name).apply(relation)
                touched = found if touched is None else touched.union(found)
                strides = _strides(statement, parameter.name) or strides
    if touched is None or None in inner:
        return None
    return _linear(scop, touched, strides or tuple(e.to_c() for e in inner))


def _strides(statement, name: str) -> tuple[str, ...]:
    source = statement.source
    for access in source.accesses if source is not None else ():
        if access.array == name and access.strides:
            return access.strides
    return ()


def _linear(scop: Scop, touched: isl.Set, inner: tuple[str, ...]) -> str | None:
    rank = touched.dim(isl.dim_type.set)
    if rank > 1 and len(inner) < rank - 1:
        return None
    largest = []
    for d in range(rank):
        high = touched.dim_max(d)
        if not high.domain().is_equal(touched.params()):
            return None
        build = isl.AstBuild.from_context(touched.params())
        text = expression(
            build.expr_from_pw_aff(high.gist(touched.params())),
            lambda name: _parameter(scop, name),
        )
        largest.append(f"(long)({text})")
    if rank == 1:
        return largest[0]
    return " + ".join(
        [f"{top} * ({s})" for top, s in zip(largest[:-1], inner, strict=False)]
        + [largest[-1]]
    )


def _parameter(scop: Scop, name: str) -> str:
    symbol = scop.function.symbols.get(name)
    return f"({symbol.expression})" if symbol else name
