"""Vectorisation: by which width and interleave count a loop runs fastest."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import math
import re
from typing import Any

import pandas as pd
from sklearn.ensemble import ExtraTreesRegressor
from sklearn.utils import Bunch

from tunembed.datasets import load_vectorization_runtimes
from tunembed.estimators import RegressionRecommender
from tunembed.evaluation._labels import frequent_labels
from tunembed.evaluation._problem import Problem
from tunembed.features import IRVectorizer
from tunembed.parsers import IRModule, LoopAnalysis, MemoryAccess, compile_to_ir

# Programs of one source differ in names and numbers, those of one function in little
# more: an operator, or how often a loop is written out.
SPLITS = ("usual", "source", "kernel")
_ARRAY = re.compile(r" global ((?:\[\d+ x )+)i(\d+)\]")
_OPERATIONS = {
    "sum": ("add", "sub"),
    "product": ("mul",),
    "shift": ("shl", "lshr", "ashr", "and", "or", "xor"),
    "choice": ("icmp", "select"),
    "conversion": ("sext", "zext", "trunc"),
}
_LARGEST_POWER = 10


def problems(**download: Any) -> list[Problem]:
    """Return the one problem; compiles each program, which takes a minute or two."""
    loops = load_vectorization_runtimes(as_frame=True, **download)
    counters, columns = describe_loops(list(loops.data), list(loops.groups["kernel"]))
    table = counters.join(columns)
    dataset = Bunch(
        data=table,
        feature_names=list(table),
        target=frequent_labels(loops.target, loops.baseline),
        runtimes=loops.runtimes,
        groups=loops.groups,
        baseline=loops.baseline,
    )
    return [
        Problem(
            "vectorization",
            dataset,
            {
                "tunembed": (_trees(loops.baseline), table),
                "tunembed, counters": (_trees(loops.baseline), counters),
                "tunembed, alpha=0.1": (_trees(loops.baseline, alpha=0.1), table),
            },
            SPLITS,
            draw_by="source",
        )
    ]


def describe_loops(
    programs: list[str], functions: list[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return what is known of loops before any of them runs.

    Parameters
    ----------
    programs : list of str
        C texts.
    functions : list of str
        In each program, the function with the loop.

    Returns
    -------
    counters, columns : DataFrame
        Counters of the function as a vectoriser gets it, at ``-O1``, those left out
        that are equal for all; and what `loop_columns` finds.
    """
    modules = [compile_to_ir(text, "c") for text in programs]
    compiled = [
        module.functions[name] for module, name in zip(modules, functions, strict=True)
    ]
    counters = IRVectorizer().set_output(transform="pandas").transform(compiled)
    rows = [loop_columns(m, name) for m, name in zip(modules, functions, strict=True)]
    columns = pd.DataFrame(rows).fillna(0.0)
    return counters.loc[:, counters.nunique() > 1], columns


def loop_columns(module: IRModule, function: str) -> dict[str, float]:
    """Describe the innermost loop of a function for a vectoriser.

    Parameters
    ----------
    module : IRModule
    function : str

    Returns
    -------
    dict of str to float
        How often it runs and what divides that, what an iteration does, how wide its
        elements are and how it walks through memory. Empty if no loop is left.
    """
    compiled = module.functions[function]
    analysis = LoopAnalysis(compiled)
    if not analysis.loops:
        return {}
    inner = max(analysis.loops, key=lambda loop: loop.natural.depth)
    extents = _ARRAY.findall(module.text)
    lengths = [int(extent.split()[0][1:]) for extent, _ in extents]
    trips = inner.trip_count or max(lengths, default=1)
    outer = math.prod(
        loop.trip_count or 1
        for loop in analysis.loops
        if loop.natural.blocks > inner.natural.blocks
    )
    inside = {
        number
        for block in inner.natural.blocks
        for number in range(*compiled.blocks[block][1:])
    }
    opcodes = [compiled.opcodes[number] for number in sorted(inside)]
    accesses = [one for one in analysis.accesses if one.instruction in inside]
    power = (trips & -trips).bit_length() - 1
    return {
        "trips": math.log2(trips),
        "trips_known": float(inner.trip_count is not None),
        "trips_outside": math.log2(outer),
        "depth": float(inner.natural.depth),
        "blocks": float(len(inner.natural.blocks)),
        **{f"divisible_{2**k}": float(k <= power) for k in range(1, _LARGEST_POWER)},
        **{
            name: float(sum(opcodes.count(code) for code in codes))
            for name, codes in _OPERATIONS.items()
        },
        "reductions": float(max(opcodes.count("phi") - len(inner.inductions), 0)),
        "pointers": float(sum(p.dtype == "ptr" for p in compiled.parameters)),
        "arrays": float(len(extents)),
        "footprint": math.log2(1 + sum(map(_bytes, extents))),
        **_walks(accesses, [compiled.opcodes[one.instruction] for one in accesses]),
    }


def _walks(accesses: list[MemoryAccess], opcodes: list[str]) -> dict[str, float]:
    """Return how the accesses of a loop walk through memory."""
    widths = [int(one.dtype[1:]) / 8 for one in accesses if one.dtype[0] == "i"] or [0]
    steps = [
        abs(one.stride or 0) * 8 / int(one.dtype[1:]) if one.dtype[0] == "i" else 0.0
        for one in accesses
    ]
    found = list(zip(opcodes, steps, strict=True))
    return {
        "loads": float(opcodes.count("load")),
        "stores": float(opcodes.count("store")),
        "strided_loads": float(sum(code == "load" and s > 1 for code, s in found)),
        "strided_stores": float(sum(code == "store" and s > 1 for code, s in found)),
        "largest_step": float(max(steps, default=0.0)),
        "backwards": float(any((one.stride or 0) < 0 for one in accesses)),
        "invariant": float(sum(one.pattern == "invariant" for one in accesses)),
        "narrowest": float(min(widths)),
        "widest": float(max(widths)),
    }


def _bytes(array: tuple[str, str]) -> int:
    extents, bits = array
    return math.prod(map(int, re.findall(r"\d+", extents))) * int(bits) // 8


def _trees(baseline: str, **options: Any) -> RegressionRecommender:
    """Return trees that learn all log-ratios at once; gains beyond e count as e."""
    trees = ExtraTreesRegressor(
        200, min_samples_leaf=2, max_features=0.4, random_state=0
    )
    return RegressionRecommender(
        trees, baseline=baseline, n_components=None, clip=1.0, **options
    )
