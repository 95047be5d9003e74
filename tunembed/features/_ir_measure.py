"""The values of the named counters of functions in LLVM IR."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from collections.abc import Sequence
from math import prod
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tunembed.features._ir_arrays import bytes_on_stack
from tunembed.features._ir_callees import positions_in
from tunembed.features._ir_operations import KINDS, Operations, operations
from tunembed.parsers import IRFunction, LoopAnalysis, MemoryAccess

Floats = NDArray[np.float64]

_NOTHING = KINDS.index("nothing")
_SHOWN = [code for code, kind in enumerate(KINDS) if kind not in ("nothing", "other")]
_ARITHMETIC = np.isin(
    KINDS,
    "add multiply divide logic fadd fmultiply fdivide fma extreme root transcendental "
    "rounding dot compare fcompare select convert".split(),
)
_SPECIAL = np.isin(KINDS, ["fdivide", "root", "transcendental"])
_LOCAL = 3
# A line of the caches of GPUs, in bytes.
_NEAR = 128
_THREAD_PATTERNS = ("uniform", "coalesced", "near", "far", "irregular")
_CONSTANT = (2, 4)
_PATTERNS = ("once", "invariant", "consecutive", "strided", "indirect", "unknown")
_TYPES = {"float": "float", "double": "double", "ptr": "pointer"}


class _Part(NamedTuple):
    """One function, with what was found in it."""

    function: IRFunction
    analysis: LoopAnalysis
    operations: Operations


class _Accesses(NamedTuple):
    """Accesses other than on the stack, as arrays."""

    weights: Floats
    sizes: Floats
    written: NDArray[np.bool_]
    accesses: Sequence[MemoryAccess]

    def total(self, where: Sequence[bool] | NDArray[np.bool_]) -> float:
        """Return how many there are of a sort, times the trips around them."""
        return float(self.weights[np.asarray(where, dtype=bool)].sum())

    def share(self, where: Sequence[bool] | NDArray[np.bool_]) -> float:
        """Return how large a part of all is of a sort."""
        return _ratio(self.total(where), float(self.weights.sum()))


def measure_ir(
    functions: Sequence[IRFunction], default_trips: float
) -> dict[str, float]:
    """Return the counters of functions taken together, by their names.

    Parameters
    ----------
    functions : sequence of IRFunction
    default_trips : float
        How often a loop runs whose trip count is not known.
    """
    parts = []
    for function in functions:
        analysis = LoopAnalysis(function)
        found = operations(function, analysis, default_trips)
        parts.append(_Part(function, analysis, found))
    kinds = np.concatenate([part.operations.kinds for part in parts])
    weights = np.concatenate([part.operations.weights for part in parts])
    flops = np.concatenate([part.operations.flops for part in parts]) * weights
    lanes = np.concatenate([part.operations.lanes for part in parts])
    counted = kinds != _NOTHING
    work: Floats = np.bincount(kinds, weights, len(KINDS)).astype(np.float64)
    accesses, on_stack = _accesses(parts)
    values = {
        **_code(parts, int(counted.sum())),
        **_mix(np.bincount(kinds, minlength=len(KINDS)), work),
        **_loops(parts, counted),
        **_memory(accesses, on_stack, parts),
        **_patterns(accesses),
        **_threads(accesses),
        **_questions(functions),
        "compute_flops": float(flops.sum()),
        "compute_special": _ratio(flops[_SPECIAL[kinds]].sum(), flops.sum()),
        "compute_vector": _ratio((lanes > 1)[counted].sum(), counted.sum()),
        "compute_lanes": float(lanes[counted].max(initial=1.0)),
    }
    return values | _intensity(values, work)


def _code(parts: Sequence[_Part], instructions: int) -> dict[str, float]:
    functions = [part.function for part in parts]
    parameters = [p for function in functions for p in function.parameters]
    extents = [extent for part in parts for extent in part.operations.extents]
    return {
        "code_functions": len(functions),
        "code_instructions": instructions,
        "code_blocks": sum(len(function.blocks) for function in functions),
        "code_parameters": len(parameters),
        "code_pointers": sum(p.dtype.startswith("ptr") for p in parameters),
        "code_arrays": sum(map(bytes_on_stack, functions)),
        "code_extent": max(extents, default=0),
        "code_volume": prod(sorted(set(extents))[-3:]) if extents else 0,
    }


def _mix(counts: NDArray[np.intp], work: Floats) -> dict[str, float]:
    total = counts.sum() - counts[_NOTHING]
    values = {}
    for code in _SHOWN:
        values[f"mix_{KINDS[code]}"] = _ratio(counts[code], total)
        values[f"work_{KINDS[code]}"] = float(work[code])
    return values


def _loops(parts: Sequence[_Part], counted: NDArray[np.bool_]) -> dict[str, float]:
    loops = [loop for part in parts for loop in part.analysis.loops]
    depths = np.concatenate([part.operations.depths for part in parts])
    inner = 0
    for part in parts:
        headers = [loop.natural.header for loop in part.analysis.loops]
        inner += sum(
            sum(header in loop.natural.blocks for header in headers) == 1
            for loop in part.analysis.loops
        )
    sizes = [len(loop.natural.blocks) for loop in loops]
    return {
        "loop_loops": len(loops),
        "loop_depth": max((loop.natural.depth for loop in loops), default=0),
        "loop_innermost": inner,
        "loop_known": _mean(loop.trip_count is not None for loop in loops),
        "loop_counted": _mean(bool(loop.inductions) for loop in loops),
        "loop_divergent": sum(map(_divergent, parts)),
        "loop_blocks": _mean(sizes),
        "loop_trips": max(float(part.operations.weights.max()) for part in parts)
        if loops
        else 0.0,
        "loop_inside": _ratio((depths > 0)[counted].sum(), counted.sum()),
    }


def _divergent(part: _Part) -> float:
    """Return the weight of accesses in divergent loops."""
    blocks = frozenset().union(
        *(loop.natural.blocks for loop in part.analysis.loops if loop.is_divergent)
    )
    return sum(
        float(part.operations.weights[number])
        for block in map(part.function.blocks.__getitem__, sorted(blocks))
        for number in range(block.start, block.stop)
        if part.function.opcodes[number] in ("load", "store")
    )


def _accesses(parts: Sequence[_Part]) -> tuple[_Accesses, float]:
    """Return the accesses that are not of local variables, and how many are."""
    weights, sizes, written, found, on_stack = [], [], [], [], 0.0
    for function, analysis, ops in parts:
        size = function.module.layout.size
        for access in analysis.accesses:
            weight = float(ops.weights[access.instruction])
            if access.pattern == "stack":
                on_stack += weight
            else:
                weights.append(weight)
                sizes.append(float(size(access.dtype)))
                written.append(function.opcodes[access.instruction] != "load")
                found.append(access)
    columns = np.array(weights), np.array(sizes), np.array(written, dtype=bool)
    return _Accesses(*columns, found), on_stack


def _memory(
    found: _Accesses, on_stack: float, parts: Sequence[_Part]
) -> dict[str, float]:
    accesses = found.accesses
    types = [_type_of(access.dtype) for access in accesses]
    return {
        "access_stack": on_stack,
        "access_read": found.total(~found.written),
        "access_written": found.total(found.written),
        "access_local": found.total([a.address_space == _LOCAL for a in accesses]),
        "access_constant": found.total(
            [a.address_space in _CONSTANT for a in accesses]
        ),
        "access_bytes": float(found.weights @ found.sizes),
        "access_width": _ratio(found.weights @ found.sizes, found.weights.sum()),
        **{
            f"access_{name}": found.share([name == of for of in types])
            for name in ("float", "double", "integer", "pointer")
        },
        "access_vector": found.share([a.dtype.startswith("<") for a in accesses]),
        "access_volatile": sum(
            _is_ordered(part, a) for part in parts for a in part.analysis.accesses
        ),
    }


def _patterns(found: _Accesses) -> dict[str, float]:
    return {
        f"stride_{pattern}": found.share(
            [access.pattern == pattern for access in found.accesses]
        )
        for pattern in _PATTERNS
    }


def _threads(found: _Accesses) -> dict[str, float]:
    accesses = found.accesses
    known = np.array([a.thread_stride is not None for a in accesses], dtype=bool)
    strides = np.array([abs(a.thread_stride or 0) for a in accesses], dtype=float)
    patterns = np.array(
        [_thread_pattern(*pair) for pair in zip(accesses, found.sizes, strict=True)],
        dtype=object,
    )
    values = {
        "thread_distance": _ratio(found.weights @ (strides * known), found.total(known))
    }
    for pattern in _THREAD_PATTERNS:
        here = patterns == pattern
        values[f"thread_{pattern}"] = found.share(here)
        values[f"thread_read_{pattern}"] = found.total(here & ~found.written)
        values[f"thread_written_{pattern}"] = found.total(here & found.written)
    return values


def _thread_pattern(access: MemoryAccess, size: float) -> str:
    """Return how neighbouring threads access memory."""
    if not access.is_even:
        return "irregular"
    stride = access.thread_stride
    if stride == 0:
        return "uniform"
    if stride is None or abs(stride) > _NEAR:
        return "far"
    return "coalesced" if abs(stride) <= size else "near"


def _questions(functions: Sequence[IRFunction]) -> dict[str, float]:
    """Return how a kernel asks which of the threads it is."""
    asked = [found for f in functions for found in positions_in(f)]
    return {
        "thread_dimensions": len({dimension for _, dimension in asked}),
        "thread_global": sum(scope == "global" for scope, _ in asked),
        "thread_group": sum(scope != "global" for scope, _ in asked),
    }


def _intensity(values: dict[str, float], work: Floats) -> dict[str, float]:
    accesses = values["access_read"] + values["access_written"]
    arithmetic = work[_ARITHMETIC].sum()
    outside = 1 - _ratio(values["access_local"], accesses)
    return {
        "intensity_bytes": _ratio(values["compute_flops"], values["access_bytes"]),
        "intensity_accesses": _ratio(arithmetic, accesses),
        "intensity_coalesced": _ratio(values["thread_coalesced"], outside),
        "intensity_local": _ratio(values["access_local"], accesses),
        "intensity_branches": _ratio(values["work_branch"], accesses),
    }


def _type_of(dtype: str) -> str:
    element = dtype.rpartition(" x ")[2].rstrip(">") if dtype[0] == "<" else dtype
    return _TYPES.get(element.split(" ")[0], "integer" if element[0] == "i" else "")


def _is_ordered(part: _Part, access: MemoryAccess) -> bool:
    text = part.function.texts[access.instruction]
    return text.startswith(("volatile", "atomic"))


def _mean(values) -> float:
    values = list(values)
    return float(np.mean(values)) if values else 0.0


def _ratio(part: Any, whole: Any) -> float:
    return float(part) / float(whole) if whole else 0.0
