"""The repository of IR2Vec, which has the times and the IR of two data sets."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from typing import Any

from tunembed.datasets._archive import Archive, read_members

ARCHIVE = Archive("IITH-Compilers/IR2Vec", "76b3142a5d845d9d7caef548698f47a7a372e8c8")
LICENSE = "Apache-2.0 WITH LLVM-exception"


def read_folder(folder: str, sha256: str, **download: Any) -> dict[str, bytes]:
    """Return the tables and modules below a folder, by their paths.

    Parameters
    ----------
    folder : str
    sha256 : str
        Of these files.
    **download
        As of `read_members`.

    Returns
    -------
    dict of str to bytes
    """

    def is_wanted(path: str) -> bool:
        return path.startswith(folder) and path.endswith((".csv", ".ll"))

    return read_members(ARCHIVE, is_wanted, sha256, **download)
