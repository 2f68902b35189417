"""Runs of the real command line that can be killed, and what they leave."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Self

from fault_injection.forks import output_of
from support import sms, write_jsonl

from datakit.pipeline.recipe import load
from datakit.pipeline.workspace import Workspace

TESTS = Path(__file__).resolve().parents[1]

#: What every run imports on its way, and what one that trains imports too.
LIGHT = (
    *("datakit.cli.run", "datakit.pipeline.runner", "datakit.augmentation", "great_expectations"),
    *("datakit.validation", "datakit.splitting", "scipy.stats", "nltk", "pyarrow.parquet"),
)
HEAVY = (
    *(
        *LIGHT,
        "datakit.cli._report",
        "datakit.evaluation",
        "datakit.training.finetune",
        "datakit.training.predict",
    ),
    *("sklearn.linear_model", "torch.utils.tensorboard", "altair", "vl_convert"),
)


@dataclass
class Runs:
    """Starts runs, one at a time."""

    preload: tuple[str, ...]
    _driver: subprocess.Popen = field(init=False)

    def __enter__(self) -> Self:
        """Import what runs need."""
        # One thread a process: a fork takes none but the calling one along.
        path = os.pathsep.join(filter(None, (str(TESTS), os.environ.get("PYTHONPATH"))))
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": path}
        self._driver = subprocess.Popen(  # noqa: S603
            [sys.executable, str(TESTS / "fault_injection" / "forks.py"), *self.preload],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        return self

    def __exit__(self, *_: object) -> None:
        """End the driver."""
        self._driver.stdin.close()
        self._driver.wait()
        self._driver.stdout.close()

    def start(
        self, folder: Path, *arguments: str, fault: dict | None = None, checkpoints: float | None = None
    ) -> int:
        """Start `datakit ARGUMENTS` in a folder; return the process id."""
        order = {"folder": str(folder), "arguments": arguments, "fault": fault, "checkpoints": checkpoints}
        self._driver.stdin.write(json.dumps(order) + "\n")
        self._driver.stdin.flush()
        return int(self._driver.stdout.readline())

    def wait(self) -> int:
        """Return the exit code of the run that was started last, when it has ended."""
        return int(self._driver.stdout.readline())

    def run(self, folder: Path, *arguments: str, **how: object) -> int:
        """Run to the end; return the exit code."""
        self.start(folder, *arguments, **how)
        return self.wait()


def children(process: int) -> list[int]:
    """Return the processes that a process has started, and those that these have."""
    found = []
    with suppress(FileNotFoundError, ProcessLookupError):
        for task in Path(f"/proc/{process}/task").iterdir():
            for child in map(int, (task / "children").read_text().split()):
                found += [child, *children(child)]
    return found


def left_of(session: int) -> list[int]:
    """Return the living processes of a session."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(FileNotFoundError, ProcessLookupError):
            state, _, _, its = stat.read_text().rpartition(")")[2].split()[:4]
            if int(its) == session and state != "Z":
                found.append(int(stat.parent.name))
    return found


def gone(session: int, seconds: float = 20) -> bool:
    """Tell whether all processes of a session end by themselves in time; the others are ended."""
    end = time.monotonic() + seconds
    while left_of(session) and time.monotonic() < end:
        time.sleep(0.05)
    late = left_of(session)
    for process in late:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    return not late


#: What a run writes only where it does the work itself.
ASIDE = {"tensorboard", "shards.jsonl", "events.jsonl"}

RECIPE = """
source: raw.jsonl
workers: 2
retries: 0
accept: [learning-rate-too-high]
augment: {{target: count=200}}
finetune: {{model: {encoder}, epochs: 2, batch_size: 32, max_length: 32, learning_rate: 5.0e-3}}
evaluate: {{probe: false}}
"""


def begun(folder: Path, encoder: Path, rows: int = 240) -> Path:
    """Make a folder with a source and a recipe: of more rows than one worker is given at a time."""
    folder.mkdir(exist_ok=True)
    write_jsonl(folder / "raw.jsonl", sms(rows))
    (folder / "recipe.yaml").write_text(RECIPE.format(encoder=encoder))
    Workspace(folder).remember(load(folder / "recipe.yaml"))
    return folder


def said(folder: Path) -> str:
    """Return what the last run in a folder has printed."""
    return Path(output_of(str(folder))).read_text(errors="replace")


def given(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of each artefact file in the folder of the latest run, as read from there.

    Raises:
        AssertionError: a file holds something else than its manifest says.
    """
    workspace = Workspace(folder)
    manifest = workspace.latest()
    assert manifest is not None
    assert manifest.outcome == "done"
    found = {}
    for standing in manifest.stages:
        for name, artefact in standing.outputs.items():
            for relative, digest in artefact.items():
                place = workspace.folder_of(manifest.run) / name / relative
                found[str(Path(name) / relative)] = sha256(place.read_bytes()).hexdigest()
                assert found[str(Path(name) / relative)] == digest, place
    return found


def files_of(folder: Path) -> set[str]:
    """Return the files of a project, and empty folders, but for former runs that `datakit history` lists."""
    return set(_files_of(folder))


def _files_of(folder: Path) -> Iterator[str]:
    latest = Workspace(folder).latest()
    for path in folder.rglob("*"):
        parts = path.relative_to(folder).parts
        if path.is_dir() and any(path.iterdir()):
            continue
        if parts[:2] == (".datakit", "runs") and len(parts) > 2:
            manifest = folder / ".datakit" / "runs" / parts[2] / "manifest.json"
            if parts[2] == latest.run:
                parts = (*parts[:2], "latest", *parts[3:])
            elif manifest.exists():
                continue
        if ASIDE & {*parts} or path.suffix == ".shard":  # a killed run's requests are grouped otherwise
            continue
        yield "/".join(parts)
