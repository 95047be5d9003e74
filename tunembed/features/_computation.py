"""Features of what is computed: operations, calls, element types, directives."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from collections import Counter, defaultdict

from tunembed.features._tree import StatementInfo
from tunembed.features._view import NestView

CLASSES = (
    "add",
    "multiply",
    "divide",
    "compare",
    "sqrt",
    "transcendental",
    "integer",
)
_OPERATORS = {
    **dict.fromkeys(("+", "-", "neg"), "add"),
    "*": "multiply",
    "/": "divide",
    **dict.fromkeys(("<", "<=", ">", ">=", "==", "!=", "?:", "&&", "||"), "compare"),
    **dict.fromkeys(("%", "&", "|", "^", "~", "<<", ">>", "!"), "integer"),
}
_COMPLEX_FLOPS = {"add": 2.0, "multiply": 6.0, "divide": 11.0}
_FLOATING = ("add", "multiply", "divide", "compare", "sqrt", "transcendental")
_SIMPLE = frozenset(
    "abs labs llabs fabs fmax fmin fdim max min MAX MIN imax imin copysign floor ceil "
    "round trunc rint nearbyint lround lrint llround llrint signbit isnan isinf "
    "isfinite isnormal conj creal cimag cabs".split()
)
_ROOTS = frozenset("sqrt cbrt rsqrt hypot csqrt".split())
_TRANSCENDENTAL = frozenset(
    "acos acosh asin asinh atan atan2 atanh cos cosh erf erfc exp exp2 exp10 expm1 "
    "lgamma log log10 log1p log2 pow sin sinh tan tanh tgamma fmod remainder j0 j1 jn "
    "y0 y1 yn cexp clog cpow csin ccos ctan csinh ccosh ctanh carg cacos casin "
    "catan".split()
)


def operations_of(item: StatementInfo, kind: str) -> Counter[str]:
    """Return how many operations of each class a statement executes once.

    Parameters
    ----------
    item : StatementInfo
    kind : str
        Of the elements that it computes, as in ``Array.kind``.
    """
    found: Counter[str] = Counter()
    for operator, count in item.statement.operations.items():
        found[_OPERATORS.get(operator, "other")] += count
    for name in item.statement.calls:
        for group in _call(name):
            found[group] += 1
    if kind == "integer":
        for group in ("add", "multiply", "divide"):
            found["integer"] += found.pop(group, 0)
    return found


def _call(name: str) -> tuple[str, ...]:
    base = name.removeprefix("__builtin_")
    for known in (base, base.removesuffix("f"), base.removesuffix("l")):
        if known == "fma":
            return ("add", "multiply")
        if known in _SIMPLE:
            return ("compare",)
        if known in _ROOTS:
            return ("sqrt",)
        if known in _TRANSCENDENTAL:
            return ("transcendental",)
    return ("other",)


def kind_of(view: NestView, item: StatementInfo) -> str:
    """Return the kind of elements that a statement computes."""
    accesses = item.statement.accesses
    written = [access for access in accesses if access.kind == "write"]
    kinds = [view.arrays[access.array].kind for access in written or accesses]
    for kind in ("complex", "double", "float"):
        if kind in kinds:
            return kind
    return "integer" if kinds else "double"


def measure_computation(view: NestView) -> dict[str, float]:
    """Return the features ``ops_*``, ``type_*`` and ``omp_*``."""
    totals: dict[str, float] = defaultdict(float)
    flops = 0.0
    for item in view.tree.statements:
        kind = kind_of(view, item)
        for group, count in operations_of(item, kind).items():
            totals[group] += view.weights[item] * count
            if group in _FLOATING and kind != "integer":
                each = _COMPLEX_FLOPS.get(group, 1.0) if kind == "complex" else 1.0
                flops += view.weights[item] * count * each
    values = {f"ops_{group}": totals[group] for group in CLASSES}
    values["ops_flops"] = flops
    values["ops_flops_total"] = flops * view.iterations
    return values | _types(view) | _directives(view)


def _types(view: NestView) -> dict[str, float]:
    kinds = {item.array.kind for item in view.references}
    names = ("double", "float", "integer", "complex")
    return {f"type_{name}": name in kinds for name in names}


def _directives(view: NestView) -> dict[str, float]:
    names = [
        word
        for info in view.tree.loops
        for directive in info.loop.directives
        if directive.is_openmp
        for word in directive.name.split()
    ]
    shared = {"parallel", "for", "taskloop", "distribute", "loop"}
    return {
        "omp_parallel": bool(shared & set(names)),
        "omp_simd": "simd" in names,
    }
