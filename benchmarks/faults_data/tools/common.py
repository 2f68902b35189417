"""What every tool's script shares: it reads two folders and prints its alarms as one line of JSON.

    python SCRIPT FOLDER CLEAN_FOLDER

Both folders hold train.jsonl and test.jsonl; the second one is the file before the fault, for tools that want to
be shown what is normal. The scripts run in the tools' own environments, so they import nothing of datakit.
"""

import json
import sys
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class Alarm:
    """One thing that a tool complains about."""

    kind: str  #: the same for the same complaint about another file
    size: float  #: how many rows it is about; where it is about none in particular, the figure behind it
    split: str = "train"
    lines: tuple[int, ...] = ()  #: of the rows it reports, from 1


def frame(path: Path) -> Any:  # noqa: ANN401  (a DataFrame; each environment has pandas of its own)
    """Read a file of JSON Lines as a pandas user does, with the guessing of types switched off."""
    import pandas as pd

    return pd.read_json(path, lines=True, dtype=False, convert_dates=False)


def main(alarms: Callable[[Path, Path], Iterable[Alarm]]) -> None:
    """Run a tool on the folders named by the command line and print its alarms."""
    folder, clean = map(Path, sys.argv[1:3])
    print(json.dumps([asdict(alarm) for alarm in alarms(folder, clean)]))
