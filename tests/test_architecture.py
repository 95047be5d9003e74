"""The house as docs/architecture.md draws it: who imports whom, and how files look."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "tunembed"
MODULES = sorted(PACKAGE.rglob("*.py"))

EVERYBODY = {"__version__", "_toolchain"}
MAY_IMPORT = {
    "__init__": {"parsers", "features", "embeddings", "estimators", "tuning"},
    "_toolchain": set(),
    "parsers": set(),
    "features": {"parsers"},
    "embeddings": set(),
    "estimators": set(),
    "schedules": {"parsers"},
    "kernels": set(),
    "datasets": set(),
    "metrics": set(),
    "model_selection": set(),
    "tuning": {
        "parsers",
        "features",
        "embeddings",
        "estimators",
        "schedules",
        "kernels",
        "metrics",
    },
}
MAY_IMPORT["cli"] = set(MAY_IMPORT) - {"__init__"}

HEAVY = ("sklearn", "lightgbm", "pandas", "scipy", "islpy", "networkx", "numpy")


def room_of(path):
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported_names(tree):
    """Yield the dotted name of everything that a module imports, wherever it does."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"relative import on line {node.lineno}"
            for alias in node.names:
                yield f"{node.module}.{alias.name}"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_follow_the_plan(path):
    room = room_of(path)
    assert room in MAY_IMPORT, f"{room} is not in docs/architecture.md's plan"
    tree = ast.parse(path.read_text("utf-8"))
    rooms = {
        name.split(".")[1]
        for name in imported_names(tree)
        if name.startswith("tunembed.")
    }
    assert rooms - {room} - EVERYBODY <= MAY_IMPORT[room]


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_files_have_the_common_shape(path):
    text = path.read_text("utf-8")
    if not text and path.name == "__init__.py":
        return
    lines = text.splitlines()
    assert ast.get_docstring(ast.parse(text)), "no module docstring"
    assert "# Authors: The tunembed developers" in lines[:40]
    assert "# SPDX-License-Identifier: BSD-3-Clause" in lines[:40]
    assert len(lines) <= 400, "is there a second room inside?"


def test_the_plan_names_only_rooms_that_exist_or_are_drawn():
    drawn = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    for room in MAY_IMPORT:
        assert room == "__init__" or room in drawn


def test_every_room_is_in_the_api_reference():
    reference = (ROOT / "docs" / "api.md").read_text("utf-8")
    rooms = {room_of(p) for p in MODULES if p.read_text("utf-8")}
    for room in sorted(rooms - {"__init__", "_toolchain", "cli"}):
        assert f"   tunembed.{room}\n" in reference


@pytest.mark.parametrize("module", ["tunembed", "tunembed.cli"])
def test_importing_is_light(module):
    code = f"import sys, {module}; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert not set(HEAVY) & set(done.stdout.split())


def test_top_level_names_resolve():
    import tunembed

    assert "tune" in dir(tunembed)
    assert all(hasattr(tunembed, name) for name in tunembed.__all__)
    with pytest.raises(AttributeError, match="no attribute 'tuna'"):
        _ = tunembed.tuna
