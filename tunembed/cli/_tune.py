"""`tunembed tune`: find, verify and write a faster version of a kernel."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import shlex
from pathlib import Path
from typing import Annotated, Any

import typer

from tunembed.cli import _options as options
from tunembed.cli._callables import load_callable
from tunembed.cli._errors import FASTER, NO_IMPROVEMENT, CommandError, reporting
from tunembed.cli._files import output_beside, write_whole

_MOST_REASONS = 3


def tune(
    kernel: options.KernelFile,
    function: options.Function = None,
    size: options.Sizes = None,
    trials: options.Trials = 10,
    arguments: Annotated[
        str | None,
        typer.Option(
            metavar="FILE.py:CALLABLE",
            help="Makes the arguments that sizes cannot describe.",
        ),
    ] = None,
    database: options.Database = None,
    output: Annotated[
        Path | None, typer.Option(help="Default: KERNEL.tuned.c beside the kernel.")
    ] = None,
    as_json: options.Json = False,
    strict_fp: options.StrictFp = False,
    threads: options.Threads = None,
    budget: options.Budget = None,
    flags: Annotated[
        str | None, typer.Option(help="Compiler flags of the baseline.")
    ] = None,
    assume_noalias: options.NoAlias = False,
    seed: options.Seed = 0,
) -> None:
    """Find, verify and write a faster version of a kernel."""
    with reporting("Every finished trial is in the tuning database."):
        options.check_kernel(kernel)
        target = output_beside(kernel, output, "tuned")
        sizes = options.parse_sizes(size)
        maker = load_callable(arguments)
        baseline_flags = _split(flags)

        import tunembed
        from tunembed.cli import _display

        with _display.Live(trials, f"reading {kernel.name}") as live:
            result = tunembed.tune(
                kernel,
                function=function,
                sizes=sizes,
                trials=trials,
                arguments=maker,
                database=options.open_database(database),
                strict_fp=strict_fp,
                threads=threads,
                budget=budget,
                flags=baseline_flags,
                assume_noalias=assume_noalias,
                random_state=seed,
                progress=live,
            )
        faster = result.speedup_ > 1
        if faster:
            write_whole(target, result.source_)
        if as_json:
            typer.echo(result.to_json())
        else:
            _show(result, kernel, target)
    raise typer.Exit(FASTER if faster else NO_IMPROVEMENT)


def _show(result: Any, kernel: Path, target: Path) -> None:
    from tunembed.cli import _display

    console = _display.console()
    if len(result.neighbors_):
        console.print(_display.frame_table(result.neighbors_, "Nearest known nests"))
        console.print()
    if len(result.trials_):
        console.print(_display.trials_table(result.trials_, "Trials"))
    else:
        console.print(_nothing_tried(result.refusals_), markup=False, soft_wrap=True)
    console.print()
    if result.speedup_ > 1:
        ratio = _display.ratio(result.speedup_, *result.speedup_interval_)
        before, after = map(
            _display.seconds, (result.baseline_seconds_, result.seconds_)
        )
        console.print(
            f"[bold green]{ratio} faster[/], {before} to {after}, verified: {target}",
            soft_wrap=True,
        )
        console.print(f"schedule: {result.schedule_}", markup=False, soft_wrap=True)
    else:
        console.print(f"No improvement found: {kernel} is kept as it is.")


def _nothing_tried(refusals: dict[str, int]) -> str:
    lines = ["Nothing was tried: the database proposes no legal schedule."]
    whole = sum(refusals.values())
    for reason, count in list(refusals.items())[:_MOST_REASONS]:
        lines.append(f"{count} of {whole} refused: {reason}")
    return "\n".join(lines)


def _split(flags: str | None) -> list[str] | None:
    try:
        return None if flags is None else shlex.split(flags)
    except ValueError as error:
        raise CommandError(f"Cannot split --flags {flags!r}: {error}.") from None
