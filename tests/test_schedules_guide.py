"""The guide to schedules shows what the library really prints."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import re
from pathlib import Path

import pytest

from tunembed.parsers import parse_c
from tunembed.schedules import Schedule, check, rewrite
from tunembed.schedules.steps import STEPS

ROOT = Path(__file__).parents[1]
GUIDE = (ROOT / "docs" / "schedules.md").read_text()
BY_HAND = (ROOT / "docs" / "scheduling.md").read_text()
BLOCK = r"```c\n((?:(?!```).)*?)```\n"
EXAMPLES = re.findall(
    rf"{BLOCK}\n```text\n([^\n]*)\n```\n\n{BLOCK}", GUIDE, flags=re.DOTALL
)


def function(c):
    return parse_c(c).functions["f"]


@pytest.mark.parametrize(("before", "text", "after"), EXAMPLES)
def test_what_is_shown_is_what_is_printed(before, text, after):
    assert rewrite(function(before), Schedule.parse(text)) == after


def test_every_step_is_shown():
    shown = {
        step.kind for _, text, _ in EXAMPLES for step in Schedule.parse(text).steps
    }
    assert shown == set(STEPS)
    for kind in STEPS:
        assert f"| [`{kind}`](#{kind.replace('_', '-')}) |" in GUIDE
        assert f"### {kind.replace('_', ' ')}\n" in GUIDE


def test_the_refusals_shown_are_those_given():
    broken = GUIDE.split("`interchange(j, i)` of\n")[1]
    c = re.findall(BLOCK, broken, flags=re.DOTALL)[0]
    reason = re.findall(r"```text\n(.*?)\n```", broken, flags=re.DOTALL)[0]
    verdict = check(function(c), Schedule.parse("interchange(j, i)"))
    assert verdict.reason.replace("<string>", "kernel.c") == reason


def test_the_refusal_under_strict_arithmetic_is_the_one_given():
    c = next(before for before, text, _ in EXAMPLES if text == "simd(j)")
    verdict = check(function(c), Schedule.parse("simd(j)"), strict_fp=True)
    assert verdict.reason.replace("<string>", "kernel.c") in GUIDE


@pytest.mark.parametrize("part", BY_HAND.split("\n## ")[1:])
def test_schedules_by_hand_are_legal_and_print_what_is_shown(part):
    kernel = ROOT / "examples" / "kernels" / re.findall(r"`(\w+\.c)`", part)[0]
    (own,) = parse_c(kernel).functions.values()
    steps = re.findall(r"^\| `([^`]*)` \|", part, flags=re.MULTILINE)
    assert check(own, Schedule.parse("; ".join(steps)))

    shown = re.findall(BLOCK, part, flags=re.DOTALL)
    texts = re.findall(r"--schedule '([^']*)'\n```", part)
    for c, text in zip(shown[1:], texts, strict=True):
        printed = rewrite(own, Schedule.parse(" ".join(text.split())))
        assert all(line.strip() in printed for line in c.splitlines())
    for c in shown[:1]:
        assert all(line.strip() in own.unit.text for line in c.splitlines())
