"""What the types that a function names tell of its arrays."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import re

from tunembed.parsers import IRFunction

_EXTENT = re.compile(r"\[(\d+) x ")
# Less is no array to loop over but a small vector or struct; more is no one's extent.
_SMALLEST, _LARGEST = 8, 100_000


def extents_in(function: IRFunction) -> list[int]:
    """Return the extents of arrays that a function's types name.

    Parameters
    ----------
    function : IRFunction
    """
    found = map(int, _EXTENT.findall(function.body))
    return [extent for extent in found if _SMALLEST < extent < _LARGEST]


def bytes_on_stack(function: IRFunction) -> int:
    """Return how much memory a function's variables on the stack take.

    Parameters
    ----------
    function : IRFunction
    """
    return sum(
        function.module.layout.size(function.instruction(number).element)
        for number, opcode in enumerate(function.opcodes)
        if opcode == "alloca"
    )
