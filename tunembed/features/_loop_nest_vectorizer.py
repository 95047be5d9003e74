"""LoopNestVectorizer: loop nests to a matrix of named features."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from collections.abc import Mapping
from numbers import Integral, Real

import numpy as np
from sklearn.utils._param_validation import Interval, StrOptions

from tunembed.features._errors import check_sequence, report
from tunembed.features._feature import as_text, to_row
from tunembed.features._measure import measure
from tunembed.features._stateless import StatelessTransformer
from tunembed.features._table import FEATURES, NAMES
from tunembed.features._view import NestView
from tunembed.parsers import Function, LoopNest, TranslationUnit, find_loop_nests


class LoopNestVectorizer(StatelessTransformer):
    """Describe loop nests by named features: shape, strides, reuse, operations.

    Every nest becomes a row of numbers that say how it behaves at the given sizes.
    Nothing is run, and nothing is learnt: the transformer is stateless.

    Parameters
    ----------
    sizes : mapping of str to int, default=None
        Values of integer parameters, by name; of a struct's member, by path
        (``"g->n"``). Names that a nest does not have are ignored.
    default_size : int, default=1000
        The value of all other parameters.
    default_extent : float, default=16
        Mean trip count of a loop whose bounds are read from arrays, such as
        ``for (k = rowptr[i]; k < rowptr[i + 1]; k++)``, unless the sizes tell the
        extent of an array that the iterator indexes: then that divided by the number
        of rows.
    errors : {"raise", "nan"}, default="raise"
        What to do with a sample that is missing or has no loops: raise a `SampleError`
        that names its index; or return a row of NaN and, unless it is None, emit a
        `SampleWarning`.

    See Also
    --------
    ProgramParser : Program texts to the parsed programs expected here.
    tunembed.embeddings.PerformanceEmbedding : Features to an embedding.

    Notes
    -----
    Counts, bytes and operations are on a logarithmic scale,
    ``sign(x) * log2(1 + abs(x))``, as the last words of each entry say.

    Mean trip counts are evaluated at the mean values of the iterators that the bounds
    mention, in the order in which these depend on each other, whatever the order of the
    loops; a triangular nest is described alike before and after an interchange. A loop
    counts at least one iteration; guards count by the share of values that pass.

    The *main body* is that of the loop with most operations and accesses directly
    inside, over all iterations; the *main loops* are those around it. *Per iteration*
    means per execution of the main body: what happens outside counts by how
    often it runs in comparison.

    The features:

    %(features)s

    References
    ----------
    .. [1] M. E. Wolf, M. S. Lam. "A Data Locality Optimizing Algorithm". PLDI 1991.
       :doi:`10.1145/113445.113449`
    .. [2] S. Williams, A. Waterman, D. Patterson. "Roofline: An Insightful Visual
       Performance Model for Multicore Architectures". CACM 52(4), 2009.
       :doi:`10.1145/1498765.1498785`

    Examples
    --------
    >>> from tunembed.features import LoopNestVectorizer
    >>> from tunembed.parsers import find_loop_nests, parse_c
    >>> unit = parse_c('''
    ... void add(int n, int m, double a[n][m], double b[n][m]) {
    ...     for (int i = 0; i < n; i++)
    ...         for (int j = 0; j < m; j++)
    ...             a[i][j] += b[i][j];
    ... }''')
    >>> nests = find_loop_nests(unit.function("add"))
    >>> vectorizer = LoopNestVectorizer(sizes={"n": 1023, "m": 7})
    >>> table = vectorizer.set_output(transform="pandas").transform(nests)
    >>> table[["shape_depth", "shape_trip_outer0", "shape_trip_inner0"]]
       shape_depth  shape_trip_outer0  shape_trip_inner0
    0          2.0               10.0                3.0
    """

    _parameter_constraints: dict = {
        "sizes": [Mapping, None],
        "default_size": [Interval(Integral, 1, None, closed="left")],
        "default_extent": [Interval(Real, 1, None, closed="left")],
        "errors": [StrOptions({"raise", "nan"})],
    }

    def __init__(
        self, sizes=None, *, default_size=1000, default_extent=16, errors="raise"
    ):
        self.sizes = sizes
        self.default_size = default_size
        self.default_extent = default_extent
        self.errors = errors

    def transform(self, X):
        """Describe loop nests.

        Parameters
        ----------
        X : sequence of LoopNest, Function, TranslationUnit or None
            Of a function or translation unit, the nest with most operations and
            accesses at the given sizes is described.

        Returns
        -------
        ndarray of shape (n_samples, n_features), dtype float64
            A row of NaN where there is nothing to describe and ``errors="nan"``.
        """
        self._validate_params()
        check_sequence(X, "loop nests")
        sizes = self._checked_sizes()
        result = np.full((len(X), len(FEATURES)), np.nan)
        for index, sample in enumerate(X):
            view = self._view(sample, index, sizes)
            if view is not None:
                result[index] = to_row(FEATURES, measure(view))
        return result

    def _checked_sizes(self):
        sizes = self.sizes or {}
        for name, value in sizes.items():
            if not isinstance(name, str) or not isinstance(value, Integral):
                raise TypeError(
                    f"sizes must map names to integers, got {name!r}: {value!r}"
                )
        return sizes

    def _view(self, sample, index, sizes):
        found = []
        for nest in _nests(sample, index):
            found.append(NestView(nest, sizes, self.default_size, self.default_extent))
        if found:
            return max(found, key=lambda view: view.total_work)
        if sample is None:
            if self.errors == "raise":
                report(index, "nothing was parsed", self.errors, None)
            return None
        report(index, f"{_name(sample)} has no loops", self.errors, None)
        return None

    def get_feature_names_out(self, input_features=None):
        """Return the names of the features.

        Parameters
        ----------
        input_features : Ignored
            Not used.

        Returns
        -------
        ndarray of shape (n_features,), dtype object
            The names, in the order of the columns.
        """
        return np.array(NAMES, dtype=object)


def _nests(sample, index):
    if sample is None:
        return []
    if isinstance(sample, LoopNest):
        return [sample]
    if isinstance(sample, Function):
        return find_loop_nests(sample)
    if isinstance(sample, TranslationUnit):
        return [n for f in sample.functions.values() for n in find_loop_nests(f)]
    raise TypeError(
        f"X[{index}] must be a LoopNest, Function or TranslationUnit, got "
        f"{type(sample).__name__}. ProgramParser parses program texts."
    )


def _name(sample):
    if isinstance(sample, Function):
        return f"{sample.location}: function {sample.name}"
    return sample.path


if LoopNestVectorizer.__doc__ is not None:  # None under python -OO
    LoopNestVectorizer.__doc__ %= {"features": as_text(FEATURES, 4)}
