"""Build a corpus: packages in their order, units in parallel, copies left out."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import multiprocessing
import os
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from tunembed import __version__
from tunembed._toolchain import find_clang
from tunembed.corpus._corpus import Corpus
from tunembed.corpus._errors import CorpusError
from tunembed.corpus._evaluation_sets import SETS, load_exclusions
from tunembed.corpus._package import Contents, Package, Unit
from tunembed.corpus._schema import FILE, explaining, writing
from tunembed.corpus._store import Store
from tunembed.corpus._work import open_package, read_units, start_process

LEVELS = ("O0", "O1", "O2", "O3")
# Of 470 functions of GSL that are no copies of each other, 10 are of O3.
USUAL_LEVELS = LEVELS[:3]
_CHUNK = 6
_CHUNK_BYTES = 200_000
_AHEAD = 3

Progress = Callable[[str, int, int, int], None]


def build_corpus(
    directory: str | os.PathLike[str],
    packages: Sequence[Package],
    *,
    levels: Sequence[str] = USUAL_LEVELS,
    n_jobs: int = 1,
    limit: int | None = None,
    exclude: Sequence[str | os.PathLike[str]] = (),
    evaluation_sets: Sequence[str] = SETS,
    progress: Progress | None = None,
) -> Corpus:
    """Compile packages to LLVM IR, and keep each function once.

    What is there already is not done again: the same call goes on where it stopped, and
    one with more packages adds to the corpus. Functions are compared in the order of
    packages, files and levels, so that the same call gives the same corpus with any
    number of processes.

    Parameters
    ----------
    directory : path-like
        Where the corpus is kept, with what was fetched for it.
    packages : sequence of Package
        As of `find_packages`.
    levels : sequence of {"O0", "O1", "O2", "O3"}, default=the first three
    n_jobs : int, default=1
        Processes.
    limit : int, optional
        How many functions are enough.
    exclude : sequence of path-like, default=()
        Folders of C, C++, OpenCL or LLVM IR that must not be learnt from.
    evaluation_sets : sequence of str, default=all of them
        The fetched data sets that must not be learnt from: ``"device mapping"``,
        ``"thread coarsening"``, ``"vectorization loops"``, ``"openmp kernels"``.
    progress : callable, optional
        Called with a package's name, how many of its units are done, how many there
        are, and the number of functions in the corpus.

    Returns
    -------
    Corpus

    Raises
    ------
    CorpusError
        If the corpus is damaged or was begun with other settings, or an evaluation set
        is not here.
    """
    if unknown := [level for level in levels if level not in LEVELS]:
        raise CorpusError(f"There is no level {unknown[0]!r}; choose of {LEVELS}.")
    home = Path(directory).absolute()
    ordered = [level for level in LEVELS if level in levels]
    with writing(home / FILE) as connection, explaining(home / FILE):
        store = Store(connection)
        folders = [Path(folder) for folder in exclude]
        _check_settings(store, ordered, folders, evaluation_sets, home)
        exclusions, file = load_exclusions(home, ordered, folders, evaluation_sets)
        made_by = {"tunembed": __version__, "compiler": str(find_clang())}
        store.note({"excluded functions": str(len(exclusions)), **made_by})
        done = store.finished()
        todo = [package for package in packages if package.name not in done]
        with _pool(n_jobs) as pool:
            build = _Build(store, pool, n_jobs, home, ordered, file, progress)
            build.run(todo, limit)
    return Corpus(home)


def _check_settings(
    store: Store,
    levels: Sequence[str],
    folders: Sequence[Path],
    sets: Sequence[str],
    home: Path,
) -> None:
    """Refuse to mix what was made with different settings."""
    wanted = {
        "levels": " ".join(levels),
        "evaluation sets": ", ".join(sets),
        "excluded folders": ", ".join(sorted(folder.name for folder in folders)),
    }
    present = store.settings()
    for name, value in wanted.items():
        if present.get(name, value) != value:
            raise CorpusError(
                f"The corpus in {home} was begun with {name}: {present[name] or 'none'}"
                f"; now it is {value or 'none'}. Choose another folder, or the same "
                "settings."
            )
    store.note(wanted)


@contextmanager
def _pool(n_jobs: int) -> Iterator[ProcessPoolExecutor]:
    """Yield processes that end at once if the caller is interrupted."""
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(n_jobs, context, initializer=start_process)
    try:
        yield pool
    except BaseException:
        for process in multiprocessing.active_children():
            process.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


class _Open:
    """A package whose units are under way."""

    def __init__(self, package: Package, number: int, units: list[Unit]) -> None:
        self.package = package
        self.number = number
        self.units = units
        self.n_done = 0
        self.started = time.monotonic()


class _Build:
    """One run of a build."""

    def __init__(
        self,
        store: Store,
        pool: ProcessPoolExecutor,
        n_jobs: int,
        home: Path,
        levels: Sequence[str],
        exclusions: Path,
        progress: Progress | None,
    ) -> None:
        self.store = store
        self.pool = pool
        self.most_pending = 24 * n_jobs
        self.home = home
        self.levels = levels
        self.exclusions = exclusions
        self.progress = progress
        self.pending: deque[tuple[_Open, list[Unit], Future]] = deque()

    def run(self, packages: Sequence[Package], limit: int | None) -> None:
        """Add packages one after the other until there are enough functions."""
        opened: deque[tuple[Package, Future]] = deque()
        waiting = deque(packages)
        while (waiting or opened) and not self._is_enough(limit):
            while waiting and len(opened) < _AHEAD:
                package = waiting.popleft()
                opened.append(
                    (package, self.pool.submit(open_package, package, self.home))
                )
            package, future = opened.popleft()
            while not future.done() and self.pending:
                self._take_one()
            self._submit(package, future.result(), limit)
        while self.pending and not self._is_enough(limit):
            self._take_one()

    def _is_enough(self, limit: int | None) -> bool:
        return limit is not None and self.store.n_functions >= limit

    def _submit(
        self, package: Package, contents: Contents | str, limit: int | None
    ) -> None:
        """Hand the units of a package to the pool."""
        if isinstance(contents, str):
            number, _ = self.store.open(package, "")
            self.store.close(number, contents, 0.0)
            return
        number, present = self.store.open(package, contents.license)
        units = [unit for unit in contents.units if unit.path not in present]
        opened = _Open(package, number, units)
        if not units:
            self._finish(opened)
        for chunk in _chunks(units):
            while len(self.pending) >= self.most_pending:
                self._take_one()
            if self._is_enough(limit):
                return
            future = self.pool.submit(read_units, chunk, self.levels, self.exclusions)
            self.pending.append((opened, chunk, future))

    def _take_one(self) -> None:
        """Store the oldest chunk that is under way."""
        opened, chunk, future = self.pending.popleft()
        self.store.add(opened.number, future.result())
        opened.n_done += len(chunk)
        if self.progress is not None:
            self.progress(
                opened.package.name,
                opened.n_done,
                len(opened.units),
                self.store.n_functions,
            )
        if opened.n_done == len(opened.units):
            self._finish(opened)

    def _finish(self, opened: _Open) -> None:
        seconds = time.monotonic() - opened.started
        self.store.close(opened.number, "done", seconds)
        opened.package.close(self.home)


def _chunks(units: Sequence[Unit]) -> Iterator[list[Unit]]:
    """Yield a few units at a time, fewer where they are large."""
    chunk: list[Unit] = []
    size = 0
    for unit in units:
        chunk.append(unit)
        size += unit.size()
        if len(chunk) == _CHUNK or size > _CHUNK_BYTES:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk
