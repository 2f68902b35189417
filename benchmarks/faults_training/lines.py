"""Trainings as they are kept: JSON Lines, one a line; packed where the name ends in `.gz`."""

import gzip
import json
from pathlib import Path
from typing import Any


def read(file: Path) -> list[dict[str, Any]]:
    """Return the lines of a file; none where there is no file. A last line that was cut off is left out."""
    if not file.exists():
        return []
    data = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
    return [json.loads(line) for line in data.splitlines(keepends=True) if line.endswith(b"\n")]
