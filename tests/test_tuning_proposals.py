"""Recipes, the arithmetic of shares, and which combination is tried next."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import itertools
import math
from dataclasses import replace

import pytest

from tunembed.schedules import Schedule
from tunembed.tuning import TuningDatabase
from tunembed.tuning._knowledge import Knowledge, Neighbor, combined_speedup
from tunembed.tuning._options import NestOptions, Option
from tunembed.tuning._proposals import Proposals
from tunembed.tuning._recipe import Recipe
from tunembed.tuning._view import Nest, View


def nest(index, share):
    return Nest(index, None, None, None, share, "", None)


def entry(view, index, share, *speedups, compiler="gcc"):
    options = tuple(
        Option(Schedule.parse(f"tile(i{index}={n})"), compiler, s, 1.0, None)
        for n, s in enumerate(speedups, 2)
    )
    return NestOptions(view, nest(index, share), (), options, ())


def view(name="normal"):
    return View(name, None, Schedule(), ())


def drain(proposals, speedup=None):
    """Return all proposals in order; `speedup` says what each one measures."""
    found = []
    while (proposal := proposals.next()) is not None:
        found.append(proposal)
        if speedup is not None:
            proposals.learn(proposal, speedup(proposal))
    return found


@pytest.mark.parametrize(
    ("shares", "speedups", "expected"),
    [
        ([1.0], [4.0], 4.0),
        ([0.5], [2.0], 1 / 0.75),
        ([0.5, 0.5], [2.0, 1.0], 1 / 0.75),
        ([0.9, 0.1], [10.0, 2.0], 1 / 0.14),
        ([], [], 1.0),
        ([0.5, 0.6], [2.0, 2.0], 1 / 0.55),
    ],
)
def test_combined_speedup(shares, speedups, expected):
    assert combined_speedup(shares, speedups) == pytest.approx(expected)


def test_combined_speedup_never_exceeds_the_rest():
    assert combined_speedup([0.8], [math.inf]) == pytest.approx(5.0)


@pytest.mark.parametrize("text", ["", "interchange(L1, L0); tile(L0=32); simd(L0)"])
def test_recipe_labels(text):
    recipe = Recipe("raw", "clang", Schedule.parse(text))
    assert Recipe.parse(recipe.label) == recipe
    assert recipe.label == f"raw | clang | {text}"


def test_the_most_promising_comes_first():
    found = [entry(view(), 0, 0.7, 3.0, 2.0), entry(view(), 1, 0.3, 1.5)]
    first = Proposals(found).next()
    assert first.choice == (0, 0)
    assert str(first.schedule) == "tile(i0=2); tile(i1=2)"
    assert first.expected_speedup == pytest.approx(
        combined_speedup([0.7, 0.3], [3, 1.5])
    )
    assert first.options == (found[0].options[0], found[1].options[0])


def test_every_combination_is_handed_out_once():
    found = [entry(view(), 0, 0.7, 3.0, 2.0), entry(view(), 1, 0.3, 1.5)]
    choices = [p.choice for p in drain(Proposals(found), lambda p: 1.0)]
    assert len(choices) == len(set(choices)) == 3 * 2 - 1
    assert (-1, -1) not in choices


def test_the_normal_form_alone_is_proposed_too():
    form = View("normal", None, Schedule.parse("fission(i)"), ())
    found = [entry(form, 0, 1.0, 3.0, compiler="clang")]
    with_schedule, plain = drain(Proposals(found, ["clang"]), lambda p: 0.5)
    assert with_schedule.choice == (0,)
    assert (plain.choice, plain.compiler, len(plain.schedule)) == ((-1,), "clang", 0)


@pytest.mark.parametrize("plain", [False, True])
def test_flags_alone_are_proposed_where_they_differ(plain):
    found = [entry(view(), 0, 1.0, 3.0)]
    choices = [p.choice for p in drain(Proposals(found, plain=plain), lambda p: 0.5)]
    assert ((-1,) in choices) == plain


def test_what_was_measured_is_proposed_with_the_other_compiler():
    found = [entry(view(), 0, 1.0, 3.0, 1.1, compiler="clang")]
    order = drain(Proposals(found, ["gcc", "clang"]), lambda p: 3.0)
    assert [(p.choice, p.compiler) for p in order[:2]] == [
        ((0,), "clang"),
        ((0,), "gcc"),
    ]
    assert len([p for p in order if p.choice in ((0,), (1,))]) == 2 * 2


def test_the_fastest_is_tried_with_other_sizes():
    found = [entry(view(), 0, 0.9, 3.0), entry(view(), 1, 0.1, 1.1)]
    order = drain(Proposals(found), lambda p: 4.0)
    texts = [str(p.schedule) for p in order]
    assert texts[0] == "tile(i0=2); tile(i1=2)"
    assert "tile(i0=4); tile(i1=2)" in texts
    assert not any("tile(i1=4)" in text for text in texts)
    slow = [str(p.schedule) for p in drain(Proposals(found), lambda p: 0.9)]
    assert not any("tile(i0=4)" in text for text in slow)


def test_threads_alone_come_second():
    found = [
        replace(entry(view(), 0, 0.6, 3.0, 1.0), threads=1),
        replace(entry(view(), 1, 0.3, 1.5, 1.2, 1.1), threads=2),
        entry(view(), 2, 0.1),
    ]
    first, second = itertools.islice(drain(Proposals(found)), 2)
    assert first.choice == (0, 0, -1) and second.choice == (1, 2, -1)
    assert second.expected_speedup == pytest.approx(
        combined_speedup([0.6, 0.3, 0.1], [1.0, 1.1, 1.0])
    )


def test_it_learns():
    """After a disappointment with both, each nest's other options are tried."""
    found = [entry(view(), 0, 0.5, 4.0, 3.9), entry(view(), 1, 0.5, 4.0)]
    proposals = Proposals(found)
    first = proposals.next()
    proposals.learn(first, 0.0)
    assert proposals.next().choice != first.choice
    good = Proposals(found)
    best = good.next()
    good.learn(best, 8.0)
    following = good.next()
    assert following.choice == (1, 0) and following.expected_speedup > 5.0


