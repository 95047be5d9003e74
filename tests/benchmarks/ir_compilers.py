"""Read what every clang at hand makes of PolyBench: parse, count, build graphs.

    python tests/benchmarks/ir_compilers.py PolyBenchC-4.2.1 [compiler ...]

Without compilers: clang-14 up to clang-22, those that are installed.
"""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import shutil
import sys
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from tunembed.features import IRVectorizer
from tunembed.parsers import SourceError, compile_to_ir, program_graph

LEVELS = ("O0", "O3")
KNOWN = [f"clang-{version}" for version in range(14, 23)]


def main(path: str, *compilers: str) -> None:
    """Print, for each compiler and level, how many modules could be read."""
    folder = Path(path)
    sources = sorted(
        source
        for source in folder.rglob("*.c")
        if source.parent.name != "utilities" and not source.name.endswith(".orig.c")
    )
    table = Table("compiler", "level", "modules", "compiled", "read", title=path)
    for compiler in compilers or [name for name in KNOWN if shutil.which(name)]:
        for level in LEVELS:
            label = f"{compiler} -{level}"
            found = [
                read(source, folder, compiler, level)
                for source in track(sources, label, transient=True)
            ]
            compiled = sum(done is not None for done in found)
            table.add_row(
                compiler,
                level,
                str(len(sources)),
                str(compiled),
                str(found.count(True)),
            )
    Console(width=100).print(table)


def read(source: Path, folder: Path, compiler: str, level: str) -> bool | None:
    """Return whether a module is read whole; None if the compiler refuses it."""
    try:
        module = compile_to_ir(
            source,
            "c",
            opt_level=level,
            include_dirs=[folder / "utilities", source.parent],
            compiler=compiler,
        )
    except SourceError as error:
        Console(stderr=True).print(f"{compiler} -{level}: {error}", markup=False)
        return None
    row = IRVectorizer().transform([module])
    return bool(np.isfinite(row).all() and len(program_graph(module).edges))


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(*sys.argv[1:])
