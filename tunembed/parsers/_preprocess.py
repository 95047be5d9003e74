"""Run the C preprocessor over headers that pycparser can read."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import os
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pycparser_fake_libc

from tunembed._toolchain import find_compiler, run_limited
from tunembed.parsers._errors import (
    CSyntaxError,
    Location,
    MissingIncludeError,
    PreprocessorError,
)

_HEADERS = Path(__file__).parent / "include"
_SECONDS = 30.0
_MAX_BYTES = 4 << 20
_MAX_UNKNOWN_HEADERS = 50
_FLAGS = (
    "-D__attribute__(x)=",
    "-D__extension__=",
    "-D__restrict=restrict",
    "-D__restrict__=restrict",
    "-D__inline=inline",
    "-D__inline__=inline",
    "-D__const=const",
    "-D__volatile__=volatile",
    "-D__volatile=volatile",
    "-D__signed__=signed",
    "-D__builtin_assume_aligned(p,...)=(p)",
    "-D__typeof__(x)=_tunembed_typeof",
    "-D__PRETTY_FUNCTION__=__func__",
    "-D_OPENMP=202111",
    "-D_FAKE_DEFINES_H",
    "-D_FAKE_TYPEDEFS_H",
)
_ERROR = re.compile(
    r"^(?P<file>[^\n:]+):(?P<line>\d+):(?:(?P<column>\d+):)? (?:fatal )?error: "
    r"(?P<text>.*)$",
    re.MULTILINE,
)
_MISSING = re.compile(r"'?(?P<name>.+?)'?(?:: No such file| file not found)")


def preprocess(
    text: str,
    *,
    filename: str,
    directory: Path | None = None,
    include_dirs: Sequence[str | os.PathLike[str]] = (),
    defines: Sequence[str] = (),
) -> str:
    """Return the preprocessed text with line markers.

    Parameters
    ----------
    text : str
        C source.
    filename : str
        The name for locations.
    directory : Path, optional
        Where ``#include "..."`` looks first.
    include_dirs : sequence of path-like
    defines : sequence of str
        ``"NAME"`` or ``"NAME=VALUE"``.

    Returns
    -------
    str

    Raises
    ------
    MissingIncludeError
        If a file named in ``#include "..."`` is not found. A ``<...>`` header that
        neither the fake library nor ``include_dirs`` has counts as empty.
    PreprocessorError
        If the preprocessor stops (``#error``, unterminated ``#if``).
    CompilerNotFoundError
        If this machine has no C compiler.
    """
    command = [*find_compiler().path, "-E", "-x", "c", "-nostdinc", *_FLAGS]
    command += [f"-D{define}" for define in defines]
    if directory is not None:
        command += ["-iquote", str(directory)]
    command += [f"-I{os.fspath(directory)}" for directory in include_dirs]
    command += [f"-I{_HEADERS}", f"-I{pycparser_fake_libc.directory}"]
    command += ["-include", str(_HEADERS / "_prelude.h"), "-"]
    with tempfile.TemporaryDirectory(prefix="tunembed-") as empty:
        command[-1:-1] = ["-idirafter", empty]
        for _ in range(_MAX_UNKNOWN_HEADERS):
            result = _run(command, text, filename)
            if isinstance(result, str):
                return result
            _add_empty_header(Path(empty), result)
    raise PreprocessorError("too many unknown system headers", Location(filename))


def _run(command: list[str], text: str, filename: str) -> str | tuple[str, Location]:
    """Return the output, or the unknown header and where it is included."""
    environment = dict(os.environ, LC_ALL="C")
    done = run_limited(
        command,
        timeout=_SECONDS,
        input=f"#line 1 {_quote(filename)}\n{text}".encode(),
        env=environment,
        output_bytes=_MAX_BYTES,
    )
    if done.timed_out:
        raise PreprocessorError(
            f"the preprocessor ran for more than {_SECONDS:g} s", Location(filename)
        )
    if len(done.stdout) >= _MAX_BYTES:
        raise PreprocessorError(
            f"the preprocessed text is larger than {_MAX_BYTES >> 20} MiB",
            Location(filename),
        )
    if done.returncode == 0:
        return done.stdout.decode("utf-8", errors="replace")
    message = done.stderr.decode("utf-8", errors="replace")
    return _explain(message, text, filename)


def _explain(message: str, text: str, filename: str) -> tuple[str, Location]:
    found = _ERROR.search(message)
    if found is None:
        last = (message.strip().splitlines() or ["no message"])[-1]
        raise PreprocessorError(f"the preprocessor failed: {last}", Location(filename))
    line, column = int(found["line"]), int(found["column"] or 0)
    location = Location(found["file"], line, column)
    missing = _MISSING.match(found["text"])
    if missing is None:
        kind = CSyntaxError if "unterminated" in found["text"] else PreprocessorError
        raise kind(found["text"], location)
    name = missing["name"]
    source = text if location.file == filename else _read(location.file)
    lines = source.splitlines()
    included = lines[line - 1] if 0 < line <= len(lines) else ""
    if f"<{name}>" not in included:
        raise MissingIncludeError(
            f'included file "{name}" not found; pass its directory in include_dirs',
            location,
        )
    return name, location


def _quote(name: str) -> str:
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _add_empty_header(directory: Path, missing: tuple[str, Location]) -> None:
    name, location = missing
    path = Path(os.path.normpath(directory / name))
    if not path.is_relative_to(directory) or path.exists():
        raise MissingIncludeError(f"included file <{name}> not found", location)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
