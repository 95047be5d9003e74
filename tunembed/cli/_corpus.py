"""`tunembed corpus`: programs to learn from, as LLVM IR."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tunembed.cli._errors import CommandError, reporting

if TYPE_CHECKING:
    from tunembed.corpus import Corpus

app = typer.Typer(help="Build and look at pretraining corpora.", no_args_is_help=True)

Directory = Annotated[Path, typer.Argument(help="The folder of the corpus.")]
Source = Annotated[
    list[str] | None,
    typer.Option(help="debian, opencl, generated, poj104; repeatable; default: all."),
]
Package = Annotated[
    list[str] | None, typer.Option(help="Only this package; repeatable.")
]
Folder = Annotated[
    list[Path] | None,
    typer.Option("--directory", help="A folder of sources as a package; repeatable."),
]
Level = Annotated[
    list[str] | None, typer.Option(help="O0, O1, O2, O3; repeatable; default: O0-O2.")
]
Exclude = Annotated[
    list[Path] | None,
    typer.Option(help="A folder of programs to be kept out; repeatable."),
]
Sets = Annotated[
    bool,
    typer.Option(
        "--no-evaluation-sets", help="Do not keep the fetched evaluation sets out."
    ),
]


@app.command()
def build(
    directory: Directory,
    source: Source = None,
    package: Package = None,
    folder: Folder = None,
    level: Level = None,
    exclude: Exclude = None,
    without_sets: Sets = False,
    jobs: Annotated[int, typer.Option(min=1, help="Processes.")] = 1,
    limit: Annotated[
        int | None, typer.Option(min=1, help="How many functions are enough.")
    ] = None,
) -> None:
    """Compile packages to LLVM IR and keep each function once; resumable.

    What is like a function of an evaluation set is kept out.
    """
    with reporting("What is finished is kept; the same command goes on."):
        from tunembed import corpus
        from tunembed.cli import _display

        options: dict[str, Any] = {"levels": level} if level else {}
        if without_sets:
            options["evaluation_sets"] = []
        with _display.corpus_progress() as progress:
            built = corpus.build_corpus(
                directory,
                corpus.find_packages(source or None, package or None, folder or ()),
                n_jobs=jobs,
                limit=limit,
                exclude=exclude or (),
                progress=progress,
                **options,
            )
        _show(built)


@app.command()
def show(directory: Directory) -> None:
    """Print how many functions there are, and how many were left out."""
    with reporting():
        from tunembed.corpus import Corpus

        _show(Corpus(directory))


@app.command()
def manifest(
    directory: Directory,
    output: Annotated[
        Path | None, typer.Option(help="A CSV file; default: standard output.")
    ] = None,
) -> None:
    """Print a line of CSV for each package: version, licence, counts, hash."""
    with reporting():
        from tunembed.corpus import Corpus

        table = Corpus(directory).manifest()
        if output is not None and not output.parent.is_dir():
            raise CommandError(f"There is no folder {output.parent}.")
        table.to_csv(output or sys.stdout, index=False, lineterminator="\n")


def _show(built: "Corpus") -> None:
    """Print the counts of a corpus."""
    from tunembed.cli import _display
    from tunembed.corpus import summarize

    console = _display.console()
    for title, table in summarize(built).items():
        console.print(_display.frame_table(table, title))
        console.print()
