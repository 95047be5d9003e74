"""Tables and live progress in a terminal; the only file that imports rich."""

# Authors: The tunembed developers
# SPDX-License-Identifier: BSD-3-Clause

import math
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Any

from rich.console import Console, Group
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    import pandas as pd

# Columns where a terminal is not there to tell its width.
_WIDTH = 120
_ABSENT = "–"


def console(*, stderr: bool = False) -> Console:
    """Return a console on standard output or error, wide enough when it is a file."""
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else _WIDTH
    return Console(stderr=stderr, width=width, highlight=False, soft_wrap=False)


def seconds(value: float) -> str:
    """Return a time with three digits and its unit."""
    if value is None or math.isnan(value):
        return _ABSENT
    for unit, scale in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if value >= scale:
            return f"{value / scale:.3g} {unit}"
    return f"{value / 1e-9:.3g} ns"


def ratio(value: float, low: float = math.nan, high: float = math.nan) -> str:
    """Return a speedup, with its interval if it has one."""
    if value is None or math.isnan(value):
        return _ABSENT
    interval = "" if math.isnan(low) else f" [{low:.2f}, {high:.2f}]"
    return f"{value:.2f}×{interval}"


def yes(value: Any) -> Text:
    """Return a truth value as a coloured word; absent values as a dash."""
    if value is None or value != value:
        return Text(_ABSENT)
    return Text("yes", "green") if value else Text("no", "red")


@contextmanager
def counting(what: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar on standard error; what is given takes the steps done, and all."""
    columns = TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


@contextmanager
def corpus_progress() -> Iterator[Callable[[str, int, int, int], None]]:
    """Show a build on standard error: a bar, or one line per package in a file.

    What is given takes a package, its units done, all its units, and the functions.
    """
    screen = console(stderr=True)
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    bar = Progress(
        *columns, TimeElapsedColumn(), console=screen, disable=not screen.is_terminal
    )
    with bar:
        task = bar.add_task("evaluation sets", total=None)

        def show(package: str, done: int, total: int, functions: int) -> None:
            text = f"{package}: {functions} functions"
            bar.update(task, description=text, completed=done, total=total)
            if done == total and not screen.is_terminal:
                screen.print(text)

        yield show


def scores_table(scores: "pd.DataFrame") -> Table:
    """Return the scores of models, a block of lines for each part of the samples."""
    table = _table()
    for name in (
        "part",
        "model",
        "samples",
        "accuracy",
        "geometric mean [95 %]",
        "mean",
        "of oracle",
        "abstains",
    ):
        table.add_column(name, no_wrap=True)
    last = None
    for row in scores.to_dict("records"):
        if last not in (None, row["part"]):
            table.add_section()
        spread = f" ± {row['accuracy_std']:.1%}" if row["seeds"] > 1 else ""
        table.add_row(
            "" if row["part"] == last else row["part"],
            row["model"],
            str(row["samples"]),
            f"{row['accuracy']:.1%}{spread}",
            f"{row['geo_speedup']:.3f}× [{row['low']:.2f}, {row['high']:.2f}]",
            f"{row['mean_speedup']:.2f}×",
            f"{row['oracle_share']:.1%}",
            f"{row['abstention']:.0%}",
        )
        last = row["part"]
    return table


def trials_table(trials: "pd.DataFrame", title: str) -> Group:
    """Return the candidates of a run, one line each, with what became of them."""
    table = _table()
    for name in ("trial", "legal", "verified", "median", "speedup [95 %]", "compiler"):
        table.add_column(name, no_wrap=True)
    table.add_column("schedule", overflow="fold")
    for row in trials.to_dict("records"):
        fate = row.get("reason") or ("" if row["status"] == "ok" else row["status"])
        table.add_row(
            str(row["trial"]),
            yes(row["legal"]),
            yes(row["verified"]),
            seconds(row["seconds"]),
            ratio(row["speedup"], row["low"], row["high"]),
            row.get("compiler") or _ABSENT,
            Text.assemble(row["schedule"] or "(original)", (f"  {fate}", "yellow")),
        )
    return _titled(title, table)


def frame_table(frame: "pd.DataFrame", title: str | None = None) -> Group:
    """Return any DataFrame as a table."""
    table = _table()
    for name in frame.columns:
        table.add_column(str(name), overflow="fold")
    for row in frame.itertuples(index=False):
        table.add_row(*(Text(cell(value)) for value in row))
    return _titled(title, table)


def pairs_table(values: Mapping[str, Any]) -> Table:
    """Return names and values, one pair per line."""
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in values.items():
        table.add_row(name.replace("_", " "), Text(cell(value)))
    return table


def _table() -> Table:
    return Table(box=None, pad_edge=False, header_style="dim")


def _titled(title: str | None, table: Table) -> Group:
    """Put a title above a table, however narrow the table is."""
    return Group(*([Text(title, "bold")] if title else []), table)


def cell(value: Any) -> str:
    """Return a value as the text of a table's cell."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None or value != value:
        return _ABSENT
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, Mapping):
        return ", ".join(f"{k} {v}" for k, v in value.items()) or _ABSENT
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or _ABSENT
    return str(value)


class Live:
    """Progress of a run on standard error; call it with the run's events.

    A terminal shows a bar; a file gets one line per finished trial.
    """

    def __init__(self, total: int, what: str) -> None:
        self.console = console(stderr=True)
        self.best = math.nan
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self.console,
            transient=True,
            disable=not self.console.is_terminal,
        )
        self._task = self._progress.add_task(what, total=total)

    def __enter__(self) -> "Live":
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def __call__(self, event: Mapping[str, Any]) -> None:
        """Show one event; see `tunembed.tuning.tune` for what there is."""
        show = getattr(self, f"_{event['kind']}", None)
        if show is not None:
            show(event)

    def _parsed(self, event: Mapping[str, Any]) -> None:
        self._progress.update(self._task, description="normalizing")

    def _normalized(self, event: Mapping[str, Any]) -> None:
        self._progress.update(self._task, description="asking the neighbours")

    def _neighbors(self, event: Mapping[str, Any]) -> None:
        self._progress.update(self._task, description="measuring")

    def _trial(self, event: Mapping[str, Any]) -> None:
        speedup = event.get("speedup", math.nan)
        if event.get("verified") and not speedup <= self.best:
            self.best = speedup
        text = f"best {ratio(self.best)}"
        self._progress.update(self._task, advance=1, description=text)
        status = event.get("status", "ok")
        told = ratio(speedup) if status == "ok" else status
        line = Text.assemble((f"{told:>10}  ", "cyan"), str(event.get("schedule", "")))
        self.console.print(line, overflow="ellipsis", no_wrap=True)

    def _kernel(self, event: Mapping[str, Any]) -> None:
        number, total = event["number"], event["total"]
        self._progress.update(
            self._task, total=total, completed=number, description=event["kernel"]
        )
        told = ratio(event.get("speedup", math.nan))
        text = f"{number:>3}/{total}  {event['kernel']:<24} {told:>9}"
        line = Text.assemble(text, f"  {event.get('status', '')}")
        self.console.print(line, overflow="ellipsis", no_wrap=True)
