"""What is said when a sample cannot be used."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import warnings


class SampleError(ValueError):
    """A sample cannot be parsed or described.

    The cause is in ``__cause__``; for a source text it has a ``location``.

    Attributes
    ----------
    index : int
        Which sample.
    """

    def __init__(self, message: str, index: int) -> None:
        super().__init__(message, index)
        self.index = index

    def __str__(self) -> str:
        return str(self.args[0])


class SampleWarning(UserWarning):
    """A sample could not be parsed or described, and is missing in the result."""


def report(index: int, problem: str, errors: str, cause: Exception | None) -> None:
    """Raise an error that names the sample, or warn.

    Parameters
    ----------
    index : int
    problem : str
    errors : {"raise", "nan"}
    cause : Exception or None
    """
    if errors == "raise":
        message = f"X[{index}]: {problem} (errors='nan' skips such samples)"
        raise SampleError(message, index) from cause
    warnings.warn(f"X[{index}] is skipped: {problem}", SampleWarning, stacklevel=4)


def check_sequence(X: object, what: str) -> None:
    """Refuse a single text where a sequence of samples is expected."""
    if isinstance(X, (str, bytes)) or not hasattr(X, "__len__"):
        raise TypeError(
            f"X must be a sequence of {what}, got {type(X).__name__}. "
            "Wrap a single one in a list."
        )
