"""`tunembed compare`: representations of programs, by the same models on top."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import json
import shlex
from pathlib import Path
from typing import Annotated, Any

import typer

from tunembed.cli import _options as options
from tunembed.cli._errors import CommandError, reporting

Names = list[str] | None


def compare(
    task: Annotated[
        Names, typer.Option("--task", help="devmap, coarsening ...; repeatable.")
    ] = None,
    representation: Annotated[
        Names, typer.Option("--representation", help="counters ...; repeatable.")
    ] = None,
    split: Annotated[
        Names, typer.Option("--split", help="usual, grouped; repeatable.")
    ] = None,
    seeds: Annotated[int, typer.Option(min=1, help="How many fold seeds.")] = 3,
    weights: Annotated[
        Path | None, typer.Option(help="Of the encoder; those of the package if none.")
    ] = None,
    jobs: Annotated[int, typer.Option(help="Processes; -1: all cores.")] = 1,
    output: Annotated[
        Path | None, typer.Option(help="A folder to write the page and its plot to.")
    ] = None,
    as_json: options.Json = False,
) -> None:
    """Compare representations of programs on public tuning tasks."""
    with reporting("Nothing was kept."):
        from tunembed import evaluation
        from tunembed.cli import _display

        with _display.counting("compare") as progress:
            try:
                found = evaluation.compare_representations(
                    task,
                    representation,
                    splits=split or ("usual", "grouped"),
                    seeds=range(seeds),
                    weights=weights or "default",
                    n_jobs=None if jobs == 1 else jobs,
                    progress=progress,
                )
            except (OSError, ValueError) as error:
                raise CommandError(str(error)) from error
        if found.scores.empty:
            raise CommandError("; ".join(found.skipped.values()))
        if output is not None:
            named = {"task": task, "representation": representation, "split": split}
            named["weights"] = [str(weights)] if weights else None
            command = _command(named, seeds, output)
            evaluation.write_comparison(found, output / "representations", command)
        if as_json:
            rows = found.scores.to_dict("records")
            document = {"rows": rows, "skipped": found.skipped}
            typer.echo(json.dumps(document, indent=2))
            return
        _show(found, evaluation, _display)


def _command(named: dict[str, Names], seeds: int, output: Path) -> str:
    """Return the command that was run, without what does not change its scores."""
    words = ["tunembed", "compare"]
    for option, values in named.items():
        for value in values or ():
            words += [f"--{option}", value]
    if seeds != 3:
        words += ["--seeds", str(seeds)]
    return shlex.join([*words, "--output", str(output)])


def _show(found: Any, evaluation: Any, display: Any) -> None:
    """Print the shares of the oracle, a table per split, and what was left out."""
    console = display.console()
    for split in dict.fromkeys(found.scores["split"]):
        shares = evaluation.overview(found.scores, split).map(_percent)
        shares = shares.rename_axis("of the oracle").reset_index()
        console.print(display.frame_table(shares, f"{split} split"))
    for name, why in found.skipped.items():
        console.print(f"{name} was not scored: {why}")


def _percent(share: float) -> str:
    return f"{share:.1%}" if share == share else ""
