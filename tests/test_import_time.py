"""What an import must not drag in: lists of modules, which unlike clocks are exact."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
HEAVY = {"islpy", "lightgbm", "matplotlib", "networkx", "pandas", "scipy", "sklearn"}


@pytest.mark.parametrize("module", ["tunembed", "tunembed.metrics"])
def test_light_import(module):
    code = f"import sys, {module}; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    loaded = set(done.stdout.split())
    assert module in loaded
    assert not loaded & HEAVY
