"""Names for new variables that the file does not use for something else."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import itertools
import re
from collections.abc import Collection
from dataclasses import replace
from functools import lru_cache

from tunembed.parsers import isl_name
from tunembed.schedules._scop import Scop
from tunembed.schedules._tree import Leaf, Loop, Node, Pack

_NO_NAMES = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"', re.DOTALL)
_NEEDED = frozenset({"size_t", "malloc", "free"})


@lru_cache(maxsize=8)
def words_of(text: str) -> frozenset[str]:
    """Return every identifier of a C file, those of its macros included."""
    return _NEEDED.union(re.findall(r"[A-Za-z_]\w*", _NO_NAMES.sub(" ", text)))


def free_name(name: str, taken: Collection[str]) -> str:
    """Return `name`, with underscores behind it until nothing else is called so."""
    while name in taken:
        name += "_"
    return name


def c_name(name: str) -> str:
    """Return the C identifier that isl knows as `name`."""
    plain = name.removesuffix("_c")
    return plain if isl_name(plain) == name else name


def named_apart(scop: Scop, nodes: tuple[Node, ...]) -> tuple[Node, ...]:
    """Rename loops and buffers that would hide a name of the source.

    Parameters
    ----------
    scop : Scop
    nodes : tuple of Node
        The tree to be printed.
    """
    words = words_of(scop.function.unit.text)
    kept = {
        name for name, source in scop.loop_sources.items() if name == source.iterator
    }
    return _renamed(nodes, words, kept, frozenset())


def _renamed(
    nodes: tuple[Node, ...],
    words: frozenset[str],
    kept: set[str],
    buffers: frozenset[str],
) -> tuple[Node, ...]:
    result: list[Node] = []
    for node in nodes:
        if isinstance(node, Leaf):
            result.append(node)
            continue
        around = buffers
        if isinstance(node, Loop) and node.name not in kept:
            node = replace(node, name=free_name(node.name, words))
        elif isinstance(node, Pack):
            node = replace(node, buffer=_buffer(node.buffer, words | around))
            around = around | {node.buffer}
        body = _renamed(node.body, words, kept, around)
        result.append(replace(node, body=body))
    return tuple(result)


def _buffer(wanted: str, taken: frozenset[str]) -> str:
    """Return the name of a buffer: a word, and not that of one around it."""
    plain = re.sub(r"\W+", "_", wanted)
    numbered = (f"{plain}_{n}" for n in itertools.count(2))
    names = itertools.chain([plain], numbered)
    return next(name for name in names if name not in taken)
