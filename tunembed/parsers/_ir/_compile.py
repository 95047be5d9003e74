"""C, C++, OpenCL and CUDA to LLVM IR, by clang."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tunembed._toolchain import Compiler, Completed, find_clang, run_limited
from tunembed.parsers._errors import (
    CompileError,
    CompilerNotFoundError,
    LanguageError,
    Location,
)
from tunembed.parsers._ir._module import IRModule
from tunembed.parsers._ir._parse import parse_llvm_ir

_HEADERS = Path(__file__).parents[1] / "include"
_SUFFIXES = {
    ".c": "c",
    ".cl": "opencl",
    ".cu": "cuda",
    ".cc": "c++",
    ".cpp": "c++",
    ".cxx": "c++",
}
_FLAGS = {
    "c": ("-x", "c", "-fopenmp"),
    "c++": ("-x", "c++", "-fopenmp"),
    "opencl": (
        *("-x", "cl", "-cl-std=CL2.0", "-target", "spir64"),
        *("-Xclang", "-finclude-default-header"),
    ),
    "cuda": (
        *("-x", "cuda", "--cuda-gpu-arch=sm_80", "--cuda-device-only"),
        *("-nocudainc", "-nocudalib", "-include", str(_HEADERS / "_cuda.h")),
    ),
}
_LEVELS = ("O0", "O1", "O2", "O3", "Os", "Oz")
_ERROR = re.compile(
    r"^(?P<file>[^\n:]+):(?P<line>\d+):(?P<column>\d+): (?:fatal )?error: "
    r"(?P<text>.*)$",
    re.MULTILINE,
)
_SECONDS = 60.0
_MEMORY = 4 << 30
_MAX_BYTES = 256 << 20


def compile_to_ir(
    source: str | bytes | os.PathLike[str],
    language: str | None = None,
    *,
    opt_level: str = "O1",
    filename: str | None = None,
    include_dirs: Sequence[str | os.PathLike[str]] = (),
    defines: Sequence[str] = (),
    compiler: str | None = None,
) -> IRModule:
    """Compile a program to LLVM IR.

    Nothing is linked and nothing is run. CUDA needs no SDK: kernels are compiled
    against declarations of our own, for one architecture.

    Parameters
    ----------
    source : str, bytes or Path
        The text, or where it is.
    language : {"c", "c++", "opencl", "cuda"}, optional
        By default what the file's suffix says, and C for a text.
    opt_level : {"O0", "O1", "O2", "O3", "Os", "Oz"}, default="O1"
    filename : str, optional
        The name that messages show. By default the path, or ``"<string>"``.
    include_dirs : sequence of path-like, default=()
        Where included files are searched.
    defines : sequence of str, default=()
        Macros, ``"NAME"`` or ``"NAME=VALUE"``.
    compiler : str, optional
        A command; the first clang 14 or newer, or ziglang, if not given.

    Returns
    -------
    IRModule

    Raises
    ------
    CompilerNotFoundError
        If there is no clang, and no ziglang package.
    LanguageError
        If the language is not known, or the compiler does not know it.
    CompileError
        If the compiler refuses the program, with the place.
    EmptySourceError
        If it defines no function.

    Examples
    --------
    >>> from tunembed.parsers import compile_to_ir
    >>> module = compile_to_ir("int twice(int x) { return 2 * x; }")  # doctest: +SKIP
    >>> module.functions["twice"].opcodes  # doctest: +SKIP
    ('shl', 'ret')
    """
    data, name, directory = _read(source, filename)
    language = language or _SUFFIXES.get(Path(name).suffix, "c")
    if language not in _FLAGS:
        known = ", ".join(_FLAGS)
        raise LanguageError(
            f"the language {language!r} is none of {known}", Location(name)
        )
    if opt_level not in _LEVELS:
        raise ValueError(f"opt_level must be one of {_LEVELS}, got {opt_level!r}")
    clang = _clang_for(language, compiler, name)
    folders = [directory, *include_dirs] if directory else include_dirs
    options = [
        *_level(clang, opt_level),
        *_FLAGS[language],
        *(f"-I{folder}" for folder in folders),
        *(f"-D{macro}" for macro in defines),
        *("-idirafter", str(_HEADERS)),
    ]
    with tempfile.TemporaryDirectory(prefix="tunembed-") as scratch:
        output = Path(scratch) / "module.ll"
        command = [*clang.path, *options, "-S", "-emit-llvm", "-g0", "-w"]
        command += ["-fno-caret-diagnostics", "-o", str(output), "-"]
        run = run_limited(
            command,
            timeout=_SECONDS,
            memory_bytes=_MEMORY,
            output_bytes=_MAX_BYTES,
            input=data,
        )
        if run.returncode or run.timed_out or not output.exists():
            raise _refused(run, name)
        text = output.read_bytes()
    return parse_llvm_ir(text, filename=name)


def _read(
    source: str | bytes | os.PathLike[str], filename: str | None
) -> tuple[bytes, str, Path | None]:
    if isinstance(source, (str, bytes)):
        data = source.encode() if isinstance(source, str) else source
        return data, filename or "<string>", None
    if not isinstance(source, os.PathLike):
        raise TypeError(
            f"source must be str, bytes or Path, got {type(source).__name__}"
        )
    path = Path(source)
    return path.read_bytes(), filename or str(source), path.parent


def _clang_for(language: str, name: str | None, file: str) -> Compiler:
    """Return a compiler for a language; zig has no front end for GPUs."""
    found = find_clang(name)
    if found.kind == "zig" and language in ("opencl", "cuda"):
        if name is None:
            raise CompilerNotFoundError(
                f"{file}: {language} needs clang; the ziglang package cannot compile it"
            )
        raise LanguageError(f"{found} cannot compile {language}", Location(file))
    return found


def _level(compiler: Compiler, level: str) -> tuple[str, ...]:
    """Return the options for a level; zig takes every level for the highest."""
    if compiler.kind == "zig":
        return ("-Xclang", f"-{level}", "-fno-sanitize=undefined")
    return (f"-{level}",)


def _refused(run: Completed, name: str) -> CompileError:
    if run.timed_out:
        return CompileError(
            f"the compiler did not finish within {_SECONDS:.0f} s", Location(name)
        )
    text = run.stderr.decode(errors="replace")
    found = _ERROR.search(text)
    if found is None:
        first = (text.strip().splitlines() or [f"exit status {run.returncode}"])[0]
        return CompileError(f"the compiler fails: {first}", Location(name))
    file = name if found["file"] == "<stdin>" else found["file"]
    place = Location(file, int(found["line"]), int(found["column"]))
    return CompileError(f"the compiler refuses it: {found['text']}", place)
