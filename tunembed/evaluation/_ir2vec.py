"""IR2Vec's vectors of modules, by its package in an environment of its own."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import get_data_home

from tunembed._toolchain import run_limited
from tunembed.parsers import IRModule

# A Python that has the package; without it one is made in scikit-learn's data home.
PYTHON = "TUNEMBED_IR2VEC_PYTHON"
REQUIREMENTS = ("ir2vec==2.1.1", "numpy")
DIMENSIONS = 300
_SECONDS = 600.0
_MEMORY = 4 << 30
# Reads names of files and answers each by a line, once it is done.
_SCRIPT = """
import json, os, sys
import ir2vec
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
for name in sys.stdin.read().splitlines():
    found = ir2vec.initEmbedding(name, "fa", "p").getProgramVector()
    answers.write(json.dumps([name, list(map(float, found))]) + "\\n")
    answers.flush()
"""
# What its LLVM 16 cannot read of a younger LLVM's text, and what says nothing there.
_UNKNOWN = (
    (re.compile(r"\bbyval(?! ?\()"), ""),
    (
        re.compile(r"\b(captures|initializes|range|nofpclass)\([^()]*(\([^()]*\))?\)"),
        "",
    ),
    (re.compile(r"\b(dead_on_unwind|dead_on_return|writable)\b"), ""),
    (re.compile(r"\b(nneg|disjoint|samesign|nusw)\b"), ""),
    (re.compile(r"(getelementptr(?: inbounds)?) nuw\b"), r"\1"),
    (re.compile(r"= trunc (?:nuw |nsw )+"), "= trunc "),
    (re.compile(r"^(attributes #\d+ =) \{.*\}$", re.MULTILINE), r"\1 { nounwind }"),
    # A function of one letter ends its process.
    (re.compile(r"@([a-zA-Z])\b(?![\w.$])"), r"@\1_function"),
)
_SPLAT = re.compile(
    r"(?P<type><(?P<number>\d+) x \w+>) splat \((?P<value>\w+ [^()]+)\)"
)


class UnavailableError(Exception):
    """A representation cannot be had here; the message says why."""


def ir2vec_vectors(modules: Sequence[IRModule | None]) -> NDArray[np.float64]:
    """Return the flow-aware program vectors of modules.

    Vectors are kept in scikit-learn's data home, by the text of the module.

    Parameters
    ----------
    modules : sequence of IRModule or None

    Returns
    -------
    ndarray of shape (n_modules, 300), dtype float64
        NaN where there is no module, and where its process ends on one.

    Raises
    ------
    UnavailableError
        If the package cannot be installed.

    References
    ----------
    .. [1] S. VenkataKeerthy et al. "IR2Vec: LLVM IR Based Scalable Program Embeddings".
       TACO 2020.
    """
    texts = [None if module is None else readable(module.text) for module in modules]
    store = _Store()
    missing = [text for text in dict.fromkeys(texts) if text and text not in store]
    if missing:
        store.add(missing, _embedded(missing))
    nothing = np.full(DIMENSIONS, np.nan)
    rows = [nothing if text is None else store.get(text) for text in texts]
    return np.array(rows).reshape(-1, DIMENSIONS)


def readable(text: str) -> str:
    """Return a module's text as the package's older LLVM reads it."""
    for pattern, instead in _UNKNOWN:
        text = pattern.sub(instead, text)
    return _SPLAT.sub(_written_out, text)


def _written_out(splat: re.Match[str]) -> str:
    """Return a vector of equal constants as older LLVMs print it."""
    values = ", ".join([splat["value"]] * int(splat["number"]))
    return f"{splat['type']} <{values}>"


class _Store:
    """Vectors by the hash of a text, one small file each; empty for none."""

    def __init__(self) -> None:
        self.folder = Path(get_data_home()) / "tunembed" / "ir2vec-2.1.1" / "vectors"
        self.folder.mkdir(parents=True, exist_ok=True)

    def _path(self, text: str) -> Path:
        return self.folder / f"{hashlib.sha256(text.encode()).hexdigest()}.npy"

    def __contains__(self, text: str) -> bool:
        return self._path(text).exists()

    def get(self, text: str) -> NDArray[np.float64]:
        found = np.load(self._path(text), allow_pickle=False)
        return found if len(found) == DIMENSIONS else np.full(DIMENSIONS, np.nan)

    def add(self, texts: Sequence[str], vectors: Sequence[list[float] | None]) -> None:
        for text, vector in zip(texts, vectors, strict=True):
            np.save(self._path(text), np.array(vector or [], dtype=np.float64))


def _embedded(texts: Sequence[str]) -> list[list[float] | None]:
    """Return what the package says of texts, and None where it ends its process."""
    python = find_python()
    with tempfile.TemporaryDirectory(prefix="tunembed-") as folder:
        names = [str(Path(folder) / f"{n}.ll") for n in range(len(texts))]
        for name, text in zip(names, texts, strict=True):
            Path(name).write_text(text, "utf-8")
        answers: dict[str, list[float]] = {}
        rest = names
        while rest:
            found = _answers(python, rest)
            answers |= found
            rest = rest[len(found) + 1 :]  # the next one ended it
        # Some end it only behind others.
        for name in names:
            if name not in answers:
                answers |= _answers(python, [name])
    return [answers.get(name) for name in names]


def _answers(python: str, names: Sequence[str]) -> dict[str, list[float]]:
    run = run_limited(
        [python, "-c", _SCRIPT],
        timeout=_SECONDS,
        memory_bytes=_MEMORY,
        input="\n".join(names).encode(),
        cwd=Path(names[0]).parent,
    )
    return dict(json.loads(line) for line in run.stdout.splitlines())


def find_python() -> str:
    """Return a Python that has the package, installing it if there is none yet.

    Raises
    ------
    UnavailableError
        If it cannot be installed.
    """
    if os.environ.get(PYTHON):
        return os.environ[PYTHON]
    folder = Path(get_data_home()) / "tunembed" / "ir2vec-2.1.1" / "environment"
    python = folder / "bin" / "python"
    if (folder / "installed").exists():
        return str(python)
    for command in (
        [sys.executable, "-m", "venv", "--clear", str(folder)],
        [str(python), "-m", "pip", "install", "--quiet", *REQUIREMENTS],
    ):
        run = run_limited(command, timeout=_SECONDS)
        if run.returncode:
            words = run.stderr.decode(errors="replace").strip().splitlines()
            raise UnavailableError(
                f"ir2vec cannot be installed: {(words or ['no reason given'])[-1]}; "
                f"{PYTHON} may name a Python that has it"
            )
    (folder / "installed").touch()
    return str(python)
