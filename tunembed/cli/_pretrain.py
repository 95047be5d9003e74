"""`tunembed pretrain`: train the encoder of LLVM IR on a corpus."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from tunembed.cli._errors import CommandError, reporting

_OBJECTIVES = ("words", "nodes", "edges", "matching", "counters", "optimised")
_MODALITIES = ("text", "graph")


def pretrain(
    corpus: Annotated[
        Path, typer.Argument(help="A folder of `tunembed corpus build`.")
    ],
    output: Annotated[Path, typer.Argument(help="The file of weights, .npz.")],
    work: Annotated[
        Path, typer.Option(help="Where arrays, checkpoints and curves are kept.")
    ] = Path("pretraining"),
    epochs: Annotated[float, typer.Option(min=0.0, help="Passes over it.")] = 3.0,
    batch: Annotated[int, typer.Option(min=2, help="Functions per step.")] = 64,
    rate: Annotated[float, typer.Option(help="Learning rate.")] = 2e-3,
    seed: Annotated[int, typer.Option(help="Of all that is random.")] = 0,
    without: Annotated[
        list[str] | None,
        typer.Option(help=f"Leave out {', '.join(_OBJECTIVES)}; repeatable."),
    ] = None,
    modality: Annotated[
        str, typer.Option(help="both, text or graph: which networks.")
    ] = "both",
    start: Annotated[
        str | None,
        typer.Option(help='Weights to go on from; "default": the shipped ones.'),
    ] = None,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
    jobs: Annotated[int, typer.Option(help="Processes that read; -1: all.")] = 1,
) -> None:
    """Train the encoder of LLVM IR on a corpus; goes on where it stopped.

    Needs the extra `pretrain`. The networks, what they are trained for, and how to
    judge them are on the documentation's page about the encoder.
    """
    with reporting("The checkpoint is kept; the same command goes on from there."):
        left_out = set(without or ())
        if unknown := left_out - set(_OBJECTIVES):
            raise CommandError(
                f"there is no objective {sorted(unknown)[0]!r}; there are "
                f"{', '.join(_OBJECTIVES)}"
            )
        if modality not in ("both", *_MODALITIES):
            raise CommandError(f"modality is both, text or graph, not {modality!r}")
        from tunembed.cli import _display
        from tunembed.corpus import Corpus
        from tunembed.embeddings import MIREncoder

        with _stages() as progress:
            try:
                encoder = MIREncoder.pretrain(
                    Corpus(corpus),
                    output,
                    folder=work,
                    training={
                        "epochs": epochs,
                        "batch_size": batch,
                        "learning_rate": rate,
                        "seed": seed,
                        "objectives": tuple(
                            name for name in _OBJECTIVES if name not in left_out
                        ),
                        "modalities": _MODALITIES
                        if modality == "both"
                        else (modality,),
                    },
                    start=start,
                    device=device,
                    n_jobs=None if jobs == 1 else jobs,
                    progress=progress,
                )
            except ImportError as error:
                raise CommandError(str(error)) from error
        metrics = encoder.read_card()["metrics"]
        _display.console().print(_display.pairs_table(metrics))


@contextmanager
def _stages() -> Iterator[Any]:
    """Show a bar for every stage, with the losses of late."""
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    from tunembed.cli import _display

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[losses]}"),
    )
    with Progress(*columns, console=_display.console(stderr=True)) as bar:
        tasks: dict[str, Any] = {}

        def show(stage: str, done: int, total: int, losses: dict[str, float]) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(stage, total=total, losses="")
            text = ", ".join(f"{name} {value:.3f}" for name, value in losses.items())
            bar.update(tasks[stage], completed=done, losses=text)

        yield show
