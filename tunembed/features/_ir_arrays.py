"""What the types that a function names tell of its arrays."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import re

from tunembed.parsers import IRFunction

_EXTENT = re.compile(r"\[(\d+) x (?!i8\])")  # not texts
# Less is no array to loop over but a small vector or struct; more is no one's extent.
_SMALLEST, _LARGEST = 8, 100_000


def extents_in(function: IRFunction) -> list[int]:
    """Return the extents of arrays that a function's types name.

    Parameters
    ----------
    function : IRFunction
    """
    found = map(int, _EXTENT.findall(function.body))
    return [extent for extent in found if _SMALLEST <= extent < _LARGEST]


def bytes_on_stack(function: IRFunction) -> int:
    """Return how much memory a function's variables on the stack take.

    Parameters
    ----------
    function : IRFunction
    """
    total = 0
    for number, opcode in enumerate(function.opcodes):
        if opcode == "alloca":
            variable = function.instruction(number)
            count = variable.operands[0].text if variable.operands else "1"
            size = function.module.layout.size(variable.element)
            total += size * (int(count) if count.isdigit() else 1)
    return total
