"""The learning-rate range test on the rows that `finetune` would learn from."""

import csv
import io
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from datakit.core.corpus import Corpus
from datakit.core.files import to_json, write_atomically
from datakit.pipeline.events import Event, Listener, nobody
from datakit.pipeline.recipe import Recipe
from datakit.pipeline.runner import Outcome, bring_up_to
from datakit.pipeline.workspace import Workspace

if TYPE_CHECKING:
    from datakit.training.range_test import RangeTest

STAGE = "lr-range-test"  # as events name it; it is no stage, for nothing depends on it


@dataclass(frozen=True, kw_only=True, slots=True)
class RangeTested:
    """What came of a range test."""

    outcome: Outcome  #: of the stages before
    result: "RangeTest | None"  #: None where a gate stopped them
    files: tuple[Path, ...]  #: the curve as CSV and JSON, in the run's folder


def range_test(workspace: Workspace, recipe: Recipe, *, command: str, listener: Listener = nobody) -> RangeTested:
    """Bring the pipeline up to date as far as augmentation, make the test, and write its curve.

    Raises:
        DatakitError: as `bring_up_to`.
    """
    outcome = bring_up_to(workspace, recipe, "augment", command=command, listener=listener)
    if outcome.gate:
        return RangeTested(outcome=outcome, result=None, files=())
    from datakit.training import range_test as test
    from datakit.training.models import resolve

    listener(Event(stage=STAGE, kind="started"))
    result = test.range_test(
        resolve(recipe.finetune.model).folder,
        Corpus.open(outcome.folder / "augmented.parquet"),
        settings=recipe.finetune,
        seed=recipe.seed,
        progress=lambda done, total, note: listener(
            Event(stage=STAGE, kind="progress", done=done, total=total, note=note)
        ),
    )
    listener(Event(stage=STAGE, kind="ran"))
    rows = [asdict(point) for point in result.points]
    table = io.StringIO(newline="")
    writer = csv.DictWriter(table, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    files = (outcome.folder / "lr_range.csv", outcome.folder / "lr_range.json")
    told = {"model": recipe.finetune.model, "healthy": result.healthy, "lowest": result.lowest}
    write_atomically(files[0], table.getvalue().encode())
    write_atomically(files[1], to_json(told | {"points": rows}))
    return RangeTested(outcome=outcome, result=result, files=files)