def test_views_are_not_mixed():
    found = [entry(view("normal"), 0, 1.0, 2.0), entry(view("raw"), 0, 1.0, 3.0)]
    order = [p.view.name for p in drain(Proposals(found))]
    assert order == ["raw", "normal"]


def test_the_heaviest_nest_chooses_the_compiler():
    found = [
        entry(view(), 0, 0.2, 2.0, compiler="gcc"),
        entry(view(), 1, 0.8, 2.0, compiler="clang"),
    ]
    assert Proposals(found).next().compiler == "clang"


def test_nothing_to_propose():
    assert Proposals([]).next() is None
    assert Proposals([entry(view(), 0, 1.0)]).next() is None


def test_forms_are_proposed_where_no_nest_has_options():
    known = [entry(view("normal"), 0, 0.7), entry(view("raw"), 0, 0.7)]
    assert drain(Proposals(known, ["gcc", "clang"], plain=True)) == []
    found = [replace(one, neighbors=(Neighbor("k", "f", 0, 1.0),)) for one in known]
    order = drain(Proposals(found, ["gcc", "clang"], plain=True))
    assert sorted((p.view.name, p.compiler) for p in order) == [
        ("normal", "clang"),
        ("normal", "gcc"),
        ("raw", "clang"),
        ("raw", "gcc"),
    ]
    assert not any(p.schedule.steps for p in order)


def test_a_nest_without_options_is_left_alone():
    found = [entry(view(), 0, 0.5), entry(view(), 1, 0.5, 2.0)]
    (only,) = drain(Proposals(found))
    assert only.choice == (-1, 0) and str(only.schedule) == "tile(i1=2)"


# What the database says


@pytest.fixture
def knowledge(campaigned):
    def make(view="normal", compilers=("gcc", "clang"), **options):
        store = TuningDatabase(campaigned.database, shipped=False)
        table = store.records()
        names = store.features(table)[1]
        known = Knowledge(store, view, tuple(names), compilers, **options)
        return known, store.features(table)[0], table

    return make


def test_a_known_nest_is_its_own_neighbor(knowledge):
    known, features, table = knowledge()
    for row in (0, len(table) - 1):
        nearest = known.neighbors(features[row])[0]
        assert nearest.kernel == table["kernel"].iloc[row]
        assert nearest.distance == pytest.approx(0.0, abs=1e-6)


def test_suggestions_are_recipes_that_were_measured(knowledge):
    known, features, table = knowledge()
    suggestions = next(known.suggest(features[0]))
    assert suggestions
    measured = set(table["schedule"])
    for suggestion in suggestions:
        assert suggestion.recipe.view == "normal"
        assert str(suggestion.recipe.schedule) in measured
        assert suggestion.expected_speedup > 0
        assert 0 <= suggestion.confidence <= 1
    expected = [s.expected_speedup for s in suggestions]
    assert expected == sorted(expected, reverse=True)


def test_compilers_that_are_not_there_suggest_nothing(knowledge):
    known, features, _ = knowledge(compilers=("zig",))
    assert known.size == 0
    assert list(known.suggest(features[0])) == known.neighbors(features[0]) == []


def test_exclusions(knowledge):
    known, features, table = knowledge(exclude_families=("dense",))
    assert known.size == 2
    assert "dense" not in {n.family for n in known.neighbors(features[0])}
    structures = table[table["kernel"] == "smooth"]["nest_hash"].unique()
    known, features, _ = knowledge(exclude_structures=structures)
    assert "smooth" not in {n.kernel for n in known.neighbors(features[0])}
