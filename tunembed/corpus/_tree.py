"""The units of a folder of sources."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from tunembed.corpus._errors import PackageError
from tunembed.corpus._includes import include_dirs
from tunembed.corpus._package import LANGUAGES, Contents, Package, Unit

_LARGEST = 12 << 20
# What scores are made of must not be learnt from; some packages carry parts of it.
_SUITES = re.compile(
    r"polybench|rodinia|parboil|\bnpb\b|\bnas\b|tsvc|rajaperf|\bshoc\b|amd.?app.?sdk|"
    r"neuro.?vectorizer",
    re.IGNORECASE,
)
_SKIPPED = re.compile(r"(^|/)(debian|\.git|\.pc|CMakeFiles|tests?)/|(^|/)test[^/]*$")


def units_of(
    root: Path, languages: Collection[str], most: int | None = None
) -> tuple[Unit, ...]:
    """Return the files of a folder that can be compiled.

    Parameters
    ----------
    root : Path
    languages : collection of {"c", "c++", "opencl", "cuda"}
    most : int, optional
        How many files; which ones depends on their paths only, and no folder of a large
        package comes before another one.

    Returns
    -------
    tuple of Unit
        In the order of their paths.
    """
    paths = [
        Path(folder) / name
        for folder, _, names in os.walk(root)
        for name in names
        if not (Path(folder) / name).is_symlink()
    ]
    chosen = [path for path in paths if _is_wanted(path, root, languages)]
    if most is not None and len(chosen) > most:
        chosen = sorted(chosen, key=lambda path: _draw(path, root))[:most]
    folders = include_dirs(root, paths)
    has_config = any(path.name == "config.h" for path in paths)
    defines = ("HAVE_CONFIG_H",) if has_config else ()
    return tuple(
        Unit(
            path.relative_to(root).as_posix(),
            LANGUAGES[path.suffix],
            path,
            folders,
            defines,
        )
        for path in sorted(chosen)
    )


def _is_wanted(path: Path, root: Path, languages: Collection[str]) -> bool:
    inside = path.relative_to(root).as_posix()
    return (
        LANGUAGES.get(path.suffix) in languages
        and not _SUITES.search(inside)
        and not _SKIPPED.search(inside)
        and 0 < path.stat().st_size <= _LARGEST
    )


def _draw(path: Path, root: Path) -> str:
    inside = path.relative_to(root).as_posix()
    return hashlib.sha256(inside.encode(errors="surrogateescape")).hexdigest()


@dataclass(frozen=True)
class DirectoryPackage(Package):
    """A folder of sources, taken as it is.

    Parameters
    ----------
    name, version, domain : str
    path : Path
    """

    path: Path = Path()
    origin = "directory"

    def open(self, folder: Path) -> Contents:
        """Return the C, C++, OpenCL and CUDA files of the folder."""
        if not self.path.is_dir():
            raise PackageError(f"There is no folder {self.path}.")
        units = units_of(self.path.absolute(), ("c", "c++", "opencl", "cuda"))
        if not units:
            raise PackageError(f"There is no source file in {self.path}.")
        return Contents(_license(self.path), units)


def _license(root: Path) -> str:
    names = sorted(path.name for path in root.iterdir())
    found = [name for name in names if re.match("(?i)licen[cs]e|copying", name)]
    return f"see {found[0]}" if found else "unknown"
