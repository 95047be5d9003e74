"""Pieces of words, and statements as numbers of pieces."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

SPECIAL = ("[PAD]", "[UNK]", "[MASK]")
PAD, UNKNOWN, MASK = range(len(SPECIAL))
CONTINUED = "##"
_MOST_REMEMBERED = 1 << 16


class Vocabulary:
    """The pieces of words that an encoder knows, after WordPiece [1]_.

    Parameters
    ----------
    pieces : sequence of str
        `SPECIAL` ones first; those that continue a word begin with ``##``.
    longest : int
        A statement is cut behind so many pieces.

    References
    ----------
    .. [1] Y. Wu et al. "Google's Neural Machine Translation System". arXiv:1609.08144,
       2016, section 4.1.
    """

    def __init__(self, pieces: Sequence[str], longest: int) -> None:
        self.pieces = tuple(pieces)
        self.longest = longest
        self._number_of = {piece: number for number, piece in enumerate(self.pieces)}
        self._most_letters = max(map(len, self.pieces))
        self._words: dict[str, tuple[int, ...]] = {}
        self._statements: dict[str, tuple[int, ...]] = {}

    def __len__(self) -> int:
        return len(self.pieces)

    def encode(self, statement: str) -> tuple[int, ...]:
        """Return the numbers of the pieces of a statement, in order."""
        known = self._statements.get(statement)
        if known is None:
            if len(self._statements) >= _MOST_REMEMBERED:
                self._statements.clear()
            found = [n for word in statement.split() for n in self._word(word)]
            known = self._statements[statement] = tuple(found[: self.longest])
        return known

    def table(self, statements: Iterable[str]) -> NDArray[np.int64]:
        """Return the pieces of statements, a row each, filled up with `PAD`.

        Returns
        -------
        ndarray of shape (n_statements, longest of these), dtype int64
        """
        rows = [self.encode(statement) for statement in statements]
        width = max(map(len, rows), default=1)
        table = np.zeros((len(rows), width), dtype=np.int64)
        for number, row in enumerate(rows):
            table[number, : len(row)] = row
        return table

    def _word(self, word: str) -> tuple[int, ...]:
        known = self._words.get(word)
        if known is None:
            if len(self._words) >= _MOST_REMEMBERED:
                self._words.clear()
            known = self._words[word] = tuple(self._cut(word))
        return known

    def _cut(self, word: str) -> list[int]:
        """Return the longest pieces, from the left; a word with a gap is unknown."""
        found, start = [], 0
        while start < len(word):
            opening = CONTINUED if start else ""
            for stop in range(min(len(word), start + self._most_letters), start, -1):
                number = self._number_of.get(opening + word[start:stop])
                if number is not None:
                    break
            else:
                return [UNKNOWN]
            found.append(number)
            start = stop
        return found
