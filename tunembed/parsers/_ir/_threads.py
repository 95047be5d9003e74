"""How addresses differ between neighbouring threads of a GPU."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import re

from tunembed.parsers._ir._calls import plain_name
from tunembed.parsers._ir._induction import Values
from tunembed.parsers._ir._instructions import CALLS, Operand

_BY_DIMENSION = frozenset(("get_global_id", "get_local_id"))
_FIRST = frozenset(("llvm.nvvm.read.ptx.sreg.tid.x", "llvm.amdgcn.workitem.id.x"))
_NAMED = re.compile(r"get_(?:global|local)_id|\.tid\.x|workitem\.id\.x")
_DEEPEST = 64


class Threads:
    """What the values of a kernel owe to the number of the thread that computes them.

    Only the first dimension counts, along which neighbours run in lockstep.

    Parameters
    ----------
    values : Values
        Of the kernel.
    """

    def __init__(self, values: Values) -> None:
        self._values = values
        function = values.function
        self._positions = frozenset(
            result
            for result, opcode, text in zip(
                function.results, function.opcodes, function.texts, strict=True
            )
            if opcode in CALLS
            and _NAMED.search(text)
            and self._is_position(values.defined[result])
        )
        self._varies = dict.fromkeys(self._positions, True)

    def stride(self, address: Operand) -> int | None:
        """Return the bytes between what neighbours access, None if not constant."""
        if not self._positions:
            return 0
        linear = self._values.linear(address)
        stride = 0
        for name, factor in linear.terms.items():
            if name in self._positions:
                stride += factor
            elif self._depends(name, 0):
                return None
        return stride

    def _is_position(self, number: int) -> bool:
        call = self._values.function.instruction(number)
        name = plain_name(call.callee[1:])
        if name in _BY_DIMENSION:
            return bool(call.operands) and call.operands[0].text == "0"
        return name in _FIRST

    def _depends(self, name: str, depth: int) -> bool:
        """Return whether a value differs between threads."""
        known = self._varies.get(name)
        if known is not None or depth > _DEEPEST:
            return bool(known)
        self._varies[name] = False  # while it is looked at
        self._varies[name] = any(
            self._depends(source, depth + 1) for source in self._sources(name)
        )
        return self._varies[name]

    def _sources(self, name: str) -> list[str]:
        """Return the values that a value is computed from."""
        values = self._values
        if name in values.slots:
            stores = values.slots[name]
            return [values.function.instruction(n).operands[0].text for n in stores]
        number = values.defined.get(name)
        if number is None:
            return []
        instruction = values.function.instruction(number)
        return [operand.text for operand in instruction.operands]
