"""What a command says when it cannot go on, and its exit code."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from collections.abc import Iterator
from contextlib import contextmanager

import typer

FASTER = 0
BAD_INPUT = 2
NO_IMPROVEMENT = 3
INTERRUPTED = 130


class CommandError(ValueError):
    """What was asked for on the command line cannot be done."""


@contextmanager
def reporting(kept: str = "Nothing was changed.") -> Iterator[None]:
    """Turn our own errors into one line and exit code 2, Ctrl-C into 130.

    An error of our own class, or of the file system, is a message to the user; any
    other is a bug and keeps its traceback.

    Parameters
    ----------
    kept : str
        What to say after Ctrl-C: what is not lost.
    """
    try:
        yield
    except KeyboardInterrupt:
        _complain(f"Interrupted. {kept}")
        raise typer.Exit(INTERRUPTED) from None
    except (ValueError, RuntimeError, LookupError, MemoryError, OSError) as error:
        if not _is_message(error):
            raise
        _complain(_text(error))
        raise typer.Exit(BAD_INPUT) from None


def _is_message(error: Exception) -> bool:
    ours = type(error).__module__.startswith("tunembed.")
    return ours or isinstance(error, OSError | MemoryError)


def _text(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror and error.filename:
        return f"{error.filename}: {error.strerror}."
    if type(error) is MemoryError:
        return "Out of memory. Choose smaller sizes with --size."
    return str(error.args[0] if error.args else error)


def _complain(message: str) -> None:
    typer.secho("tunembed: ", fg="red", bold=True, nl=False, err=True)
    typer.echo(" ".join(message.split()), err=True)
