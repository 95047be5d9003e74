"""What functions of OpenMP runtimes do, by their names and constants."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import re
from functools import lru_cache
from typing import NamedTuple

_PATTERNS = {
    "region_parallel": r"__kmpc_fork_call(?:_if)?|__kmpc_parallel_\d+"
    r"|GOMP_parallel(?!_end)\w*",
    "region_conditional": r"__kmpc_serialized_parallel",
    "region_sized": r"__kmpc_push_num_threads\w*",
    "region_bound": r"__kmpc_push_proc_bind",
    "sync_barriers": r"__kmpc_(?:cancel_)?barrier|GOMP_barrier\w*"
    r"|GOMP_(?:loop|sections)_end(?:_cancel)?",
    "sync_atomics": r"__kmpc_atomic_(?!end)\w+|GOMP_atomic_start",
    "sync_critical": r"__kmpc_critical(?:_with_hint)?|GOMP_critical(?:_name)?_start",
    "sync_single": r"__kmpc_single|GOMP_single(?:_copy)?_start",
    "sync_master": r"__kmpc_mas(?:ter|ked)",
    "sync_ordered": r"__kmpc_ordered|GOMP_ordered_start",
    "sync_flush": r"__kmpc_flush",
    "task_tasks": r"__kmpc_omp_task(?:_with_deps)?|GOMP_task",
    "task_loops": r"__kmpc_taskloop(?:_5)?|GOMP_taskloop\w*",
    "task_waits": r"__kmpc_omp_taskwait\w*|__kmpc_taskgroup|GOMP_taskwait\w*"
    r"|GOMP_taskgroup_start",
    "target_regions": r"__tgt_target(?:_teams|_kernel)?(?:_nowait)?(?:_mapper)?"
    r"|__kmpc_target_init|GOMP_target(?:_ext)?",
    "target_teams": r"__kmpc_fork_teams|GOMP_teams\w*",
    "target_data": r"__tgt_target_data_(?!end)\w+"
    r"|GOMP_target_(?:data(?!_end)|update|enter)\w*",
}
_GROUP = re.compile("|".join(f"(?P<{k}>(?:{v})$)" for k, v in _PATTERNS.items()))
GROUPS = tuple(_PATTERNS)
SHARED = re.compile(
    r"__kmpc_(?:dist_)?(?:for_static|dispatch)_init_\w+|__kmpc_distribute_static_init_"
    r"|GOMP_(?:parallel_)?loop_(?!\w*(?:end|next))\w+"
)
OUTLINING = re.compile(
    r"__kmpc_fork_|__kmpc_parallel_|__kmpc_omp_task_alloc|GOMP_(?:parallel|task|teams)"
)
_GOMP_KIND = re.compile(r"static|dynamic|guided|runtime")
# Numbers that clang hands over (sched_type of LLVM's kmp.h).
_STATIC = {33: True, 34: False, 45: True, 65: True, 66: False, 91: True, 92: False}
_KINDS = {
    **dict.fromkeys(_STATIC, "static"),
    **dict.fromkeys((35, 67), "dynamic"),
    **dict.fromkeys((36, 46, 68), "guided"),
    **dict.fromkeys((37, 47, 69), "runtime"),
    **dict.fromkeys((38, 70), "auto"),
}
_ORDERED = range(65, 71)
_MODIFIERS = 3 << 29  # monotonic or not
_UNMERGED = range(160, 256)
_UNMERGED_OFFSET = 128


class Schedule(NamedTuple):
    """How a loop is shared.

    Attributes
    ----------
    kind : {"static", "dynamic", "guided", "auto", "runtime"}
    has_chunk : bool
        Whether the last argument of the call is the chunk.
    is_ordered : bool
    """

    kind: str
    has_chunk: bool
    is_ordered: bool


@lru_cache(maxsize=1024)
def group_of(name: str) -> str | None:
    """Return the feature that a call counts for.

    Parameters
    ----------
    name : str
        Without the ``@``.
    """
    found = _GROUP.match(name)
    return found.lastgroup if found else None


def schedule_of(name: str, number: int) -> Schedule:
    """Return the schedule of a loop.

    Parameters
    ----------
    name : str
        Of the function that starts it.
    number : int
        Its third argument, LLVM's number of the schedule; GNU's functions have the
        schedule in their names.
    """
    if name.startswith("GOMP_"):
        found = _GOMP_KIND.search(name)
        return Schedule(found[0] if found else "static", False, "_ordered_" in name)
    number &= ~_MODIFIERS
    if number in _UNMERGED:
        number -= _UNMERGED_OFFSET
    kind = _KINDS.get(number, "static")
    has_chunk = _STATIC.get(number, kind in ("dynamic", "guided"))
    return Schedule(kind, has_chunk, number in _ORDERED)
