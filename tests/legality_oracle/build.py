"""Compile many small C files, all with a function ``f``, into one shared library."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import re
import subprocess
from pathlib import Path

_FLAGS = ["-std=gnu11", "-O2", "-fopenmp", "-fPIC"]
_WARNINGS = ["-Wall", "-Wextra", "-Wno-unused-parameter"]
_DEFINED = re.compile(r"^[a-z][\w \*]*?(\w+)\(", re.MULTILINE)
_DECLARES = re.compile(r"^#define|^struct|^[a-z].*;$", re.MULTILINE)
_PLACE = re.compile(r"^(\w+)\.c:\d+:", re.MULTILINE)


def build(symbols: dict[str, str], folder: Path) -> dict[str, str]:
    """Build ``pairs.so`` with the ``f`` of every text under its own symbol.

    Functions alone in their file share a translation unit, which is much faster.

    Returns
    -------
    dict of str to str
        The compiler's messages, by symbol. What does not compile is left out.
    """
    alone = {s: t for t, s in symbols.items() if not _DECLARES.search(t)}
    others = {s: t for t, s in symbols.items() if s not in alone}
    for symbol, text in others.items():
        (folder / f"{symbol}.c").write_text(_renamed(text, symbol))
    messages = _by_symbol(_compile(folder, list(others)))
    while True:
        shared = "".join(_renamed(text, symbol) for symbol, text in alone.items())
        (folder / "shared.c").write_text(shared)
        messages |= (found := _by_symbol(_compile(folder, ["shared"])))
        broken = [symbol for symbol, text in found.items() if "error:" in text]
        if not broken:
            break
        alone = {s: t for s, t in alone.items() if s not in broken}
    objects = [path.name for path in folder.glob("*.o")]
    command = ["cc", "-fopenmp", "-shared", *objects, "-lm", "-o", "pairs.so"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return messages


def _by_symbol(messages: str) -> dict[str, str]:
    """Sort the compiler's messages by the file that they name."""
    found: dict[str, str] = {}
    for line in messages.splitlines():
        if match := _PLACE.match(line):
            found[match[1]] = f"{found.get(match[1], '')}{line}\n"
    return found


def _renamed(text: str, symbol: str) -> str:
    """Give every function of a file a name that starts with ``symbol``."""
    names = dict.fromkeys(_DEFINED.findall(text))
    new = {n: symbol if n == "f" else f"{symbol}_{n}" for n in names}
    before = "".join(f"#define {old} {name}\n" for old, name in new.items())
    after = "".join(f"#undef {name}\n" for name in new)
    return f'{before}#line 1 "{symbol}.c"\n{text}\n{after}'


def _compile(folder: Path, names: list[str]) -> str:
    if not names:
        return ""
    command = ["cc", *_FLAGS, *_WARNINGS, "-c", *(f"{name}.c" for name in names)]
    run = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False
    )
    return run.stderr
