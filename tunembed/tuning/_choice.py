"""Which text, and which function of it, is meant."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from pathlib import Path

from tunembed.parsers import (
    Function,
    FunctionNotFoundError,
    Location,
    find_loop_nests,
    parse_c,
)

_WRITTEN = (".tuned.c", ".scheduled.c")


def as_source(kernel: str | Path) -> str | Path:
    """Return a path for a string that can only name a file, else what was given."""
    is_text = isinstance(kernel, str) and any(c in kernel for c in ";{}\n")
    return kernel if is_text or not kernel else Path(kernel)


def kernels_in(folder: str | Path) -> list[Path]:
    """Return the C files of a folder, without those that a command wrote.

    Parameters
    ----------
    folder : str or Path
        A folder.

    Returns
    -------
    list of Path
        In the order of their names.
    """
    files = sorted(Path(folder).glob("*.c"))
    return [file for file in files if not file.name.endswith(_WRITTEN)]


def choose_function(kernel: str | Path, name: str | None) -> Function:
    """Return the function to tune: the named one, or the only one with loops.

    Parameters
    ----------
    kernel : str or Path
        C text, or a file.
    name : str or None
        None for the only one.

    Returns
    -------
    Function

    Raises
    ------
    FunctionNotFoundError
        If there is none, or more than one to choose from.
    """
    unit = parse_c(kernel)
    if name is not None:
        found = unit.function(name)
        if not has_loops(found):
            raise FunctionNotFoundError(
                f"the function '{name}' has no loops: there is nothing to tune",
                found.location,
            )
        return found
    looping = [f for f in unit.functions.values() if has_loops(f)]
    if len(looping) == 1:
        return looping[0]
    names = ", ".join(f.name for f in looping or unit.functions.values())
    if not names:
        raise FunctionNotFoundError("the file defines no function", Location(unit.path))
    where = next(iter(looping or unit.functions.values())).location
    if not looping:
        raise FunctionNotFoundError(
            f"no function has a loop ({names}): there is nothing to tune", where
        )
    raise FunctionNotFoundError(
        f"several functions have loops ({names}): choose one with --function", where
    )


def has_loops(function: Function) -> bool:
    """Return whether a function has a `for` loop."""
    return bool(find_loop_nests(function))
