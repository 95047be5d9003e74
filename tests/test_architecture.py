"""How the house looks: the shape of its files, its public names."""

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


def room_of(path):
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


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


def test_every_room_is_in_the_api_reference():
    reference = (ROOT / "docs" / "api.md").read_text("utf-8")
    rooms = {room_of(p) for p in MODULES if p.read_text("utf-8")}
    for room in sorted(room for room in rooms - {"cli"} if room[0] != "_"):
        assert f"   tunembed.{room}\n" in reference


def test_the_command_line_starts_light():
    done = subprocess.run(
        [sys.executable, "-c", "import sys, tunembed.cli; print(*sys.modules)"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert not {"numpy", "pandas", "sklearn", "islpy"} & set(done.stdout.split())


def test_top_level_names_resolve():
    import tunembed

    assert "tune" in dir(tunembed)
    assert all(hasattr(tunembed, name) for name in tunembed.__all__)
    with pytest.raises(AttributeError, match="no attribute 'tuna'"):
        _ = tunembed.tuna
