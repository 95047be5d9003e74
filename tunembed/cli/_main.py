"""The command `tunembed` and what all its subcommands hang on."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from typing import Annotated

import typer

from tunembed import __version__
from tunembed.cli import (
    _apply,
    _benchmark,
    _campaign,
    _compare,
    _corpus,
    _database,
    _evaluate,
    _explain,
    _pretrain,
    _survey,
    _tune,
)

app = typer.Typer(
    name="tunembed",
    help="Make C/OpenMP kernels faster by what made similar ones fast.",
    epilog="Exit codes: 0 faster, 3 no improvement (original kept), 2 bad input.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("tune")(_tune.tune)
app.command("explain")(_explain.explain)
app.command("apply")(_apply.apply)
app.command("campaign")(_campaign.campaign)
app.command("evaluate")(_evaluate.evaluate)
app.command("pretrain")(_pretrain.pretrain)
app.command("compare")(_compare.compare)
app.add_typer(_benchmark.app, name="benchmark")
app.add_typer(_corpus.app, name="corpus")
app.add_typer(_database.app, name="db")
app.add_typer(_survey.app, name="survey")


def main(arguments: list[str] | None = None) -> None:
    """Run the command line.

    Parameters
    ----------
    arguments : list of str or None
        What follows the command's name; None takes it from the process.

    Raises
    ------
    SystemExit
        Always, with the exit code: 0 done or faster, 2 bad input, 3 no improvement
        found, 130 interrupted.
    """
    app(args=arguments, prog_name="tunembed")


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"tunembed {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option(
            "--version", is_eager=True, callback=_show_version, help="Show the version."
        ),
    ] = False,
) -> None:
    pass
