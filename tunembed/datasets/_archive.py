"""Files of a public repository at one commit, checked and kept."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import hashlib
import os
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sklearn.datasets import fetch_file, get_data_home

MIRROR = "TUNEMBED_MIRROR"
_LARGEST = 64 << 20


@dataclass(frozen=True)
class Archive:
    """A repository on GitHub at a commit.

    Attributes
    ----------
    repository : str
        ``"owner/name"``.
    commit : str
        All 40 digits.
    """

    repository: str
    commit: str

    @property
    def url(self) -> str:
        """Where it is: on GitHub, or below the folder or address of the mirror."""
        mirror = os.environ.get(MIRROR)
        if not mirror:
            return f"https://github.com/{self.repository}/archive/{self.commit}.tar.gz"
        if "://" not in mirror:
            mirror = Path(mirror).resolve().as_uri()
        # scikit-learn wants the name of a host, even if it is this one.
        mirror = mirror.replace("file:///", "file://localhost/", 1)
        return f"{mirror.rstrip('/')}/{self.repository}/{self.commit}.tar.gz"


def read_members(
    archive: Archive,
    wanted: Callable[[str], bool],
    sha256: str,
    *,
    data_home: str | os.PathLike[str] | None = None,
    n_retries: int = 3,
    delay: float = 1.0,
) -> dict[str, bytes]:
    """Return some files of an archive, which is fetched if it is not there yet.

    GitHub does not promise that an archive stays the same byte for byte, so not the
    archive is checked but what is read of it.

    Parameters
    ----------
    archive : Archive
    wanted : callable
        Says of a path inside the repository whether its file is wanted.
    sha256 : str
        What `digest` gives for the wanted files.
    data_home : path-like, optional
        Where archives are kept; scikit-learn's data home if not given.
    n_retries : int, default=3
    delay : float, default=1.0
        Seconds between them.

    Returns
    -------
    dict of str to bytes
        Path -> content, in the order of the paths.

    Raises
    ------
    OSError
        If the archive can neither be found nor fetched.
    ValueError
        If the wanted files are not those that this version of tunembed knows.
    """
    owner, name = archive.repository.split("/")
    folder = Path(get_data_home(data_home)) / "tunembed" / owner / name
    folder.mkdir(parents=True, exist_ok=True)
    url = archive.url
    try:
        path = fetch_file(
            url,
            folder=folder,
            local_filename=f"{archive.commit}.tar.gz",
            n_retries=n_retries,
            delay=delay,
        )
    except OSError as error:
        source = (
            f"{MIRROR}={os.environ[MIRROR]}" if os.environ.get(MIRROR) else "GitHub"
        )
        raise OSError(
            f"{archive.repository} at {archive.commit[:7]} could not be fetched from "
            f"{source} ({url}): {error}"
        ) from error
    try:
        members = dict(sorted(_members(path, wanted)))
        problem = "" if digest(members) == sha256 else "it holds other files"
    except (tarfile.TarError, EOFError, OSError) as error:
        problem = str(error)
    if problem:
        Path(path).unlink(missing_ok=True)
        raise ValueError(
            f"the archive from {url} cannot be used: {problem}. It was removed from "
            f"{folder}; try again, or set {MIRROR} to another place"
        )
    return members


def digest(members: dict[str, bytes]) -> str:
    """Return the SHA-256 of files: of their paths' and contents' in order of paths."""
    total = hashlib.sha256()
    for path, content in sorted(members.items()):
        total.update(f"{hashlib.sha256(content).hexdigest()}  {path}\n".encode())
    return total.hexdigest()


def _members(
    path: str | os.PathLike[str], wanted: Callable[[str], bool]
) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(path, "r:gz") as archive:
        for member in archive:
            inside = member.name.partition("/")[2]
            if not (member.isfile() and inside and wanted(inside)):
                continue
            if member.size > _LARGEST:
                raise tarfile.TarError(f"{inside} is larger than {_LARGEST} bytes")
            file = archive.extractfile(member)
            if file is not None:
                yield inside, file.read()
