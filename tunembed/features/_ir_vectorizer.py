"""IRVectorizer: LLVM IR to a matrix of named counters."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from numbers import Integral, Real

import numpy as np
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.parallel import Parallel, delayed

from tunembed.features._feature import as_text, to_row
from tunembed.features._ir_measure import measure_ir
from tunembed.features._ir_table import IR_FEATURES, IR_NAMES
from tunembed.features._samples import present
from tunembed.features._stateless import StatelessTransformer
from tunembed.parsers import IRFunction, IRModule

_HINT = "ProgramParser('llvm') parses texts."


class IRVectorizer(StatelessTransformer):
    """Describe LLVM IR by named counters: instructions, loops, memory, threads.

    Every module or function becomes a row of numbers. Nothing is run, and nothing is
    learnt: the transformer is stateless. Optimised and unoptimised code, CPU and GPU
    code are described by the same counters.

    Parameters
    ----------
    default_trips : float, default=32
        How often a loop runs whose trip count is not constant, in a function whose
        addresses name no extents of arrays; in others, the largest extent, up to 512.
    errors : {"raise", "nan"}, default="raise"
        What to do with a sample that is missing: raise a `SampleError` that names its
        index; or return a row of NaN.
    n_jobs : int, default=None
        Number of processes, as of `joblib.Parallel`. Pays for hundreds of modules.

    See Also
    --------
    ProgramParser : Program texts to the parsed programs expected here.
    GraphVectorizer : The same programs by the shape of their graphs.
    TokenVectorizer : By their words.

    Notes
    -----
    Counts, bytes and operations are on a logarithmic scale,
    ``sign(x) * log2(1 + abs(x))``, as the last words of each entry say; shares are not.

    *Times the trips around* means that an instruction counts as often as it runs each
    time its function is called: the product of the trip counts of the loops around it
    [1]_. Functions of a module are added up as if each was called once. What only
    describes the program to the compiler, such as ``llvm.dbg`` and ``llvm.lifetime``,
    does not count.

    The counters:

    %(features)s

    References
    ----------
    .. [1] A. V. Aho, R. Sethi, J. D. Ullman. "Compilers: Principles, Techniques, and
       Tools", 1986, section 10.4 (natural loops).
    .. [2] D. Grewe, Z. Wang, M. O'Boyle. "Portable Mapping of Data Parallel Programs to
       OpenCL for Heterogeneous Systems". CGO 2013 (coalesced accesses).
    .. [3] S. Williams, A. Waterman, D. Patterson. "Roofline: An Insightful Visual
       Performance Model for Multicore Architectures". CACM 52(4), 2009.
       :doi:`10.1145/1498765.1498785`
    .. [4] A. Magni, C. Dubach, M. O'Boyle. "Automatic Optimization of Thread-Coarsening
       for Graphics Processors". PACT 2014 (divergence).

    Examples
    --------
    >>> from tunembed.features import IRVectorizer
    >>> from tunembed.parsers import parse_llvm_ir
    >>> module = parse_llvm_ir('''
    ... define float @f(float %%x, float %%y) {
    ...   %%s = fadd float %%x, %%y
    ...   ret float %%s
    ... }''')
    >>> vectorizer = IRVectorizer().set_output(transform="pandas")
    >>> vectorizer.transform([module])[["code_instructions", "mix_fadd"]].round(2)
       code_instructions  mix_fadd
    0               1.58       0.5
    """

    _parameter_constraints: dict = {
        "default_trips": [Interval(Real, 1, None, closed="left")],
        "errors": [StrOptions({"raise", "nan"})],
        "n_jobs": [Integral, None],
    }

    def __init__(self, default_trips=32, *, errors="raise", n_jobs=None):
        self.default_trips = default_trips
        self.errors = errors
        self.n_jobs = n_jobs

    def transform(self, X):
        """Describe modules or functions.

        Parameters
        ----------
        X : sequence of IRModule, IRFunction or None
            Of a module all its functions are described together.

        Returns
        -------
        ndarray of shape (n_samples, n_features), dtype float64
            A row of NaN where there is nothing to describe and ``errors="nan"``.
        """
        self._validate_params()
        samples = present(X, (IRModule, IRFunction), self.errors, _HINT)
        result = np.full((len(X), len(IR_FEATURES)), np.nan)
        rows = Parallel(n_jobs=self.n_jobs)(
            delayed(_row)(sample, self.default_trips) for _, sample in samples
        )
        for (index, _), row in zip(samples, rows, strict=True):
            result[index] = row
        return result

    def get_feature_names_out(self, input_features=None):
        """Return the names of the counters.

        Parameters
        ----------
        input_features : Ignored
            Not used.

        Returns
        -------
        ndarray of shape (n_features,), dtype object
            The names, in the order of the columns.
        """
        return np.array(IR_NAMES, dtype=object)


def _row(sample, default_trips):
    """Return the row of one sample, on the scales of the table."""
    functions = (
        [sample] if isinstance(sample, IRFunction) else [*sample.functions.values()]
    )
    return to_row(IR_FEATURES, measure_ir(functions, default_trips))


if IRVectorizer.__doc__ is not None:  # None under python -OO
    IRVectorizer.__doc__ %= {"features": as_text(IR_FEATURES, 4)}
