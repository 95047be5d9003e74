"""Let a source tree make its headers: configure or cmake, under limits."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import os
import shutil
from pathlib import Path

from tunembed._toolchain import find_clang, run_limited

_SECONDS = 300.0
_MEMORY = 4 << 30
_LARGEST_FILE = 256 << 20
BUILD = "tunembed-build"


def configure(root: Path, command: str = "") -> bool:
    """Run what makes the headers of a source tree; failing is no error.

    Parameters
    ----------
    root : Path
    command : str
        For ``sh -c``. By default ``./configure``, or cmake, whichever there is.

    Returns
    -------
    bool
        Whether something was run and said that it succeeded.
    """
    usual = _usual(root) if not command else ["sh", "-c", command]
    if not usual:
        return False
    compiler = " ".join(find_clang().path)
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(root),
        "LC_ALL": "C",
        "CC": compiler,
        "CFLAGS": "-O1 -w",
        "TMPDIR": str(root),
    }
    try:
        run = run_limited(
            usual,
            timeout=_SECONDS,
            memory_bytes=_MEMORY,
            output_bytes=_LARGEST_FILE,
            env=environment,
            cwd=root,
        )
    except OSError:
        return False
    return run.returncode == 0


def _usual(root: Path) -> list[str]:
    if (root / "configure").is_file():
        return ["sh", "./configure"]
    if (root / "CMakeLists.txt").is_file() and shutil.which("cmake"):
        compiler = find_clang().path[0]
        return ["cmake", "-S", ".", "-B", BUILD, f"-DCMAKE_C_COMPILER={compiler}"]
    return []
