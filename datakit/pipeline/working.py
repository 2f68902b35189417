"""A share of the augmentation, worked ahead by one of many machines that see the same project."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from datakit.augmentation.shards import Share, Tally
from datakit.core.errors import Problem, UsageError
from datakit.pipeline.engines.chosen import engine_of
from datakit.pipeline.lock import locked
from datakit.pipeline.recipe import Recipe
from datakit.pipeline.runner import plan
from datakit.pipeline.stages.augment import Augment
from datakit.pipeline.store import Record
from datakit.pipeline.workspace import Workspace


def work_ahead(workspace: Workspace, recipe: Recipe, i: int, n: int, *, command: str) -> Sequence[Tally]:
    """Make the i-th of n shares of the texts that `augment` will ask for first, and keep them where it looks.

    Any number of workers may do so at the same time; nothing else can be done in the workspace meanwhile.

    Raises:
        UsageError: the splits are not up to date, or no rows are asked for.
        LockHeldError: something else is done in the workspace.
    """
    if recipe.augment.target == "none":
        raise UsageError(
            Problem(where="augment.target", got="none: no rows are asked for", fix="--set augment.target=balanced")
        )
    with locked(workspace.lock, command, shared=True), TemporaryDirectory() as temporary:
        splits = Path(temporary) / "splits"
        workspace.store.lay_out(_split(workspace, recipe).outputs["splits"], splits)
        stage = Augment.of(recipe, workspace.project)
        return stage.work_ahead(splits, workspace.shards, Share(i, n), seed=recipe.seed, engine=engine_of(recipe))


def _split(workspace: Workspace, recipe: Recipe) -> Record:
    """Return what the stage `split` gave for this recipe."""
    planned = next(one for one in plan(workspace, recipe, "split") if one.stage == "split")
    record = workspace.store.recall(planned.key) if planned.key and not planned.runs else None
    if record is None:
        raise UsageError(
            Problem(
                where=str(workspace.project),
                got="the splits are not up to date, and one worker of many does not make them",
                fix="datakit split, once, before the workers start",
            )
        )
    return record
