"""What must not be learnt from: the functions that scores are made of."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from tunembed.corpus._errors import CorpusError
from tunembed.corpus._signature import Grams, grams_of, graph_key
from tunembed.features import normalized_tokens
from tunembed.parsers import IRModule

SHARE = 0.5


class Exclusions:
    """The graphs and grams of functions of evaluation sets.

    Parameters
    ----------
    graphs : ndarray of shape (n_functions,), dtype int64
        Hashes of their program graphs.
    grams : ndarray of shape (n_grams,), dtype uint64
        Hashes of their sequences of words, in ascending order.
    owners : ndarray of shape (n_grams,), dtype int32
        Of each gram the function.
    """

    def __init__(self, graphs: np.ndarray, grams: Grams, owners: np.ndarray) -> None:
        self.graphs = graphs
        self.grams = grams
        self.owners = owners
        self._known = frozenset(graphs.tolist())
        self._distinct, starts = np.unique(grams, return_index=True)
        self._starts = np.append(starts, len(grams))

    def __len__(self) -> int:
        return len(self.graphs)

    @classmethod
    def of(cls, modules: Iterable[IRModule]) -> Exclusions:
        """Return those of all functions of some modules.

        Parameters
        ----------
        modules : iterable of IRModule
        """
        graphs: dict[int, Grams] = {}
        for module in modules:
            for function in module.functions.values():
                key = graph_key(function)
                if key not in graphs:
                    graphs[key] = grams_of(normalized_tokens(function))
        parts = list(graphs.values()) or [np.zeros(0, dtype=np.uint64)]
        owners = np.repeat(
            np.arange(len(parts), dtype=np.int32), [len(part) for part in parts]
        )
        grams = np.concatenate(parts)
        order = np.argsort(grams, kind="stable")
        keys = np.array(list(graphs), dtype=np.int64)
        return cls(keys, grams[order], owners[order])

    def has_graph(self, key: int) -> bool:
        """Return whether a program graph is one of theirs.

        Parameters
        ----------
        key : int
            As of `graph_key`.
        """
        return key in self._known

    def covers(self, grams: Grams) -> bool:
        """Return whether one function of theirs has at least half of some grams.

        Parameters
        ----------
        grams : ndarray of shape (n_grams,), dtype uint64
            Each once.
        """
        if not len(self._distinct):
            return False
        places = np.searchsorted(self._distinct, grams)
        places[places == len(self._distinct)] = 0
        hits = places[self._distinct[places] == grams]
        needed = SHARE * len(grams)
        if len(hits) < needed:  # not even all of them together
            return False
        owners = [
            self.owners[self._starts[hit] : self._starts[hit + 1]] for hit in hits
        ]
        return bool(np.bincount(np.concatenate(owners)).max() >= needed)

    def save(self, path: Path) -> None:
        """Write them to a file, all of it or nothing.

        Parameters
        ----------
        path : Path
            Ends with ``.npz``.
        """
        scratch = path.with_name(f"{path.stem}-new.npz")
        np.savez(scratch, graphs=self.graphs, grams=self.grams, owners=self.owners)
        scratch.replace(path)

    @classmethod
    def load(cls, path: Path) -> Exclusions:
        """Read what `save` wrote.

        Parameters
        ----------
        path : Path

        Raises
        ------
        CorpusError
            If it is damaged.
        """
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
                return cls(arrays["graphs"], arrays["grams"], arrays["owners"])
        except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
            raise CorpusError(
                f"{path} is damaged ({error}); remove it, and it is made anew."
            ) from error
