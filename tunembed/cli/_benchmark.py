"""`tunembed benchmark`: the tables of docs/results.md."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from tunembed.cli import _options as options
from tunembed.cli._errors import CommandError, reporting

app = typer.Typer(help="Reproduce the published tables.", no_args_is_help=True)


@app.command()
def own(
    folder: Annotated[Path, typer.Argument(help="C files.")] = Path("examples/kernels"),
    database: options.Database = None,
    trials: options.Trials = 10,
    threads: options.Threads = None,
    seed: options.Seed = 0,
    search: Annotated[
        bool, typer.Option(help="Also search a dozen kernels for long.")
    ] = True,
    as_json: options.Json = False,
) -> None:
    """Tune our own kernels, each without its family in the database."""

    def run(progress: Callable[[Any], None]) -> Any:
        from tunembed import tuning

        return tuning.benchmark_own(
            folder,
            database=options.open_database(database),
            trials=trials,
            threads=threads,
            random_state=seed,
            compare_with_search=search,
            progress=progress,
        )

    _run(run, as_json, folder)


@app.command()
def polybench(
    path: Annotated[Path, typer.Option(help="A copy of PolyBench/C 4.2.1.")],
    dataset: Annotated[str, typer.Option(help="MINI to EXTRALARGE.")] = "LARGE",
    database: options.Database = None,
    trials: options.Trials = 10,
    threads: options.Threads = None,
    seed: options.Seed = 0,
    near_copies: Annotated[
        bool, typer.Option(help="Use known nests that are equal up to names.")
    ] = True,
    as_json: options.Json = False,
) -> None:
    """Tune the 30 kernels of PolyBench/C against gcc and Polly."""

    def run(progress: Callable[[Any], None]) -> Any:
        from tunembed import tuning

        return tuning.benchmark_polybench(
            path,
            dataset=dataset,
            database=options.open_database(database),
            trials=trials,
            threads=threads,
            random_state=seed,
            near_copies=near_copies,
            progress=progress,
        )

    _run(run, as_json, path)


@app.command()
def expert(
    path: Annotated[Path, typer.Option(help="A copy of PolyBench/C 4.2.1.")],
    dataset: Annotated[str, typer.Option(help="MINI to EXTRALARGE.")] = "LARGE",
    threads: options.Threads = None,
    as_json: options.Json = False,
) -> None:
    """Apply the schedules written by hand for PolyBench/C."""

    def run(progress: Callable[[Any], None]) -> Any:
        from tunembed import tuning

        return tuning.benchmark_expert(
            path, dataset=dataset, threads=threads, progress=progress
        )

    _run(run, as_json, path)


@app.command()
def spmm(
    database: options.Database = None,
    trials: options.Trials = 10,
    threads: options.Threads = None,
    seed: options.Seed = 0,
    as_json: options.Json = False,
) -> None:
    """Tune the CSR sparse-dense product against MKL."""

    def run(progress: Callable[[Any], None]) -> Any:
        from tunembed import tuning

        return tuning.benchmark_spmm(
            database=options.open_database(database),
            trials=trials,
            threads=threads,
            random_state=seed,
            progress=progress,
        )

    _run(run, as_json)


@app.command()
def gemm(
    threads: options.Threads = None,
    seed: options.Seed = 0,
    as_json: options.Json = False,
) -> None:
    """Time the scheduled dense product against OpenBLAS."""

    def run(progress: Callable[[Any], None]) -> Any:
        from tunembed import tuning

        return tuning.benchmark_gemm(
            threads=threads, random_state=seed, progress=progress
        )

    _run(run, as_json)


def _run(
    run: Callable[[Callable[[Any], None]], Any],
    as_json: bool,
    folder: Path | None = None,
) -> None:
    with reporting("Every finished trial is in the tuning database."):
        if folder is not None and not folder.is_dir():
            raise CommandError(f"There is no folder {folder}.")
        from tunembed.cli import _display

        with _display.Live(1, "benchmark") as live:
            result = run(live)
        if as_json:
            typer.echo(result.to_json())
            return
        console = _display.console()
        # A schedule would leave no room for the figures; --json has it.
        narrow = result.table_.drop(columns="schedule", errors="ignore")
        console.print(_display.frame_table(narrow))
        console.print()
        console.print(_display.pairs_table(result.summary_))
