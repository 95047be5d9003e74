"""What a process of the pool does: a unit to modules and what is known of functions."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import hashlib
import multiprocessing
import os
import signal
import threading
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from tunembed.corpus._compile import UnitError, compiled
from tunembed.corpus._errors import PackageError
from tunembed.corpus._exclusions import Exclusions
from tunembed.corpus._package import Contents, Package, Unit
from tunembed.corpus._signature import grams_of, graph_key, sketch_of, tokens_key
from tunembed.features import normalized_tokens
from tunembed.parsers import IRFunction, IRModule

FEWEST = 4
MOST = 4000

# Words of functions that this process has reported. Units come in the order in which
# they are stored, so that a later one with the same words is a copy.
_REPORTED: set[int] = set()


class Found(NamedTuple):
    """A function.

    Attributes
    ----------
    name : str
    n_instructions : int
    reason : str
        Why it is not kept, empty if it may be.
    tokens, graph : int
        Hashes of its words and of its graph, 0 where they were not needed.
    sketch : bytes
    """

    name: str
    n_instructions: int
    reason: str
    tokens: int = 0
    graph: int = 0
    sketch: bytes = b""


class FoundModule(NamedTuple):
    """A module: its level, its text compressed by zlib, its functions."""

    level: str
    text: bytes
    functions: tuple[Found, ...]


class FoundUnit(NamedTuple):
    """A unit: its path and hash, ``"compiled"`` or what is wrong, its modules."""

    path: str
    sha256: str
    status: str
    modules: tuple[FoundModule, ...]


def start_process() -> None:
    """Make a process of the pool end quietly when it is told to, or left alone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the caller's to handle
    signal.signal(signal.SIGTERM, _end)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end(*_: object) -> None:
    """Raise in the main thread, so that what is under limits is ended as well."""
    raise SystemExit(1)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        main = threading.main_thread().ident
        if main is not None:
            signal.pthread_kill(main, signal.SIGTERM)


@contextmanager
def _ending() -> Iterator[None]:
    """End the process when it is told to: the pool would take that for a result."""
    try:
        yield
    except SystemExit:
        os._exit(1)


def open_package(package: Package, folder: Path) -> Contents | str:
    """Return what is in a package, or what is wrong with it.

    Parameters
    ----------
    package : Package
    folder : Path
        Where it may unpack files.
    """
    with _ending():
        try:
            return package.open(folder)
        except PackageError as error:
            return str(error)


def read_units(
    units: Sequence[Unit], levels: Sequence[str], exclusions: Path
) -> list[FoundUnit]:
    """Compile units and look at their functions.

    Parameters
    ----------
    units : sequence of Unit
    levels : sequence of {"O0", "O1", "O2", "O3"}
    exclusions : Path
        The file of what is not to be learnt from.
    """
    with _ending():
        excluded = _exclusions(exclusions)
        return [_read_unit(unit, levels, excluded) for unit in units]


@lru_cache(maxsize=1)
def _exclusions(path: Path) -> Exclusions:
    return Exclusions.load(path)


def _read_unit(unit: Unit, levels: Sequence[str], excluded: Exclusions) -> FoundUnit:
    try:
        sha256 = hashlib.sha256(unit.read()).hexdigest()
    except OSError as error:
        return FoundUnit(unit.path, "", str(error), ())
    modules = []
    status = "compiled"
    try:
        for level, module in compiled(unit, levels):
            modules.append(_read_module(level, module, excluded))
    except UnitError as error:
        status = str(error)[:200]
    return FoundUnit(unit.path, sha256, status, tuple(modules))


def _read_module(level: str, module: IRModule, excluded: Exclusions) -> FoundModule:
    found = tuple(_look(f, excluded) for f in module.functions.values())
    wanted = any(not function.reason for function in found)
    text = zlib.compress(module.text.encode(errors="replace")) if wanted else b""
    return FoundModule(level, text, found)


def _look(function: IRFunction, excluded: Exclusions) -> Found:
    size = len(function.opcodes)
    if size < FEWEST:
        return Found(function.name, size, "small")
    if size > MOST:
        return Found(function.name, size, "large")
    words = normalized_tokens(function)
    tokens = tokens_key(words)
    if tokens in _REPORTED:
        return Found(function.name, size, "copy")
    _REPORTED.add(tokens)
    grams = grams_of(words)
    graph = graph_key(function)
    if excluded.has_graph(graph) or excluded.covers(grams):
        return Found(function.name, size, "contaminated", tokens)
    sketch = sketch_of(grams).tobytes()
    return Found(function.name, size, "", tokens, graph, sketch)
