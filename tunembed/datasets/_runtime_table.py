"""A made-up problem for recommenders: features, a runtime table, near copies."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from numbers import Integral, Real
from typing import Any

import numpy as np
import pandas as pd
from sklearn.utils import Bunch, check_random_state
from sklearn.utils._param_validation import Interval, validate_params

from tunembed.datasets._bunch import finished

# Standard deviations: of log-ratios (a factor of 1.6), of what tells copies apart.
_SPREAD = 0.5
_APART = 0.05
_SECONDS = 1e-2
LICENSE = "BSD-3-Clause"
DESCR = """\
Synthetic runtime table
-----------------------

{rows} samples in {groups} groups of near copies, {columns} configurations. The
logarithm of a configuration's time over that of ``"c0"``, the baseline, is a sum of
{rank} smooth functions of the {informative} features in ``informative``, weighted by
configuration. ``oracle`` has the times without noise, all of them; ``runtimes`` what
was measured.
"""
REFERENCES = [
    "C. Delimitrou, C. Kozyrakis. Quasar: Resource-Efficient and QoS-Aware Cluster "
    "Management. ASPLOS 2014.",
]
_COUNT = Interval(Integral, 1, None, closed="left")


@validate_params(
    {
        "n_samples": [_COUNT],
        "n_configurations": [Interval(Integral, 2, None, closed="left")],
        "n_features": [_COUNT],
        "n_informative": [_COUNT],
        "rank": [_COUNT],
        "n_groups": [_COUNT, None],
        "noise": [Interval(Real, 0, None, closed="left")],
        "missing": [Interval(Real, 0, 1, closed="left")],
        "random_state": ["random_state"],
        "return_X_y": ["boolean"],
        "as_frame": ["boolean"],
    },
    prefer_skip_nested_validation=True,
)
def make_runtime_table(
    n_samples: int = 100,
    n_configurations: int = 12,
    *,
    n_features: int = 20,
    n_informative: int = 5,
    rank: int = 3,
    n_groups: int | None = None,
    noise: float = 0.05,
    missing: float = 0.0,
    random_state: int | np.random.RandomState | None = None,
    return_X_y: bool = False,
    as_frame: bool = False,
) -> Any:
    """Generate a problem for recommenders: features and a runtime table.

    Log-ratios of runtimes are of low rank over the configurations, as collaborative
    filtering takes those of programs to be [1]_, and depend on a few of the features,
    not linearly.
    Samples come in groups of near copies, with nearly the same features and ratios and
    baseline times of their own: a split that ignores the groups leaks.

    Parameters
    ----------
    n_samples : int, default=100
    n_configurations : int, default=12
        Including the baseline, ``"c0"``.
    n_features : int, default=20
    n_informative : int, default=5
        How many features the ratios depend on.
    rank : int, default=3
        Of the matrix of log-ratios without noise; less than `n_configurations`.
    n_groups : int, optional
        Of near copies; a quarter of the samples if not given.
    noise : float, default=0.05
        Standard deviation of the logarithm of a measured time.
    missing : float, default=0.0
        Share of times that were not measured; those of the baseline all are.
    random_state : int, RandomState instance or None, default=None
        Seed.
    return_X_y : bool, default=False
        Return ``(data, target)`` only.
    as_frame : bool, default=False
        Whether ``data`` and ``target`` are pandas objects.

    Returns
    -------
    data : Bunch
        ``data`` of shape (n_samples, n_features), float64, ``target`` (the fastest
        configuration that was measured), ``runtimes`` (a DataFrame in seconds, a column
        per configuration, NaN where not measured), ``oracle`` (the same without noise
        and gaps), ``configurations``, ``baseline``, ``groups`` (a DataFrame: group),
        ``feature_names``, ``informative`` (the names of those that count), ``DESCR``,
        ``license``, ``references``.
    (data, target) : tuple
        If `return_X_y`.

    Raises
    ------
    ValueError
        If a number is out of its range, or does not fit another one.

    References
    ----------
    .. [1] C. Delimitrou, C. Kozyrakis. "Quasar: Resource-Efficient and QoS-Aware
       Cluster Management". ASPLOS 2014.

    Examples
    --------
    >>> from tunembed.datasets import make_runtime_table
    >>> table = make_runtime_table(6, 3, rank=2, random_state=0)
    >>> table.runtimes.shape, table.configurations
    ((6, 3), ['c0', 'c1', 'c2'])
    """
    _check_at_most("n_informative", n_informative, "n_features", n_features)
    _check_at_most("rank", rank, "n_configurations - 1", n_configurations - 1)
    n_groups = max(1, n_samples // 4) if n_groups is None else n_groups
    _check_at_most("n_groups", n_groups, "n_samples", n_samples)
    random = check_random_state(random_state)
    labels = random.randint(n_groups, size=n_samples)
    labels[:n_groups] = np.arange(n_groups)
    labels = random.permutation(labels)
    X = random.normal(size=(n_groups, n_features))[labels]
    X += _APART * random.normal(size=X.shape)
    informative = np.sort(random.permutation(n_features)[:n_informative])
    ratios = _log_ratios(X[:, informative], n_configurations, rank, random)
    baseline = np.log(_SECONDS) + random.normal(size=(n_samples, 1))
    names = [f"c{number}" for number in range(n_configurations)]
    oracle = pd.DataFrame(np.exp(baseline + ratios), columns=names)
    runtimes = oracle * np.exp(noise * random.normal(size=ratios.shape))
    is_missing = random.uniform(size=ratios.shape) < missing
    is_missing[:, 0] = False
    runtimes = runtimes.mask(is_missing)
    features = [f"x{number}" for number in range(n_features)]
    bunch = Bunch(
        data=pd.DataFrame(X, columns=features),
        target=runtimes.idxmin(axis=1).astype(object),
        runtimes=runtimes,
        oracle=oracle,
        configurations=names,
        baseline=names[0],
        groups=pd.DataFrame({"group": labels}),
        informative=[features[number] for number in informative],
        DESCR=DESCR.format(
            rows=n_samples,
            groups=n_groups,
            columns=n_configurations,
            rank=rank,
            informative=n_informative,
        ),
        license=LICENSE,
        references=REFERENCES,
    )
    return finished(bunch, return_X_y=return_X_y, as_frame=as_frame)


def _log_ratios(
    X: np.ndarray, n_configurations: int, rank: int, random: np.random.RandomState
) -> np.ndarray:
    """Return log-ratios to the baseline, whose own are 0, of a rank and a spread."""
    directions = random.normal(size=(X.shape[1], rank)) / np.sqrt(X.shape[1])
    latent = np.tanh(2.0 * X @ directions + random.normal(size=rank))
    weights = random.normal(size=(rank, n_configurations - 1))
    others = latent @ weights
    others *= _SPREAD / max(float(np.sqrt(np.mean(others**2))), np.finfo(float).tiny)
    return np.hstack([np.zeros((len(X), 1)), others])


def _check_at_most(name: str, value: int, limit: str, bound: int) -> None:
    if value > bound:
        raise ValueError(f"{name} must be at most {limit}, {bound}; got {value}")
