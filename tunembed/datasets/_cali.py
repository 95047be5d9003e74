"""Profiles that Caliper wrote: its text format, as far as a region profile needs it."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

import re
from typing import NamedTuple

REGION = "annotation"
_ESCAPED = re.compile(r"\\(.)")


class Region(NamedTuple):
    """A region of a program, with what was measured of it.

    Attributes
    ----------
    path : tuple of str
        Its name, after those of the regions around it, outermost first.
    values : dict of str to str
        By the names of what was measured.
    """

    path: tuple[str, ...]
    values: dict[str, str]


class _Node(NamedTuple):
    attribute: str
    data: str
    parent: str | None


def read_regions(text: str) -> list[Region]:
    """Return the regions of a profile, in the order of the file.

    The format is a list of records, one a line. Nodes form trees: a node has an
    attribute, whose name is itself the data of a node, and a value. A context record
    refers to nodes, which with their parents say where in the program it is, and lists
    values of further attributes. A backslash takes the meaning from a comma or an
    equals sign.

    Parameters
    ----------
    text : str
        Of a file ``*.cali``.

    Returns
    -------
    list of Region
    """
    nodes: dict[str, _Node] = {}
    regions = []
    for line in text.splitlines():
        record = dict(field.split("=", 1) for field in _split(line, ","))
        if record["__rec"] == "node":
            nodes[record["id"]] = _Node(
                record["attr"], _plain(record["data"]), record.get("parent")
            )
        elif record["__rec"] == "ctx":
            path = _path(record["ref"].split("="), nodes)
            names = [nodes[number].data for number in record["attr"].split("=")]
            values = [_plain(value) for value in _split(record["data"], "=")]
            regions.append(Region(path, dict(zip(names, values, strict=True))))
    return regions


def _path(numbers: list[str], nodes: dict[str, _Node]) -> tuple[str, ...]:
    """Return the names of the regions that some nodes are in, outermost first."""
    names = []
    for number in numbers:
        node = nodes.get(number)
        while node is not None:
            attribute = nodes.get(node.attribute)
            if attribute is not None and attribute.data == REGION:
                names.append(node.data)
            node = nodes.get(node.parent) if node.parent else None
    return tuple(reversed(names))


def _split(text: str, separator: str) -> list[str]:
    return re.split(rf"(?<!\\){separator}", text)


def _plain(text: str) -> str:
    return _ESCAPED.sub(r"\1", text)
