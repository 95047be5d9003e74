"""Which pieces of words an encoder gets to know."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from itertools import pairwise

from tunembed.embeddings._encoder._vocabulary import CONTINUED, SPECIAL, Vocabulary

_Pair = tuple[str, str]
# A pair that occurs less often is not worth a piece.
_RAREST = 3


def learn_pieces(counts: Counter[str], n_pieces: int, longest: int) -> Vocabulary:
    """Return a vocabulary: all letters, and the pairs of pieces that occur most often.

    Parameters
    ----------
    counts : Counter of str
        How often words occur.
    n_pieces : int
        At most so many; all letters are kept nevertheless.
    longest : int
        Of a statement, in pieces.

    Notes
    -----
    Pairs of neighbouring pieces are merged, the most frequent first, as in byte pair
    encoding [1]_. The trainers of the usual library do the same, but break ties at
    random; here the pair that comes first in the alphabet wins.

    References
    ----------
    .. [1] R. Sennrich, B. Haddow, A. Birch. "Neural Machine Translation of Rare Words
       with Subword Units". ACL 2016, section 3.2.
    """
    merger = _Merger(counts)
    pieces = sorted({piece for word in merger.words for piece in word})
    known = set(pieces)
    while len(SPECIAL) + len(pieces) < n_pieces:
        pair = merger.most_frequent()
        if pair is None:
            break
        piece = merger.merge(pair)
        if piece not in known:
            known.add(piece)
            pieces.append(piece)
    return Vocabulary([*SPECIAL, *pieces], longest)


class _Merger:
    """Words as pieces, and how often which pieces are neighbours."""

    def __init__(self, counts: Counter[str]) -> None:
        ordered = sorted(counts)
        self.counts = [counts[word] for word in ordered]
        self.words = [
            [word[0], *(CONTINUED + letter for letter in word[1:])] for word in ordered
        ]
        self.pairs: Counter[_Pair] = Counter()
        self.places: dict[_Pair, set[int]] = defaultdict(set)
        for number in range(len(self.words)):
            self._count(number, 1)
        self.heap = [(-count, pair) for pair, count in self.pairs.items()]
        heapq.heapify(self.heap)

    def most_frequent(self) -> _Pair | None:
        """Return the next pair; entries of the heap may be out of date."""
        while self.heap:
            count, pair = heapq.heappop(self.heap)
            if self.pairs[pair] == -count:
                return pair if -count >= _RAREST else None
        return None

    def merge(self, pair: _Pair) -> str:
        """Make one piece of a pair, wherever it occurs."""
        piece = pair[0] + pair[1].removeprefix(CONTINUED)
        changed: set[_Pair] = set()
        for number in sorted(self.places[pair]):
            changed |= self._count(number, -1)
            self.words[number] = _joined(self.words[number], pair, piece)
            changed |= self._count(number, 1)
        for other in changed:
            if self.pairs[other] > 0:
                heapq.heappush(self.heap, (-self.pairs[other], other))
        return piece

    def _count(self, number: int, sign: int) -> set[_Pair]:
        found = set()
        for pair in pairwise(self.words[number]):
            self.pairs[pair] += sign * self.counts[number]
            if sign > 0:
                self.places[pair].add(number)
            else:
                self.places[pair].discard(number)
            found.add(pair)
        return found


def _joined(word: list[str], pair: _Pair, piece: str) -> list[str]:
    found: list[str] = []
    for part in word:
        if found and (found[-1], part) == pair:
            found[-1] = piece
        else:
            found.append(part)
    return found
