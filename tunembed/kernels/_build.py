"""Compile C into shared objects and programs, once per content."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import hashlib
import os
import re
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tunembed._toolchain import Compiler, find_compiler, run_limited
from tunembed.kernels._cache import cache_directory, lookup, store
from tunembed.kernels._machine import machine_fingerprint
from tunembed.kernels._outcome import ArgumentError, CompileError, KernelError, Outcome

BASELINE_FLAGS = ("-O3", "-march=native")
CALLER = "<call>"
_SECONDS = 120.0
_SHOWN = 5


@dataclass(frozen=True)
class Build:
    """C text and how to compile it.

    Parameters
    ----------
    source : str
        C text.
    flags : tuple of str, default=("-O3", "-march=native")
        Compiler flags. ``-fopenmp`` is added where the text mentions ``omp``.
    compiler : Compiler or str, optional
        A compiler or its command; the first that `find_compiler` finds when not given.
    filename : str, default="kernel.c"
        Name in error messages.
    include_dirs : tuple of str, default=()
        Folders for ``#include``.

    See Also
    --------
    Kernel : Verifies and times builds.
    """

    source: str
    flags: tuple[str, ...] = BASELINE_FLAGS
    compiler: Compiler | str | None = None
    filename: str = "kernel.c"
    include_dirs: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "flags", tuple(self.flags))
        object.__setattr__(self, "include_dirs", tuple(map(str, self.include_dirs)))

    def resolve_compiler(self) -> Compiler:
        """Return the compiler that will be used."""
        return resolve(self.compiler)

    def library(self, appended: str = "") -> Path:
        """Compile to a shared object.

        Parameters
        ----------
        appended : str, default=""
            C text to compile in the same translation unit, after the source.

        Returns
        -------
        Path
            The shared object, in the cache.

        Raises
        ------
        CompileError
            If the compiler rejects it; the message has file, line and column.
        """
        text = named(self.source, self.filename) + named(appended, CALLER)
        flags = ["-fPIC", "-shared"]
        if sys.platform == "linux":
            flags += ["-Wl,-Bsymbolic", "-Wl,-z,lazy"]
        return compile_text(
            [text], [*self.flags, *flags], self.resolve_compiler(), self.include_dirs
        )


def named(text: str, filename: str) -> str:
    """Make the compiler report a text's lines under a file's name.

    Parameters
    ----------
    text : str
        C text.
    filename : str
        The name to show.

    Returns
    -------
    str
        The text behind a ``#line`` directive.
    """
    escaped = filename.replace("\\", "\\\\").replace('"', '\\"')
    return f'#line 1 "{escaped}"\n{text}\n'


def read_source(source: str | Path, function: str) -> tuple[str, str, tuple[str, ...]]:
    """Read what a function's source may be given as.

    Parameters
    ----------
    source : str or Path
        C text, or a C file.
    function : str
        The function's name, which also names a text.

    Returns
    -------
    text : str
        C text.
    name : str
        File name for messages.
    folders : tuple of str
        Where its headers may be.

    Raises
    ------
    ArgumentError
        If the name is not a C identifier.
    OSError
        If the file cannot be read.
    """
    if re.fullmatch(r"[A-Za-z_]\w*", function) is None:
        raise ArgumentError(f"Got function={function!r}; expected a C identifier.")
    if isinstance(source, Path):
        text = source.read_text(encoding="utf-8", errors="replace")
        return text, source.name, (str(source.resolve().parent),)
    return source, f"{function}.c", ()


def resolve(compiler: Compiler | str | None) -> Compiler:
    """Return a compiler.

    Parameters
    ----------
    compiler : Compiler, str or None
        Itself, its command, or None for the default one.

    Returns
    -------
    Compiler
        The compiler.
    """
    return compiler if isinstance(compiler, Compiler) else find_compiler(compiler)


def compile_text(
    texts: Sequence[str],
    flags: Sequence[str],
    compiler: Compiler,
    include_dirs: Sequence[str] = (),
) -> Path:
    """Compile and link C texts, or return the result of having done so before.

    Parameters
    ----------
    texts : sequence of str
        C texts, one per translation unit.
    flags : sequence of str
        Flags; those for the linker go behind the sources.
    compiler : Compiler
        Compiler.
    include_dirs : sequence of str, default=()
        Folders for ``#include``.

    Returns
    -------
    Path
        The executable or shared object, in the cache.

    Raises
    ------
    CompileError
        If the compiler rejects it.
    """
    flags = list(flags)
    if "-fopenmp" not in flags and any(re.search(r"\bomp(_|\b)", t) for t in texts):
        flags += _openmp_flags(compiler)
    if compiler.kind == "zig":
        flags.append("-fno-sanitize=undefined")
    linker = [f for f in flags if f.startswith(("-l", "-L", "-Wl,"))]
    argv = [*compiler.path, "-w", *(f for f in flags if f not in linker)]
    argv += [f"-I{folder}" for folder in include_dirs]
    tail = [*linker, "-lm"]
    key = _key(texts, argv, tail, compiler, has_folders=bool(include_dirs))
    found = lookup(key)
    if found is not None:
        return found
    with tempfile.TemporaryDirectory(dir=cache_directory(), prefix="build-") as folder:
        sources = [Path(folder) / f"source{k}.c" for k in range(len(texts))]
        for source, text in zip(sources, texts, strict=True):
            source.write_text(text, encoding="utf-8")
        output = Path(folder) / "output"
        _run([*argv, "-o", str(output), *map(str, sources), *tail])
        return store(output, key)


def _openmp_flags(compiler: Compiler) -> list[str]:
    if compiler.kind != "zig":
        return ["-fopenmp"]
    # zig brings neither omp.h nor a runtime: those of the intel-openmp package
    prefix = Path(sys.prefix)
    include, lib = prefix / "opt/compiler/include", prefix / "lib"
    runtime = [f"-L{lib}", "-liomp5", f"-Wl,-rpath,{lib}"]
    return ["-fopenmp", f"-I{include}", *runtime]


def _key(
    texts: Sequence[str],
    argv: Sequence[str],
    tail: Sequence[str],
    compiler: Compiler,
    *,
    has_folders: bool,
) -> str:
    machine = machine_fingerprint()
    parts = [*texts, *argv, *tail, compiler.version]
    parts += [repr(machine[name]) for name in ("cpu", "isa")]
    if has_folders:
        local = [t for t in texts if re.search(r'#\s*include\s*"', t)]
        parts += [_preprocessed(text, argv) for text in local]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:40]


def _preprocessed(text: str, argv: Sequence[str]) -> str:
    command = [*argv, "-E", "-x", "c", "-"]
    done = run_limited(command, timeout=_SECONDS, input=text.encode())
    return done.stdout.decode(errors="replace")


def _run(argv: Sequence[str]) -> None:
    env = {**os.environ, "LC_ALL": "C"}
    try:
        done = run_limited(argv, timeout=_SECONDS, env=env)
    except OSError as error:
        raise KernelError(
            f"The compiler {argv[0]!r} does not start: {error}"
        ) from error
    if done.timed_out:
        message = f"the compiler did not finish within {_SECONDS:.0f} s"
    elif done.returncode != 0:
        message = _shorten(done.stderr.decode(errors="replace"), done.returncode)
    else:
        return
    raise CompileError(message, Outcome("compile_error", message))


def _shorten(text: str, returncode: int) -> str:
    lines = list(dict.fromkeys(line for line in text.splitlines() if line.strip()))
    pattern = re.compile(r"(error|undefined reference|cannot find)", re.IGNORECASE)
    wanted = [line for line in lines if pattern.search(line)] or lines
    more = len(wanted) - _SHOWN
    shown = wanted[:_SHOWN] + ([f"... and {more} more"] if more > 0 else [])
    return "\n".join(shown) or f"the compiler ended with exit code {returncode}"
