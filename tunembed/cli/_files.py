"""Where a command writes, and how: whole files or nothing."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import os
from pathlib import Path

from tunembed.cli._errors import CommandError


def output_beside(kernel: Path, output: Path | None, word: str) -> Path:
    """Return the file to write, after making sure that it can be written."""
    target = output or kernel.with_name(f"{kernel.stem}.{word}.c")
    if target.is_dir():
        raise CommandError(f"{target} is a folder; --output takes a file.")
    if target.exists() and target.samefile(kernel):
        raise CommandError(f"{target} is the kernel itself; choose another --output.")
    folder = target.parent
    if not folder.is_dir():
        raise CommandError(f"There is no folder {folder} for {target.name}.")
    if not os.access(target if target.exists() else folder, os.W_OK):
        raise CommandError(
            f"Cannot write {target}: {folder} is read-only. Choose another place "
            "with --output."
        )
    return target


def write_whole(target: Path, text: str) -> None:
    """Write a file so that nobody ever sees a part of it."""
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        draft.write_text(text, encoding="utf-8")
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
