"""Affine expressions."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tunembed.parsers import Affine, isl_name

NAMES = ("i", "j", "n", "m")
INTEGERS = st.integers(-50, 50)
AFFINES = st.builds(Affine, st.dictionaries(st.sampled_from(NAMES), INTEGERS), INTEGERS)
VALUES = st.fixed_dictionaries(dict.fromkeys(NAMES, INTEGERS))


@given(AFFINES, AFFINES, INTEGERS, VALUES)
def test_arithmetic_is_that_of_the_values(a, b, k, values):
    assert (a + b).evaluate(values) == a.evaluate(values) + b.evaluate(values)
    assert (a - b).evaluate(values) == a.evaluate(values) - b.evaluate(values)
    assert (a * k).evaluate(values) == a.evaluate(values) * k
    assert (k - a).evaluate(values) == k - a.evaluate(values)
    assert a - a == Affine()
    assert a + b == b + a


@given(AFFINES, AFFINES, VALUES)
def test_substitution_is_simultaneous(a, b, values):
    swapped = a.substitute({"i": b, "j": Affine.variable("i")})
    inner = dict(values, i=b.evaluate(values), j=values["i"])
    assert swapped.evaluate(values) == a.evaluate(inner)


@given(AFFINES, VALUES)
def test_c_text_has_the_value(a, values):
    assert eval(a.to_c(), {}, values) == a.evaluate(values)
    assert eval(a.to_isl(), {}, values) == a.evaluate(values)


@given(AFFINES, AFFINES)
def test_equal_ones_have_equal_hashes(a, b):
    again = Affine(dict(reversed(a.coefficients.items())), a.constant)
    assert again == a
    assert hash(again) == hash(a)
    assert (a == b) == (a - b == 0)


def test_zeros_are_dropped():
    value = Affine({"i": 0, "n": 2}, 3)
    assert value.names() == {"n"}
    assert dict(value.coefficients) == {"n": 2}
    assert value.coefficient("i") == 0
    assert not value.is_constant
    assert Affine(constant=4) == 4
    assert hash(Affine(constant=4)) == hash(4)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Affine(), "0"),
        (Affine({"i": 1}), "i"),
        (Affine({"i": -1}, 1), "-i + 1"),
        (Affine({"n": -3, "i": 2}, -4), "2 * i - 3 * n - 4"),
    ],
)
def test_text(value, text):
    assert value.to_c() == text
    assert repr(value) == f"Affine({text})"


def test_words_of_isl_are_renamed():
    assert Affine({"max": 1}, 1).to_isl() == "max_c + 1"
    assert Affine({"max": 1}, 1).to_c() == "max + 1"
    assert isl_name("mod") == "mod_c"


def test_it_is_immutable():
    value = Affine({"i": 1})
    with pytest.raises(TypeError):
        value.coefficients["i"] = 2
    with pytest.raises(AttributeError):
        value.extra = 1


def test_a_name_without_value_is_a_key_error():
    with pytest.raises(KeyError, match="n"):
        Affine({"n": 1}).evaluate({})


@pytest.mark.parametrize("other", ["x", 1.5, None])
def test_other_operands_are_refused(other):
    value = Affine({"i": 1})
    for operation in ("__add__", "__sub__", "__mul__"):
        assert getattr(value, operation)(other) is NotImplemented
    assert value != other
