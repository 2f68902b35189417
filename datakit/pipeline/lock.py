"""One datakit process at a time in a workspace."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from datakit.core.errors import LockHeldError, Problem, UsageError


@contextmanager
def locked(path: Path, command: str, *, shared: bool = False) -> Iterator[None]:
    """Hold the lock file `path` for `command`. The kernel frees it when the process ends, however it ends.

    Args:
        path: the file.
        command: what the holder does, for the message of who comes later.
        shared: whether others that say so may hold it too; nobody else may.

    Raises:
        LockHeldError: another process holds it; the message names it.
        UsageError: a launcher has started this very command several times, or a folder of the workspace leads
            out of it.
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
    _require_own(path.parent)
    with path.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            raise LockHeldError(
                Problem(where=str(path), got=f"held by {file.read().strip()}", fix="wait for it, or stop it")
            ) from error
        file.truncate(0)
        file.write(f"process {os.getpid()}: datakit {command}")
        file.flush()
        yield


def _require_own(root: Path) -> None:
    """See that what is written or cleared away below `root` is there and nowhere else.

    The folder itself may be a link, to a larger disk. Two levels are looked at: below them nothing is written but
    in folders that were just made.
    """
    above = [root, *(path for path in root.iterdir() if path.is_dir() and not path.is_symlink())]
    links = [path for folder in above for path in folder.iterdir() if path.is_symlink()]
    if links:
        fix = "remove the link; only the folder .datakit itself may be one"
        told = (
            Problem(where=str(path), got=f"is a symbolic link, to {path.readlink()}", fix=fix) for path in links
        )
        raise UsageError(*told)
