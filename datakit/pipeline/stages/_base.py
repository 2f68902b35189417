"""What a stage is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, ClassVar, Protocol, Self

from datakit.core.files import digest_of, digest_of_tree
from datakit.core.findings import Report
from datakit.pipeline.components import added_components
from datakit.pipeline.engines._base import Engine
from datakit.pipeline.keys import code_digest, versions
from datakit.pipeline.recipe import Recipe

Progress = Callable[[int, int, str], None]  # done, in all, a note

#: Metadata of a field that a stage's output does not depend on.
NOT_IN_KEY = {"in_key": False}

#: The code that judges splits, for the `rooms` of stages with a gate of their own.
GATE = tuple(
    f"validation/{name}" for name in ("suites", "profile", "split_profile", "survey", "validate", "checks/_base")
)

#: Distributions that rows are read, told apart and written with, and those with which a gate judges.
CORE_PACKAGES = ("msgspec", "numpy", "pyarrow", "scipy", "xxhash")
GATE_PACKAGES = ("great-expectations", "pandas")

#: Distributions that models are trained, asked and held against plain ones with.
TRAINING_PACKAGES = (
    *("accelerate", "datasets", "safetensors", "scikit-learn", "tokenizers", "torch", "transformers"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Context:
    """What a stage may use beside its inputs and options."""

    inputs: Mapping[str, Path]  #: the artefacts it needs, by name
    outputs: Path  #: an empty folder; the artefact `name` is written to `outputs / name`
    aside: Path  #: the run's folder, for files that are no artefacts
    unfinished: Path  #: outlives the process until the stage is done: for what a killed one goes on from
    shards: Path  #: where what augmentation has done is kept
    seed: int
    engine: Engine
    progress: Progress
    trackers: tuple[str, ...] = ()  #: experiment trackers that are told of a training


class Stage(Protocol):
    """One step of the pipeline. Its dataclass fields are the options that its output depends on.

    `run` may read nothing but the artefacts in `needs`, the files in `outside`, and its own fields.
    """

    name: ClassVar[str]  #: the verb
    version: ClassVar[int]  #: raised by hand when the meaning of the output changes but no code of its rooms does
    needs: ClassVar[tuple[str, ...]] = ()  #: artefacts of earlier stages
    gives: ClassVar[tuple[str, ...]] = ()  #: artefacts, as paths in the run's folder
    rooms: ClassVar[tuple[str, ...]]  #: the code its output depends on, as paths below the package
    packages: ClassVar[tuple[str, ...]] = ()  #: distributions its output depends on
    seeded: ClassVar[bool] = True  #: whether anything in it is random

    @classmethod
    def of(cls, recipe: Recipe, project: Path) -> Self:
        """Build the stage from a recipe; relative paths are those of the folder `project`."""
        ...

    def outside(self) -> Mapping[str, str]:
        """Return digests of what it reads from outside the store, by role."""
        return {}

    def run(self, context: Context) -> Report:
        """Write the artefacts in `gives`, return findings and figures."""
        ...


def digest_at(path: Path) -> str:
    """Return the digest of a file or folder; a missing one is left to its reader, whose message says more."""
    if path.is_dir():
        return digest_of_tree(path)
    return digest_of(path) if path.is_file() else "missing"


def options_of(stage: Stage) -> dict[str, Any]:
    """Return the options that a stage's output depends on."""
    chosen = fields(stage)  # type: ignore[arg-type]  # every stage is a dataclass
    return {f.name: getattr(stage, f.name) for f in chosen if f.metadata.get("in_key", True)}


def parts_of(stage: Stage) -> dict[str, Any]:
    """Return what a stage's output depends on beside its inputs and the seed, by the names that `plan` tells."""
    return {
        "version": stage.version,
        "code": code_digest(stage.rooms),
        "components": added_components(stage.rooms),
        "packages": versions(stage.packages),
        "options": options_of(stage),
        "outside": stage.outside(),
    }
