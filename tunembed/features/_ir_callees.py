"""What a called function does, by its name."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import re
from functools import lru_cache

from tunembed.parsers import IRFunction, plain_name

# In this order; the first that matches the name counts.
_KINDS = {
    "nothing": r"llvm\.(?:dbg|lifetime|assume|invariant|annotation|donothing|prefetch"
    r"|experimental\.noalias)\b.*",
    "fma": r"(?:llvm\.)?(?:experimental\.constrained\.)?(?:fmaf?|fmuladd|mad|mad24)",
    "select": r"llvm\.[su](?:min|max)|(?:llvm\.|l|ll)?abs"
    r"|llvm\.vector\.reduce\.(?:[su]?(?:min|max)|add|mul|and|or|xor)",
    "extreme": r"(?:llvm\.)?f?(?:min|max)(?:imum|num)?[fl]?|(?:llvm\.)?fabs[fl]?"
    r"|clamp|llvm\.vector\.reduce\.f(?:min|max)\w*",
    "root": r"(?:llvm\.|native_|half_)?r?sqrt[fl]?|(?:llvm\.)?hypot[fl]?|cbrt[fl]?",
    "transcendental": r"(?:llvm\.|native_|half_)?(?:exp|exp2|exp10|expm1|log|log2|log10"
    r"|log1p|sin|cos|tan|sincos|asin|acos|atan|atan2|sinh|cosh|tanh|pow|powi|powr|pown"
    r"|erf|erfc|tgamma|lgamma)(?:pi)?[fl]?|llvm\.nvvm\.(?:ex2|lg2|sin|cos)\..*",
    "rounding": r"(?:llvm\.)?(?:floor|ceil|round|rint|nearbyint|trunc|roundeven)[fl]?"
    r"|(?:llvm\.)?(?:copysign|fmod|remainder)[fl]?|convert_\w+",
    "dot": r"dot|cross|length|distance|normalize|llvm\.vector\.reduce\..*",
    "position": r"get_(?:global|local|group)_id|get_(?:global|local)_size"
    r"|get_num_groups|get_work_dim|get_global_offset|llvm\.nvvm\.read\.ptx\.sreg\..*"
    r"|llvm\.amdgcn\.(?:workitem|workgroup)\..*|omp_get_\w+|__kmpc_global_thread_num",
    "barrier": r"(?:work_group_)?barrier|(?:read_|write_)?mem_fence|llvm\.nvvm\.bar.*"
    r"|llvm\.amdgcn\.s\.barrier|__kmpc_(?:cancel_)?barrier|GOMP_barrier"
    r"|llvm\.nvvm\.membar.*",
    "atomic": r"atom(?:ic)?_\w+|__kmpc_atomic_\w+|llvm\.nvvm\.atomic\..*"
    r"|atomic[A-Z]\w*",
    "copy": r"(?:llvm\.)?mem(?:cpy|move|set)(?:\.inline|_pattern\d+)?"
    r"|async_work_group_copy|vload\w*|vstore\w*",
    "allocate": r"malloc|calloc|realloc|free|aligned_alloc|posix_memalign|_Zn[wa]m?"
    r"|llvm\.stack(?:save|restore)",
    "runtime": r"__kmpc_\w+|GOMP_\w+|__tgt_\w+|cuda\w+|__cuda\w+",
}
_PATTERN = re.compile(
    "|".join(f"(?P<{kind}>(?:{text})$)" for kind, text in _KINDS.items())
)


_POSITION = re.compile(
    r"get_(global|local|group)_id\w*\(i32 (?:\w+ )*(\d)\)"
    r"|sreg\.(tid|ctaid)\.([xyz])|work(item|group)\.id\.([xyz])"
)
_GROUP = {"ctaid": "group", "group": "group", "global": "global"}
_AXES = {"x": "0", "y": "1", "z": "2"}


def positions_in(function: IRFunction) -> list[tuple[str, str]]:
    """Return for which numbers of the thread a kernel asks.

    Parameters
    ----------
    function : IRFunction

    Returns
    -------
    list of (scope, dimension)
        The scope is ``"global"``, ``"local"`` or ``"group"``.
    """
    found = []
    for parts in _POSITION.findall(function.body):
        scope, axis = (part for part in parts if part)
        found.append((_GROUP.get(scope, "local"), _AXES.get(axis, axis)))
    return found


@lru_cache(maxsize=4096)
def kind_of_callee(name: str) -> str:
    """Return what a function does, ``"function"`` if its name does not say.

    Parameters
    ----------
    name : str
        Without the ``@``; empty for a call through a pointer.
    """
    found = _PATTERN.match(plain_name(name))
    return str(found.lastgroup) if found else "function"
