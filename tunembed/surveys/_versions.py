"""One C text with many versions of a loop: the same function, other pragmas."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

PREFIX = "tunembed_version_"
_FUNCTION = "__attribute__((noinline))"
_MAIN = re.compile(r"^int\s+main\b", re.MULTILINE)
_ARRAY = re.compile(
    r"^[ \t]*(?P<type>(?:unsigned[ \t]+)?(?:int|short))[ \t]+(?P<name>\w+)"
    r"(?P<extents>(?:[ \t]*\[[^\]]+\])+)",
    re.MULTILINE,
)
_LOOP = re.compile(r"^[ \t]*for\b", re.MULTILINE)
_CALL = re.compile(r"\bBENCH\(\s*\"[^\"]*\"\s*,\s*(?P<call>\w+\s*\([^()]*\))\s*,")
_LOCAL = re.compile(r"^[ \t]*unsigned[ \t]+(?P<name>\w+)\s*=\s*0\s*;", re.MULTILINE)
_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
_BYTES = {"int": 4, "short": 2}


class ProgramTextError(ValueError):
    """A program is not one of those whose loop can be taken out."""


@dataclass(frozen=True)
class LoopProgram:
    """The parts of a program of `fetch_vectorization_loops`.

    Attributes
    ----------
    head : str
        What comes before the function: headers and arrays.
    text : str
        The function with the loop.
    function : str
        Its name.
    call : str
        How the program calls it.
    arrays : tuple of str
        The global arrays, and what the call changes in ``main``.
    local : str
        The name of the number that the call changes, or an empty text.
    bytes : int
        Of all arrays.
    """

    head: str
    text: str
    function: str
    call: str
    arrays: tuple[str, ...]
    local: str
    bytes: int


def take_apart(program: str, function: str) -> LoopProgram:
    """Find the function with the loop, its arrays and how it is called.

    Parameters
    ----------
    program : str
        As of ``fetch_vectorization_loops().data``.
    function : str
        The function that has the loop.

    Returns
    -------
    LoopProgram

    Raises
    ------
    ProgramTextError
        If a part is missing.
    """
    program = _COMMENT.sub(" ", program)
    start, main = program.find(_FUNCTION), _MAIN.search(program)
    call = _CALL.search(program, main.start()) if main else None
    if start < 0 or main is None or call is None:
        raise ProgramTextError(f"{function}: no function, main or call in\n{program}")
    head = program[:start]
    arrays = list(_ARRAY.finditer(head))
    local = _LOCAL.search(program, main.start())
    text = program[start : main.start()]
    if not (arrays and _LOOP.search(text)):
        raise ProgramTextError(f"{function}: no array or no loop in\n{program}")
    return LoopProgram(
        head=head,
        text=text,
        function=function,
        call=call["call"],
        arrays=tuple(found["name"] for found in arrays),
        local=local["name"] if local else "",
        bytes=sum(map(_array_bytes, arrays)),
    )


def write_versions(program: LoopProgram, pragmas: Sequence[str]) -> str:
    """Write a C text with the function as it is, and once for each pragma.

    It defines what ``_loop_driver.c`` declares: ``tunembed_runs``, functions that call
    version 0 (without a pragma), 1 ... a number of times, and ``tunembed_arrays``.

    Parameters
    ----------
    program : LoopProgram
    pragmas : sequence of str
        What follows ``#pragma clang loop`` in front of the innermost loop.

    Returns
    -------
    str
    """
    parts = [program.head]
    if program.local:
        parts.append(f"unsigned {program.local};\n")
    for number, pragma in enumerate(["", *pragmas]):
        name = f"{PREFIX}{number}"
        text = with_pragma(program.text, pragma) if pragma else program.text
        called = _renamed(program.call, program.function, name)
        parts += [
            f'#line 1 "{name}"\n{_renamed(text, program.function, name)}',
            # The barrier keeps one call from being merged with the next.
            f"static void tunembed_run_{number}(long times) {{\n"
            f'  for (long k = 0; k < times; k++) {{ {called}; __asm__ volatile("" '
            '::: "memory"); }\n}\n',
        ]
    known = [*program.arrays, *([program.local] if program.local else [])]
    pairs = ", ".join(f"{{(void *)&{name}, sizeof {name}}}" for name in known)
    runs = ", ".join(f"tunembed_run_{k}" for k in range(len(pragmas) + 1))
    parts.append(
        "struct tunembed_array { void *at; unsigned long bytes; };\n"
        f"const struct tunembed_array tunembed_arrays[] = {{ {pairs} }};\n"
        f"const int tunembed_array_count = {len(known)};\n"
        f"void (*const tunembed_runs[])(long) = {{ {runs} }};\n"
    )
    return "\n".join(parts)


def with_pragma(text: str, pragma: str) -> str:
    """Return a function with a pragma in front of its last, innermost loop."""
    at = list(_LOOP.finditer(text))[-1].start()
    return f"{text[:at]}#pragma clang loop {pragma}\n{text[at:]}"


def same_but_for_names(program: LoopProgram) -> str:
    """Return a text that is equal for programs that differ in names only."""
    names: dict[str, str] = {}
    text = f"{program.head[program.head.rfind('#') :]}{program.text}{program.call}"

    def rename(found: re.Match[str]) -> str:
        return names.setdefault(found[0], f"n{len(names)}")

    return " ".join(re.sub(r"\b[A-Za-z_]\w*", rename, text).split())


def _renamed(text: str, old: str, new: str) -> str:
    return re.sub(rf"\b{re.escape(old)}\b", new, text)


def _array_bytes(array: re.Match[str]) -> int:
    """Return the bytes of a declared array; extents are numbers or sums of numbers."""
    size = _BYTES[array["type"].split()[-1]]
    for extent in re.findall(r"\[([^\]]+)\]", array["extents"]):
        if not re.fullmatch(r"[\d\s+]+", extent):
            raise ProgramTextError(f"the extent of {array[0]!r} is not a number")
        size *= sum(map(int, extent.split("+")))
    return size
