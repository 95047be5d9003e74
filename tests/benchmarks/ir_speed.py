"""LLVM IR to counters, graphs and rows; beside them LLVM's parser and ``ir2vec``.

Run it from the root of the repository::

    export TUNEMBED_POLYBENCH=~/PolyBenchC-4.2.1
    python -m pytest tests/benchmarks/ir_speed.py --benchmark-enable \\
        --benchmark-group-by=param:corpus

The modules are those of the device mapping data set, which is fetched, and those that
clang makes of PolyBench, whose directory is ``TUNEMBED_POLYBENCH``. ``llvmlite`` alone
says how fast the machine is. ``ir2vec`` is installed in an environment of its own; it
ends its process on some modules, which are left out and counted. Lines and functions a
second, of the fastest round, are printed below the table and are in ``extra_info``.
"""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import os
import re
import subprocess
import sys
import venv
from pathlib import Path

import llvmlite.binding as llvm
import pytest

from tunembed.datasets import fetch_device_mapping
from tunembed.features import GraphVectorizer, IRVectorizer, ProgramParser
from tunembed.parsers import CompilerNotFoundError, compile_to_ir, program_graph
from tunembed.tuning._polybench import kernel_files

ROUNDS = 5
REQUIREMENTS = ("ir2vec==2.1.1", "numpy")
UNTYPED_BYVAL = re.compile(r"\bbyval(?! ?\()")
# Reads names of files and answers each, once it is done, by seconds and functions.
IR2VEC = """
import sys, time
import ir2vec
for name in sys.stdin.read().splitlines():
    start = time.perf_counter()
    found = ir2vec.initEmbedding(name, "sym", "f").getFunctionVectors()
    sys.stderr.write(f"= {time.perf_counter() - start} {len(found)} {name}\\n")
"""
ROWS = """
import re, sys
from pathlib import Path
sys.modules["pyarrow"] = None  # pandas loads it where it lies; nothing here needs it
from tunembed.features import {vectorizer}, ProgramParser
parser, vectorizer = ProgramParser("llvm"), {vectorizer}()
for name in sys.stdin.read().splitlines():
    vectorizer.transform(parser.transform([Path(name)]))
print(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
"""


def device_mapping():
    """Return the different modules of the data set."""
    try:
        found = fetch_device_mapping().ir
    except OSError as error:
        pytest.skip(f"the device mapping data set is not to be had: {error}")
    return [text.decode() for text in dict.fromkeys(found)]


def polybench(level):
    """Return PolyBench as clang compiles it."""
    if "TUNEMBED_POLYBENCH" not in os.environ:
        pytest.skip("TUNEMBED_POLYBENCH does not say where PolyBench is")
    root = Path(os.environ["TUNEMBED_POLYBENCH"])
    options = {"opt_level": level, "include_dirs": [root / "utilities"]}
    try:
        return [compile_to_ir(file, **options).text for file in kernel_files(root)]
    except CompilerNotFoundError as error:
        pytest.skip(str(error))


CORPORA = {
    "device mapping": device_mapping,
    "PolyBench -O0": lambda: polybench("O0"),
    "PolyBench -O3": lambda: polybench("O3"),
}


@pytest.fixture(scope="module", params=list(CORPORA))
def corpus(request):
    return CORPORA[request.param]()


@pytest.fixture(scope="module")
def files(corpus, tmp_path_factory):
    folder = tmp_path_factory.mktemp("modules")
    paths = [folder / f"{number}.ll" for number in range(len(corpus))]
    for path, text in zip(paths, corpus, strict=True):
        path.write_text(UNTYPED_BYVAL.sub("", text))
    return paths


@pytest.fixture(scope="session")
def ir2vec(tmp_path_factory):
    """Return a Python that has the package."""
    folder = tmp_path_factory.mktemp("ir2vec")
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    install = [python, "-m", "pip", "install", "--quiet", *REQUIREMENTS]
    done = subprocess.run(install, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"pip cannot install ir2vec: {done.stderr.strip()[-200:]}")
    return python


