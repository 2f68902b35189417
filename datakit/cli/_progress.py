"""Shows that something happens: a bar on a terminal, a line a stage in a log."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import click

from datakit.pipeline.events import Event, Listener, nobody

LOG_EVERY = 30.0  # seconds between two lines of one stage in a log


@contextmanager
def progress(*, silent: bool) -> Iterator[Listener]:
    """Give a listener that shows events on standard error for as long as the block lasts."""
    if silent:
        yield nobody
    elif sys.stderr.isatty():
        with _bar() as listener:
            yield listener
    else:
        yield _Lines()


@contextmanager
def _bar() -> Iterator[Listener]:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        SpinnerColumn,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description:<9}"),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TimeRemainingColumn(elapsed_when_finished=True),
        TextColumn("{task.fields[note]}", style="dim"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        tasks: dict[str, int] = {}

        def listener(event: Event) -> None:
            if event.kind == "started":
                tasks[event.stage] = bars.add_task(event.stage, total=None, note="")
            elif event.kind == "progress":
                bars.update(tasks[event.stage], completed=event.done, total=event.total, note=event.note)  # type: ignore[arg-type]
            elif event.stage in tasks:
                bars.remove_task(tasks.pop(event.stage))  # type: ignore[arg-type]

        yield listener


class _Lines:
    """One line when a stage starts and ends, and now and then in between."""

    def __init__(self) -> None:
        self._last = time.monotonic()

    def __call__(self, event: Event) -> None:
        """Print the event if it is worth a line."""
        if event.kind == "progress":
            if time.monotonic() - self._last < LOG_EVERY:
                return
            click.echo(f"{event.stage}: {event.done:,} of {event.total:,} {event.note}".rstrip(), err=True)
        elif event.kind == "started":
            click.echo(f"{event.stage}: started", err=True)
        elif event.kind == "ran":
            click.echo(f"{event.stage}: done in {event.seconds:.1f} s", err=True)
        self._last = time.monotonic()
