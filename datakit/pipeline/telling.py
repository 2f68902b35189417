"""Reads back what a run has left: for the report and the history."""

from collections import defaultdict
from dataclasses import asdict
from pathlib import Path
from typing import Any

from datakit.core.corpus import Corpus
from datakit.core.files import from_json
from datakit.core.findings import Report
from datakit.core.history import History
from datakit.core.story import Sample, StageRecord, Story, WorstError
from datakit.pipeline.recipe import parse
from datakit.pipeline.store import Artefact
from datakit.pipeline.workspace import Manifest, Workspace

SAMPLES_PER_LABEL = 5

#: What `evaluate` leaves, beside the rows: read as it is.
_EVALUATED = ("metrics", "calibration", "thresholds")


def story_of(workspace: Workspace, manifest: Manifest) -> Story:
    """Gather what a run has to tell from its folder."""
    folder = workspace.folder_of(manifest.run)
    recipe = parse(manifest.recipe, where=f"recipe of {manifest.run}")
    history, worst = (folder / name for name in ("history.json", "worst.json"))
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
        **{name: _json(folder / f"{name}.json") for name in _EVALUATED},
        comparison=_comparison(workspace, manifest),
        tuning=_tuning(workspace, manifest),
        range_test=_json(_beside(workspace, manifest, "lr_range.json", of="augment")),
        repair=_json(folder / "repair.json"),
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


def _json(path: Path | None) -> dict[str, Any] | None:
    return from_json(path.read_bytes(), dict[str, Any]) if path and path.exists() else None


def _beside(workspace: Workspace, manifest: Manifest, name: str, *, of: str) -> Path | None:
    """Return a file that a verb beside the stages put into a run's folder: this run's, or the newest other one's.

    Args:
        workspace: where to look.
        manifest: of the run that is told of.
        name: of the file.
        of: only runs in which this stage gave the same are looked at.
    """
    ours = _outputs(manifest).get(of)
    alike = [one.run for one in workspace.history() if ours and _outputs(one).get(of) == ours]
    files = [workspace.folder_of(run) / name for run in (*alike, manifest.run)]
    return next((path for path in reversed(files) if path.exists()), None)


def _outputs(manifest: Manifest) -> dict[str, dict[str, Artefact]]:
    return {standing.stage: standing.outputs for standing in manifest.stages}


def _comparison(workspace: Workspace, manifest: Manifest) -> dict[str, Any] | None:
    """Return the comparison made on the splits of a run, each difference with its outcome."""
    from datakit.pipeline.comparing import FILE
    from datakit.pipeline.verdict import Comparison, Table

    path = _beside(workspace, manifest, FILE, of="split")
    if path is None:
        return None
    found = from_json(path.read_bytes(), Comparison)

    def told(table: Table) -> dict[str, Any]:
        return {
            **asdict(table),
            "differences": [{**asdict(one), "outcome": one.outcome} for one in table.differences],
        }

    remedies = found.against_remedies and told(found.against_remedies)
    return {**asdict(found), "tables": [told(table) for table in found.tables], "against_remedies": remedies}


def _tuning(workspace: Workspace, manifest: Manifest) -> dict[str, Any] | None:
    """Return the newest search that was made with the rows of a run, each finalist with mean and deviation."""
    from datakit.pipeline.tuning import FILE, data_of
    from datakit.training.search import Finalist

    data = data_of(manifest.stages)
    newest_first = sorted(
        workspace.root.glob(f"tune/*/{FILE}"), key=lambda path: (path.stat().st_mtime_ns, path), reverse=True
    )
    for search in map(_json, newest_first):
        if search is not None and search.get("data") == data:
            finalists = [Finalist(**one) for one in search["finalists"]]
            start = Finalist(**search["start"])
            told = [
                {**asdict(one), "mean": one.mean, "deviation": one.deviation, "is_start": one == start}
                for one in finalists
            ]
            return {**search, "finalists": told}
    return None


def _samples(path: Path) -> tuple[Sample, ...]:
    """Return a few new rows of each label, no two of one parent, beside the rows they were made from."""
    if not path.exists():
        return ()
    corpus = Corpus.open(path)
    texts = dict(zip(corpus.ids, corpus.texts, strict=True))
    first_of = {parent: i for i, parent in reversed(list(enumerate(corpus.parents))) if parent is not None}
    made = corpus.take(sorted(first_of.values()))
    chosen: dict[str, list[Sample]] = defaultdict(list)
    for row, labels in zip(made.rows(), made.label_sets, strict=True):
        label = ", ".join(labels)
        if len(chosen[label]) < SAMPLES_PER_LABEL:
            edits = tuple((edit["start"], edit["stop"], edit["text"]) for edit in row["edits"] or ())
            sample = Sample(label=label, op=row["op"], parent=texts[row["parent"]], text=row["text"], edits=edits)
            chosen[label].append(sample)
    return tuple(sample for label in sorted(chosen) for sample in chosen[label])
