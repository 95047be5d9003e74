"""Who imports whom, against the table in docs/architecture.md itself."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "tunembed"
MODULES = sorted(PACKAGE.rglob("*.py"))

# The helpers that every room may import, and what belongs to no room.
EVERYBODY = {"_llvm_process", "_toolchain", "__version__"}
ROOMLESS = {"__init__", "__main__", "_llvm_process", "_toolchain"}


def read_table():
    """Return {room: rooms it may import} as the architecture page has it."""
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    table = {"parsers": set()}
    for left, right in re.findall(r"^([a-z_, ]+) -> ([a-z_ ]+)$", page, re.MULTILINE):
        targets = None if right == "everything public" else set(right.split())
        targets = set() if right == "none of ours" else targets
        table |= dict.fromkeys(left.replace(",", " ").split(), targets)
    everything = set(table)
    return {room: everything if to is None else to for room, to in table.items()}


TABLE = read_table()


def room_of(path):
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported_rooms(path):
    """Yield (line, room) for every import of ours, inside functions too."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"), str(path))):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        for name in names:
            if name.startswith("tunembed."):
                yield node.lineno, name.split(".")[1]


def test_the_table_is_read():
    assert TABLE["features"] == {"parsers"}
    assert TABLE["estimators"] == set()
    assert "kernels" in TABLE["tuning"]
    assert TABLE["cli"] >= {"tuning", "parsers", "datasets"}


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_import_directions(path):
    room = room_of(path)
    assert room in TABLE or room in ROOMLESS, f"{room} is not in docs/architecture.md"
    allowed = TABLE.get(room, set()) | {room} | EVERYBODY
    if path == PACKAGE / "__main__.py":
        allowed |= {"cli"}
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {target}"
        for line, target in imported_rooms(path)
        if target not in allowed
    ]
    assert not wrong
