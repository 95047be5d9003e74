"""Examples of the gallery run, and guides show what is really printed."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
EXAMPLES = sorted((ROOT / "examples").glob("plot_*.py"))
GUIDES = ("splits", "recommenders", "llvm_ir")
BLOCK = re.compile(
    r"```python\n((?:(?!```).)*?)```\n(?:\n```text\n((?:(?!```).)*?)```\n)?", re.DOTALL
)
# Blocks that need the network or a compiler; of these only the imports are run.
ELSEWHERE = ("fetch_", "compile_to_ir(")
NO_DISPLAY = "ignore:FigureCanvasAgg is non-interactive"


def test_there_are_examples():
    assert len(EXAMPLES) >= 3


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_runs_without_a_warning(path, tmp_path):
    pytest.importorskip("matplotlib")
    run = subprocess.run(
        [sys.executable, "-W", "error", "-W", NO_DISPLAY, path],
        env={**os.environ, "MPLBACKEND": "Agg", "PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.count("\n") > 5


def shape_of(text):
    """Return the words of each line, numbers left out: versions differ in the last."""
    return [re.sub(r"-?\d+(\.\d+)?", "#", line).split() for line in text.splitlines()]


@pytest.mark.parametrize("name", GUIDES)
def test_a_guide_shows_what_is_printed(name, capsys):
    blocks = BLOCK.findall((ROOT / "docs" / f"{name}.md").read_text())
    names: dict[str, object] = {}
    compared = 0
    for code, shown in blocks:
        if any(word in code for word in ELSEWHERE):
            lines = code.splitlines()
            code = "\n".join(x for x in lines if x.startswith(("import ", "from ")))
            exec(code, names)
            continue
        exec(code, names)
        printed = capsys.readouterr().out
        assert shape_of(printed) == shape_of(shown)
        compared += bool(shown)
    assert compared >= 4
