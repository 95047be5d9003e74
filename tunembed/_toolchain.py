"""Find a C compiler and run programs under time and memory limits."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import contextlib
import importlib.util
import os
import re
import resource
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

_CLANGS = ("clang", *(f"clang-{n}" for n in range(23, 13, -1)))
_OLDEST_CLANG = 14
_CANDIDATES = ("cc", "gcc", "clang", *(f"clang-{n}" for n in range(19, 13, -1)))


class CompilerNotFoundError(RuntimeError):
    """No usable C compiler is on this machine."""


@dataclass(frozen=True)
class Compiler:
    """A C compiler.

    Attributes
    ----------
    path : tuple of str
        The start of every command line, for example ``("/usr/bin/gcc",)``.
    kind : {"gcc", "clang", "zig"}
        The family, which decides the flags it understands.
    version : str
        As the compiler reports it, for example ``"12.2.0"``.
    """

    path: tuple[str, ...]
    kind: str
    version: str

    def __str__(self) -> str:
        return f"{self.kind} {self.version} ({' '.join(self.path)})"


@dataclass(frozen=True)
class Completed:
    """What a limited run left behind.

    Attributes
    ----------
    returncode : int
        Exit status; minus the signal's number when a signal ended the program.
    stdout, stderr : bytes
        All that was written.
    timed_out : bool
        Whether the time limit ended the program.
    """

    returncode: int
    stdout: bytes
    stderr: bytes
    timed_out: bool = False


def run_limited(
    argv: Sequence[str],
    *,
    timeout: float,
    memory_bytes: int | None = None,
    input: bytes | None = None,
    env: Mapping[str, str] | None = None,
    cwd: str | os.PathLike[str] | None = None,
    output_bytes: int | None = None,
) -> Completed:
    """Run a program in its own process group, with limits.

    Parameters
    ----------
    argv : sequence of str
        The program and its arguments; no shell is involved.
    timeout : float
        Seconds of wall time after which the whole process group is killed.
    memory_bytes : int, optional
        Limit of the address space (``RLIMIT_AS``) of each process, in bytes.
    input : bytes, optional
        Given to the program on its standard input, else that is empty.
    env : mapping, optional
        The environment; that of this process when not given.
    cwd : path-like, optional
        Working directory.
    output_bytes : int, optional
        Limit of every file that the processes write (``RLIMIT_FSIZE``), their output
        included, in bytes. A program that writes more is ended, and the output is cut.

    Returns
    -------
    Completed
        Exit status and output. A run that hit the time limit is returned as well,
        with ``timed_out`` set.

    Raises
    ------
    OSError
        If the program cannot be started.
    """
    limits = [(resource.RLIMIT_CORE, 0)]
    if memory_bytes is not None:
        limits.append((resource.RLIMIT_AS, memory_bytes))
    if output_bytes is not None:
        limits.append((resource.RLIMIT_FSIZE, output_bytes))

    def limit() -> None:
        for kind, most in limits:
            resource.setrlimit(kind, (most, most))

    with contextlib.ExitStack() as stack:
        files = [stack.enter_context(tempfile.TemporaryFile()) for _ in range(2)]
        process = subprocess.Popen(
            list(argv),
            stdin=subprocess.DEVNULL if input is None else subprocess.PIPE,
            stdout=files[0] if output_bytes is not None else subprocess.PIPE,
            stderr=files[1] if output_bytes is not None else subprocess.PIPE,
            env=None if env is None else dict(env),
            cwd=cwd,
            start_new_session=True,
            preexec_fn=limit,
        )
        stdout, stderr, timed_out = _communicate(process, input, timeout)
        if output_bytes is not None:
            for file in files:
                file.seek(0)
            stdout, stderr = (file.read() for file in files)
    return Completed(process.returncode, stdout, stderr, timed_out)


def _communicate(
    process: subprocess.Popen[bytes], input: bytes | None, timeout: float
) -> tuple[bytes, bytes, bool]:
    """Wait for a program; kill its group at the time limit, or if we are stopped."""
    timed_out = False
    try:
        stdout, stderr = process.communicate(input, timeout=timeout)
    except subprocess.TimeoutExpired:
        timed_out = True
        _kill_group(process.pid)
        stdout, stderr = process.communicate()
    finally:
        if process.poll() is None:
            _kill_group(process.pid)
            process.wait()
    return stdout, stderr, timed_out


def _kill_group(group: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


def find_compiler(name: str | None = None) -> Compiler:
    """Find a C compiler.

    Parameters
    ----------
    name : str, optional
        A command (``"clang-19"``, ``"python -m ziglang cc"``). When not given, the
        environment variable ``CC``, then ``cc``, ``gcc``, ``clang``, ``clang-19`` to
        ``clang-14`` and the ``ziglang`` package are tried in this order.

    Returns
    -------
    Compiler
        The first one that answers ``--version``.

    Raises
    ------
    CompilerNotFoundError
        If there is none, or if the one asked for does not work.
    """
    return _find(name, os.environ.get("CC") or None, os.environ.get("PATH", os.defpath))


@lru_cache(maxsize=32)
def _find(name: str | None, preferred: str | None, path: str) -> Compiler:
    asked = name or preferred
    if asked is not None:
        found = _probe(tuple(shlex.split(asked)), path)
        if found is None:
            origin = "" if name else " (from the environment variable CC)"
            raise CompilerNotFoundError(
                f"The C compiler {asked!r}{origin} was not found or does not run. "
                "Name another one, or run: pip install tunembed[toolchain]"
            )
        return found
    commands: list[tuple[str, ...]] = [(candidate,) for candidate in _CANDIDATES]
    if importlib.util.find_spec("ziglang") is not None:
        commands.append((sys.executable, "-m", "ziglang", "cc"))
    for command in commands:
        found = _probe(command, path)
        if found is not None:
            return found
    raise CompilerNotFoundError(
        f"No C compiler found (tried $CC, {', '.join(_CANDIDATES)} and ziglang). "
        "Install gcc or clang, or run: pip install tunembed[toolchain]"
    )


def find_clang(name: str | None = None) -> Compiler:
    """Find a compiler that prints LLVM IR.

    Parameters
    ----------
    name : str, optional
        A command. When not given, ``clang``, ``clang-23`` to ``clang-14`` and the
        ``ziglang`` package are tried in this order.

    Returns
    -------
    Compiler
        Of the kind ``"clang"``, version 14 or newer, or ``"zig"``.

    Raises
    ------
    CompilerNotFoundError
        If there is none, or if the one asked for is not one.
    """
    return _find_clang(name, os.environ.get("PATH", os.defpath))


@lru_cache(maxsize=32)
def _find_clang(name: str | None, path: str) -> Compiler:
    candidates = [name] if name is not None else _CLANGS
    commands = [tuple(shlex.split(candidate)) for candidate in candidates]
    if name is None and importlib.util.find_spec("ziglang") is not None:
        commands.append((sys.executable, "-m", "ziglang", "cc"))
    for command in commands:
        found = _probe(command, path)
        if found is not None and _prints_ir(found):
            return found
    tried = repr(name) if name else f"{', '.join(_CLANGS)} and ziglang"
    raise CompilerNotFoundError(
        f"No clang {_OLDEST_CLANG} or newer found (tried {tried}), which LLVM IR "
        "needs. Install clang, or run: pip install tunembed[toolchain]"
    )


def _prints_ir(compiler: Compiler) -> bool:
    version = compiler.version.partition(".")[0]
    return compiler.kind == "zig" or (
        compiler.kind == "clang" and version.isdigit() and int(version) >= _OLDEST_CLANG
    )


def _probe(command: tuple[str, ...], path: str) -> Compiler | None:
    program = shutil.which(command[0], path=path) if command else None
    if program is None:
        return None
    argv = (program, *command[1:])
    try:
        answer = run_limited((*argv, "--version"), timeout=60)
    except OSError:
        return None
    text = answer.stdout.decode(errors="replace")
    if answer.returncode != 0 or not text:
        return None
    kind = "gcc"
    if "ziglang" in argv or os.path.basename(program) == "zig":
        kind = "zig"
    elif "clang" in text:
        kind = "clang"
    match = re.search(r"\d+\.\d+(\.\d+)?", re.sub(r"\([^)]*\)", "", text))
    return Compiler(argv, kind, match.group() if match else "unknown")
