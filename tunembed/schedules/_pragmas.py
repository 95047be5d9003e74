"""The pragmas in front of a printed loop."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from tunembed.schedules._carried import CarriedBy
from tunembed.schedules._dependences import Dependences
from tunembed.schedules._relations import node_path
from tunembed.schedules._scop import Scop
from tunembed.schedules._tree import Loop, Node, Pack, Parallel, ScheduleError


def pragmas(
    scop: Scop, nodes: tuple[Node, ...], dependences: Dependences, loop: Loop
) -> list[str]:
    """Return the lines that stand in front of `loop`.

    Parameters
    ----------
    scop : Scop
    nodes : tuple of Node
        The whole tree.
    dependences : Dependences
    loop : Loop
    """
    if loop.parallel:
        text = "#pragma omp parallel for" + _clauses(loop.parallel)
        if loop.parallel.reduction:
            text += _reductions(scop, nodes, dependences, loop)
        return [text]
    if loop.simd:
        return ["#pragma omp simd" + _reductions(scop, nodes, dependences, loop)]
    return [f"#pragma GCC unroll {loop.unroll}"] if loop.unroll > 1 else []


def _clauses(options: Parallel) -> str:
    text = ""
    if options.schedule:
        chunk = f", {options.chunk}" if options.chunk else ""
        text += f" schedule({options.schedule}{chunk})"
    if options.threads:
        text += f" num_threads({options.threads})"
    if options.collapse > 1:
        text += f" collapse({options.collapse})"
    return text


def _reductions(
    scop: Scop, nodes: tuple[Node, ...], dependences: Dependences, loop: Loop
) -> str:
    text = ""
    carried = CarriedBy(scop, nodes, loop)
    for dependence in dependences.reductions:
        if not carried(dependence.relation).is_empty():
            name = _reduced(scop, nodes, loop, dependence.array)
            text += f" reduction({dependence.operator}: {name})"
    return text


def _reduced(scop: Scop, nodes: tuple[Node, ...], loop: Loop, array: str) -> str:
    """Return what the clause names: a buffer, a scalar or an array section."""
    for _, node in reversed(node_path(nodes, loop)):
        if isinstance(node, Pack) and node.array == array:
            return node.buffer
    shape = _shape(scop, array)
    if shape is None or array in scop.expanded:
        raise ScheduleError(
            f"the reduction into '{array}' needs an array of declared size"
        )
    return array.split("#")[0] + "".join(f"[0:{extent}]" for extent in shape)


def _shape(scop: Scop, array: str) -> list[str] | None:
    if array in scop.privates:
        extents = scop.privates[array].shape
    else:
        parameters = {p.name: p for p in scop.function.parameters}
        if array not in parameters or (
            parameters[array].is_pointer and not parameters[array].shape
        ):
            return None
        extents = parameters[array].shape
    if any(extent is None for extent in extents):
        return None
    return [extent.to_c() for extent in extents if extent is not None]
