"""Hand-over: a run's model in a folder of its own, with its card, and as ONNX if asked for."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from datakit.core.corpus import Splits
from datakit.core.errors import Problem, UsageError
from datakit.core.story import Story
from datakit.pipeline.jobs.champion import chosen
from datakit.pipeline.telling import story_of
from datakit.pipeline.workspace import Workspace

#: Texts of the test split on which ONNX is compared with PyTorch.
_TRIED = 16


@dataclass(frozen=True, kw_only=True)
class Exported:
    """A model that was handed over, but for its card."""

    folder: Path
    story: Story
    onnx: float | None  #: how far the logits of `model.onnx` are from PyTorch's


def export(workspace: Workspace, run: str | None, folder: Path, *, onnx: bool = False) -> Exported:
    """Copy a run's model, by default the champion's, else the latest's, into a new folder, and write it as ONNX.

    Raises:
        UsageError: there is no evaluated model, the folder exists and is not empty, or the extra `onnx` is not
            installed.
        GateError: ONNX gives other answers than PyTorch.
    """
    manifest = chosen(workspace, run)
    story = story_of(workspace, manifest) if manifest else None
    if manifest is None or story is None or story.metrics is None:
        raise UsageError(
            Problem(where=str(workspace.project), got="no model was evaluated here yet", fix="datakit finetune")
        )
    source = workspace.folder_of(manifest.run)
    hand_over(source, folder)
    difference = None
    if onnx:
        from datakit.training.onnx import export_onnx

        test = Splits.open(source / "splits").test
        difference = export_onnx(source / "model", folder / "model.onnx", test.texts[:_TRIED])
    return Exported(folder=folder, story=story, onnx=difference)


def hand_over(source: Path, folder: Path) -> None:
    """Copy the model of a run's folder, and what its evaluation fitted, into a new folder.

    Raises:
        UsageError: the folder exists and is not empty.
    """
    if folder.exists() and any(folder.iterdir()):
        raise UsageError(Problem(where=str(folder), got="exists and is not empty", fix="name a new folder"))
    folder.mkdir(parents=True, exist_ok=True)
    for path in (source / "model").iterdir():
        shutil.copyfile(path, folder / path.name)
    for name in ("calibration.json", "thresholds.json"):
        shutil.copyfile(source / name, folder / name)
