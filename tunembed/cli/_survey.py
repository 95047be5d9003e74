"""`tunembed survey`: measure the shipped runtime tables anew, here."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from pathlib import Path
from typing import Annotated

import typer

from tunembed.cli import _options as options
from tunembed.cli._errors import CommandError, reporting

app = typer.Typer(help="Measure runtime tables on this machine.", no_args_is_help=True)

Output = Annotated[
    Path, typer.Argument(metavar="OUTPUT.csv", help="Rows are appended to it.")
]
Compiler = Annotated[str, typer.Option(help="A command.")]
_KEPT = "What is finished is in the file; the same command goes on."


@app.command()
def vectorization(
    output: Output,
    loops: Annotated[int, typer.Option(min=1, help="How many.")] = 640,
    repetitions: Annotated[int, typer.Option(min=5, help="Rounds.")] = 50,
    seed: options.Seed = 0,
    compiler: Compiler = "clang-19",
) -> None:
    """Time loops under 35 pairs of vectorisation width and interleave count."""
    with reporting(_KEPT):
        from tunembed import surveys
        from tunembed.cli import _display

        with _display.counting("survey vectorization") as progress:
            try:
                count = surveys.survey_vectorization(
                    output,
                    loops=loops,
                    repetitions=repetitions,
                    seed=seed,
                    compiler=compiler,
                    progress=progress,
                )
            except OSError as error:
                raise CommandError(str(error)) from error
        _told(count, "loops", output)


@app.command()
def openmp(
    output: Output,
    kernels: Annotated[
        int | None, typer.Option(min=1, help="How many; default: all.")
    ] = None,
    threads: options.Threads = None,
    repetitions: Annotated[int, typer.Option(min=3, help="Undisturbed samples.")] = 7,
    seed: options.Seed = 0,
    compiler: Compiler = "clang-19",
) -> None:
    """Time OpenMP kernels by threads, schedule and chunk, at three sizes."""
    with reporting(_KEPT):
        from tunembed import surveys
        from tunembed.cli import _display

        with _display.counting("survey openmp") as progress:
            count = surveys.survey_openmp(
                output,
                kernels=kernels,
                threads=threads,
                repetitions=repetitions,
                seed=seed,
                compiler=compiler,
                progress=progress,
            )
        _told(count, "kernels at a size", output)


def _told(count: int, what: str, output: Path) -> None:
    typer.echo(f"{count} {what} were measured now; all are in {output}.")
