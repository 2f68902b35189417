"""A stage with a limit of time runs in a process of its own, which is ended with all that it has started.

A signal to this process would wait for Python to go on, which it never does where a C extension hangs; a thread
waits for the interpreter's lock, which such an extension may hold. Another process can always be killed. Nothing
is lost by that: what a stage has written counts only after we have moved it into the store.
"""

import multiprocessing
import os
import pickle
import signal
import threading
import traceback
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

from datakit.core.errors import Problem, TimedOutError, TransientError
from datakit.core.findings import Report
from datakit.core.orphans import die_with_parent
from datakit.pipeline.stages import Context, Stage

_GRACE = 10.0  # seconds for a process to end by itself that has done its work


def run_limited(stage: Stage, context: Context, seconds: float) -> Report:
    """Run a stage for at most so many seconds of wall time; it costs a fresh process with its imports.

    Raises:
        TimedOutError: time was up; the process and all of its group are gone.
        TransientError: the process was killed.
        Exception: whatever the stage has raised, with its traceback as a note.
    """
    spawning = multiprocessing.get_context("spawn")  # a fork of a process with threads may deadlock
    reader, writer = spawning.Pipe(duplex=False)
    process = spawning.Process(
        target=_work, args=(stage, replace(context, progress=_unheard), writer, os.getpid())
    )
    process.start()
    writer.close()
    over = threading.Event()

    def end() -> None:
        over.set()
        _end(process)

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        for kind, value in _messages(reader):
            match kind:
                case "progress":
                    context.progress(*value)
                case "failed":
                    raise value
                case _:
                    process.join(_GRACE)
                    report: Report = value
                    return report
        process.join()
        raise _ended(stage.name, seconds if over.is_set() else None, process.exitcode)
    finally:
        timer.cancel()
        timer.join()  # it must not end a group that has this number later
        _end(process)
        process.join()
        reader.close()


def _messages(reader: Connection) -> Iterator[tuple[str, Any]]:
    """Yield what the process tells, until it has ended."""
    while True:
        try:
            yield reader.recv()
        except (EOFError, OSError):  # OSError: killed in the middle of a message
            return


def _end(process: BaseProcess) -> None:
    """Kill the process and its group; it leads one as soon as it runs."""
    if process.pid is not None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()


def _ended(stage: str, limit: float | None, code: int | None) -> Exception:
    """Return what to say of a process that has ended without a word."""
    if limit is not None:
        return TimedOutError(
            Problem(
                where=f"timeouts.{stage}",
                got=f"{stage} was ended with all its processes after {limit:g} seconds",
                fix=f"allow it more, e.g. --set timeouts.{stage}={2 * limit:g}; the same command goes on: "
                "finished stages stand, a training begins at its last checkpoint",
            )
        )
    if code is not None and code < 0:
        how = signal.Signals(-code).name
        return TransientError(
            Problem(where=stage, got=f"its process was killed ({how})", fix="see whether memory was short")
        )
    return RuntimeError(f"the process of {stage} ended with {code}, without a word")


def _work(stage: Stage, context: Context, told: Connection, parent: int) -> None:
    os.setsid()  # first of all: by its group it is ended, and Ctrl-C at the terminal is for the parent alone
    die_with_parent(parent)
    try:
        report = stage.run(replace(context, progress=lambda *steps: told.send(("progress", steps))))
        told.send(("done", report))
    except Exception as error:  # noqa: BLE001  (raised again by the parent)
        told.send(("failed", _sendable(error)))


def _sendable(error: Exception) -> Exception:
    """Return the error with its traceback as a note; one that cannot be sent is told in words."""
    error.add_note("".join(traceback.format_exception(error)))
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301  (our own)
    except Exception:  # noqa: BLE001  (whatever pickling raises)
        return RuntimeError("".join(traceback.format_exception(error)))
    return error


def _unheard(*_: Any) -> None:  # noqa: ANN401
    """Stand in for what cannot be sent to another process."""
