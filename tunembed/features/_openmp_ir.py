"""Features of the calls of an OpenMP runtime in LLVM IR."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import re
from bisect import bisect
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from tunembed.features._openmp_c import REDUCTIONS, SCHEDULES, call_group, mean_of
from tunembed.features._openmp_runtime import (
    GROUPS,
    OUTLINING,
    SHARED,
    group_of,
    schedule_of,
)
from tunembed.features._openmp_table import UNKNOWN_IN_IR
from tunembed.parsers import Instruction, IRFunction, IRModule, Operand

_CALL = re.compile(r"@((?:__kmpc_|__tgt_|GOMP_|omp_)\w+)\(")
_REDUCE = ("__kmpc_reduce", "__kmpc_reduce_nowait")
_COMBINING = {
    **dict.fromkeys(("add", "fadd", "sub", "fsub"), "sum"),
    **dict.fromkeys(("mul", "fmul"), "product"),
    **dict.fromkeys(("and", "or", "xor"), "bits"),
}
_EXTREME = re.compile(r"@llvm\.(?:[su]?min|[su]?max|minnum|maxnum|minimum|maximum)\b")
_ORDER = re.compile(r"(?:\w+ )*?[sou]?[lg][te] ")


class _Call(NamedTuple):
    """A call of the runtime, with the number of loops around it."""

    name: str
    instruction: Instruction
    function: IRFunction
    depth: int


def measure_openmp_ir(sample: IRModule | IRFunction) -> dict[str, float]:
    """Return all features of a program by name, before the logarithms.

    Parameters
    ----------
    sample : IRModule or IRFunction
    """
    module = sample.module if isinstance(sample, IRFunction) else sample
    everything = list(module.functions.values())
    functions = [sample] if isinstance(sample, IRFunction) else everything
    bodies = _bodies(everything)
    calls = [call for function in functions for call in _calls_in(function)]
    values = dict.fromkeys(UNKNOWN_IN_IR, float("nan")) | _groups(calls)
    values["sync_atomics"] += sum(map(_atomics, functions))
    values |= _regions(calls, functions, bodies) | _shared_loops(calls, bodies)
    return values | _reductions(calls, module)


def _calls_in(function: IRFunction) -> list[_Call]:
    found = []
    for number, (opcode, text) in enumerate(
        zip(function.opcodes, function.texts, strict=True)
    ):
        name = _CALL.search(text) if opcode in ("call", "invoke") else None
        if name:
            starts = [block.start for block in function.blocks]
            depth = function.flow.depths[bisect(starts, number) - 1]
            instruction = function.instruction(number)
            found.append(_Call(name[1], instruction, function, depth))
    return found


def _bodies(functions: Iterable[IRFunction]) -> dict[str, _Call]:
    """Return the functions that the runtime is handed, and where."""
    return {
        operand.text[1:].strip('"'): call
        for function in functions
        for call in _calls_in(function)
        if OUTLINING.match(call.name)
        for operand in call.instruction.operands
        if operand.text[0] == "@"
    }


def _groups(calls: Iterable[_Call]) -> dict[str, float]:
    found: dict[str, float] = dict.fromkeys(GROUPS, 0.0)
    found |= {f"call_{name}": 0.0 for name in ("queries", "settings", "locks")}
    found["task_dependences"] = 0.0
    for call in calls:
        group = group_of(call.name)
        if call.name.startswith("omp_"):
            group = f"call_{call_group(call.name)}"
        if group:
            found[group] += 1
        found["region_conditional"] += call.name == "__kmpc_fork_call_if"
        if call.name == "__kmpc_omp_task_with_deps":
            found["task_dependences"] += _constant(call.instruction.operands, 3)
    return found


def _regions(
    calls: Iterable[_Call],
    functions: Iterable[IRFunction],
    bodies: Mapping[str, _Call],
) -> dict[str, float]:
    sizes = [
        _constant(call.instruction.operands, 2)
        for call in calls
        if call.name.startswith("__kmpc_push_num_threads")
    ]
    inside = [
        function.name in bodies
        for function in (functions if bodies else ())
        for _ in function.flow.loops
    ]
    return {
        "region_threads": max(sizes, default=0.0),
        "region_depth": mean_of(
            call.depth for call in calls if group_of(call.name) == "region_parallel"
        ),
        "region_share": mean_of(inside),
    }


def _shared_loops(
    calls: Iterable[_Call], bodies: Mapping[str, _Call]
) -> dict[str, float]:
    found = [call for call in calls if SHARED.match(call.name)]
    kinds: Counter[str] = Counter()
    chunks = [0.0]
    ordered = 0
    for call in found:
        operands = call.instruction.operands
        schedule = schedule_of(call.name, int(_constant(operands, 2)))
        kinds[schedule.kind] += 1
        ordered += schedule.is_ordered
        if schedule.has_chunk:
            chunks.append(_constant(operands, -1))
    return {
        "loop_shared": len(found),
        "loop_depth": mean_of(call.depth + _around(call, bodies) for call in found),
        "loop_chunk": max(chunks),
        "loop_ordered": ordered,
        **{f"loop_{kind}": kinds[kind] for kind in SCHEDULES},
    }


def _around(call: _Call, bodies: Mapping[str, _Call]) -> int:
    """Return how many loops are around the region that a call is in."""
    depth, seen = 0, set()
    name = call.function.name
    while name in bodies and name not in seen:
        seen.add(name)
        depth += bodies[name].depth
        name = bodies[name].function.name
    return depth


def _reductions(calls: Iterable[_Call], module: IRModule) -> dict[str, float]:
    found: Counter[str] = Counter()
    for call in calls:
        if call.name in _REDUCE:
            operands = call.instruction.operands
            kinds = _combined(module, operands)
            number = _constant(operands, 2)
            kinds["other"] = max(0, int(number) - kinds.total())
            found.update(kinds)
    return {f"reduce_{name}": found[name] for name in REDUCTIONS}


def _combined(module: IRModule, operands: Sequence[Operand]) -> Counter[str]:
    """Return how often the function that combines two threads' values does what."""
    names = [operand.text[1:].strip('"') for operand in operands]
    function = next((module.functions[n] for n in names if n in module.functions), None)
    if function is None:
        return Counter()
    kinds = [_COMBINING[opcode] for opcode in function.opcodes if opcode in _COMBINING]
    extremes = sum(
        bool(
            _ORDER.match(text) if opcode in ("icmp", "fcmp") else _EXTREME.search(text)
        )
        for opcode, text in zip(function.opcodes, function.texts, strict=True)
    )
    return Counter(extreme=extremes, **Counter(kinds))


def _atomics(function: IRFunction) -> int:
    return sum(
        opcode in ("atomicrmw", "cmpxchg")
        or (opcode in ("load", "store") and text.startswith("atomic "))
        for opcode, text in zip(function.opcodes, function.texts, strict=True)
    )


def _constant(operands: Sequence[Operand], place: int) -> float:
    """Return an integer operand, 0 if it is not constant or not there."""
    if not -len(operands) <= place < len(operands):
        return 0.0
    text = operands[place].text
    return float(text) if text.lstrip("-").isdecimal() else 0.0
