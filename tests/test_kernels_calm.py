"""Timing on a busy machine: only samples that nothing disturbed count."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import math
import random

import pytest

from tunembed.kernels import ArgumentSpec, Kernel, Outcome
from tunembed.kernels._calm import until_calm
from tunembed.kernels._worker import Sample, WorkerFailure, omp_environment

OPTIONS = {"wanted": 5, "budget": 10.0, "slower": 4.0, "rest": 0.0}


def busy(seconds, calm=0.3, seed=0):
    """Return a sampler: versions take their times, and mostly have to wait."""
    draw = random.Random(seed)
    taken = []

    def sample(k):
        taken.append(k)
        if draw.random() < calm:
            return Sample(seconds[k] * draw.uniform(0.99, 1.01), 0.0)
        return Sample(seconds[k] + draw.uniform(0.001, 0.02), 0.0, waited=0.9)

    return sample, taken


def test_times_are_those_of_calm_samples():
    sample, taken = busy([1e-3, 2e-3, 1.5e-3])
    times = until_calm(sample, 3, **OPTIONS)
    for found, truth in zip(times, [1e-3, 2e-3, 1.5e-3], strict=True):
        assert found.seconds == pytest.approx(truth, rel=0.011) and found.calm == 5
        assert found.interval[0] <= found.seconds <= found.interval[1]
    assert [taken.count(k) for k in range(3)] == [one.samples for one in times]


def test_who_is_far_behind_is_given_up():
    sample, taken = busy([1e-3, 5e-3, 1.0], calm=1.0)
    times = until_calm(sample, 3, **OPTIONS)
    assert [one.samples for one in times] == [5, 3, 2]
    # What has to wait seems slow; it is given time.
    sample, _ = busy([1e-3, 1e-3], calm=0.0)
    disturbed = until_calm(sample, 2, **{**OPTIONS, "budget": 1e-9})
    assert [one.samples for one in disturbed] == [3, 3]
    assert all(one.calm == 0 and one.seconds > 1e-3 for one in disturbed)


def test_one_that_fails_does_not_stop_the_others():
    plain, _ = busy([1e-3, 1e-3, 1e-3], calm=1.0)

    def sample(k):
        if k == 1:
            raise WorkerFailure(Outcome("timeout", "too long"))
        return plain(k)

    times = until_calm(sample, 3, **OPTIONS)
    assert times[1].outcome.status == "timeout" and math.isnan(times[1].seconds)
    assert times[0].calm == times[2].calm == 5


def test_a_kernel_is_timed_by_calm_samples():
    source = "void f(int n, double x[n]) { for (int i = 0; i < n; i++) x[i] *= 2; }"
    arguments = [ArgumentSpec("n", "int"), ArgumentSpec("x", "double", ("n",))]
    with Kernel(source, "f", arguments, {"n": 999}, threads=1, bind=True) as kernel:
        own, other = kernel.measure_calm([source], wanted=1, budget=0.5, rest=0.0)
    assert own.outcome.ok and other.outcome.ok
    assert 0 < own.seconds < 1 and own.samples >= 1


def test_threads_are_bound_only_if_asked():
    assert omp_environment(2, bind=True)["OMP_PROC_BIND"] == "close"
    assert "OMP_PROC_BIND" not in omp_environment(2)
