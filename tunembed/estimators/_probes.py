"""Runtimes of a few configurations as features: what short runs tell of a program."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.preprocessing import StandardScaler
from sklearn.utils import get_tags
from sklearn.utils.validation import validate_data

Floats = NDArray[np.float64]


class ProbeMixin:
    """Reads samples for an estimator with the parameter `probes`.

    In ``fit`` it learns `medians_`, `probe_columns_` and how probes are scaled.
    """

    probes: Sequence[Hashable] | None
    classes_: NDArray[Any]
    baseline_: Any
    labels_: NDArray[np.intp] | None
    medians_: Floats
    probe_columns_: NDArray[np.intp]

    def _read(self, X: Any, *, reset: bool) -> tuple[NDArray[Any], Floats]:
        """Return features, those of the probes included, and the probes' log runtimes.

        Features of probes that were not run are zero, which is their mean.
        """
        probes = [] if self.probes is None else list(self.probes)
        allow_nan = bool(probes) or get_tags(self).input_tags.allow_nan
        X = validate_data(
            self,
            X,
            reset=reset,
            dtype=[np.float64, np.float32],
            ensure_all_finite="allow-nan" if allow_nan else True,
        )
        if reset:
            names = getattr(self, "feature_names_in_", None)
            self.probe_columns_ = probe_columns(probes, names, X.shape[1])
            self.medians_ = medians(X, self.probe_columns_)
        if not len(self.probe_columns_):
            return X, np.empty((len(X), 0))
        logs = log_runtimes(X[:, self.probe_columns_], probes)
        found = probe_features(logs)
        if reset:
            self._probe_scaler = fit_scaler(found)
        scaled = np.nan_to_num(self._probe_scaler.transform(found))
        features = np.delete(X, self.probe_columns_, axis=1)
        return np.hstack([features, scaled]), logs

    def _probed(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Return which probes are configurations of the table, and which ones."""
        if self.labels_ is not None or self.probes is None:
            return np.empty(0, dtype=np.intp), np.empty(0, dtype=np.intp)
        known = {label: n for n, label in enumerate(self.classes_.tolist())}
        pairs = [(n, known[p]) for n, p in enumerate(self.probes) if p in known]
        which, columns = np.array(pairs, dtype=np.intp).reshape(-1, 2).T
        return which, columns

    def _know_probes(self, merit: Floats, confidence: Floats, logs: Floats) -> None:
        """Replace what is expected of the probes by what they took, in place.

        If the baseline is not among them, only how they compare is known.
        """
        which, columns = self._probed()
        if len(which) < 2:
            return
        took = -logs[:, which]
        run = ~np.isnan(took)
        base = np.flatnonzero(self.classes_[columns] == self.baseline_)
        for row in np.flatnonzero(run.sum(axis=1) > 1):
            here, gains = columns[run[row]], took[row, run[row]]
            if len(base) and run[row, base[0]]:
                gains = gains - took[row, base[0]]
                confidence[row, here] = gains >= 0
            else:
                gains = gains - gains.mean() + merit[row, here].mean()
            merit[row, here] = gains


def fit_scaler(rows: NDArray[Any]) -> StandardScaler:
    """Return a fitted scaler; columns that are NaN throughout it makes zero."""
    empty = np.isnan(rows).all(axis=0)
    scaler = StandardScaler().fit(np.where(empty, 0.0, rows))
    scaler.scale_[empty] = np.inf
    return scaler


def medians(X: NDArray[Any], probes: NDArray[np.intp]) -> Floats:
    """Return medians of columns; of those NaN throughout 0, or NaN for probes."""
    middle = np.ma.median(np.ma.masked_invalid(X), axis=0)
    found: Floats = np.ma.filled(middle, 0.0).astype(np.float64)
    found[probes[np.isnan(X[:, probes]).all(axis=0)]] = np.nan
    return found


def probe_columns(
    probes: Sequence[Hashable], names: NDArray[Any] | None, n_features: int
) -> NDArray[np.intp]:
    """Return which columns of a matrix hold the runtimes of the probes.

    Those that are named like them; in a matrix without names, the last ones.

    Parameters
    ----------
    probes : sequence of label
    names : ndarray of shape (n_features,) or None
    n_features : int
    """
    if not probes:
        return np.empty(0, dtype=np.intp)
    if names is None:
        if n_features < len(probes):
            raise ValueError(
                f"X has {n_features} columns, fewer than the {len(probes)} probes: the "
                "last columns must be their runtimes in seconds."
            )
        return np.arange(n_features - len(probes), n_features)
    known = {name: column for column, name in enumerate(names)}
    missing = [probe for probe in probes if str(probe) not in known]
    if missing:
        raise ValueError(
            f"X has no column {str(missing[0])!r}, which must hold the runtimes of "
            "this probe in seconds (NaN where it was not run)."
        )
    return np.array([known[str(probe)] for probe in probes], dtype=np.intp)


def log_runtimes(seconds: NDArray[Any], probes: Sequence[Hashable]) -> Floats:
    """Return the logarithms of the probes' runtimes, NaN where not run."""
    seconds = np.asarray(seconds, dtype=np.float64)
    wrong = np.argwhere(seconds <= 0)
    if len(wrong):
        row, column = wrong[0]
        raise ValueError(
            f"runtimes of probes must be positive, or NaN where not run; got "
            f"{seconds[row, column]} for the probe {probes[column]!r} in row {row}."
        )
    logs: Floats = np.log(seconds)
    return logs


def probe_features(logs: Floats) -> Floats:
    """Return features of probes: how long, in which ratio, and which is the fastest.

    Shape (n_samples, 2 * n_probes), or (n_samples, n_probes) for up to one probe.
    """
    if logs.shape[1] < 2:
        return logs
    run = ~np.isnan(logs)
    fastest = np.where(run, logs, np.inf).argmin(axis=1)
    which = np.eye(logs.shape[1])[fastest]
    which[run.sum(axis=1) < 2] = np.nan
    return np.hstack([logs[:, :1], logs[:, 1:] - logs[:, :1], which])
