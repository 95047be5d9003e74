"""Tuning records of attempts."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tunembed.features import LoopNestVectorizer
from tunembed.kernels import machine_fingerprint
from tunembed.parsers import Function
from tunembed.schedules import Schedule, canonical
from tunembed.tuning._attempt import Attempt
from tunembed.tuning._records import TuningRecord
from tunembed.tuning._view import Nest, View


def family_of(text: str) -> str:
    """Return the family that a kernel declares, or an empty text."""
    found = re.search(r"tunembed:\s*family\s+(\S+)", text)
    return found.group(1) if found else ""


def kernel_hash(text: str) -> str:
    """Return the SHA-256 of a source without comments and white space."""
    plain = re.sub(r"/\*.*?\*/|//[^\n]*", "", text, flags=re.DOTALL)
    return hashlib.sha256("".join(plain.split()).encode()).hexdigest()


def record_of(
    function: Function,
    view: View,
    nest: Nest,
    schedule: Schedule,
    attempt: Attempt,
    *,
    sizes: Mapping[str, int],
    source: str,
    threads: int,
) -> TuningRecord:
    """Return the record of one attempt, as a recipe for one nest.

    Parameters
    ----------
    function : Function
    view : View
    nest : Nest
    schedule : Schedule
        The part of the attempt's schedule that is about `nest`.
    attempt : Attempt
    sizes : mapping of str to int
    source : {"campaign", "tune", "search"}
    threads : int
    """
    text = function.unit.text
    recipe = canonical(schedule, nest.roles)
    low, high = attempt.interval
    measured = attempt.measurement
    times: dict[str, Any] = {}
    if measured is not None:
        times = {
            "baseline_seconds": measured.baseline_seconds,
            "seconds": measured.seconds,
            "speedup": measured.ratio,
            "low": low,
            "high": high,
        }
    flags = list(attempt.candidate.flags) if attempt.candidate else []
    return TuningRecord(
        kernel=Path(function.unit.path).stem,
        family=family_of(text),
        function=function.name,
        nest=nest.index,
        kernel_hash=kernel_hash(text),
        nest_hash=nest.structure,
        sizes=dict(sizes),
        features=nest.features,
        feature_names=tuple(LoopNestVectorizer().get_feature_names_out()),
        roles=nest.roles.renamed().to_dict(),
        schedule=str(recipe),
        schedule_json=json.loads(recipe.to_json()),
        configuration={
            "view": view.name,
            "compiler": attempt.compiler,
            "flags": flags,
            "threads": threads,
        },
        verified=attempt.verified,
        status=attempt.status,
        machine=machine_fingerprint(),
        source=source,
        **times,
    )
