"""Reads back what a run has left: for the report and the history."""

from collections import defaultdict
from pathlib import Path
from typing import Any

from datakit.core.corpus import Corpus
from datakit.core.files import from_json
from datakit.core.findings import Report
from datakit.core.history import History
from datakit.core.story import Sample, StageRecord, Story, WorstError
from datakit.pipeline.recipe import parse
from datakit.pipeline.workspace import Manifest, Workspace

SAMPLES_PER_LABEL = 5


def story_of(workspace: Workspace, manifest: Manifest) -> Story:
    """Gather what a run has to tell from its folder."""
    folder = workspace.folder_of(manifest.run)
    recipe = parse(manifest.recipe, where=f"recipe of {manifest.run}")
    history, metrics, worst = (folder / name for name in ("history.json", "metrics.json", "worst.json"))
    return Story(
        run=manifest.run,
        created=manifest.created,
        source=recipe.source.path,
        seed=recipe.seed,
        model=recipe.finetune.model,
        outcome=manifest.outcome,
        accepted=manifest.accepted,
        stages=tuple(StageRecord(name=s.stage, status=s.status, seconds=s.seconds) for s in manifest.stages),
        reports=reports_of(folder, manifest),
        history=from_json(history.read_bytes(), History) if history.exists() else None,
        metrics=from_json(metrics.read_bytes(), dict[str, Any]) if metrics.exists() else None,
        samples=_samples(folder / "augmented.parquet"),
        worst_errors=from_json(worst.read_bytes(), tuple[WorstError, ...]) if worst.exists() else (),
    )


def reports_of(folder: Path, manifest: Manifest) -> dict[str, Report]:
    """Return the reports of the stages of a run, by stage."""
    return {s.stage: from_json((folder / f"{s.stage}.json").read_bytes(), Report) for s in manifest.stages}


def headline(workspace: Workspace, manifest: Manifest) -> dict[str, Any]:
    """Return one line about a run: its figures where it got that far."""
    reports = reports_of(workspace.folder_of(manifest.run), manifest)
    model = reports["evaluate"].figures["model"] if "evaluate" in reports else {}
    profile = reports["validate"].figures["profile"] if "validate" in reports else {}
    return {
        "run": manifest.run,
        "command": manifest.command,
        "outcome": manifest.outcome,
        "rows": profile.get("rows"),
        "findings": sum(len(report.findings) for report in reports.values()),
        "accuracy": model.get("accuracy"),
        "macro_f1": model.get("macro_f1"),
    }


def _samples(path: Path) -> tuple[Sample, ...]:
    """Return a few new rows of each label, no two of one parent, beside the rows they were made from."""
    if not path.exists():
        return ()
    corpus = Corpus.open(path)
    texts = dict(zip(corpus.ids, corpus.texts, strict=True))
    first_of = {parent: i for i, parent in reversed(list(enumerate(corpus.parents))) if parent is not None}
    chosen: dict[str, list[Sample]] = defaultdict(list)
    for row in corpus.take(sorted(first_of.values())).rows():
        if len(chosen[row["label"]]) < SAMPLES_PER_LABEL:
            edits = tuple((edit["start"], edit["stop"], edit["text"]) for edit in row["edits"] or ())
            sample = Sample(
                label=row["label"], op=row["op"], parent=texts[row["parent"]], text=row["text"], edits=edits
            )
            chosen[row["label"]].append(sample)
    return tuple(sample for label in sorted(chosen) for sample in chosen[label])
