"""Judges the training of a run again, also of one without an end; and those of others, from their logs."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from datakit.core.errors import Problem, UsageError
from datakit.core.files import from_json
from datakit.core.findings import Report
from datakit.core.history import History
from datakit.diagnosis import Diagnosis, Signs, diagnose, unanswerable
from datakit.io.training_log import read_training_log
from datakit.pipeline.log_history import Told, history_of
from datakit.pipeline.workspace import Workspace

_AUTO = "a learning_rate of auto is 1e-4 for encoders under 50M parameters, else 3e-5"


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
    return report_of(
        diagnose(
            from_json(history.read_bytes(), History),
            from_json(metrics.read_bytes(), dict[str, Any]) if metrics.exists() else {},
        )
    )


def diagnosed_log(path: Path, told: Told) -> Report:
    """Return what the rules recognise in a training of which there is a log; see `history_of`.

    The figures of the report are `log` (what was read), `lacking` (signals that rules would need), `not_asked`
    (those rules, each with what it lacks), `notes` (how the log was read, and what was assumed) and `diagnoses`.

    Raises:
        InputError: the log, or the file of labels, cannot be read.
        UsageError: both a file of labels and their number.
    """
    if told.data is not None and told.labels is not None:
        got = "given beside --data, which names the labels"
        raise UsageError(Problem(where="--labels", got=got, fix="leave one of them out"))
    training = read_training_log(path)
    history, notes = history_of(training, told)
    lacking = unanswerable(history, {})
    found = diagnose(history, {}, without=lacking.keys())
    if any(diagnosis.remedy.get("finetune", {}).get("learning_rate") == "auto" for diagnosis in found):
        notes = (*notes, _AUTO)
    signs, report = Signs.of(history), report_of(found)
    return replace(
        report,
        figures={
            "log": {
                "path": str(training.path),
                "records": len(history.steps),
                "evaluations": len(history.epochs),
                "loss": [history.steps[0].loss, history.steps[-1].loss] if history.steps else [],
                "relative_loss": signs.loss,
                "diverged_at": history.diverged_at,
                "learnt_nothing": signs.learnt_nothing,
            },
            "lacking": sorted({signal for signals in lacking.values() for signal in signals}),
            "not_asked": lacking,
            "notes": notes,
            **report.figures,
        },
    )


def report_of(found: Sequence[Diagnosis]) -> Report:
    """Return the findings, and beside them the whole diagnoses."""
    return Report(
        stage="diagnose",
        findings=tuple(diagnosis.finding for diagnosis in found),
        figures={"diagnoses": [asdict(diagnosis) for diagnosis in found]},
    )
