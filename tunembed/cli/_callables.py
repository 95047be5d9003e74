"""A callable out of a Python file that the user names."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import importlib.util
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tunembed.cli._errors import CommandError


def load_callable(text: str | None) -> Callable[..., Any] | None:
    """Return the callable of ``FILE.py:NAME``; None for None.

    Raises
    ------
    CommandError
        If there is no such file or callable, or the file fails.
    """
    if text is None:
        return None
    file, colon, name = text.rpartition(":")
    if not (colon and file and name.isidentifier()):
        raise CommandError(f"--arguments takes FILE.py:CALLABLE. Got {text!r}.")
    path = Path(file)
    if not path.is_file():
        raise CommandError(f"There is no file {path} for --arguments.")
    spec = importlib.util.spec_from_file_location(f"_arguments_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise CommandError(f"{path} is not a Python file; its name must end in .py.")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:  # whatever the user's own file raises
        raise CommandError(f"{_place(path, error)}: {error!r}") from error
    value = getattr(module, name, None)
    if not callable(value):
        raise CommandError(f"{path} has no callable {name!r}.")
    return value


def _place(path: Path, error: Exception) -> str:
    if isinstance(error, SyntaxError):
        return f"{path}:{error.lineno}"
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == str(path)]
    return f"{path}:{lines[-1]}" if lines else str(path)
