"""The kernels in examples/kernels/: headers, names, warnings, loop nests, table.

``python tests/test_example_kernels.py`` writes the table of their README anew.
"""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import re
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest

from tunembed.parsers import find_loop_nests, parse_c
from tunembed.tuning import kernels_in

FOLDER = Path(__file__).parents[1] / "examples" / "kernels"
FILES = kernels_in(FOLDER)
README = FOLDER / "README.md"
TABLE = re.compile(r"(?<=<!-- table -->\n).*(?=<!-- end of table -->)", re.DOTALL)
HEADER = re.compile(
    r"/\* (?P<name>\w+): (?P<text>[^\n]+)\.\n"
    r" \* tunembed: family (?P<family>[a-z0-9]+(?:-[a-z0-9]+)*)\n"
    r" \* tunembed: sizes (?P<sizes>\w+=\d+(?: \w+=\d+)*)\n"
    r" \*/\n"
)
FUNCTION = re.compile(r"^\w[\w ]*?\b(\w+)\(([^{;]*)\)\n\{", re.MULTILINE)

every_kernel = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


class Header(NamedTuple):
    """What the first lines of a kernel say."""

    name: str
    text: str
    family: str
    sizes: dict[str, int]


def read_header(path):
    match = HEADER.match(path.read_text(encoding="ascii"))
    assert match, f"{path}:1:1: the first four lines are not a kernel's header"
    pairs = [pair.split("=") for pair in match["sizes"].split()]
    sizes = {name: int(value) for name, value in pairs}
    assert len(sizes) == len(pairs), f"{path}:3:1: a size is given twice"
    return Header(match["name"], match["text"], match["family"], sizes)


def make_table():
    """Return the table of the README as the headers have it."""
    rows = [(read_header(path), path.name) for path in FILES]
    lines = ["| kernel | family | computes | sizes |", "|---|---|---|---|"]
    for header, file in sorted(rows, key=lambda row: (row[0].family, row[1])):
        sizes = " ".join(f"{name}={value}" for name, value in header.sizes.items())
        text = header.text.replace("*", r"\*")
        lines.append(
            f"| [{header.name}]({file}) | {header.family} | {text} | `{sizes}` |"
        )
    return "\n".join(lines) + "\n"


def find_compilers():
    """Return the compilers of this machine, each once."""
    names = ("gcc", "clang", "clang-19", "cc")
    found = {Path(p).resolve(): n for n in names if (p := shutil.which(n))}
    return sorted(found.values())


def test_there_are_enough():
    families = [read_header(path).family for path in FILES]
    assert len(FILES) >= 64
    assert len(set(families)) >= 8
    few = {name for name in families if families.count(name) < 2}
    assert not few, f"only one kernel in {few}"


@every_kernel
def test_header_and_signature(path):
    text = path.read_text(encoding="ascii")
    header = read_header(path)
    assert header.name == path.stem
    functions = FUNCTION.findall(text)
    assert [name for name, _ in functions] == [path.stem], "one function, named so"
    parameters = [p.strip() for p in functions[0][1].split(",")]
    scalars = [p.removeprefix("int ") for p in parameters if re.match(r"int \w+$", p)]
    assert list(header.sizes) == scalars, "the sizes are the int parameters, in order"
    assert parameters[: len(scalars)] == [f"int {name}" for name in scalars]
    assert all(value > 0 for value in header.sizes.values())
    assert max(map(len, text.splitlines())) <= 80


@every_kernel
def test_has_loop_nests(path):
    function = parse_c(path).functions[path.stem]
    assert find_loop_nests(function)


def check_warnings(compiler, files, openmp, folder):
    # Without -fopenmp a pragma is an unknown one, and that is a warning.
    flags = ["-std=c11", "-O2", "-Wall", "-Wextra", "-Werror", "-c"]
    flags += ["-fopenmp"] * openmp
    done = subprocess.run(
        [compiler, *flags, *map(str, files)],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr


def split_by_pragma():
    """Return the files without and with an OpenMP pragma."""
    openmp = [path for path in FILES if "#pragma omp" in path.read_text("ascii")]
    return [path for path in FILES if path not in openmp], openmp


@pytest.mark.skipif(not find_compilers(), reason="no C compiler")
def test_each_compiles_alone(tmp_path):
    for openmp, files in enumerate(split_by_pragma()):
        check_warnings(find_compilers()[0], files, openmp, tmp_path)
    assert len(list(tmp_path.glob("*.o"))) == len(FILES)


@pytest.mark.parametrize("compiler", find_compilers())
def test_all_compile_together(compiler, tmp_path):
    for openmp, files in enumerate(split_by_pragma()):
        unit = tmp_path / f"unit{openmp}.c"
        unit.write_text("".join(f'#include "{path}"\n' for path in files))
        check_warnings(compiler, [unit], openmp, tmp_path)


def test_readme_has_the_table():
    table = TABLE.search(README.read_text(encoding="utf-8"))
    assert table, f"{README} has lost the marks around its table"
    assert table[0] == make_table(), f"python {__file__} writes it anew"


if __name__ == "__main__":
    page = README.read_text(encoding="utf-8")
    README.write_text(TABLE.sub(lambda _: make_table(), page), encoding="utf-8")
