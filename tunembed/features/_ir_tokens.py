"""LLVM IR as words: tokens or whole statements without names and exact numbers."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import re
from collections.abc import Iterable
from functools import lru_cache

from tunembed.features._ir_callees import kind_of_callee
from tunembed.features._known_callees import known_callee
from tunembed.features._magnitude import magnitude_of
from tunembed.features._normalize import plain_constant, plain_type
from tunembed.parsers import Instruction, IRFunction, Operand

_CALLS = ("call", "invoke", "callbr")
_NAMES_TYPE = ("alloca", "getelementptr", "load")
_OF_OPERANDS = ("icmp", "fcmp", "store", "ret", "switch")
_FAST_MATH = frozenset("fast nnan ninf nsz arcp contract afn reassoc".split())
_WORDS = _FAST_MATH | frozenset(
    "eq ne ugt uge ult ule sgt sge slt sle oeq ogt oge olt ole one ord ueq une uno "
    "volatile atomic weak unordered monotonic acquire release acq_rel seq_cst "
    "xchg add sub and nand or xor max min umax umin fadd fsub fmax fmin fmaximum "
    "fminimum uinc_wrap udec_wrap usub_cond usub_sat true false".split()
)
_SPACE = re.compile(r" addrspace\((\d+)\)")


def ir_tokens(functions: Iterable[IRFunction]) -> list[str]:
    """Return functions as words, one after the other.

    Parameters
    ----------
    functions : iterable of IRFunction

    Returns
    -------
    list of str
        ``"define"`` and the parameters' types; ``"label"`` in front of every block; of
        every instruction the words of `ir_statements`, and in front of an operand its
        type where that is not the one of the instruction.
    """
    found: list[str] = []
    for function in functions:
        found += _opening(function)
        starts = {block.start for block in function.blocks}
        for number, instruction in enumerate(function.instructions):
            if number in starts:
                found.append("label")
            if not _is_silent(instruction):
                found += _Reader(function, instruction).tokens()
    return found


def ir_statements(functions: Iterable[IRFunction]) -> list[str]:
    """Return functions as statements, one after the other.

    Parameters
    ----------
    functions : iterable of IRFunction

    Returns
    -------
    list of str
        ``"define ptr i32"``, ``"load float %v"``, ``"store float %v %v"``,
        ``"icmp slt i32 %v <2^3>"``, ``"call @llvm.fma float %v %v <0>"``.
    """
    return [text for function in functions for _, text in numbered_statements(function)]


def numbered_statements(function: IRFunction) -> list[tuple[int, str]]:
    """Return the statements of a function with the numbers of their instructions.

    Parameters
    ----------
    function : IRFunction

    Returns
    -------
    list of (int, str)
        -1 for the opening, ``"define"`` and the types of the parameters. Instructions
        that only describe the program are left out.

    See Also
    --------
    normalized_statements : The same without numbers, also of modules and of C.
    """
    found = [(-1, " ".join(_opening(function)))]
    found += (
        (number, " ".join(_Reader(function, instruction).statement()))
        for number, instruction in enumerate(function.instructions)
        if not _is_silent(instruction)
    )
    return found


class _Reader:
    """The words of one instruction."""

    def __init__(self, function: IRFunction, instruction: Instruction) -> None:
        self.functions = function.module.functions
        self.instruction = instruction

    def tokens(self) -> list[str]:
        found = self._head()
        dtype = found[-1]
        for operand in self._operands():
            own = type_word(operand.dtype)
            if own and own != dtype:
                found.append(own)
            found.append(self._kind(operand))
        return found + self._tail()

    def statement(self) -> list[str]:
        operands = self._operands()
        kinds = [f"{self._kind(item)}{_space_of(item.dtype)}" for item in operands]
        if self.instruction.opcode == "phi":
            kinds = sorted(set(kinds))
        return self._head() + kinds + self._tail()

    def _head(self) -> list[str]:
        """Return opcode, words, callee and type."""
        opcode, operands = self.instruction.opcode, self.instruction.operands
        is_call = opcode in _CALLS
        kept = _FAST_MATH if is_call else _WORDS
        head = [opcode, *(word for word in self.instruction.words if word in kept)]
        if is_call:
            head.append(self._callee())
        if opcode in _NAMES_TYPE:
            dtype = self.instruction.element
        elif opcode in _OF_OPERANDS and operands:
            dtype = operands[0].dtype
        else:
            dtype = self.instruction.dtype
        if dtype != "void" or is_call or opcode == "ret":
            head.append(type_word(dtype))
        return head

    def _callee(self) -> str:
        callee = self.instruction.callee
        if callee[:1] != "@":
            return "asm" if callee == "asm" else "%f"
        name = _bare(callee)
        known = None if name in self.functions else known_callee(name)
        return f"@{known}" if known else "@f"

    def _operands(self) -> tuple[Operand, ...]:
        operands = self.instruction.operands
        return operands[:1] if self.instruction.opcode == "switch" else operands

    def _tail(self) -> list[str]:
        """Return the number of cases."""
        if self.instruction.opcode != "switch":
            return []
        return [magnitude_of(len(self.instruction.operands) - 1)]

    def _kind(self, operand: Operand) -> str:
        if operand.is_constant:
            return plain_constant(operand.text)
        if operand.text[0] == "%":
            return "%v"
        return "@f" if _bare(operand.text) in self.functions else "@g"


@lru_cache(maxsize=4096)
def type_word(dtype: str) -> str:
    """Return a type as one word: ``"<4xfloat>"``, ``"ptr.as1"``."""
    return _SPACE.sub(r".as\1", plain_type(dtype)).replace(" ", "")


def _space_of(dtype: str) -> str:
    """Return the address space of a pointer if it is not the usual one."""
    found = _SPACE.search(dtype) if dtype.startswith("ptr") else None
    return f".as{found[1]}" if found else ""


def _opening(function: IRFunction) -> list[str]:
    return ["define", *(type_word(dtype) for _, dtype in function.parameters)]


def _is_silent(instruction: Instruction) -> bool:
    """Whether it only describes the program, as debug information does."""
    callee = instruction.callee
    return callee[:1] == "@" and kind_of_callee(_bare(callee)) == "nothing"


def _bare(name: str) -> str:
    return name[1:].strip('"')