@pytest.fixture
def report(benchmark, capsys, request):
    """Return what writes down how much was read in the fastest round, or in `seconds`.

    Other figures are written as they are.
    """

    def write(lines, functions, seconds=None, **others):
        if benchmark.disabled:
            return
        seconds = seconds or benchmark.stats.stats.min
        figures = {
            "lines_per_second": round(lines / seconds),
            "functions_per_second": round(functions / seconds),
            **others,
        }
        benchmark.extra_info.update(figures)
        with capsys.disabled():
            shown = ", ".join(f"{name} {value}" for name, value in figures.items())
            sys.stdout.write(f"\n{request.node.name}: {shown}\n")

    return write


def in_rounds(benchmark, function, *arguments):
    return benchmark.pedantic(function, arguments, rounds=ROUNDS, warmup_rounds=1)


def lines_in(texts):
    return sum(text.count("\n") for text in texts)


def functions_in(texts):
    return sum(text.count("\ndefine ") for text in texts)


def peak_memory(vectorizer, files):
    """Return the MiB that a fresh process takes for the rows, one after the other.

    Not by ``getrusage``, whose maximum is that of the process before it, if larger.
    """
    command = [sys.executable, "-c", ROWS.format(vectorizer=vectorizer)]
    names = "\n".join(map(str, files))
    done = subprocess.run(command, input=names, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return int(done.stdout) >> 10


def parse_alone(texts):
    for text in texts:
        llvm.parse_assembly(text).close()


def rows(vectorizer, texts):
    return vectorizer.transform(ProgramParser("llvm").transform(texts))


def graphs(texts):
    return [program_graph(module) for module in ProgramParser("llvm").transform(texts)]


def test_llvmlite(benchmark, report, corpus):
    texts = [UNTYPED_BYVAL.sub("", text) for text in corpus]
    in_rounds(benchmark, parse_alone, texts)
    report(lines_in(corpus), functions_in(corpus))


@pytest.mark.parametrize("vectorizer", [IRVectorizer, GraphVectorizer])
def test_rows(benchmark, report, corpus, files, vectorizer):
    found = in_rounds(benchmark, rows, vectorizer(), corpus)
    assert found.shape[0] == len(corpus)
    memory = peak_memory(vectorizer.__name__, files)
    report(lines_in(corpus), functions_in(corpus), peak_mib=memory)


def test_graphs(benchmark, report, corpus):
    found = in_rounds(benchmark, graphs, corpus)
    assert all(len(graph) > 1 for graph in found)
    report(lines_in(corpus), functions_in(corpus))


def embedded(python, files):
    """Return of each file that ir2vec gets through its seconds and functions."""
    answers, rest = {}, list(files)
    while rest:
        done = subprocess.run(
            [python, "-c", IR2VEC],
            input="\n".join(map(str, rest)),
            capture_output=True,
            text=True,
        )
        read = re.findall(r"^= (\S+) (\d+) ", done.stderr, re.MULTILINE)
        for file, (seconds, functions) in zip(rest, read, strict=False):
            answers[file] = float(seconds), int(functions)
        rest = rest[len(read) + 1 :]  # the next one ended it
    return answers


def test_ir2vec(benchmark, report, files, ir2vec):
    """Its time is that of its calls; starting Python and its vocabulary are not."""
    usable = list(embedded(ir2vec, files))
    assert usable
    fastest = [dict.fromkeys(usable, (float("inf"), 0))]

    def again():
        found = embedded(ir2vec, usable)
        fastest.append({file: min(found[file], fastest[-1][file]) for file in found})

    in_rounds(benchmark, again)
    seconds, functions = map(sum, zip(*fastest[-1].values(), strict=True))
    texts = [file.read_text() for file in usable]
    skipped = f"{len(files) - len(usable)} of {len(files)}"
    report(lines_in(texts), functions, seconds, left_out=skipped)
