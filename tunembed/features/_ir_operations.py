"""What the instructions of a function do, and how often they run."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import re
from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tunembed.features._ir_arrays import extents_in
from tunembed.features._ir_callees import kind_of_callee
from tunembed.parsers import IRFunction, LoopAnalysis

_OPCODES = {
    "add": "add sub",
    "multiply": "mul",
    "divide": "udiv sdiv urem srem",
    "logic": "shl lshr ashr and or xor",
    "fadd": "fadd fsub fneg",
    "fmultiply": "fmul",
    "fdivide": "fdiv frem",
    "compare": "icmp",
    "fcompare": "fcmp",
    "select": "select",
    "convert": "trunc zext sext fptrunc fpext fptoui fptosi uitofp sitofp freeze",
    "address": "getelementptr bitcast ptrtoint inttoptr addrspacecast ptrtoaddr",
    "load": "load",
    "store": "store",
    "stack": "alloca",
    "phi": "phi",
    "jump": "br",
    "switch": "switch indirectbr",
    "return": "ret resume unreachable",
    "vector": "extractelement insertelement shufflevector",
    "aggregate": "extractvalue insertvalue",
    "atomic": "atomicrmw cmpxchg",
    "barrier": "fence",
    "function": "call invoke callbr",
}
_BY_NAME = (
    "fma extreme root transcendental rounding dot position copy allocate runtime "
    "nothing other"
)
KINDS = (*_OPCODES, "branch", *_BY_NAME.split())
_CODE = {kind: code for code, kind in enumerate(KINDS)}
_OF_OPCODE = defaultdict(
    lambda: _CODE["other"],
    {
        opcode: _CODE[kind]
        for kind, opcodes in _OPCODES.items()
        for opcode in opcodes.split()
    },
)
# Loops over larger arrays than this are shared by threads.
_LONGEST = 512
_CALLEE = re.compile(r'@("[^"]*"|[-\w.$]+)\(')
_LANES = re.compile(r"<(?:vscale x )?(\d+) x ")
# Floating-point operations of one instruction, per lane.
_FLOPS = {
    "fadd": 1,
    "fmultiply": 1,
    "fdivide": 1,
    "fma": 2,
    "extreme": 1,
    "root": 1,
    "transcendental": 1,
    "dot": 1,
}
_FLOPS_OF = np.array([_FLOPS.get(kind, 0) for kind in KINDS], dtype=np.float64)


@dataclass(frozen=True)
class Operations:
    """The instructions of a function as arrays, one entry for each.

    Attributes
    ----------
    kinds : ndarray of shape (n_instructions,), dtype intp
        Places in `KINDS`.
    weights : ndarray of shape (n_instructions,), dtype float64
        How often it runs each time the function is called.
    lanes : ndarray of shape (n_instructions,), dtype float64
        Elements of the vectors it works on, 1 for scalars.
    depths : ndarray of shape (n_instructions,), dtype intp
        In how many loops it is.
    extents : list of int
        Of arrays, as the function's types name them.
    """

    kinds: NDArray[np.intp]
    weights: NDArray[np.float64]
    lanes: NDArray[np.float64]
    depths: NDArray[np.intp]
    extents: list[int]

    @property
    def flops(self) -> NDArray[np.float64]:
        """Floating-point operations of each instruction."""
        flops: NDArray[np.float64] = _FLOPS_OF[self.kinds] * self.lanes
        return flops


def operations(
    function: IRFunction, analysis: LoopAnalysis, default_trips: float
) -> Operations:
    """Return what a function's instructions do and how often.

    Parameters
    ----------
    function : IRFunction
    analysis : LoopAnalysis
        Of the function.
    default_trips : float
        How often a loop runs whose trip count is not known, unless extents of arrays
        are.
    """
    extents = extents_in(function)
    if extents:
        default_trips = min(max(extents), _LONGEST)
    sizes = [block.stop - block.start for block in function.blocks]
    weights = np.ones(len(sizes))
    for loop in analysis.loops:
        count = loop.trip_count
        blocks = list(loop.natural.blocks)
        weights[blocks] *= default_trips if count is None else max(count, 1)
    return Operations(
        _kinds(function),
        np.repeat(weights, sizes),
        _lanes(function),
        np.repeat(function.flow.depths, sizes).astype(np.intp),
        extents,
    )


def _kinds(function: IRFunction) -> NDArray[np.intp]:
    opcodes, texts = function.opcodes, function.texts
    codes = np.fromiter(
        map(_OF_OPCODE.__getitem__, opcodes), dtype=np.intp, count=len(opcodes)
    )
    for place in np.flatnonzero(codes == _CODE["function"]).tolist():
        found = _CALLEE.search(texts[place])
        codes[place] = _CODE[kind_of_callee(found[1].strip('"') if found else "")]
    for place in np.flatnonzero(codes == _CODE["jump"]).tolist():
        if texts[place].startswith("i1 "):
            codes[place] = _CODE["branch"]
    return codes


def _lanes(function: IRFunction) -> NDArray[np.float64]:
    lanes = np.ones(len(function.opcodes))
    if "<" in function.body:
        for place, text in enumerate(function.texts):
            found = _LANES.search(text) if "<" in text else None
            if found:
                lanes[place] = int(found[1])
    return lanes
