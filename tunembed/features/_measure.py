"""One row of features."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import math
from collections.abc import Iterable

from tunembed.features._computation import measure_computation
from tunembed.features._memory import measure_memory
from tunembed.features._movement import measure_movement
from tunembed.features._patterns import measure_patterns
from tunembed.features._reductions import measure_reductions
from tunembed.features._shape import measure_shape
from tunembed.features._table import FEATURES
from tunembed.features._view import NestView


def measure(view: NestView) -> dict[str, float]:
    """Return all features of a nest by name, before the logarithms."""
    values = measure_shape(view) | measure_movement(view) | measure_patterns(view)
    values |= measure_reductions(view) | measure_computation(view)
    return values | measure_memory(view, values["ops_flops"])


def from_row(names: Iterable[str], row: Iterable[float]) -> dict[str, float]:
    """Return a row's features by name, without the logarithms."""
    log = {feature.name: feature.log for feature in FEATURES}
    return {
        name: math.copysign(2.0 ** abs(value) - 1.0, value) if log.get(name) else value
        for name, value in zip(names, map(float, row), strict=True)
    }
