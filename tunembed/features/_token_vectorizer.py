"""TokenVectorizer: parsed programs to counts of their words."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from numbers import Integral

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.base import BaseEstimator, TransformerMixin, _fit_context
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
from sklearn.utils._param_validation import Interval, RealNotInt, StrOptions
from sklearn.utils.parallel import Parallel, delayed
from sklearn.utils.validation import check_is_fitted

from tunembed.features._errors import report
from tunembed.features._normalized import (
    PROGRAMS,
    source_of,
    statements_of,
    tokens_of,
)
from tunembed.features._samples import present
from tunembed.features._stateless import raw_input_tags
from tunembed.parsers import FunctionNotFoundError

_READERS = {"statement": statements_of, "token": tokens_of}
_BETWEEN = {"statement": " ; ", "token": " "}
_HINT = "ProgramParser parses program texts."


class TokenVectorizer(TransformerMixin, BaseEstimator):
    """Describe programs by which words they use, names and exact numbers apart.

    A word is a whole statement, such as ``load float %v``, or a token of it. A row
    counts words and sequences of words, those that the programs of ``fit`` use.

    Parameters
    ----------
    ngram_range : tuple of (int, int), default=(1, 2)
        Least and largest number of neighbouring words that count as one column.
    level : {"statement", "token"}, default="statement"
        Whether words are those of `normalized_statements` or of `normalized_tokens`.
    max_features : int, default=None
        Keep only so many columns, those with the largest counts, the first ones in
        alphabetical order where counts are equal.
    min_df : int or float, default=1
        Leave out what fewer programs use; a float is a share of the programs.
    weighting : {"count", "binary", "tfidf"}, default="count"
        What a row holds: counts, 1 for what is there, or counts times inverse document
        frequency in rows of length 1, as of
        `sklearn.feature_extraction.text.TfidfTransformer`.
    n_jobs : int, default=None
        Number of processes, as of `joblib.Parallel`. Pays for hundreds of programs.
    errors : {"raise", "nan"}, default="raise"
        What to do with a sample that is missing or whose text is not to be found: raise
        a `SampleError` that names its index; or return a row of zeros, as a sparse
        matrix is not the place for NaN, and, unless it is None, emit a `SampleWarning`.
        Such samples take no part in ``fit``.

    Attributes
    ----------
    vocabulary_ : dict of str to int
        The column of each word or sequence of words.
    tfidf_ : TfidfTransformer or None
        The weights, if ``weighting="tfidf"``.

    See Also
    --------
    ProgramParser : Program texts to the parsed programs expected here.
    GraphVectorizer : Neighbourhoods in the program graph, without a vocabulary.

    References
    ----------
    .. [1] T. Ben-Nun, A. S. Jakobovits, T. Hoefler. "Neural Code Comprehension: A
       Learnable Representation of Code Semantics". NeurIPS 2018 (statements as words).

    Examples
    --------
    >>> from tunembed.features import ProgramParser, TokenVectorizer
    >>> text = "define i32 @f(i32 %x) { %y = add i32 %x, 9  ret i32 %y }"
    >>> modules = ProgramParser("llvm").fit_transform([text])
    >>> vectorizer = TokenVectorizer(ngram_range=(1, 1)).fit(modules)
    >>> vectorizer.get_feature_names_out().tolist()
    ['add i32 %v <2^3>', 'define i32', 'ret i32 %v']
    """

    _parameter_constraints: dict = {
        "ngram_range": [tuple, list],
        "level": [StrOptions({"statement", "token"})],
        "max_features": [Interval(Integral, 1, None, closed="left"), None],
        "min_df": [
            Interval(RealNotInt, 0, 1, closed="both"),
            Interval(Integral, 1, None, closed="left"),
        ],
        "weighting": [StrOptions({"count", "binary", "tfidf"})],
        "n_jobs": [Integral, None],
        "errors": [StrOptions({"raise", "nan"})],
    }

    def __init__(
        self,
        ngram_range=(1, 2),
        *,
        level="statement",
        max_features=None,
        min_df=1,
        weighting="count",
        n_jobs=None,
        errors="raise",
    ):
        self.ngram_range = ngram_range
        self.level = level
        self.max_features = max_features
        self.min_df = min_df
        self.weighting = weighting
        self.n_jobs = n_jobs
        self.errors = errors

    def fit(self, X, y=None):
        """Learn which words there are.

        Parameters
        ----------
        X : sequence of IRModule, IRFunction, TranslationUnit, Function or None
            Parsed programs.
        y : Ignored
            Not used.

        Returns
        -------
        TokenVectorizer
            The fitted transformer.
        """
        self.fit_transform(X)
        return self

    @_fit_context(prefer_skip_nested_validation=True)
    def fit_transform(self, X, y=None):
        """Learn which words there are and count them.

        Parameters
        ----------
        X : sequence of IRModule, IRFunction, TranslationUnit, Function or None
            Parsed programs.
        y : Ignored
            Not used.

        Returns
        -------
        csr_matrix of shape (n_samples, n_words), dtype float64
            As of `transform`.

        Raises
        ------
        SampleError
            If a sample is missing and ``errors="raise"``.
        ValueError
            If there is no word to learn.
        """
        lists, places = self._words(X)
        counter = self._counter(min_df=self.min_df)
        counts = counter.fit_transform(lists)
        names = counter.get_feature_names_out()
        chosen = _largest(counts, self.max_features)
        self.vocabulary_ = {name: n for n, name in enumerate(names[chosen])}
        counts = counts[:, chosen]
        self.tfidf_ = None
        if self.weighting == "tfidf":
            self.tfidf_ = TfidfTransformer().fit(counts)
        return self._finished(counts, places, len(X))

    def transform(self, X):
        """Count the words of programs.

        Parameters
        ----------
        X : sequence of IRModule, IRFunction, TranslationUnit, Function or None
            Parsed programs.

        Returns
        -------
        csr_matrix of shape (n_samples, n_words), dtype float64
            A row of zeros where there is nothing to describe and ``errors="nan"``.

        Raises
        ------
        SampleError
            If a sample is missing and ``errors="raise"``.
        """
        check_is_fitted(self)
        lists, places = self._words(X)
        counts = self._counter(vocabulary=self.vocabulary_).transform(lists)
        return self._finished(counts, places, len(X))

    def get_feature_names_out(self, input_features=None):
        """Return the words or sequences of words of the columns.

        Parameters
        ----------
        input_features : Ignored
            Not used.

        Returns
        -------
        ndarray of shape (n_words,), dtype object
            In alphabetical order; in a sequence of statements, ``" ; "`` is between.
        """
        check_is_fitted(self)
        return np.array(list(self.vocabulary_), dtype=object)

    def _words(self, X):
        """Return the words of each sample that has some, and which ones those are."""
        least, most = self._checked_range()
        sources, places = [], []
        for index, sample in present(X, PROGRAMS, self.errors, _HINT):
            try:
                sources.append(source_of(sample))
                places.append(index)
            except FunctionNotFoundError as error:
                report(index, str(error), self.errors, error)
        lists = Parallel(n_jobs=self.n_jobs)(
            delayed(_ngrams)(source, self.level, least, most) for source in sources
        )
        return lists, places

    def _checked_range(self):
        found = tuple(self.ngram_range)
        if (
            len(found) != 2
            or not all(isinstance(size, Integral) for size in found)
            or not 1 <= found[0] <= found[1]
        ):
            raise ValueError(
                "ngram_range must be two numbers of words, the smaller one first, got "
                f"{self.ngram_range!r}"
            )
        return found

    def _counter(self, **settings):
        binary = self.weighting == "binary"
        return CountVectorizer(
            analyzer=_as_they_are, binary=binary, dtype=np.float64, **settings
        )

    def _finished(self, counts, places, n_samples):
        """Weigh the rows and put them to their places among rows of zeros."""
        counts.sort_indices()  # sums of rows must not depend on the order
        if self.tfidf_ is not None and places:
            counts = self.tfidf_.transform(counts)
        ones = np.ones(len(places))
        shape = (n_samples, len(places))
        spread = csr_matrix((ones, (places, np.arange(len(places)))), shape=shape)
        return csr_matrix(spread @ counts)

    def __sklearn_tags__(self):
        return raw_input_tags(super().__sklearn_tags__())


def _ngrams(source, level, least, most):
    """Return words and sequences of words."""
    words = _READERS[level](source)
    between = _BETWEEN[level]
    return [
        between.join(words[start : start + size])
        for size in range(least, most + 1)
        for start in range(len(words) - size + 1)
    ]


def _as_they_are(words):
    return words


def _largest(counts, number):
    """Return the columns with the largest sums, ascending; ties in their order."""
    n_columns = counts.shape[1]
    if number is None or number >= n_columns:
        return np.arange(n_columns)
    sums = np.asarray(counts.sum(axis=0)).ravel()
    return np.sort(np.lexsort((np.arange(n_columns), -sums))[:number])
