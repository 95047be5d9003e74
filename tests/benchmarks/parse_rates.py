"""How many files of public suites are parsed, and how many loop pragmas attached.

Run it from the root of the repository, with one directory per suite::

    python tests/benchmarks/parse_rates.py ~/PolyBenchC-4.2.1 ~/dataracebench [--json]

Of every ``.c`` file below a directory those count that ``gcc -fsyntax-only -fopenmp``
accepts; every directory of the suite that holds headers of its own is searched for
them. Files are never changed. ``--define NAME`` may be repeated and holds for all
suites: AMG needs ``HYPRE_SEQUENTIAL`` where there is no MPI, and ``HYPRE_USING_OPENMP``
for its pragmas. NPB needs its ``npbparams.h`` files, which its ``sys/setparams`` makes.
"""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import argparse
import json
import re
import sys
import time
from collections import Counter
from pathlib import Path

from tunembed._toolchain import find_compiler, run_limited
from tunembed.parsers import SourceError, parse_c
from tunembed.parsers._directives import read_directive
from tunembed.parsers._errors import Location
from tunembed.parsers._model import Loop, find

_PRAGMA = re.compile(r'^# (\d+) "([^"]*)"|^\s*#\s*pragma\s+(omp\b.*)$', re.MULTILINE)


def loop_pragmas(path: Path, flags: list[str]) -> int | None:
    """Count OpenMP loop directives in what the preprocessor leaves of a file.

    The compiler's own headers are used, so that the count does not depend on ours.
    Returns None if the compiler does not accept the file.
    """
    compiler = [*find_compiler().path, "-fopenmp", "-w", *flags]
    checked = run_limited([*compiler, "-fsyntax-only", str(path)], timeout=60)
    if checked.returncode != 0:
        return None
    text = run_limited([*compiler, "-E", str(path)], timeout=60).stdout.decode(
        errors="replace"
    )
    inside, count = True, 0
    for match in _PRAGMA.finditer(text):
        if match[2] is not None:
            inside = not match[2].startswith(("/usr", "<"))
        elif inside:
            count += read_directive(match[3], Location("")).is_for_loops
    return count


def attached_pragmas(path: Path, include_dirs: list[Path], defines: list[str]) -> int:
    """Parse a file and count the OpenMP directives attached to loops."""
    unit = parse_c(path, include_dirs=include_dirs, defines=defines)
    places = set()
    for function in unit.functions.values():
        for loop in find(function.body, Loop):
            for directive in loop.directives:
                if directive.is_openmp:
                    places.add((directive.location, directive.text, id(loop.node)))
    return len(places)


def _is_library(path: Path) -> bool:
    """Whether a directory holds headers that would hide those of the C library."""
    return any((path / name).exists() for name in ("stdio.h", "types.h", "time.h"))


def measure(suite: Path, defines: list[str]) -> dict[str, object]:
    """Return the figures of one suite."""
    files = sorted(suite.rglob("*.c"))
    headers = sorted({path.parent for path in suite.rglob("*.h")})
    include_dirs = [suite, *(path for path in headers if not _is_library(path))]
    flags = [f"-I{path}" for path in include_dirs] + [f"-D{name}" for name in defines]
    totals: Counter[str] = Counter(files=len(files))
    failures = []
    seconds = 0.0
    for path in files:
        expected = loop_pragmas(path, flags)
        if expected is None:
            continue
        totals["accepted"] += 1
        totals["pragmas"] += expected
        start = time.perf_counter()
        try:
            found = attached_pragmas(path, include_dirs, defines)
        except SourceError as error:
            failures.append(f"{path.relative_to(suite)}: {error}")
            continue
        finally:
            seconds += time.perf_counter() - start
        totals["parsed"] += 1
        totals["attached"] += min(found, expected)
        totals["lines"] += len(path.read_bytes().splitlines())
        if found != expected:
            failures.append(f"{path}: {found} of {expected} loop pragmas attached")
    return {
        "suite": suite.name,
        **{key: totals[key] for key in ("files", "accepted", "parsed")},
        **{key: totals[key] for key in ("pragmas", "attached", "lines")},
        "lines_per_second": round(totals["lines"] / seconds) if seconds else 0,
        "failures": failures,
    }


def main(arguments: list[str] | None = None) -> int:
    """Print the table; return 0 if the aims are met, else 1."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("suites", nargs="+", type=Path)
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--failures", action="store_true", help="name every failure")
    parser.add_argument("--define", action="append", default=[], metavar="NAME")
    options = parser.parse_args(arguments)
    rows = [measure(path, options.define) for path in options.suites]
    total = {key: sum(int(row[key]) for row in rows) for key in _COLUMNS[1:-1]}
    spent = sum(row["lines"] / max(1, row["lines_per_second"]) for row in rows)
    total["lines_per_second"] = round(total["lines"] / spent) if spent else 0
    if options.json:
        document = {"suites": rows, "total": total}
        sys.stdout.write(json.dumps(document, indent=2) + "\n")
    else:
        _print_table([*rows, {"suite": "all", **total}])
        for row in rows if options.failures else ():
            for failure in row["failures"]:
                sys.stdout.write(f"{failure}\n")
    parsed = total["parsed"] >= 0.97 * total["accepted"]
    return 0 if parsed and total["attached"] == total["pragmas"] else 1


_COLUMNS = (
    "suite",
    "files",
    "accepted",
    "parsed",
    "pragmas",
    "attached",
    "lines",
    "lines_per_second",
)


def _print_table(rows: list[dict[str, object]]) -> None:
    table = [_COLUMNS, *(tuple(str(row[key]) for key in _COLUMNS) for row in rows)]
    widths = [max(len(row[i]) for row in table) for i in range(len(_COLUMNS))]
    for row in table:
        cells = (cell.rjust(width) for cell, width in zip(row, widths, strict=True))
        sys.stdout.write("  ".join(cells) + "\n")


if __name__ == "__main__":
    sys.exit(main())
