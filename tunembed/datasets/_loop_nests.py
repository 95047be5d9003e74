"""Generated C kernels with loop nests of many kinds."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from numbers import Integral
from typing import Any

import numpy as np
import pandas as pd
from sklearn.utils import Bunch, check_random_state
from sklearn.utils._param_validation import Interval, validate_params

from tunembed.datasets._bunch import check_choice, finished
from tunembed.datasets._generator._draw import Draw
from tunembed.datasets._generator._kernel import Kernel, make_kernel
from tunembed.datasets._generator.families import FAMILIES

# A family has thousands of kernels; this many known ones in a row mean that it ends.
_TRIES = 200
LICENSE = "BSD-3-Clause"
DESCR = """\
Generated loop nests
--------------------

{rows} C99 kernels of {families} families, put together at random: depth, order and
bounds of the loops, arrays and how they are accessed, data types, operations, names.
``data`` holds their texts, one function each, ``target`` their families. No two are the
same but for names, types and white space.

Nothing was measured. Kernels whose ``template`` in ``groups`` is the same differ in
constants, names and types only: keep them on one side of a split. How often a kind of
loop nest occurs here says nothing about programs that people write.
"""
REFERENCES = [
    "R. Baghdadi et al. A Deep Learning Based Cost Model for Automatic Code "
    "Optimization. MLSys 2021.",
]


@validate_params(
    {
        "n_samples": [Interval(Integral, 1, None, closed="left")],
        "families": ["array-like", None],
        "openmp": ["boolean"],
        "random_state": ["random_state"],
        "return_X_y": ["boolean"],
    },
    prefer_skip_nested_validation=True,
)
def make_loop_nests(
    n_samples: int = 100,
    *,
    families: Sequence[str] | None = None,
    openmp: bool = False,
    random_state: int | np.random.RandomState | None = None,
    return_X_y: bool = False,
) -> Any:
    """Generate C kernels with loop nests of many kinds.

    Every text is one C99 function over arrays of variable length, like those in
    ``examples/kernels``. It compiles without warnings and, for any sizes from 1 on,
    accesses no element outside of its arrays, if arrays of indices hold valid ones and
    row pointers rise. Kernels for training cost models were generated at random before
    [1]_; those here are C, and of more kinds.

    The same arguments give the same texts everywhere, and fewer samples give the first
    ones of more.

    Parameters
    ----------
    n_samples : int, default=100
        How many kernels.
    families : sequence of str, optional
        Which kinds; as many of each as possible. All if not given: ``"conditional"``,
        ``"convolution"``, ``"dynamic-programming"``, ``"elementwise"``,
        ``"gather-scatter"``, ``"histogram"``, ``"layout"``, ``"matrix-product"``,
        ``"matrix-vector"``, ``"pairwise"``, ``"pipeline"``, ``"pooling"``,
        ``"reduction"``, ``"scan"``, ``"sparse"``, ``"stencil"``, ``"sweep"``,
        ``"triangular"``.
    openmp : bool, default=False
        Whether loops get OpenMP pragmas where that is legal, one at least in every
        kernel that has such a loop. The kernels are the same with and without.
    random_state : int, RandomState instance or None, default=None
        Seed.
    return_X_y : bool, default=False
        Return ``(data, target)`` only.

    Returns
    -------
    data : Bunch
        ``data`` (a list of texts), ``target`` (the family of each, an array of str),
        ``groups`` (a DataFrame: kernel, family, and template, the same for kernels that
        differ in constants, names and types only), ``names`` (of the functions),
        ``runtimes``, ``configurations`` and ``feature_names`` (None), ``DESCR``,
        ``license``, ``references``.
    (data, target) : tuple
        If `return_X_y`.

    Raises
    ------
    ValueError
        If a family is not known, or has no more kernels that are new.

    References
    ----------
    .. [1] R. Baghdadi et al. "A Deep Learning Based Cost Model for Automatic Code
       Optimization". MLSys 2021.

    Examples
    --------
    >>> from tunembed.datasets import make_loop_nests
    >>> nests = make_loop_nests(4, families=["scan", "stencil"], random_state=3)
    >>> nests.target.tolist()
    ['stencil', 'scan', 'stencil', 'scan']
    >>> print(nests.data[0])
    void nest_0(...
    """
    chosen = sorted(FAMILIES) if families is None else list(dict.fromkeys(families))
    for family in chosen:
        check_choice("families", family, FAMILIES)
    if not chosen:
        raise ValueError("families is empty; name one at least, or leave it out")
    seed = check_random_state(random_state).randint(2**31 - 1, dtype=np.int64)
    labels, kernels = [], []
    for family, kernel in _kernels(chosen, n_samples, Draw(seed), openmp):
        labels.append(family)
        kernels.append(kernel)
    names = [_name(number) for number in range(n_samples)]
    groups = pd.DataFrame(
        {
            "kernel": names,
            "family": labels,
            "template": [kernel.structure for kernel in kernels],
        },
        dtype=object,
    )
    bunch = Bunch(
        data=pd.Series([kernel.text for kernel in kernels], dtype=object),
        target=groups["family"],
        runtimes=None,
        configurations=None,
        groups=groups,
        names=names,
        DESCR=DESCR.format(rows=n_samples, families=len(set(labels))),
        license=LICENSE,
        references=REFERENCES,
    )
    return finished(bunch, return_X_y=return_X_y, as_frame=False)


def _kernels(
    families: Sequence[str], n_samples: int, draw: Draw, openmp: bool
) -> Iterator[tuple[str, Kernel]]:
    """Yield kernels, of all families in turn; the turns are shuffled."""
    known: set[str] = set()
    turn: list[str] = []
    for number in range(n_samples):
        turn = turn or draw.shuffled(families)
        family = turn.pop()
        tries = (
            make_kernel(family, _name(number), draw.seed(), openmp=openmp)
            for _ in range(_TRIES)
        )
        kernel = _first_new(tries, known)
        if kernel is None:
            raise ValueError(
                f"after {number} kernels, none of {_TRIES} more of the family "
                f"{family!r} was new; ask for fewer samples or for more families"
            )
        known.add(kernel.form)
        yield family, kernel


def _first_new(kernels: Iterable[Kernel], known: set[str]) -> Kernel | None:
    return next((kernel for kernel in kernels if kernel.form not in known), None)


def _name(number: int) -> str:
    return f"nest_{number}"
