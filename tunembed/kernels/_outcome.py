"""What became of a candidate, and the errors that the original itself can cause."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from dataclasses import dataclass

STATUSES = (
    "ok",
    "compile_error",
    "crash",
    "timeout",
    "wrong",
    "nan",
    "out_of_bounds",
    "nondeterministic",
    "memory",
)


@dataclass(frozen=True)
class Outcome:
    """How one candidate fared.

    Attributes
    ----------
    status : str
        ``"ok"``, ``"compile_error"``, ``"crash"`` (a signal, or the process ended
        itself), ``"timeout"``, ``"wrong"``, ``"nan"`` (not a number where the original
        has one), ``"out_of_bounds"``, ``"nondeterministic"`` (two runs on the same
        input differ) or ``"memory"`` (more than the limit).
    detail : str
        What happened, where and at which sizes; for ``"ok"`` what was checked.
    max_error : float
        Largest error relative to the tolerance's scale that was seen, 0 if none.
    """

    status: str
    detail: str = ""
    max_error: float = 0.0

    def __post_init__(self) -> None:
        if self.status not in STATUSES:
            raise ValueError(f"Got status={self.status!r}, expected one of {STATUSES}.")

    @property
    def ok(self) -> bool:
        """Whether the candidate may be used."""
        return self.status == "ok"


class KernelError(RuntimeError):
    """The original kernel itself cannot be compiled, run or trusted.

    Attributes
    ----------
    outcome : Outcome or None
        The same as a record.
    """

    def __init__(self, message: str, outcome: Outcome | None = None) -> None:
        super().__init__(message)
        self.outcome = outcome


class CompileError(KernelError):
    """The compiler rejects the source; the message has file, line and column."""


class CrashError(KernelError):
    """The original ends with a signal or ends its process."""


class KernelTimeoutError(KernelError):
    """The original does not return within the time limit."""


class OutOfBoundsError(KernelError):
    """The original touches memory next to one of its arrays."""


class NondeterministicError(KernelError):
    """Two runs of the original on the same input differ."""


class KernelMemoryError(KernelError):
    """The arrays, or what the original allocates, exceed the memory limit."""


class ArgumentError(KernelError, ValueError):
    """Sizes or arguments do not fit the function."""


_ERRORS = {
    "compile_error": CompileError,
    "crash": CrashError,
    "timeout": KernelTimeoutError,
    "out_of_bounds": OutOfBoundsError,
    "nondeterministic": NondeterministicError,
    "memory": KernelMemoryError,
}


def error_for(outcome: Outcome, function: str) -> KernelError:
    """Make the error that says an outcome of the original.

    Parameters
    ----------
    outcome : Outcome
        Anything but ok.
    function : str
        Name for the message.

    Returns
    -------
    KernelError
        To be raised.
    """
    kind = _ERRORS.get(outcome.status, KernelError)
    return kind(f"The original '{function}' fails: {outcome.detail}", outcome)
