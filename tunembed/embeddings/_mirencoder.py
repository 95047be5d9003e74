"""MIREncoder: LLVM IR to vectors, by two networks that are trained already."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import os
from functools import lru_cache
from numbers import Integral
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.parallel import Parallel, delayed

from tunembed.embeddings._encoder._embed import embed
from tunembed.embeddings._encoder._pool import POOLINGS
from tunembed.embeddings._encoder._weights import MODALITIES, load_weights
from tunembed.features._samples import present
from tunembed.features._stateless import StatelessTransformer
from tunembed.parsers import IRFunction, IRModule

DEFAULT = Path(__file__).parent / "weights" / "mirencoder-20261122.npz"
_HINT = "ProgramParser('llvm') parses LLVM IR, compile_to_ir compiles C to it."


class MIREncoder(StatelessTransformer):
    """Embed LLVM IR by a small pretrained, frozen, multi-modal encoder.

    After MIREncoder [1]_: one network reads the statements of a function, another one
    its program graph. Both were trained together on many programs, without any
    measurements: to guess words that are masked, to reconstruct graphs, and to tell
    which text and which graph are the same program's. Their sizes and the way they
    read, which the paper does not say, are our own. The rows are features for small
    models of any tuning task.

    Nothing is learnt here: ``fit`` only checks the parameters. Inference is numpy and
    scipy.

    Parameters
    ----------
    weights : "default" or path-like, default="default"
        Those of the package, or a file that `pretrain` wrote.
    modality : {"both", "text", "graph"}, default="both"
        Which networks: their vectors stand side by side.
    pooling : {"mean", "max", "loops"} or tuple of these, default="mean"
        What becomes of the vectors of all statements or nodes: their mean; the largest
        value of each component; the mean in which an instruction counts eightfold for
        every loop around it. Several stand side by side.
    batch_size : int, default=32
        How many programs are embedded together. More need more memory.
    n_jobs : int, default=None
        Number of processes, as of `joblib.Parallel`. Pays for thousands of functions.
    errors : {"raise", "nan"}, default="raise"
        What to do with a sample that is missing: raise a `SampleError` that names its
        index; or return a row of NaN.

    See Also
    --------
    tunembed.features.ProgramParser : Texts to the modules expected here.
    tunembed.features.IRVectorizer : Named counters of the same programs.
    tunembed.parsers.compile_to_ir : C to LLVM IR.

    Notes
    -----
    Names of values, functions with a body and types, metadata, debug information and
    the order of functions do not change a row; numbers count by their magnitude.
    Functions of any length are read, the text in windows.

    References
    ----------
    .. [1] A. Dutta, A. Jannesari. "MIREncoder: Multi-modal IR-based Pretrained
       Embeddings for Performance Optimizations". PACT 2024.

    Examples
    --------
    >>> from tunembed.embeddings import MIREncoder
    >>> from tunembed.features import ProgramParser
    >>> text = "define i32 @f(i32 %x) { %y = add i32 %x, 1  ret i32 %y }"
    >>> modules = ProgramParser("llvm").fit_transform([text])
    >>> MIREncoder(modality="text").fit_transform(modules).shape
    (1, 96)
    """

    _parameter_constraints: dict = {
        "weights": [str, os.PathLike],
        "modality": [StrOptions({"both", *MODALITIES})],
        "pooling": [StrOptions(set(POOLINGS)), tuple, list],
        "batch_size": [Interval(Integral, 1, None, closed="left")],
        "n_jobs": [Integral, None],
        "errors": [StrOptions({"raise", "nan"})],
    }

    def __init__(
        self,
        weights="default",
        *,
        modality="both",
        pooling="mean",
        batch_size=32,
        n_jobs=None,
        errors="raise",
    ):
        self.weights = weights
        self.modality = modality
        self.pooling = pooling
        self.batch_size = batch_size
        self.n_jobs = n_jobs
        self.errors = errors

    def transform(self, X):
        """Embed programs.

        Parameters
        ----------
        X : sequence of IRModule, IRFunction or None
            Of a module all its functions become one row.

        Returns
        -------
        ndarray of shape (n_samples, n_components), dtype float32
            A row of NaN where there is nothing to embed and ``errors="nan"``.

        Raises
        ------
        SampleError
            If a sample is missing and ``errors="raise"``.
        WeightsError
            If the file of weights cannot be used; a ValueError.
        """
        self._validate_params()
        samples = present(X, (IRModule, IRFunction), self.errors, _HINT)
        result = np.full((len(X), len(self._names())), np.nan, dtype=np.float32)
        programs = [_functions_of(sample) for _, sample in samples]
        result[[index for index, _ in samples]] = self._rows(programs)
        return result

    def transform_functions(self, X):
        """Embed every function of programs by itself.

        Parameters
        ----------
        X : sequence of IRModule, IRFunction or None

        Returns
        -------
        DataFrame of shape (n_functions, n_components), dtype float32
            Its index has the levels ``sample`` and ``function``, a name.

        Raises
        ------
        SampleError
            If a sample is missing and ``errors="raise"``; otherwise it has no rows.
        """
        self._validate_params()
        samples = present(X, (IRModule, IRFunction), self.errors, _HINT)
        functions = [
            (index, function)
            for index, sample in samples
            for function in _functions_of(sample)
        ]
        keys = [(index, function.name) for index, function in functions]
        rows = self._rows([[function] for _, function in functions])
        index = pd.MultiIndex.from_tuples(keys, names=["sample", "function"])
        return pd.DataFrame(rows, index=index, columns=self._names())

    def get_feature_names_out(self, input_features=None):
        """Return the names of the components.

        Parameters
        ----------
        input_features : Ignored
            Not used.

        Returns
        -------
        ndarray of shape (n_components,), dtype object
            ``"text_mean0"``, ``"text_mean1"``, ...
        """
        self._validate_params()
        return np.array(self._names(), dtype=object)

    def read_card(self):
        """Return what is known of the weights.

        Returns
        -------
        dict
            Data, licence, seeds, metrics.
        """
        return _cached(*self._file()).card

    @classmethod
    def pretrain(cls, corpus, output, *, folder, training=None, **options):
        """Train an encoder on programs of one's own; needs the extra ``pretrain``.

        Parameters
        ----------
        corpus : tunembed.corpus.Corpus
        output : path-like
            The file of weights to write, ``.npz``.
        folder : path-like
            For checkpoints and curves; a training that was stopped goes on there.
        training : dict, optional
            How: ``epochs``, ``batch_size``, ``learning_rate``, ``objectives``,
            ``modalities``, ``n_pieces``, ``seed``.
        **options
            ``start`` (weights to go on from, or "default"), ``device``, ``n_jobs``,
            ``licence``, ``progress``.

        Returns
        -------
        MIREncoder
            With the new weights.

        Raises
        ------
        ImportError
            If torch is not installed.
        ValueError
            If the folder holds the work of another training, or on another corpus.
        """
        try:
            from tunembed.embeddings import _pretraining
        except ImportError as error:
            raise ImportError(
                f"{error.name} is needed to train an encoder: "
                "pip install 'tunembed[pretrain]'"
            ) from error
        if options.get("start") == "default":
            options["start"] = DEFAULT
        how = _pretraining.Training(**(training or {}))
        path = _pretraining.pretrain(
            corpus, output, folder=folder, training=how, **options
        )
        return cls(path)

    def _rows(self, programs):
        path, changed = self._file()
        batches = Parallel(n_jobs=self.n_jobs)(
            delayed(_batch)(
                programs[batch], path, changed, self._modalities(), self._poolings()
            )
            for batch in self._batches(len(programs))
        )
        return np.vstack([np.empty((0, len(self._names())), np.float32), *batches])

    def _batches(self, count):
        size = self.batch_size
        return [slice(start, start + size) for start in range(0, count, size)]

    def _names(self):
        weights = _cached(*self._file())
        return [
            f"{modality}_{pooling}{number}"
            for modality in self._modalities()
            for pooling in self._poolings()
            for number in range(weights.width(modality))
        ]

    def _file(self):
        """Return the file of weights, and when it was changed."""
        path = DEFAULT if self.weights == "default" else Path(self.weights)
        if not path.is_file():
            raise FileNotFoundError(
                f"there are no weights at {path}; use weights='default', or a file "
                "that MIREncoder.pretrain wrote"
            )
        return path, path.stat().st_mtime_ns

    def _modalities(self):
        return MODALITIES if self.modality == "both" else (self.modality,)

    def _poolings(self):
        poolings = self.pooling
        poolings = (poolings,) if isinstance(poolings, str) else tuple(poolings)
        for pooling in poolings:
            if pooling not in POOLINGS:
                raise ValueError(f"pooling must be of {POOLINGS}, got {pooling!r}")
        if not poolings:
            raise ValueError(f"pooling must name at least one of {POOLINGS}")
        return poolings


@lru_cache(maxsize=2)
def _cached(path, changed):
    """Return weights; a file that was `changed` is read again."""
    return load_weights(path)


def _functions_of(program):
    if isinstance(program, IRFunction):
        return [program]
    return list(program.functions.values())


def _batch(programs, path, changed, modalities, poolings):
    """Return the rows of programs, lists of functions."""
    return embed(programs, _cached(path, changed), modalities, poolings)
