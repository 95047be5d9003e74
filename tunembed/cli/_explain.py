"""`tunembed explain`: nests, features, neighbours and why, without running anything."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import typer

from tunembed.cli import _options as options
from tunembed.cli._errors import reporting

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
) -> None:
    """Print nests, features, neighbours and why; run nothing."""
    with reporting():
        options.check_kernel(kernel)
        sizes = options.parse_sizes(size)

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
