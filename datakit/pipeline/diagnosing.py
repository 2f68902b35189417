"""Judges the training of a run again, also of one that came to no end."""

from typing import Any

from datakit.core.errors import Problem, UsageError
from datakit.core.files import from_json
from datakit.core.findings import Report
from datakit.core.history import History
from datakit.diagnosis import diagnose
from datakit.pipeline.workspace import Workspace


def diagnosed(workspace: Workspace, run: str) -> Report:
    """Return what the rules recognise in the training of a run; without figures of the test split if it has none.

    Args:
        workspace: holds the run.
        run: its id, or a unique beginning of it.

    Raises:
        UsageError: no such run, or one that trained nothing.
    """
    folder = workspace.folder_of(workspace.manifest(run).run)
    history, metrics = folder / "history.json", folder / "metrics.json"
    if not history.exists():
        raise UsageError(Problem(where=folder.name, got="nothing was trained in this run", fix="datakit finetune"))
    found = diagnose(
        from_json(history.read_bytes(), History),
        from_json(metrics.read_bytes(), dict[str, Any]) if metrics.exists() else {},
    )
    return Report(stage="diagnose", findings=tuple(diagnosis.finding for diagnosis in found))
