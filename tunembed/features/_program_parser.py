"""ProgramParser: source texts to parsed programs."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import os
from collections.abc import Iterator

import numpy as np
from pycparser import c_ast
from sklearn.utils._param_validation import StrOptions
from sklearn.utils.parallel import Parallel, delayed

from tunembed.features._errors import check_sequence, report
from tunembed.features._stateless import StatelessTransformer
from tunembed.parsers import (
    Function,
    IRFunction,
    IRModule,
    LoopNest,
    SourceError,
    TranslationUnit,
    parse_c,
    parse_llvm_ir,
)

_PARSED = (TranslationUnit, Function, LoopNest, IRModule, IRFunction, type(None))
_SOURCES = (str, bytes, os.PathLike)
_PROBLEMS = (SourceError, OSError)
# An abstract syntax tree deeper than this does not travel between processes.
_DEEPEST = 120


class ProgramParser(  # type: ignore[call-arg]
    StatelessTransformer, auto_wrap_output_keys=None
):
    """Parse program texts, one bad text never ending the whole batch.

    The first step of a pipeline whose samples are programs. It is stateless: ``fit``
    only checks the parameters.

    Parameters
    ----------
    language : {"c", "llvm"}, default="c"
        Language of the programs: C with OpenMP pragmas, or LLVM IR, as text or bitcode.
    errors : {"raise", "nan"}, default="raise"
        What to do with a sample that cannot be read or parsed: raise a `SampleError`
        that names its index, file and line; or put None in its place and emit a
        `SampleWarning`.
    n_jobs : int, default=None
        Number of processes, as of `joblib.Parallel`. Pays for hundreds of files.
    include_dirs : sequence of path-like, default=()
        Where files that C includes are searched.
    defines : sequence of str, default=()
        Macros for C, ``"NAME"`` or ``"NAME=VALUE"``.

    See Also
    --------
    LoopNestVectorizer : Parsed programs to a matrix of features.
    tunembed.parsers.parse_c : Parse one file of C.
    tunembed.parsers.parse_llvm_ir : Parse one module of LLVM IR.

    Notes
    -----
    A machine without a C preprocessor is no fault of a sample: that always raises
    `tunembed.parsers.CompilerNotFoundError`.

    Examples
    --------
    >>> from tunembed.features import ProgramParser
    >>> text = "void f(int n, double x[n]) { for (int i = 0; i < n; i++) x[i] = 1; }"
    >>> units = ProgramParser().fit_transform([text])
    >>> units[0].functions["f"]
    <Function f at <string>:1:6>
    """

    _parameter_constraints: dict = {
        "language": [StrOptions({"c", "llvm"})],
        "errors": [StrOptions({"raise", "nan"})],
        "n_jobs": [int, None],
        "include_dirs": [list, tuple],
        "defines": [list, tuple],
    }

    def __init__(
        self, language="c", *, errors="raise", n_jobs=None, include_dirs=(), defines=()
    ):
        self.language = language
        self.errors = errors
        self.n_jobs = n_jobs
        self.include_dirs = include_dirs
        self.defines = defines

    def transform(self, X):
        """Parse programs.

        Parameters
        ----------
        X : sequence of str, bytes, Path, parsed program or None
            A str or bytes is the text itself, a Path says where it is. What is parsed
            already, or missing, stays as it is.

        Returns
        -------
        ndarray of shape (n_samples,), dtype object
            TranslationUnit or IRModule objects; None where that failed.
        """
        self._validate_params()
        check_sequence(X, "program texts, paths or parsed programs")
        for index, sample in enumerate(X):
            if not isinstance(sample, (*_SOURCES, *_PARSED)):
                raise TypeError(
                    f"X[{index}] must be str, bytes, Path or a parsed program, got "
                    f"{type(sample).__name__}"
                )
        ready = self._parse_elsewhere(X)
        result = np.empty(len(X), dtype=object)
        for index, sample in enumerate(X):
            if isinstance(sample, _SOURCES):
                result[index] = ready.get(index) or self._parse(sample, index)
            else:
                result[index] = sample
        return result

    def get_feature_names_out(self, input_features=None):
        """Return the name of the one thing that comes out.

        Parameters
        ----------
        input_features : Ignored
            Not used.

        Returns
        -------
        ndarray of shape (1,), dtype object
            ``["program"]``.
        """
        return np.array(["program"], dtype=object)

    def set_output(self, *, transform=None):
        """Do nothing, so that a pipeline around can set its output.

        Parameters
        ----------
        transform : Ignored
            Parsed programs always come as an array of objects.

        Returns
        -------
        ProgramParser
            The transformer itself.
        """
        return self

    def _parse(self, sample, index):
        try:
            if self.language == "llvm":
                return parse_llvm_ir(sample)
            return parse_c(sample, include_dirs=self.include_dirs, defines=self.defines)
        except _PROBLEMS as error:
            report(index, str(error), self.errors, error)
        return None

    def _parse_elsewhere(self, X):
        """Parse in other processes; leave out what fails, to be tried again here."""
        sources = [i for i, sample in enumerate(X) if isinstance(sample, _SOURCES)]
        if self.n_jobs in (None, 1) or len(sources) < 2:
            return {}
        parse = _parse_ir if self.language == "llvm" else _parse_parts
        parts = Parallel(n_jobs=self.n_jobs)(
            delayed(parse)(X[i], self.include_dirs, self.defines) for i in sources
        )
        return {
            index: part if isinstance(part, IRModule) else TranslationUnit(*part)
            for index, part in zip(sources, parts, strict=True)
            if part is not None
        }

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        return tags


def _parse_ir(sample, *_):
    """Return a module, None if that is not to be had."""
    try:
        return parse_llvm_ir(sample)
    except _PROBLEMS:
        return None


def _parse_parts(sample, include_dirs, defines):
    """Return what a TranslationUnit is made of, None if that is not to be had."""
    try:
        unit = parse_c(sample, include_dirs=include_dirs, defines=defines)
    except _PROBLEMS:
        return None
    if any(depth > _DEEPEST for depth in _depths(unit.ast)):
        return None
    return unit.path, unit.text, unit.ast


def _depths(node: c_ast.Node) -> Iterator[int]:
    stack = [(node, 1)]
    while stack:
        item, depth = stack.pop()
        yield depth
        stack.extend((child, depth + 1) for _, child in item.children())
