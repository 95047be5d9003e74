"""How a kernel is written down: names, element type, declarations."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from collections import Counter

from tunembed.datasets._generator._draw import Draw

# For every role some ways to choose names; a name that is taken is passed over.
_POOLS: dict[str, tuple[str, ...]] = {
    "size": (
        "n m p s",
        "ni nj nk nl nm",
        "rows cols planes levels",
        "nx ny nz nw nv",
        "len dim num size",
    ),
    "window": ("r w", "taps", "span reach", "width"),
    "bins": ("bins cells", "groups classes", "nbin"),
    "steps": ("steps", "sweeps", "tmax"),
    "count": ("nnz", "edges", "total", "entries"),
    "input": (
        "in ref aux wgt off src0 src1 src2 src3",
        "in0 in1 in2 in3 in4 in5 in6 in7 in8",
        "A B C D E F G H P Q V X",
        "x y z u v w f g h p q",
    ),
    "output": ("R S T U K L M", "out res dst fin", "Y Z W N", "sums vals means"),
    "index": ("idx jdx kdx ldx", "perm map pos via", "key tag slot", "col row ptr"),
    "scalar": ("alpha beta delta", "a0 b0 c0 d0", "scale bias", "dt eps tau"),
    "temporary": ("s t q g", "acc tmp val now", "sum prod rest", "t0 t1 t2 t3 t4 t5"),
    "iterator": (
        "i j k l ii jj kk ll",
        "x y z c b dx dy dz",
        "row col dep lev e f g h",
        "i0 i1 i2 i3 i4 i5 i6 i7",
        "a b c d e f g h",
    ),
}


class Spelling:
    """Names and types of one kernel.

    Parameters
    ----------
    draw : Draw or None
        None: the plain spelling, by which near copies are recognised.
    is_real : bool
        Whether its elements are real numbers.
    """

    def __init__(self, draw: Draw | None, *, is_real: bool) -> None:
        self.dtype = "double" if is_real else "int"
        self.wide = "double" if is_real else "long"
        self.is_flat = self.is_restrict = False
        self._pools: dict[str, list[str]] = {}
        self._used: set[str] = set()
        self._counts: Counter[str] = Counter()
        if draw is not None:
            self._choose(draw, is_real)
        self.iterators = [self.name("iterator") for _ in range(8)]

    def name(self, role: str) -> str:
        """Return a name that no other thing has."""
        for name in self._pools.get(role, ()):
            if name not in self._used:
                self._used.add(name)
                return name
        number = self._counts[role]
        self._counts[role] += 1
        return f"{role}{number}"

    def _choose(self, draw: Draw, is_real: bool) -> None:
        if is_real:
            self.dtype = draw.one_of(("double", "double", "float"))
            self.wide = draw.one_of((self.dtype, self.dtype, "double"))
        self.is_flat = draw.chance(20)
        self.is_restrict = draw.chance(50)
        self._pools = {role: draw.one_of(_POOLS[role]).split() for role in _POOLS}
