"""LLVM IR to embeddings on one core, from text and from parsed functions.

Run it from the root of the repository; it needs clang::

    OPENBLAS_NUM_THREADS=1 python -m pytest tests/benchmarks/encoder_speed.py \\
        --benchmark-enable

The functions are generated loop nests whose lengths are next to the median of the
corpus that the shipped encoder was trained on. ``ir2vec`` has an environment of its
own, and reads them without the flags its LLVM 16 does not know. Functions a
second, of the fastest round, are printed below.
"""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import re
import subprocess
import sys

import pytest

from tunembed.datasets import make_loop_nests
from tunembed.embeddings import MIREncoder
from tunembed.evaluation._ir2vec import UnavailableError, find_python, readable
from tunembed.features import ProgramParser
from tunembed.parsers import CompilerNotFoundError, compile_to_ir

ROUNDS = 5
FUNCTIONS = 256
# Reads names of files; says what embedding the first took, and at last its memory.
FIRST = """
import sys, time
start = time.perf_counter()
sys.modules["pyarrow"] = None  # pandas loads it where it lies; nothing here needs it
from pathlib import Path
from tunembed.embeddings import MIREncoder
from tunembed.features import ProgramParser
parser, encoder = ProgramParser("llvm"), MIREncoder()
for number, name in enumerate(sys.stdin.read().splitlines()):
    encoder.transform(parser.transform([Path(name)]))
    if not number:
        print(time.perf_counter() - start)
import re
print(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
"""
IR2VEC = """
import sys, time
import ir2vec
names = sys.stdin.read().splitlines()
ir2vec.initEmbedding(names[0], "fa", "f").getFunctionVectors()
start = time.perf_counter()
for name in names:
    ir2vec.initEmbedding(name, "fa", "f").getFunctionVectors()
sys.stderr.write(f"= {time.perf_counter() - start}\\n")
"""


@pytest.fixture(scope="module")
def texts():
    """Return modules of one function of about the median length."""
    median = MIREncoder().read_card()["median_instructions"]
    try:
        found = [
            compile_to_ir(source)
            for source in make_loop_nests(4 * FUNCTIONS, random_state=1).data
        ]
    except CompilerNotFoundError as error:
        pytest.skip(str(error))
    alone = [module for module in found if len(module.functions) == 1]

    def distance(module):
        (function,) = module.functions.values()
        return abs(len(function.opcodes) - median)

    chosen = sorted(alone, key=distance)[:FUNCTIONS]
    lengths = [len(f.opcodes) for module in chosen for f in module.functions.values()]
    sys.stdout.write(f"\nmedian {median}, chosen {min(lengths)} to {max(lengths)}\n")
    return [module.text for module in chosen]


@pytest.fixture(scope="module")
def files(texts, tmp_path_factory):
    folder = tmp_path_factory.mktemp("modules")
    paths = [folder / f"{number}.ll" for number in range(len(texts))]
    for path, text in zip(paths, texts, strict=True):
        path.write_text(text)
    return paths


def say(benchmark, capsys, request, text):
    benchmark.extra_info["figure"] = text
    with capsys.disabled():
        sys.stdout.write(f"\n{request.node.name}: {text}\n")


def in_rounds(benchmark, function, *arguments):
    return benchmark.pedantic(function, arguments, rounds=ROUNDS, warmup_rounds=1)


@pytest.mark.parametrize("modality", ["both", "text", "graph"])
def test_parsed(benchmark, capsys, request, texts, modality):
    encoder = MIREncoder(modality=modality)
    parser = ProgramParser("llvm")

    def fresh():
        return (parser.transform(texts),), {}

    found = benchmark.pedantic(encoder.transform, setup=fresh, rounds=ROUNDS)
    assert len(found) == len(texts)
    rate = len(texts) / benchmark.stats.stats.min
    say(benchmark, capsys, request, f"{rate:.0f} functions/s")


def test_from_text(benchmark, capsys, request, texts):
    encoder, parser = MIREncoder(), ProgramParser("llvm")
    in_rounds(benchmark, lambda: encoder.transform(parser.transform(texts)))
    rate = len(texts) / benchmark.stats.stats.min
    say(benchmark, capsys, request, f"{rate:.0f} functions/s")


def test_one_function(benchmark, capsys, request, texts):
    encoder, parser = MIREncoder(), ProgramParser("llvm")
    left = iter(texts * 2)
    encoder.transform(parser.transform([next(left)]))
    benchmark.pedantic(
        lambda: encoder.transform(parser.transform([next(left)])), rounds=FUNCTIONS
    )
    milliseconds = 1e3 * benchmark.stats.stats.median
    say(benchmark, capsys, request, f"{milliseconds:.1f} ms, median")


def test_first_embedding_and_memory(benchmark, capsys, request, files):
    names = "\n".join(map(str, files))
    answers = []

    def run():
        done = subprocess.run(
            [sys.executable, "-c", FIRST], input=names, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        answers.append([float(line) for line in done.stdout.split()])

    benchmark.pedantic(run, rounds=ROUNDS)
    first = min(seconds for seconds, _ in answers)
    peak = max(size for _, size in answers) / 1024
    text = f"import and first embedding {first:.2f} s, peak {peak:.0f} MiB"
    say(benchmark, capsys, request, text)


def test_ir2vec(benchmark, capsys, request, texts, tmp_path):
    """Its time is that of its calls; starting Python is not."""
    try:
        python = find_python()
    except UnavailableError as error:
        pytest.skip(str(error))
    names = [tmp_path / f"{number}.ll" for number in range(len(texts))]
    for name, text in zip(names, texts, strict=True):
        name.write_text(readable(text))
    rates = []

    def run():
        done = subprocess.run(
            [python, "-c", IR2VEC],
            input="\n".join(map(str, names)),
            capture_output=True,
            text=True,
        )
        found = re.search(r"^= (\S+)", done.stderr, re.MULTILINE)
        assert found, done.stderr
        rates.append(len(names) / float(found[1]))

    benchmark.pedantic(run, rounds=ROUNDS)
    say(benchmark, capsys, request, f"{max(rates):.0f} functions/s")
