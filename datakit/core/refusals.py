"""What the operating system refuses, told as errors that a user can mend."""

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from datakit.core.errors import DatakitError, Problem, TransientError, UsageError

#: What time may mend: room is made, a quota raised, a server comes back, a process ends.
_PASSING = {
    errno.ENOSPC: "make room on the disk, then run the same command again",
    errno.EDQUOT: "make room within your quota, then run the same command again",
    errno.EIO: "see whether the disk is sound, then run the same command again",
    errno.ESTALE: "see whether the file server is up, then run the same command again",
    errno.ETIMEDOUT: "see whether the file server is up, then run the same command again",
    errno.EBUSY: "run the same command again when it is free",
    errno.EAGAIN: "run the same command again when the machine has less to do",
    errno.ENOMEM: "run the same command again when there is more free memory",
    errno.EMFILE: "allow more open files (ulimit -n), then run the same command again",
    errno.ENFILE: "run the same command again when fewer files are open",
}
#: What stays refused until someone changes something.
_STANDING = {
    errno.EACCES: "change the permissions of the path, or work in a folder of yours",
    errno.EPERM: "change the owner or the flags of the path, or work in a folder of yours",
    errno.EROFS: "work in a folder that can be written to",
    errno.EFBIG: "raise the limit on the size of files (ulimit -f)",
    errno.ENOTDIR: "remove or rename the file that stands where a folder is needed",
    errno.EISDIR: "remove or rename the folder that stands where a file is needed",
    errno.ENAMETOOLONG: "work in a folder with a shorter path",
    errno.ELOOP: "mend the symbolic links of the path",
}

# The words of Rust's standard library, in which safetensors and tokenizers tell what the system has said to them.
_OF_RUST = re.compile(r"\(os error (\d+)\)")


@contextmanager
def refusals_told(where: Path) -> Iterator[None]:
    """Turn what the system refuses into an error with path, reason and remedy; nothing else is touched.

    Args:
        where: named where the error itself names no path.

    Raises:
        TransientError: time may mend it: no space, an input/output error, too many open files.
        UsageError: it stays so until someone changes something: no permission, a read-only disk.
    """
    try:
        yield
    except DatakitError:
        raise
    except Exception as error:
        told = told_of(error, where)
        if told is None:
            raise
        raise told from error


def told_of(error: Exception, where: Path) -> DatakitError | None:
    """Return the error for what the system has refused, None for any other error."""
    code = error.errno if isinstance(error, OSError) else _hidden(error)
    if code is None or code not in _PASSING | _STANDING:
        return None
    named = getattr(error, "filename", None)
    place = os.fsdecode(named) if isinstance(named, str | bytes | os.PathLike) else str(where)
    kind, fix = (TransientError, _PASSING[code]) if code in _PASSING else (UsageError, _STANDING[code])
    return kind(Problem(where=place, got=os.strerror(code).lower(), fix=fix))


def _hidden(error: Exception) -> int | None:
    found = _OF_RUST.search(str(error))
    return int(found[1]) if found else None
