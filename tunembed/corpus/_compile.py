"""A unit to modules, one for each level."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from tunembed._llvm_process import LLVMError
from tunembed._toolchain import find_clang, run_limited
from tunembed.corpus._optimizer import Optimizer
from tunembed.corpus._package import Unit
from tunembed.parsers import IRModule, ParseError, parse_llvm_ir

_SECONDS = 40.0
_MEMORY = 3 << 30
_MAX_BYTES = 48 << 20
# Old C that clang takes for wrong today.
_OLD = tuple(
    f"-Wno-{name}"
    for name in (
        "implicit-function-declaration",
        "implicit-int",
        "incompatible-function-pointer-types",
        "int-conversion",
    )
)
_CUDA = Path(__file__).with_name("data") / "cuda.h"
# OpenCL's own functions are known to clang without a header, which would be slow.
# CUDA's are declared by a header of ours, so that nobody needs the SDK; LAMMPS asks for
# the macro.
_FLAGS = {
    "c": ("-x", "c", "-std=gnu11", "-fopenmp"),
    "c++": ("-x", "c++", "-std=gnu++17", "-fopenmp"),
    "opencl": ("-x", "cl", "-cl-std=CL2.0", "-target", "spir64"),
    "cuda": (
        *("-x", "cuda", "-std=gnu++17", "--cuda-device-only", "--cuda-gpu-arch=sm_70"),
        *("-nocudainc", "-nocudalib", "-include", str(_CUDA), "-DNV_KERNEL"),
    ),
}
_OPTIMIZER = Optimizer()


class UnitError(RuntimeError):
    """A unit cannot be compiled."""


def compiled(unit: Unit, levels: Sequence[str]) -> Iterator[tuple[str, IRModule]]:
    """Yield the modules of a unit; levels at which it cannot be had are left out.

    A unit goes through the front end once, and then through LLVM's passes level by
    level, which takes half the time of a compiler run for each.

    Parameters
    ----------
    unit : Unit
    levels : sequence of {"O0", "O1", "O2", "O3"}

    Yields
    ------
    level : str
    module : IRModule

    Raises
    ------
    UnitError
        If the front end refuses it.
    """
    is_kernel = unit.language in ("opencl", "cuda")
    yield from optimized(_bitcode(unit), levels, unit.path, vectorize=not is_kernel)


def optimized(
    data: bytes, levels: Sequence[str], name: str, *, vectorize: bool = True
) -> Iterator[tuple[str, IRModule]]:
    """Yield a module after the passes of several levels.

    Parameters
    ----------
    data : bytes
        Bitcode or text.
    levels : sequence of {"O0", "O1", "O2", "O3"}
    name : str
        For messages.
    vectorize : bool, default=True

    Yields
    ------
    level : str
    module : IRModule
    """
    for level in levels:
        try:
            text = _OPTIMIZER.optimized(data, level, vectorize)
            if len(text) <= _MAX_BYTES:
                yield level, parse_llvm_ir(text, filename=name)
        except (LLVMError, ParseError):
            continue


def _bitcode(unit: Unit) -> bytes:
    """Return what the front end makes of a unit: nothing is optimised yet.

    Folders come after the system's own: trees carry stand-ins for headers that other
    systems lack.
    """
    folders = list(unit.include_dirs)
    if isinstance(unit.source, Path):
        folders.insert(0, unit.source.parent)
    with tempfile.TemporaryDirectory(prefix="tunembed-") as scratch:
        output = Path(scratch) / "module.bc"
        command = [
            *find_clang().path,
            *_FLAGS[unit.language],
            *("-O1", "-Xclang", "-disable-llvm-passes", "-emit-llvm", "-c", "-g0"),
            *("-w", *_OLD, "-ferror-limit=1", "-fno-caret-diagnostics"),
            *(f"-iquote{folder}" for folder in folders),
            *(f"-idirafter{folder}" for folder in folders),
            *(f"-D{macro}" for macro in unit.defines),
            *("-o", str(output), "-"),
        ]
        run = run_limited(
            command,
            timeout=_SECONDS,
            memory_bytes=_MEMORY,
            output_bytes=_MAX_BYTES,
            input=unit.read(),
            cwd=scratch,
        )
        if run.returncode or run.timed_out or not output.exists():
            said = run.stderr.decode(errors="replace")
            lines = [line for line in said.splitlines() if "error:" in line]
            raise UnitError(lines[0] if lines else "the compiler gave up")
        return output.read_bytes()
