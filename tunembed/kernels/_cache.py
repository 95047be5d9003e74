"""A bounded folder of compiled objects, named by the hash of what made them."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import atexit
import contextlib
import os
import shutil
import tempfile
import time
from functools import lru_cache
from pathlib import Path

import platformdirs

_LIMIT_BYTES = 256 * 2**20
_ABANDONED = 86_400.0


def cache_directory() -> Path:
    """Return the folder for compiled objects, creating it.

    It lies in the user's cache folder, or in ``$TUNEMBED_CACHE`` where that is set. A
    folder that cannot be written to is replaced by a temporary one for this process.

    Returns
    -------
    Path
        An existing, writable folder.
    """
    root = os.environ.get("TUNEMBED_CACHE") or platformdirs.user_cache_dir("tunembed")
    return _usable(Path(root).expanduser() / "objects")


@lru_cache(maxsize=16)
def _usable(directory: Path) -> Path:
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=directory):
            return directory
    except OSError:
        return _temporary()


@lru_cache(maxsize=1)
def _temporary() -> Path:
    directory = tempfile.mkdtemp(prefix="tunembed-")
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    return Path(directory)


def lookup(name: str) -> Path | None:
    """Find a compiled object and mark it as used.

    Parameters
    ----------
    name : str
        File name.

    Returns
    -------
    Path or None
        Where it is, None if it is not there.
    """
    path = cache_directory() / name
    try:
        os.utime(path)
    except OSError:
        return path if path.exists() else None
    return path


def store(built: Path, name: str) -> Path:
    """Move a file into the cache, atomically.

    Parameters
    ----------
    built : Path
        A finished file inside `cache_directory`.
    name : str
        Its name from now on.

    Returns
    -------
    Path
        Where it is now.
    """
    target = cache_directory() / name
    os.replace(built, target)
    if name.startswith("0"):  # one in sixteen, names are hexadecimal hashes
        prune(_LIMIT_BYTES)
    return target


def prune(limit_bytes: int) -> None:
    """Remove the least recently used objects above a limit, and abandoned folders.

    Parameters
    ----------
    limit_bytes : int
        Bytes that may stay.
    """
    files = []
    for entry in os.scandir(cache_directory()):
        with contextlib.suppress(OSError):
            status = entry.stat()
            if entry.is_dir() and time.time() - status.st_mtime > _ABANDONED:
                shutil.rmtree(entry.path, ignore_errors=True)
            elif entry.is_file():
                files.append((status.st_mtime, status.st_size, entry.path))
    kept = 0
    for _, size, path in sorted(files, reverse=True):
        kept += size
        if kept > limit_bytes:
            with contextlib.suppress(OSError):
                os.unlink(path)
