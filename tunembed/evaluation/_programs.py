"""Tuning tasks whose samples are programs given as LLVM IR."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.utils import Bunch

from tunembed.datasets import (
    fetch_device_mapping,
    fetch_numa_prefetch,
    fetch_numa_sources,
    fetch_thread_coarsening,
    load_openmp_runtimes,
    load_vectorization_runtimes,
)
from tunembed.evaluation._regions import compile_regions, reached_from
from tunembed.evaluation._representations import Representation
from tunembed.features import ProgramParser, graph_hash
from tunembed.model_selection import USUAL
from tunembed.parsers import IRModule, compile_to_ir, program_graph


@dataclass(frozen=True)
class Programs:
    """Different programs; what represents them is computed once.

    Attributes
    ----------
    modules : sequence of IRModule or None
        None where there is no IR.
    """

    modules: Sequence[IRModule | None]
    _tables: dict[str, Any] = field(default_factory=dict, repr=False)

    def table(self, name: str, make: Representation | None) -> Any:
        """Return the vectors, a row per program; None if programs are not looked at."""
        if make is None:
            return None
        if name not in self._tables:
            self._tables[name] = make(self.modules)
        return self._tables[name]


@dataclass(frozen=True)
class ProgramProblem:
    """A runtime table of programs.

    Attributes
    ----------
    name : str
    dataset : Bunch
        With ``data``, ``target``, ``runtimes``, ``groups``, ``baseline``.
    programs : Programs
    rows : ndarray of shape (n_samples,), dtype intp
        The program of each sample.
    auxiliary : DataFrame of shape (n_samples, n_columns)
        What is known of a sample besides its program.
    splits : (str, str)
        The usual one, and the one that keeps together what belongs together.
    n_splits : int
        Number of folds; at least the number of groups leaves one of them out.
    """

    name: str
    dataset: Any
    programs: Programs
    rows: NDArray[np.intp]
    auxiliary: pd.DataFrame
    splits: tuple[str, str]
    n_splits: int = 10


def device_mapping(**download: Any) -> list[ProgramProblem]:
    """Return CPU or GPU, for each of the two GPUs."""
    parts = {
        platform: fetch_device_mapping(platform, as_frame=True, **download)
        for platform in ("amd", "nvidia")
    }
    texts = parts["amd"].ir  # the same for both
    places = {text: row for row, text in enumerate(dict.fromkeys(texts))}
    programs = Programs(ProgramParser("llvm").transform(list(places)))
    rows = np.array([places[text] for text in texts])
    return [
        ProgramProblem(
            f"devmap {platform}",
            part,
            programs,
            rows,
            np.log1p(part.data[part.auxiliary]),
            (USUAL, "application"),
        )
        for platform, part in parts.items()
    ]


def thread_coarsening(**download: Any) -> list[ProgramProblem]:
    """Return the coarsening factor on all GPUs at once.

    Usually a kernel is left out on one GPU only, and known on the others.
    """
    platforms = ("fermi", "kepler", "cypress", "tahiti")
    parts = [
        fetch_thread_coarsening(platform, as_frame=True, **download)
        for platform in platforms
    ]
    modules = ProgramParser("llvm").transform(parts[0].ir)
    runtimes = pd.concat([part.runtimes for part in parts], ignore_index=True)
    gpus = pd.Series(np.repeat(platforms, len(modules)))
    # Two kernels are the same program under two names.
    kernels = [graph_hash(program_graph(module)) for module in modules] * len(parts)
    auxiliary = pd.get_dummies(gpus, dtype=float)
    dataset = Bunch(
        data=auxiliary,
        feature_names=list(auxiliary),
        target=runtimes.idxmin(axis=1).to_numpy(),
        runtimes=runtimes,
        groups=pd.DataFrame({"kernel": kernels, "kernel and GPU": range(len(gpus))}),
        baseline=parts[0].baseline,
    )
    rows = np.tile(np.arange(len(modules)), len(parts))
    return [
        ProgramProblem(
            "coarsening",
            dataset,
            Programs(modules),
            rows,
            auxiliary,
            ("kernel and GPU", "kernel"),
            n_splits=len(set(kernels)),
        )
    ]


def numa(**download: Any) -> list[ProgramProblem]:
    """Return threads, nodes, prefetchers and pages of regions, on both inputs."""
    parts = {
        size: fetch_numa_prefetch(size, as_frame=True, **download)
        for size in ("small", "large")
    }
    groups = pd.concat([part.groups for part in parts.values()], ignore_index=True)
    runtimes = pd.concat([p.runtimes for p in parts.values()], ignore_index=True)
    regions = groups["region"].unique().tolist()
    sources = fetch_numa_sources(regions, **download)
    modules, _ = compile_regions(sources.regions, sources.files)
    large = np.repeat([0.0, 1.0], [len(part.runtimes) for part in parts.values()])
    auxiliary = pd.DataFrame({"large": large})
    dataset = Bunch(
        data=auxiliary,
        feature_names=list(auxiliary),
        target=runtimes.idxmin(axis=1).to_numpy(),
        runtimes=runtimes,
        groups=groups,
        baseline=parts["small"].baseline,
    )
    rows = groups["region"].map({name: n for n, name in enumerate(regions)}).to_numpy()
    return [
        ProgramProblem(
            "numa",
            dataset,
            Programs(modules),
            rows,
            auxiliary,
            ("region", "application"),
        )
    ]


def vectorization(**download: Any) -> list[ProgramProblem]:
    """Return vectorisation width and interleave count of loops.

    Nothing is known besides the program, which has the sizes as constants.
    """
    dataset = load_vectorization_runtimes(as_frame=True, **download)
    modules = [
        reached_from(compile_to_ir(text), kernel)
        for text, kernel in zip(dataset.data, dataset.groups["kernel"], strict=True)
    ]
    rows = np.arange(len(modules))
    return [
        ProgramProblem(
            "vectorization",
            dataset,
            Programs(modules),
            rows,
            pd.DataFrame(index=rows),
            (USUAL, "kernel"),
        )
    ]


def openmp(**_: Any) -> list[ProgramProblem]:
    """Return threads, schedule and chunk of OpenMP kernels, at three sizes.

    Usually a kernel is left out at one size only, and known at others.
    """
    dataset = load_openmp_runtimes(as_frame=True)
    groups = dataset.groups.assign(run=range(len(dataset.groups)))
    kernels = {name: row for row, name in enumerate(groups["kernel"].unique())}
    texts = dict(zip(groups["kernel"], dataset.data, strict=True))
    sizes = [list(sizes.values()) for sizes in dataset.sizes]
    return [
        ProgramProblem(
            "openmp",
            Bunch(**dataset | {"groups": groups}),
            Programs([compile_to_ir(texts[name]) for name in kernels]),
            groups["kernel"].map(kernels).to_numpy(),
            pd.DataFrame(
                {
                    "largest": [np.log2(max(values)) for values in sizes],
                    "product": [np.log2(values).sum() for values in sizes],
                }
            ),
            ("run", "family"),
        )
    ]


PROGRAM_TASKS = {
    "devmap": device_mapping,
    "coarsening": thread_coarsening,
    "vectorization": vectorization,
    "openmp": openmp,
    "numa": numa,
}
