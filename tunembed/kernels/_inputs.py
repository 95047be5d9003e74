"""One set of argument values, laid out in a file that the worker maps."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import contextlib
import os
import zlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from tunembed.kernels._argument import ArgumentSpec
from tunembed.kernels._outcome import ArgumentError, KernelMemoryError

ArgumentMaker = Callable[[dict[str, int], np.random.Generator], Mapping[str, object]]

_PAGE = 4096
_KINDS = "iufcb"


class Inputs:
    """Argument values at one set of sizes.

    The file holds one page for the returned value, then every array at a multiple of
    the page size. Outputs come back in the same layout.

    Parameters
    ----------
    values : mapping of str to ndarray or scalar
        The arguments in the order of the function's parameters.
    sizes : mapping of str to int
        What they were made from.

    Attributes
    ----------
    names : tuple of str
        Argument names, in order.
    sizes : dict of str to int
        The sizes.
    total_bytes : int
        Bytes of all arrays.
    path : Path or None
        The file, once written.
    """

    def __init__(self, values: Mapping[str, object], sizes: Mapping[str, int]) -> None:
        self.sizes = dict(sizes)
        self.path: Path | None = None
        self.names = tuple(values)
        self._values = [_checked(name, value) for name, value in values.items()]
        self._offsets: list[int] = []
        end = _PAGE
        for value in self._values:
            self._offsets.append(end)
            if value.ndim:
                end += -(-value.nbytes // _PAGE) * _PAGE
        self._file_bytes = end
        self.total_bytes = sum(v.nbytes for v in self._values if v.ndim)

    def array_indices(self) -> list[int]:
        """Return the positions of the arguments that are arrays."""
        return [k for k, value in enumerate(self._values) if value.ndim]

    def describe(self, changed: frozenset[int] | None = None) -> list[str]:
        """Return the worker's lines for the arguments.

        Parameters
        ----------
        changed : frozenset of int, optional
            Positions of the arrays to reset before every call; all when not given.

        Returns
        -------
        list of str
            One line per argument.
        """
        lines = []
        for k, (value, offset) in enumerate(
            zip(self._values, self._offsets, strict=True)
        ):
            if value.ndim:
                reset = "a" if changed is None or k in changed else "r"
                lines.append(f"{reset} {offset} {value.nbytes}")
            elif value.dtype.kind == "c":
                lines.append(f"c {value.real.item().hex()} {value.imag.item().hex()}")
            elif value.dtype.kind == "f":
                lines.append(f"d {float(value).hex()}")
            else:
                lines.append(f"i {int(value)}")
        return lines

    def locate(self, position: int, offset: int) -> str:
        """Say where a byte lies that is outside of an array.

        Parameters
        ----------
        position : int
            The argument's position.
        offset : int
            Bytes from the array's start, negative before it.

        Returns
        -------
        str
            For example ``"1 element(s) past the end of 'A' (shape (3, 4))"``.
        """
        value, name = self._values[position], self.names[position]
        if offset < 0:
            elements, side = -(offset // value.itemsize), "before the start"
        else:
            elements = (offset - value.nbytes) // value.itemsize + 1
            side = "past the end"
        return f"{elements} element(s) {side} of '{name}' (shape {value.shape})"

    def write(self, path: Path) -> None:
        """Write the arrays to a file and keep only a view of it.

        Parameters
        ----------
        path : Path
            File to create.
        """
        with open(path, "wb") as file:
            file.truncate(self._file_bytes)
            for k in self.array_indices():
                file.seek(self._offsets[k])
                self._values[k].tofile(file)
        for name, array in self.read(path).items():
            self._values[self.names.index(name)] = array
        self.path = path

    def create_output(self, path: Path) -> None:
        """Create the file that the worker dumps into.

        Parameters
        ----------
        path : Path
            File to create.
        """
        with open(path, "wb") as file:
            with contextlib.suppress(AttributeError):
                os.posix_fallocate(file.fileno(), 0, self._file_bytes)
            file.truncate(self._file_bytes)

    def read(self, path: Path) -> dict[str, np.ndarray]:
        """Read the arrays of a dumped file.

        Parameters
        ----------
        path : Path
            File in the layout of `write`.

        Returns
        -------
        dict of str to ndarray
            Read-only views by argument name.
        """
        raw = np.memmap(path, dtype=np.uint8, mode="r")
        arrays = {}
        for k in self.array_indices():
            value, start = self._values[k], self._offsets[k]
            part = raw[start : start + value.nbytes]
            arrays[self.names[k]] = part.view(value.dtype).reshape(value.shape)
        return arrays

    def changed(self, outputs: Mapping[str, np.ndarray]) -> frozenset[int]:
        """Return the positions of the arrays that a run has written to.

        Parameters
        ----------
        outputs : mapping of str to ndarray
            As `read` returns them.

        Returns
        -------
        frozenset of int
            Positions whose bytes differ from the input.
        """
        return frozenset(
            k
            for k in self.array_indices()
            if not np.array_equal(
                self._values[k].reshape(-1).view(np.uint8),
                outputs[self.names[k]].reshape(-1).view(np.uint8),
            )
        )


def make_inputs(
    arguments: Sequence[ArgumentSpec] | ArgumentMaker,
    sizes: Mapping[str, int],
    random_state: int,
    memory_bytes: int,
) -> Inputs:
    """Make the arguments for one set of sizes.

    Parameters
    ----------
    arguments : sequence of ArgumentSpec, or callable
        As for `Kernel`.
    sizes : mapping of str to int
        Values of the size names.
    random_state : int
        Seed. An argument's values depend on the seed, its name and its shape only.
    memory_bytes : int
        Limit of the worker's memory, which holds the arrays three times.

    Returns
    -------
    Inputs
        The values.

    Raises
    ------
    KernelMemoryError
        Before anything is allocated, if the arrays would not fit.
    ArgumentError
        If the arguments cannot be made.
    """
    if callable(arguments):
        inputs = _call_maker(arguments, dict(sizes), random_state)
        _check_memory(inputs.total_bytes, sizes, memory_bytes)
        return inputs
    needed = sum(
        int(np.prod(a.array_shape(sizes), dtype=object)) * a.numpy_dtype.itemsize
        for a in arguments
        if a.shape
    )
    _check_memory(needed, sizes, memory_bytes)
    values = {}
    for a in arguments:
        seed = [random_state, zlib.crc32(a.name.encode())]
        values[a.name] = a.make(sizes, np.random.default_rng(seed))
    return Inputs(values, sizes)


def _call_maker(maker: ArgumentMaker, sizes: dict[str, int], seed: int) -> Inputs:
    try:
        values = maker(dict(sizes), np.random.default_rng(seed))
    except Exception as error:  # the user's own code: whatever it raises is reported
        raise ArgumentError(
            f"The arguments callable fails at sizes {sizes}: "
            f"{type(error).__name__}: {error}"
        ) from error
    if not isinstance(values, Mapping):
        raise ArgumentError(
            f"The arguments callable returned {type(values).__name__}; expected a dict "
            "of name -> array or number, in the order of the function's parameters."
        )
    return Inputs(values, sizes)


def _checked(name: str, value: object) -> np.ndarray:
    array = np.asarray(value)
    if array.dtype.kind not in _KINDS or array.dtype.itemsize > 16:
        raise ArgumentError(
            f"Argument '{name}' has dtype {array.dtype}; expected integers, float32, "
            "float64, complex64 or complex128."
        )
    if array.dtype == np.longdouble and array.dtype.itemsize > 8:
        raise ArgumentError(
            f"Argument '{name}' is long double, which is not supported."
        )
    return np.asarray(array, order="C")


def _check_memory(needed: int, sizes: Mapping[str, int], limit: int) -> None:
    allowed = min(limit, _physical_memory())
    if 3 * needed > allowed:
        raise KernelMemoryError(
            f"The arrays need {3 * needed / 2**30:.2f} GiB (input, working copy, "
            f"output) at sizes {dict(sizes)}, allowed are {allowed / 2**30:.2f} GiB. "
            "Choose smaller sizes."
        )


def _physical_memory() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
