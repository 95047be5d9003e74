"""Families of loop nests, one file each, and what they may be made of."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from tunembed.datasets._generator._code import Node
from tunembed.datasets._generator._scope import Scope
from tunembed.datasets._generator.families._conditional import conditional
from tunembed.datasets._generator.families._convolution import convolution
from tunembed.datasets._generator.families._dynamic_programming import (
    dynamic_programming,
)
from tunembed.datasets._generator.families._elementwise import elementwise
from tunembed.datasets._generator.families._gather_scatter import gather_scatter
from tunembed.datasets._generator.families._histogram import histogram
from tunembed.datasets._generator.families._layout import layout
from tunembed.datasets._generator.families._matrix_product import matrix_product
from tunembed.datasets._generator.families._matrix_vector import matrix_vector
from tunembed.datasets._generator.families._pairwise import pairwise
from tunembed.datasets._generator.families._pipeline import pipeline
from tunembed.datasets._generator.families._pooling import pooling
from tunembed.datasets._generator.families._reduction import reduction
from tunembed.datasets._generator.families._scan import scan
from tunembed.datasets._generator.families._sparse import sparse
from tunembed.datasets._generator.families._stencil import stencil
from tunembed.datasets._generator.families._sweep import sweep
from tunembed.datasets._generator.families._triangular import triangular


class Family(NamedTuple):
    """How the kernels of a family are made.

    Parameters
    ----------
    make : callable
        Returns a body and declares in the scope what it needs.
    has_integers : bool, default=True
        Whether its elements may be integers.
    """

    make: Callable[[Scope], list[Node]]
    has_integers: bool = True


FAMILIES: dict[str, Family] = {
    "conditional": Family(conditional),
    "convolution": Family(convolution),
    "dynamic-programming": Family(dynamic_programming),
    "elementwise": Family(elementwise),
    "gather-scatter": Family(gather_scatter),
    "histogram": Family(histogram),
    "layout": Family(layout),
    "matrix-product": Family(matrix_product),
    "matrix-vector": Family(matrix_vector),
    "pairwise": Family(pairwise, has_integers=False),
    "pipeline": Family(pipeline, has_integers=False),
    "pooling": Family(pooling),
    "reduction": Family(reduction),
    "scan": Family(scan),
    "sparse": Family(sparse),
    "stencil": Family(stencil),
    "sweep": Family(sweep),
    "triangular": Family(triangular, has_integers=False),
}
