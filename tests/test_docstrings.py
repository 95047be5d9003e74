"""numpydoc validation of every public class, method and function."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import importlib
import inspect
import pkgutil

import pytest
from sklearn.base import BaseEstimator

import tunembed

validate = pytest.importorskip("numpydoc.validate", reason="numpydoc is not installed")

ERRORS = {
    "GL03",  # double blank lines
    "GL06",  # unknown section
    "GL07",  # sections in the wrong order
    "GL08",  # no docstring
    "SS01",  # no summary
    "SS02",  # summary does not start with a capital letter
    "SS03",  # summary does not end with a period
    "PR01",  # parameters not documented
    "PR02",  # unknown parameters
    "PR03",  # parameters in the wrong order
    "PR04",  # parameter without a type
    "PR10",  # no space before the colon
    "RT01",  # returns something, but does not say what
    "YD01",  # yields something, but does not say what
}


def public_names():
    """Yield the dotted name of every public class, method and function."""
    seen = set()
    for found in pkgutil.iter_modules(tunembed.__path__, "tunembed."):
        if found.name.split(".")[1].startswith("_"):
            continue
        module = importlib.import_module(found.name)
        for name, member in inspect.getmembers(module):
            if name.startswith("_") or not is_ours(member) or id(member) in seen:
                continue
            seen.add(id(member))
            yield f"{found.name}.{name}"
            if inspect.isclass(member):
                yield from methods_of(member, f"{found.name}.{name}")


def is_ours(member):
    callable_ = inspect.isclass(member) or inspect.isfunction(member)
    return callable_ and member.__module__.startswith("tunembed")


def methods_of(cls, dotted):
    """Yield the public methods that `cls` or a private base of it defines."""
    for name, member in inspect.getmembers(cls, inspect.isfunction):
        if not name.startswith("_") and member.__module__.startswith("tunembed"):
            yield f"{dotted}.{name}"


def excused(member, owner):
    """Return the codes that do not count.

    The fields of a data class are documented as its attributes. Exceptions are made by
    us: nobody needs their parameters. A method that one line explains needs no
    sections, unless it is an estimator's.
    """
    if inspect.isclass(member):
        fields = documented_attributes(member)
        known = issubclass(member, BaseException) or fields.issuperset(
            inspect.signature(member).parameters
        )
        return {"PR01"} if known else set()
    is_method = inspect.isclass(owner) and not issubclass(owner, BaseEstimator)
    one_line = "\n" not in inspect.getdoc(member)
    return {"PR01", "RT01"} if is_method and one_line else set()


def documented_attributes(cls):
    attributes = validate.get_doc_object(cls)["Attributes"]
    return {name.strip() for names, _, _ in attributes for name in names.split(",")}


@pytest.mark.parametrize("name", sorted(public_names()))
def test_docstring(name):
    _, room, *path = name.split(".")
    owner = getattr(importlib.import_module(f"tunembed.{room}"), path[0])
    member = owner if len(path) == 1 else getattr(owner, path[1])
    counted = ERRORS - excused(member, owner) if member.__doc__ else ERRORS
    found = validate.validate(name)["errors"]
    wrong = [f"{code}: {text}" for code, text in found if code in counted]
    assert not wrong, f"{name}: {wrong}"
