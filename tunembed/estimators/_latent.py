"""Runtime tables have a low rank: few numbers say how a program takes to all of them.

Probabilistic principal components (Tipping and Bishop, JRSS B 61, 1999) of log-ratios
to the baseline, with cells missing.
"""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_ROUNDS = 100
_CONVERGED = 1e-6
# Variance that is left to every configuration, in squared log-ratios: timing noise.
_NOISE = 1e-4


class LatentTable:
    """A table of log-ratios as a mean row and few components, plus noise.

    Parameters
    ----------
    rank : int
        Number of components; limited by the size of the table.

    Attributes
    ----------
    mean_ : ndarray of shape (n_configurations,)
    components_ : ndarray of shape (n_components, n_configurations)
        Scaled such that coordinates have unit variance.
    noise_ : ndarray of shape (n_configurations,)
        Variance of what the components leave over.
    """

    def __init__(self, rank: int) -> None:
        self.rank = rank

    def fit(self, ratios: Floats, weights: Floats | None = None) -> "LatentTable":
        """Learn mean, components and noise.

        Parameters
        ----------
        ratios : ndarray of shape (n_samples, n_configurations)
            NaN where not measured.
        weights : ndarray of shape (n_samples,), optional
            How much each sample counts.
        """
        weights = np.ones(len(ratios)) if weights is None else weights
        missing = np.isnan(ratios)
        share = weights / weights.sum()
        known = np.where(missing, 0.0, share[:, None])
        total = known.sum(axis=0)
        self.mean_ = np.divide(
            (known * np.nan_to_num(ratios)).sum(axis=0),
            total,
            out=np.zeros(len(total)),
            where=total > 0,
        )
        filled = np.where(missing, self.mean_, ratios)
        for _ in range(_ROUNDS if missing.any() else 1):
            self._decompose(filled, share)
            modelled = self.decode(self._project(filled))
            change = np.abs(modelled - filled)[missing].max(initial=0.0)
            filled = np.where(missing, modelled, ratios)
            if change < _CONVERGED:
                break
        left = known * (filled - self.decode(self._project(filled))) ** 2
        self.noise_ = left.sum(axis=0) / np.where(total > 0, total, 1.0) + _NOISE
        return self

    def _decompose(self, filled: Floats, share: Floats) -> None:
        self.mean_ = share @ filled
        rows = (filled - self.mean_) * np.sqrt(share)[:, None]
        _, scales, directions = np.linalg.svd(rows, full_matrices=False)
        rank = min(self.rank, int((scales > max(scales[0] * 1e-9, 1e-12)).sum()))
        self.components_ = directions[:rank] * scales[:rank, None]
        signs = np.where(self.components_.sum(axis=1, keepdims=True) < 0, -1.0, 1.0)
        self.components_ *= signs

    def _project(self, filled: Floats) -> Floats:
        scales = np.maximum((self.components_**2).sum(axis=1), 1e-300)
        coordinates: Floats = (filled - self.mean_) @ self.components_.T / scales
        return coordinates

    def encode(self, ratios: Floats) -> Floats:
        """Return the most likely coordinates of rows, shape (n_samples, n_components).

        Cells may be missing: without any a row has the coordinates zero.
        """
        rank = len(self.components_)
        coordinates = np.zeros((len(ratios), rank))
        known = ~np.isnan(ratios)
        for pattern in np.unique(known, axis=0):
            rows = (known == pattern).all(axis=1)
            loads = self.components_[:, pattern]
            scaled = loads / self.noise_[pattern]
            error = (ratios[rows][:, pattern] - self.mean_[pattern]) @ scaled.T
            precision = np.eye(rank) + scaled @ loads.T
            coordinates[rows] = np.linalg.solve(precision, error.T).T
        return coordinates

    def decode(self, coordinates: Floats) -> Floats:
        """Return log-ratios, shape (n_samples, n_configurations)."""
        ratios: Floats = self.mean_ + coordinates @ self.components_
        return ratios
