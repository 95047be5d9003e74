"""What a corpus is made of: packages of units that can be compiled one by one."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path

LANGUAGES = {
    ".c": "c",
    ".cc": "c++",
    ".cpp": "c++",
    ".cxx": "c++",
    ".cl": "opencl",
    ".cu": "cuda",
}


@dataclass(frozen=True)
class Unit:
    """One source file, and what is needed to compile it.

    Attributes
    ----------
    path : str
        Its name in its package.
    language : {"c", "c++", "opencl", "cuda"}
    source : bytes or Path
        Its text, or where that is.
    include_dirs : tuple of Path
    defines : tuple of str
    """

    path: str
    language: str
    source: bytes | Path
    include_dirs: tuple[Path, ...] = ()
    defines: tuple[str, ...] = ()

    def read(self) -> bytes:
        """Return its text."""
        if isinstance(self.source, bytes):
            return self.source
        return self.source.read_bytes()

    def size(self) -> int:
        """Return how many bytes its text has."""
        if isinstance(self.source, bytes):
            return len(self.source)
        return self.source.stat().st_size


@dataclass(frozen=True)
class Contents:
    """What is in a package.

    Attributes
    ----------
    license : str
    units : tuple of Unit
    """

    license: str
    units: tuple[Unit, ...]


@dataclass(frozen=True)
class Package(ABC):
    """Sources that belong together; to be subclassed, one class per origin.

    Attributes
    ----------
    name, version, domain : str
    """

    name: str
    version: str
    domain: str
    origin = "package"

    @abstractmethod
    def open(self, folder: Path) -> Contents:
        """Return what can be compiled.

        Parameters
        ----------
        folder : Path
            Where it may unpack files; it is there, and shared by all packages.

        Raises
        ------
        PackageError
            If the sources cannot be had.
        """

    def close(self, folder: Path) -> None:  # noqa: B027
        """Remove what was unpacked.

        Parameters
        ----------
        folder : Path
            As of `open`.
        """
