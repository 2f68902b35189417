"""Tuning: the search for settings on this workspace's train and validation splits, kept and gone on with."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from datakit.core.corpus import Corpus, Splits
from datakit.core.files import to_json, write_atomically
from datakit.pipeline.events import Event, Listener, nobody
from datakit.pipeline.keys import code_digest, key_of
from datakit.pipeline.lock import locked
from datakit.pipeline.recipe import Recipe
from datakit.pipeline.runner import bring_up_to, chain
from datakit.pipeline.stages.finetune import Finetune
from datakit.pipeline.store import Artefact
from datakit.pipeline.workspace import Standing, Workspace
from datakit.training.models import resolve
from datakit.training.search import DEFAULT_SPACE, Found, Range, Search, open_study
from datakit.training.settings import Settings

if TYPE_CHECKING:
    from datakit.training.search import Watch


FILE = "tune.json"


def data_of(standings: Sequence[Standing]) -> dict[str, dict[str, Artefact]]:
    """Return the digests of all that the stages before `finetune` gave: the data that a search is about."""
    names = [kind.name for kind in chain("augment")]
    return {standing.stage: standing.outputs for standing in standings if standing.stage in names}


@dataclass(frozen=True, kw_only=True)
class Tuned:
    """What tuning a workspace came to."""

    found: Found
    folder: Path  #: `tune.json` and, unless the storage is elsewhere, the journal
    validation_rows: int

    @property
    def patch(self) -> dict[str, Any]:
        """The best settings as a patch of the recipe; empty where nothing was better than the present ones."""
        return {"finetune": self.found.best.options} if self.found.best.options else {}


def tune(workspace: Workspace, recipe: Recipe, *, command: str, listener: Listener = nobody) -> Tuned:
    """Search for better settings of `finetune`, by the section `tune` of the recipe.

    Everything before `finetune` is brought up to date first. The test split is never given to the search. What a
    killed search did is kept, and gone on with by the next call with the same data, model and space.

    Raises:
        GateError: the data did not pass a gate.
        UsageError: a space that cannot be searched, or Optuna is not installed.
    """
    search = Search(
        base=Settings.model_validate(recipe.finetune.model_dump(exclude={"model"})),
        space=recipe.tune.space or DEFAULT_SPACE,
        seed=recipe.seed,
        **recipe.tune.model_dump(include={"trials", "searcher", "pruner", "top", "seeds"}),
    )
    outcome = bring_up_to(workspace, recipe, "augment", command=command, listener=listener)
    outcome.require_passed()
    pretrained = resolve(recipe.finetune.model)
    key = _key(search, pretrained.digest, outcome.manifest.stages)
    folder = workspace.root / "tune" / key[:12]
    folder.mkdir(parents=True, exist_ok=True)
    splits = Splits.open(outcome.folder / "splits")
    train = Corpus.open(outcome.folder / "augmented.parquet")
    storage = recipe.tune.storage or str(folder / "journal.log")
    epochs = search.base.epochs_for(len(train), len(train.label_counts))
    study = open_study(key, storage, search.pruner, epochs)
    with locked(workspace.lock, command), TemporaryDirectory(dir=workspace.scratch) as scratch:
        most = search.trials + (search.top + 1) * search.seeds
        numbers = count(1)

        def objective(settings: Settings, seed: int, watch: "Watch") -> float:
            from datakit.training.finetune import finetune

            number = next(numbers)
            if number == 1:
                listener(Event(stage="tune", kind="started"))

            def progress(done: int, total: int, note: str) -> None:
                told = f"fine-tuning {number} of at most {most} {note}".rstrip()
                listener(Event(stage="tune", kind="progress", done=done, total=total, note=told))

            with TemporaryDirectory(dir=scratch) as one:
                history = finetune(
                    pretrained.folder,
                    train,
                    splits.validation,
                    Path(one) / "model",
                    settings=settings,
                    seed=seed,
                    events=Path(one) / "events",
                    progress=progress,
                    watch=lambda epoch: watch(epoch.epoch, epoch.macro_f1 or 0.0),
                )
            return history.epochs[history.best_epoch - 1].macro_f1 or 0.0

        found = search.run(study, objective, alone=recipe.tune.storage is None)
    told = {
        "recipe": recipe.as_dict(),
        "data": data_of(outcome.manifest.stages),
        "validation_rows": len(splits.validation),
        "gain": found.gain,
        **asdict(found),
    }
    write_atomically(folder / FILE, to_json(told))
    return Tuned(found=found, folder=folder, validation_rows=len(splits.validation))


def _key(search: Search, model: str, standings: tuple[Standing, ...]) -> str:
    """Return what a search is known by: all that its trials' figures depend on, but not how many there are."""
    return key_of(
        {
            "base": search.base.model_dump(),
            "space": {
                name: values.model_dump() if isinstance(values, Range) else values
                for name, values in search.space.items()
            },
            "way": [search.searcher, search.pruner, search.seed],
            "model": model,
            "data": data_of(standings),
            "code": code_digest(Finetune.rooms),
        }
    )
