"""Logs that only grow: one JSON object a line, each on the disk before work goes on."""

import os
from pathlib import Path
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")


def append_line(path: Path, row: Any) -> None:  # noqa: ANN401  (anything msgspec can encode)
    """Add a line. One that a crash has cut off before it is ended first, so that it spoils no other."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab+") as file:
        if file.seek(0, os.SEEK_END) and (file.seek(-1, os.SEEK_END), file.read(1))[1] != b"\n":
            file.write(b"\n")
        file.write(msgspec.json.encode(row) + b"\n")
        file.flush()
        os.fsync(file.fileno())


def lines_of(path: Path, kind: type[T]) -> list[T]:
    """Return the lines, the oldest first, but for those that a crash has cut off; none where there is no file."""
    rows = []
    for line in path.read_bytes().split(b"\n") if path.exists() else ():
        try:
            rows.append(msgspec.json.decode(line, type=kind))
        except msgspec.DecodeError:
            continue
    return rows
