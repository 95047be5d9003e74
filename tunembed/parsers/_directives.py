"""Directives: pragmas with their clauses."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tunembed.parsers._errors import Location


@dataclass(frozen=True)
class Directive:
    """A pragma.

    Attributes
    ----------
    name : str
        Of an OpenMP directive: ``"parallel for"``; else the pragma's first words.
    clauses : mapping of str to object
    location : Location
    text : str
        The line after ``#pragma``, white space folded.
    """

    name: str
    clauses: Mapping[str, Any] = field(hash=False)
    location: Location
    text: str
