"""Which samples are there."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from typing import Any

from tunembed.features._errors import check_sequence, report


def present(
    X: Any, kinds: tuple[type, ...], errors: str, hint: str
) -> list[tuple[int, Any]]:
    """Return the samples that are there, each with its index.

    Parameters
    ----------
    X : sequence of parsed program or None
    kinds : tuple of type
        What a sample may be.
    errors : {"raise", "nan"}
        Whether None is refused or left out.
    hint : str
        What to do with a sample of another type.

    Raises
    ------
    SampleError
        If a sample is None and ``errors="raise"``.
    TypeError
        If X is no sequence, or a sample is of another type.
    """
    check_sequence(X, "parsed programs")
    for index, sample in enumerate(X):
        if sample is None:
            if errors == "raise":
                report(index, "nothing was parsed", errors, None)
        elif not isinstance(sample, kinds):
            names = [kind.__name__ for kind in kinds]
            raise TypeError(
                f"X[{index}] must be {', '.join(names[:-1])} or {names[-1]}, got "
                f"{type(sample).__name__}. {hint}"
            )
    return [(index, sample) for index, sample in enumerate(X) if sample is not None]
