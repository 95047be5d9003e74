"""GraphVectorizer: program graphs to counts of hashed subtrees."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from numbers import Integral

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.parallel import Parallel, delayed

from tunembed.features._samples import present
from tunembed.features._stateless import StatelessTransformer
from tunembed.features._weisfeiler_lehman import (
    first_labels,
    neighbours_of,
    refined,
    take_part,
)
from tunembed.parsers import FLOWS, IRFunction, IRModule, ProgramGraph, program_graph

_HINT = "ProgramParser(language='llvm') parses LLVM IR, compile_to_ir compiles C to it."


class GraphVectorizer(StatelessTransformer):
    """Describe programs by the hashed subtrees of their program graphs.

    A node's first label is its own text; in every iteration it becomes a hash of itself
    and of the labels of its neighbours, with flow, direction and position of the edges
    between: the Weisfeiler-Lehman subtree features [1]_ of a program graph [2]_. A
    row counts the labels of all iterations, in as many columns as are wanted. Nothing
    is learnt, so that no program is unknown.

    Parameters
    ----------
    n_iter : int, default=3
        How many edges away a label sees.
    n_features : int, default=16384
        Number of columns. Labels that share one are not told apart.
    node_texts : bool, default=True
        Whether a first label says opcode, type or value, or only that a node is an
        instruction, a variable, a constant or a type.
    constants : {"magnitude", "exact"}, default="magnitude"
        Whether numbers count by type, sign and power of two, or as they are.
    flows : sequence of {"control", "data", "call", "type"}, \
default=("control", "data", "call")
        Which edges count. A node that none of them touches is left out, unless it is an
        instruction.
    direction : {"both", "in", "out"}, default="both"
        Whether a node sees where its edges come from, where they lead, or both.
    scale : {"log", "count", "binary"}, default="log"
        What a row holds: ``log2(1 + count)``, the counts, or 1 where there are any.
    n_jobs : int, default=None
        Number of processes, as of `joblib.Parallel`. Pays for hundreds of modules.
    errors : {"raise", "nan"}, default="raise"
        What to do with a sample that is missing: raise a `SampleError` that names its
        index; or return a row of zeros, as a sparse matrix is not the place for NaN. A
        program always has a node, so that no other row is one of zeros.

    See Also
    --------
    ProgramParser : Texts to the modules expected here.
    TokenVectorizer : Counts of the words of a program, with a vocabulary.
    graph_hash : Whether two program graphs are the same.

    Notes
    -----
    Hashes depend neither on the run nor on the machine nor on versions of libraries: a
    label is BLAKE2b of a node's kind and text, then 64-bit arithmetic. They change with
    the program graph itself, which a release of this package may refine.

    Names of variables, functions with a body and types, metadata, and the order of
    functions do not change a row. Array extents in types count by power of two, as
    constants do. Positions beyond 15 count as 15.

    References
    ----------
    .. [1] N. Shervashidze, P. Schweitzer, E. J. van Leeuwen, K. Mehlhorn, K. M.
       Borgwardt. "Weisfeiler-Lehman Graph Kernels". JMLR 12, 2011.
    .. [2] C. Cummins et al. "ProGraML: A Graph-based Program Representation for Data
       Flow Analysis and Compiler Optimizations". ICML 2021.

    Examples
    --------
    >>> from tunembed.features import GraphVectorizer, ProgramParser
    >>> text = "define i32 @f(i32 %x) { %y = add i32 %x, 1  ret i32 %y }"
    >>> modules = ProgramParser("llvm").fit_transform([text])
    >>> rows = GraphVectorizer(n_iter=1, scale="count").fit_transform(modules)
    >>> rows.shape, int(rows.sum())  # six nodes, twice
    ((1, 16384), 12)
    """

    _parameter_constraints: dict = {
        "n_iter": [Interval(Integral, 0, None, closed="left")],
        "n_features": [Interval(Integral, 1, 2**31 - 1, closed="both")],
        "node_texts": ["boolean"],
        "constants": [StrOptions({"magnitude", "exact"})],
        "flows": [list, tuple],
        "direction": [StrOptions({"both", "in", "out"})],
        "scale": [StrOptions({"log", "count", "binary"})],
        "n_jobs": [Integral, None],
        "errors": [StrOptions({"raise", "nan"})],
    }

    def __init__(
        self,
        n_iter=3,
        *,
        n_features=2**14,
        node_texts=True,
        constants="magnitude",
        flows=("control", "data", "call"),
        direction="both",
        scale="log",
        n_jobs=None,
        errors="raise",
    ):
        self.n_iter = n_iter
        self.n_features = n_features
        self.node_texts = node_texts
        self.constants = constants
        self.flows = flows
        self.direction = direction
        self.scale = scale
        self.n_jobs = n_jobs
        self.errors = errors

    def transform(self, X):
        """Describe programs.

        Parameters
        ----------
        X : sequence of IRModule, IRFunction, ProgramGraph or None
            Of a function, what it calls is taken as declared only.

        Returns
        -------
        csr_matrix of shape (n_samples, n_features), dtype float64
            A row of zeros where there is nothing to describe and ``errors="nan"``.

        Raises
        ------
        SampleError
            If a sample is missing and ``errors="raise"``.
        """
        self._validate_params()
        flows = self._checked_flows()
        kinds = (IRModule, IRFunction, ProgramGraph)
        samples = present(X, kinds, self.errors, _HINT)
        settings = (self.n_iter, self.node_texts, self.constants, flows, self.direction)
        found = Parallel(n_jobs=self.n_jobs)(
            delayed(_count)(sample, self.n_features, *settings) for _, sample in samples
        )
        return self._assemble(len(X), [index for index, _ in samples], found)

    def _assemble(self, n_samples, places, found):
        lengths = np.zeros(n_samples + 1, dtype=np.int64)
        lengths[[place + 1 for place in places]] = [len(part[0]) for part in found]
        columns = np.concatenate([np.empty(0, np.int64), *(part[0] for part in found)])
        counts = np.concatenate([np.empty(0), *(part[1] for part in found)])
        if self.scale == "log":
            counts = np.log2(1.0 + counts)
        elif self.scale == "binary":
            counts = np.ones_like(counts)
        shape = (n_samples, self.n_features)
        return csr_matrix((counts, columns, np.cumsum(lengths)), shape=shape)

    def _checked_flows(self):
        for flow in self.flows:
            if flow not in FLOWS:
                raise ValueError(f"flows must be of {FLOWS}, got {flow!r}")
        return tuple(self.flows)

    def get_feature_names_out(self, input_features=None):
        """Return the names of the columns.

        Parameters
        ----------
        input_features : Ignored
            Not used.

        Returns
        -------
        ndarray of shape (n_features,), dtype object
            ``"subtree0"``, ``"subtree1"``, ...
        """
        return np.array([f"subtree{n}" for n in range(self.n_features)], dtype=object)


def _count(sample, n_features, n_iter, node_texts, constants, flows, direction):
    """Return the columns of a row that are not zero, ascending, and their counts."""
    graph = sample if isinstance(sample, ProgramGraph) else program_graph(sample)
    neighbours = neighbours_of(graph, flows, direction)
    labels = first_labels(graph, node_texts, constants)
    chosen = take_part(graph, neighbours)
    seen = [labels[chosen]]
    for _ in range(n_iter):
        labels = refined(labels, neighbours)
        seen.append(labels[chosen])
    hashed = np.concatenate(seen) % np.uint64(n_features)
    columns, counts = np.unique(hashed.astype(np.int64), return_counts=True)
    return columns, counts.astype(np.float64)
