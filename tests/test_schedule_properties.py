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
from tunembed.schedules import Plan, Schedule, prepare, transform

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


def accepted_files(plan: Plan, texts: list[str]) -> dict[str, str]:
    """Return the new file for each schedule that the library accepts."""
    files = {}
    for text in texts:
        try:
            done = transform(plan, Schedule.parse(text))
        except ValueError:
            continue
        if done.verdict.legal:
            files[text] = done.source
    return files


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
    files = accepted_files(prepare(parse_c(source).functions["f"]), texts)
    traces = [Trace(source, sizes) for sizes in TRACED]
    note(source)
    assert {text: violation(traces, text) for text in files} == dict.fromkeys(files, "")
    pairs = [Pair(text, source, new, SIZES) for text, new in files.items()]
    with tempfile.TemporaryDirectory() as folder:
        outcome = compare(pairs, Path(folder))
    assert outcome.broken == {}
    assert outcome.different == {}
    assert outcome.warnings == {}
