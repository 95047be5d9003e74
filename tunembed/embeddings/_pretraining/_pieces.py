"""Which pieces of words an encoder gets to know."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from collections import Counter
from math import ceil

from tunembed.embeddings._encoder._vocabulary import CONTINUED, SPECIAL, Vocabulary


def learn_pieces(counts: Counter[str], n_pieces: int, longest: int) -> Vocabulary:
    """Return a vocabulary of the pieces that are worth most.

    Parameters
    ----------
    counts : Counter of str
        How often words occur.
    n_pieces : int
        At most so many.
    longest : int
        Of a statement, in pieces.

    Notes
    -----
    The trainer counts every occurrence of a word, of which there are millions. It is
    shown each word as often as the root of its count, which takes no time.
    """
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.WordPiece(unk_token=SPECIAL[1]))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    trainer = trainers.WordPieceTrainer(
        vocab_size=n_pieces,
        special_tokens=list(SPECIAL),
        continuing_subword_prefix=CONTINUED,
        show_progress=False,
        min_frequency=3,
    )
    texts = (" ".join([word] * ceil(count**0.5)) for word, count in _ordered(counts))
    tokenizer.train_from_iterator(texts, trainer)
    numbers = tokenizer.get_vocab()
    pieces = sorted(numbers, key=numbers.__getitem__)
    return Vocabulary(pieces, longest)


def _ordered(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))
