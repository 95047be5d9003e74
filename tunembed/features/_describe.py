"""Features in words."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import math
from collections.abc import Iterable, Mapping

from tunembed.features._computation import CLASSES
from tunembed.features._measure import from_row, measure
from tunembed.features._movement import STRIDE_CLASSES
from tunembed.features._shape import N_OUTER
from tunembed.features._table import NAMES
from tunembed.features._view import NestView
from tunembed.parsers import LoopNest

Values = Mapping[str, float]

_REDUCTIONS = {"sum": "sum", "minmax": "minimum or maximum", "other": "reduction"}


def describe(
    nest: LoopNest,
    sizes: Mapping[str, int] | None = None,
    *,
    default_size: int = 1000,
    default_extent: float = 16,
) -> dict[str, str]:
    """Describe a loop nest in short phrases.

    Parameters
    ----------
    nest : LoopNest
        The nest.
    sizes : mapping of str to int, default=None
        Values of integer parameters.
    default_size : int, default=1000
        The value of all others.
    default_extent : float, default=16
        Mean trip count of loops whose bounds are read from arrays.

    Returns
    -------
    dict of str to str
        By ``"shape"``, ``"strides"``, ``"reuse"``, ``"operations"``, ``"intensity"``
        and ``"pattern"``.

    Examples
    --------
    >>> from tunembed.parsers import find_loop_nests, parse_c
    >>> unit = parse_c('''
    ... void scale(int n, double x[n]) {
    ...     for (int i = 0; i < n; i++)
    ...         x[i] = 2.0 * x[i];
    ... }''')
    >>> (nest,) = find_loop_nests(unit.function("scale"))
    >>> for name, phrase in describe(nest, {"n": 50_000}).items():
    ...     print(f"{name}: {phrase}")
    shape: 1 loop, i = 50 000 iterations
    strides: reads 1 unit; writes 1 unit
    reuse: 400 kB, each element accessed 2x; 8 B per iteration of the outermost loop
    operations: 1 multiply per iteration; 50 kflop
    intensity: 0.12 flop/byte touched, 0.062 flop/byte moved without reuse
    pattern: outermost loop looks parallel
    """
    view = NestView(nest, sizes or {}, default_size, default_extent)
    names = [view.tree[index].loop.iterator or "?" for index in view.main]
    trips = [_count(view.extents[index].trips) for index in view.main]
    extent = f"{' × '.join(names)} = {' × '.join(trips)}"
    return _phrases(measure(view), extent)


def explain_row(names: Iterable[str], row: Iterable[float]) -> list[str]:
    """Say in words what a row of features says.

    Parameters
    ----------
    names : iterable of str
        Those of the features, as of `LoopNestVectorizer`.
    row : iterable of float
        The features.

    Returns
    -------
    list of str
        One line per aspect, ``"strides: reads 1 unit, 1 large"``.
    """
    values = from_row(names, row)
    missing = [name for name in NAMES if name not in values]
    if missing:
        raise ValueError(f"the row has no feature {missing[0]!r}")
    if any(math.isnan(values[name]) for name in NAMES):
        return ["nothing is known: the sample could not be parsed"]
    outer = (values[f"shape_trip_outer{number}"] for number in range(N_OUTER))
    extent = " × ".join(_count(trip) for trip in outer if trip)
    if values["shape_depth"] > N_OUTER:
        extent += " × …"
    phrases = _phrases(values, extent)
    return [f"{name}: {phrase}" for name, phrase in phrases.items()]


def _phrases(values: Values, extent: str) -> dict[str, str]:
    return {
        "shape": _shape(values, extent),
        "strides": _strides(values),
        "reuse": _reuse(values),
        "operations": _operations(values),
        "intensity": f"{_short(values['intensity_footprint'])} flop/byte touched, "
        f"{_short(values['intensity_streaming'])} flop/byte moved without reuse",
        "pattern": _pattern(values),
    }


def _shape(values: Values, extent: str) -> str:
    text = f"{_plural(values['shape_loops'], 'loop')}, {extent} iterations"
    if values["shape_trip_outer1"]:
        text += f" = {_si(values['shape_iterations']).strip()}"
    if values["shape_dependent_bounds"]:
        text += "; not rectangular"
    if values["shape_data_bounds"]:
        text += "; bounds read from arrays"
    if values["shape_outside_statements"]:
        beside = _plural(values["shape_outside_statements"], "statement")
        text += f"; {beside} beside the main body"
    return text


def _strides(values: Values) -> str:
    parts = []
    for kind in ("read", "write"):
        counts = {name: values[f"stride_{kind}_{name}"] for name in STRIDE_CLASSES}
        found = [f"{_short(n)} {name}" for name, n in counts.items() if n]
        if found:
            parts.append(f"{kind}s {', '.join(found)}")
    if values["best_gain"] > 0:
        parts.append(
            f"another loop innermost would improve {_short(values['best_gain'])}"
        )
    return "; ".join(parts) or "no array is accessed"


def _reuse(values: Values) -> str:
    times = _short(values["memory_reuse"])
    text = f"{_bytes(values['memory_total'])}, each element accessed {times}x"
    if values["memory_outer_iteration"] < values["memory_total"]:
        each = _bytes(values["memory_outer_iteration"])
        text += f"; {each} per iteration of the outermost loop"
    return text


def _operations(values: Values) -> str:
    counts = {name: values[f"ops_{name}"] for name in CLASSES}
    found = [f"{_short(n)} {name}" for name, n in counts.items() if n >= 0.005]
    text = f"{', '.join(found)} per iteration" if found else "none"
    if values["ops_flops_total"]:
        text += f"; {_si(values['ops_flops_total'])}flop"
    return text


def _pattern(values: Values) -> str:
    found = []
    for name, phrase in _REDUCTIONS.items():
        if values[f"reduction_{name}"] and values["reduction_loops"]:
            where = ", the innermost" if values["reduction_inner"] else ""
            loops = _plural(values["reduction_loops"], "loop")
            found.append(f"{phrase} over {loops}{where}")
    if values["reduction_scan"]:
        found.append("scan")
    if values["stencil_points"] > 1:
        found.append(f"stencil of {_count(values['stencil_points'])} points")
    if values["self_before"] or values["self_after"] or values["self_other"]:
        found.append("reads what it writes elsewhere")
    if values["access_indirect_reads"] or values["access_indirect_writes"]:
        found.append("indirect accesses")
    if values["reuse_transposed"]:
        found.append("accesses across rows")
    if values["control_opaque"]:
        found.append("parts that are not understood")
    dependent = values["self_outer_carries"] or values["self_other"]
    if values["parallel_outer"] and not dependent:
        found.append("outermost loop looks parallel")
    return "; ".join(found) or "plain"


def _plural(count: float, noun: str) -> str:
    return f"{_count(count)} {noun}{'' if round(count) == 1 else 's'}"


def _count(value: float) -> str:
    return f"{round(value):,}".replace(",", " ")


def _short(value: float) -> str:
    return _count(value) if value >= 100 else f"{value:.2g}"


def _si(value: float) -> str:
    for unit in ("", "k", "M", "G", "T", "P"):
        if value < 999.5 or unit == "P":
            break
        value /= 1000.0
    return f"{value:.3g} {unit}"


def _bytes(value: float) -> str:
    return f"{_si(value)}B"
