"""A corpus as arrays: what the networks are trained on, read once."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from numpy.typing import NDArray

from tunembed.embeddings._encoder._arrays import (
    GraphArrays,
    TextArrays,
    graph_arrays,
    text_arrays,
)
from tunembed.features import IR_FEATURES, IRVectorizer
from tunembed.parsers import SourceError, parse_llvm_ir

# Larger functions would decide how much memory a batch takes.
LARGEST = 400
# Modules that are read before they are handed on, and how many a process takes.
_MODULES = 256
_EACH = 16
COLUMNS = ("statements", "depths", "nodes", "kinds", "node_depths", "relations")


class WorkFolderError(ValueError):
    """A folder holds the work of another training, or on another corpus."""


class Prepared(NamedTuple):
    """The functions of a corpus, one after the other.

    Attributes
    ----------
    functions : DataFrame
        As of the corpus: source, package, level, name; a row per function.
    texts : list of str
        Different statements and texts of nodes.
    starts : dict of str to ndarray of shape (n_functions + 1,)
        For "statements", "nodes" and "edges", where a function's begin.
    columns : dict of str to ndarray
        "statements" and "nodes" are places in `texts`; "edges" has two columns.
    counters : ndarray of shape (n_functions, n_counters), dtype float16
        Of `tunembed.features.IRVectorizer`.
    """

    functions: pd.DataFrame
    texts: list[str]
    starts: dict[str, NDArray[np.int64]]
    columns: dict[str, NDArray[Any]]
    counters: NDArray[np.float16]


def prepare(
    corpus: Any,
    folder: Path,
    *,
    n_jobs: int | None = None,
    progress: Callable[[int, int], object] | None = None,
) -> Prepared:
    """Read all functions of a corpus; what a folder holds already is loaded.

    Parameters
    ----------
    corpus : Corpus
        With ``functions``, a DataFrame, and ``modules(ids)``.
    folder : Path
    n_jobs : int, default=None
        Number of processes, as of `joblib.Parallel`.
    progress : callable, default=None
        Called with the number of modules read, and of all.

    Raises
    ------
    WorkFolderError
        If the folder holds another corpus, or an older state of this one.
    """
    digest = hashlib.sha256(corpus.functions.to_csv().encode()).hexdigest()
    mark = folder / "corpus.sha256"
    if not (folder / "functions.csv").exists():
        read = _read(corpus, n_jobs, progress)
        folder.mkdir(parents=True, exist_ok=True)
        mark.write_text(digest, "utf-8")
        _write(folder, *read)
    elif mark.read_text("utf-8") != digest:
        raise WorkFolderError(
            f"{folder} holds the functions of another corpus, or what this one had "
            "before; use another folder, or delete it"
        )
    return load(folder)


def load(folder: Path) -> Prepared:
    """Return what `prepare` left in a folder."""
    texts = json.loads((folder / "texts.json").read_text("utf-8"))
    names = (*COLUMNS, "edges")
    columns = {name: np.load(folder / f"{name}.npy") for name in names}
    starts = {n: np.load(folder / f"{n}_starts.npy") for n in _STARTS}
    functions = pd.read_csv(folder / "functions.csv", keep_default_na=False)
    counters = np.load(folder / "counters.npy")
    return Prepared(functions, texts, starts, columns, counters)


_STARTS = ("statements", "nodes", "edges")
_Row = tuple[int, TextArrays, GraphArrays, NDArray[np.float16]]


def _read(
    corpus: Any, n_jobs: int | None, progress: Callable[[int, int], object] | None
) -> tuple[pd.DataFrame, list[_Row]]:
    functions = corpus.functions
    functions = functions[functions["n_instructions"] <= LARGEST]
    wanted = {
        module: dict(zip(rows["name"], rows.index, strict=True))
        for module, rows in functions.groupby("module")
    }
    done, found = 0, []
    modules = iter(corpus.modules(list(wanted)))
    with Parallel(n_jobs=n_jobs) as parallel:
        # Modules are read here, a few at a time: no other thread may use the file.
        while part := list(islice(modules, _MODULES)):
            chosen = [(text, wanted[module]) for module, text in part]
            slices = [chosen[n : n + _EACH] for n in range(0, len(chosen), _EACH)]
            for rows in parallel(delayed(_rows)(piece) for piece in slices):
                found += rows
            done += len(part)
            if progress is not None:
                progress(done, len(wanted))
    found.sort(key=lambda row: row[0])
    return functions.loc[[row[0] for row in found]], found


def _rows(modules: list[tuple[bytes, dict[str, int]]]) -> list[_Row]:
    """Return the arrays of the wanted functions of modules."""
    found: list[_Row] = []
    for text, wanted in modules:
        try:
            parsed = parse_llvm_ir(text)
        except SourceError:
            continue
        names = [name for name in wanted if name in parsed.functions]
        chosen = [parsed.functions[name] for name in names]
        if not chosen:
            continue
        counters = IRVectorizer().transform(chosen).astype(np.float16)
        for name, function, row in zip(names, chosen, counters, strict=True):
            parts = text_arrays(function), graph_arrays(function)
            found.append((wanted[name], *parts, row))
    return found


def _write(folder: Path, functions: pd.DataFrame, rows: list[_Row]) -> None:
    place_of: dict[str, int] = {}

    def numbers(texts: list[str]) -> NDArray[np.int32]:
        found = [place_of.setdefault(text, len(place_of)) for text in texts]
        return np.array(found, dtype=np.int32)

    texts, graphs = [row[1] for row in rows], [row[2] for row in rows]
    columns: dict[str, list[NDArray[Any]]] = {
        "statements": [numbers(text.statements) for text in texts],
        "nodes": [numbers(graph.texts)[graph.nodes] for graph in graphs],
        "edges": [graph.edges for graph in graphs],
    }
    for name, parts in columns.items():
        sizes = [len(part) for part in parts]
        np.save(folder / f"{name}_starts.npy", np.cumsum([0, *sizes]))
    columns |= {
        "depths": [text.depths for text in texts],
        "kinds": [graph.kinds for graph in graphs],
        "node_depths": [graph.depths for graph in graphs],
        "relations": [graph.relations for graph in graphs],
    }
    for name, parts in columns.items():
        np.save(folder / f"{name}.npy", np.concatenate(parts))
    counters = np.array([row for *_, row in rows], dtype=np.float16)
    np.save(folder / "counters.npy", counters.reshape(len(rows), len(IR_FEATURES)))
    (folder / "texts.json").write_text(json.dumps(list(place_of)), "utf-8")
    functions.to_csv(folder / "functions.csv", index=False)


def word_counts(prepared: Prepared, chosen: NDArray[np.bool_]) -> Counter[str]:
    """Return how often words occur in the statements and nodes of some functions."""
    counts: Counter[str] = Counter()
    for name in ("statements", "nodes"):
        sizes = np.diff(prepared.starts[name])
        codes = prepared.columns[name][np.repeat(chosen, sizes)]
        for code, count in zip(*np.unique(codes, return_counts=True), strict=True):
            for word in prepared.texts[code].split():
                counts[word] += int(count)
    return counts
