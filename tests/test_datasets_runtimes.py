"""The runtime tables that were measured here: whole, consistent, offline."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import os

import numpy as np
import pytest

from tunembed.datasets import load_openmp_runtimes, load_vectorization_runtimes
from tunembed.datasets._archive import MIRROR
from tunembed.features import ProgramParser


@pytest.fixture(scope="module")
def loops():
    return load_vectorization_runtimes(programs=False, as_frame=True)


@pytest.fixture(scope="module")
def runs():
    return load_openmp_runtimes(as_frame=True)


def test_every_loop_has_every_configuration(loops):
    assert loops.runtimes.shape == (640, 36) and len(loops.configurations) == 36
    assert loops.runtimes.notna().all(axis=None) and (loops.runtimes > 0).all(axis=None)
    assert list(loops.runtimes) == loops.configurations == list(loops.factors.index)
    assert loops.factors.loc[loops.configurations[-1]].tolist() == [64, 16]
    assert loops.groups["source"].nunique() == 47
    assert loops.groups["kernel"].nunique() == 14
    assert len(set(loops.names)) == len(loops.data) == len(loops.target) == 640
    assert loops.target.isin(loops.configurations).all()


def test_gains_are_neither_absent_nor_absurd(loops):
    gains = loops.runtimes[loops.baseline] / loops.runtimes.min(axis=1)
    assert 1.1 < np.exp(np.log(gains).mean()) < 1.2
    assert 0.4 < (gains > 1.05).mean() < 0.6 and gains.max() < 4
    # Half of the ratios are known to one per cent.
    assert loops.spread.stack().median() < 0.01


def test_what_was_applied_follows_the_pragma(loops):
    applied = loops.applied["vectorize_width(8) interleave_count(2)"]
    assert (applied == "8x2").mean() > 0.7
    never = loops.applied["vectorize_width(1) interleave_count(1)"]
    # Of these, short inner loops are written out, and the outer one is vectorised.
    unrolled = loops.groups["kernel"] == "example13"
    assert (never[~unrolled] == "1x1").all()


def test_records_name_their_machine(loops, runs):
    for dataset in (loops, runs):
        assert dataset.machine["compiler"] == "clang 19.1.7"
        assert dataset.machine["cpu"] in dataset.DESCR
        assert dataset.license == "BSD-3-Clause" and dataset.references
    assert load_openmp_runtimes(runs.machine["id"][:6]).machine == runs.machine
    with pytest.raises(ValueError, match="must be the beginning of one of"):
        load_vectorization_runtimes("nowhere", programs=False)


@pytest.mark.skipif(not os.environ.get(MIRROR), reason=f"{MIRROR} is not set")
def test_programs_are_joined_by_name():
    loops = load_vectorization_runtimes()
    row = loops.names.index("s1_1024_add_0") if "s1_1024_add_0" in loops.names else 0
    assert f"void {loops.groups['kernel'][row]}" in loops.data[row].replace("  ", " ")
    parsed = ProgramParser("c").transform(loops.data[:3])
    assert all(loops.groups["kernel"][k] in u.functions for k, u in enumerate(parsed))


def test_runs_have_their_programs_and_sizes(runs):
    assert len(runs.data) == len(runs.runtimes) == len(runs.sizes) == len(runs.target)
    assert runs.groups["kernel"].nunique() >= 40
    assert set(runs.groups["size"]) == {"small", "medium", "large"}
    assert runs.runtimes[runs.baseline].notna().all()
    parsed = ProgramParser("c").transform(runs.data.drop_duplicates().tolist())
    names = runs.groups["kernel"].drop_duplicates()
    for name, unit in zip(names, parsed, strict=True):
        assert name in unit.functions
    sizes = runs.sizes[0]
    assert all(isinstance(value, int) and value > 0 for value in sizes.values())


def test_settings_say_what_a_column_is(runs):
    settings = runs.settings
    cores = runs.machine["cores"]
    assert settings.loc[runs.baseline].tolist() == [cores, "static", 0]
    assert set(settings["schedule"]) == {"static", "dynamic", "guided"}
    assert set(settings["chunk"]) == {0, 1, 8, 64, 512}
    assert settings["threads"].max() == cores and settings["threads"].min() == 1
    assert not settings.duplicated().any()


def test_iterations_of_equal_cost_want_all_threads(runs):
    chosen = (runs.groups["size"] == "medium") & (runs.groups["kernel"] == "gravity")
    (row,) = runs.runtimes[chosen].to_dict("records")
    assert row[f"{runs.machine['cores']} static"] < 0.8 * row["1 static"]


def test_labels_and_data_alone():
    X, y = load_openmp_runtimes(return_X_y=True)
    assert isinstance(X, list) and len(X) == len(y) and isinstance(y, np.ndarray)
