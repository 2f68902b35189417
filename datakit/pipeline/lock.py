"""One datakit process at a time in a workspace."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from datakit.core.errors import LockHeldError, Problem, UsageError


@contextmanager
def locked(path: Path, command: str) -> Iterator[None]:
    """Hold the lock file `path` for `command`. The kernel frees it when the process ends, however it ends.

    Raises:
        LockHeldError: another process holds it; the message names it.
        UsageError: a launcher has started this very command several times.
    """
    started = os.environ.get("WORLD_SIZE", "1")  # set by torchrun and `accelerate launch`
    if started != "1":
        raise UsageError(
            Problem(
                where="WORLD_SIZE",
                got=f"a launcher has started datakit {started} times",
                fix=f"start it once; datakit finetune --processes {started} starts what trains together itself",
            )
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            raise LockHeldError(
                Problem(where=str(path), got=f"held by {file.read().strip()}", fix="wait for it, or stop it")
            ) from error
        file.truncate(0)
        file.write(f"process {os.getpid()}: datakit {command}")
        file.flush()
        yield
