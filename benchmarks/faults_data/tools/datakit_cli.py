"""datakit, by its command line: every finding of severity warning or error is an alarm."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from common import Alarm, main

OPTIONS = ("--deep", "--json")


def alarms(folder: Path, _: Path) -> Iterator[Alarm]:
    """Validate the two files in a fresh workspace."""
    files = [str((folder / "train.jsonl").resolve()), "--test", str((folder / "test.jsonl").resolve())]
    with tempfile.TemporaryDirectory() as fresh:
        done = subprocess.run(
            [sys.executable, "-m", "datakit", "validate", *files, *OPTIONS],
            cwd=fresh,
            capture_output=True,
            text=True,
            check=False,
        )
    # A failed gate (3) is a result; anything else but 0 is a crash.
    if done.returncode not in {0, 3}:
        raise RuntimeError(done.stderr)
    stage = json.loads(done.stdout)["stages"]["validate"]
    for finding in stage["findings"]:
        if finding["severity"] in {"warning", "error"}:
            yield Alarm(
                kind=finding["code"],
                size=_size(finding),
                split=finding["split"] or "train",
                lines=tuple(finding["lines"]),
            )
    for split, notes in stage["figures"]["notes"].items():
        for note in notes:
            yield Alarm(kind=f"note: {note}", size=1, split=split)


def _size(finding: dict[str, Any]) -> float:
    figures = [value for value in finding["evidence"].values() if isinstance(value, int | float)]
    return float(len(finding["lines"]) or next(iter(figures), 1))


if __name__ == "__main__":
    main(alarms)
