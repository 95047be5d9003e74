"""Options that several commands share, and how their texts become values."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tunembed.cli._errors import CommandError

if TYPE_CHECKING:
    from tunembed.tuning import TuningDatabase

KernelFile = Annotated[Path, typer.Argument(metavar="KERNEL.c", help="A C file.")]
Function = Annotated[
    str | None, typer.Option(help="The function to look at, if several have loops.")
]
ScheduleText = Annotated[
    str,
    typer.Option(
        "--schedule", metavar="STEPS", help="Such as 'tile(i=32); parallel(i_t)'."
    ),
]
OptionalSchedule = Annotated[
    str | None,
    typer.Option("--schedule", metavar="STEPS", help="Explain this one instead."),
]
Sizes = Annotated[
    list[str] | None,
    typer.Option("--size", metavar="ni=1000,nj=1100", help="Sizes; repeatable."),
]
Database = Annotated[
    Path | None, typer.Option(help="Tuning database; default: the user's own.")
]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]
Trials = Annotated[int, typer.Option(min=1, help="Candidates to measure, at most.")]
Threads = Annotated[int | None, typer.Option(min=1, help="OpenMP threads.")]
Budget = Annotated[
    float | None, typer.Option(min=0, help="Seconds after which no new trial starts.")
]
Seed = Annotated[int, typer.Option(min=0, help="Seed of everything random.")]
StrictFp = Annotated[
    bool, typer.Option("--strict-fp", help="Never reassociate floating point.")
]
NoAlias = Annotated[
    bool, typer.Option("--assume-noalias", help="Pointer parameters never overlap.")
]


def parse_sizes(texts: list[str] | None) -> dict[str, int] | None:
    """Return the sizes of ``["ni=1000,nj=1100", "nk=1200"]``; None for none."""
    sizes: dict[str, int] = {}
    for part in ",".join(texts or []).split(","):
        name, equals, value = (piece.strip() for piece in part.partition("="))
        if not part.strip():
            continue
        if not (equals and name.isidentifier() and value.isdecimal() and int(value)):
            raise CommandError(
                f"A size is NAME=INTEGER, 1 or more, such as ni=1000. Got {part!r}."
            )
        if sizes.setdefault(name, int(value)) != int(value):
            raise CommandError(f"Size {name} is given twice: {sizes[name]}, {value}.")
    return sizes or None


def check_kernel(path: Path) -> None:
    """Complain about a kernel that is not a file, or cannot be read."""
    if not path.is_file():
        what = "a folder, not a C file" if path.is_dir() else "not there"
        raise CommandError(f"{path} is {what}.")
    if not os.access(path, os.R_OK):
        raise CommandError(f"{path} cannot be read: permission denied.")


def open_database(path: Path | None, *, must_exist: bool = False) -> "TuningDatabase":
    """Return the database that ``--database`` names, or the user's own."""
    from tunembed.tuning import TuningDatabase

    if must_exist and path is not None and not path.is_file():
        raise CommandError(f"There is no tuning database {path}.")
    return TuningDatabase(path)
