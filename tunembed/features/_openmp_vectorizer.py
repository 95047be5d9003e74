"""OpenMPVectorizer: how a program uses OpenMP, as named features."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import numpy as np
from sklearn.utils._param_validation import StrOptions

from tunembed.features._feature import as_text, to_row
from tunembed.features._openmp_c import measure_openmp_c
from tunembed.features._openmp_ir import measure_openmp_ir
from tunembed.features._openmp_table import OPENMP_FEATURES, OPENMP_NAMES
from tunembed.features._samples import present
from tunembed.features._stateless import StatelessTransformer
from tunembed.parsers import (
    Function,
    IRFunction,
    IRModule,
    LoopNest,
    TranslationUnit,
)

_IR = (IRModule, IRFunction)
_HINT = "ProgramParser parses program texts."


class OpenMPVectorizer(StatelessTransformer):
    """Describe by named features how programs use OpenMP.

    Regions, shared loops and their schedules, reductions, data, synchronization, tasks
    and offloading are counted: in C by their directives [1]_, in LLVM IR by the calls
    of the runtime (``__kmpc_*`` of LLVM and Intel, ``GOMP_*`` of GNU) that compilers
    make of them.

    Parameters
    ----------
    errors : {"raise", "nan"}, default="raise"
        What to do with a sample that is missing: raise a `SampleError` that names its
        index; or return a row of NaN.

    See Also
    --------
    ProgramParser : Program texts to the parsed programs expected here.
    LoopNestVectorizer : What the loops of C do.
    IRVectorizer : What LLVM IR does.

    Notes
    -----
    Counts are on a logarithmic scale, ``log2(1 + x)``, as the last words of each entry
    say. A program without OpenMP is a row of zeros.

    LLVM IR keeps less than C has: what only clauses say is NaN. Both halves of
    ``distribute parallel for`` count as shared loops there. C is read after
    preprocessing, so that directives under ``#ifdef`` count only if they are compiled.
    Loops of functions that are called inside of a region are not known to be inside.

    The features:

    %(features)s

    References
    ----------
    .. [1] OpenMP Architecture Review Board. "OpenMP Application Programming Interface",
       version 5.2, 2021.

    Examples
    --------
    >>> from tunembed.features import OpenMPVectorizer
    >>> from tunembed.parsers import parse_c
    >>> unit = parse_c('''
    ... void scale(int n, double x[n]) {
    ...     #pragma omp parallel for schedule(dynamic, 7)
    ...     for (int i = 0; i < n; i++)
    ...         x[i] = 2.0 * x[i];
    ... }''')
    >>> vectorizer = OpenMPVectorizer().set_output(transform="pandas")
    >>> vectorizer.transform([unit])[["region_parallel", "loop_dynamic", "loop_chunk"]]
       region_parallel  loop_dynamic  loop_chunk
    0              1.0           1.0         3.0
    """

    _parameter_constraints: dict = {"errors": [StrOptions({"raise", "nan"})]}

    def __init__(self, *, errors="raise"):
        self.errors = errors

    def transform(self, X):
        """Describe programs.

        Parameters
        ----------
        X : sequence of parsed program or None
            TranslationUnit, Function, LoopNest, IRModule or IRFunction. Of a loop nest,
            the directives around it count as its own.

        Returns
        -------
        ndarray of shape (n_samples, n_features), dtype float64
            A row of NaN where there is nothing to describe and ``errors="nan"``.

        Raises
        ------
        SampleError
            If a sample is missing and ``errors="raise"``.
        """
        self._validate_params()
        kinds = (TranslationUnit, Function, LoopNest, *_IR)
        samples = present(X, kinds, self.errors, _HINT)
        result = np.full((len(X), len(OPENMP_FEATURES)), np.nan)
        for index, sample in samples:
            measure = measure_openmp_ir if isinstance(sample, _IR) else measure_openmp_c
            result[index] = to_row(OPENMP_FEATURES, measure(sample))
        return result

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
        return np.array(OPENMP_NAMES, dtype=object)


if OpenMPVectorizer.__doc__ is not None:  # None under python -OO
    OpenMPVectorizer.__doc__ %= {"features": as_text(OPENMP_FEATURES, 4)}
