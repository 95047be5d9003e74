"""Searches and campaigns: what is kept, what is skipped, what an interrupt leaves."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import json
from dataclasses import replace

import pytest

import tunembed.tuning._campaign as campaigns
import tunembed.tuning._search as searches
from conftest import KERNELS
from tunembed.schedules import Schedule, loops_of
from tunembed.tuning import TuningDatabase, campaign, search
from tunembed.tuning._recipe import Recipe
from tunembed.tuning._records_of import family_of, kernel_hash
from tunembed.tuning._subject import KernelSubject

SMALL = KERNELS["scaled"].replace("n=150", "n=40")


def test_a_campaign_searches_every_kernel(campaigned):
    summary = campaigned.summary
    assert list(summary["kernel"]) == list(KERNELS)
    assert set(summary["status"]) == {"searched"}
    assert (summary["trials"] > 0).all() and (summary["speedup"] >= 1.0).all()
    assert summary["speedup"].max() > 1.02


def test_records_of_a_campaign(campaigned):
    table = TuningDatabase(campaigned.database, shipped=False).records()
    assert set(table["kernel"]) == set(KERNELS)
    assert set(table["family"]) == {"dense", "layout", "stencil"}
    assert set(table["source"]) == {"campaign"}
    configurations = [json.loads(text) for text in table["configuration"]]
    assert {c["view"] for c in configurations} == {"normal", "raw"}
    assert {c["threads"] for c in configurations} == {1}
    assert table["machine_id"].nunique() == 1
    good = table[table["verified"].astype(bool)]
    assert len(good) and (good["seconds"] > 0).all()
    assert (good["low"] <= good["high"]).all()


def test_schedules_are_kept_in_names_of_no_program(campaigned):
    table = TuningDatabase(campaigned.database, shipped=False).records()
    texts = [text for text in table["schedule"] if text]
    assert texts and all("L0" in text or "L1" in text for text in texts)
    for text in texts:
        recipe = Recipe.parse(f"normal | gcc | {text}")
        assert str(recipe.schedule) == text
        assert Recipe.parse(recipe.label) == recipe


def test_a_second_campaign_measures_nothing(campaigned, store, monkeypatch):
    def fail(*_, **__):
        raise AssertionError("searched again")

    monkeypatch.setattr(campaigns, "search", fail)
    told = []
    before = len(store)
    summary = campaign(
        campaigned.paths, database=store, trials=2, threads=1, progress=told.append
    )
    assert set(summary["status"]) == {"known"} and len(store) == before
    assert [(event["number"], event["total"]) for event in told] == [
        (1, 3),
        (2, 3),
        (3, 3),
    ]


def test_a_campaign_survives_bad_kernels(tmp_path, compiled):
    texts = {
        "syntax": "void f(int n, double x[n]) { for (int i = 0; i < n; i++) x[i] = ; }",
        "crash": "void f(int n, double x[n]) "
        "{ for (int i = 0; i < n; i++) x[i] = *(double *)0; } // tunembed: sizes n=9",
    }
    for name, text in texts.items():
        (tmp_path / f"{name}.c").write_text(text)
    store = TuningDatabase(tmp_path / "known.sqlite", shipped=False)
    summary = campaign([tmp_path / f"{n}.c" for n in texts], database=store, trials=1)
    first, second = summary["status"]
    assert first.startswith("failed: ") and "syntax.c:1:" in first
    assert second.startswith("failed: ") and "SIGSEGV" in second
    assert len(store) == 0


def test_an_interrupted_campaign_keeps_its_records(tmp_path, compiled, monkeypatch):
    (tmp_path / "scaled.c").write_text(SMALL)
    store = TuningDatabase(tmp_path / "known.sqlite", shipped=False)
    real = campaigns.search

    def interrupted(*given, on_record, **options):
        def record(one):
            on_record(one)
            raise KeyboardInterrupt

        return real(*given, on_record=record, **options)

    monkeypatch.setattr(campaigns, "search", interrupted)
    with pytest.raises(KeyboardInterrupt):
        campaign([tmp_path / "scaled.c"], database=store, trials=10, threads=1)
    assert len(store) == 1
    monkeypatch.setattr(campaigns, "search", real)
    summary = campaign([tmp_path / "scaled.c"], database=store, trials=10, budget=0)
    assert list(summary["status"]) == ["searched"]


def test_a_search(compiled):
    attempts, records = [], []
    result = search(
        SMALL,
        trials=2,
        threads=1,
        on_attempt=attempts.append,
        on_record=records.append,
    )
    assert result.function.name == "scaled"
    assert attempts == result.attempts and records == result.records
    assert len(records) and all(attempt.legal for attempt in attempts)
    best = result.best
    assert best.verified and best.speedup == max(a.speedup for a in attempts)
    assert result.share_after(len(attempts), best.speedup) == max(
        1.0, 1.0 / best.speedup
    )
    assert result.share_after(0, 2.0) == 0.5


def test_a_random_search_repeats_itself(compiled):
    runs = [
        search(SMALL, trials=1, threads=1, random_order=True, random_state=3)
        for _ in range(2)
    ]
    first, second = ([(a.schedule, a.compiler) for a in r.attempts] for r in runs)
    assert first and first == second


def test_hopeless_sketches_are_neither_proven_nor_compiled(compiled, monkeypatch):
    def cycles(plan, names, sizes):
        return 1.0 if any(loop.name == "j_t" for loop in loops_of(plan.nodes)) else 1e9

    monkeypatch.setattr(searches, "estimated_cycles", cycles)
    result = search(SMALL, trials=6, threads=1)
    steps = [Schedule.parse(attempt.schedule) for attempt in result.attempts]
    own = [s for s in steps if {step.kind for step in s.steps} - {"interchange"}]
    assert own and all("j_t" in str(s) or "j=" in str(s) for s in own)


def test_one_thread_ranks_and_all_of_them_confirm(compiled, monkeypatch):
    seen = []
    real = KernelSubject.rank

    def rank(subject, candidates, effort):
        seen.append(len(candidates))
        found = real(subject, candidates, effort)
        return [replace(m, ratio=0.01 + (n == 1)) for n, m in enumerate(found)]

    monkeypatch.setattr(KernelSubject, "rank", rank)
    result = search(SMALL, trials=6, threads=1)
    assert seen and max(seen) > 1
    # Per form, the plain one and the only one that was fast on one thread.
    compilers = len({attempt.compiler for attempt in result.attempts})
    assert len(result.attempts) <= 2 * 2 * compilers


def test_a_search_without_time(compiled):
    result = search(SMALL, trials=3, threads=1, budget=0.0)
    assert result.attempts == [] and result.best is None


def test_hashes_and_families():
    text = "/* tunembed: family dense */ int f(void) { return 1; } // one\n"
    assert family_of(text) == "dense" and family_of("int x;") == ""
    assert kernel_hash(text) == kernel_hash("int f( void )\n{ return 1; }")
    assert kernel_hash(text) != kernel_hash(text.replace("1", "2"))
