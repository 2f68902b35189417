"""Files as every room writes and digests them."""

import os
import time
from collections.abc import Iterable
from contextlib import suppress
from glob import escape
from hashlib import file_digest, sha256
from pathlib import Path
from secrets import token_hex
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")


def to_json(value: Any) -> bytes:  # noqa: ANN401  (anything msgspec can encode)
    """Return `value` as indented JSON with a final newline; mappings keep their order."""
    return msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n"


def from_json(data: bytes, kind: type[T]) -> T:
    """Return the value of type `kind` that `to_json` wrote."""
    return msgspec.json.decode(data, type=kind)


def to_json_lines(rows: Iterable[Any]) -> bytes:
    """Return one line of JSON a row."""
    return b"".join(msgspec.json.encode(row) + b"\n" for row in rows)


def write_atomically(path: Path, data: bytes) -> None:
    """Write `data` so that a reader, or a crash at any moment, sees the old file or the new one.

    What a killed writer of the same file has left beside it is cleared away when it is an hour old: no process
    writes that long, and one at work, on this machine or another, must not lose its file.

    Raises:
        OSError: the system refuses; it names the path, and nothing is left beside it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    for left in path.parent.glob(f".{escape(path.name)}.*{_ASIDE}"):
        with suppress(FileNotFoundError):
            if time.time() - left.stat().st_mtime > _ABANDONED:
                left.unlink()
    # Drawn, not the process id: on a shared file system two machines may have the same.
    temporary = path.with_name(f".{path.name}.{token_hex(6)}{_ASIDE}")
    try:
        with temporary.open("xb") as file:  # never through a link that somebody has put there
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException as error:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        if isinstance(error, OSError):
            error.filename = str(path)  # a write or a sync that fails names none
        raise


def sweep(folder: Path, places: str) -> None:
    """Remove what killed writers have left; only where no other process writes.

    Args:
        folder: above the places.
        places: the folders to look into, as a pattern that ends with a slash, or nothing for `folder` itself.
    """
    for left in folder.glob(f"{places}.*{_ASIDE}"):
        left.unlink(missing_ok=True)


_ASIDE = ".tmp"
_ABANDONED = 3600.0  # seconds


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file's content, in hex."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def digest_of_tree(folder: Path) -> str:
    """Return one SHA-256 over the names and contents of all files below `folder`, in hex."""
    whole = sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        whole.update(f"{path.relative_to(folder).as_posix()}\0{digest_of(path)}\n".encode())
    return whole.hexdigest()
