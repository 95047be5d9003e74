"""A kernel that looks at some of the columns: what additive models are made of."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import numpy as np
from sklearn.gaussian_process.kernels import Kernel


class ColumnKernel(Kernel):
    """Apply a kernel to some columns of a matrix.

    Sums of such kernels are additive models: what one group of features says is added
    to what the others say, instead of all having to agree at once. For
    :class:`sklearn.gaussian_process.GaussianProcessRegressor`, without an optimizer.

    Parameters
    ----------
    kernel : Kernel
        Any kernel of scikit-learn.
    columns : sequence of int
        Which columns it sees.

    References
    ----------
    .. [1] D. Duvenaud, H. Nickisch, C. E. Rasmussen. "Additive Gaussian Processes".
       NIPS 2011.

    Examples
    --------
    >>> from sklearn.gaussian_process.kernels import RBF
    >>> from tunembed.estimators import ColumnKernel
    >>> kernel = ColumnKernel(RBF(), [0]) + ColumnKernel(RBF(), [1])
    >>> kernel([[0.0, 0.0]], [[0.0, 9.0]]).round(3)
    array([[1.]])
    """

    def __init__(self, kernel, columns):
        self.kernel = kernel
        self.columns = columns

    def __call__(self, X, Y=None, eval_gradient=False):
        """Return the kernel between rows.

        Parameters
        ----------
        X : array-like of shape (n_samples_X, n_features)
        Y : array-like of shape (n_samples_Y, n_features), default=None
            None: `X` again.
        eval_gradient : bool, default=False
            Also return the gradient, of which there is none: nothing is tuned.

        Returns
        -------
        ndarray of shape (n_samples_X, n_samples_Y)
            With `eval_gradient` a tuple of it and an array without entries.
        """
        columns = list(self.columns)
        left = np.atleast_2d(X)[:, columns]
        value = self.kernel(left, None if Y is None else np.atleast_2d(Y)[:, columns])
        return (value, np.empty((*value.shape, 0))) if eval_gradient else value

    def diag(self, X):
        """Return the kernel of each row with itself.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples,)
        """
        return self.kernel.diag(np.atleast_2d(X)[:, list(self.columns)])

    def is_stationary(self):
        """Return whether only differences count.

        Returns
        -------
        bool
        """
        return self.kernel.is_stationary()
