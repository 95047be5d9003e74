"""Split ``A[i * lda + j]`` into two subscripts where that is provable."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from dataclasses import dataclass

from pycparser import c_ast

from tunembed.parsers._affine import Affine
from tunembed.parsers._scope import Pointer, Scope


@dataclass(frozen=True)
class Split:
    """The subscripts found, the strides' C texts and what must hold (``>= 0``)."""

    subscripts: tuple[Affine, ...]
    strides: tuple[str, ...]
    assumptions: tuple[Affine, ...]


class Layouts:
    """The strides of the arrays of one function."""

    def split(self, pointer: Pointer, node: c_ast.Node, scope: Scope) -> Split | None:
        """Return the subscripts of a linear access, None if it cannot be split."""
        return None
