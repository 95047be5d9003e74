"""Source packages of Debian, in the versions that a table pins."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import csv
import os
import re
import shutil
import tarfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from sklearn.datasets import fetch_file

from tunembed.corpus._configure import configure
from tunembed.corpus._errors import PackageError
from tunembed.corpus._package import Contents, Package
from tunembed.corpus._tree import units_of

TABLE = Path(__file__).with_name("data") / "debian.csv"
MIRROR = "TUNEMBED_DEBIAN"
# The second one keeps what the first one has no more.
_MIRRORS = (
    "http://deb.debian.org/debian",
    "https://snapshot.debian.org/archive/debian/20260801T000000Z",
)
_SUM = re.compile(r"^ ([0-9a-f]{64}) (\d+) (\S+)$", re.MULTILINE)
_ORIGINAL = re.compile(r"\.orig(?:-([\w-]+))?\.tar\.\w+$")
_LICENSE = re.compile(r"^License: *(\S.*)$", re.MULTILINE)
_LARGEST = 24 << 20


@dataclass(frozen=True)
class DebianPackage(Package):
    """A source package, of which no more files are taken than would outweigh others.

    Attributes
    ----------
    directory : str
        Where it is in the archive.
    sha256 : str
        Of its ``.dsc``, which has the sums of all other files.
    prepare : str
        The shell command that makes its headers; empty for the usual ones.
    """

    directory: str
    sha256: str
    prepare: str = ""
    origin = "debian"
    languages = ("c", "cuda")
    most_files = 700

    def open(self, folder: Path) -> Contents:
        """Fetch, check, unpack and configure it."""
        downloads = folder / "downloads"
        root = self._root(folder)
        shutil.rmtree(root, ignore_errors=True)
        root.mkdir(parents=True)
        license = "see debian/copyright"
        for archive in self._fetched(downloads):
            if ".debian.tar" in archive.name or _is_native(archive.name):
                license = _license_in(archive) or license
            if not _is_packaging(archive.name):
                part = _ORIGINAL.search(archive.name)
                _unpack(archive, root / (part[1] or "") if part else root)
        if "c" in self.languages:
            configure(root, self.prepare)
        units = units_of(root, self.languages, self.most_files)
        return Contents(license, units)

    def close(self, folder: Path) -> None:
        """Remove what was unpacked; what was fetched stays."""
        shutil.rmtree(self._root(folder), ignore_errors=True)

    def _root(self, folder: Path) -> Path:
        return folder / "unpacked" / f"{self.origin}-{self.name}"

    def _fetched(self, downloads: Path) -> list[Path]:
        """Return the files of the package, fetched where that is needed."""
        epochless = self.version.partition(":")[2] or self.version
        # Its name in Debian: here one may be twice, for its C and for its kernels.
        name = f"{PurePosixPath(self.directory).name}_{epochless}.dsc"
        description = self._fetch(name, self.sha256, downloads)
        sums = description.read_text("utf-8", errors="replace")
        sums = sums.partition("\nChecksums-Sha256:")[2].partition("\nFiles:")[0]
        found = []
        for sha256, _, file in _SUM.findall(sums):
            if file.endswith(".asc"):
                continue
            try:
                found.append(self._fetch(file, sha256, downloads))
            except PackageError:
                if not _is_packaging(file):  # that is only read for the licence
                    raise
        return found

    def _fetch(self, name: str, sha256: str, downloads: Path) -> Path:
        downloads.mkdir(parents=True, exist_ok=True)
        mirrors = [os.environ[MIRROR]] if os.environ.get(MIRROR) else _MIRRORS
        problem = ""
        for mirror in mirrors:
            try:
                found = fetch_file(
                    f"{mirror}/{self.directory}/{name}",
                    folder=downloads,
                    local_filename=name,
                    sha256=sha256,
                    n_retries=0,
                )
            except (OSError, ValueError) as error:
                problem = problem or str(error)
            else:
                return Path(found)
        raise PackageError(
            f"{name} of {self.name} {self.version} could not be fetched from "
            f"{' or '.join(mirrors)}: {problem}. {MIRROR} names another mirror."
        )


class DebianKernels(DebianPackage):
    """The OpenCL and CUDA files of a source package."""

    origin = "opencl"
    languages = ("opencl", "cuda")
    most_files = 150


def debian_packages() -> list[DebianPackage]:
    """Return the pinned packages, those that give much for their size first.

    Returns
    -------
    list of DebianPackage
    """
    with TABLE.open(encoding="utf-8", newline="") as file:
        return [
            (DebianKernels if row["domain"] == "opencl" else DebianPackage)(
                row["package"],
                row["version"],
                row["domain"],
                row["directory"],
                row["dsc_sha256"],
                row["prepare"],
            )
            for row in csv.DictReader(file)
        ]


def _is_packaging(name: str) -> bool:
    return ".debian.tar" in name or ".diff." in name


def _is_native(name: str) -> bool:
    return ".tar." in name and ".orig" not in name and ".debian." not in name


def _license_in(archive: Path) -> str:
    """Return the licences that debian/copyright names."""
    with tarfile.open(archive) as tar:
        for member in tar:
            if member.isfile() and member.name.endswith("debian/copyright"):
                file = tar.extractfile(member)
                text = file.read().decode(errors="replace") if file else ""
                names = dict.fromkeys(n.strip() for n in _LICENSE.findall(text))
                return "; ".join(names)[:300]
    return ""


def _unpack(archive: Path, target: Path) -> None:
    """Unpack an archive without its top folder, and without what is no text."""
    try:
        with tarfile.open(archive) as tar:
            for member in tar:
                member.name = member.name.removeprefix("./").partition("/")[2]
                if not member.name or member.size > _LARGEST:
                    continue
                if member.islnk():
                    member.linkname = member.linkname.partition("/")[2]
                try:
                    tar.extract(member, target, filter="data")
                except (tarfile.FilterError, OSError, KeyError):
                    continue  # a link that leads out, or to what was left out
    except (tarfile.TarError, EOFError, OSError) as error:
        raise PackageError(f"{archive.name} cannot be unpacked: {error}") from error
