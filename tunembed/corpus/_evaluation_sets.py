"""The modules of the evaluation sets that can be reached here."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

from tunembed.corpus._compile import UnitError, compiled, optimized
from tunembed.corpus._errors import CorpusError
from tunembed.corpus._exclusions import Exclusions
from tunembed.corpus._includes import include_dirs
from tunembed.corpus._package import LANGUAGES, Unit
from tunembed.datasets import (
    fetch_device_mapping,
    fetch_thread_coarsening,
    fetch_vectorization_loops,
    load_openmp_runtimes,
)
from tunembed.parsers import IRModule, ParseError, parse_llvm_ir

_PER_SHAPE = 3
SETS = (
    "device mapping",
    "thread coarsening",
    "vectorization loops",
    "openmp kernels",
)


def load_exclusions(
    path: Path,
    levels: Sequence[str],
    folders: Sequence[Path],
    sets: Sequence[str] = SETS,
) -> tuple[Exclusions, Path]:
    """Return what is kept out, made once for each choice of levels and folders.

    Parameters
    ----------
    path : Path
        A folder to keep them in.
    levels : sequence of {"O0", "O1", "O2", "O3"}
    folders : sequence of Path
        Of further sources or LLVM IR.
    sets : sequence of str, default=SETS

    Returns
    -------
    exclusions : Exclusions
    file : Path
        Where they are kept.
    """
    choice = "\n".join([*levels, *sets, *map(_stamp, folders)])
    key = hashlib.sha256(choice.encode()).hexdigest()[:12]
    kept = path / f"exclusions-{key}.npz"
    if kept.exists():
        return Exclusions.load(kept), kept
    path.mkdir(parents=True, exist_ok=True)
    modules = chain(
        *(modules_of_set(name, levels, path / "downloads") for name in sets),
        *(modules_of_folder(folder, levels) for folder in folders),
    )
    exclusions = Exclusions.of(modules)
    exclusions.save(kept)
    return exclusions, kept


def _stamp(folder: Path) -> str:
    """Return a text that changes with the files of a folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    stats = ((path.relative_to(folder), path.stat()) for path in files)
    return "\n".join(
        f"{path} {stat.st_size} {stat.st_mtime_ns}" for path, stat in stats
    )


def modules_of_set(name: str, levels: Sequence[str], home: Path) -> Iterator[IRModule]:
    """Yield the modules of a data set, as they are and at further levels.

    Parameters
    ----------
    name : str
        One of `SETS`.
    levels : sequence of {"O0", "O1", "O2", "O3"}
    home : Path
        Where archives are kept.

    Raises
    ------
    CorpusError
        If it can neither be found nor fetched.
    """
    if name == "openmp kernels":
        for text in dict.fromkeys(load_openmp_runtimes().data):
            yield from _compiled(Unit(name, "c", text.encode()), levels)
        return
    try:
        if name == "vectorization loops":
            loops = fetch_vectorization_loops(data_home=home)
            shapes = loops.groups["source"]
            chosen = shapes.groupby(shapes).cumcount() < _PER_SHAPE
            texts = [t for t, wanted in zip(loops.data, chosen, strict=True) if wanted]
            for text in dict.fromkeys(texts):
                yield from _compiled(Unit(name, "c", text.encode()), levels)
            return
        fetch = {
            "device mapping": fetch_device_mapping,
            "thread coarsening": fetch_thread_coarsening,
        }[name]
        kernels = fetch(data_home=home)
    except (OSError, ValueError) as error:
        raise CorpusError(
            f"The evaluation set {name!r}, which must be kept out, is not here: {error}"
        ) from error
    for data in dict.fromkeys(kernels.ir):
        yield from _each(data, levels, name)
    for text in dict.fromkeys(kernels.source):
        yield from _compiled(Unit(name, "opencl", text.encode()), levels)


def modules_of_folder(folder: Path, levels: Sequence[str]) -> Iterator[IRModule]:
    """Yield the modules of the sources and of the LLVM IR in a folder.

    Parameters
    ----------
    folder : Path
    levels : sequence of {"O0", "O1", "O2", "O3"}

    Raises
    ------
    CorpusError
        If the folder is not there.
    """
    if not folder.is_dir():
        raise CorpusError(f"There is no folder {folder} to exclude.")
    root = folder.absolute()
    paths = sorted(path for path in root.rglob("*") if path.is_file())
    folders = include_dirs(root, paths)
    for path in paths:
        if path.suffix in (".ll", ".bc"):
            yield from _each(path.read_bytes(), levels, str(path))
        elif path.suffix in LANGUAGES:
            language = LANGUAGES[path.suffix]
            yield from _compiled(Unit(str(path), language, path, folders), levels)


def _each(data: bytes, levels: Sequence[str], name: str) -> Iterator[IRModule]:
    """Yield a module as it is, and after further passes."""
    try:
        module = parse_llvm_ir(data, filename=name)
    except ParseError:
        return
    yield module
    further = [level for level in levels if level != "O0"]
    yield from (found for _, found in optimized(module.text.encode(), further, name))


def _compiled(unit: Unit, levels: Sequence[str]) -> Iterator[IRModule]:
    try:
        yield from (module for _, module in compiled(unit, levels))
    except UnitError:
        return
