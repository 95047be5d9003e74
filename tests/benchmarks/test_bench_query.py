"""One kernel asks a large database: nearest records and ranking, embedding given.

Stands for the step between features and first trial in ``tunembed tune``. Target:
below 5 ms at 10^5 records. ``pytest tests/benchmarks --benchmark-enable`` measures.
"""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import numpy as np
import pandas as pd
import pytest

from tunembed.estimators import NearestNeighborRecommender

N_RECORDS, N_COMPONENTS, N_CONFIGURATIONS = 100_000, 64, 16


@pytest.fixture(scope="module")
def recommender():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(N_RECORDS, N_COMPONENTS))
    seconds = np.exp(rng.normal(size=(N_RECORDS, N_CONFIGURATIONS)))
    table = pd.DataFrame(seconds).rename(columns="schedule {}".format)
    return NearestNeighborRecommender(abstain_quantile=None).fit(X, table)


@pytest.fixture(scope="module")
def query():
    return np.random.default_rng(1).normal(size=(1, N_COMPONENTS))


def test_kneighbors(benchmark, recommender, query):
    distances, indices = benchmark(recommender.kneighbors, query)
    exact = np.linalg.norm(recommender.samples_ - query, axis=1)
    assert indices[0].tolist() == exact.argsort()[:10].tolist()
    assert distances[0] == pytest.approx(np.sort(exact)[:10])


def test_rank(benchmark, recommender, query):
    ranked = benchmark(recommender.rank, query, k=10)
    assert ranked["rank"].tolist() == list(range(1, 11))
