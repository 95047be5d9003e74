"""Parse one kernel and describe its nest, the first steps of ``tunembed tune``.

Targets: below 3 ms for a row of features; parsing is mostly the C preprocessor.
``pytest tests/benchmarks --benchmark-enable`` measures.
"""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from pathlib import Path

import numpy as np
import pytest

from tunembed.features import LoopNestVectorizer
from tunembed.parsers import find_loop_nests, parse_c

KERNEL = Path(__file__).parents[2] / "examples" / "kernels" / "gemm.c"


def parse_and_analyse():
    (nest,) = find_loop_nests(parse_c(KERNEL).function("gemm"))
    return nest


@pytest.fixture(scope="module")
def nest():
    return parse_and_analyse()


def test_parse(benchmark):
    assert benchmark(parse_and_analyse).depth == 3


def test_vectorize(benchmark, nest):
    vectorizer = LoopNestVectorizer({"ni": 500, "nj": 550, "nk": 600})
    row = benchmark(vectorizer.transform, [nest])
    assert np.isfinite(row).all()
