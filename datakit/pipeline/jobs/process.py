"""Jobs as processes, each in a group of its own that can be ended as a whole."""

import fcntl
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from datakit.pipeline.jobs.schedule import UNSEEN, Running, Scheduled

GRACE = 10.0  # seconds between asking a group to end and making it


def command_of(job: Scheduled, python: str = sys.executable) -> list[str]:
    """Return the command that runs a job once."""
    return [python, "-m", "datakit", "job", "run", str(job.recipe)]


@dataclass(frozen=True, kw_only=True)
class Processes:
    """Starts each job by its command.

    While it runs it holds a lock on `<name>.running`, which it has inherited: the kernel frees it when the job has
    ended, however it ended and whether its scheduler still lives or not. The file names the group.
    """

    project: Path
    folder: Path  #: of the lock files
    command: Callable[[Scheduled], list[str]] = command_of

    def start(self, job: Scheduled) -> Running:
        """Start a job."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._file(job).open("w") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            process = subprocess.Popen(  # noqa: S603  (our own command)
                self.command(job),
                cwd=self.project,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                pass_fds=(held.fileno(),),
            )
            held.write(str(process.pid))
        return _Child(process)

    def left(self, job: Scheduled) -> Running | None:
        """Return the job as a killed scheduler has left it running, if so."""
        running = _Left(self._file(job))
        return running if running.poll() is None else None

    def _file(self, job: Scheduled) -> Path:
        return self.folder / f"{job.name}.running"


@dataclass(frozen=True)
class _Child:
    process: subprocess.Popen[bytes]

    def poll(self) -> int | None:
        return self.process.poll()

    def kill(self) -> None:
        _end(self.process.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(GRACE)
        _end(self.process.pid, signal.SIGKILL)  # the group may live on without its leader
        self.process.wait()


@dataclass(frozen=True)
class _Left:
    """A job whose scheduler is gone: how it ends cannot be seen, only that it has."""

    held: Path

    def poll(self) -> int | None:
        if not self.held.exists():
            return UNSEEN
        with self.held.open("r+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return None
            return UNSEEN

    def kill(self) -> None:
        _end(int(self.held.read_text() or 0), signal.SIGKILL)


def _end(group: int, how: signal.Signals) -> None:
    if group:  # 0 would be our own
        with suppress(ProcessLookupError):
            os.killpg(group, how)
