"""One datakit process at a time in a workspace."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from datakit.core.errors import LockHeldError, Problem


@contextmanager
def locked(path: Path, command: str) -> Iterator[None]:
    """Hold the lock file `path` for `command`. The kernel frees it when the process ends, however it ends.

    Raises:
        LockHeldError: another process holds it; the message names it.
    """
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
