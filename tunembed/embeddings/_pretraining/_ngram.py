"""What guessing words from those in front of them reaches: the model to beat."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int64]


class NGram:
    """An n-gram model, interpolated after Witten and Bell [1]_.

    Parameters
    ----------
    n_words : int
        Words are numbers below.
    order : int, default=5
        How many words a count is of; 1 does not look at the words in front.

    References
    ----------
    .. [1] I. H. Witten, T. C. Bell. "The Zero-Frequency Problem". IEEE Transactions on
       Information Theory 37(4), 1991.
    """

    def __init__(self, n_words: int, order: int = 5) -> None:
        if order * np.log2(n_words + 1) > 62:
            raise ValueError(f"{n_words} words are too many for order {order}")
        self.n_words = n_words
        self.order = order

    def fit(self, texts: list[Codes]) -> NGram:
        """Count.

        Parameters
        ----------
        texts : list of ndarray of int
            Words of texts; what is in front of a text is the word 0.
        """
        grams = np.vstack([self.contexts(text) for text in texts])
        words = np.concatenate(texts)
        self.levels_ = [
            _count(self._key(grams, words, length), self.n_words)
            for length in range(self.order)
        ]
        return self

    def contexts(self, text: Codes) -> Codes:
        """Return the words in front of each word, of shape (n_words, order - 1)."""
        padded = np.concatenate([np.zeros(self.order - 1, dtype=np.int64), text])
        if self.order == 1:
            return np.empty((len(text), 0), dtype=np.int64)
        view = np.lib.stride_tricks.sliding_window_view(padded, self.order - 1)
        return view[: len(text)]

    def probabilities(self, contexts: Codes, words: Codes) -> NDArray[np.float64]:
        """Return the probabilities of words behind the given ones."""
        found = np.full(len(words), 1 / self.n_words)
        for length, level in enumerate(self.levels_):
            own, total, kinds, _ = level.of(self._key(contexts, words, length))
            found = np.where(
                total > 0, (own + kinds * found) / np.maximum(total + kinds, 1), found
            )
        return found

    def predict(self, contexts: Codes) -> Codes:
        """Return the most frequent word behind the longest known context."""
        found = np.zeros(len(contexts), dtype=np.int64)
        for length, level in enumerate(self.levels_):
            _, total, _, best = level.of(self._key(contexts, found, length))
            found = np.where(total > 0, best, found)
        return found

    def _key(self, contexts: Codes, words: Codes, length: int) -> Codes:
        key = np.zeros(len(words), dtype=np.int64)
        for place in range(self.order - 1 - length, self.order - 1):
            key = key * (self.n_words + 1) + contexts[:, place] + 1
        return key * (self.n_words + 1) + words


class _Level:
    """Counts of words behind contexts of one length."""

    def __init__(self, keys: Codes, counts: Codes, base: int) -> None:
        self.base = base
        self.keys, self.counts = keys, counts
        contexts = keys // base
        self.contexts, starts = np.unique(contexts, return_index=True)
        self.totals = np.add.reduceat(counts, starts)
        self.kinds = np.diff(np.append(starts, len(keys)))
        order = np.lexsort((counts, contexts))
        self.best = keys[order[np.append(starts[1:], len(keys)) - 1]] % base

    def of(self, keys: Codes) -> tuple[Codes, Codes, Codes, Codes]:
        """Return of keys the counts, and of their contexts totals, kinds and best."""
        own = _look_up(self.keys, self.counts, keys)
        contexts = keys // self.base
        values = (self.totals, self.kinds, self.best)
        total, kinds, best = (_look_up(self.contexts, v, contexts) for v in values)
        return own, total, kinds, best


def _count(keys: Codes, n_words: int) -> _Level:
    return _Level(*np.unique(keys, return_counts=True), base=n_words + 1)


def _look_up(known: Codes, values: Codes, wanted: Codes) -> Codes:
    """Return the values of keys, 0 for those that are not known."""
    place = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
    return np.where(known[place] == wanted, values[place], 0)
