"""The compilers that candidates are tried with, and the command a tuned file names."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import pytest

import tunembed.tuning._attempt as attempts
from conftest import KERNELS
from tunembed.kernels import Build
from tunembed.parsers import parse_c
from tunembed.tuning._attempt import Attempt, present_compilers
from tunembed.tuning._header import header
from tunembed.tuning._subject import Candidate

WIDE = "-mprefer-vector-width=512"


@pytest.fixture
def wide(monkeypatch):
    real = attempts.machine_fingerprint()
    monkeypatch.setattr(
        attempts, "machine_fingerprint", lambda: {**real, "isa": ["avx2", "avx512f"]}
    )


@pytest.fixture
def narrow(monkeypatch):
    real = attempts.machine_fingerprint()
    monkeypatch.setattr(
        attempts, "machine_fingerprint", lambda: {**real, "isa": ["avx2"]}
    )


def test_wide_vectors_where_there_are_some(wide):
    found = present_compilers()
    for name in [name for name in found if name in ("gcc", "clang")]:
        other = found[f"{name}-512"]
        assert other.kind == name and other.version == found[name].version
        assert other.path == (*found[name].path, WIDE)
    assert next(iter(found)) in ("gcc", "clang", "zig")


def test_no_wide_vectors_elsewhere(narrow):
    assert not any(name.endswith("-512") for name in present_compilers())


def test_the_header_names_the_command(wide, tmp_path):
    function = parse_c(KERNELS["scaled"]).functions["scaled"]
    for name, compiler in present_compilers().items():
        candidate = Candidate(KERNELS["scaled"], ("-O3",), compiler)
        best = Attempt("", name, True, candidate=candidate)
        words = " ".join(header(function, best, []).replace("\n *", " ").split())
        always = f" {WIDE}" if name.endswith("-512") else ""
        assert f"compile: {compiler.kind}{always} -O3 -fopenmp -lm" in words
        library = Build(KERNELS["scaled"], ("-O3",), compiler).library("")
        assert library.is_file()
