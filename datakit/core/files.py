"""Files as every room writes and digests them."""

import os
from collections.abc import Iterable
from hashlib import file_digest, sha256
from pathlib import Path
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
    """Write `data` so that a reader, or a crash at any moment, sees the old file or the new one."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    path.parent.mkdir(parents=True, exist_ok=True)
    with temporary.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


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
