"""Random affine nests under random schedules: what is accepted computes the same."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from legality_oracle.compare import Pair, compare
from legality_oracle.order import Malformed
from legality_oracle.strategies import nests, schedules
from legality_oracle.trace import Trace
from legality_oracle.verdict import find_violation
from tunembed.parsers import parse_c
from tunembed.schedules import Schedule, check, rewrite

SIZES = [{"n": n, "m": m} for n, m in ((1, 1), (2, 3), (7, 5), (6, 8))]
TRACED = [{"n": 5, "m": 3}, {"n": 3, "m": 6}]
PROFILE = settings(
    max_examples=40,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.generate],  # a failure prints small nests as it is; shrinking is slow
    suppress_health_check=list(HealthCheck),
)


def accepts(function, text: str) -> bool:
    """Say whether the library accepts a schedule."""
    try:
        return check(function, Schedule.parse(text)).legal
    except ValueError:
        return False


def violation(traces: list[Trace], text: str) -> str:
    """Return what the oracle finds wrong with a schedule, '' if it cannot follow."""
    try:
        return "".join(find_violation(trace, text) for trace in traces)
    except Malformed:
        return ""


@PROFILE
@given(st.data())
def test_accepted_schedules_of_random_nests_compute_the_same(data):
    source = data.draw(nests(), label="nest")
    texts = data.draw(st.lists(schedules(source), min_size=8, max_size=8, unique=True))
    function = parse_c(source).functions["f"]
    accepted = [text for text in texts if accepts(function, text)]
    traces = [Trace(source, sizes) for sizes in TRACED]
    assert {text: violation(traces, text) for text in accepted} == dict.fromkeys(
        accepted, ""
    )
    pairs = [
        Pair(text, source, rewrite(function, Schedule.parse(text)), SIZES)
        for text in accepted
    ]
    note(source)
    with tempfile.TemporaryDirectory() as folder:
        outcome = compare(pairs, Path(folder))
    assert outcome.broken == {}
    assert outcome.different == {}
    assert outcome.warnings == {}
