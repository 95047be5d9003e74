"""Directives: pragmas with their clauses, OpenMP 5.2."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tunembed.parsers._clauses import read_clauses
from tunembed.parsers._errors import Location

_LOOP_WORDS = frozenset("for simd taskloop loop distribute tile unroll".split())
_OTHER_LOOP_PRAGMAS = re.compile(
    r"(?:ivdep|unroll|nounroll|unroll_and_jam|nounroll_and_jam|vector|novector|simd"
    r"|loop|loop_count|noparallel|prefetch|noprefetch|noswp|swp|distribute_point"
    r"|no_?fusion|nofusion|GCC\s+(?:ivdep|unroll|novector)|clang\s+loop"
    r"|acc\s+(?:(?:parallel|kernels|serial)\s+)?loop|acc\s+(?:parallel|kernels)"
    r"|(?:intel|INTEL|vector|omp_ext|ibm|cray|_CRI)\s+\w+)\b"
)
_WORKSHARED = "for,for simd,loop"
_TASKLOOPS = ",".join(
    f"{first}taskloop{last}"
    for first in ("", "master ", "masked ")
    for last in ("", " simd")
)
_PARALLEL = ",".join(
    f"parallel {rest}"
    for rest in f"{_WORKSHARED},sections,master,masked,{_TASKLOOPS}".split(",")
    if not rest.startswith("taskloop")
)
_DISTRIBUTED = (
    "distribute,distribute simd,distribute parallel for,distribute parallel for simd"
)
_TEAMS = ",".join(f"teams {rest}" for rest in f"{_DISTRIBUTED},loop".split(","))
_TARGET = ",".join(
    f"target {rest}"
    for rest in f"parallel,{_PARALLEL},simd,teams,{_TEAMS}".split(",")
    if "task" not in rest
)
_STANDALONE = (
    "parallel,sections,section,single,master,masked,critical,atomic,barrier,taskwait,"
    "taskgroup,taskyield,task,flush,ordered,cancel,cancellation point,threadprivate,"
    "target,target data,target enter data,target exit data,target update,teams,scope,"
    "declare simd,declare target,begin declare target,end declare target,"
    "declare variant,begin declare variant,end declare variant,declare reduction,"
    "declare mapper,requires,allocate,allocators,scan,depobj,interop,dispatch,error,"
    "nothing,assume,assumes,begin assumes,end assumes,metadirective,"
    "begin metadirective,end metadirective,simd,tile,unroll"
)
NAMES = frozenset(
    ",".join(
        (_WORKSHARED, _TASKLOOPS, _PARALLEL, _DISTRIBUTED, _TEAMS, _TARGET, _STANDALONE)
    ).split(",")
)
"""The names of all OpenMP 5.2 directives for C."""

_LONGEST = max(len(name.split()) for name in NAMES)


@dataclass(frozen=True)
class Directive:
    """A pragma.

    Attributes
    ----------
    name : str
        Of an OpenMP directive: ``"parallel for"``. Of other pragmas the first words:
        ``"GCC ivdep"``.
    clauses : mapping of str to object
        By name; :func:`read_clauses` says what the values are. Empty for other pragmas.
    location : Location
    text : str
        The line after ``#pragma``, white space folded.
    problems : tuple of str
        What could not be understood: unknown directives and clauses.
    """

    name: str
    clauses: Mapping[str, Any] = field(hash=False)
    location: Location
    text: str
    problems: tuple[str, ...] = ()

    @property
    def is_openmp(self) -> bool:
        """Whether this is an OpenMP directive."""
        return self.text == "omp" or self.text.startswith("omp ")

    @property
    def is_for_loops(self) -> bool:
        """Whether it says something about the loop that follows it."""
        if not self.is_openmp:
            return _OTHER_LOOP_PRAGMAS.match(self.text) is not None
        words = self.name.split()
        return bool(_LOOP_WORDS & set(words)) and words[0] not in ("declare", "cancel")


def read_directive(text: str, location: Location) -> Directive:
    """Return the directive that the text after ``#pragma`` says.

    Parameters
    ----------
    text : str
    location : Location

    Returns
    -------
    Directive

    Examples
    --------
    >>> line = "omp parallel for schedule(dynamic, 4) private(i)"
    >>> directive = read_directive(line, Location("k.c", 3))
    >>> directive.name, directive.clauses["schedule"].kind
    ('parallel for', 'dynamic')
    """
    text = " ".join(text.split())
    if not re.match(r"omp\b", text):
        words = re.findall(r"[\w-]+", text)
        count = 2 if words and words[0] in ("GCC", "clang", "acc", "STDC") else 1
        return Directive(" ".join(words[:count]), {}, location, text)
    rest = text[3:].strip()
    name, rest = _split_name(rest)
    problems: list[str] = []
    if not name:
        word = re.match(r"\w*", rest)
        name = word.group() if word else ""
        problems.append(f"unknown directive {name!r}")
        rest = rest[len(name) :]
    clauses, unknown = read_clauses(rest, name)
    return Directive(name, clauses, location, text, tuple(problems + unknown))


def _split_name(text: str) -> tuple[str, str]:
    """Split off the longest directive name at the start."""
    ends = [match.end() for match in re.finditer(r"[a-z]+(?=\W|$)", text)][:_LONGEST]
    for end in reversed(ends):
        name = " ".join(text[:end].split())
        if name in NAMES:
            return name, text[end:]
    return "", text
