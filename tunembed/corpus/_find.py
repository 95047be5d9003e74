"""Which packages a corpus may be made of."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from tunembed.corpus._debian import debian_packages
from tunembed.corpus._errors import CorpusError
from tunembed.corpus._package import Package
from tunembed.corpus._texts import text_packages
from tunembed.corpus._tree import DirectoryPackage

ORIGINS = ("generated", "poj104", "debian", "opencl")


def find_packages(
    origins: Sequence[str] | None = None,
    names: Sequence[str] | None = None,
    directories: Sequence[str | os.PathLike[str]] = (),
) -> list[Package]:
    """Return packages to build a corpus of.

    Parameters
    ----------
    origins : sequence of {"generated", "poj104", "debian", "opencl"}, optional
        All if not given, and neither are directories.
    names : sequence of str, optional
        Only these of them.
    directories : sequence of path-like, default=()
        Folders of sources, each a package of its own.

    Returns
    -------
    list of Package
        The folders first, then what is generated or a data set, then Debian's.

    Raises
    ------
    CorpusError
        If there is no such origin or package.
    """
    wanted = origins if origins is not None else () if directories else ORIGINS
    if unknown := [origin for origin in wanted if origin not in ORIGINS]:
        raise CorpusError(
            f"There is no source {unknown[0]!r}; choose of {', '.join(ORIGINS)}."
        )
    known: list[Package] = [*text_packages(), *debian_packages()]
    found = [package for package in known if package.origin in wanted]
    if names is not None:
        present = {package.name for package in found}
        if missing := [name for name in names if name not in present]:
            raise CorpusError(
                f"There is no package {missing[0]!r} among the {len(present)} of "
                f"{', '.join(wanted)}."
            )
        found = [package for package in found if package.name in names]
    return [*map(_folder, directories), *found]


def _folder(path: str | os.PathLike[str]) -> DirectoryPackage:
    folder = Path(path).absolute()
    return DirectoryPackage(folder.name, "as it is", "own", folder)
