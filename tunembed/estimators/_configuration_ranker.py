"""Learning to rank configurations: which are faster, before by how much."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tunembed.estimators._latent import LatentTable

Floats = NDArray[np.float64]

# Grades of relevance between the slowest and the fastest of a table.
_GRADES = 128


class ConfigurationRanker:
    """Ranks the configurations of samples by gradient-boosted trees.

    Its rows are pairs of a sample and a configuration: the features of the one, and
    mean and loadings of the other in a low-rank table. A position in the ranking is
    worth the speedup of what is there. Scores become log-ratios by one factor, that of
    least squares through the baseline, whose log-ratio to itself is zero.

    Parameters
    ----------
    model : estimator
        An unfitted `lightgbm.LGBMRanker`.
    table : LatentTable
        Of the log-ratios.
    baseline : int
        Column of the baseline.
    """

    def __init__(self, model: Any, table: LatentTable, baseline: int) -> None:
        self.model = model
        self.table = table
        self.baseline = baseline

    def fit(
        self, features: Floats, ratios: Floats, weights: Floats
    ) -> "ConfigurationRanker":
        """Learn to rank.

        Parameters
        ----------
        features : ndarray of shape (n_samples, n_features)
        ratios : ndarray of shape (n_samples, n_configurations)
            Log-ratios of runtimes, NaN where not measured.
        weights : ndarray of shape (n_samples,)
            How much each sample counts.
        """
        measured = ~np.isnan(ratios)
        speedups = (ratios[:, self.baseline, None] - ratios)[measured]
        grades, worth = grade(speedups)
        pairs = self._pairs(features)[measured.ravel()]
        weights = np.repeat(weights, measured.sum(axis=1))
        self.model.set_params(label_gain=worth.tolist())
        self.model.fit(pairs, grades, group=measured.sum(axis=1), sample_weight=weights)
        leads = self._leads(features)[measured]
        spread = float(weights @ leads**2)
        slope = float(weights @ (leads * speedups)) / spread if spread else 0.0
        self.slope_ = max(slope, 0.0)
        return self

    def predict(self, features: Floats) -> Floats:
        """Return expected log-ratios to the baseline, (n_queries, n_configurations)."""
        return -self.slope_ * self._leads(features)

    def _leads(self, features: Floats) -> Floats:
        """Return by how much configurations score above the baseline."""
        scores = self.model.predict(self._pairs(features)).reshape(len(features), -1)
        leads: Floats = scores - scores[:, self.baseline, None]
        return leads

    def _pairs(self, features: Floats) -> Floats:
        loadings = np.column_stack([self.table.mean_, self.table.components_.T])
        return np.hstack(
            [
                np.repeat(features, len(loadings), axis=0),
                np.tile(loadings, (len(features), 1)),
            ]
        )


def grade(speedups: Floats) -> tuple[NDArray[np.intp], Floats]:
    """Return grades of relevance, and what each is worth.

    Grades are even steps of the logarithm; they are worth their speedup less the
    smallest one.

    Parameters
    ----------
    speedups : ndarray of shape (n_rows,)
        Logarithms of speedups.
    """
    low, high = float(speedups.min()), float(speedups.max())
    steps = np.linspace(low, high, _GRADES)
    width = (high - low) / (_GRADES - 1) or 1.0
    grades = np.rint((speedups - low) / width).astype(np.intp)
    return grades, np.exp(steps) - np.exp(low)
