"""One argument of a kernel: its C type, its shape and how to fill it."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from tunembed.kernels._expression import evaluate, names_in
from tunembed.kernels._outcome import ArgumentError

_DTYPES: dict[str, type] = {
    "double": np.float64,
    "float": np.float32,
    "float complex": np.complex64,
    "double complex": np.complex128,
    "char": np.int8,
    "signed char": np.int8,
    "unsigned char": np.uint8,
    "short": np.int16,
    "unsigned short": np.uint16,
    "int": np.int32,
    "unsigned": np.uint32,
    "unsigned int": np.uint32,
    "long": np.int64,
    "unsigned long": np.uint64,
    "long long": np.int64,
    "unsigned long long": np.uint64,
    "_Bool": np.uint8,
    "bool": np.uint8,
    "size_t": np.uint64,
    "ssize_t": np.int64,
    "ptrdiff_t": np.int64,
    "intptr_t": np.int64,
    **{f"int{b}_t": np.dtype(f"i{b // 8}").type for b in (8, 16, 32, 64)},
    **{f"uint{b}_t": np.dtype(f"u{b // 8}").type for b in (8, 16, 32, 64)},
}
_FILLS = ("random", "dominant", "spd", "zeros", "index:<expr>", "offsets:<expr>")


@dataclass(frozen=True)
class ArgumentSpec:
    """Describe one argument of a C function, in the order of its parameters.

    Parameters
    ----------
    name : str
        The parameter's name. An integer scalar's value is the size of that name.
    dtype : str
        C type of the scalar or of the elements: ``"double"``, ``"float"``,
        ``"double complex"``, ``"int"``, ``"long"``, ``"char"``, ``"int32_t"`` ...
    shape : tuple of str, default=()
        C integer expressions over the size names (``"n"``, ``"2 * n + 1"``), outermost
        first. ``()`` is a scalar, passed by value; the rest is passed as pointers.
    fill : str, default="random"
        How the values are made:

        ``"random"``
            uniform in ``[low, high)``: ``[0.1, 1.1)`` for floating types, so that sums
            and products neither cancel nor vanish; ``[0, 100)`` for integers.
        ``"dominant"``, ``"spd"``
            matrices (of the last two dimensions) whose diagonal outweighs their rows;
            ``"spd"`` is symmetric as well, so positive definite. For solvers.
        ``"index:<expr>"``
            random integers in ``[0, expr)``.
        ``"offsets:<expr>"``
            row pointers as in CSR: they rise from 0 to the total, with skewed row
            lengths.
        ``"zeros"``
            zeros.
    low, high : float, optional
        Range of ``"random"``.

    Examples
    --------
    >>> ArgumentSpec("A", "double", ("n", "n + 1")).array_shape({"n": 3})
    (3, 4)
    """

    name: str
    dtype: str
    shape: tuple[str, ...] = ()
    fill: str = "random"
    low: float | None = None
    high: float | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "shape", tuple(str(s) for s in self.shape))
        if self.dtype not in _DTYPES:
            raise ArgumentError(
                f"Argument '{self.name}' has the C type {self.dtype!r}; expected one "
                f"of {', '.join(_DTYPES)}. Other types need arguments=<callable>."
            )
        kind = self.fill.partition(":")[0]
        if self.fill not in _FILLS and kind not in ("index", "offsets"):
            raise ArgumentError(
                f"Argument '{self.name}' has fill={self.fill!r}; expected one of "
                f"{', '.join(_FILLS)}."
            )

    @property
    def numpy_dtype(self) -> np.dtype:
        """The numpy dtype of one element."""
        return np.dtype(_DTYPES[self.dtype])

    @property
    def is_size(self) -> bool:
        """Whether this is an integer scalar, whose value is a size."""
        return not self.shape and self.numpy_dtype.kind in "iu"

    @property
    def kind(self) -> str:
        """How it is passed: ``"a"`` array, ``"i"``, ``"d"`` or ``"c"`` scalar."""
        if self.shape:
            return "a"
        return {"f": "d", "c": "c"}.get(self.numpy_dtype.kind, "i")

    def size_names(self) -> frozenset[str]:
        """Return the size names this argument needs."""
        expressions = list(self.shape)
        if ":" in self.fill:
            expressions.append(self.fill.partition(":")[2])
        names = frozenset().union(*(names_in(e) for e in expressions))
        return names | {self.name} if self.is_size else names

    def array_shape(self, sizes: Mapping[str, int]) -> tuple[int, ...]:
        """Evaluate the shape.

        Parameters
        ----------
        sizes : mapping of str to int
            Values of the size names.

        Returns
        -------
        tuple of int
            The shape.

        Raises
        ------
        ArgumentError
            If an extent is negative or an expression cannot be evaluated.
        """
        shape = tuple(evaluate(e, sizes) for e in self.shape)
        if any(extent < 0 for extent in shape):
            raise ArgumentError(
                f"Argument '{self.name}' would have the shape {shape} at sizes "
                f"{dict(sizes)}: an extent is negative."
            )
        return shape

    def make(
        self, sizes: Mapping[str, int], rng: np.random.Generator
    ) -> np.ndarray | int | float | complex:
        """Make the value.

        Parameters
        ----------
        sizes : mapping of str to int
            Values of the size names.
        rng : numpy.random.Generator
            Source of randomness.

        Returns
        -------
        ndarray of shape ``array_shape(sizes)`` or a Python scalar
            The value.
        """
        if self.is_size:
            return self._checked_size(evaluate(self.name, sizes))
        shape = self.array_shape(sizes)
        kind, _, expression = self.fill.partition(":")
        values: np.ndarray
        if kind == "index":
            bound = max(1, evaluate(expression, sizes))
            values = rng.integers(0, bound, size=shape)
        elif kind == "offsets":
            values = _offsets(shape, evaluate(expression, sizes), rng)
        elif kind == "zeros":
            values = np.zeros(shape)
        else:
            values = self._random(shape, rng)
            if kind in ("dominant", "spd"):
                values = _dominant(values, symmetric=kind == "spd", name=self.name)
        if not self.shape:
            return values.astype(self.numpy_dtype)[()].item()
        return np.ascontiguousarray(values, dtype=self.numpy_dtype)

    def _checked_size(self, value: int) -> int:
        largest = int(np.iinfo(self.numpy_dtype).max)
        if not 0 <= value <= largest:
            raise ArgumentError(
                f"The size {self.name}={value} does not fit the C type {self.dtype}: "
                f"expected 0 to {largest}."
            )
        return value

    def _random(self, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
        kind = self.numpy_dtype.kind
        if kind in "iu":
            default = 2 if self.dtype in ("bool", "_Bool") else 100
            first = 0 if self.low is None else int(self.low)
            end = default if self.high is None else int(self.high)
            return np.asarray(rng.integers(first, end, size=shape))
        low = 0.1 if self.low is None else self.low
        high = low + 1.0 if self.high is None else self.high
        values = np.asarray(rng.random(size=shape)) * (high - low) + low
        if kind == "c":
            return values + 1j * (rng.random(size=shape) * (high - low) + low)
        return values


def _dominant(values: np.ndarray, *, symmetric: bool, name: str) -> np.ndarray:
    if values.ndim < 2 or values.shape[-1] != values.shape[-2]:
        raise ArgumentError(
            f"Argument '{name}' has the shape {values.shape}; fill='dominant' and "
            "fill='spd' need square matrices in the last two dimensions."
        )
    if symmetric:
        values = (values + np.conj(np.swapaxes(values, -1, -2))) / 2
    extent = values.shape[-1]
    largest = float(np.abs(values).max(initial=1.0))
    diagonal = np.arange(extent)
    values[..., diagonal, diagonal] += np.asarray(2 * extent * largest, values.dtype)
    return values


def _offsets(
    shape: tuple[int, ...], total: int, rng: np.random.Generator
) -> np.ndarray:
    if len(shape) != 1 or shape[0] < 1 or total < 0:
        raise ArgumentError(
            f"fill='offsets' needs one dimension of at least one element and a total "
            f"of at least 0; got the shape {shape} and the total {total}."
        )
    rows = shape[0] - 1
    offsets = np.zeros(rows + 1, dtype=np.int64)
    if rows > 0:
        shares = rng.pareto(1.5, size=rows) + 0.2
        ends = np.floor(np.cumsum(shares) / shares.sum() * total)
        offsets[1:] = np.minimum(ends, total)
        offsets[-1] = total
    return offsets
