"""One kernel from one seed."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import re
from typing import NamedTuple

from tunembed.datasets._copies import layout_hash, shape_hash
from tunembed.datasets._generator._code import print_body, print_function
from tunembed.datasets._generator._draw import Draw
from tunembed.datasets._generator._openmp import add_pragmas
from tunembed.datasets._generator._scope import Scope
from tunembed.datasets._generator._spelling import Spelling
from tunembed.datasets._generator.families import FAMILIES

_MATHEMATICS = re.compile(r"\b(?:exp|fabs|fmax|fmin|log|sqrt)f?\(")
_TYPE = re.compile(r"\b(?:int|long)\b")


class Kernel(NamedTuple):
    """A kernel and what says which others are near copies of it.

    Parameters
    ----------
    text : str
    form : str
        The same for kernels that differ in names, types and declarations only.
    structure : str
        The same for kernels that also differ in constants.
    """

    text: str
    form: str
    structure: str


def make_kernel(family: str, name: str, seed: int, *, openmp: bool) -> Kernel:
    """Return a kernel.

    Parameters
    ----------
    family : str
        One of `FAMILIES`.
    name : str
        Of the function.
    seed : int
    openmp : bool
        Whether pragmas are added where they are legal; the kernel is the same.
    """
    draw = Draw(seed)
    body_seed, spelling_seed, pragma_seed = draw.seed(), draw.seed(), draw.seed()
    make, has_integers = FAMILIES[family]
    is_real = not (has_integers and draw.chance(20))

    def write(spelling_draw: Draw | None, with_pragmas: bool) -> str:
        spelling = Spelling(spelling_draw, is_real=is_real)
        scope = Scope(Draw(body_seed), spelling)
        nodes = make(scope)
        if with_pragmas:
            add_pragmas(nodes, Draw(pragma_seed))
        body = print_body(nodes)
        return print_function(name, scope.parameters(body), body)

    text = write(Draw(spelling_seed), openmp)
    header = "#include <math.h>\n\n" if _MATHEMATICS.search(text) else ""
    plain = write(None, False)
    body = plain[plain.index("(") :]
    untyped = _TYPE.sub("double", body)
    return Kernel(header + text, layout_hash(body), shape_hash(untyped))
