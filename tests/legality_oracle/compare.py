"""Compile originals and rewritten functions together and compare their outputs."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pycparser import c_ast

from legality_oracle.build import build
from legality_oracle.expressions import is_known_function
from legality_oracle.outline import kind, parse, walk
from legality_oracle.reductions import text as c_text

_DRIVER = Path(__file__).with_name("driver.py")


@dataclass
class Pair:
    """An original file, a rewritten one, both with a function ``f``, and sizes.

    `exact` pairs must agree in every bit, others as far as reassociation allows.
    """

    name: str
    original: str
    candidate: str
    sizes: list[dict[str, int]]
    overlap: bool = False
    exact: bool = False


@dataclass
class Outcome:
    """What went wrong, by the name of the pair: compilation, warnings, results."""

    broken: dict[str, str] = field(default_factory=dict)
    warnings: dict[str, str] = field(default_factory=dict)
    different: dict[str, str] = field(default_factory=dict)


def parameters(text: str) -> list[dict[str, Any]]:
    """Describe the parameters of the function of a file for the driver."""
    function, _, _ = parse(text)
    found = []
    for node in function.decl.type.args.params:
        dims, name = kind(node)
        words = ["complex" if w == "_Complex" else w for w in name.split()]
        found.append(
            {
                "name": node.name,
                "type": " ".join(sorted(words)),
                "dims": [dim and c_text(dim) for dim in dims],
            }
        )
    return found


def can_run(text: str) -> bool:
    """Say whether a file calls only its own and mathematical functions."""
    _, functions, _ = parse(text)
    calls = [
        node.name.name
        for function in functions.values()
        for node in walk(function)
        if isinstance(node, c_ast.FuncCall)
    ]
    return all(name in functions or is_known_function(name) for name in calls)


def compare(pairs: list[Pair], folder: Path) -> Outcome:
    """Compile all pairs at once, run them in a process of their own, compare."""
    outcome = Outcome()
    if not pairs:
        return outcome
    texts = [text for pair in pairs for text in (pair.original, pair.candidate)]
    symbols = {text: f"f{number}" for number, text in enumerate(dict.fromkeys(texts))}
    messages = build(symbols, folder)
    runs = []
    for number, pair in enumerate(pairs):
        message = messages.get(symbols[pair.candidate], "")
        if "error:" in message:
            outcome.broken[pair.name] = message
            continue
        if "warning:" in message and symbols[pair.original] not in messages:
            outcome.warnings[pair.name] = message
        runs.append(
            {
                "name": str(number),
                "original": symbols[pair.original],
                "candidate": symbols[pair.candidate],
                "parameters": parameters(pair.original),
                "sizes": pair.sizes,
                "overlap": pair.overlap,
                "exact": pair.exact,
            }
        )
    for number, message in _run(folder / "pairs.so", runs).items():
        if message != "same":
            outcome.different[pairs[int(number)].name] = message
    return outcome


def _run(library: Path, runs: list[dict[str, Any]]) -> dict[str, str]:
    """Run the driver; after a crash go on behind the pair that crashed."""
    results: dict[str, str] = {}
    environment = os.environ | {"OMP_NUM_THREADS": "2", "OMP_WAIT_POLICY": "passive"}
    while len(results) < len(runs):
        rest = runs[len(results) :]
        try:
            run = subprocess.run(
                [sys.executable, str(_DRIVER)],
                input=json.dumps({"library": str(library), "runs": rest}),
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
                env=environment,
            )
            output, end = run.stdout, f"exit status {run.returncode}: {run.stderr}"
        except subprocess.TimeoutExpired as error:
            output, end = (error.stdout or b"").decode(), "does not end"
        before = len(results)
        for line in output.splitlines():
            name, _, message = line.partition("\t")
            results[name] = message or end
        if len(results) == before:
            raise AssertionError(f"the driver does not start: {end}")
    return results
