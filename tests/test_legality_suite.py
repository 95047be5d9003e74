"""Hand-written (nest, schedule) pairs with known verdicts: none illegal accepted."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import random
import sys
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from legality_oracle.compare import Outcome, Pair, can_run, compare, parameters
from legality_oracle.order import Malformed
from legality_oracle.outline import is_integer, kind, parse
from legality_oracle.trace import Trace
from legality_oracle.verdict import find_violation
from tunembed.parsers import parse_c
from tunembed.schedules import Plan, Schedule, prepare, transform

DATA = Path(__file__).parent / "data" / "legality"
TOPICS = sorted(path.stem for path in DATA.glob("*.toml"))
MAX_REFUSED_SHARE = 0.08
# Topics that the oracle cannot judge, but whose results can be compared.
RUN_ANYWAY = ("scalars", "eliminations", "private_arrays")


@dataclass(frozen=True)
class Case:
    """One (nest, schedule) pair; ``legal`` is the known verdict."""

    nest: str
    topic: str
    c: str
    assume: str
    oracle: bool
    schedule: str
    legal: bool
    why: str
    strict_fp: bool
    malformed: bool

    def __str__(self) -> str:
        strict = " (strict)" if self.strict_fp else ""
        return f"{self.topic}/{self.nest}: {self.schedule}{strict}"


@cache
def load_cases() -> list[Case]:
    """Read every case of every topic."""
    cases = []
    for topic in TOPICS:
        for nest in tomllib.loads((DATA / f"{topic}.toml").read_text())["nest"]:
            for case in nest["cases"]:
                judged = nest.get("oracle", True) and case.get("oracle", True)
                cases.append(
                    Case(
                        nest=nest["name"],
                        topic=topic,
                        c=nest["c"],
                        assume=nest.get("assume", ""),
                        oracle=judged,
                        schedule=case["schedule"],
                        legal=case["legal"],
                        why=case["why"],
                        strict_fp=case.get("strict_fp", False),
                        malformed=case.get("malformed", False),
                    )
                )
    return cases


@cache
def draw_sizes(c: str, assume: str, values: tuple[int, ...]) -> list[dict[str, int]]:
    """Return values of the integer parameters: all equal, then mixed, all allowed."""
    names = [
        node.name
        for node in parse(c)[0].decl.type.args.params
        if not kind(node)[0] and is_integer(kind(node)[1])
    ]
    rng = random.Random(c)
    sizes = [dict.fromkeys(names, value) for value in values]
    sizes += [{name: rng.randint(0, 8) for name in names} for _ in range(3)]
    if assume in ("", "noalias"):
        return sizes
    return [size for size in sizes if eval(assume, {}, size)]


@cache
def plan(c: str, strict_fp: bool) -> Plan:
    """Analyse the dependences of a nest once for all its schedules."""
    return prepare(parse_c(c).functions["f"], strict_fp=strict_fp)


@cache
def decide(case: Case) -> tuple[str, str]:
    """Return why the library refuses a case, or '' and the new file."""
    try:
        schedule = Schedule.parse(case.schedule)
        done = transform(plan(case.c, case.strict_fp), schedule)
    except ValueError as error:
        return str(error), ""
    except Exception as error:  # a crash is a finding: report all of them at once
        return f"crash: {type(error).__name__}: {error}", ""
    if done.verdict.legal:
        return "", done.source
    return done.verdict.reason or "no reason given", ""


def reason(case: Case) -> str:
    """Return why the library refuses a case, '' if it accepts it."""
    return decide(case)[0]


@cache
def trace(c: str, assume: str) -> list[Trace]:
    """Run a nest at small sizes."""
    return [Trace(c, size) for size in draw_sizes(c, assume, (6, 3))]


def judge(case: Case) -> str:
    """Return what the oracle finds wrong with a case, '' if nothing."""
    try:
        found = (
            find_violation(run, case.schedule, strict_fp=case.strict_fp)
            for run in trace(case.c, case.assume)
        )
        return next((violation for violation in found if violation), "")
    except Malformed as error:
        return f"malformed: {error}"


def run_sizes(case: Case) -> list[dict[str, int]]:
    """Return sizes to run at; an array of declared size has at least one element."""
    sizes = draw_sizes(case.c, case.assume, (1, 2, 7, 16))
    declared = any(p["dims"] and None not in p["dims"] for p in parameters(case.c))
    least = 1 if declared else 0
    return [{k: max(v, least) for k, v in size.items()} for size in sizes]


def listing(found: dict[str, str]) -> str:
    """Return one line for every case."""
    return "".join(f"\n  {name}: {why}" for name, why in found.items())


def accepted() -> list[Case]:
    """Return the legal cases that the library accepts."""
    return [case for case in load_cases() if case.legal and not reason(case)]


def test_suite_is_large_and_mostly_illegal():
    cases = load_cases()
    keys = {(case.nest, case.schedule, case.strict_fp) for case in cases}
    assert len(keys) == len(cases) >= 150
    assert sum(not case.legal for case in cases) >= len(cases) / 2
    assert sum(not case.legal and not case.malformed for case in cases) >= 100


@pytest.mark.parametrize("topic", TOPICS)
def test_known_verdicts_agree_with_brute_force(topic):
    wrong = {}
    for case in load_cases():
        if case.topic != topic or not case.oracle:
            continue
        violation = judge(case)
        same = case.malformed == violation.startswith("malformed")
        if not same or case.legal == bool(violation):
            wrong[str(case)] = violation
    assert not wrong, listing(wrong)


@pytest.mark.parametrize("topic", TOPICS)
def test_no_illegal_schedule_is_accepted(topic):
    cases = [case for case in load_cases() if case.topic == topic and not case.legal]
    accepted = {str(case): case.why for case in cases if not reason(case)}
    assert not accepted, listing(accepted)


def test_few_legal_schedules_are_refused(capsys):
    legal = [case for case in load_cases() if case.legal]
    refused = {str(case): why for case in legal if (why := reason(case))}
    with capsys.disabled():
        sys.stdout.write(f"\nlegal refused: {len(refused)} of {len(legal)}\n")
    sys.stdout.write(listing(refused))
    assert len(refused) <= MAX_REFUSED_SHARE * len(legal)


def test_no_case_crashes_the_check():
    reasons = {str(case): reason(case) for case in load_cases()}
    crashes = {k: v for k, v in reasons.items() if v.startswith("crash")}
    assert not crashes, listing(crashes)


def test_every_refusal_has_a_reason():
    refused = [case for case in load_cases() if reason(case) == "no reason given"]
    assert [str(case) for case in refused] == []


@pytest.fixture(scope="module")
def outcome(tmp_path_factory) -> Outcome:
    pairs = []
    for case in accepted():
        if not case.oracle and case.topic not in RUN_ANYWAY or not can_run(case.c):
            continue
        new = decide(case)[1]
        sizes = run_sizes(case)
        pairs.append(Pair(str(case), case.c, new, sizes))
        if "restrict" not in case.c:
            name = f"{case} (overlapping arguments)"
            pairs.append(Pair(name, case.c, new, sizes, overlap=True))
    return compare(pairs, tmp_path_factory.mktemp("pairs"))


def test_accepted_schedules_compute_the_same(outcome):
    assert not outcome.different, listing(outcome.different)


def test_rewritten_functions_compile_without_warnings(outcome):
    assert not outcome.broken, listing(outcome.broken)
    assert not outcome.warnings, listing(outcome.warnings)
