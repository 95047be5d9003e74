"""What differs between neighbouring threads of a GPU: addresses, ways through loops."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import re
from functools import cached_property

from tunembed.parsers._ir._calls import plain_name
from tunembed.parsers._ir._flow import NaturalLoop
from tunembed.parsers._ir._induction import AT_THE_START, Values
from tunembed.parsers._ir._instructions import CALLS, Operand
from tunembed.parsers._ir._tokens import LOCAL

_BY_DIMENSION = frozenset(("get_global_id", "get_local_id"))
_FIRST = frozenset(("llvm.nvvm.read.ptx.sreg.tid.x", "llvm.amdgcn.workitem.id.x"))
_ASKS = re.compile(r"get_(?:global|local)_id|\.tid\.[xyz]|workitem\.id\.[xyz]")


class Threads:
    """What the values of a kernel owe to the number of the thread that computes them.

    Parameters
    ----------
    values : Values
        Of the kernel.
    """

    def __init__(self, values: Values) -> None:
        self._values = values
        function = values.function
        self._numbers = [
            result
            for result, opcode, text in zip(
                function.results, function.opcodes, function.texts, strict=True
            )
            if opcode in CALLS and _ASKS.search(text)
        ]
        self._first = {name for name in self._numbers if self._is_first(name)}

    def stride(self, address: Operand) -> tuple[bool, int | None]:
        """Return whether neighbours access at equal distances, and at which one.

        Neighbours are those of the first dimension, which run in lockstep. The distance
        is in bytes, None if it is not constant.
        """
        if not self._numbers:
            return True, 0
        stride: int | None = 0
        differ = self._differ_along_first
        for name, factor in self._values.linear(address).terms.items():
            if name in self._first:
                stride = None if stride is None else stride + factor
            elif name in differ or name.removesuffix(AT_THE_START) in differ:
                if not self._is_multiple(name):
                    return False, None
                stride = None
        return True, stride

    def is_divergent(self, loop: NaturalLoop) -> bool:
        """Return whether threads may leave a loop after different iterations.

        What a condition owes to the way that a thread took is not followed.
        """
        if not self._numbers:
            return False
        function = self._values.function
        texts = function.texts
        return any(
            not loop.blocks.issuperset(function.flow.successors[block])
            and not self._differ.isdisjoint(
                LOCAL.findall(texts[function.blocks[block].stop - 1])
            )
            for block in loop.blocks
        )

    def _is_multiple(self, name: str) -> bool:
        """Return whether a value is the thread's number times what does not differ."""
        number = self._values.defined.get(name)
        if number is None or self._values.function.opcodes[number] != "mul":
            return False
        sides = self._values.instruction(number).operands
        differ = [side.text in self._differ_along_first for side in sides]
        if all(differ):
            return False
        terms = self._values.linear(sides[differ.index(True)]).terms
        return all(
            term in self._first or term not in self._differ_along_first
            for term in terms
        )

    def _is_first(self, name: str) -> bool:
        call = self._values.instruction(self._values.defined[name])
        callee = plain_name(call.callee[1:])
        if callee in _BY_DIMENSION:
            return bool(call.operands) and call.operands[0].text == "0"
        return callee in _FIRST

    @cached_property
    def _differ(self) -> set[str]:
        if len(self._first) == len(self._numbers):
            return self._differ_along_first
        return self._reached(set(self._numbers))

    @cached_property
    def _differ_along_first(self) -> set[str]:
        return self._reached(self._first)

    def _reached(self, sources: set[str]) -> set[str]:
        """Return what is computed from values, stores to local variables included."""
        found, waiting = set(sources), list(sources)
        while waiting:
            for user in self._users.get(waiting.pop(), ()):
                if user not in found:
                    found.add(user)
                    waiting.append(user)
        return found

    @cached_property
    def _users(self) -> dict[str, list[str]]:
        users: dict[str, list[str]] = {}
        function, slots = self._values.function, self._values.slots
        for result, opcode, text in zip(
            function.results, function.opcodes, function.texts, strict=True
        ):
            names = LOCAL.findall(text)
            if opcode == "store" and names and names[-1] in slots:
                result = names.pop()
            if result:
                for name in names:
                    users.setdefault(name, []).append(result)
        return users
