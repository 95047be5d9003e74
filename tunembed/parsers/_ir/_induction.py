"""Induction variables: values that a loop changes by the same step every time."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from tunembed.parsers._ir._flow import NaturalLoop
from tunembed.parsers._ir._instructions import Instruction, Operand
from tunembed.parsers._ir._linear import Linear, counter
from tunembed.parsers._ir._module import IRFunction
from tunembed.parsers._ir._slots import find_slots

_SAME = frozenset(
    "sext zext ptrtoint inttoptr bitcast addrspacecast freeze ptrtoaddr".split()
)
_COMPUTED = _SAME.union("trunc getelementptr add sub or mul shl ashr".split())
_ZEROS = frozenset(("null", "zeroinitializer", "false"))
_DEEPEST = 64
# What a variable's value before the first iteration is called, behind its name.
AT_THE_START = " at the start"


@dataclass(frozen=True)
class Induction:
    """A variable of a loop.

    Attributes
    ----------
    name : str
        The phi, or the variable on the stack.
    start : Operand or None
        Its value before the first iteration, None if there is not just one.
    step : int
        What an iteration adds to it; bytes if it is a pointer.
    """

    name: str
    start: Operand | None
    step: int


class Values:
    """What is known of the values of a function.

    Numbers of elements and of iterations are taken to fit into 32 bits.

    Parameters
    ----------
    function : IRFunction
    """

    def __init__(self, function: IRFunction) -> None:
        self.function = function
        self.layout = function.module.layout
        self.defined = {r: n for n, r in enumerate(function.results) if r}
        self.block_of = [
            number
            for number, block in enumerate(function.blocks)
            for _ in range(block.start, block.stop)
        ]
        self._linear: dict[str, Linear] = {}
        self._read: dict[int, Instruction] = {}

    def instruction(self, number: int) -> Instruction:
        """Return one instruction; it is kept as long as its values are looked at."""
        found = self._read.get(number)
        if found is None:
            found = self._read[number] = self.function.instruction(number)
        return found

    @cached_property
    def slots(self) -> dict[str, list[int]]:
        """The variables on the stack, with the positions of their stores."""
        return find_slots(self.function)

    @cached_property
    def inductions(self) -> dict[str, dict[int, Induction]]:
        """Of each name, by the header of the loop, how the loop changes it."""
        found: dict[str, dict[int, Induction]] = {}
        for loop in self.function.flow.loops:
            for variable in (*self._phis(loop), *self._stored(loop)):
                found.setdefault(variable.name, {})[loop.header] = variable
        return found

    def linear(self, operand: Operand, depth: int = 0) -> Linear:
        """Return a value as a sum; what is not understood is a term of its own."""
        text = operand.text
        known = self._linear.get(text)
        if known is None:
            self._linear[text] = Linear(0, {text: 1})  # while it is looked at
            known = self._linear[text] = self._evaluate(text, depth + 1)
        return known

    def inside(self, name: str, loop: NaturalLoop) -> bool:
        """Return whether a value is computed in a loop."""
        number = self.defined.get(name)
        return number is not None and self.block_of[number] in loop.blocks

    def _evaluate(self, text: str, depth: int) -> Linear:
        if _is_integer(text):
            return Linear(int(text))
        if text in _ZEROS:
            return Linear()
        itself = Linear(0, {text: 1})
        number = self.defined.get(text)
        if number is None or depth > _DEEPEST:
            return itself
        opcode = self.function.opcodes[number]
        if opcode == "phi":
            return self._counted(text, itself, depth)
        if opcode == "load" and self.slots:
            return self._loaded(number, itself, depth)
        if opcode in _COMPUTED:
            return self._computed(self.instruction(number), depth) or itself
        return itself

    def _loaded(self, number: int, itself: Linear, depth: int) -> Linear:
        address = self.instruction(number).operands[0].text
        stores = self.slots.get(address)
        if stores is None:
            return itself
        if len(stores) == 1 and address not in self.inductions:
            return self.linear(self.instruction(stores[0]).operands[0], depth)
        value = self._counted(address, Linear(0, {address: 1}), depth)
        return value + Linear(self._changed_before(number, address))

    def _changed_before(self, number: int, address: str) -> int:
        """Return by how much the iteration of a load has changed a variable already."""
        changed = self.inductions.get(address, {})
        flow, block, total = self.function.flow, self.block_of[number], 0
        for loop in flow.loops:
            if loop.header in changed and block in loop.blocks:
                (store,) = self._stores_in(loop, address)
                where = self.block_of[store]
                behind = (
                    store < number if where == block else flow.dominates(where, block)
                )
                total += changed[loop.header].step * behind
        return total

    def _stores_in(self, loop: NaturalLoop, address: str) -> list[int]:
        return [n for n in self.slots[address] if self.block_of[n] in loop.blocks]

    def _counted(self, name: str, itself: Linear, depth: int) -> Linear:
        """Return the value of a variable by the iterations of what changes it."""
        changed = self.inductions.get(name, {})
        if not changed:
            return itself
        (first, *others) = changed.values()
        value = Linear(0, {f"{name}{AT_THE_START}": 1})
        if first.start is not None and not others:
            value = self.linear(first.start, depth)
        for header, variable in changed.items():
            value += Linear(0, {counter(header): variable.step})
        return value

    def _computed(self, instruction: Instruction, depth: int) -> Linear | None:
        opcode, operands = instruction.opcode, instruction.operands
        if opcode in _SAME or (opcode == "trunc" and instruction.dtype == "i32"):
            return self.linear(operands[0], depth)
        if opcode == "getelementptr":
            return self._address(instruction, depth)
        if opcode in ("add", "sub") or (
            opcode == "or" and "disjoint" in instruction.words
        ):
            left, right = (self.linear(operand, depth) for operand in operands)
            return left - right if opcode == "sub" else left + right
        if opcode in ("mul", "shl"):
            left, right = (self.linear(operand, depth) for operand in operands)
            if opcode == "shl":
                return left * (1 << right.constant) if _is_shift(right) else None
            if left.is_constant:
                left, right = right, left
            return left * right.constant if right.is_constant else None
        if opcode == "ashr" and "exact" in instruction.words:
            left, right = (self.linear(operand, depth) for operand in operands)
            return left.divided(1 << right.constant) if _is_shift(right) else None
        return None

    def _address(self, instruction: Instruction, depth: int) -> Linear | None:
        """Return the bytes that a ``getelementptr`` points to."""
        base, *places = instruction.operands
        dtype = instruction.element
        value = self.linear(base, depth)
        for number, place in enumerate(places):
            if number and self.layout.is_struct(dtype):
                if not _is_integer(place.text):
                    return None
                at = int(place.text)
                value += Linear(self.layout.offset(dtype, at))
                members = self.layout.parts(dtype)
                if at >= len(members):
                    return None
                dtype = members[at]
                continue
            if number:
                parts = self.layout.parts(dtype)
                if not parts:
                    return None
                dtype = parts[0]
            value += self.linear(place, depth) * self.layout.size(dtype)
        return value

    def _phis(self, loop: NaturalLoop) -> list[Induction]:
        """Find the phis that an iteration changes by a constant."""
        block = self.function.blocks[loop.header]
        labels = {self.function.blocks[latch].label for latch in loop.latches}
        found = []
        for number in range(block.start, block.stop):
            phi = self.instruction(number)
            if phi.opcode != "phi":
                break
            steps, starts = set(), set()
            for operand, label in zip(phi.operands, phi.labels, strict=True):
                if label in labels:
                    steps.add(self._step(operand, phi.result))
                else:
                    starts.add(operand)
            step = steps.pop() if len(steps) == 1 else None
            if step:
                start = starts.pop() if len(starts) == 1 else None
                found.append(Induction(phi.result, start, step))
        return found

    def _stored(self, loop: NaturalLoop) -> list[Induction]:
        """Find the variables on the stack that an iteration changes by a constant."""
        found, flow = [], self.function.flow
        for name, stores in self.slots.items():
            inside = self._stores_in(loop, name)
            if len(inside) != 1:
                continue
            (number,) = inside
            block = self.block_of[number]
            always = all(flow.dominates(block, latch) for latch in loop.latches)
            if flow.depths[block] != loop.depth or not always:
                continue
            step = self._step(self.instruction(number).operands[0], name)
            if step:
                outside = [n for n in stores if n != number]
                start = None
                if len(outside) == 1:
                    start = self.instruction(outside[0]).operands[0]
                found.append(Induction(name, start, step))
        return found

    def _step(self, operand: Operand, name: str) -> int | None:
        """Return by how much a value differs from a variable, None if not constant."""
        total, text = 0, operand.text
        for _ in range(_DEEPEST):
            if text == name:
                return total
            number = self.defined.get(text)
            if number is None:
                return None
            instruction = self.instruction(number)
            opcode, operands = instruction.opcode, instruction.operands
            if opcode == "load" and operands[0].text == name:
                return total
            if opcode in ("add", "sub") and _is_integer(operands[1].text):
                change = int(operands[1].text)
                total += change if opcode == "add" else -change
            elif opcode == "getelementptr" and len(operands) == 2:
                if not _is_integer(operands[1].text):
                    return None
                size = self.layout.size(instruction.element)
                total += int(operands[1].text) * size
            elif opcode not in _SAME:
                return None
            text = operands[0].text
        return None


def _is_shift(value: Linear) -> bool:
    return value.is_constant and 0 <= value.constant < 64


def _is_integer(text: str) -> bool:
    return text[0] not in "%@" and text.lstrip("-").isdigit()
