"""Finding a compiler and running programs under limits."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import os
import shutil
import sys
import time

import pytest

from tunembed._toolchain import CompilerNotFoundError, find_compiler, run_limited


def test_a_compiler_is_found():
    compiler = find_compiler()
    assert compiler.kind in ("gcc", "clang", "zig")
    assert compiler.version[0].isdigit()
    assert os.access(compiler.path[0], os.X_OK)
    assert compiler.kind in str(compiler)


def test_cc_is_respected(monkeypatch, tmp_path):
    fake = tmp_path / "mycc"
    fake.write_text("#!/bin/sh\necho 'Fancy clang version 17.0.1 (http://x/1.2.3)'\n")
    fake.chmod(0o755)
    monkeypatch.setenv("CC", f"{fake} --flag")
    found = find_compiler()
    assert found.path == (str(fake), "--flag")
    assert (found.kind, found.version) == ("clang", "17.0.1")


def test_a_compiler_by_name():
    name = shutil.which("gcc") or shutil.which("cc")
    assert find_compiler(name).path == (name,)


@pytest.mark.parametrize("name", ["no-such-compiler", "false", ""])
def test_what_does_not_run_is_not_found(name, monkeypatch):
    if not name:
        monkeypatch.setenv("PATH", "/nonexistent")
        monkeypatch.delenv("CC", raising=False)
        monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(
        CompilerNotFoundError, match=r"pip install tunembed\[toolchain\]"
    ):
        find_compiler(name or None)


def test_output_input_and_status():
    program = "import sys; print(sys.stdin.read()); sys.stderr.write('e'); sys.exit(3)"
    done = run_limited([sys.executable, "-c", program], timeout=30, input=b"text")
    assert (done.returncode, done.stdout, done.stderr) == (3, b"text\n", b"e")
    assert not done.timed_out


def test_the_time_limit_ends_the_whole_group(tmp_path):
    mark = tmp_path / "mark"
    program = f"sleep 2; touch {mark}"
    start = time.monotonic()
    done = run_limited(["/bin/sh", "-c", f"({program}) & wait"], timeout=0.3)
    assert done.timed_out
    assert done.returncode == -9
    assert time.monotonic() - start < 2
    time.sleep(2)
    assert not mark.exists()


def test_the_memory_limit_holds():
    program = "x = bytearray(1 << 30)"
    done = run_limited(
        [sys.executable, "-c", program], timeout=30, memory_bytes=1 << 29
    )
    assert done.returncode != 0
    assert b"MemoryError" in done.stderr


def test_the_output_limit_ends_a_chatty_program():
    done = run_limited(["/bin/sh", "-c", "yes"], timeout=30, output_bytes=1 << 16)
    assert done.returncode != 0
    assert len(done.stdout) == 1 << 16
    assert not done.timed_out


def test_environment_and_directory(tmp_path):
    done = run_limited(
        ["/bin/sh", "-c", "echo $KEY; pwd"], timeout=30, env={"KEY": "v"}, cwd=tmp_path
    )
    assert done.stdout.decode().split() == ["v", str(tmp_path)]


def test_a_program_that_does_not_exist():
    with pytest.raises(FileNotFoundError):
        run_limited(["/no/such/program"], timeout=1)
