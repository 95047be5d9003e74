"""Judge and apply a schedule: what ``tunembed tune`` does for every candidate.

The dependence analysis is done once for a function, the rest once for a schedule.
``pytest tests/benchmarks --benchmark-enable`` measures.
"""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from pathlib import Path

import pytest

from tunembed.parsers import parse_c
from tunembed.schedules import (
    Schedule,
    check,
    nests_of,
    normalize,
    prepare,
    rewrite,
    roles_of,
)

KERNEL = Path(__file__).parents[2] / "examples" / "kernels" / "gemm.c"
SIZES = {"ni": 500, "nj": 550, "nk": 600}


def analyse(function):
    plan = prepare(function)
    assert plan.dependences.all
    assert plan.dependences.union is not None
    return plan


@pytest.fixture(scope="module")
def function():
    return parse_c(KERNEL).function("gemm")


@pytest.fixture(scope="module")
def plan(function):
    return normalize(analyse(function))[0]


@pytest.fixture(scope="module")
def schedule(plan):
    """Name the loops of the product, whatever the file calls them."""
    nest = max(nests_of(plan), key=lambda loop: str(loop).count("Loop("))
    roles = roles_of(plan, nest, SIZES)
    reduced = next(name for name, role in roles.loops.items() if role[4])
    i, j = (name for name in roles.loops if name != reduced)
    return Schedule.parse(f"register_tile({i}=4, {j}=16, {reduced}); parallel({i}_t)")


def test_dependences(benchmark, function):
    assert benchmark(analyse, function).scop.reasons == ()


def test_legality(benchmark, plan, schedule):
    assert benchmark(check, plan, schedule)


def test_rewrite(benchmark, plan, schedule):
    assert "_acc[4][16]" in benchmark(rewrite, plan, schedule)


def test_normalize(benchmark, function):
    plan = analyse(function)
    assert len(benchmark(normalize, plan)) == 2
