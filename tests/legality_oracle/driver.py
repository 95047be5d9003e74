"""Call pairs of compiled functions on equal inputs and print which pairs differ.

Runs as a script in a process of its own, since a wrong rewrite may crash: reads one
JSON document from standard input, writes one line for every pair.
"""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import ctypes
import json
import sys
from typing import Any

import numpy as np

SLACK = 64
POINTED = 4096
TYPES = {
    "double": np.float64,
    "float": np.float32,
    "int": np.int32,
    "long": np.int64,
    "size_t": np.uint64,
    "complex double": np.complex128,
    "complex float": np.complex64,
}


def scalar(parameter: dict[str, Any], sizes: dict[str, int]) -> Any:
    """Return a ctypes value for a scalar parameter."""
    name = parameter["type"]
    if name in ("double", "float"):
        kind = ctypes.c_double if name == "double" else ctypes.c_float
        return kind(1.25)
    kind = ctypes.c_long if name in ("long", "size_t") else ctypes.c_int
    return kind(sizes[parameter["name"]])


def length(parameter: dict[str, Any], sizes: dict[str, int]) -> int:
    """Number of elements to allocate for an array parameter."""
    dims = parameter["dims"]
    if dims[0] is None:
        return POINTED
    shape = [int(eval(dim, {}, dict(sizes))) for dim in dims]
    return int(np.prod([max(extent, 1) for extent in shape])) + SLACK


def fill(dtype: Any, count: int, seed: int) -> np.ndarray:
    """Return a reproducible array: small positive integers or numbers around zero."""
    rng = np.random.default_rng(seed)
    if np.issubdtype(dtype, np.integer):
        return rng.integers(0, 5, count).astype(dtype)
    values = rng.uniform(-1.5, 1.5, count)
    if np.issubdtype(dtype, np.complexfloating):
        values = values + 1j * rng.uniform(-1.5, 1.5, count)
    return values.astype(dtype)


def arguments(run: dict[str, Any], sizes: dict[str, int]) -> tuple[list, list]:
    """Return the arguments of one call and the buffers to compare afterwards."""
    shared: dict[str, np.ndarray] = {}
    buffers, values = [], []
    for number, parameter in enumerate(run["parameters"]):
        if not parameter["dims"]:
            values.append(scalar(parameter, sizes))
            continue
        dtype = np.dtype(TYPES.get(parameter["type"], np.float64))
        count = length(parameter, sizes) * (2 if parameter["type"] == "struct" else 1)
        floating = not np.issubdtype(dtype, np.integer)
        if run["overlap"] and floating:
            buffer = shared.setdefault(dtype.str, fill(dtype, 4 * POINTED, 7))
            place = (number % 3) * dtype.itemsize
        else:
            buffer, place = fill(dtype, count, number), 0
        buffers.append(buffer)
        values.append(ctypes.c_void_p(buffer.ctypes.data + place))
    return values, buffers


def differ(left: np.ndarray, right: np.ndarray, exact: bool) -> bool:
    """Say whether two results differ by more than reassociation explains."""
    if np.issubdtype(left.dtype, np.integer):
        return not np.array_equal(left, right)
    if exact:
        return not np.array_equal(left, right, equal_nan=True)
    tolerance = 1e-3 if left.dtype in (np.float32, np.complex64) else 1e-8
    with np.errstate(all="ignore"):
        size = np.nanmax(np.abs(left), initial=0.0, where=np.isfinite(left))
        return not np.allclose(
            left, right, rtol=tolerance, atol=tolerance * (1 + size), equal_nan=True
        )


def compare(library: Any, run: dict[str, Any]) -> str:
    """Run a pair at every size; return the first size at which they differ."""
    for sizes in run["sizes"]:
        results = []
        for symbol in (run["original"], run["candidate"]):
            values, buffers = arguments(run, sizes)
            getattr(library, symbol)(*values)
            results.append(buffers)
        exact = run["exact"]
        if any(differ(a, b, exact) for a, b in zip(*results, strict=True)):
            return f"other results at {sizes}"
    return "same"


def main() -> None:
    """Compare all pairs of the document on standard input."""
    document = json.load(sys.stdin)
    library = ctypes.CDLL(document["library"])
    for run in document["runs"]:
        sys.stdout.write(f"{run['name']}\t")
        sys.stdout.flush()
        sys.stdout.write(compare(library, run) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
