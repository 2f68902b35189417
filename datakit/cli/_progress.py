"""Shows that something happens: a bar on a terminal, lines in a log, objects for a machine; on standard error."""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import click

from datakit.pipeline.events import Event, Listener, nobody

#: How progress is told; auto is a bar on a terminal, else text.
LOGS = ("auto", "text", "json")
VARIABLE = "DATAKIT_LOG"

LOG_EVERY = {"text": 30.0, "json": 5.0}  # seconds between two lines about the progress of one stage

_MINUTE, _HOUR = 60, 3600


@contextmanager
def progress(*, silent: bool, log: str | None = None) -> Iterator[Listener]:
    """Give a listener that shows events on standard error for as long as the block lasts.

    Args:
        silent: nothing is shown, whatever else is asked for.
        log: one of LOGS; by default what the environment variable DATAKIT_LOG says, else auto.
    """
    chosen = log or _by_environment()
    if silent:
        yield nobody
    elif chosen == "auto" and sys.stderr.isatty():
        with _bar() as listener:
            yield listener
    else:
        yield Log(_as_json if chosen == "json" else _as_text, LOG_EVERY["json" if chosen == "json" else "text"])


def _by_environment() -> str:
    from datakit.core.errors import Problem, UsageError
    from datakit.core.names import suggest

    log = os.environ.get(VARIABLE) or "auto"
    if log not in LOGS:
        raise UsageError(Problem(where=VARIABLE, got=repr(log), fix=suggest(log, LOGS)))
    return log


@contextmanager
def _bar() -> Iterator[Listener]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
    from rich.table import Column

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description:<9}"),
        BarColumn(bar_width=20),
        TimeElapsedColumn(),
        # What is told gives way on a narrow terminal, not the others.
        TextColumn("{task.fields[told]}", style="dim", table_column=Column(ratio=1, no_wrap=True)),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True, expand=True) as bars:
        tasks: dict[str, int] = {}
        pace = Pace()

        def listener(event: Event) -> None:
            eta = pace.left(event)
            if event.kind == "started":
                tasks[event.stage] = bars.add_task(event.stage, total=None, told="")
            elif event.kind == "progress":
                told = _steps(event, eta)
                bars.update(tasks[event.stage], completed=event.done, total=event.total, told=told)  # type: ignore[arg-type]
            elif event.stage in tasks:
                bars.remove_task(tasks.pop(event.stage))  # type: ignore[arg-type]
            if event.kind == "retrying":
                bars.console.print(f"{event.stage}: {event.note}", markup=False, highlight=False)

        yield listener


class Pace:
    """Tells how long stages will still take, from the steps that were seen.

    What a resumed training did before it was killed counts nothing: it took no time now.
    """

    def __init__(self) -> None:
        self._first: dict[str, tuple[float, int]] = {}

    def left(self, event: Event) -> float | None:
        """Return the seconds that are left of the stage of an event; None where that is not known."""
        if event.kind != "progress":
            self._first.pop(event.stage, None)
            return None
        now = time.monotonic()
        since, before = self._first.setdefault(event.stage, (now, event.done))
        done = event.done - before
        return round((now - since) / done * (event.total - event.done), 1) if done > 0 else None


@dataclass
class Log:
    """A line when a stage starts and ends, and now and then in between."""

    write: Callable[[Event, float | None], None]  #: gets an event, and the seconds that are left of its stage
    every: float  #: seconds between two lines about progress
    _pace: Pace = field(default_factory=Pace)
    _last: float = field(default_factory=time.monotonic)

    def __call__(self, event: Event) -> None:
        """Write the event if it is worth a line."""
        now, eta = time.monotonic(), self._pace.left(event)
        if event.kind != "progress" or now - self._last >= self.every:
            self.write(event, eta)
            self._last = now


def _as_json(event: Event, eta: float | None) -> None:
    steps = event.kind == "progress"
    told = {
        "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "stage": event.stage,
        "kind": event.kind,
        "done": event.done if steps else None,
        "total": event.total if steps else None,
        "eta": eta,
        "seconds": event.seconds,
        "note": event.note,
    }
    click.echo(json.dumps(told, ensure_ascii=False), err=True)


def _as_text(event: Event, eta: float | None) -> None:
    match event.kind:
        case "progress":
            told = _steps(event, eta)
        case "started":
            told = "started"
        case "ran":
            told = f"done in {event.seconds:.1f} s"
        case "retrying":
            told = event.note
        case _:  # a hit is nothing that happens; an error is told at the end
            return
    click.echo(f"{event.stage}: {told}", err=True)


def _steps(event: Event, eta: float | None) -> str:
    counted = f"{event.done:,} of {event.total:,}"
    left = f"{_spoken(eta)} left" if eta is not None else ""
    return " · ".join(part for part in (counted, left, event.note) if part)


def _spoken(seconds: float) -> str:
    if seconds < _MINUTE:
        return f"{seconds:.0f} s"
    return f"{seconds / _MINUTE:.0f} min" if seconds < _HOUR else f"{seconds / _HOUR:.1f} h"
