"""A recipe: a schedule for one nest in names that do not depend on the program."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from __future__ import annotations

from dataclasses import dataclass

from tunembed.schedules import Schedule

VIEWS = ("normal", "raw", "whole")


@dataclass(frozen=True)
class Recipe:
    """What the tuning database knows how to repeat.

    Attributes
    ----------
    view : {"normal", "raw", "whole"}
        Whether the schedule applies to nests in normal form or as they were written.
    compiler : str
        Kind of the compiler: ``"gcc"``, ``"clang"``.
    schedule : Schedule
        Loops are ``L0``, ``L1``, ... in pre-order of the nest, arrays ``A0``, ...
    """

    view: str
    compiler: str
    schedule: Schedule

    @property
    def label(self) -> str:
        """One line of text that stands for the recipe in a runtime table."""
        return f"{self.view} | {self.compiler} | {self.schedule}"

    @classmethod
    def parse(cls, label: str) -> Recipe:
        """Read a label."""
        view, compiler, text = (part.strip() for part in label.split("|", 2))
        return cls(view, compiler, Schedule.parse(text))
