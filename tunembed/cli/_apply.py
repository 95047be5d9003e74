"""`tunembed apply`: rewrite a kernel by a schedule of one's own."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from pathlib import Path
from typing import Annotated

import typer

from tunembed.cli import _options as options
from tunembed.cli._errors import reporting
from tunembed.cli._files import output_beside, write_whole


def apply(
    kernel: options.KernelFile,
    schedule: options.ScheduleText,
    function: options.Function = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="Default: KERNEL.scheduled.c beside the kernel."
        ),
    ] = None,
    strict_fp: options.StrictFp = False,
    assume_noalias: options.NoAlias = False,
) -> None:
    """Prove a schedule legal and write the kernel it makes; run nothing."""
    with reporting():
        options.check_kernel(kernel)
        target = output_beside(kernel, output, "scheduled")

        from tunembed import tuning

        applied = tuning.apply(
            kernel,
            schedule,
            function=function,
            strict_fp=strict_fp,
            assume_noalias=assume_noalias,
        )
        write_whole(target, applied.source_)
        typer.echo(f"{target}: {applied.schedule_ or 'no steps'}")
        for permission in applied.permissions_:
            typer.echo(f"uses a permission: {permission}")
