"""`tunembed evaluate`: recommenders on public data sets, scored without leaks."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from tunembed.cli import _options as options
from tunembed.cli._errors import CommandError, reporting


class TaskName(StrEnum):
    """The tasks of `tunembed.evaluation.TASKS`."""

    devmap = "devmap"
    coarsening = "coarsening"
    numa = "numa"
    blocksize = "blocksize"
    vectorization = "vectorization"
    openmp = "openmp"


Splits = Annotated[
    list[str] | None,
    typer.Option("--split", help="usual, source, application ...; repeatable."),
]
Seeds = Annotated[int, typer.Option("--seeds", min=1, help="How many fold seeds.")]
Output = Annotated[
    Path | None,
    typer.Option(help="A folder to write the table and its plot to as well."),
]


def evaluate(
    task: Annotated[TaskName, typer.Argument(help="Which data set.")],
    split: Splits = None,
    seeds: Seeds = 3,
    jobs: Annotated[int, typer.Option(help="Processes; -1: all cores.")] = 1,
    output: Output = None,
    as_json: options.Json = False,
) -> None:
    """Score recommenders on a public data set, beside the trivial ones."""
    with reporting("Nothing was kept."):
        from tunembed import evaluation
        from tunembed.cli import _display

        with _display.counting(f"evaluate {task.value}") as progress:
            try:
                table = evaluation.run_task(
                    task.value,
                    splits=split,
                    seeds=range(seeds),
                    n_jobs=None if jobs == 1 else jobs,
                    progress=progress,
                )
            except (OSError, ValueError) as error:
                raise CommandError(str(error)) from error
        title = evaluation.TASKS[task.value].title
        if output is not None:
            evaluation.write_report(table, title, output / task.value)
        if as_json:
            document = {"task": task.value, "rows": table.to_dict("records")}
            typer.echo(json.dumps(document, indent=2))
            return
        _show(table, _display)


def _show(table: Any, display: Any) -> None:
    """Print one table per problem and split."""
    console = display.console()
    for (problem, split), rows in table.groupby(["problem", "split"], sort=False):
        console.print(f"\n{problem}, split by {split}")
        console.print(display.scores_table(rows))
