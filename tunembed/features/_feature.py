"""Named features and the tables that list them."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import math
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_MOST = 2.0**200


class Feature(NamedTuple):
    """One column of a matrix of named features.

    Attributes
    ----------
    name : str
        The group it belongs to comes first: ``"stride_read_unit"``.
    formula : str
        How it is computed, before the logarithm.
    unit : str
        Of the value before the logarithm; ``"flag"`` for 0 or 1.
    source : str
        The attributes of the parsed program that it is computed from.
    log : bool
        Whether the column holds ``sign(x) * log2(1 + abs(x))`` instead of ``x``.
    """

    name: str
    formula: str
    unit: str
    source: str
    log: bool = True


def group(prefix: str, source: str, text: str) -> list[Feature]:
    """Read ``name | unit | formula`` lines; ``~`` before a unit: no logarithm.

    Parameters
    ----------
    prefix : str
        What all names start with, before an underscore.
    source : str
        As of `Feature`, for all of them.
    text : str
        One feature per line.
    """
    found = []
    for line in textwrap.dedent(text).strip().splitlines():
        name, unit, formula = (part.strip() for part in line.split("|", 2))
        log = unit != "flag" and not unit.startswith("~")
        full = f"{prefix}_{name}"
        found.append(Feature(full, formula, unit.removeprefix("~"), source, log))
    return found


def to_row(
    features: Sequence[Feature], values: Mapping[str, float]
) -> NDArray[np.float64]:
    """Return values in the order of a table, with the logarithms.

    Parameters
    ----------
    features : sequence of Feature
    values : mapping of str to float
        By name, before the logarithms; NaN where not known.
    """
    row = np.empty(len(features))
    for number, feature in enumerate(features):
        value = min(float(values[feature.name]), _MOST)
        row[number] = signed_log2(value) if feature.log else value
    return row


def signed_log2(value: float) -> float:
    """Return ``sign(x) * log2(1 + abs(x))``."""
    return math.copysign(math.log2(1.0 + abs(value)), value)


def as_text(features: Iterable[Feature], indent: int) -> str:
    """Return a table as a definition list for a docstring.

    Parameters
    ----------
    features : iterable of Feature
    indent : int
        Of the docstring.
    """
    lines = []
    for item in features:
        scale = "log2" if item.log else "as is"
        lines.append(f"``{item.name}``")
        text = f"{_capitalize(item.formula)}. {item.unit}, {scale}; {item.source}."
        lines += textwrap.wrap(
            text, 80 - indent, initial_indent=" " * 4, subsequent_indent=" " * 4
        )
    return "\n".join(" " * indent + line for line in lines).strip()


def _capitalize(text: str) -> str:
    return text[0].upper() + text[1:]
