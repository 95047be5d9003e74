"""Where the headers of a source tree are: what a build system would have said."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import os
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from tunembed._toolchain import find_clang, run_limited

_INCLUDE = re.compile(rb'^[ \t]*#[ \t]*include[ \t]*(?:<([^>\n]+)>|"([^"\n]+)")', re.M)
_SOURCES = frozenset(
    ".c .cc .cpp .cxx .h .hh .hpp .hxx .inc .def .tab .cl .cu .cuh .in .inl".split()
)
_MOST_FOLDERS = 80
_LARGEST = 8 << 20
LINKS = ".tunembed-include"


def include_dirs(root: Path, paths: Iterable[Path]) -> tuple[Path, ...]:
    """Return folders in which the inclusions of a source tree are found.

    Every file whose path ends with the text of an inclusion speaks for the folder that
    this text is relative to; those with the most voices come first. Where a file of
    that name is there but no folder fits, as for ``<gsl/gsl_math.h>`` whose folder is
    made by ``make``, a link is put into a folder of its own. What the system has is
    left to the system.

    Parameters
    ----------
    root : Path
    paths : iterable of Path
        The files below it.

    Returns
    -------
    tuple of Path
        80 at most.
    """
    by_name: dict[str, list[str]] = defaultdict(list)
    wanted: Counter[str] = Counter()
    for path in paths:
        by_name[path.name].append(path.relative_to(root).as_posix())
        if path.suffix in _SOURCES and path.stat().st_size < _LARGEST:
            wanted.update(_included(path.read_bytes()))
    votes: dict[str, float] = defaultdict(float)
    for text, number in wanted.items():
        name = PurePosixPath(text).name
        if name not in by_name or _is_of_system(text):
            continue
        tail = text.lstrip("./")
        homes = [
            found[: -len(tail)].rstrip("/")
            for found in by_name[name]
            if found == tail or found.endswith(f"/{tail}")
        ]
        if homes:
            for home in homes:
                votes[home] += number / len(homes)
        elif "/" in tail:
            _link(root, tail, min(by_name[name], key=len))
            votes[LINKS] += number
    ranked = sorted(votes, key=lambda home: (-votes[home], home))
    return tuple(root / home for home in ranked[:_MOST_FOLDERS])


def _included(text: bytes) -> list[str]:
    found = (first or second for first, second in _INCLUDE.findall(text))
    return [name.decode(errors="replace").strip() for name in found]


def _link(root: Path, text: str, target: str) -> None:
    link = root / LINKS / text
    if ".." in PurePosixPath(text).parts or os.path.lexists(link):
        return
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(root / target)


_system: list[Path] = []


def _is_of_system(text: str) -> bool:
    """Return whether the compiler finds a header without being told where."""
    if not _system:
        command = [*find_clang().path, "-E", "-v", "-x", "c", os.devnull]
        said = run_limited(command, timeout=60).stderr.decode(errors="replace")
        listed = said.partition("search starts here:")[2].partition("End of search")[0]
        _system.extend(Path(line.strip()) for line in listed.splitlines()[1:])
    return any((folder / text).is_file() for folder in _system)
