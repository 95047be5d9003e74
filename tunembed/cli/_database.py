"""`tunembed db`: look after tuning databases."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import json
from pathlib import Path
from typing import Annotated

import typer

from tunembed.cli import _options as options
from tunembed.cli._errors import CommandError, reporting

app = typer.Typer(help="Look after tuning databases.", no_args_is_help=True)

_UNCHANGED = "The database is as it was."


@app.command()
def info(database: options.Database = None, as_json: options.Json = False) -> None:
    """Say what is in a database, and in the one that ships with tunembed."""
    with reporting():
        found = options.open_database(database, must_exist=True).info()
        if as_json:
            typer.echo(json.dumps(found, indent=2))
            return
        from tunembed.cli import _display

        _display.console().print(_display.pairs_table(found))


@app.command()
def merge(
    others: Annotated[list[Path], typer.Argument(help="Databases to take over.")],
    database: options.Database = None,
) -> None:
    """Add the records of other databases to one."""
    with reporting(_UNCHANGED):
        target = options.open_database(database)
        for other in others:
            new = target.merge(other)
            typer.echo(f"{other}: {new} new records in {target.path}")


@app.command()
def export(
    file: Annotated[Path, typer.Argument(help=".csv, .json, .parquet or .sqlite")],
    database: options.Database = None,
    shipped: Annotated[
        bool, typer.Option("--shipped", help="Also the records that ship.")
    ] = False,
) -> None:
    """Write the records of a database to a file for other tools."""
    with reporting(f"{file} is as it was."):
        source = options.open_database(database, must_exist=True)
        source.shipped = shipped
        if not (shipped or source.path.exists()):
            raise CommandError(
                f"There is no tuning database {source.path} yet; --shipped exports "
                "the records that ship with tunembed."
            )
        typer.echo(f"{source.export(file)} records in {file}")


@app.command("import")
def import_(
    files: Annotated[list[Path], typer.Argument(help="Exported files.")],
    database: options.Database = None,
) -> None:
    """Add the records of exported files, checking each."""
    with reporting(_UNCHANGED):
        target = options.open_database(database)
        for file in files:
            new = target.import_(file)
            typer.echo(f"{file}: {new} new records in {target.path}")
