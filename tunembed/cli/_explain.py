"""`tunembed explain`: nests, features, neighbours and why, without running anything."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from pathlib import Path
from typing import Annotated, Any

import typer

from tunembed.cli import _options as options
from tunembed.cli._errors import CommandError, reporting

_TITLES = {
    "nests_": "Loop nests",
    "features_": "Features",
    "neighbors_": "Nearest known nests",
    "schedules_": "Schedules that would be tried",
}


def explain(
    kernel: options.KernelFile,
    function: options.Function = None,
    size: options.Sizes = None,
    trials: options.Trials = 10,
    database: options.Database = None,
    as_json: options.Json = False,
    strict_fp: options.StrictFp = False,
    assume_noalias: options.NoAlias = False,
    schedule: options.OptionalSchedule = None,
    measure: Annotated[
        bool, typer.Option("--measure", help="Run and time the schedule's steps.")
    ] = False,
    threads: options.Threads = None,
) -> None:
    """Print nests, features, neighbours and why; run nothing.

    With a schedule: what each step does, whether it is legal, and why not; with
    --measure also what it buys.
    """
    with reporting():
        options.check_kernel(kernel)
        sizes = options.parse_sizes(size)
        if schedule is not None:
            chosen = {"function": function, "strict_fp": strict_fp}
            run = {"measure": measure, "sizes": sizes, "threads": threads}
            _walk(kernel, schedule, as_json, {**chosen, **run})
            return
        if measure:
            raise CommandError("--measure needs a --schedule.")

        import tunembed
        from tunembed.cli import _display

        explanation = tunembed.explain(
            kernel,
            function=function,
            sizes=sizes,
            trials=trials,
            database=options.open_database(database),
            strict_fp=strict_fp,
            assume_noalias=assume_noalias,
        )
        if as_json:
            typer.echo(explanation.to_json())
            return
        console = _display.console()
        for name, title in _TITLES.items():
            console.print(_display.frame_table(getattr(explanation, name), title))
            console.print()


def _walk(
    kernel: Path, schedule: str, as_json: bool, arguments: dict[str, Any]
) -> None:
    from tunembed import tuning
    from tunembed.cli import _display

    steps = tuning.explain_schedule(kernel, schedule, **arguments)
    if as_json:
        typer.echo(steps.to_json(orient="records", indent=2))
        return
    # What a step does is in the documentation; a line has room for 80 letters.
    shown = steps.drop(columns="does") if arguments["measure"] else steps
    _display.console().print(_display.frame_table(shown, "Steps"))
