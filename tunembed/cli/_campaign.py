"""`tunembed campaign`: fill a database by search over many kernels."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from pathlib import Path
from typing import Annotated

import typer

from tunembed.cli import _options as options
from tunembed.cli._errors import BAD_INPUT, CommandError, reporting


def campaign(
    folder: Annotated[Path, typer.Argument(help="A folder of C files, or one file.")],
    database: options.Database = None,
    trials: options.Trials = 100,
    threads: options.Threads = None,
    budget: options.Budget = None,
    seed: options.Seed = 0,
) -> None:
    """Fill a database by search over many kernels; resumes where it stopped.

    The exit code is 2 when every kernel failed.
    """
    with reporting("Every finished trial is in the database; the same command resumes"):
        from tunembed import tuning
        from tunembed.cli import _display

        kernels = tuning.kernels_in(folder) if folder.is_dir() else [folder]
        if not (kernels and kernels[0].is_file()):
            raise CommandError(f"There is no C file at {folder}.")

        with _display.Live(len(kernels), "campaign") as live:
            summary = tuning.campaign(
                kernels,
                database=options.open_database(database),
                trials=trials,
                threads=threads,
                budget=budget,
                random_state=seed,
                progress=live,
            )
        _display.console().print(_display.frame_table(summary))
    if summary["status"].str.startswith("failed").all():
        raise typer.Exit(BAD_INPUT)
