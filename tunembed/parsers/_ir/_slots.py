"""Local variables that live in memory, as in code that was not optimised."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from collections import Counter

from tunembed.parsers._ir._module import IRFunction
from tunembed.parsers._ir._tokens import LOCAL


def find_slots(function: IRFunction) -> dict[str, list[int]]:
    """Return the variables on the stack whose address nothing but their accesses uses.

    Parameters
    ----------
    function : IRFunction

    Returns
    -------
    dict of str to list of int
        Name of the ``alloca`` -> the positions of the stores to it.
    """
    columns = zip(function.opcodes, function.results, function.texts, strict=True)
    stores: dict[str, list[int]] = {
        result: [] for opcode, result, _ in columns if opcode == "alloca"
    }
    if not stores:
        return stores
    others = Counter(LOCAL.findall(function.body))
    for number, (opcode, text) in enumerate(
        zip(function.opcodes, function.texts, strict=True)
    ):
        if opcode in ("load", "store"):
            address = _address(text)
            if address in stores:
                others[address] -= 1
                if opcode == "store":
                    stores[address].append(number)
        elif "@llvm.lifetime." in text:
            others.subtract(LOCAL.findall(text))
    return {name: found for name, found in stores.items() if others[name] == 1}


def _address(text: str) -> str:
    """Return the last word of the operands: the address, if it is a name."""
    return text.partition(", align")[0].partition(", !")[0].rpartition(" ")[2]
