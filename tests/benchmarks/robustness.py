"""Does bad input end in an error, and in time? Seeded mutations of real files.

Run it from the root of the repository::

    python tests/benchmarks/robustness.py DIRECTORY... [--inputs 20000] [--seed 0]

Every ``.ll``, ``.bc`` and ``.c`` file below the directories is a starting point. An
input passes if it is parsed, and its graph and loops are found, or if it is refused by
an error that names a place; not if it takes longer than five seconds, raises another
exception or ends the interpreter.
"""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import argparse
import random
import sys
import time
from collections import Counter
from pathlib import Path

from rich.progress import track

from tunembed.parsers import (
    LoopAnalysis,
    SourceError,
    find_loop_nests,
    parse_c,
    parse_llvm_ir,
    program_graph,
)

SLOWEST = 5.0
LONGEST = 200_000
WORDS = [
    word.encode()
    for word in (
        "0 1 -1 4294967296 18446744073709551616 1e999 0x 0xH 0xK % @ ! # \\ ' ; { } [ "
        "] ( ) < > , = * i1 i0 i8388608 ptr void float double x label metadata null "
        "undef poison zeroinitializer define declare global alias type opaque align "
        "addrspace(9) call br switch phi getelementptr invoke landingpad alloca load "
        "store asm blockaddress for while if else int struct return sizeof #pragma "
        'omp parallel ... /* */ " é\u2028'
    ).split(" ")
]
WORDS += [b"\0", b"\xff\xfe", b"\n", b"\r"]
BRACKETS = [b"(", b"[", b"{", b"<", b"*", b"-", b"[1 x ", b"{ ", b"((int)"]


def mutated(data, pool, source):
    """Return a text with one to four random changes."""
    for _ in range(source.randint(1, 4)):
        change = source.choice(CHANGES)
        data = change(data or b"\n", pool, source)[:LONGEST]
    return data


def flip(data, pool, source):
    """Change a byte."""
    at = source.randrange(len(data))
    return data[:at] + bytes([source.randrange(256)]) + data[at + 1 :]


def cut(data, pool, source):
    """Leave out a part."""
    start = source.randrange(len(data))
    return data[:start] + data[start + source.randint(1, 80) :]


def truncate(data, pool, source):
    """Leave out the rest."""
    return data[: source.randrange(len(data))]


def insert(data, pool, source):
    """Put a word in between."""
    at = source.randrange(len(data))
    return data[:at] + b" " + source.choice(WORDS) + b" " + data[at:]


def nest(data, pool, source):
    """Repeat an opening bracket or a sign very often."""
    at = source.randrange(len(data))
    return (
        data[:at]
        + source.choice(BRACKETS) * source.choice([50, 1000, 20_000])
        + data[at:]
    )


def swap_words(data, pool, source):
    """Replace a word by another one of the text."""
    words = data.split(b" ")
    words[source.randrange(len(words))] = source.choice(words)
    return b" ".join(words)


def move_line(data, pool, source):
    """Repeat a line elsewhere, or one of another text."""
    lines = data.split(b"\n")
    other = source.choice([lines, source.choice(pool).split(b"\n")])
    lines.insert(source.randrange(len(lines) + 1), source.choice(other))
    return b"\n".join(lines)


CHANGES = [flip, cut, truncate, insert, nest, swap_words, swap_words, move_line]


def use(data, kind):
    """Do with a text what a program would; say how it ended."""
    try:
        if kind == ".c":
            for function in parse_c(data).functions.values():
                find_loop_nests(function)
            return "parsed"
        module = parse_llvm_ir(data)
        program_graph(module)
        for function in module.functions.values():
            analysis = LoopAnalysis(function)
            analysis.loops, analysis.accesses  # noqa: B018 - finding them is the test
    except SourceError as error:
        return "refused" if error.location.file else "refused without a place"
    except Exception as error:  # what else it raises is what is looked for
        return f"{type(error).__name__}: {error}"[:200]
    return "parsed"


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("directories", type=Path, nargs="+")
    parser.add_argument("--inputs", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, help="where failing inputs are written")
    options = parser.parse_args()
    files = sorted(
        path
        for directory in options.directories
        for path in directory.rglob("*")
        if path.suffix in (".ll", ".bc", ".c") and path.stat().st_size < LONGEST
    )
    kinds = {path.suffix for path in files}
    pools = {k: [p.read_bytes() for p in files if p.suffix == k] for k in kinds}
    source = random.Random(options.seed)
    outcomes, slowest = Counter(), 0.0
    for number in track(range(options.inputs), "mutated inputs", transient=True):
        kind = source.choice(sorted(kinds))
        data = mutated(source.choice(pools[kind]), pools[kind], source)
        start = time.monotonic()
        outcome = use(data, kind)
        seconds = time.monotonic() - start
        slowest = max(slowest, seconds)
        if seconds > SLOWEST:
            outcome = f"too slow: {outcome}"
        outcomes[kind, outcome] += 1
        if options.keep and outcome not in ("parsed", "refused"):
            options.keep.mkdir(parents=True, exist_ok=True)
            (options.keep / f"{number}{kind}").write_bytes(data)
    for (kind, outcome), count in sorted(outcomes.items()):
        sys.stdout.write(f"{kind:4s} {count:6d}  {outcome}\n")
    sys.stdout.write(f"slowest {slowest:.2f} s\n")
    return int(any(what not in ("parsed", "refused") for _, what in outcomes))


if __name__ == "__main__":
    sys.exit(main())
