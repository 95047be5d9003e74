"""Random affine nests under random schedules: what is accepted computes the same.

``TUNEMBED_EXAMPLES=5000`` in the environment tries so many pairs instead of a few
hundred.
"""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import itertools
import os
import re
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from legality_oracle.compare import Pair, compare
from legality_oracle.order import Malformed
from legality_oracle.outline import Stmt
from legality_oracle.strategies import nests, schedules
from legality_oracle.trace import Trace
from legality_oracle.verdict import find_violation
from tunembed.parsers import parse_c
from tunembed.schedules import Plan, Schedule, prepare, transform

SIZES = [{"n": n, "m": m} for n, m in ((1, 1), (2, 3), (7, 5), (6, 8))]
TRACED = [{"n": 5, "m": 3}, {"n": 3, "m": 6}]
OTHERS = [{"n": n, "m": m} for n in range(-3, 13) for m in range(-3, 13)]
PER_NEST = 8
PAIRS = int(os.environ.get("TUNEMBED_EXAMPLES", "320"))
NAMED = re.compile(r"dependence through '(\w+)' from .*?:(\d+):.*? to .*?:(\d+):")
PROFILE = settings(
    max_examples=max(1, PAIRS // PER_NEST),
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.generate],  # a failure prints small nests as it is; shrinking is slow
    suppress_health_check=list(HealthCheck),
)


def judge(plan: Plan, texts: list[str]) -> tuple[dict[str, str], list[str]]:
    """Return the new file of each accepted schedule, and why others are refused."""
    files, reasons = {}, []
    for text in texts:
        try:
            done = transform(plan, Schedule.parse(text))
        except ValueError:
            continue
        if done.verdict.legal:
            files[text] = done.source
        else:
            reasons.append(done.verdict.reason)
    return files, reasons


def lines(nodes: list[Any]) -> dict[str, str]:
    """Return the line of every statement of an outline, one is put before the file."""
    found = {}
    for node in nodes:
        if isinstance(node, Stmt):
            found[node.name] = str(node.node.coord.line - 1)
        else:
            found |= lines([*node.children, *getattr(node, "orelse", [])])
    return found


def conflicts(trace: Trace) -> set[tuple[str, str, str]]:
    """Return the array and the lines of every dependence of a run."""
    line = lines(trace.outline.body)
    return {
        (address[0], line[early.stmt], line[late.stmt])
        for address, early, late in trace.conflicts
    }


def invented(source: str, traces: list[Trace], reasons: list[str]) -> list[str]:
    """Return the reasons that name a dependence which no run has.

    Runs at other sizes, degenerate ones too, are only asked for what the first do not
    show.
    """
    matches = [match for match in map(NAMED.search, reasons) if match]
    named = {match.groups(): match.string for match in matches}
    others = (Trace(source, sizes) for sizes in OTHERS)
    for trace in itertools.chain(traces, others):
        if not named:
            break
        for conflict in conflicts(trace):
            named.pop(conflict, None)
    return list(named.values())


def violation(traces: list[Trace], text: str, strict: bool) -> str:
    """Return what the oracle finds wrong with a schedule, '' if it cannot follow."""
    try:
        return "".join(find_violation(t, text, strict_fp=strict) for t in traces)
    except Malformed:
        return ""


@pytest.mark.timeout(max(300, PAIRS))
@PROFILE
@given(st.data())
def test_accepted_schedules_of_random_nests_compute_the_same(data):
    source = data.draw(nests(), label="nest")
    strict = data.draw(st.booleans(), label="strict_fp")
    drawn = st.lists(
        schedules(source), min_size=PER_NEST, max_size=PER_NEST, unique=True
    )
    texts = data.draw(drawn)
    plan = prepare(parse_c(source).functions["f"], strict_fp=strict)
    files, reasons = judge(plan, texts)
    traces = [Trace(source, sizes) for sizes in TRACED]
    note(source)
    found = {text: violation(traces, text, strict) for text in files}
    assert found == dict.fromkeys(files, "")
    assert invented(source, traces, reasons) == []
    pairs = [
        Pair(text, source, new, SIZES, exact=strict) for text, new in files.items()
    ]
    with tempfile.TemporaryDirectory() as folder:
        outcome = compare(pairs, Path(folder))
    assert outcome.broken == {}
    assert outcome.different == {}
    assert outcome.warnings == {}
