"""The folder `.datakit`: what it holds and where.

    objects/ cache/                  see `store`
    runs/<utc>-<id>/                 manifest.json, events.jsonl, recipe.yaml, and the artefacts as plain files
    refs/runs/latest.json            the run that the later verbs go on from
    recipe.yaml                      source and options as last given: why later verbs need no path
    scratch/                         what a stage is writing
    unfinished/<key>/                what a stage goes on from that was killed
    shards/<identity>/               answers of operators, see `augmentation.shards`
    lock                             held while a command works here

Everything is written aside and moved into place, so a reader sees the old state or the new one.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from datakit.core.errors import DatakitError, Problem, TimedOutError, TransientError, UsageError
from datakit.core.files import from_json, sweep, to_json, write_atomically
from datakit.pipeline.recipe import Recipe, load
from datakit.pipeline.store import Artefact, Inside, Store, named_by

FOLDER = ".datakit"


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """One stage as it stands in a run."""

    stage: str
    status: str  #: `ran`, `hit` or `failed`
    key: str
    parts: dict[str, Any]  #: what the key was made of
    outputs: dict[Inside, Artefact]
    seconds: float  #: wall time; 0 for a hit
    attempts: int = 1  #: tries that it took


@dataclass(frozen=True, kw_only=True, slots=True)
class Manifest:
    """One run, as written to its folder."""

    run: str
    created: str  #: ISO 8601, UTC
    command: str
    version: str  #: of datakit
    recipe: dict[str, Any]
    stages: tuple[Standing, ...] = ()
    #: `done`, `gate failed: <stage>`, `failed: <stage>`, `timed out: <stage>`, `interrupted: <stage>`;
    #: `broken off` if it was killed
    outcome: str = "running"
    accepted: tuple[str, ...] = ()  #: codes of error findings that were there and were accepted
    schema_version: int = 1

    @property
    def outputs(self) -> dict[str, Artefact]:
        """Return what its stages have given, by name."""
        return {name: one for standing in self.stages for name, one in standing.outputs.items()}

    @property
    def digests(self) -> set[str]:
        """Return the digests of all objects that its stages have given."""
        return named_by(self.outputs)

    @property
    def complete(self) -> bool:
        """Tell whether its stages stand: it was not broken off."""
        return self.outcome == "done" or self.outcome.startswith("gate failed")


@dataclass(frozen=True)
class Workspace:
    """A project's folder and the `.datakit` below it."""

    project: Path

    @property
    def root(self) -> Path:
        """The folder `.datakit`."""
        return self.project / FOLDER

    @property
    def store(self) -> Store:
        """Objects and cache."""
        return Store(self.root)

    @property
    def scratch(self) -> Path:
        """Where stages write before their outputs are moved into the store."""
        return self.root / "scratch"

    @property
    def shards(self) -> Path:
        """Where augmentation keeps what it has done."""
        return self.root / "shards"

    def unfinished(self, key: str) -> Path:
        """Return the folder in which the stage with this key finds what it did before it was killed.

        What others left is removed: they are not gone on with, and checkpoints are large.
        """
        place = self.root / "unfinished" / key
        for other in self.root.glob("unfinished/*"):
            if other != place:
                shutil.rmtree(other)
        place.mkdir(parents=True, exist_ok=True)
        return place

    @property
    def _recipe(self) -> Path:
        return self.root / "recipe.yaml"

    @property
    def jobs(self) -> list[Path]:
        """The records of the last call of each job, by name."""
        return sorted(self.root.glob("jobs/*.json"))

    @property
    def lock(self) -> Path:
        """The lock file."""
        return self.root / "lock"

    def folder_of(self, run: str) -> Path:
        """Return the folder of a run."""
        return self.root / "runs" / run

    def recipe(self) -> Recipe:
        """Return the source and options as last given.

        Raises:
            UsageError: nothing was ever given here.
        """
        if not self._recipe.exists():
            raise UsageError(
                Problem(
                    where=str(self.project),
                    got="no source was given here yet",
                    fix="datakit validate path/to/raw.jsonl",
                )
            )
        return load(self._recipe)

    def remember(self, recipe: Recipe) -> None:
        """Keep a recipe for the verbs to come."""
        write_atomically(self._recipe, as_yaml(recipe))

    @contextmanager
    def remembering(self, recipe: Recipe) -> Iterator[None]:
        """Keep a recipe while it is followed and afterwards, but not one that turns out not to be followable.

        One that only takes too long, or comes at a bad time, is: the next call goes on with it.
        """
        before = self._recipe.read_bytes() if self._recipe.exists() else None
        self.remember(recipe)
        try:
            yield
        except (TimedOutError, TransientError):
            raise
        except DatakitError:
            if before is None:
                self._recipe.unlink()
            else:
                write_atomically(self._recipe, before)
            raise

    def write(self, manifest: Manifest) -> None:
        """Write a run's manifest."""
        write_atomically(self.folder_of(manifest.run) / "manifest.json", to_json(manifest))

    def make_latest(self, run: str) -> None:
        """Let the later verbs go on from this run."""
        write_atomically(self.root / "refs" / "runs" / "latest.json", to_json({"run": run}))

    def latest(self) -> Manifest | None:
        """Return the run that the later verbs go on from, if there is one."""
        path = self.root / "refs" / "runs" / "latest.json"
        return self.manifest(from_json(path.read_bytes(), dict[str, str])["run"]) if path.exists() else None

    def manifest(self, run: str) -> Manifest:
        """Return a run's manifest; a unique beginning of the run's id will do.

        Raises:
            UsageError: no such run, or several.
        """
        names = [path.parent.name for path in self._manifests() if path.parent.name.startswith(run)]
        exact = [name for name in names if name == run] or names
        if len(exact) != 1:
            raise UsageError(
                Problem(where=run, got=f"{len(names) or 'no'} runs of that name", fix="see datakit history")
            )
        return from_json((self.folder_of(exact[0]) / "manifest.json").read_bytes(), Manifest)

    def tidy(self) -> None:
        """Clear away what a killed process has left; only for the holder of the lock.

        Its finished stages are in the store and stand. Only the newest run can have been broken off.
        """
        shutil.rmtree(self.scratch, ignore_errors=True)
        self.scratch.mkdir(parents=True)
        for place in ("", "cache/*/", "jobs/", "refs/*/", "runs/*/", "shards/*/"):
            sweep(self.root, place)
        for folder in (self.root / "runs").glob("*"):
            if not (folder / "manifest.json").exists():  # killed before it could say what it is
                shutil.rmtree(folder)
        for path in self._manifests()[-1:]:
            newest = from_json(path.read_bytes(), Manifest)
            if newest.outcome == "running":
                self.write(replace(newest, outcome="broken off"))

    def history(self, *, newest_first: bool = False) -> Iterator[Manifest]:
        """Yield the runs, the oldest first or the newest."""
        paths = self._manifests()
        return (from_json(path.read_bytes(), Manifest) for path in (reversed(paths) if newest_first else paths))

    def _manifests(self) -> list[Path]:
        return sorted((self.root / "runs").glob("*/manifest.json"))


def as_yaml(recipe: Recipe) -> bytes:
    """Return a recipe as YAML, options that have their default left out."""
    return yaml.safe_dump(recipe.as_dict(), sort_keys=False, allow_unicode=True).encode()
